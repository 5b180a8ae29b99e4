"""Attributes of a profile, properties of an event, and parts of its instant, to be tested."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Generic, Self

from franca.definitions import (
    AttributeRef,
    AttributeTest,
    CalendarPart,
    CalendarTest,
    LengthTest,
    Op,
    PropertyRef,
    PropertyTest,
    ReferenceTest,
    SinceAttribute,
    TimeTest,
    ValueTest,
)
from franca.language.builder.base import Comparable, Reference, T, Test, Tested, number
from franca.language.builder.times import Beginning, Timed
from franca.language.values import CASED


class Value(Comparable, Tested[T], Generic[T]):
    """A value of any type."""

    word = ""

    def __init__(self, name: str, *, ignore_case: bool = False) -> None:
        self.name = name
        self.ignore_case = ignore_case

    def __repr__(self) -> str:
        return f'{self.word}("{self.name}")' + (".ignoring_case()" if self.ignore_case else "")

    def __mul__(self, times: float | Decimal) -> Multiple:
        return Multiple(self, number("a factor", times))

    __rmul__ = __mul__

    @abstractmethod
    def _that(self, test: Test | LengthTest) -> T:
        """Return the predicate."""

    def _test(self, test: Test) -> T:
        if not self.ignore_case:
            return self._that(test)
        if isinstance(test, ReferenceTest) or test.op not in CASED:
            what = f"another value ({test.op})" if isinstance(test, ReferenceTest) else test.op
            raise TypeError(f"{self} cannot be tested with {what}; case is ignored by {', '.join(sorted(CASED))}, with constants")
        return self._that(replace(test, ignore_case=True))

    def _as_it_is(self) -> None:
        if self.ignore_case:
            raise TypeError(f"{self} is for tests with constants: leave .ignoring_case out")

    def ignoring_case(self) -> Self:
        """Compare texts without case: `attribute("city").ignoring_case() == "bonn"`."""
        return type(self)(self.name, ignore_case=True)

    def is_set(self, present: bool = True) -> T:
        """The value is not missing; with False: it is missing."""
        return self._one(Op.IS_SET, present)

    def is_empty(self, empty: bool = True) -> T:
        """The value is missing, empty or only white space; with False: it is not."""
        return self._one(Op.IS_EMPTY, empty)

    def contains(self, *parts: str) -> T:
        """The text contains one of *parts*."""
        return self._several(Op.CONTAINS, parts)

    def starts_with(self, *parts: str) -> T:
        """The text starts with one of *parts*."""
        return self._several(Op.STARTS_WITH, parts)

    def ends_with(self, *parts: str) -> T:
        """The text ends with one of *parts*."""
        return self._several(Op.ENDS_WITH, parts)

    def matches(self, pattern: str) -> T:
        """The pattern (RE2 syntax) is found somewhere in the text."""
        return self._one(Op.MATCHES, pattern)

    def has_any(self, elements: Iterable[str]) -> T:
        """The list has one of *elements*."""
        return self._several(Op.HAS_ANY, elements)

    def has_all(self, elements: Iterable[str]) -> T:
        """The list has every one of *elements*."""
        return self._several(Op.HAS_ALL, elements)

    def has_none(self, elements: Iterable[str]) -> T:
        """The list has none of *elements*, or is missing."""
        return self._several(Op.HAS_NONE, elements)

    def length(self) -> LengthValue[T]:
        """How many elements the list has, to be compared: `.length() >= 2`."""
        self._as_it_is()
        return LengthValue(f"{self}.length()", self._that)


class LengthValue(Tested[T], Generic[T]):
    """The number of a list's elements, to be compared."""

    hint = "compare it with a number: >= 2"

    def __init__(self, name: str, make: Callable[[LengthTest], T]) -> None:
        self._name = name
        self._make = make

    def __repr__(self) -> str:
        return self._name

    def _test(self, test: Test) -> T:
        assert isinstance(test, ValueTest)  # noqa: S101 - it compares with no other value
        return self._make(LengthTest(tests=(test,)))


class Multiple(Comparable):
    """A value times a factor, for the right side of a comparison."""

    hint = 'it stands on the right side: attribute("gap") > attribute("usual_gap") * 2'

    def __init__(self, value: Comparable, times: Decimal) -> None:
        self._value = value
        self._times = times

    def __repr__(self) -> str:
        return f"{self._value} * {self._times}"

    def reference(self) -> Reference:
        """Return the value and its factor."""
        return replace(self._value.reference(), times=self._times)

    def _turned(self, other: object) -> Any:
        return NotImplemented if isinstance(other, Tested) else self._refuse()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _turned  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class AttributeValue(Value[AttributeTest], Timed[AttributeTest], Beginning):
    """A profile's attribute, to be tested."""

    word = "attribute"
    hint = 'test it: attribute("country") == "DE", or .is_set()'
    compares_with = (AttributeRef,)

    def reference(self) -> AttributeRef:
        """Return it as the right side of a comparison."""
        self._as_it_is()
        return AttributeRef(attribute=self.name)

    def beginning(self) -> TimeTest:
        """Return the window that begins with its instant."""
        self._as_it_is()
        return SinceAttribute(attribute=self.name)

    def _that(self, test: Test | LengthTest) -> AttributeTest:
        return AttributeTest(attribute=self.name, tests=(test,))

    def _within(self, *tests: TimeTest) -> AttributeTest:
        return AttributeTest(attribute=self.name, tests=tests)


class PropertyValue(Value[PropertyTest]):
    """An event's property, to be tested inside `where`."""

    word = "prop"
    hint = 'test it: prop("sku") == "X", or .is_set()'
    compares_with = (AttributeRef, PropertyRef)

    def reference(self) -> PropertyRef:
        """Return it as the right side of a comparison."""
        self._as_it_is()
        return PropertyRef(property=self.name)

    def _that(self, test: Test | LengthTest) -> PropertyTest:
        return PropertyTest(property=self.name, tests=(test,))


def attribute(name: str) -> AttributeValue:
    """A profile's attribute: `attribute("country") == "DE"`; a multiple of one may stand on the right side."""
    return AttributeValue(name)


def prop(name: str) -> PropertyValue:
    """An event's property, for `where` and `having`: `prop("sku") == "X"`; another one may stand on the right side."""
    return PropertyValue(name)


# ── parts of an event's instant ──────────────────────────────────────────────


class CalendarValue(Tested[CalendarTest]):
    """A part of the event's instant in the project's zone, to be tested inside `where`."""

    hint = "compare it: hour() >= 18"

    def __init__(self, part: CalendarPart, shown: str) -> None:
        self._part = part
        self._shown = shown

    def __repr__(self) -> str:
        return self._shown

    def _test(self, test: Test) -> CalendarTest:
        assert isinstance(test, ValueTest)  # noqa: S101 - it compares with no other value
        return CalendarTest(part=self._part, tests=(test,))


def hour() -> CalendarValue:
    """The hour of the event's instant, 0 to 23: `hour() >= 18`."""
    return CalendarValue(CalendarPart.HOUR, "hour()")


def weekday() -> CalendarValue:
    """The weekday of the event's instant, in lower-case English: `weekday().in_(["saturday", "sunday"])`."""
    return CalendarValue(CalendarPart.WEEKDAY, "weekday()")


def day_of_month() -> CalendarValue:
    """The day of the month of the event's instant, 1 to 31: `day_of_month() == 1`."""
    return CalendarValue(CalendarPart.DAY, "day_of_month()")


def month() -> CalendarValue:
    """The month of the event's instant, 1 to 12: `month() == 12`."""
    return CalendarValue(CalendarPart.MONTH, "month()")
