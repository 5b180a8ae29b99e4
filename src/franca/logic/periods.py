"""When one test on time certainly holds wherever another one does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from franca.definitions import MONTHS, SECONDS, Ago, Duration, From, Last, NamedDay, Next, OnDay, Period, This, TimeTest, To


def time_implies(one: TimeTest, other: TimeTest) -> bool:
    """Tell whether every time that passes *one* passes *other*; what cannot be seen is false."""
    if one == other:
        return True
    rule = _RULES.get((type(one), type(other)))
    return rule(one, other) if rule else False


def shorter(one: Duration, other: Duration) -> bool:
    """Tell whether *one* is certainly at most *other*: exact lengths among themselves, wall-clock steps among themselves."""
    for lengths in (SECONDS, MONTHS):
        if one.unit in lengths and other.unit in lengths:
            return one.amount * lengths[one.unit] <= other.amount * lengths[other.unit]
    return False


def _within_ago(one: Ago, other: Ago) -> bool:
    return one.newer is None and other.newer is None and shorter(other.older, one.older)


def _is_day(value: object) -> bool:
    """Days keep their order as instants; local times need not (the hour that a clock change skips)."""
    return not isinstance(value, datetime)


_LARGER = {Period.MONTH: {Period.QUARTER, Period.YEAR}, Period.QUARTER: {Period.YEAR}}
"""The periods in which one period lies whole."""

_RULES: dict[tuple[type[TimeTest], type[TimeTest]], Callable[[Any, Any], bool]] = {
    (Last, Last): lambda one, other: shorter(one.duration, other.duration),
    (Next, Next): lambda one, other: shorter(one.duration, other.duration),
    (Ago, Ago): _within_ago,
    (From, From): lambda one, other: _is_day(one.at) and _is_day(other.at) and other.at < one.at,
    (To, To): lambda one, other: _is_day(one.at) and _is_day(other.at) and one.at < other.at,
    (This, This): lambda one, other: other.period in _LARGER.get(one.period, ()),
    (OnDay, This): lambda one, _: one.day is NamedDay.TODAY,
}
