"""Events on so many of the last days: a condition for each day, where the project's days are Klaviyo's."""

from __future__ import annotations

from itertools import combinations
from math import comb

from franca.adapter import facts
from franca.definitions import EventTest, Kind, Period, Regular
from franca_klaviyo.assumptions import ZERO_COUNT
from franca_klaviyo.counting import MOST_CONDITIONS, at_least, below
from franca_klaviyo.events import condition, sources_of
from franca_klaviyo.parts import NOBODY, Condition, Context, Groups, Part, either, refuse
from franca_klaviyo.variants import variants
from franca_klaviyo.windows import Day, Time, in_days


def regular(leaf: Regular, positive: bool, context: Context) -> Part:
    """Compile at least so many of the last days; weeks and months are no whole numbers of days from today on.

    Raises:
        RefusedError: there is no exact form.
    """
    if leaf.every is not Period.DAY:
        raise refuse("regular-events", f"Klaviyo has windows of days from today on, and none that is a {leaf.every}")
    findings = in_days(Time(kind=Kind.DATETIME, zone=context.site.project.zone, context=context, of_event=True))
    days = [_on(leaf, ago, context) for ago in range(leaf.of_last)]
    groups = _some_days(days, leaf.at_least) if positive else _few_days(days, leaf.at_least)
    destination = context.site.destination.name
    leaning = {facts(destination, source.event) for source in sources_of(leaf.event, context)} | (set() if positive else {ZERO_COUNT})
    return Part(groups=groups, assumptions=frozenset(leaning), findings=findings)


def _on(leaf: Regular, ago: int, context: Context) -> tuple[Condition, ...]:
    """Return a condition without its measurement for each variant of the events of one day."""
    events = EventTest(event=leaf.event, where=leaf.where)
    found = [(source, each) for source in sources_of(leaf.event, context) for each in variants(events, source, apart=False)]
    if any(variant.window or variant.findings for _, variant in found):
        raise refuse("combined-windows", "Klaviyo counts events in one window, and a day is one")
    return tuple(condition(source, variant, Day(ago=ago).inside()[0]) for source, variant in found)


def _some_days(days: list[tuple[Condition, ...]], number: int) -> Groups:
    """Return that *number* of the days have an event: among any days of which fewer than that are left out, one has."""
    size = len(days) - number + 1
    _fits(len(days), size)
    return tuple(sum((at_least(day, 1)[0] for day in chosen), ()) for chosen in combinations(days, size))


def _few_days(days: list[tuple[Condition, ...]], number: int) -> Groups:
    """Return that fewer have: of any such number of days one has none."""
    _fits(len(days), number)
    found: Groups = ()
    for chosen in combinations(days, number):
        groups = NOBODY
        for day in chosen:
            groups = either(groups, below(day, 1))
            if len(groups) > MOST_CONDITIONS:
                raise refuse("too-many-conditions", "days without one of several kinds of events can be told in too many ways")
        found += groups
    return found


def _fits(days: int, chosen: int) -> None:
    if comb(days, chosen) * chosen > MOST_CONDITIONS:
        raise refuse("too-many-conditions", f"{chosen} of {days} days can be chosen in too many ways")
