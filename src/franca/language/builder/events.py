"""Events, measures of them, ratios and ranks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from franca.definitions import (
    All,
    AttributeRef,
    Average,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    End,
    EventMeasure,
    EventNames,
    EventTest,
    Maximum,
    Measure,
    Minimum,
    Op,
    Places,
    Predicate,
    Rank,
    Ratio,
    SinceLatest,
    Sum,
    Tile,
    TimeTest,
    ValueTest,
    names_of,
)
from franca.errors import FrancaError
from franca.language.builder.base import Test, Tested, Unfinished, predicates, shown
from franca.language.builder.times import Beginning, Timed
from franca.language.builder.values import AttributeValue


@dataclass(frozen=True, eq=False, repr=False)
class EventBuilder(Timed["EventBuilder"], Beginning):
    """Events of one kind or several, narrowed by where and a window; a measure makes the predicate."""

    event: EventNames
    condition: Predicate | None = None
    window: tuple[TimeTest, ...] = ()
    value: str | None = None

    hint = "say how many: .exists(), .never(), .count() >= 5, or .sum(…) >= 100"

    def __repr__(self) -> str:
        return f"event({listed(self.event)})"

    def where(self, *conditions: Predicate) -> EventBuilder:
        """Only the events for which all of *conditions* hold, beside what was asked before."""
        return replace(self, condition=narrowed(self.condition, "where", conditions))

    def _within(self, *tests: TimeTest) -> EventBuilder:
        return replace(self, window=longer_window(self, self.window, tests))

    def per(self, of: str) -> EventBuilder:
        """Of one value of a property: the events that share it must satisfy the measure; see `together` for several measures."""
        return replace(self, value=of)

    def beginning(self) -> TimeTest:
        """Return the window that begins with the latest such event."""
        event, where = only(self, "since")
        return SinceLatest(event=event, where=where)

    # -- measures

    def _that(self, *measures: Measure) -> EventTest:
        return EventTest(event=self.event, where=self.condition, window=self.window, measures=measures, per=self.value)

    def exists(self) -> EventTest:
        """At least one such event."""
        return self._that()

    def never(self) -> EventTest:
        """No such event."""
        if self.value is not None:
            raise TypeError(f'{self}.per("{self.value}").never() asks for a value that no event has; ask without .per')
        return self._that(Count(tests=(ValueTest(op=Op.IS, operand=0),)))

    def count(self) -> MeasureValue:
        """How many, to be compared: `.count() >= 5`."""
        return MeasureValue(self, Count(), "count()")

    def sum(self, of: str) -> MeasureValue:
        """The sum of a property, to be compared: `.sum("total") >= 1000`."""
        return MeasureValue(self, Sum(of=of), f'sum("{of}")')

    def average(self, of: str) -> MeasureValue:
        """The mean of a property, missing over no values, to be compared."""
        return MeasureValue(self, Average(of=of), f'average("{of}")')

    def minimum(self, of: str) -> MeasureValue:
        """The smallest number, day or instant of a property, missing over no values, to be compared."""
        return MeasureValue(self, Minimum(of=of), f'minimum("{of}")')

    def maximum(self, of: str) -> MeasureValue:
        """The largest number, day or instant of a property, missing over no values, to be compared."""
        return MeasureValue(self, Maximum(of=of), f'maximum("{of}")')

    def distinct(self, of: str) -> MeasureValue:
        """How many different values a property has (of a list: elements), to be compared."""
        return MeasureValue(self, Distinct(of=of), f'distinct("{of}")')

    def days_since_last(self) -> MeasureValue:
        """Days of 24 hours from the latest event to T, missing over no events, to be compared."""
        return MeasureValue(self, DaysSinceLast(), "days_since_last()")

    def days_since_first(self) -> MeasureValue:
        """Days of 24 hours from the first event to T, missing over no events, to be compared."""
        return MeasureValue(self, DaysSinceFirst(), "days_since_first()")


def event(*names: str) -> EventBuilder:
    """Events of one kind, or of any of several: `event("order").last("30 days").count() >= 5`."""
    return EventBuilder(kinds("event", names))


def kinds(what: str, names: tuple[str, ...]) -> EventNames:
    """Return kinds of events by their names."""
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f'{what} takes names of events: {what}("order")')
    return names[0] if len(names) == 1 else names


def listed(names: EventNames) -> str:
    """Return names in quotes."""
    return ", ".join(f'"{name}"' for name in names_of(names))


def narrowed(condition: Predicate | None, what: str, conditions: Iterable[Predicate]) -> Predicate:
    """Return a condition with more of them."""
    parts = (*(() if condition is None else (condition,)), *predicates(what, conditions))
    return parts[0] if len(parts) == 1 else All(of=parts)


def longer_window(what: Unfinished, window: tuple[TimeTest, ...], tests: tuple[TimeTest, ...]) -> tuple[TimeTest, ...]:
    """Return a window with more tests; two of one kind are a mistake."""
    found = [type(test) for test in (*window, *tests)]
    if len(set(found)) < len(found):
        raise TypeError(f"{what} has two windows of one kind; keep the narrower one")
    return (*window, *tests)


def only(given: object, what: str) -> tuple[EventNames, Predicate | None]:
    """Return the kinds and the condition of an event where nothing else can be said of it."""
    if isinstance(given, str):
        return given, None
    if not isinstance(given, EventBuilder):
        raise TypeError(f'{what} takes the name of an event, or event("…").where(…), not {shown(given)}')
    if given.window or given.value is not None:
        raise TypeError(f"{what} takes no window and no .per; only .where")
    return given.event, given.condition


# ── measures ─────────────────────────────────────────────────────────────────


class MeasureValue(Tested[EventTest]):
    """A measure of events, to be compared with a number, divided or ranked."""

    hint = "compare it with a number: >= 5"
    compares_with = (AttributeRef,)

    def __init__(self, events: EventBuilder, measure: Measure, name: str) -> None:
        self._events = events
        self._measure = measure
        self._name = name

    def __repr__(self) -> str:
        return f"{self._events}.{self._name}"

    def _test(self, test: Test) -> EventTest:
        return self._events._that(replace(self._measure, tests=(test,)))  # noqa: SLF001 - one front end

    def _compare(self, op: Op, other: object) -> EventTest:
        if isinstance(other, MeasureValue):
            raise TypeError(f"{self} cannot compare with {other}; divide one by the other: … / … > 1")
        return super()._compare(op, other)

    def is_set(self, present: bool = True) -> EventTest:
        """There is such a number; with False: it is missing."""
        return self._one(Op.IS_SET, present)

    def __truediv__(self, other: MeasureValue) -> RatioValue:  # type: ignore[override]
        if not isinstance(other, MeasureValue):
            raise TypeError(f"{self} is divided by another measure, not by {shown(other)}")
        return RatioValue(self, other)

    def bare(self) -> EventMeasure:
        """Return the measure without a test."""
        events = self._events
        if events.value is not None:
            raise TypeError(f"{self} is of one value of {events.value!r}: it cannot be divided or ranked; leave .per out")
        return EventMeasure(event=events.event, measure=self._measure, where=events.condition, window=events.window)


class RatioValue(Tested[Ratio]):
    """A measure divided by another, to be compared with a number."""

    hint = "compare it with a number: >= 0.5"
    compares_with = (AttributeRef,)

    def __init__(self, measure: MeasureValue, divided_by: MeasureValue) -> None:
        self._measure = measure
        self._divided_by = divided_by

    def __repr__(self) -> str:
        return f"{self._measure} / {self._divided_by}"

    def _test(self, test: Test) -> Ratio:
        return Ratio(measure=self._measure.bare(), divided_by=self._divided_by.bare(), tests=(test,))

    def is_set(self, present: bool = True) -> Ratio:
        """There is such a number; with False: one of the two is missing, or the second is 0."""
        return self._one(Op.IS_SET, present)


def together(*tests: Predicate) -> EventTest:
    """Return one test with the measures of several on the same events; with `.per`, one value must satisfy all of them.

    items = event("item").per("sku").last("90 days")
    together(items.count() >= 3, items.sum("price") >= 100)
    """
    found = [test for test in predicates("together", tests) if isinstance(test, EventTest)]
    if len({replace(test, measures=()) for test in found}) != 1 or len(found) < len(tests):
        raise TypeError("together takes tests on the same events: the same names, .where, window and .per")
    return replace(found[0], measures=tuple(measure for test in found for measure in test.measures))


# ── ranks ────────────────────────────────────────────────────────────────────

_PERCENT = re.compile(r"[0-9]+(\.[0-9]+)?%")


class Ranking(Unfinished):
    """An order of profiles; a place in it makes the predicate."""

    hint = 'say which: .top("10%"), .top(500), .bottom("10%"), or .tile(of=3, among=[3])'

    def __init__(self, of: EventMeasure | AttributeRef, name: str) -> None:
        self._of = of
        self._name = name

    def __repr__(self) -> str:
        return f"rank({self._name})"

    def top(self, places: str | int) -> Rank:
        """Among the highest: a share such as "10%", rounded up, or so many."""
        return Rank(of=self._of, place=_places(End.TOP, places))

    def bottom(self, places: str | int) -> Rank:
        """Among the lowest: a share such as "10%", rounded up, or so many."""
        return Rank(of=self._of, place=_places(End.BOTTOM, places))

    def tile(self, *, of: int, among: Iterable[int]) -> Rank:
        """In the parts numbered *among* of *of* equal parts; 1 is the lowest."""
        return Rank(of=self._of, place=Tile(of=of, among=tuple(among)))


def _places(end: End, places: str | int) -> Places:
    if isinstance(places, str) and _PERCENT.fullmatch(places):
        return Places(end=end, percent=Decimal(places[:-1]))
    if isinstance(places, bool) or not isinstance(places, int):
        raise FrancaError(f"{end} {places!r} is no place", remedy=f'write .{end}("10%") or .{end}(500)')
    return Places(end=end, count=places)


def rank(of: MeasureValue | AttributeValue) -> Ranking:
    """Order the profiles that have such a value: `rank(event("order").sum("total")).top("10%")`, `rank(attribute("score")).top(500)`."""
    if isinstance(of, MeasureValue):
        return Ranking(of.bare(), repr(of))
    if isinstance(of, AttributeValue):
        return Ranking(of.reference(), repr(of))
    raise TypeError(f'rank takes a measure such as event("order").count(), or an attribute itself, not {shown(of)}')
