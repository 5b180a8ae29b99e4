"""Small shops in which every edge is met, with members worked out by hand: what `test_edges` asks the evaluator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from evaluator.kit import AS_OF

SCHEMA = """\
    profile:
      table: customers
      key: id
      attributes:
        name: {type: text}
        nick: {type: text}
        points: {type: integer}
        credit: {type: decimal}
        score: {type: number}
        born: {type: date}
        other: {type: date}
        seen: {type: datetime}
        tags: {type: list}
      location: {latitude: lat, longitude: lon}
    memberships: {table: lists, profile: customer, name: list}
    events:
      order:
        table: orders
        profile: customer
        at: at
        id: number
        where: {property: state, is_not: cancelled}
        properties: {total: {type: decimal}, pieces: {type: integer}, country: {type: text}, kinds: {type: list}, due: {type: date}}
      visit: {table: visits, profile: customer, at: at, properties: {page: {type: text}, pieces: {type: integer}}}
"""
COLUMNS = {
    "customers": ("id", "name", "nick", "points", "credit", "score", "born", "other", "seen", "tags", "lat", "lon"),
    "orders": ("customer", "at", "number", "state", "total", "pieces", "country", "kinds", "due"),
    "visits": ("customer", "at", "page", "pieces"),
    "lists": ("customer", "list"),
}
Cells = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A shop, and what is asked of it.

    Attributes:
        customers: key → cells as CSV has them; those with events only need not be named.
        orders, visits: rows, as "customer at" and cells.
        asked: the edge, in words → (the predicate as YAML, the members' keys in order).
    """

    asked: Mapping[str, tuple[str, str]]
    customers: Mapping[str, Cells] | None = None
    orders: tuple[tuple[str, Cells], ...] = ()
    visits: tuple[tuple[str, Cells], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    as_of: datetime = AS_OF
    timezone: str = "Europe/Berlin"

    def rows(self) -> dict[str, list[Cells]]:
        """Return the rows of each table; a cell that is not there is missing."""
        happened = [text.split(" ")[0] for text, _ in (*self.orders, *self.visits)]
        keys = dict.fromkeys((*(self.customers or {}), *(key for key in happened if key != "stranger")))
        return {
            "customers": [{"id": key, **(self.customers or {}).get(key, {})} for key in keys],
            "orders": [_event(text, cells) for text, cells in self.orders],
            "visits": [_event(text, cells) for text, cells in self.visits],
            "lists": [{"customer": customer, "list": name} for customer, name in self.lists],
        }

    def files(self) -> dict[str, str]:
        """Return the tables as CSV."""
        return {f"{name}.csv": _csv(COLUMNS[name], rows) for name, rows in self.rows().items()}

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return the tables as Python values, None for missing."""
        return {name: [{column: _value(row, column) for column in COLUMNS[name]} for row in rows] for name, rows in self.rows().items()}


def _event(text: str, cells: Cells) -> Cells:
    customer, at = text.split(" ")
    return {"customer": customer, "at": at, **cells}


def _csv(columns: tuple[str, ...], rows: list[Cells]) -> str:
    """A quoted cell where one is given, and an empty one where none is."""
    lines = [",".join('"' + row[column].replace('"', '""') + '"' if column in row else "" for column in columns) for row in rows]
    return "\n".join([",".join(columns), *lines, ""])


_VALUES: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("at", "seen"), datetime.fromisoformat),
    **dict.fromkeys(("points", "pieces"), int),
    **dict.fromkeys(("credit", "total"), Decimal),
    **dict.fromkeys(("score", "lat", "lon"), float),
    **dict.fromkeys(("tags", "kinds"), json.loads),
}
"""Column → what makes a value of its text; others stay texts, days too, which the naive interpreter reads."""


def _value(row: Cells, column: str) -> Any:
    return _VALUES.get(column, str)(row[column]) if column in row else None


def orders(*rows: str, **cells: str) -> tuple[tuple[str, Cells], ...]:
    """Return one order for each "customer at", all with these cells."""
    return tuple((row, cells) for row in rows)
