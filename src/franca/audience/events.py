"""One event table → per profile, the event tests of all segments as boolean columns, in one pass.

Every distinct (filter, window, measure) is one aggregate. Rows become events in this order (language.md section 4.8):
source filter, then the earliest row of each id, then those at or before the as-of instant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import ibis
from ibis import ir

from franca.audience.columns import Column
from franca.audience.functions import Functions, every
from franca.audience.moments import AsOf, Span
from franca.audience.predicates import Frame
from franca.audience.tables import Tables, same_key
from franca.audience.values import value_test, within
from franca.audience.walk import properties
from franca.definitions import (
    TEXT,
    Count,
    DataType,
    EventSource,
    EventTest,
    Kind,
    Measure,
    Op,
    Predicate,
    Project,
    SinceAttribute,
    SinceLatest,
    Sum,
    TimeTest,
    ValueTest,
)

INSTANT = DataType(Kind.DATETIME)
SOME = Count(tests=(ValueTest(op=Op.GTE, operand=1),))
"""What an event test without a measure asks for."""


@dataclass(frozen=True)
class Tally:
    """One aggregate: *of* the events for which *where* holds, within *span* and after every *since*.

    *of* None counts; a property's name sums it.
    """

    where: Predicate | None
    span: Span
    since: tuple[TimeTest, ...]
    of: str | None


@dataclass(frozen=True)
class Events:
    """The events of one kind, as an evaluation needs them: for *tests*, and for the latest instants that windows count from."""

    source: EventSource
    tests: tuple[EventTest, ...]
    latest: tuple[SinceLatest, ...]
    project: Project
    as_of: AsOf
    functions: Functions

    def ask(self, tables: Tables) -> None:
        """Ask for the columns."""
        for column in {self._profile, self._at, self._id, *self._columns.values()} - {None}:
            tables.ask(self.source.table, column, self.source.position)

    @property
    def _profile(self) -> Column:
        return Column(self.source.profile, position=self.source.position)

    @property
    def _at(self) -> Column:
        return Column(self.source.at, INSTANT, self.source.zone, self.source.position)

    @property
    def _id(self) -> Column | None:
        wanted = self.source.id is not None and not self.source.unique
        return Column(str(self.source.id), position=self.source.position) if wanted else None

    @property
    def _wheres(self) -> tuple[Predicate, ...]:
        """The filters of tests and windows, each once."""
        found = [node.where for node in (*self.tests, *self.latest) if node.where is not None]
        return tuple(dict.fromkeys(found))

    @property
    def _sums(self) -> tuple[str, ...]:
        found = [measure.of for test in self.tests for measure in test.measures if isinstance(measure, Sum)]
        return tuple(dict.fromkeys(found))

    @property
    def _columns(self) -> dict[str, Column]:
        """Property, or undeclared column of the source filter → its column."""
        names = {name for where in (self.source.where, *self._wheres) for name in properties(where)} | set(self._sums)
        return {name: self._column(name) for name in sorted(names)}

    def _column(self, name: str) -> Column:
        declared = self.source.properties.get(name)
        if declared is None:
            return Column(name, TEXT, position=self.source.position)
        return Column(declared.column, declared.type, declared.zone, declared.position)

    def table(self, tables: Tables) -> ir.Table:
        """Return the events: profile, at, a flag f0, f1, … per filter, a number n0, n1, … per property that is summed."""
        frame = self._frame(tables)
        flags = {f"f{number}": frame.holds(where) for number, where in enumerate(self._wheres)}
        numbers = {f"n{number}": frame.column(("property", name)) for number, name in enumerate(self._sums)}
        keys = ["profile", "at", *(["id"] if self._id else [])]
        # later events need not be compared by id: an id whose earliest row is later has no earlier one
        known = [frame.table.profile.notnull(), frame.table["at"].notnull(), frame.table["at"] <= self.as_of.utc]
        kept = frame.table.filter(*known, *([frame.holds(self.source.where)] if self.source.where is not None else []))
        return _earliest(replace(frame, table=kept).table, flags, numbers, keys, self.functions)

    def _frame(self, tables: Tables) -> Frame:
        """Return the rows with their properties, text in normal form."""
        name = self.source.table
        columns = {"profile": tables.column(name, self._profile), "at": tables.column(name, self._at)}
        if self._id:
            columns["id"] = tables.column(name, self._id)
        names, kinds = {}, {}
        for number, (property_name, column) in enumerate(self._columns.items()):
            value = tables.column(name, column)
            text = column.type is not None and column.type.kind is Kind.TEXT
            columns[f"p{number}"] = self.functions.normal_form(value, column.position) if text else value
            names["property", property_name] = f"p{number}"
            kinds["property", property_name] = column.type.kind if column.type else Kind.TEXT
        return Frame(tables.read(name).select(**columns), names, kinds, self.project, self.as_of, self.functions)
