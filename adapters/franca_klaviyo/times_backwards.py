"""Date filters read backwards: tests on time, as Klaviyo documents where it cuts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from franca.adapter import Assumption
from franca.adapter.importing import unrepresentable
from franca.definitions import (
    Ago,
    Anniversary,
    Duration,
    From,
    Kind,
    Last,
    NamedDay,
    Next,
    OnDay,
    Period,
    This,
    TimeTest,
    To,
    Unit,
)
from franca_klaviyo.assumptions import LEAP_DAYS
from franca_klaviyo.parts import Filter
from franca_klaviyo.windows import DAY, END, SECOND, UTC_ZONES, leaned


class Approximating(Protocol):
    """Who may consent to what is not exact."""

    def approximate(self, finding: str, what: str) -> None:
        """Note it, or refuse."""
        ...


@dataclass(frozen=True, kw_only=True)
class Times:
    """The tests that a date filter is, and what they lean on."""

    tests: tuple[TimeTest, ...]
    leaned: frozenset[Assumption] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """What a date filter is read in, and whether it is of an event, which never lies ahead."""

    kind: Kind
    zone: ZoneInfo
    consent: Approximating
    of_event: bool

    @property
    def days(self) -> bool:
        """Whether the value is a day, which Klaviyo keeps as its midnight UTC."""
        return self.kind is Kind.DATE

    def local(self) -> None:
        """Insist that days begin at midnight UTC for us too."""
        if self.zone.key not in UTC_ZONES:
            self.consent.approximate("day-windows", f"Klaviyo begins days at midnight UTC, the project in {self.zone.key}")


def times(test: Filter, kind: Kind, zone: ZoneInfo, consent: Approximating, *, of_event: bool = False) -> Times:
    """Return the tests on time that a date filter is.

    Raises:
        NotRepresentableError: our language has no exact equal, and no consent was given.
    """
    read = _WINDOWS.get(str(test.get("operator")))
    if read is None:
        unrepresentable(f"the date filter {test.get('operator')!r} has no exact equal")
    leap_days = {LEAP_DAYS} if test["operator"] in ("anniversary", "anniversary-last", "anniversary-next") else set()
    clock = _Clock(kind=kind, zone=zone, consent=consent, of_event=of_event)
    return Times(tests=read(test, clock), leaned=frozenset({*leaned([test]), *leap_days}))


def _span(quantity: int, test: Filter, clock: _Clock, *, boundary: int) -> Duration:
    """Return a length of time; *boundary* is how many days more a window in days reaches on values that are days (KHC 4403222359451)."""
    unit = test["unit"]
    if not quantity and not (unit == "day" and clock.days):
        unrepresentable("it asks for a window of no length")
    if unit == "day" and clock.days:
        clock.local()
        return Duration(quantity + boundary, Unit.DAYS)
    if unit == "day":
        clock.consent.approximate("day-windows", "Klaviyo cuts windows in days at midnight UTC, ours roll with the clock")
        return Duration(quantity, Unit.DAYS)
    if unit != "hour":
        unrepresentable(f"where Klaviyo cuts windows in {unit}s is not documented")
    if clock.days:
        clock.local()
    if quantity % 24 == 0:
        return Duration(quantity // 24, Unit.DAYS)
    if clock.days:
        unrepresentable(f"{quantity} hours are no whole number of days")
    return Duration(quantity, Unit.HOURS)


def _last(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    return (Last(duration=_span(test["quantity"], test, clock, boundary=1)),)  # "in the last 3 days": today and the three before


def _long_ago(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    return (Ago(older=_span(test["quantity"], test, clock, boundary=1)),)  # the day that is exactly so long ago is left out


def _ahead(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    if test["unit"] == "day" and clock.days:
        unrepresentable("whether a window of days ahead ends with its last day is not documented")
    return (Next(duration=_span(test["quantity"], test, clock, boundary=0)),)


def _between(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    newer, older = sorted((test["start"], test["end"]))
    if newer == older and test["unit"] == "day" and not clock.days:
        return (_whole_day(newer, clock),)
    span = _span(older, test, clock, boundary=1)
    return (Ago(older=span, newer=_span(newer, test, clock, boundary=0)) if newer else Last(duration=span),)


def _whole_day(ago: int, clock: _Clock) -> TimeTest:
    """Return a test on a day from midnight to midnight, both of which are documented to be in "between"."""
    if not clock.of_event or ago not in _NAMED:
        unrepresentable(f"our language has no name for the whole day {ago} days ago" + ("" if clock.of_event else " of what may lie ahead"))
    clock.local()
    return OnDay(day=_NAMED[ago])


_NAMED: Mapping[int, NamedDay] = {0: NamedDay.TODAY, 1: NamedDay.YESTERDAY}


def _static(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    start, end = _instant(test["start"]), _instant(test["end"])
    if end.time() == time() and not clock.days:
        unrepresentable("whether a window that ends with a day holds the whole day is not documented of instants")
    after = () if test["end"] == END else (To(at=_edge(end + SECOND, clock)),)  # both ends are documented to be in it
    return (From(at=_edge(start, clock)), *after)


def _before(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    return (To(at=_edge(_instant(test["date"]), clock)),)


def _after(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    at = _instant(test["date"])
    if at.time() != time():
        unrepresentable("what is after an instant within a day is not documented")
    return (From(at=_edge(at + DAY, clock)),)  # documented: after D is from the day after D


def _instant(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        unrepresentable(f"{written!r} is no instant")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)  # dates run in UTC (KHC 4403222359451)


def _edge(at: datetime, clock: _Clock) -> date | datetime:
    """Return the instant from which, or before which: of days the first one whose midnight is not earlier."""
    if clock.days:
        return at.date() if at.time() == time() else at.date() + DAY
    try:
        there = at.astimezone(clock.zone)
    except OverflowError:
        unrepresentable(f"{at.date()} is at the end of the calendar")
    return there.date() if there.time() == time() else at


def _anniversary(of: Callable[[Filter, _Clock], TimeTest]) -> Callable[[Filter, _Clock], tuple[TimeTest, ...]]:
    def read(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
        if not clock.days:
            unrepresentable("on which day the anniversary of an instant is, Klaviyo does not say")
        clock.local()
        return (Anniversary(tests=(of(test, clock),)),)

    return read


def _in_hours(test: Filter, clock: _Clock) -> Duration:
    if test["unit"] != "hour":
        unrepresentable("where Klaviyo cuts windows of anniversaries in days is not documented")
    return _span(test["quantity"], test, clock, boundary=0)


def _month(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    if not clock.days:
        unrepresentable("the month of an instant is another one in another zone")
    first, following = date(2000, test["value"], 1), date(2000 + test["value"] // 12, test["value"] % 12 + 1, 1)
    return (Anniversary(tests=(From(at=first), To(at=following))),)


def _always(_test: Filter, _clock: _Clock) -> tuple[TimeTest, ...]:
    return ()


_WINDOWS: Mapping[str, Callable[[Filter, _Clock], tuple[TimeTest, ...]]] = {
    "alltime": _always,
    "in-the-last": _last,
    "at-least": _long_ago,
    "in-the-next": _ahead,
    "between": _between,
    "between-static": _static,
    "before": _before,
    "after": _after,
    "anniversary": _anniversary(lambda _test, _clock: OnDay(day=NamedDay.TODAY)),
    "anniversary-last": _anniversary(lambda test, clock: Last(duration=_in_hours(test, clock))),
    "anniversary-next": _anniversary(lambda test, clock: Next(duration=_in_hours(test, clock))),
    "anniversary-month": _anniversary(lambda _test, _clock: This(period=Period.MONTH)),
    "calendar-month": _month,
}
