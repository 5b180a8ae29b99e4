"""The canonical spelling of tests on time.

Durations take the largest exact unit up to days (of wall-clock units: months); this day is today, the previous one yesterday;
the tests of a window and of an anniversary are about the same instant or day: they stay together, sorted, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from franca.definitions import (
    MONTHS,
    SECONDS,
    Ago,
    Anniversary,
    Duration,
    EventNames,
    Last,
    NamedDay,
    Next,
    OnDay,
    Period,
    Previous,
    SinceLatest,
    This,
    TimeTest,
    Unit,
    names_of,
)
from franca.logic.canonical import canonical


def timed(test: TimeTest) -> TimeTest:
    """Return the canonical spelling of one test; the conditions inside it stay as they are."""
    rewrite = _TIMES.get(type(test))
    return rewrite(test) if rewrite else test


def window(tests: Iterable[TimeTest]) -> tuple[TimeTest, ...]:
    """Return tests that must all hold, sorted, each once."""
    return tuple({canonical(test): test for test in sorted(map(timed, tests), key=canonical)}.values())


def sorted_names(event: EventNames) -> EventNames:
    """Return kinds of events sorted, each once."""
    names = tuple(sorted(set(names_of(event))))
    return names[0] if len(names) == 1 else names


def plain_duration(duration: Duration) -> Duration:
    """Return the same length in days, hours or minutes, whichever is the largest that is whole; wall-clock units as months.

    Hours are refused on dates, so that 24 hours may become a day: both are exact lengths of the same instants.
    """
    if duration.unit in MONTHS:
        return Duration(duration.amount * MONTHS[duration.unit], Unit.MONTHS)
    seconds = duration.amount * SECONDS[duration.unit]
    unit = next(unit for unit in (Unit.DAYS, Unit.HOURS, Unit.MINUTES) if seconds % SECONDS[unit] == 0)
    return Duration(seconds // SECONDS[unit], unit)


def _ago(test: Ago) -> TimeTest:
    if test.newer is not None and test.newer.amount == 0:
        return Last(duration=plain_duration(test.older), position=test.position)
    return replace(test, older=plain_duration(test.older), newer=None if test.newer is None else plain_duration(test.newer))


def _period(day: NamedDay) -> Callable[[This | Previous], TimeTest]:
    return lambda test: OnDay(day=day, position=test.position) if test.period is Period.DAY else test


_TIMES: dict[type[TimeTest], Callable[[Any], TimeTest]] = {
    Last: lambda test: replace(test, duration=plain_duration(test.duration)),
    Next: lambda test: replace(test, duration=plain_duration(test.duration)),
    Ago: _ago,
    This: _period(NamedDay.TODAY),
    Previous: _period(NamedDay.YESTERDAY),
    Anniversary: lambda test: replace(test, tests=window(test.tests)),
    SinceLatest: lambda test: replace(test, event=sorted_names(test.event)),
}
