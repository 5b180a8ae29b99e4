"""Time tests → spans of instants or of days, counted from the as-of instant. Pure Python: every engine gets constants."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from franca.definitions import MONTHS, Ago, Duration, From, Last, NamedDay, Next, OnDay, TimeTest, To

TICK = timedelta(microseconds=1)
"""The resolution of instants: (a, b] is [a + TICK, b + TICK)."""
DAY = timedelta(days=1)
Moment = TypeVar("Moment", date, datetime)
_NAMED = {NamedDay.TODAY: 0, NamedDay.YESTERDAY: -1, NamedDay.TOMORROW: 1}


@dataclass(frozen=True)
class Span:
    """[lo, hi) of instants (naive, in UTC) or of days; None is unbounded."""

    lo: Any = None
    hi: Any = None

    def __and__(self, other: Span) -> Span:
        lows = [lo for lo in (self.lo, other.lo) if lo is not None]
        highs = [hi for hi in (self.hi, other.hi) if hi is not None]
        return Span(max(lows, default=None), min(highs, default=None))


@dataclass(frozen=True)
class AsOf:
    """The as-of instant T and the project's zone."""

    instant: datetime
    zone: ZoneInfo

    @property
    def utc(self) -> datetime:
        """T without a zone, in UTC."""
        return _naive(self.instant)

    @property
    def after(self) -> datetime:
        """The first instant after T, as `utc`."""
        return self.utc + TICK

    @property
    def today(self) -> date:
        """The day of T in the project's zone."""
        return self.instant.astimezone(self.zone).date()

    def instants(self, test: TimeTest) -> Span:
        """Return the instants that pass *test*."""
        return _INSTANTS[type(test)](test, self)

    def days(self, test: TimeTest) -> Span:
        """Return the days that pass *test*."""
        return _DAYS[type(test)](test, self)

    def moved(self, duration: Duration, sign: int) -> datetime:
        """Return T plus or minus *duration*, in UTC without a zone, or the end of the calendar.

        Months are wall-clock steps in the project's zone; a wall-clock time that a clock change repeats or skips is read as its first.
        """
        try:
            if duration.seconds is not None:
                return self.utc + sign * timedelta(seconds=duration.seconds)
            if not duration.amount:
                return self.utc
            local = self.instant.astimezone(self.zone)
            moved = datetime.combine(_months(local.date(), sign * duration.amount * MONTHS[duration.unit]), local.time())
            return _naive(moved.replace(tzinfo=self.zone, fold=0))
        except (OverflowError, ValueError):
            return datetime.min if sign < 0 else datetime.max  # noqa: DTZ901 - naive, in UTC

    def day(self, duration: Duration, sign: int) -> date:
        """Return today plus or minus *duration* in days or longer, or the end of the calendar."""
        try:
            if duration.seconds is not None:
                return self.today + sign * timedelta(seconds=duration.seconds)
            return _months(self.today, sign * duration.amount * MONTHS[duration.unit])
        except (OverflowError, ValueError):
            return date.min if sign < 0 else date.max

    def midnight(self, day: date) -> datetime:
        """Return the instant at which *day* begins in the project's zone."""
        return _naive(datetime.combine(day, time(), self.zone))

    def at(self, moment: date | datetime) -> datetime:
        """Return the instant that a literal means."""
        if isinstance(moment, datetime):
            return _naive(moment if moment.tzinfo else moment.replace(tzinfo=self.zone))
        return self.midnight(moment)

    def first_day(self, moment: date | datetime) -> date:
        """Return the first day that does not begin before *moment*."""
        if not isinstance(moment, datetime):
            return moment
        day = self.at(moment).replace(tzinfo=UTC).astimezone(self.zone).date()
        return day if self.midnight(day) >= self.at(moment) else _after(day, DAY)


def _naive(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:  # an offset matters nothing at the ends of the calendar
        return moment.replace(tzinfo=None)


def _months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _after(moment: Moment, step: timedelta) -> Moment:
    try:
        return moment + step
    except OverflowError:
        return moment


def _on(test: OnDay, now: AsOf) -> date:
    return now.today + _NAMED[test.day] * DAY if isinstance(test.day, NamedDay) else test.day


def _instants_ago(test: Ago, now: AsOf) -> Span:
    hi = _after(now.moved(test.older if test.newer is None else test.newer, -1), TICK)
    lo = None if test.newer is None else _after(now.moved(test.older, -1), TICK)
    return Span(lo, hi)


def _days_ago(test: Ago, now: AsOf) -> Span:
    hi = _after(now.day(test.older if test.newer is None else test.newer, -1), DAY)
    lo = None if test.newer is None else _after(now.day(test.older, -1), DAY)
    return Span(lo, hi)


def _instants_on(test: OnDay, now: AsOf) -> Span:
    day = _on(test, now)
    return Span(now.midnight(day), now.midnight(_after(day, DAY)))


def _days_on(test: OnDay, now: AsOf) -> Span:
    return Span(_on(test, now), _after(_on(test, now), DAY))


_INSTANTS: Mapping[type[TimeTest], Callable[[Any, AsOf], Span]] = {
    Last: lambda test, now: Span(_after(now.moved(test.duration, -1), TICK), now.after),
    Next: lambda test, now: Span(now.after, _after(now.moved(test.duration, 1), TICK)),
    Ago: _instants_ago,
    From: lambda test, now: Span(lo=now.at(test.at)),
    To: lambda test, now: Span(hi=now.at(test.at)),
    OnDay: _instants_on,
}
_DAYS: Mapping[type[TimeTest], Callable[[Any, AsOf], Span]] = {
    Last: lambda test, now: Span(_after(now.day(test.duration, -1), DAY), now.today + DAY),
    Next: lambda test, now: Span(now.today + DAY, _after(now.day(test.duration, 1), DAY)),
    Ago: _days_ago,
    From: lambda test, now: Span(lo=now.first_day(test.at)),
    To: lambda test, now: Span(hi=now.first_day(test.at)),
    OnDay: _days_on,
}
