"""A checked project and an as-of instant → one expression: a row per profile, a boolean column per segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import ibis
from ibis import ir

from franca.audience.columns import Column
from franca.audience.engine import Engine, functions_of
from franca.audience.events import INSTANT
from franca.audience.frame import Frame
from franca.audience.functions import Functions
from franca.audience.grouped import Grouped
from franca.audience.moments import AsOf
from franca.audience.picked import picked
from franca.audience.sequences import sequence
from franca.audience.streams import ASKING, Asking, Stream, kinds_of
from franca.audience.tables import Tables, key_text, left_join
from franca.audience.tallies import quantity
from franca.audience.walk import attributes, find
from franca.definitions import (
    TEXT,
    ConsentTest,
    DataType,
    Kind,
    Mailable,
    MemberOf,
    Memberships,
    Near,
    Node,
    PickedEvent,
    Project,
    Sequence,
    SinceAttribute,
    SinceLatest,
)
from franca.logic import nodes

EMAIL = "email"
"""The attribute, and the channel, by which destinations know people."""
NUMBER = DataType(Kind.NUMBER)


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
        frame = self._decided()
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
        shown = {f"v{number}": frame.known(("attribute", name)) for number, name in enumerate(self.shown)}
        return frame.table.select(profile=key_text(frame.column("key")), **shown)

    @property
    def has_email(self) -> bool:
        """Whether profiles have an attribute that destinations can know them by."""
        return EMAIL in self.project.data.profile.attributes

    # -- what is needed

    @cached_property
    def _nodes(self) -> tuple[Node, ...]:
        """Everything that stands in the segments, each once."""
        return tuple(dict.fromkeys(node for segment in self.project.segments.values() for node in nodes(segment.where)))

    @cached_property
    def streams(self) -> Mapping[tuple[str, ...], Stream]:
        """The kinds of events that segments ask of."""
        asking: dict[tuple[str, ...], list[Asking]] = {}
        for node in self._nodes:
            if isinstance(node, ASKING):
                asking.setdefault(kinds_of(node), []).append(node)
        plain = Frame(ibis.table({"key": "string"}), {}, {}, self.project, self.as_of, self.functions)
        return {names: Stream(names, tuple(found), plain) for names, found in asking.items()}

    def _attributes(self) -> dict[str, None]:
        """Return the attributes that are read: the email, those that segments test or compare with, and those that are shown."""
        return dict.fromkeys([*([EMAIL] if self.has_email else []), *attributes(self._nodes), *self.shown])

    @cached_property
    def _profile_columns(self) -> dict[Any, Column]:
        """Key, attributes, location and consent → their columns."""
        source = self.project.data.profile
        found: dict[Any, Column] = {"key": Column(source.key, position=source.position)}
        for name in self._attributes():
            declared = source.attributes[name]
            found["attribute", name] = Column(declared.column, declared.type, declared.zone, declared.position)
        if source.location is not None and find(Near, self._nodes):
            place = source.location
            found["latitude"] = Column(place.latitude, NUMBER, position=place.position)
            found["longitude"] = Column(place.longitude, NUMBER, position=place.position)
        channels = [node.channel for node in self._nodes if isinstance(node, (ConsentTest, Mailable))]
        for name in dict.fromkeys([*([EMAIL] if EMAIL in source.consent else []), *channels]):
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
        tables, source, lists = Tables(self.engine), self.project.data.profile, self.project.data.memberships
        for column in self._profile_columns.values():
            tables.ask(source.table, column, source.position)
        for stream in self.streams.values():
            for events in stream.sources:
                events.ask(tables)
        if lists is not None and find(MemberOf, self._nodes):
            for column in _list_columns(lists):
                tables.ask(lists.table, column, lists.position)
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

    # -- what is decided before profiles are tested, step by step joined to them

    def _decided(self) -> Frame:
        """Return the profiles with all that their events and lists say."""
        frame = self._with_instants(self._with_latest(self._with_lists(self.profiles)))
        since = frame
        for stream in self.streams.values():
            frame = self._with_stream(frame, stream, since)
        for node in find(Sequence, self._nodes):
            frame = _joined(frame, sequence(node, partial(self._rows_of, since, node)), node)
        return frame

    def _with_lists(self, frame: Frame) -> Frame:
        """Return the profiles with their memberships."""
        lists, asked = self.project.data.memberships, find(MemberOf, self._nodes)
        if lists is None or not asked:
            return frame
        table = self.tables.read(lists.table)
        key, name = (self.tables.column(lists.table, column) for column in _list_columns(lists))
        named = table.select(profile=key, name=self.functions.normal_form(name, lists.position))
        rows = named.filter(named["profile"].notnull() & named["name"].isin([node.name for node in asked]))
        columns = {node: f"m{number}" for number, node in enumerate(asked)}
        found = rows.group_by("profile").aggregate(**{column: (rows["name"] == node.name).any() for node, column in columns.items()})
        return replace(frame, table=left_join(frame.table, "key", found, "profile"), names={**frame.names, **columns})

    def _with_latest(self, frame: Frame) -> Frame:
        """Return the profiles with the instants of the latest events that windows begin with."""
        asked = find(SinceLatest, self._nodes)
        names = {test: f"l{number}" for number, test in enumerate(asked)}
        for stream in self.streams.values():
            if tests := stream.of(SinceLatest):
                found = Grouped(stream, stream.rows(self.tables, self.profiles, tests)).latest(names)
                frame = replace(frame, table=left_join(frame.table, "key", found, "profile"))
        return replace(frame, names={**frame.names, **names})

    def _with_instants(self, frame: Frame) -> Frame:
        """Return the profiles with the instants of the attributes that windows of events begin with."""
        asked = find(SinceAttribute, self._nodes)
        columns = {test: f"i{number}" for number, test in enumerate(asked)}
        table = frame.table.mutate(**{column: frame.since(test) for test, column in columns.items()}) if columns else frame.table
        return replace(frame, table=table, names={**frame.names, **columns})

    def _rows_of(self, since: Frame, within: Node, node: Asking) -> Frame:
        return self.streams[kinds_of(node)].rows(self.tables, since, (node, within))

    def _with_stream(self, frame: Frame, stream: Stream, since: Frame) -> Frame:
        """Return the profiles with what one stream of events says of them."""
        grouped = Grouped(stream, stream.rows(self.tables, since, stream.asking))
        names = _Names(len(frame.names))
        found = [grouped.tallied(names), *grouped.elements(names), *grouped.per(since, names)]
        table = frame.table
        for each in found:
            table = left_join(table, "key", each, "profile") if each is not None else table
        measured = {each: partial(quantity, grouped.rows, each, names) for each in grouped.late}
        counted = {("counted", each): names[grouped.counted(each)] for each in grouped.late}
        frame = replace(frame, table=table, names={**frame.names, **names, **counted}, quantities={**frame.quantities, **measured})
        for node in stream.of(PickedEvent):
            frame = _joined(frame, picked(grouped.rows, node, partial(self._rows_of, since, node)), node)
        return frame


class _Names(dict[Any, str]):
    """Gives every test and tally of one stream a column of its own when it is first asked for."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self._start = start

    def __missing__(self, what: Any) -> str:
        self[what] = f"e{self._start}_{len(self)}"
        return self[what]


def _joined(frame: Frame, found: ir.Table, node: Node) -> Frame:
    """Return the profiles with a column that tells whether *node* holds."""
    column = f"h{len(frame.names)}"
    table = left_join(frame.table, "key", found.rename(**{column: "holds"}), "profile")
    return replace(frame, table=table, names={**frame.names, node: column})


def _list_columns(lists: Memberships) -> tuple[Column, Column]:
    return Column(lists.profile, position=lists.position), Column(lists.name, TEXT, position=lists.position)
