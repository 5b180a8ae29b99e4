"""Columns as they are stored → columns as they are declared.

The evaluator computes on these forms only: text, int, decimal, float without NaN, boolean, date, instants naive in UTC, arrays of text;
keys as integers or text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import ibis
from ibis import ir
from ibis.expr import datatypes as dt

from franca.audience.functions import Functions
from franca.definitions import DataType, Kind, Position
from franca.errors import FrancaError, did_you_mean


@dataclass(frozen=True)
class Column:
    """A column that an evaluation needs; *type* None is a key or an id, compared as text; *zone* is that of naive datetimes."""

    name: str
    type: DataType | None = None
    zone: str = "UTC"
    position: Position | None = field(default=None, compare=False)


YEARLESS = 9996
"""The leap year in which days stand whose year is not known. Other years are all in use: 0001-01-01 and 9999-12-31 mean "never"."""


def decimal_type(scale: int) -> dt.Decimal:
    """Return the type that holds decimals of *scale* places: eighteen digits are fast, more places need more."""
    return dt.Decimal(18 if scale <= 6 else 38, scale)


def stored_type(declared: DataType) -> dt.DataType:
    """Return the type in which values of one declared type stand beside each other."""
    kinds = {Kind.TEXT: "string", Kind.INTEGER: "int64", Kind.NUMBER: "float64", Kind.LIST: "array<string>", Kind.DATETIME: "timestamp"}
    return decimal_type(declared.scale) if declared.kind is Kind.DECIMAL else dt.dtype(kinds.get(declared.kind, declared.kind.value))


def require(names: Sequence[str], columns: Sequence[Column], place: str) -> None:
    """Raise `FrancaError` for the first of *columns* that *place* does not have."""
    for column in columns:
        if column.name not in names:
            raise FrancaError(f"{place} has no column {column.name!r}", remedy=did_you_mean(column.name, names), position=column.position)


def declared(table: ir.Table, columns: Sequence[Column], place: str, functions: Functions) -> ir.Table:
    """Return *columns* of *table*, in order, named c0, c1, …; *place* names the table in errors."""
    require(table.columns, columns, place)
    return table.select(**{f"c{number}": _read(table[column.name], column, place, functions) for number, column in enumerate(columns)})


def _read(stored: ir.Value, column: Column, place: str, functions: Functions) -> ir.Value:
    read = _READ[column.type.kind](stored, column, functions) if column.type else _key(stored)
    if read is None:
        wanted = f"declared {column.type}" if column.type else "used as a key"
        raise FrancaError(
            f"{place}: column {column.name!r} is stored as {stored.type()} and {wanted}",
            remedy="declare the type that it has, or convert it in the data",
            position=column.position,
        )
    return read


def _key(stored: ir.Value) -> ir.Value | None:
    """Return a key: integers stay integers, for speed; floats that stand for integers (pandas makes them of gaps) lose the point."""
    kind = stored.type()
    if kind.is_integer() or kind.is_string():
        return stored
    if kind.is_floating():
        known = stored.isnan().ifelse(ibis.null(kind), stored)
        return (known == known.floor()).ifelse(known.cast("int64").cast("string"), known.cast("string"))
    return stored.cast("string") if kind.is_uuid() else None


def _text(stored: ir.Value, _column: Column, _functions: Functions) -> ir.Value | None:
    """Return text; what has one way of being written is written so, because undeclared columns compare as text."""
    kind = stored.type()
    if kind.is_string():
        return stored
    return stored.cast("string") if kind.is_integer() or kind.is_boolean() or kind.is_date() or kind.is_uuid() else None


def _integer(stored: ir.Value, _column: Column, _functions: Functions) -> ir.Value | None:
    return stored if stored.type().is_integer() else None


def _known(stored: ir.Value) -> ir.Value:
    """Return floats with NaN, which no test should meet, as missing."""
    return stored.isnan().ifelse(ibis.null("float64"), stored.cast("float64"))


def _decimal(stored: ir.Value, column: Column, _functions: Functions) -> ir.Value | None:
    kind, scale = stored.type(), column.type.scale if column.type else 0
    if kind.is_integer() or (kind.is_decimal() and kind.scale is not None and kind.scale <= scale):
        return stored
    return _known(stored).cast(decimal_type(scale)) if kind.is_floating() else None


def _number(stored: ir.Value, _column: Column, _functions: Functions) -> ir.Value | None:
    if stored.type().is_floating():
        return _known(stored)
    return stored.cast("float64") if stored.type().is_numeric() and not stored.type().is_boolean() else None


def _boolean(stored: ir.Value, _column: Column, _functions: Functions) -> ir.Value | None:
    return stored if stored.type().is_boolean() else None


def with_year(text: ir.StringValue) -> ir.StringValue:
    """Return a day as text with a year: a day whose year is not known is put into a year that nobody has."""
    return (text.length() == len("01-31")).ifelse(ibis.literal(f"{YEARLESS}-") + text, text)


def _date(stored: ir.Value, _column: Column, _functions: Functions) -> ir.Value | None:
    if stored.type().is_string():
        return with_year(stored).cast("date")
    return stored if stored.type().is_date() else None


def _datetime(stored: ir.Value, column: Column, functions: Functions) -> ir.Value | None:
    kind = stored.type()
    if kind.is_unknown() and "TIMESTAMPTZ_NS" in str(kind):  # what pandas writes; Ibis 12 has no name for it
        return stored.cast("timestamp('UTC')").cast("timestamp")
    if not kind.is_timestamp():
        return None
    if kind.timezone is not None:
        return stored.cast("timestamp")  # the session's zone is UTC
    return functions.to_utc(stored if kind.scale is None else stored.cast("timestamp"), column.zone)


def _list(stored: ir.Value, _column: Column, _functions: Functions) -> ir.Value | None:
    return stored if stored.type().is_array() and stored.type().value_type.is_string() else None


_READ: Mapping[Kind, Callable[[ir.Value, Column, Functions], ir.Value | None]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.LIST: _list,
}
