"""Measures as exact fractions: what is compared is multiplied out, never divided, unless floating numbers take part."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
from ibis import ir
from ibis.expr import datatypes as dt

from franca.audience.functions import Functions, some
from franca.audience.values import literal, number_passes, value_test
from franca.definitions import (
    AttributeRef,
    Count,
    Distinct,
    EventTest,
    Kind,
    Measure,
    Op,
    PropertyRef,
    ReferenceTest,
    Sum,
    ValueTest,
)

Referred = Callable[[AttributeRef | PropertyRef], tuple[ir.Value, Kind]]
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})


@dataclass(frozen=True)
class Quantity:
    """*value* divided by *per*, which is above zero or null (None: one); floating numbers are never divided later."""

    value: ir.Value
    kind: Kind
    per: ir.Value | int | None = None

    @property
    def order(self) -> ir.Value:
        """What profiles are ordered by: the value, or the double nearest to the quotient."""
        if self.per is None or isinstance(self.per, int):
            return self.value
        return self.value.cast("float64") / self.per.cast("float64")

    @property
    def double(self) -> ir.Value:
        """The quotient as a double."""
        value = self.value.cast("float64")
        if self.per is None:
            return value
        return value / (float(self.per) if isinstance(self.per, int) else self.per.cast("float64"))


def quantity_test(quantity: Quantity, test: ValueTest | ReferenceTest, referred: Referred, functions: Functions) -> ir.BooleanValue:
    """Return whether *test* holds for *quantity*; false when it is missing."""
    if isinstance(test, ReferenceTest):
        return reference_test(quantity, test, *referred(test.reference), functions)
    if quantity.per is None:
        return value_test(quantity.value, test, quantity.kind, functions)
    return _SCALED[test.op](quantity, test)


def reference_test(quantity: Quantity, test: ReferenceTest, other: ir.Value, kind: Kind, functions: Functions) -> ir.BooleanValue:
    """Return whether *test* holds between *quantity* and *other*; `is_not` is the negation of `is`."""
    left, right = _sides(quantity, test.reference.times, other, kind, functions)
    holds: ir.BooleanValue = _COMPARED[Op.IS if test.op is Op.IS_NOT else test.op](left, right).fill_null(False)
    return ~holds if test.op is Op.IS_NOT else holds


def _sides(quantity: Quantity, times: Decimal, other: ir.Value, kind: Kind, functions: Functions) -> tuple[ir.Value, ir.Value]:
    if kind is Kind.TEXT:
        return functions.ordered(quantity.value), functions.ordered(other)
    if kind not in _NUMBERS:
        return quantity.value, other
    if Kind.NUMBER in (kind, quantity.kind):
        return quantity.double, other.cast("float64") * float(times)
    scaled = other if times == 1 else _product(other, literal(times, other))
    return _alike(quantity.value, _times(scaled, quantity.per))


def _alike(left: ir.Value, right: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Return two exact numbers so that Ibis compares them: decimals of one type, where neither type holds the other."""
    one, other = left.type(), right.type()
    if not (isinstance(one, dt.Decimal) and isinstance(other, dt.Decimal)) or one == other:
        return left, right
    both = dt.Decimal(38, max(one.scale or 0, other.scale or 0))
    return left.cast(both), right.cast(both)


def _times(value: ir.Value, per: ir.Value | int | None) -> ir.Value:
    if per is None:
        return value
    return _product(value, ibis.literal(Decimal(per), type=dt.Decimal(18, 0)) if isinstance(per, int) else per)


def _product(left: ir.Value, right: ir.Value) -> ir.Value:
    """Return the product of exact numbers, in a type with room for it: engines keep small decimals small, and fail when they grow."""
    wide = dt.Decimal(38, max(_scale(left), _scale(right)))
    return left.cast(wide) * right.cast(wide)


def _scale(value: ir.Value) -> int:
    kind = value.type()
    return (kind.scale or 0) if isinstance(kind, dt.Decimal) else 0


def ratio(measure: Quantity, divided_by: Quantity) -> Quantity:
    """Return one quantity divided by another; missing where the other is zero."""
    if Kind.NUMBER in (measure.kind, divided_by.kind):
        divisor = divided_by.double
        return Quantity(measure.double / (divisor == 0).ifelse(ibis.null("float64"), divisor), Kind.NUMBER)
    top, bottom = _times(measure.value, divided_by.per), _times(divided_by.value, measure.per)
    known = (bottom == 0).ifelse(ibis.null(bottom.type()), bottom)
    return Quantity((known < 0).ifelse(-top, top) + known * 0, Kind.DECIMAL, known.abs())


# ── tests with constants, multiplied out ─────────────────────────────────────

_COMPARED: Mapping[Op, Callable[[Any, Any], ir.BooleanValue]] = {
    Op.IS: operator.eq,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
    Op.LT: operator.lt,
    Op.LTE: operator.le,
}


def _compared(op: Op) -> Callable[[Quantity, ValueTest], ir.BooleanValue]:
    return lambda quantity, test: _with(op, quantity, test.operands[0])


def _with(op: Op, quantity: Quantity, constant: Any) -> ir.BooleanValue:
    """Return how *quantity* compares with a constant; false when it is missing."""
    exact = Decimal(str(constant))
    if isinstance(quantity.per, int):
        other = literal(exact * quantity.per, quantity.value)
    else:
        other = _product(literal(exact, quantity.value), quantity.per)
    holds: ir.BooleanValue = _COMPARED[op](*_alike(quantity.value, other)).fill_null(False)
    return holds


def _among(quantity: Quantity, test: ValueTest) -> ir.BooleanValue:
    return some(_with(Op.IS, quantity, operand) for operand in test.operands)


def _between(quantity: Quantity, test: ValueTest) -> ir.BooleanValue:
    low, high = test.operands
    return _with(Op.GTE, quantity, low) & _with(Op.LT, quantity, high)


def _is_set(quantity: Quantity, test: ValueTest) -> ir.BooleanValue:
    known = quantity.value.notnull()
    if isinstance(quantity.per, ir.Value):
        known &= quantity.per.notnull()
    return known if test.operand else ~known


_SCALED: Mapping[Op, Callable[[Quantity, ValueTest], ir.BooleanValue]] = {
    **{op: _compared(op) for op in _COMPARED},
    Op.IS_NOT: lambda quantity, test: ~_compared(Op.IS)(quantity, test),
    Op.IN: _among,
    Op.NOT_IN: lambda quantity, test: ~_among(quantity, test),
    Op.BETWEEN: _between,
    Op.IS_SET: _is_set,
    Op.IS_EMPTY: lambda quantity, test: ~_is_set(quantity, test),
}


# ── what a test says when nothing happened ───────────────────────────────────


def nothing_passes(node: EventTest) -> bool:
    """Return whether the measures of *node*, which compare with constants, hold for no events at all."""
    if node.per is not None or not node.measures:
        return False
    return all(_of_nothing(measure, test) for measure in node.measures for test in measure.tests)


def _of_nothing(measure: Measure, test: ValueTest | ReferenceTest) -> bool:
    if isinstance(test, ReferenceTest):
        raise TypeError("a comparison with an attribute has no answer beforehand")
    if isinstance(measure, (Count, Sum, Distinct)):
        return number_passes(0, test)
    return (
        test.op in (Op.IS_NOT, Op.NOT_IN) or (test.op is Op.IS_SET and not test.operand) or (test.op is Op.IS_EMPTY and bool(test.operand))
    )
