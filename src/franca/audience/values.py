"""Tests on a value → boolean expressions that are never null."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import ibis
from ibis import ir
from ibis.expr import datatypes as dt

from franca.audience.functions import Functions, every, some
from franca.audience.moments import Span
from franca.definitions import Constant, Kind, LengthTest, Op, ValueTest
from franca.errors import FrancaError

_DIGITS = 38
"""What a decimal of the engines holds."""


def literal(constant: Constant, beside: ir.Value) -> ir.Scalar:
    """Return *constant* as it compares with *beside*: instants naive in UTC, decimals of a type that holds both."""
    if isinstance(constant, datetime):
        return ibis.literal(constant.astimezone(UTC).replace(tzinfo=None) if constant.tzinfo else constant, type="timestamp")
    if isinstance(constant, Decimal) or (isinstance(constant, int) and abs(constant) >= 2**63):
        return _decimal(Decimal(constant), beside.type())
    types = {bool: "boolean", int: "int64", float: "float64", str: "string", date: "date"}
    return ibis.literal(constant, type=types[type(constant)])


def _decimal(constant: Decimal, beside: dt.DataType) -> ir.Scalar:
    plain = Decimal(format(constant, "f"))
    _, digits, exponent = plain.as_tuple()
    scale = max(0, -int(exponent))
    if max(len(digits), scale) > _DIGITS:
        raise FrancaError(f"the number {constant} has more than {_DIGITS} digits", remedy="write a shorter one")
    # eighteen digits fit the engine's fast decimals
    precision = 18 if max(len(digits), scale) <= 18 else _DIGITS
    if isinstance(beside, dt.Decimal):
        precision, scale = max(precision, beside.precision or _DIGITS), max(scale, beside.scale or 0)
    return ibis.literal(plain, type=dt.Decimal(precision, scale))


def inside(value: ir.Value, span: Span) -> ir.BooleanValue:
    """Return whether *value* (an instant or a day) lies in *span*; null when it is missing."""
    bounds = [value >= literal(span.lo, value)] if span.lo is not None else []
    bounds += [value < literal(span.hi, value)] if span.hi is not None else []
    return every(bounds) if bounds else value.notnull()


def within(value: ir.Value, span: Span) -> ir.BooleanValue:
    """Return whether *value* lies in *span*; false when it is missing."""
    return inside(value, span).fill_null(False)


def value_test(value: ir.Value, test: ValueTest, kind: Kind, functions: Functions) -> ir.BooleanValue:
    """Return whether *test* holds for *value*, a text already in normal form."""
    if kind is Kind.LIST:
        return _LIST[test.op](value, test, functions)
    if kind is Kind.TEXT:
        return _text_test(value, test, functions)
    return _TESTS[test.op](value, test)


def number_test(value: ir.Value, test: ValueTest) -> ir.BooleanValue:
    """Return whether *test* holds for a number that is never a text."""
    return _TESTS[test.op](value, test)


def length_test(value: ir.ArrayValue, test: LengthTest) -> ir.BooleanValue:
    """Return whether the tests hold for the number of elements that are not null; false when the list is missing."""
    length = value.filter(lambda element: element.notnull()).length()
    return every(number_test(length, each) for each in test.tests) & value.notnull()


def _text_test(value: ir.StringValue, test: ValueTest, functions: Functions) -> ir.BooleanValue:
    if test.op is Op.IS_EMPTY:
        empty = value.isnull() | (functions.stripped(value, test.position) == "").fill_null(False)
        return empty if test.operand else ~empty
    if test.op is Op.MATCHES:
        return functions.matches(value, str(test.operand), ignore_case=test.ignore_case, position=test.position).fill_null(False)
    if test.op in _ORDER:
        constants = tuple(functions.ordered_text(str(operand)) for operand in test.operands)
        return _TESTS[test.op](functions.ordered(value, test.position), _with(test, constants))
    return _TESTS[test.op](*_folded(value, test, functions))


def _with(test: ValueTest, constants: tuple[str, ...]) -> ValueTest:
    return replace(test, operand=constants if isinstance(test.operand, tuple) else constants[0])


def _folded(value: ir.Value, test: ValueTest, functions: Functions) -> tuple[ir.Value, ValueTest]:
    """Return both sides after case folding, where case is ignored."""
    if not test.ignore_case:
        return value, test
    return functions.folded(value, test.position), _with(test, tuple(str(operand).casefold() for operand in test.operands))


def _one(value: ir.Value, test: ValueTest) -> ir.Scalar:
    return literal(test.operands[0], value)


def _is(value: ir.Value, test: ValueTest) -> ir.BooleanValue:
    return (value == _one(value, test)).fill_null(False)


def _in(value: ir.Value, test: ValueTest) -> ir.BooleanValue:
    return value.isin([literal(constant, value) for constant in test.operands]).fill_null(False) if test.operands else ibis.literal(False)


def _between(value: ir.Value, test: ValueTest) -> ir.BooleanValue:
    low, high = (literal(constant, value) for constant in test.operands)
    return ((value >= low) & (value < high)).fill_null(False)


def _text(method: str) -> Callable[[ir.Value, ValueTest], ir.BooleanValue]:
    return lambda value, test: some(getattr(value, method)(text) for text in test.operands).fill_null(False)


def _is_set(value: ir.Value, test: ValueTest) -> ir.BooleanValue:
    return value.notnull() if test.operand else value.isnull()


def _is_empty(value: ir.Value, test: ValueTest) -> ir.BooleanValue:
    return value.isnull() if test.operand else value.notnull()


_ORDER = frozenset({Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
_TESTS: Mapping[Op, Callable[[ir.Value, ValueTest], ir.BooleanValue]] = {
    Op.IS: _is,
    Op.IS_NOT: lambda value, test: ~_is(value, test),
    Op.IN: _in,
    Op.NOT_IN: lambda value, test: ~_in(value, test),
    Op.GT: lambda value, test: (value > _one(value, test)).fill_null(False),
    Op.GTE: lambda value, test: (value >= _one(value, test)).fill_null(False),
    Op.LT: lambda value, test: (value < _one(value, test)).fill_null(False),
    Op.LTE: lambda value, test: (value <= _one(value, test)).fill_null(False),
    Op.BETWEEN: _between,
    Op.CONTAINS: _text("contains"),
    Op.STARTS_WITH: _text("startswith"),
    Op.ENDS_WITH: _text("endswith"),
    Op.IS_SET: _is_set,
    Op.IS_EMPTY: _is_empty,
}


def _has(join: Callable[[Iterable[ir.BooleanValue]], ir.BooleanValue]) -> Callable[[Any, ValueTest, Functions], ir.BooleanValue]:
    def holds(value: ir.ArrayValue, test: ValueTest, functions: Functions) -> ir.BooleanValue:
        normal = functions.normal_list(value, test.position)
        if test.ignore_case:
            normal = normal.map(lambda element: functions.folded(element, test.position))
        texts = (str(text).casefold() if test.ignore_case else text for text in test.operands)
        return join(normal.contains(text) for text in texts).fill_null(False)

    return holds


_has_any = _has(some)


def _empty_list(value: ir.ArrayValue, test: ValueTest, _functions: Functions) -> ir.BooleanValue:
    empty = value.isnull() | (value.filter(lambda element: element.notnull()).length() == 0).fill_null(False)
    return empty if test.operand else ~empty


_LIST: Mapping[Op, Callable[[Any, ValueTest, Functions], ir.BooleanValue]] = {
    Op.HAS_ANY: _has_any,
    Op.HAS_ALL: _has(every),
    Op.HAS_NONE: lambda value, test, functions: ~_has_any(value, test, functions),
    Op.IS_SET: lambda value, test, _functions: _is_set(value, test),
    Op.IS_EMPTY: _empty_list,
}


def number_passes(number: Decimal | int, test: ValueTest) -> bool:
    """Return whether *test* on a measure holds for a number known beforehand (0, when nothing happened)."""
    return _NUMBERS[test.op](number, test.operands)


_NUMBERS: Mapping[Op, Callable[[Any, tuple[Any, ...]], bool]] = {
    Op.IS: lambda number, operands: number == operands[0],
    Op.IS_NOT: lambda number, operands: number != operands[0],
    Op.IN: lambda number, operands: number in operands,
    Op.NOT_IN: lambda number, operands: number not in operands,
    Op.GT: lambda number, operands: number > operands[0],
    Op.GTE: lambda number, operands: number >= operands[0],
    Op.LT: lambda number, operands: number < operands[0],
    Op.LTE: lambda number, operands: number <= operands[0],
    Op.BETWEEN: lambda number, operands: operands[0] <= number < operands[1],
    Op.IS_SET: lambda _number, operands: bool(operands[0]),
    Op.IS_EMPTY: lambda _number, operands: not operands[0],
}
