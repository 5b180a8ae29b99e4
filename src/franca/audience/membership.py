"""A checked project and an as-of instant → one expression: a row per profile, a boolean column per segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ibis import ir

from franca.audience.columns import Column
from franca.audience.engine import Engine, functions_of
from franca.audience.events import INSTANT, Events
from franca.audience.functions import Functions
from franca.audience.moments import AsOf
from franca.audience.predicates import Frame
from franca.audience.tables import Tables, key_text, left_join
from franca.audience.tallies import Tallies
from franca.audience.walk import attributes, channels, latest, leaves, time_tests
from franca.definitions import TEXT, DataType, EventTest, Kind, Predicate, Project, SinceAttribute, TimeTest

EMAIL = "email"
"""The attribute, and the channel, by which destinations know people."""


@dataclass(frozen=True)
class Membership:
    """The expression, and what it is made of; building it reads CSV files, and computes nothing else."""

    project: Project
    as_of: AsOf
    engine: Engine
    shown: tuple[str, ...] = ()
    """Attributes that are read beside those that segments test."""

    @cached_property
    def functions(self) -> Functions:
        """What the engine can do beyond plain Ibis."""
        return functions_of(self.engine)

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Segment → its column."""
        return {key: f"s{number}" for number, key in enumerate(self.project.segments)}

    @cached_property
    def expression(self) -> ir.Table:
        """Profile (the key as text), email (as destinations compare it; null without one), and the segments' columns."""
        frame = self._with_events()
        segments = {column: frame.holds(self.project.segments[key].where) for key, column in self.columns.items()}
        return frame.table.select(profile=key_text(frame.column("key")), email=self.email(frame), **segments)

    def email(self, frame: Frame) -> ir.StringValue:
        """Return the email as destinations compare it; null when there is none."""
        if not self.has_email:
            return key_text(frame.column("key")).nullif(key_text(frame.column("key")))
        return frame.column(("attribute", EMAIL)).nullif("")

    def values(self) -> ir.Table:
        """Return profile (the key as text) and the shown attributes' columns, by number."""
        frame = self.profiles
        shown = {f"v{number}": frame.column(("attribute", name)) for number, name in enumerate(self.shown)}
        return frame.table.select(profile=key_text(frame.column("key")), **shown)

    @property
    def has_email(self) -> bool:
        """Whether profiles have an attribute that destinations can know them by."""
        return EMAIL in self.project.data.profile.attributes

    # -- what is needed

    @cached_property
    def _leaves(self) -> tuple[Predicate, ...]:
        found = (leaf for segment in self.project.segments.values() for leaf in leaves(segment.where))
        return tuple(dict.fromkeys(found))

    @cached_property
    def events(self) -> tuple[Events, ...]:
        """The kinds of events that segments test."""
        tests = [leaf for leaf in self._leaves if isinstance(leaf, EventTest)]
        since = tuple(dict.fromkeys(latest(self._leaves)))
        names = dict.fromkeys([*(test.event for test in tests), *(test.event for test in since)])
        return tuple(
            Events(
                source=self.project.data.events[name],
                tests=tuple(test for test in tests if test.event == name),
                latest=tuple(test for test in since if test.event == name),
                project=self.project,
                as_of=self.as_of,
                functions=self.functions,
            )
            for name in names
        )

    @cached_property
    def _profile_columns(self) -> dict[Any, Column]:
        """Key, attributes and consent → their columns."""
        source = self.project.data.profile
        found: dict[Any, Column] = {"key": Column(source.key, position=source.position)}
        for name in dict.fromkeys([*([EMAIL] if self.has_email else []), *attributes(self._leaves), *self.shown]):
            declared = source.attributes[name]
            found["attribute", name] = Column(declared.column, declared.type, declared.zone, declared.position)
        for name in dict.fromkeys([*([EMAIL] if EMAIL in source.consent else []), *channels(self._leaves)]):
            consent = source.consent[name]
            found["status", name] = Column(consent.status, TEXT, position=consent.position)
            if consent.at is not None:
                found["consent_at", name] = Column(consent.at, INSTANT, consent.zone, consent.position)
            if consent.suppressed is not None:
                found["suppressed", name] = Column(consent.suppressed, DataType(Kind.BOOLEAN), position=consent.position)
        return found

    @cached_property
    def tables(self) -> Tables:
        """The tables, each with the columns that are needed."""
        tables, source = Tables(self.engine), self.project.data.profile
        for column in self._profile_columns.values():
            tables.ask(source.table, column, source.position)
        for events in self.events:
            events.ask(tables)
        return tables

    # -- profiles

    @cached_property
    def rows(self) -> Frame:
        """The rows of the profile table, with those that have no key."""
        table = self.project.data.profile.table
        values, names, kinds = {}, {}, {}
        for number, (what, column) in enumerate(self._profile_columns.items()):
            names[what] = "key" if what == "key" else f"a{number}"
            kinds[what] = column.type.kind if column.type else Kind.TEXT
            values[names[what]] = self._normal(what, self.tables.column(table, column), column)
        return Frame(self.tables.read(table).select(**values), names, kinds, self.project, self.as_of, self.functions)

    def _normal(self, what: Any, value: ir.Value, column: Column) -> ir.Value:
        if what == ("attribute", EMAIL) and column.type is not None and column.type.kind is Kind.TEXT:
            return self.functions.email(value, column.position)
        text = what[0] == "attribute" and column.type is not None and column.type.kind is Kind.TEXT
        return self.functions.normal_form(value, column.position) if text else value

    @cached_property
    def profiles(self) -> Frame:
        """The profiles: rows with a key."""
        return replace(self.rows, table=self.rows.table.filter(self.rows.column("key").notnull()))

    def _with_latest(self) -> Frame:
        """Return the profiles with the instants that windows since the latest event count from."""
        frame = self.profiles
        names = {test: f"l{number}" for number, test in enumerate(test for events in self.events for test in events.latest)}
        for events in self.events:
            if events.latest:
                found = Tallies(events, {}).latest(events.table(self.tables), names)
                frame = replace(frame, table=left_join(frame.table, "key", found, "profile"))
        return replace(frame, names={**frame.names, **names})

    def _with_events(self) -> Frame:
        """Return the profiles with every event test decided."""
        frame = self._with_latest()
        since = self._since(frame)
        instants = {column: frame.since(test) for test, column in since.items()}
        moments = frame.table.select("key", **instants)
        names = {test: f"e{number}" for number, test in enumerate(test for events in self.events for test in events.tests)}
        for events in self.events:
            if events.tests:
                found = Tallies(events, since).tested(events.table(self.tables), moments, names)
                frame = replace(frame, table=left_join(frame.table, "key", found, "profile"))
        return replace(frame, names={**frame.names, **names})

    def _since(self, frame: Frame) -> dict[TimeTest, str]:
        """Return the windows of event tests that count from something of the profile, with a name for each instant."""
        tests = (test for leaf in self._leaves if isinstance(leaf, EventTest) for test in time_tests(leaf))
        found = dict.fromkeys(test for test in tests if isinstance(test, SinceAttribute) or test in frame.names)
        return {test: f"i{number}" for number, test in enumerate(found)}
