"""Hypothesis strategies of tests on values and on time, and of predicates about one event (`where`, `having`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from choices import CORE, TIMES, Choice, Extra, attribute_of, item_of
from evaluator import naive
from franca.definitions import (
    WEEKDAYS,
    All,
    AnyOf,
    AtLeast,
    AttributeRef,
    CalendarPart,
    CalendarTest,
    Constant,
    EventNames,
    Everyone,
    From,
    InstantTest,
    Kind,
    LengthTest,
    NoneOf,
    Not,
    Op,
    Predicate,
    PropertyRef,
    PropertyTest,
    ReferenceTest,
    SinceAttribute,
    SinceLatest,
    TimeTest,
    To,
    ValueTest,
)
from pools import PATTERNS
from schema import ANNIVERSARIES, CALENDAR, DAY_TESTS, INSTANT_TESTS, ORDERED, TAKES, WHOLE_TAKES, WIDE, ZONE


def weighted(*pairs: tuple[int, SearchStrategy[Any]]) -> SearchStrategy[Any]:
    """Return a strategy that takes each of several so often (`one_of` takes each once, however often it is named)."""
    table = [strategy for weight, strategy in pairs for _ in range(weight)]
    return st.integers(0, len(table) - 1).flatmap(table.__getitem__)


# Tests on values

_FLAGS = {Op.IS_SET, Op.IS_EMPTY}
_SEVERAL = {Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE}
_WHOLE_LISTS = {Op.IN, Op.NOT_IN, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE}
_FOLDING = {Op.IS, Op.IS_NOT, *_SEVERAL, Op.MATCHES}
_TEXTUAL = {Kind.TEXT, Kind.LIST}
_COMPARED = (Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE)
_FACTORS = tuple(map(Decimal, ("1", "1", "1", "2", "0.5", "1.5", "-1")))
"""Multiples that are exact as doubles too."""
LENGTHS = (0, 1, 1, 2, 3)


def value_tests(kind: Kind, constants: tuple[Constant, ...], operators: tuple[Op, ...] | None = None) -> SearchStrategy[ValueTest]:
    """Return tests on a value of *kind* with operands from *constants*."""
    return _value_tests(constants, operators or TAKES[kind])


@st.composite
def _value_tests(draw: DrawFn, constants: tuple[Any, ...], operators: tuple[Op, ...]) -> ValueTest:
    op = draw(st.sampled_from(operators))
    if op in _FLAGS:
        return ValueTest(op=op, operand=draw(st.booleans()))
    if op is Op.MATCHES:
        return ValueTest(op=op, operand=draw(st.sampled_from(PATTERNS)))
    if op is Op.BETWEEN:
        low, high = sorted(draw(st.lists(st.sampled_from(sorted(set(constants))), min_size=2, max_size=2, unique=True)))
        return ValueTest(op=op, operand=(low, high))
    if op in _SEVERAL:
        texts = constants if op in _WHOLE_LISTS else tuple(constant for constant in constants if constant)
        return ValueTest(op=op, operand=tuple(draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3, unique=True))))
    return ValueTest(op=op, operand=draw(st.sampled_from(constants)))


@cache
@st.composite
def _tests(draw: DrawFn, kind: Kind, constants: tuple[Any, ...], choice: Choice) -> ValueTest | LengthTest:
    """Tests on an attribute or property, with the operators that *choice* has."""
    wanted = {Op.MATCHES: Extra.TEXTS, Op.HAS_ALL: Extra.LISTS, Op.HAS_NONE: Extra.LISTS}
    if kind is Kind.LIST and Extra.LISTS in choice.extras and not draw(st.integers(0, 4)):
        return LengthTest(tests=(draw(value_tests(Kind.INTEGER, LENGTHS, ORDERED)),))
    operators = tuple(op for op in WHOLE_TAKES[kind] if op not in wanted or wanted[op] in choice.extras)
    test = draw(value_tests(kind, constants, operators))
    if Extra.TEXTS not in choice.extras or kind not in _TEXTUAL or test.op not in _FOLDING or not draw(st.booleans()):
        return test
    return ValueTest(op=test.op, operand=test.operand, ignore_case=True)


def tests_on_value(kind: Kind, constants: tuple[Any, ...], choice: Choice, others: Sequence[AttributeRef | PropertyRef]) -> Any:
    """Return tests on an attribute or property of *kind*; *others* are what it may be compared with, where there is choice."""
    if not others or Extra.REFERENCES not in choice.extras:
        return _tests(kind, constants, choice)
    return weighted((3, _tests(kind, constants, choice)), (1, reference_tests(kind, tuple(others))))


@cache
@st.composite
def reference_tests(draw: DrawFn, kind: Kind, others: tuple[AttributeRef | PropertyRef, ...]) -> ReferenceTest:
    """Return comparisons with another value; numbers with a multiple of it, sometimes."""
    op = draw(st.sampled_from(_COMPARED[:2] if kind is Kind.BOOLEAN else _COMPARED))
    other = draw(st.sampled_from(others))
    if kind not in {Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER}:
        return ReferenceTest(op=op, reference=other)
    times = draw(st.sampled_from(_FACTORS))
    if isinstance(other, AttributeRef):
        return ReferenceTest(op=op, reference=AttributeRef(attribute=other.attribute, times=times))
    return ReferenceTest(op=op, reference=PropertyRef(property=other.property, times=times))


def attribute_refs(names: Sequence[str]) -> tuple[AttributeRef, ...]:
    return tuple(AttributeRef(attribute=name) for name in names)


# Tests on time


@cache
@st.composite
def time_tests(draw: DrawFn, choice: Choice, kind: Kind = Kind.DATETIME) -> TimeTest:
    """Return tests on instants, or on days: words of the calendar and anniversaries too, where there is choice."""
    if Extra.CALENDAR in choice.extras and not draw(st.integers(0, 3)):
        return draw(st.sampled_from((*CALENDAR, *ANNIVERSARIES)))
    if kind is Kind.DATE:
        return draw(st.sampled_from(DAY_TESTS))
    if choice.since and not draw(st.integers(0, 7)):
        return draw(since_tests(choice))
    return draw(st.sampled_from((*INSTANT_TESTS, *WIDE * 5)))


@cache
@st.composite
def since_tests(draw: DrawFn, choice: Choice = CORE) -> SinceAttribute | SinceLatest:
    """Return windows whose beginning is in the data; inside their own `where` there is no such window."""
    timed = [name for name in choice.attributes if attribute_of(name).type.kind in TIMES]
    subject = draw(st.sampled_from((*timed, *choice.events)))
    if subject in timed:
        return SinceAttribute(attribute=subject)
    event = draw(kinds_of(choice, subject))
    return SinceLatest(event=event, where=draw(maybe_where(event, _without_since(choice))))


@cache
def _without_since(choice: Choice) -> Choice:
    return dataclasses.replace(choice, since=False)


def possible(tests: Sequence[Any]) -> tuple[Any, ...]:
    """Leave out the ends of windows that lie before their beginnings: checking refuses them."""
    starts = [_midnight(test.at) for test in tests if isinstance(test, From)]
    return tuple(test for test in tests if not (isinstance(test, To) and any(start >= _midnight(test.at) for start in starts)))


def _midnight(at: date | datetime) -> datetime:
    return naive.instant(at, ZONE)


def several(draw: DrawFn, one: SearchStrategy[Any], numbers: tuple[int, ...]) -> tuple[Any, ...]:
    """Draw one of *numbers* times."""
    return possible([draw(one) for _ in range(draw(st.sampled_from(numbers)))])


# About one event


@cache
@st.composite
def kinds_of(draw: DrawFn, choice: Choice, event: str) -> EventNames:
    """Return *event*, or it and others, where there is choice."""
    others = [other for other in choice.events if other != event]
    if Extra.KINDS not in choice.extras or not others or draw(st.integers(0, 4)):
        return event
    return (event, *draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True)))


@cache
@st.composite
def maybe_where(draw: DrawFn, event: EventNames, choice: Choice, often: int = 1) -> Predicate | None:
    """Return a filter, *often* in *often* + 2 times."""
    wanted = (choice.properties_of(event) or Extra.EVENT_TIME in choice.extras) and draw(st.sampled_from((False, False, *[True] * often)))
    return draw(where_predicates(event, choice, 1)) if wanted else None


@cache
def where_predicates(event: EventNames, choice: Choice = CORE, depth: int = 1) -> SearchStrategy[Predicate]:
    """Return predicates over an event's properties, and its time where there is choice."""
    leaves = [(3, property_tests(event, choice))] if choice.properties_of(event) else []
    if Extra.EVENT_TIME in choice.extras:
        leaves += [(1, instant_tests(choice)), (1, calendar_tests())]
    leaf = weighted(*leaves) if choice.extras else leaves[0][1]
    return combined(leaf, depth, everyone=False, at_least=Extra.AT_LEAST in choice.extras)


@cache
@st.composite
def property_tests(draw: DrawFn, event: EventNames, choice: Choice = CORE) -> PropertyTest:
    """Return one or two tests on one property."""
    name = draw(st.sampled_from(choice.properties_of(event)))
    item = item_of(event, name)
    kind = item.type.kind
    others = [PropertyRef(property=other) for other in choice.properties_like(kind, event, name)]
    one = tests_on_value(kind, choice.constants(name, item.zone), choice, (*others, *attribute_refs(choice.attributes_like(kind))))
    return PropertyTest(property=name, tests=tuple(draw(one) for _ in range(draw(st.sampled_from((1, 1, 1, 2))))))


@cache
@st.composite
def instant_tests(draw: DrawFn, choice: Choice) -> InstantTest:
    """Return one or two tests on an event's instant."""
    return InstantTest(tests=several(draw, time_tests(choice), (1, 1, 2)))


_PARTS: dict[CalendarPart, tuple[int, ...]] = {
    CalendarPart.HOUR: (0, 2, 3, 9, 12, 14, 23),
    CalendarPart.DAY: (1, 15, 26, 28, 29, 30, 31),
    CalendarPart.MONTH: (1, 2, 3, 10, 12),
}


@cache
@st.composite
def calendar_tests(draw: DrawFn) -> CalendarTest:
    """Return tests on the hour, the weekday, the day or the month of an event."""
    part = draw(st.sampled_from(CalendarPart))
    if part is CalendarPart.WEEKDAY:
        return CalendarTest(part=part, tests=(draw(value_tests(Kind.TEXT, WEEKDAYS, (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN))),))
    return CalendarTest(part=part, tests=(draw(value_tests(Kind.INTEGER, _PARTS[part], ORDERED)),))


# Trees


def combined(leaves: SearchStrategy[Any], depth: int, *, everyone: bool = True, at_least: bool = False) -> SearchStrategy[Predicate]:
    """Return trees over *leaves*, at most *depth* combinators high; `everyone` has no place in `where`."""
    return leaves if depth == 0 else _combined(leaves, depth, everyone, at_least)


_SHAPES = (*[None] * 4, All, All, All, AnyOf, AnyOf, AnyOf, NoneOf, NoneOf, Not, Not, Not)


@cache
@st.composite
def _combined(draw: DrawFn, leaves: SearchStrategy[Any], depth: int, everyone: bool, at_least: bool) -> Predicate:
    shape: Any = draw(st.sampled_from((*_SHAPES, *[Everyone] * everyone, *[AtLeast] * at_least)))
    inner = combined(leaves, depth - 1, everyone=everyone, at_least=at_least)
    if shape is None:
        leaf: Predicate = draw(leaves)
        return leaf
    if shape is Everyone:
        return Everyone()
    if shape is Not:
        return Not(of=draw(inner))
    parts = tuple(draw(st.lists(inner, min_size=1, max_size=3)))
    return AtLeast(count=draw(st.integers(1, len(parts))), of=parts) if shape is AtLeast else shape(of=parts)
