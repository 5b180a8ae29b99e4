"""Klaviyo's date filters as spans of time (KHC 4403222359451: everything runs in UTC)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from franca_klaviyo.sandbox.times import is_day, seconds_of

HOUR = 3_600
DAY = 24 * HOUR
UNITS = {"hour": HOUR, "day": DAY, "week": 7 * DAY}

Filter = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Present:
    """What a date filter is relative to: now (seconds, UTC) and the assumptions in force."""

    now: float
    assumptions: Mapping[str, bool]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time in seconds; both ends belong to it unless said to be open."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def holds(self, at: float) -> bool:
        """Return whether the instant lies inside."""
        above = at > self.low if self.low_open else at >= self.low
        return above and (at < self.high if self.high_open else at <= self.high)


def midnight(at: float) -> float:
    """Return the midnight UTC at or before an instant."""
    return at - at % DAY


# -- fixed dates


def _after(test: Filter, _present: Present) -> Span:
    low = seconds_of(test["date"])
    # Documented: after day D is from D+1 00:00. Guess: a full instant is itself the (excluded) edge.
    return Span(low=low + DAY) if is_day(test["date"]) else Span(low=low, low_open=True)


def _before(test: Filter, _present: Present) -> Span:
    return Span(high=seconds_of(test["date"]), high_open=True)


def _between_static(test: Filter, _present: Present) -> Span:
    low, high = seconds_of(test["start"]), seconds_of(test["end"])
    # Documented: both ends are included; a day as the end is therefore the whole day.
    return Span(low=low, high=high + DAY, high_open=True) if is_day(test["end"]) else Span(low=low, high=high)


# -- relative windows


def _length(test: Filter, count: int) -> int:
    return UNITS[test["unit"]] * count


def _rolls(test: Filter, present: Present, assumption: str = "klaviyo.hours-roll") -> bool:
    # Documented for days (and weeks, which are days): cut at midnight UTC. Hours: not documented, hence an assumption.
    return test["unit"] == "hour" and present.assumptions[assumption]


def _in_the_last(test: Filter, present: Present) -> Span:
    low = present.now - _length(test, test["quantity"])
    if _rolls(test, present):
        return Span(low=low, low_open=True, high=present.now)
    return Span(low=midnight(low), high=present.now)


def _at_least(test: Filter, present: Present) -> Span:
    high = present.now - _length(test, test["quantity"])
    if _rolls(test, present, "klaviyo.at-least-rolls"):
        return Span(high=high)
    return Span(high=midnight(high), high_open=True)  # documented: the boundary day is excluded


def _in_the_next(test: Filter, present: Present) -> Span:
    high = present.now + _length(test, test["quantity"])
    if _rolls(test, present):
        return Span(low=present.now, low_open=True, high=high)
    # Guess, by symmetry with in-the-last: today and the N days after it, whole.
    return Span(low=midnight(present.now), high=midnight(high) + DAY, high_open=True)


def _between(test: Filter, present: Present) -> Span:
    near, far = sorted((_length(test, test["start"]), _length(test, test["end"])))
    if _rolls(test, present, "klaviyo.between-rolls"):
        return Span(low=present.now - far, low_open=True, high=present.now - near)
    # Documented for days: both days are included, whole.
    return Span(low=midnight(present.now - far), high=midnight(present.now - near) + DAY, high_open=True)


def _alltime(_test: Filter, _present: Present) -> Span:
    return Span()


SPANS: Mapping[str, Callable[[Filter, Present], Span]] = {
    "after": _after,
    "before": _before,
    "between-static": _between_static,
    "in-the-last": _in_the_last,
    "at-least": _at_least,
    "in-the-next": _in_the_next,
    "between": _between,
    "alltime": _alltime,
}


# -- anniversaries: the year is ignored (documented)

Days = Callable[[date], bool]


def _anniversary(day: date, year: int, present: Present) -> date:
    # Documented: "leap day is special-cased", and not how: it falls on 28 February in common years, or, against the assumption, on 1 March.
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28) if present.assumptions["klaviyo.leap-days-in-february"] else date(year, 3, 1)


def _near(test: Filter, present: Present, span: Callable[[Filter, Present], Span]) -> Days:
    window, year = span(test, present), _today(present).year
    # A window is at most as long as a client writes it; a year on each side covers every window that is not always true.
    return lambda day: any(window.holds(_midnight_of(_anniversary(day, y, present))) for y in (year - 1, year, year + 1))


def _this_year(day: date, present: Present) -> date:
    return _anniversary(day, _today(present).year, present)


def _today(present: Present) -> date:
    return datetime.fromtimestamp(present.now, UTC).date()


def _midnight_of(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


ANNIVERSARIES: Mapping[str, Callable[[Filter, Present], Days]] = {
    "anniversary-last": lambda test, present: _near(test, present, _in_the_last),
    "anniversary-next": lambda test, present: _near(test, present, _in_the_next),
    "anniversary": lambda _test, present: lambda day: _this_year(day, present) == _today(present),
    "anniversary-month": lambda _test, present: lambda day: _this_year(day, present).month == _today(present).month,
    "calendar-month": lambda test, _present: lambda day: day.month == test["value"],
}


def dated(test: Filter, present: Present) -> Callable[[float], bool]:
    """Return the test on an instant that any date filter stands for."""
    if test["operator"] in SPANS:
        return SPANS[test["operator"]](test, present).holds
    days = ANNIVERSARIES[test["operator"]](test, present)
    return lambda at: days((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).date())
