"""Values and tests on them in plain Python: part of the naive interpreter (see naive.py), written from language.md alone."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import re2

from franca.definitions import DataType, Kind, LengthTest, Op, ValueTest


class MonthDay(str):
    """A `date` that is written MM-DD: a day of some unknown year."""

    __slots__ = ()

    def on(self, year: int) -> date:
        """Return its day in *year*; February 29 falls on February 28 in common years."""
        month, day = map(int, self.split("-"))
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return date(year, month, 28 if (month, day) == (2, 29) and not leap else day)


# What a cell says


def clean(raw: Any, kind: DataType, zone: str) -> Any:
    """Return what a cell says: text after NFC, instants in UTC, lists without nulls; None stays None."""
    cleaner = _CLEAN.get(kind.kind)
    return raw if raw is None or cleaner is None else cleaner(raw, zone)


def instant(at: date | datetime, zone: tzinfo) -> datetime:
    """Return the instant in UTC: a date is its midnight, a naive datetime is meant, in *zone*; in a gap or a fold as `fold=0` has it."""
    local = at if isinstance(at, datetime) else datetime.combine(at, time())
    aware = local if local.tzinfo else local.replace(tzinfo=zone, fold=0)
    return aware.astimezone(UTC)


def _day(raw: date | str, _: str) -> date | MonthDay:
    if not isinstance(raw, str):
        return raw
    return MonthDay(raw) if len(raw) == len("MM-DD") else date.fromisoformat(raw)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def normal_email(text: str | None) -> str | None:
    return None if text is None else nfc(text.strip().lower())


def as_text(raw: Any) -> str | None:
    """Return an undeclared column's value as text; only texts and integers have one obvious text."""
    if raw is not None and type(raw) not in {str, int}:
        raise TypeError(f"an undeclared column holds {raw!r}")
    return None if raw is None else nfc(str(raw))


_CLEAN: Mapping[Kind, Callable[[Any, str], Any]] = {
    Kind.TEXT: lambda raw, _: nfc(raw),
    Kind.LIST: lambda raw, _: [nfc(element) for element in raw if element is not None],
    Kind.DATE: _day,
    Kind.DATETIME: lambda raw, zone: instant(raw, ZoneInfo(zone)),
}

# Tests


def passes(test: ValueTest, value: Any) -> bool:
    """One test on one value. On a missing value only the negative tests and those about being missing can be true."""
    if test.op in _NEGATIVE:
        return not passes(ValueTest(op=_NEGATIVE[test.op], operand=test.operand, ignore_case=test.ignore_case), value)
    if test.op is Op.IS_SET:
        return (value is not None) == test.operand
    if test.op is Op.IS_EMPTY:
        return _empty(value) == test.operand
    if value is None or isinstance(value, MonthDay):
        return False
    if test.op is Op.MATCHES:
        return _matches(str(test.operand), value, ignore_case=test.ignore_case)
    fold = _folded if test.ignore_case else _plain
    return _OF_A_VALUE[test.op](fold(value), [fold(operand) for operand in test.operands])


_NEGATIVE = {Op.IS_NOT: Op.IS, Op.NOT_IN: Op.IN, Op.HAS_NONE: Op.HAS_ANY}
_OF_A_VALUE: Mapping[Op, Callable[[Any, list[Any]], bool]] = {
    Op.IS: lambda value, operands: value == operands[0],
    Op.IN: lambda value, operands: value in operands,
    Op.GT: lambda value, operands: value > operands[0],
    Op.GTE: lambda value, operands: value >= operands[0],
    Op.LT: lambda value, operands: value < operands[0],
    Op.LTE: lambda value, operands: value <= operands[0],
    Op.BETWEEN: lambda value, operands: operands[0] <= value < operands[1],
    Op.CONTAINS: lambda value, operands: any(part in value for part in operands),
    Op.STARTS_WITH: lambda value, operands: any(value.startswith(part) for part in operands),
    Op.ENDS_WITH: lambda value, operands: any(value.endswith(part) for part in operands),
    Op.HAS_ANY: lambda value, operands: any(operand in value for operand in operands),
    Op.HAS_ALL: lambda value, operands: all(operand in value for operand in operands),
}


def _empty(value: Any) -> bool:
    """Return whether a text is missing, empty or only white space, or a list is missing or without an element that is not null."""
    return value is None or (not value.strip() if isinstance(value, str) else isinstance(value, list) and not value)


def _matches(pattern: str, value: str, *, ignore_case: bool) -> bool:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    return re2.compile(pattern, options).search(value) is not None


def _plain(value: Any) -> Any:
    """Numbers become exact ones, so that every kind compares with every other."""
    if isinstance(value, list):
        return [_plain(element) for element in value]
    return exact(value) if is_number(value) else nfc(value) if isinstance(value, str) else value


def _folded(value: Any) -> Any:
    return [_folded(element) for element in value] if isinstance(value, list) else nfc(value).casefold()


def is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal, float, Fraction)) and not isinstance(value, bool)


def exact(number: Any) -> Fraction:
    return Fraction(number)


def length_passes(test: LengthTest, value: list[str] | None) -> bool:
    """Nulls are not in *value* any more."""
    return value is not None and all(passes(one, len(value)) for one in test.tests)


def refers(op: Op, value: Any, other: Any, times: Decimal) -> bool:
    """`op` between two values of the data: false when one is missing or a day without a year, and `is_not` is not(is)."""
    if op is Op.IS_NOT:
        return not refers(Op.IS, value, other, times)
    if any(one is None or isinstance(one, MonthDay) for one in (value, other)):
        return False
    left, right = _comparable(value, other, times) if is_number(value) else (value, other)
    return _COMPARED[op](left, right)


def _comparable(value: Any, other: Any, times: Decimal) -> tuple[Any, Any]:
    """As doubles when one of them is one; else exactly."""
    if isinstance(value, float) or isinstance(other, float):
        return float(value), float(other) * float(times)
    return exact(value), exact(other) * exact(times)


_COMPARED: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.IS: operator.eq, Op.GT: operator.gt, Op.GTE: operator.ge, Op.LT: operator.lt, Op.LTE: operator.le,
}  # fmt: skip


# Numbers made of many


def total(values: Iterable[Any]) -> Any:
    """Exact for integers and decimals, whatever the context's precision; a double for doubles."""
    several = list(values)
    return sum(several) if any(isinstance(value, float) for value in several) else sum(map(exact, several))


def divided(numerator: Any, denominator: Any) -> Any:
    """Return an exact rational, or a double when one of them is one; None when one is missing or the divisor is 0."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    if isinstance(numerator, float) or isinstance(denominator, float):
        return float(numerator) / float(denominator)
    return exact(numerator) / exact(denominator)
