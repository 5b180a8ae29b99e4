"""The latest and the first event, sequences, regularity."""

from __future__ import annotations

from dataclasses import dataclass, replace

from franca.definitions import (
    All,
    EventNames,
    Follow,
    InstantTest,
    Period,
    Pick,
    PickedEvent,
    Predicate,
    Regular,
    Sequence,
    SinceLatest,
    Step,
    TimeTest,
    Without,
)
from franca.language.builder.base import shown
from franca.language.builder.events import EventBuilder, kinds, listed, longer_window, narrowed, only
from franca.language.builder.times import Beginning, Length, Timed, duration, period, times_of

Events = str | EventBuilder
"""The name of an event, or `event("order", "booking").where(…)`."""


# ── the latest and the first ─────────────────────────────────────────────────


@dataclass(frozen=True, eq=False, repr=False)
class PickedBuilder(Timed["PickedBuilder"], Beginning):
    """The latest or first of some events; `where` and a window choose among them, the rest is asked of that one."""

    pick: Pick
    event: EventNames
    condition: Predicate | None = None
    window: tuple[TimeTest, ...] = ()
    asked: Predicate | None = None
    then: Follow | None = None
    not_then: Follow | None = None

    hint = "end with .exists(): there is such an event, and it is as you said"

    def __repr__(self) -> str:
        return f"{self.pick}({listed(self.event)})"

    def where(self, *conditions: Predicate) -> PickedBuilder:
        """Pick among the events for which all of *conditions* hold."""
        return replace(self, condition=narrowed(self.condition, "where", conditions))

    def _within(self, *tests: TimeTest) -> PickedBuilder:
        return replace(self, window=longer_window(self, self.window, tests))

    def having(self, *conditions: Predicate) -> PickedBuilder:
        """Ask that all of *conditions* hold for the event that was picked."""
        return replace(self, asked=narrowed(self.asked, "having", conditions))

    def followed_by(self, event: Events, *, within: Length | None = None) -> PickedBuilder:
        """Ask that such an event came later, at most *within* later."""
        self._once("followed_by", self.then)
        return replace(self, then=_follow("followed_by", event, within))

    def not_followed_by(self, event: Events, *, within: Length | None = None) -> PickedBuilder:
        """Ask that no such event came later, at most *within* later."""
        self._once("not_followed_by", self.not_then)
        return replace(self, not_then=_follow("not_followed_by", event, within))

    def _once(self, what: str, found: Follow | None) -> None:
        if found is not None:
            raise TypeError(f"{self} has .{what} already; combine two predicates with &")

    def exists(self) -> PickedEvent:
        """There is such an event, and it is as asked."""
        return PickedEvent(
            pick=self.pick,
            event=self.event,
            where=self.condition,
            window=self.window,
            having=self.asked,
            followed_by=self.then,
            not_followed_by=self.not_then,
        )

    def beginning(self) -> TimeTest:
        """Return the window that begins with it: of the latest, without more than `where`."""
        if self.pick is not Pick.LATEST or replace(self, condition=None).exists() != latest(*_tuple(self.event)).exists():
            raise TypeError("since takes the latest event, with .where and nothing else")
        return SinceLatest(event=self.event, where=self.condition)


def _tuple(event: EventNames) -> tuple[str, ...]:
    return (event,) if isinstance(event, str) else event


def _follow(what: str, given: Events, within: Length | None) -> Follow:
    event, where = only(given, what)
    return Follow(event=event, where=where, within=None if within is None else duration(within))


def latest(*names: str) -> PickedBuilder:
    """The latest event of these kinds: `latest("cart").not_followed_by("order", within="3 days").exists()`."""
    return PickedBuilder(Pick.LATEST, kinds("latest", names))


def first(*names: str) -> PickedBuilder:
    """The first event of these kinds: `first("order").having(prop("total") >= 100).exists()`."""
    return PickedBuilder(Pick.FIRST, kinds("first", names))


# ── sequences ────────────────────────────────────────────────────────────────


def step(event: Events, *, within: Length | None = None) -> Step:
    """An event of a sequence, strictly later than the one before, at most *within* later."""
    names, where = only(event, "step")
    return Step(event=names, where=where, within=None if within is None else duration(within))


def without(event: Events, *, within: Length, still_open: bool = False) -> Without:
    """No such event in that time after the step before; *still_open* also takes those whose time is not over yet."""
    names, where = only(event, "without")
    return Without(event=names, where=where, within=duration(within), still_open=still_open)


def sequence(*steps: Events | Step | Without, starting: InstantTest | All | None = None) -> Sequence:
    """Some choice of events fits, each later than the one before; *starting* tests the instant of the first.

    sequence("view", step("cart", within="1 hour"), without("order", within="3 days"), starting=when().last("30 days"))
    """
    if not steps:
        raise TypeError('sequence takes at least one step: sequence("view", "order")')
    found = tuple(given if isinstance(given, (Step, Without)) else step(given) for given in steps)
    if isinstance(found[0], Without):
        raise TypeError(f"a sequence begins with an event, not with {shown(found[0])}: without(…) follows a step")
    return Sequence(steps=found, starting=() if starting is None else times_of("starting", [starting]))


# ── regularity ───────────────────────────────────────────────────────────────


def regular(event: Events, *, every: str | Period, at_least: int, of_last: int) -> Regular:
    """Such events in at least so many of the last calendar periods: `regular("order", every="month", at_least=4, of_last=6)`."""
    names, where = only(event, "regular")
    return Regular(event=names, where=where, every=period(every), at_least=at_least, of_last=of_last)
