"""Time tests → spans of instants or of days, counted from the as-of instant. Pure Python: every engine gets constants."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from franca.definitions import (
    MONTHS,
    Ago,
    Anniversary,
    Duration,
    From,
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

    def is_span(self, test: TimeTest) -> bool:
        """Tell whether constants bound what passes *test*."""
        return type(test) in _INSTANTS

    def days(self, test: TimeTest) -> Span:
        """Return the days that pass *test*."""
        return _DAYS[type(test)](test, self)

    def periods(self, period: Period, number: int) -> tuple[datetime, ...]:
        """Return the instants at which the last *number* calendar periods begin, oldest first; T lies in the last one."""
        first, starts = _first_day(self.today, period), []
        for _ in range(number):
            starts.append(self.midnight(first))
            first = _first_day(_before(first), period)
        return tuple(reversed(starts))

    def month_days(self, test: Anniversary) -> tuple[tuple[int, int], ...] | None:
        """Return the days of the year (month · 100 + day) whose anniversary passes, as ranges with both ends; None: every day.

        February 29 falls on February 28 in common years.
        """
        span = Span()
        for each in test.tests:
            span &= self.days(each)
        if span.lo is None or span.hi is None or (span.hi - span.lo).days >= _EVERY_DAY:
            return None
        days = [span.lo + step * DAY for step in range(max((span.hi - span.lo).days, 0))]
        found = {day.month * 100 + day.day for day in days}
        found |= {229 for day in days if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year)}
        return tuple(_ranges(sorted(found)))

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


_EVERY_DAY = 366
"""As many days in a row hold every anniversary."""
_STARTS: Mapping[Period, Callable[[date], date]] = {
    Period.DAY: lambda day: day,
    Period.WEEK: lambda day: day - day.weekday() * DAY,
    Period.MONTH: lambda day: day.replace(day=1),
    Period.QUARTER: lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    Period.YEAR: lambda day: day.replace(month=1, day=1),
}


def _first_day(day: date, period: Period) -> date:
    try:
        return _STARTS[period](day)
    except OverflowError:  # the first week of the calendar
        return date.min


def _before(day: date) -> date:
    return day - DAY if day > date.min else day


def _next_first(first: date, period: Period) -> date:
    """Return the first day of the period after the one that begins on *first*."""
    longest = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366}
    return _first_day(_after(first, longest[period] * DAY), period)


def _this(test: This, now: AsOf) -> tuple[date, date]:
    first = _first_day(now.today, test.period)
    return first, _next_first(first, test.period)


def _previous(test: Previous, now: AsOf) -> tuple[date, date]:
    end = _first_day(now.today, test.period)
    return _first_day(_before(end), test.period), end


def _midnights(days: tuple[date, date], now: AsOf) -> Span:
    return Span(now.midnight(days[0]), now.midnight(days[1]))


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield runs of days that follow each other, month ends included."""
    start = last = None
    for number in numbers:
        if start is None or last is None:
            start = number
        elif number not in (last + 1, (last // 100 + 1) * 100 + 1) or (number % 100 == 1 and last % 100 < _LENGTHS[last // 100]):
            yield start, last
            start = number
        last = number
    if start is not None and last is not None:
        yield start, last


_LENGTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


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
    This: lambda test, now: _midnights(_this(test, now), now),
    Previous: lambda test, now: _midnights(_previous(test, now), now),
}
_DAYS: Mapping[type[TimeTest], Callable[[Any, AsOf], Span]] = {
    Last: lambda test, now: Span(_after(now.day(test.duration, -1), DAY), now.today + DAY),
    Next: lambda test, now: Span(now.today + DAY, _after(now.day(test.duration, 1), DAY)),
    Ago: _days_ago,
    From: lambda test, now: Span(lo=now.first_day(test.at)),
    To: lambda test, now: Span(hi=now.first_day(test.at)),
    OnDay: _days_on,
    This: lambda test, now: Span(*_this(test, now)),
    Previous: lambda test, now: Span(*_previous(test, now)),
}
