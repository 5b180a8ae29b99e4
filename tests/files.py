"""Tables of Python values, written as the files that a project reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from franca.definitions import DataType, Kind
from schema import WHOLE_ATTRIBUTES, WHOLE_EVENTS, tables_of

Row = Mapping[str, Any]
Write = Callable[[Mapping[str, list[Any]], Path], None]


def write_csv(tables: Mapping[str, list[Any]], folder: Path) -> None:
    """Write each table as NAME.csv: missing is an empty unquoted cell, texts are quoted, lists are JSON."""
    for name, types in tables_of(tables).items():
        rows = [",".join(_cell(row[column]) for column in types) for row in tables[name]]
        (folder / f"{name}.csv").write_text("\n".join([",".join(types), *rows, ""]), encoding="utf-8", newline="")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = _TEXT.get(type(value), str)(value)
    return '"' + text.replace('"', '""') + '"' if isinstance(value, (str, list)) else text


_TEXT: Mapping[type, Callable[[Any], str]] = {
    bool: lambda value: str(value).lower(),
    list: lambda value: json.dumps(value, ensure_ascii=False),
    float: repr,
    datetime: datetime.isoformat,
    date: date.isoformat,
}


def write_parquet(tables: Mapping[str, list[Any]], folder: Path) -> None:
    """Write each table as NAME.parquet: native lists, decimals and instants, without a zone where no cell has an offset."""
    for name, types in tables_of(tables).items():
        arrays = {column: _array(name, column, kind, [row[column] for row in tables[name]]) for column, kind in types.items()}
        pq.write_table(pa.table(arrays), folder / f"{name}.parquet")


def _array(table: str, column: str, declared: DataType, values: list[Any]) -> Any:
    if declared.kind is Kind.DATETIME:
        return _instants(values, _zone(table, column))
    if declared.kind is Kind.TEXT:  # a day without a year makes a column of days one of texts
        values = [value.isoformat() if isinstance(value, date) else value for value in values]
    return pa.array(values, _ARROW[declared.kind])


def _instants(values: list[datetime | None], zone: ZoneInfo) -> Any:
    if not any(value and value.tzinfo for value in values):
        return pa.array(values, pa.timestamp("us"))
    return pa.array(
        [value and (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC) for value in values], pa.timestamp("us", "UTC")
    )


def _zone(table: str, column: str) -> ZoneInfo:
    zones = {("customers", attribute.column): attribute.zone for attribute in WHOLE_ATTRIBUTES.values()}
    zones |= {(event.table, event.at): event.zone for event in WHOLE_EVENTS.values()}
    return ZoneInfo(zones.get((table, column), "UTC"))


_ARROW: Mapping[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.decimal128(14, 2),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.LIST: pa.list_(pa.string()),
}
