"""Tests on time as spans, and spans as Klaviyo's date filters; `timeframes.py` makes one of several.

Day units are cut at midnight UTC (KHC 4403222359451) and would mean another window than ours, so relative windows are written in hours;
absolute ones with between-static, whose ends are both documented to be included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from franca.adapter import Assumption, Finding
from franca.definitions import (
    Ago,
    Duration,
    From,
    Kind,
    Last,
    NamedDay,
    Next,
    OnDay,
    Op,
    SinceAttribute,
    SinceLatest,
    TimeTest,
    To,
    ValueTest,
)
from franca_klaviyo.assumptions import AT_LEAST_ROLLS, BETWEEN_ROLLS, HOURS_ROLL
from franca_klaviyo.parts import Context, Filter, refuse

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
UTC_ZONES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "Etc/GMT", "GMT", "UCT", "Universal", "Zulu"})
DATES = frozenset({Kind.DATE, Kind.DATETIME})

END = "9999-12-31T23:59:59Z"
# "After now" has no operator of its own. Until 2100 these two are it: the next 80 years, or any time from 2100 on.
FUTURE: tuple[Filter, ...] = (
    {"type": "date", "operator": "in-the-next", "unit": "hour", "quantity": 80 * 8_760},
    {"type": "date", "operator": "between-static", "start": "2100-01-01T00:00:00Z", "end": END},
)


def hours(operator: str, quantity: int) -> Filter:
    """Return a relative filter in hours."""
    return {"type": "date", "operator": operator, "unit": "hour", "quantity": quantity}


_ROLLS = {"at-least": AT_LEAST_ROLLS, "between": BETWEEN_ROLLS}


def leaned(filters: Iterable[Filter]) -> frozenset[Assumption]:
    """Return what date filters lean on: how windows in hours are cut."""
    return frozenset(_ROLLS.get(each["operator"], HOURS_ROLL) for each in filters if each.get("unit") == "hour")


def spelled(at: datetime) -> str:
    """Return an instant as it stands in canonical bodies: whole seconds, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- spans


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """[low, high); an end that is None is open."""

    low: datetime | None = None
    high: datetime | None = None

    @property
    def empty(self) -> bool:
        """Nothing lies in it."""
        return self.low is not None and self.high is not None and self.low >= self.high

    def inside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds in the span."""
        if self.low is None:
            return () if self.high is None else ({"type": "date", "operator": "before", "date": spelled(self.high)},)
        end = END if self.high is None else spelled(self.high - SECOND)
        return ({"type": "date", "operator": "between-static", "start": spelled(self.low), "end": end},)

    def outside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds for every time out of the span."""
        before = () if self.low is None else Fixed(high=self.low).inside()
        return before + (() if self.high is None else Fixed(low=self.high).inside())


@dataclass(frozen=True, kw_only=True)
class Within:
    """(T - length, T]; *length* in hours."""

    length: int

    def inside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds in the span."""
        return (hours("in-the-last", self.length),)

    def outside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds for every time out of the span."""
        return (hours("at-least", self.length), *FUTURE)


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """(-∞, T - length]; *length* in hours."""

    length: int

    def inside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds in the span."""
        return (hours("at-least", self.length),)

    def outside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds for every time out of the span."""
        return (hours("in-the-last", self.length), *FUTURE)


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """(T, T + length]; *length* in hours."""

    length: int

    def inside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds in the span."""
        return (hours("in-the-next", self.length),)

    def outside(self) -> tuple[Filter, ...]:
        """Refuse: "later than in N hours" has no filter."""
        raise refuse("future-dates", "Klaviyo cannot say that a date lies further ahead than a window")


@dataclass(frozen=True, kw_only=True)
class Day:
    """The whole day *ago* days before today, in UTC; "between" in days is documented to include both of its days."""

    ago: int

    def inside(self) -> tuple[Filter, ...]:
        """Return filters of which one holds in the span."""
        return ({"type": "date", "operator": "between", "unit": "day", "start": self.ago, "end": self.ago},)

    def outside(self) -> tuple[Filter, ...]:
        """Refuse: only events are asked about whole days, and their windows are not negated."""
        raise refuse("calendar-days", "Klaviyo cannot say that a time lies on another day")


Span = Fixed | Within | Beyond | Ahead | Day


@dataclass(frozen=True, kw_only=True)
class Time:
    """What a test on time is read in: the type of the value, the project's zone, what was accepted, and whether it is an event's."""

    kind: Kind
    zone: ZoneInfo
    context: Context
    of_event: bool = False

    def instant(self, at: date | datetime) -> datetime:
        """Return the instant of a constant; Klaviyo keeps a day as its midnight UTC, whatever the project's zone."""
        if not isinstance(at, datetime):
            return datetime.combine(at, time(), UTC if self.kind is Kind.DATE else self.zone).astimezone(UTC)
        if self.kind is Kind.DATE:
            raise refuse("time-of-day", "a day is compared with an instant")
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)


def spans(test: TimeTest | ValueTest, at: Time) -> tuple[Span, ...]:
    """Return the spans that all must hold the time.

    Raises:
        RefusedError: there is no exact form.
    """
    if isinstance(test, ValueTest):
        return (_COMPARISONS[test.op](at.instant(_moment(test.operand)), SECOND if at.kind is Kind.DATETIME else DAY),)
    make = _SPANS.get(type(test))
    if make is None:
        raise refuse("calendar-windows", "Klaviyo has no calendar periods in the project's zone")
    return make(test, at)


def _moment(operand: Any) -> date:
    if not isinstance(operand, date):
        raise TypeError(f"{operand!r} is not a time")  # checking gave every constant its type
    return operand


# A value test sees a time as its whole second, a day as its whole day.
_COMPARISONS: Mapping[Op, Callable[[datetime, timedelta], Fixed]] = {
    Op.IS: lambda at, unit: Fixed(low=at, high=at + unit),
    Op.GT: lambda at, unit: Fixed(low=at + unit),
    Op.GTE: lambda at, _unit: Fixed(low=at),
    Op.LT: lambda at, _unit: Fixed(high=at),
    Op.LTE: lambda at, unit: Fixed(high=at + unit),
}


def length(duration: Duration) -> int:
    """Return whole hours.

    Raises:
        RefusedError: Klaviyo has no such length.
    """
    if duration.seconds is None:
        raise refuse("month-windows", f"Klaviyo counts hours, days and weeks, and {duration} is none of them")
    if duration.seconds % 3600 or not duration.seconds:
        raise refuse("minute-windows", f"Klaviyo's shortest unit is the hour, and {duration} is not a whole number of hours")
    return duration.seconds // 3600


def day_windows(test: TimeTest | ValueTest, at: Time) -> frozenset[Finding]:
    """Return the finding of a relative window on days, where the user accepted it.

    A day is held as its midnight UTC. In UTC the N days ending today are exactly those less than N · 24 hours old; elsewhere today is
    another day for some hours.

    Raises:
        RefusedError: not accepted.
    """
    named = isinstance(test, OnDay) and isinstance(test.day, NamedDay) and (at.of_event or at.kind is Kind.DATE)
    relative = named or (at.kind is Kind.DATE and isinstance(test, (Last, Next, Ago)))
    return in_days(at) if relative else frozenset()


def in_days(at: Time) -> frozenset[Finding]:
    """Return the finding of what is told by whole days from now on: none where the project's days are Klaviyo's.

    Raises:
        RefusedError: they are others, and that was not accepted.
    """
    if at.zone.key in UTC_ZONES:
        return frozenset()
    what = f"Klaviyo begins days at midnight UTC, the project in {at.zone.key}"
    return at.context.approximate(Finding(id="day-windows", what=what))


def _ago(test: Ago, _at: Time) -> tuple[Span, ...]:
    if test.newer is None:
        return (Beyond(length=length(test.older)),)
    return Within(length=length(test.older)), Beyond(length=length(test.newer))


def _day(test: OnDay, at: Time) -> tuple[Span, ...]:
    if isinstance(test.day, NamedDay):
        return _named_day(test.day, at)
    return (Fixed(low=at.instant(test.day), high=at.instant(test.day + DAY)),)


def _named_day(day: NamedDay, at: Time) -> tuple[Span, ...]:
    """Return the span of a day; of a date, whose days are midnights UTC, as so many hours."""
    if at.kind is Kind.DATE:
        return _DAYS[day]
    if not at.of_event:
        raise refuse("calendar-days", f"Klaviyo has no {day.value!r} for an instant that may lie ahead")
    return (Ahead(length=24),) if day is NamedDay.TOMORROW else (Day(ago=0 if day is NamedDay.TODAY else 1),)


_DAYS: Mapping[NamedDay, tuple[Span, ...]] = {
    NamedDay.TODAY: (Within(length=24),),
    NamedDay.YESTERDAY: (Within(length=48), Beyond(length=24)),
    NamedDay.TOMORROW: (Ahead(length=24),),
}


def _since(_test: TimeTest, _at: Time) -> tuple[Span, ...]:
    raise refuse("since-windows", "Klaviyo's windows cannot begin at another date of the profile")


_SPANS: Mapping[type[TimeTest], Callable[[Any, Time], tuple[Span, ...]]] = {
    Last: lambda test, _at: (Within(length=length(test.duration)),),
    Next: lambda test, _at: (Ahead(length=length(test.duration)),),
    Ago: _ago,
    From: lambda test, at: (Fixed(low=at.instant(test.at)),),
    To: lambda test, at: (Fixed(high=at.instant(test.at)),),
    OnDay: _day,
    SinceAttribute: _since,
    SinceLatest: _since,
}
