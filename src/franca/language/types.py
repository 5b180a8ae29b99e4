"""Which tests a type takes, and constants in their subject's type (language.md sections 3 and 4: no implicit conversion)."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from franca.definitions import Ago, Constant, DataType, Duration, Kind, Last, Next, Op, TimeTest, Unit, ValueTest
from franca.errors import Problem
from franca.language.patterns import Patterns
from franca.language.times import parse_instant, possible

NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
_ORDERED = frozenset({Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN, Op.IS_SET, Op.IS_EMPTY})
_TAKES: Mapping[Kind, frozenset[Op]] = {
    **dict.fromkeys([Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER, Kind.DATE, Kind.DATETIME], _ORDERED),
    Kind.TEXT: _ORDERED | {Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.MATCHES},
    Kind.BOOLEAN: frozenset({Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.IS_SET, Op.IS_EMPTY}),
    Kind.LIST: frozenset({Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE, Op.IS_SET, Op.IS_EMPTY}),
}
_TEXTUAL = frozenset({Kind.TEXT, Kind.LIST})
_FOLDING = {Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN} | (_TAKES[Kind.TEXT] | _TAKES[Kind.LIST]) - _ORDERED
"""Operators that can ignore case."""
_SUB_DAY = frozenset({Unit.MINUTES, Unit.HOURS})
EMAIL = "attribute 'email'"


def typed_test(
    test: ValueTest,
    what: str,
    declared: DataType,
    zone: ZoneInfo,
    *,
    takes: frozenset[Op] | None = None,
    patterns: Patterns | None = None,
) -> ValueTest | Problem:
    """Return *test* with its constants in the declared type, or the problem; *takes* are the operators, by default all of the type."""
    known = _TAKES[declared.kind] if takes is None else takes
    if test.op not in known:
        return _problem(test, f"{what} is {declared}, which takes no {test.op.value!r}", f"known: {', '.join(sorted(known))}")
    if test.ignore_case and (declared.kind not in _TEXTUAL or test.op not in _FOLDING):
        return _problem(test, f"{what} is {declared}: {test.op.value!r} has no case to ignore", "leave ignore_case out")
    if test.op in (Op.IS_SET, Op.IS_EMPTY):
        return test
    found = []
    for constant in test.operands:
        value = _CONSTANTS[declared.kind](constant, zone)
        if value is None:
            return _problem(test, f"{what} is {declared}, and {_show(constant)} is not", _HINTS[declared.kind])
        if isinstance(value, str) and what == EMAIL and test.op is not Op.MATCHES:  # in a pattern, \D is not \d
            value = value.strip().lower()
        found.append(value)
    if problem := _impossible(test, found, patterns or Patterns()):
        return problem
    return dataclasses.replace(test, operand=tuple(found) if isinstance(test.operand, tuple) else found[0])


def _problem(test: ValueTest, what: str, remedy: str) -> Problem:
    return Problem(what=what, remedy=remedy, position=test.position)


def _impossible(test: ValueTest, constants: Sequence[Any], patterns: Patterns) -> Problem | None:
    """Return why no value can pass."""
    if test.op is Op.BETWEEN and constants[0] >= constants[1]:
        told = " and ".join(map(_show, test.operands))
        return _problem(test, f"nothing lies between {told}: the first counts, the second does not", "write the smaller bound first")
    if test.op is Op.MATCHES and (wrong := patterns.problem(constants[0])):
        return _problem(test, f"matches: {wrong[0]}", wrong[1])
    return None


def check_time_test(test: TimeTest, what: str, declared: DataType) -> Problem | None:
    """Return what is wrong with a time test on a value of this type."""
    if declared.kind not in (Kind.DATE, Kind.DATETIME):
        return Problem(what=f"{what} is {declared}, not a time", remedy="time tests are for date and datetime", position=test.position)
    if declared.kind is Kind.DATE and any(duration.unit in _SUB_DAY for duration in _durations(test)):
        return Problem(what=f"{what} is a day: hours and minutes mean nothing for it", remedy="use days or longer", position=test.position)
    return None


def _durations(test: TimeTest) -> tuple[Duration, ...]:
    if isinstance(test, (Last, Next)):
        return (test.duration,)
    return tuple(duration for duration in (test.older, test.newer) if duration) if isinstance(test, Ago) else ()


def _show(constant: Constant) -> str:
    return f'the text "{constant}"' if isinstance(constant, str) else str(constant).lower() if isinstance(constant, bool) else str(constant)


def _text(constant: Constant, _zone: ZoneInfo) -> str | None:
    return unicodedata.normalize("NFC", constant) if isinstance(constant, str) else None


def _integer(constant: Constant, _zone: ZoneInfo) -> int | None:
    if isinstance(constant, Decimal) and constant.is_finite() and constant == constant.to_integral_value():
        return int(constant)
    return constant if isinstance(constant, int) and not isinstance(constant, bool) else None


def _decimal(constant: Constant, _zone: ZoneInfo) -> Decimal | None:
    if isinstance(constant, bool) or not isinstance(constant, (int, Decimal)):
        return None
    return Decimal(constant) if Decimal(constant).is_finite() else None


def _number(constant: Constant, _zone: ZoneInfo) -> float | None:
    if isinstance(constant, bool) or not isinstance(constant, (int, Decimal, float)):
        return None
    try:
        number = float(constant)
    except (OverflowError, ValueError):  # a whole number, or a signal, that no float can be
        return None
    return number if isfinite(number) else None


def _boolean(constant: Constant, _zone: ZoneInfo) -> bool | None:
    return constant if isinstance(constant, bool) else None


def _date(constant: Constant, _zone: ZoneInfo) -> date | None:
    parsed = parse_instant(constant) if isinstance(constant, str) else constant
    return parsed if isinstance(parsed, date) and not isinstance(parsed, datetime) and possible(parsed) else None


def _datetime(constant: Constant, zone: ZoneInfo) -> datetime | None:
    parsed = parse_instant(constant) if isinstance(constant, str) else constant
    if not isinstance(parsed, date) or not possible(parsed):
        return None
    moment = parsed if isinstance(parsed, datetime) else datetime.combine(parsed, time(), zone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


_CONSTANTS: Mapping[Kind, Callable[[Constant, ZoneInfo], Constant | None]] = {
    Kind.TEXT: _text,
    Kind.LIST: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
}
_HINTS: Mapping[Kind, str] = {
    Kind.TEXT: "put it in quotes",
    Kind.LIST: "list elements are texts: put it in quotes",
    Kind.INTEGER: "write a whole number without quotes",
    Kind.DECIMAL: "write a number without quotes",
    Kind.NUMBER: "write a number without quotes",
    Kind.BOOLEAN: "write true or false without quotes",
    Kind.DATE: "write a date such as 2026-01-31",
    Kind.DATETIME: "write an instant such as 2026-01-31T09:00:00Z",
}
