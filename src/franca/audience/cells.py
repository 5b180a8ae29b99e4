"""Cells of a CSV file → values of the declared type: what is well formed, and the value of what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
from ibis import ir

from franca.audience.columns import YEARLESS, Column, decimal_type, with_year
from franca.audience.zones import to_utc
from franca.definitions import Kind

_DATE = r"\d{4}-\d{2}-\d{2}"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
_DATETIME = rf"^{_DATE}([T ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?{_OFFSET}?)?$"
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
Cell = tuple[ir.BooleanValue, ir.Value]
"""Whether a cell is well formed, and its value if so."""

WANTED: Mapping[Kind, str] = {
    Kind.INTEGER: "a whole number of at most 18 digits",
    Kind.DECIMAL: "a number with at most the declared decimal places",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date such as 2026-01-31, or 01-31 where the year is not known",
    Kind.DATETIME: "an instant such as 2026-01-31 09:00:00 or 2026-01-31T09:00:00Z",
    Kind.LIST: 'a JSON array of texts such as ["a", "b"]',
}


@ibis.udf.scalar.builtin(name="json_valid")  # type: ignore[untyped-decorator]
def _json_valid(text: str) -> bool: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="json_type", signature=(("string", "string"), "array<string>"))
def _json_types(text, path): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202


@ibis.udf.scalar.builtin(name="from_json", signature=(("string", "string"), "array<string>"))
def _from_json(text, structure): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202


def cell(text: ir.StringValue, column: Column) -> Cell:
    """Return how *text* reads as the declared type; a null is well formed and null."""
    well_formed, value = _CELLS[column.type.kind if column.type else None](text, column)
    return text.isnull() | well_formed.fill_null(False), value


def _key(text: ir.StringValue, _column: Column) -> Cell:
    # 17850.0 is what is left of the integer 17850 when a tool made floats of a column with gaps
    return ibis.literal(True), text.re_replace(r"^(\d+)\.0+$", r"\1")


def _integer(text: ir.StringValue, _column: Column) -> Cell:
    value = text.try_cast("int64")
    return text.re_search(r"^[+-]?\d{1,18}$"), value


def _decimal(text: ir.StringValue, column: Column) -> Cell:
    scale = column.type.scale if column.type else 0
    value = text.try_cast(decimal_type(scale))
    return text.re_search(rf"^[+-]?(\d+(\.\d{{0,{scale}}}0*)?|\.\d{{1,{max(scale, 1)}}}0*)$") & value.notnull(), value


def _number(text: ir.StringValue, _column: Column) -> Cell:
    value = text.try_cast("float64")
    return text.re_search(_NUMBER) & value.notnull() & ~value.isinf(), value


def _boolean(text: ir.StringValue, _column: Column) -> Cell:
    word = text.lower()
    return word.isin(["true", "false"]), word == "true"


def _date(text: ir.StringValue, _column: Column) -> Cell:
    value = with_year(text).try_cast("date")
    return text.re_search(rf"^({_DATE}|\d{{2}}-\d{{2}})$") & ~text.startswith(f"{YEARLESS}-") & value.notnull(), value


def _datetime(text: ir.StringValue, column: Column) -> Cell:
    wall, instant = text.try_cast("timestamp"), text.try_cast("timestamp('UTC')").cast("timestamp")
    value = text.re_search(rf"^.{{11}}.*{_OFFSET}$").ifelse(instant, to_utc(wall, column.zone))
    return text.re_search(_DATETIME) & instant.notnull(), value


def _list(text: ir.StringValue, _column: Column) -> Cell:
    none = ibis.null("array<string>")
    kinds = (_json_valid(text) & (text.strip().startswith("["))).ifelse(_json_types(text, "$[*]"), none)
    strange = kinds.filter(lambda kind: ~kind.isin(["VARCHAR", "NULL"])).length()
    return (strange == 0).fill_null(False), (strange == 0).ifelse(_from_json(text, '["VARCHAR"]'), none)


_CELLS: Mapping[Kind | None, Callable[[ir.StringValue, Column], Cell]] = {
    None: _key,
    Kind.TEXT: lambda text, _column: (ibis.literal(True), text),
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.LIST: _list,
}
