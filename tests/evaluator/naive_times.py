"""Time in plain Python: part of the naive interpreter (see naive.py), written from language.md alone."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from evaluator.naive_values import MonthDay, instant
from franca.definitions import (
    MONTHS,
    WEEKDAYS,
    Ago,
    Anniversary,
    CalendarPart,
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
    Unit,
)

DAY = timedelta(days=1)
YEARS = 150
"""Anniversaries are tried in that many years before and after today."""


@dataclass(frozen=True)
class Now:
    """The as-of instant T, and the project's zone."""

    at: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return local_day(self.at, self.zone)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


# Steps


def step(at: datetime, duration: Duration, sign: int, zone: ZoneInfo) -> datetime:
    """Return *at* plus (sign 1) or minus (sign -1) the duration: an exact length, or a wall-clock step in *zone*."""
    if duration.seconds is not None:
        return (at.astimezone(UTC) + sign * timedelta(seconds=duration.seconds)).astimezone(at.tzinfo)
    wall = at.astimezone(zone).replace(tzinfo=None)
    return instant(datetime.combine(_months(wall.date(), duration, sign), wall.time()), zone)


def step_day(day: date, duration: Duration, sign: int) -> date:
    """Return the day a duration later or earlier; hours and minutes have no meaning on days."""
    days = {Unit.DAYS: 1, Unit.WEEKS: 7}
    return day + timedelta(days=sign * days[duration.unit] * duration.amount) if duration.unit in days else _months(day, duration, sign)


def _months(day: date, duration: Duration, sign: int) -> date:
    """Clamped to the month's end."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + sign * MONTHS[duration.unit] * duration.amount, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def named_day(day: NamedDay | date, today: date) -> date:
    if not isinstance(day, NamedDay):
        return day
    return today + {NamedDay.YESTERDAY: -1, NamedDay.TODAY: 0, NamedDay.TOMORROW: 1}[day] * DAY


# The calendar


def period_number(day: date, period: Period) -> int:
    """Return the number of the calendar period that a day lies in; the one after it has the next number."""
    month = day.year * 12 + day.month - 1
    monday = day - day.weekday() * DAY
    return {
        Period.DAY: day.toordinal(),
        Period.WEEK: (monday.toordinal() - 1) // 7,  # the first of January of the year 1 was a Monday: ordinal 1
        Period.MONTH: month,
        Period.QUARTER: month // 3,
        Period.YEAR: day.year,
    }[period]


def calendar_part(part: CalendarPart, at: datetime, zone: ZoneInfo) -> int | str:
    local = at.astimezone(zone)
    if part is CalendarPart.WEEKDAY:
        return WEEKDAYS[local.weekday()]
    return {CalendarPart.HOUR: local.hour, CalendarPart.DAY: local.day, CalendarPart.MONTH: local.month}[part]


# Tests that need nothing of the profile


def on_instant(test: TimeTest, at: datetime, now: Now) -> bool:
    """A time test on an instant."""
    if isinstance(test, Anniversary):
        return anniversary(test, local_day(at, now.zone), now)
    return _OF_AN_INSTANT[type(test)](test, at, now)


def on_day(test: TimeTest, day: date, now: Now) -> bool:
    """A time test on a day; one of an unknown year passes nothing but tests on its anniversaries."""
    if isinstance(test, Anniversary):
        return anniversary(test, day, now)
    return not isinstance(day, MonthDay) and _OF_A_DAY[type(test)](test, day, now)


def anniversary(test: Anniversary, day: date | MonthDay, now: Now) -> bool:
    return _anniversary(test.tests, day if isinstance(day, MonthDay) else MonthDay(f"{day:%m-%d}"), now)


@lru_cache(maxsize=100_000)
def _anniversary(tests: tuple[TimeTest, ...], day: MonthDay, now: Now) -> bool:
    years = range(now.today.year - YEARS, now.today.year + YEARS + 1)
    return any(all(on_day(test, day.on(year), now) for test in tests) for year in years)


def _ago(test: Ago, at: datetime, now: Now) -> bool:
    older = step(now.at, test.older, -1, now.zone)
    return at <= older if test.newer is None else older < at <= step(now.at, test.newer, -1, now.zone)


def _on_day(test: OnDay, at: datetime, now: Now) -> bool:
    day = named_day(test.day, now.today)
    return instant(day, now.zone) <= at < instant(day + DAY, now.zone)


_OF_AN_INSTANT: Mapping[type[TimeTest], Callable[[Any, datetime, Now], bool]] = {
    Last: lambda test, at, now: step(now.at, test.duration, -1, now.zone) < at <= now.at,
    Next: lambda test, at, now: now.at < at <= step(now.at, test.duration, 1, now.zone),
    Ago: _ago,
    From: lambda test, at, now: instant(test.at, now.zone) <= at,
    To: lambda test, at, now: at < instant(test.at, now.zone),
    OnDay: _on_day,
    This: lambda test, at, now: _period_of_day(test, local_day(at, now.zone), now, 0),
    Previous: lambda test, at, now: _period_of_day(test, local_day(at, now.zone), now, 1),
}


def _period_of_day(test: This | Previous, day: date, now: Now, back: int) -> bool:
    return period_number(day, test.period) == period_number(now.today, test.period) - back


def _day_ago(test: Ago, day: date, now: Now) -> bool:
    older = step_day(now.today, test.older, -1)
    return day <= older if test.newer is None else older < day <= step_day(now.today, test.newer, -1)


_OF_A_DAY: Mapping[type[TimeTest], Callable[[Any, date, Now], bool]] = {
    Last: lambda test, day, now: step_day(now.today, test.duration, -1) < day <= now.today,
    Next: lambda test, day, now: now.today < day <= step_day(now.today, test.duration, 1),
    Ago: _day_ago,
    From: lambda test, day, _: test.at <= day,
    To: lambda test, day, _: day < test.at,
    OnDay: lambda test, day, now: day == named_day(test.day, now.today),
    This: lambda test, day, now: _period_of_day(test, day, now, 0),
    Previous: lambda test, day, now: _period_of_day(test, day, now, 1),
}
