"""Constants as Mailchimp's conditions write them, and comparisons in its four operators: is, not, greater, less."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from franca.definitions import DataType, Kind, Op, ValueTest
from franca_mailchimp.options import DATE, NUMBER, TEXT
from franca_mailchimp.parts import refuse

STANDS_FOR: Mapping[Kind, str] = {Kind.TEXT: TEXT, Kind.INTEGER: NUMBER, Kind.DECIMAL: NUMBER, Kind.NUMBER: NUMBER, Kind.DATE: DATE}
"""What a merge field must be for an attribute of that kind; other kinds have none."""

_OPPOSITE = {Op.GT: Op.LTE, Op.GTE: Op.LT, Op.LT: Op.GTE, Op.LTE: Op.GT}
_STRICT = {Op.GT: "greater", Op.GTE: "greater", Op.LT: "less", Op.LTE: "less"}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """(operator, operand) pairs, of which all or any must hold."""

    pairs: tuple[tuple[str, Any], ...]
    any: bool = False


def compared(type_: DataType, test: ValueTest, *, positive: bool) -> Comparison:
    """Return a comparison, or its negation, for values that are there.

    Mailchimp has no "or equal" (sheet section 1.3): where values have neighbours, ≥ n is greater than the one before n; where they are
    dense, it is greater or equal, one of two.
    """
    if test.op in (Op.IS, Op.IN):
        return Comparison(pairs=tuple(("is" if positive else "not", each) for each in test.operands), any=positive)
    op, (value,) = test.op if positive else _OPPOSITE[test.op], test.operands
    if op in (Op.GT, Op.LT):
        return Comparison(pairs=((_STRICT[op], value),))
    neighbour = _neighbour(type_, value, -1 if op is Op.GTE else 1)
    if neighbour is not None:
        return Comparison(pairs=((_STRICT[op], neighbour),))
    return Comparison(pairs=((_STRICT[op], value), ("is", value)), any=True)


def may_hold_of_nothing(op: str, value: Any) -> bool:
    """Return whether an operator, which is not negative, holds of a number that is not there, where that is read as 0."""
    return op == "less" or (op == "is" and value == 0) or (op == "greater" and value < 0)


def _neighbour(type_: DataType, value: Any, sign: int) -> Any:
    """Return the nearest value below (-1) or above (1) that the type has; None where values are dense.

    Raises:
        RefusedError: the calendar ends there.
    """
    if type_.kind is Kind.INTEGER:
        return value + sign
    if type_.kind is Kind.DECIMAL:  # of so many places, as the project declares it
        steps = Decimal(value).scaleb(type_.scale)
        below_or_above = math.ceil(steps) - 1 if sign < 0 else math.floor(steps) + 1
        return Decimal(below_or_above).scaleb(-type_.scale)
    return _day(value, sign) if type_.kind is Kind.DATE else None


def _day(day: date, sign: int) -> date:
    try:
        return day + timedelta(days=sign)
    except OverflowError:
        raise refuse("date-range", f"there is no day beside {day} that Mailchimp could compare with") from None


def written(kind: Kind, value: Any) -> str:
    """Return a constant as a condition's `value`: always a string (sheet section 1.3).

    Raises:
        RefusedError: a merge field does not hold it.
    """
    return _WRITE[kind](value)


def _number(value: Any) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise refuse("number-range", f"Mailchimp's number fields do not hold {value}")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _date(value: date) -> str:
    return f"{value.month:02}/{value.day:02}/{value.year:04}"  # the API description's example of DateMerge; ISO is for members


def _text(value: str) -> str:
    if not value.strip():
        raise refuse("blank-text", "Mailchimp does not tell a blank text from a missing one")
    if value != value.strip():
        raise refuse("outer-space", f"whether Mailchimp keeps the white space around {value!r} is not documented")
    return value


_WRITE: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
}
