"""Anniversaries of a date: Klaviyo's own windows where the project's days are Klaviyo's, whole months anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from franca.adapter import Assumption, Finding
from franca.definitions import Anniversary, From, Kind, Last, NamedDay, Next, OnDay, Period, This, TimeTest, To
from franca_klaviyo.assumptions import LEAP_DAYS
from franca_klaviyo.parts import Filter, RefusedError, refuse
from franca_klaviyo.values import IS_SET, NOT_SET
from franca_klaviyo.windows import Time, hours, in_days, leaned, length

YEAR = range(1, 13)
SURE = 366 * 24
"""Hours in which every day of the year begins, whatever the year."""


@dataclass(frozen=True, kw_only=True)
class Anniversaries:
    """The filters of which one must hold, what they lean on, and what was accepted."""

    filters: tuple[Filter, ...]
    assumptions: frozenset[Assumption] = frozenset()
    findings: frozenset[Finding] = frozenset()


def anniversaries(test: Anniversary, positive: bool, at: Time) -> Anniversaries:
    """Compile a test on the anniversary of a date, as it stands (*positive*) or negated.

    Raises:
        RefusedError: there is no exact form.
    """
    if at.kind is not Kind.DATE:
        raise refuse("calendar-windows", "Klaviyo does not say on which day the anniversary of an instant is")
    months = _months(test.tests)
    if months is not None:
        return _calendar(months if positive else set(YEAR) - months, positive)
    if len(test.tests) != 1:
        raise _no_such()
    found = _DAYS.get(type(test.tests[0]), _refused)(test.tests[0])
    if found is IS_SET:
        return Anniversaries(filters=(IS_SET if positive else NOT_SET,))
    findings = in_days(at)
    if not positive:
        raise refuse("future-dates", "Klaviyo cannot say that an anniversary lies outside a window")
    return Anniversaries(filters=(found,), assumptions=leaned((found,)) | {LEAP_DAYS}, findings=findings)


def _no_such() -> RefusedError:
    return refuse("calendar-windows", "Klaviyo has anniversaries in the last or next days, today, this month and in given months alone")


# -- whole months, whatever the year; February 29 is in February, as is February 28


def _months(tests: tuple[TimeTest, ...]) -> set[int] | None:
    """Return the months of a window from the first of one month to the first of another; None: it is no such window."""
    starts, ends = [test.at for test in tests if isinstance(test, From)], [test.at for test in tests if isinstance(test, To)]
    if len(tests) != 2 or len(starts) != 1 or len(ends) != 1:
        return None
    if not _is_first(starts[0]) or not _is_first(ends[0]):
        return None
    first, following = (at.year * 12 + at.month for at in (starts[0], ends[0]))
    return {(number - 1) % 12 + 1 for number in range(first, min(following, first + 12))}


def _is_first(at: date | datetime) -> bool:
    return not isinstance(at, datetime) and at.day == 1


def _calendar(months: set[int], positive: bool) -> Anniversaries:
    filters: tuple[Filter, ...] = tuple({"type": "date", "operator": "calendar-month", "value": month} for month in sorted(months))
    filters = (IS_SET,) if len(months) == len(YEAR) else filters
    # A test on a missing value is false, its negation true.
    return Anniversaries(filters=filters if positive else (*filters, NOT_SET))


# -- days from now on: a date is its midnight, and so is its anniversary


def _near(operator: str) -> Callable[[Any], Filter]:
    def make(test: Last | Next) -> Filter:
        quantity = length(test.duration)
        return IS_SET if quantity >= SURE else hours(operator, quantity)

    return make


def _day(test: OnDay) -> Filter:
    if test.day is NamedDay.TODAY:
        return {"type": "date", "operator": "anniversary"}
    if test.day is NamedDay.TOMORROW:
        return hours("anniversary-next", 24)
    raise _no_such()


def _this(test: This) -> Filter:
    if test.period is Period.MONTH:
        return {"type": "date", "operator": "anniversary-month"}
    raise _no_such()


def _refused(_test: TimeTest) -> Filter:
    raise _no_such()


_DAYS: Mapping[type[TimeTest], Callable[[Any], Filter]] = {
    Last: _near("anniversary-last"),
    Next: _near("anniversary-next"),
    OnDay: _day,
    This: _this,
}
