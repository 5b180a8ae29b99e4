"""Items → tests on a value: constants, lists, patterns, lengths, other values (language.md section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TypeVar

from franca.definitions import (
    COMPARISONS,
    MANY,
    AttributeRef,
    Constant,
    LengthTest,
    Op,
    PropertyRef,
    ReferenceTest,
    TimeTest,
    ValueTest,
)
from franca.language.reader import Fields, Reader
from franca.language.source import Item

T = TypeVar("T")
ValueLike = ValueTest | ReferenceTest | LengthTest
AnyTest = ValueLike | TimeTest
Readers = Mapping[str, Callable[[Reader, Item], T]]

FLAGS = (Op.IS_SET, Op.IS_EMPTY)
"""Operators that take true or false."""

CASED = frozenset(
    {Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.MATCHES, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE}
)
"""Operators that `ignore_case: true` beside them changes."""

NUMBER_OPS = (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN, Op.IS_SET)
"""What measures, ratios and lengths are tested with."""

ATTRIBUTE, PROPERTY = "attribute", "property"
REFERENCE_KEYS = (ATTRIBUTE, PROPERTY, "times")


def read_tests(reader: Reader, fields: Fields, readers: Readers[T]) -> tuple[T, ...]:
    """Return the tests among a mapping's keys, in the order written."""
    return tuple(readers[name](reader, entry.item) for name, entry in fields.entries.items() if name in readers)


def value_readers(*references: str) -> dict[str, Callable[[Reader, Item], ValueLike]]:
    """Return the readers of every test on a value; *references* are the kinds of other values that a comparison may name."""
    return {op.value: partial(_value_test, op, references) for op in Op} | {"length": _length}


def ignoring_case(reader: Reader, fields: Fields, tests: tuple[T, ...]) -> tuple[T | ValueTest, ...]:
    """Return the tests as `ignore_case` beside them asks."""
    item = fields.get("ignore_case")
    if item is None or not reader.flag(item, "ignore_case") or not tests:
        return tests
    if not any(isinstance(test, ValueTest) and test.op in CASED for test in tests):
        known = ", ".join(op.value for op in Op if op in CASED)
        reader.fail(item.position, "ignore_case changes none of these tests", f"it is for {known} with a constant")
    return tuple(replace(test, ignore_case=True) if isinstance(test, ValueTest) and test.op in CASED else test for test in tests)


def need_tests(fields: Fields, tests: tuple[object, ...], what: str) -> None:
    """Refuse a subject without a test."""
    fields.demand(tests, f"{what} is not tested for anything", "add a test such as is: …, or is_set: true")


# -- one test


def _value_test(op: Op, references: tuple[str, ...], reader: Reader, item: Item) -> ValueTest | ReferenceTest:
    if op in COMPARISONS and isinstance(item.value, Mapping):
        return ReferenceTest(op=op, reference=_reference(reader, item, op, references), position=item.position)
    return _constant_test(op, reader, item)


def _constant_test(op: Op, reader: Reader, item: Item) -> ValueTest:
    if op in FLAGS:
        return ValueTest(op=op, operand=reader.flag(item, op), position=item.position)
    return ValueTest(op=op, operand=(_constants if op in MANY else _constant)(reader, item, op), position=item.position)


def _constants(reader: Reader, item: Item, op: Op) -> tuple[Constant, ...]:
    constants = tuple(_constant(reader, child, op) for child in reader.several(item, op))
    if op is Op.BETWEEN and len(constants) != 2:
        reader.fail(item.position, "between takes two bounds: [lo, hi), lo included, hi not")
    return constants


def _constant(reader: Reader, item: Item, op: Op) -> Constant:
    if isinstance(item.value, (str, bool, int, Decimal)):
        return item.value
    if item.value is None:
        reader.fail(item.position, f"{op} needs a value", "to test whether there is one, write is_set: false")
    if isinstance(item.value, Mapping):
        reader.fail(item.position, f"{op} takes constants only", f"other values stand in {', '.join(o for o in Op if o in COMPARISONS)}")
    reader.fail(item.position, f"{op} takes one value", "" if op in MANY else "use in: […]")


def _reference(reader: Reader, item: Item, op: Op, allowed: tuple[str, ...]) -> AttributeRef | PropertyRef:
    fields = reader.fields(item, op, REFERENCE_KEYS)
    named = [name for name in (ATTRIBUTE, PROPERTY) if fields.get(name)]
    what, remedy = f"{op} compares with one other value", "write {attribute: NAME}, and times: 2 for a multiple"
    fields.demand(named, what, remedy)
    if len(named) > 1:
        reader.fail(item.position, what, remedy)
    if named[0] not in allowed:
        reader.fail(item.position, f"there is no {named[0]} to compare with here", f"{op} takes {{{allowed[0]}: NAME}} in this place")
    written = fields.get("times")
    times = Decimal(1) if written is None else reader.number(written, "times")
    name = fields.text(named[0])
    if named[0] == ATTRIBUTE:
        return AttributeRef(attribute=name, times=times, position=item.position)
    return PropertyRef(property=name, times=times, position=item.position)


def _length(reader: Reader, item: Item) -> LengthTest:
    if not isinstance(item.value, Mapping):
        reader.fail(item.position, "length takes tests on a number", "write length: {gte: 2}")
    fields = reader.fields(item, "length", LENGTH_TESTS)
    tests = read_tests(reader, fields, LENGTH_TESTS)
    need_tests(fields, tests, "length")
    return LengthTest(tests=tests, position=item.position)


# -- numbers


def number_readers(*references: str) -> dict[str, Callable[[Reader, Item], ValueTest | ReferenceTest]]:
    """Return the readers of the tests on a number made of events."""
    return {op.value: partial(_value_test, op, references) for op in NUMBER_OPS}


def plain_readers(ops: tuple[Op, ...]) -> dict[str, Callable[[Reader, Item], ValueTest]]:
    """Return the readers of tests with constants only."""
    return {op.value: partial(_constant_test, op) for op in ops}


NUMBER_TESTS = number_readers(ATTRIBUTE)
LENGTH_TESTS = plain_readers(NUMBER_OPS[:-1])  # a list that is missing has no length
