"""Tests on time, for attributes, windows of events, consent, and an event's instant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import date, datetime
from typing import Generic

from franca.definitions import (
    Ago,
    All,
    Anniversary,
    Duration,
    From,
    InstantTest,
    Last,
    NamedDay,
    Next,
    OnDay,
    Period,
    Previous,
    This,
    TimeTest,
    To,
)
from franca.errors import FrancaError, did_you_mean
from franca.language.builder.base import T, Unfinished, shown
from franca.language.times import nothing_between, parse_duration, parse_instant

Length = str | Duration
Instant = str | date | datetime


class Beginning(ABC):
    """What a window can begin with: `since`."""

    @abstractmethod
    def beginning(self) -> TimeTest:
        """Return the window that begins there."""


class Timed(Unfinished, ABC, Generic[T]):
    """Something with a time: the tests of language.md section 3."""

    @abstractmethod
    def _within(self, *tests: TimeTest) -> T:
        """Return what it becomes within these times."""

    def last(self, length: Length) -> T:
        """In (T - length, T]."""
        return self._within(Last(duration=duration(length)))

    def next(self, length: Length) -> T:
        """In (T, T + length]."""
        return self._within(Next(duration=duration(length)))

    def ago(self, older: Length, newer: Length) -> T:
        """In (T - older, T - newer]."""
        return self._within(_ago(duration(older), duration(newer)))

    def ago_at_least(self, length: Length) -> T:
        """At T - length or before."""
        return self._within(Ago(older=duration(length)))

    def from_(self, start: Instant) -> T:
        """At *start* or later."""
        return self._within(From(at=_instant(start)))

    def to(self, end: Instant) -> T:
        """Before *end*."""
        return self._within(To(at=_instant(end)))

    def between_dates(self, start: Instant, end: Instant) -> T:
        """At *start* or later, and before *end*."""
        return self._within(From(at=_instant(start)), To(at=_instant(end)))

    def day(self, day: str | date) -> T:
        """On one calendar day: "today", "yesterday", "tomorrow" or a date."""
        return self._within(OnDay(day=_day(day)))

    def this(self, unit: str | Period) -> T:
        """In the whole calendar day, week, month, quarter or year that T lies in."""
        return self._within(This(period=period(unit)))

    def previous(self, unit: str | Period) -> T:
        """In the whole calendar day, week, month, quarter or year before that one."""
        return self._within(Previous(period=period(unit)))

    def since(self, start: Beginning) -> T:
        """Later than the instant of an attribute, or than the latest such event."""
        if not isinstance(start, Beginning):
            raise TypeError(f'since takes attribute("…") or latest("…"), not {shown(start)}')
        return self._within(start.beginning())

    def anniversary(self, *times: InstantTest | All) -> T:
        """On a day whose anniversary passes all of *times*: `attribute("birthday").anniversary(when().next("7 days"))`."""
        return self._within(Anniversary(tests=times_of("anniversary", times)))


class When(Timed[InstantTest]):
    """The event's instant, to be tested."""

    hint = 'say when: when().last("30 days")'

    def __repr__(self) -> str:
        return "when()"

    def _within(self, *tests: TimeTest) -> InstantTest:
        return InstantTest(tests=tests)


def when() -> When:
    """The event's instant, inside `where` and `having`: `when().last("30 days")`; also for `anniversary` and `starting`."""
    return When()


def times_of(what: str, given: Iterable[object]) -> tuple[TimeTest, ...]:
    """Return the time tests of what `when()` made."""
    found: list[TimeTest] = []
    for one in given:
        if isinstance(one, All):
            found.extend(times_of(what, one.of))
        elif isinstance(one, InstantTest):
            found.extend(one.tests)
        else:
            raise TypeError(f'{what} takes times such as when().last("30 days"), not {shown(one)}')
    if not found:
        raise TypeError(f'{what} takes at least one time, such as when().last("30 days")')
    return tuple(found)


def duration(length: Length) -> Duration:
    """Return a duration."""
    parsed = length if isinstance(length, Duration) else parse_duration(length)
    if isinstance(parsed, str):
        raise FrancaError(f"{length!r}: {parsed}")
    return parsed


def period(unit: str | Period) -> Period:
    """Return a unit of the calendar."""
    if unit not in set(Period):
        raise FrancaError(f"there is no calendar unit {unit!r}", remedy=did_you_mean(str(unit), Period))
    return Period(unit)


def _ago(older: Duration, newer: Duration) -> Ago:
    if wrong := nothing_between(older, newer):
        raise FrancaError(wrong, remedy="write the longer first")
    return Ago(older=older, newer=newer)


def _instant(at: Instant) -> date | datetime:
    parsed = parse_instant(at) if isinstance(at, str) else at
    if parsed is None:
        raise FrancaError(f"{at!r} is not a date or an instant", remedy="write 2026-01-31 or 2026-01-31T09:00:00Z")
    return parsed


def _day(day: str | date) -> NamedDay | date:
    if isinstance(day, str) and day in set(NamedDay):
        return NamedDay(day)
    parsed = _instant(day)
    if isinstance(parsed, datetime):
        raise FrancaError(f"{day!r} is not a day", remedy=did_you_mean(str(day), NamedDay))
    return parsed
