"""One event table → its events, as an evaluation needs them.

Rows become events in this order (language.md section 4.8): source filter, the earliest row of each id, then those at or before the
as-of instant. The last two may change places, because an id whose earliest row is later has no earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ibis
from ibis import ir

from franca.audience.columns import Column
from franca.audience.frame import Frame
from franca.audience.functions import Functions
from franca.audience.moments import AsOf
from franca.audience.tables import Tables, key_text
from franca.audience.walk import properties
from franca.definitions import TEXT, DataType, EventSource, Kind, Predicate, Project
from franca.logic import nodes

INSTANT = DataType(Kind.DATETIME)


@dataclass(frozen=True)
class Events:
    """The events of one kind.

    Attributes:
        wheres: filters that depend on the event alone.
        values: properties whose values are needed.
        ids: whether the ids are needed beyond telling which rows are one event.
    """

    source: EventSource
    wheres: tuple[Predicate, ...]
    values: tuple[str, ...]
    ids: bool
    project: Project
    as_of: AsOf
    functions: Functions

    @cached_property
    def _columns(self) -> dict[str, Column]:
        """The row's own columns: profile, at and, where rows may share it or it is needed, id."""
        source, place = self.source, self.source.position
        found = {"profile": Column(source.profile, position=place), "at": Column(source.at, INSTANT, source.zone, place)}
        if source.id is not None and (self.ids or not source.unique):
            found["id"] = Column(source.id, position=place)
        return found

    @cached_property
    def _properties(self) -> dict[str, Column]:
        """Property, or undeclared column of the source filter → its column."""
        tested = (node for where in (self.source.where, *self.wheres) for node in nodes(where))
        names = {*properties(tested), *self.values}
        return {name: self._property(name) for name in sorted(names)}

    def _property(self, name: str) -> Column:
        declared = self.source.properties.get(name)
        if declared is None:
            return Column(name, TEXT, position=self.source.position)
        return Column(declared.column, declared.type, declared.zone, declared.position)

    def ask(self, tables: Tables) -> None:
        """Ask for the columns."""
        for column in (*self._columns.values(), *self._properties.values()):
            tables.ask(self.source.table, column, self.source.position)

    def table(self, tables: Tables) -> ir.Table:
        """Return the events: profile, at, perhaps id (as text), a flag f0, f1, … per filter, a column n0, n1, … per value."""
        rows = self._rows(tables)
        known = [rows.column("profile").notnull(), rows.column("at").notnull(), rows.column("at") <= self.as_of.utc]
        own = [rows.holds(self.source.where)] if self.source.where is not None else []
        kept = replace(rows, table=rows.table.filter(*known, *own))
        flags = {f"f{number}": kept.holds(where) for number, where in enumerate(self.wheres)}
        numbers = {f"n{number}": kept.column(("property", name)) for number, name in enumerate(self.values)}
        events = kept.table.select(*self._columns, **flags, **numbers)
        if self.source.id is not None and not self.source.unique:
            events = self._earliest(events)
        if not self.ids:
            return events
        own = self.functions.ordered(key_text(events["id"])) if "id" in self._columns else ibis.null("string")
        return events.select("profile", "at", own.name("id"), *flags, *numbers)  # in one order for all kinds: a union may not change it

    def _rows(self, tables: Tables) -> Frame:
        """Return the rows with their properties, text in normal form."""
        table = self.source.table
        names: dict[Any, str] = {name: name for name in self._columns}
        values = {name: tables.column(table, column) for name, column in self._columns.items()}
        kinds: dict[Any, Kind] = {"at": Kind.DATETIME}
        for number, (name, column) in enumerate(self._properties.items()):
            what, value = ("property", name), tables.column(table, column)
            names[what], kinds[what] = f"p{number}", column.type.kind if column.type else Kind.TEXT
            values[f"p{number}"] = self.functions.normal_form(value, column.position) if kinds[what] is Kind.TEXT else value
        return Frame(tables.read(table).select(**values), names, kinds, self.project, self.as_of, self.functions)

    def _earliest(self, events: ir.Table) -> ir.Table:
        """Return the earliest row of each id; rows without an id are each an event of their own.

        Few ids are repeated in practice: only their rows are ordered, which takes two thirds of the time of ordering all. Joins on the
        id never match a missing one.
        """
        carried = [name for name in events.columns if self.ids or name != "id"]
        order = ["at", *(name for name in events.columns if name not in ("at", "id"))]
        repeated = events.group_by("id").having(ibis._.count() > 1).aggregate().select("id")
        ranked = self.functions.among(events, repeated, "id").mutate(rank=ibis.row_number().over(group_by="id", order_by=order))
        single = self.functions.without(events, repeated, "id").select(*carried)
        return single.union(ranked.filter(ranked["rank"] == 0).select(*carried))
