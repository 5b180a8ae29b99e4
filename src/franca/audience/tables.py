"""What an evaluation reads: columns are asked for first, then each table is read once with all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ibis import ir

from franca.audience.columns import Column
from franca.audience.engine import Engine
from franca.definitions import Position


@dataclass
class Tables:
    """The tables of one evaluation."""

    engine: Engine
    _wanted: dict[str, dict[Column, None]] = field(default_factory=dict)
    _positions: dict[str, Position | None] = field(default_factory=dict)
    _read: dict[str, ir.Table] = field(default_factory=dict)

    def ask(self, table: str, column: Column, position: Position | None) -> None:
        """Note that *column* of *table*, which *position* names, is needed."""
        self._wanted.setdefault(table, {})[column] = None
        self._positions.setdefault(table, position)

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that are needed."""
        return tuple(self._wanted)

    def read(self, table: str) -> ir.Table:
        """Return *table* with the columns that were asked for; nothing may be asked for afterwards."""
        if table not in self._read:
            self._read[table] = self.engine.read(table, list(self._wanted[table]), self._positions[table])
        return self._read[table]

    def column(self, table: str, column: Column) -> ir.Value:
        """Return a column that was asked for."""
        return self.read(table)[f"c{list(self._wanted[table]).index(column)}"]


def same_key(left: ir.Value, right: ir.Value) -> ir.BooleanValue:
    """Return whether two keys are the same text; integers say so without being written out."""
    if left.type().is_integer() and right.type().is_integer():
        return left == right
    return key_text(left) == key_text(right)


def key_text(key: ir.Value) -> ir.StringValue:
    """Return a key as text: integers without sign or point."""
    return key if key.type().is_string() else key.cast("string")


def left_join(table: ir.Table, key: str, other: ir.Table, other_key: str) -> ir.Table:
    """Return *table* with the columns of *other* (but its key) where the keys are the same text."""
    added = [name for name in other.columns if name != other_key]
    if not added:
        return table
    joined = table.left_join(other, same_key(table[key], other[other_key]))
    return joined.select(*[table[name] for name in table.columns], *[other[name] for name in added])
