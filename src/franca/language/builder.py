"""The Python front end: says what YAML says, with the same nodes (language.md section 3).

    event("order").where(prop("sku") == "X").last("30 days").count() >= 5

A half-built thing (`event("order")`, `.count()`) is not a predicate yet: used as one it raises TypeError and says what was meant.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, NoReturn, Self, TypeVar

from franca.definitions import (
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    Duration,
    EventTest,
    Everyone,
    From,
    InSegment,
    Last,
    Mailable,
    Measure,
    NamedDay,
    Next,
    NoneOf,
    OnDay,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    Sum,
    TimeTest,
    To,
    ValueTest,
)
from franca.errors import FrancaError, did_you_mean
from franca.language.times import parse_duration, parse_instant

T = TypeVar("T")
Length = str | Duration
Instant = str | date | datetime


# ── combinators and subjects without tests ───────────────────────────────────


def all_of(*predicates: Predicate) -> All:
    """Every one holds."""
    return All(of=_predicates("all_of", predicates))


def any_of(*predicates: Predicate) -> AnyOf:
    """At least one holds."""
    return AnyOf(of=_predicates("any_of", predicates))


def none_of(*predicates: Predicate) -> NoneOf:
    """Not one holds."""
    return NoneOf(of=_predicates("none_of", predicates))


def everyone() -> Everyone:
    """Always true."""
    return Everyone()


def segment(key: str) -> InSegment:
    """In the segment *key*."""
    return InSegment(key=key)


def mailable(channel: str) -> Mailable:
    """Subscribed on *channel* and not suppressed."""
    return Mailable(channel=channel)


def sample(percent: float | Decimal, *, salt: str) -> Sample:
    """A stable share of all profiles, in percent; another *salt* is another share."""
    share = Decimal(str(percent))
    if not 0 <= share <= 100:
        raise FrancaError(f"sample({percent}): percent is a number from 0 to 100")
    return Sample(percent=share, salt=salt)


def _predicates(what: str, given: Iterable[object]) -> tuple[Predicate, ...]:
    found: list[Predicate] = []
    for one in given:
        if not isinstance(one, Predicate):
            raise TypeError(f"{what} takes predicates, not {_shown(one)}")
        found.append(one)
    if not found:
        raise TypeError(f"{what} takes at least one predicate")
    return tuple(found)


def _shown(thing: object) -> str:
    return f"{thing}; {thing.hint}" if isinstance(thing, _Unfinished) else f"a {type(thing).__name__}"


# ── half-built things ────────────────────────────────────────────────────────


class _Unfinished:
    """Something that is not a predicate yet: every use as one says what is missing."""

    hint = ""

    def __bool__(self) -> bool:
        raise TypeError(f"{self} has no truth value; {self.hint}")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self} is not a predicate yet; {self.hint}")

    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class _Tested(_Unfinished, ABC, Generic[T]):
    """A value that can be tested; a test makes the predicate."""

    @abstractmethod
    def _test(self, test: ValueTest) -> T:
        """Return what it becomes with this test."""

    def _one(self, op: Op, operand: object) -> T:
        return self._test(ValueTest(op=op, operand=_constant(op, operand)))

    def _several(self, op: Op, operands: Iterable[object]) -> T:
        if isinstance(operands, str) or not isinstance(operands, Iterable):
            raise TypeError(f"{op} takes a list")
        constants = tuple(_constant(op, operand) for operand in operands)
        if not constants:
            raise TypeError(f"{op} takes at least one value")
        return self._test(ValueTest(op=op, operand=constants))

    def __eq__(self, other: object) -> T:  # type: ignore[override]
        return self._one(Op.IS, other)

    def __ne__(self, other: object) -> T:  # type: ignore[override]
        return self._one(Op.IS_NOT, other)

    def __lt__(self, other: object) -> T:  # type: ignore[override]
        return self._one(Op.LT, other)

    def __le__(self, other: object) -> T:  # type: ignore[override]
        return self._one(Op.LTE, other)

    def __gt__(self, other: object) -> T:  # type: ignore[override]
        return self._one(Op.GT, other)

    def __ge__(self, other: object) -> T:  # type: ignore[override]
        return self._one(Op.GTE, other)

    __hash__ = None  # type: ignore[assignment]

    def in_(self, values: Iterable[object]) -> T:
        """Is one of *values*."""
        return self._several(Op.IN, values)

    def not_in(self, values: Iterable[object]) -> T:
        """Is none of *values*, or missing."""
        return self._several(Op.NOT_IN, values)

    def between(self, low: object, high: object) -> T:
        """At least *low* and below *high*."""
        return self._several(Op.BETWEEN, (low, high))


class _Value(_Tested[T], Generic[T]):
    """A value of any type."""

    def contains(self, *parts: str) -> T:
        """The text contains one of *parts*."""
        return self._several(Op.CONTAINS, parts)

    def starts_with(self, *parts: str) -> T:
        """The text starts with one of *parts*."""
        return self._several(Op.STARTS_WITH, parts)

    def ends_with(self, *parts: str) -> T:
        """The text ends with one of *parts*."""
        return self._several(Op.ENDS_WITH, parts)

    def has_any(self, elements: Iterable[str]) -> T:
        """The list has one of *elements*."""
        return self._several(Op.HAS_ANY, elements)

    def is_set(self, present: bool = True) -> T:
        """The value is not missing; with False: it is missing."""
        return self._one(Op.IS_SET, present)

    def is_empty(self, empty: bool = True) -> T:
        """The value is missing, empty or only white space; with False: it is not."""
        return self._one(Op.IS_EMPTY, empty)


def _constant(op: Op, value: object) -> Constant:
    """Return *value* as a file would give it: numbers with a point are Decimal, days and instants are texts."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (str, bool, int, Decimal)):
        return value
    meant = "use .is_set(False) to ask for a missing value" if value is None else "a constant is a text, a number, a boolean or a date"
    raise TypeError(f"{op} cannot compare with {_shown(value)}; {meant}")


# ── times ────────────────────────────────────────────────────────────────────


class _Timed(_Unfinished, ABC, Generic[T]):
    """Something with a time: the tests of language.md section 3."""

    @abstractmethod
    def _within(self, *tests: TimeTest) -> T:
        """Return what it becomes within these times."""

    def last(self, length: Length) -> T:
        """In (T - length, T]."""
        return self._within(Last(duration=_duration(length)))

    def next(self, length: Length) -> T:
        """In (T, T + length]."""
        return self._within(Next(duration=_duration(length)))

    def ago(self, older: Length, newer: Length) -> T:
        """In (T - older, T - newer]."""
        return self._within(_ago(_duration(older), _duration(newer)))

    def ago_at_least(self, length: Length) -> T:
        """At T - length or before."""
        return self._within(Ago(older=_duration(length)))

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

    def since(self, start: AttributeValue | EventBuilder) -> T:
        """Later than the instant of an attribute, or than the latest such event."""
        return self._within(_since(start))


def _duration(length: Length) -> Duration:
    parsed = length if isinstance(length, Duration) else parse_duration(length)
    if isinstance(parsed, str):
        raise FrancaError(f"{length!r}: {parsed}")
    return parsed


def _ago(older: Duration, newer: Duration) -> Ago:
    if older.seconds is not None and newer.seconds is not None and older.seconds <= newer.seconds:
        raise FrancaError(f"ago: {older} is not longer than {newer}, so nothing lies between them", remedy="write the longer first")
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


def _since(start: object) -> TimeTest:
    if isinstance(start, AttributeValue):
        return SinceAttribute(attribute=start.name)
    if isinstance(start, EventBuilder):
        if start.window:
            raise TypeError("since the latest event takes no window; only .where")
        return SinceLatest(event=start.name, where=start.condition)
    raise TypeError(f'since takes attribute("…") or event("…"), not {_shown(start)}')


# ── attributes, properties ───────────────────────────────────────────────────


class AttributeValue(_Value[AttributeTest], _Timed[AttributeTest]):
    """A profile's attribute, to be tested."""

    hint = 'test it: attribute("country") == "DE", or .is_set()'

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f'attribute("{self.name}")'

    def _test(self, test: ValueTest) -> AttributeTest:
        return AttributeTest(attribute=self.name, tests=(test,))

    def _within(self, *tests: TimeTest) -> AttributeTest:
        return AttributeTest(attribute=self.name, tests=tests)


class PropertyValue(_Value[PropertyTest]):
    """An event's property, to be tested inside `where`."""

    hint = 'test it: prop("sku") == "X", or .is_set()'

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f'prop("{self.name}")'

    def _test(self, test: ValueTest) -> PropertyTest:
        return PropertyTest(property=self.name, tests=(test,))


def attribute(name: str) -> AttributeValue:
    """A profile's attribute: `attribute("country") == "DE"`."""
    return AttributeValue(name)


def prop(name: str) -> PropertyValue:
    """An event's property, for `where`: `prop("sku") == "X"`."""
    return PropertyValue(name)


# ── events ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False, repr=False)
class EventBuilder(_Timed["EventBuilder"]):
    """Events of one kind, narrowed by where and a window; a measure makes the predicate."""

    name: str
    condition: Predicate | None = None
    window: tuple[TimeTest, ...] = ()

    hint = "say how many: .exists(), .never(), .count() >= 5, or .sum(…) >= 100"

    def __repr__(self) -> str:
        return f'event("{self.name}")'

    def where(self, *predicates: Predicate) -> EventBuilder:
        """Only the events for which all of *predicates* hold, beside what was asked before."""
        parts = (*(() if self.condition is None else (self.condition,)), *_predicates("where", predicates))
        return replace(self, condition=parts[0] if len(parts) == 1 else All(of=parts))

    def _within(self, *tests: TimeTest) -> EventBuilder:
        kinds = [type(test) for test in (*self.window, *tests)]
        if len(set(kinds)) < len(kinds):
            raise TypeError(f"{self} has two windows of one kind; keep the narrower one")
        return replace(self, window=(*self.window, *tests))

    def _that(self, *measures: Measure) -> EventTest:
        return EventTest(event=self.name, where=self.condition, window=self.window, measures=measures)

    def exists(self) -> EventTest:
        """At least one such event."""
        return self._that()

    def never(self) -> EventTest:
        """No such event."""
        return self._that(Count(tests=(ValueTest(op=Op.IS, operand=0),)))

    def count(self) -> MeasureValue:
        """How many, to be compared: `.count() >= 5`."""
        return MeasureValue(f"{self}.count()", lambda test: self._that(Count(tests=(test,))))

    def sum(self, of: str) -> MeasureValue:
        """The sum of a property, to be compared: `.sum("total") >= 1000`."""
        return MeasureValue(f'{self}.sum("{of}")', lambda test: self._that(Sum(of=of, tests=(test,))))


class MeasureValue(_Tested[EventTest]):
    """A measure of events, to be compared with a number."""

    hint = "compare it with a number: >= 5"

    def __init__(self, shown: str, make: Callable[[ValueTest], EventTest]) -> None:
        self._shown = shown
        self._make = make

    def __repr__(self) -> str:
        return self._shown

    def _test(self, test: ValueTest) -> EventTest:
        return self._make(test)


def event(name: str) -> EventBuilder:
    """Events of one kind: `event("order").last("30 days").count() >= 5`."""
    return EventBuilder(name)


# ── consent ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False, repr=False)
class ConsentBuilder(_Timed["ConsentBuilder"]):
    """Consent on one channel; `.status(…)` makes the predicate."""

    channel: str
    at: tuple[TimeTest, ...] = ()

    hint = 'end with .status("subscribed"), or .status() for any status given in that time'

    def __repr__(self) -> str:
        return f'consent("{self.channel}")'

    def _within(self, *tests: TimeTest) -> Self:
        return replace(self, at=(*self.at, *tests))

    def status(self, *statuses: str | Status) -> ConsentTest:
        """The status is one of *statuses* (none named: any), and its instant passes the time tests before."""
        unknown = [word for word in statuses if word not in set(Status)]
        if unknown:
            raise FrancaError(f"there is no consent status {unknown[0]!r}", remedy=did_you_mean(unknown[0], Status))
        if not statuses and not self.at:
            raise TypeError(f"{self}.status() asks nothing; name a status, or a time before it")
        return ConsentTest(channel=self.channel, statuses=tuple(map(Status, statuses)), at=self.at)


def consent(channel: str) -> ConsentBuilder:
    """Consent on a channel: `consent("email").last("30 days").status("subscribed")`."""
    return ConsentBuilder(channel)
