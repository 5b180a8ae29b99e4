"""What predicates ask of events: one stream for each set of kinds that are counted together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ibis
from ibis import ir

from franca.audience.columns import stored_type
from franca.audience.events import Events
from franca.audience.frame import Frame
from franca.audience.tables import Tables, left_join
from franca.audience.walk import depends, find, own, properties
from franca.definitions import (
    AttributeRef,
    EventMeasure,
    EventTest,
    Follow,
    Kind,
    Node,
    OfProperty,
    PickedEvent,
    Predicate,
    Regular,
    SinceAttribute,
    SinceLatest,
    Step,
    TimeTest,
    Without,
    names_of,
)
from franca.logic import nodes

Asking = EventTest | EventMeasure | PickedEvent | Follow | Step | Without | Regular | SinceLatest
ASKING = (EventTest, EventMeasure, PickedEvent, Follow, Step, Without, Regular, SinceLatest)


def kinds_of(node: Asking) -> tuple[str, ...]:
    """Return the kinds of events that *node* asks of, in one order whatever order they are written in."""
    return tuple(sorted(names_of(node.event)))


@dataclass(frozen=True)
class Stream:
    """The events of the kinds *names*, and who asks of them.

    Attributes:
        plain: the profiles' frame without any column: project, as-of instant, functions.
    """

    names: tuple[str, ...]
    asking: tuple[Asking, ...]
    plain: Frame

    def of(self, kind: type[Any]) -> tuple[Any, ...]:
        """Return those who ask, of one kind of node."""
        return find(kind, self.asking)

    @cached_property
    def _wheres(self) -> tuple[Predicate, ...]:
        found = [node.where for node in self.asking]
        found += [node.having for node in self.of(PickedEvent)]
        return tuple(dict.fromkeys(where for where in found if where is not None))

    @cached_property
    def flagged(self) -> tuple[Predicate, ...]:
        """The filters that depend on the event alone."""
        return tuple(where for where in self._wheres if not depends(where))

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The properties whose values are needed: what is measured or grouped by, and what late filters test."""
        found = list(properties(node for where in self._wheres if depends(where) for node in own(where)))
        for node in (*self.of(EventTest), *self.of(EventMeasure)):
            found += [measure.of for measure in nodes(node) if isinstance(measure, OfProperty)]
        found += [node.per for node in self.of(EventTest) if node.per is not None]
        return tuple(dict.fromkeys(found))

    @cached_property
    def sources(self) -> tuple[Events, ...]:
        """The events of each kind."""
        events, plain = self.plain.project.data.events, self.plain
        ids = bool(self.of(PickedEvent))
        return tuple(
            Events(events[name], self.flagged, self.values, ids, plain.project, plain.as_of, plain.functions) for name in self.names
        )

    def rows(self, tables: Tables, profiles: Frame, asking: Iterable[Node]) -> Frame:
        """Return the events with all that *asking* needs to choose among them; profiles give what is theirs."""
        first = self.sources[0].source
        kinds: dict[Any, Kind] = {("property", name): first.properties[name].type.kind for name in self.values}
        names: dict[Any, str] = {name: name for name in ("profile", "at")} | {where: f"f{n}" for n, where in enumerate(self.flagged)}
        names |= {("property", name): f"n{number}" for number, name in enumerate(self.values)}
        names |= {"id": "id"} if self.of(PickedEvent) else {}
        frame = replace(self.plain, table=self._table(tables), names=names, kinds={**kinds, "at": Kind.DATETIME})
        return self._with_profile(frame, profiles, tuple(asking))

    def _table(self, tables: Tables) -> ir.Table:
        if len(self.sources) == 1:
            return self.sources[0].table(tables)
        return ibis.union(*(self._alike(events.table(tables)) for events in self.sources))

    def _alike(self, table: ir.Table) -> ir.Table:
        """Return the events of one kind with the types that all kinds share."""
        properties = self.sources[0].source.properties
        values = {f"n{number}": table[f"n{number}"].cast(stored_type(properties[name].type)) for number, name in enumerate(self.values)}
        flags = {f"f{number}": table[f"f{number}"] for number in range(len(self.flagged))}
        ids = {"id": table["id"]} if self.of(PickedEvent) else {}
        return table.select(profile=self.plain.functions.key(table["profile"]), at=table["at"], **ids, **flags, **values)

    def _with_profile(self, frame: Frame, profiles: Frame, asking: tuple[Node, ...]) -> Frame:
        """Return the events with the columns of their profile that filters and windows need."""
        needed = _of_profile(asking)
        if not needed:
            return frame
        columns: Mapping[Any, str] = {what: f"o{number}" for number, what in enumerate(needed)}
        values = {column: profiles.since(what) if isinstance(what, TimeTest) else profiles.known(what) for what, column in columns.items()}
        joined = left_join(frame.table, "profile", profiles.table.select("key", **values), "key")
        kinds = {what: profiles.kinds[what] for what in needed if not isinstance(what, Node)}
        return replace(frame, table=joined, names={**frame.names, **columns}, kinds={**frame.kinds, **kinds})


_PLACES = ("where", "having", "window", "starting")
"""Where nodes say which events count; what else they hold is said of numbers, or of other events."""


def _of_profile(asking: tuple[Node, ...]) -> list[Any]:
    """Return what events need of their profile: attributes that filters compare with, instants that windows begin with."""
    found: list[Any] = []
    for node in asking:
        inside = [each for place in _PLACES for each in nodes(getattr(node, place, None))]
        found += [("attribute", each.attribute) for each in inside if isinstance(each, AttributeRef)]
        found += [each for each in inside if isinstance(each, (SinceAttribute, SinceLatest))]
    return list(dict.fromkeys(found))
