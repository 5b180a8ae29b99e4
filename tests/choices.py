"""What random predicates may speak of, and examples of strategies that are the same at every run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from franca.definitions import Attribute, DataType, EventNames, Kind, Property, names_of
from schema import AS_OF, ATTRIBUTES, EVENTS, WHOLE_ATTRIBUTES, WHOLE_EVENTS, pool

T = TypeVar("T")
NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
TIMES = frozenset({Kind.DATE, Kind.DATETIME})


class Extra(StrEnum):
    """Parts of the language beside values, windows, counts, sums and combinators."""

    CALENDAR = auto()
    """`this:`, `previous:`, `anniversary:`."""
    TEXTS = auto()
    """`ignore_case`, `matches`."""
    LISTS = auto()
    """`has_all`, `has_none`, `length`."""
    REFERENCES = auto()
    """Another attribute or property as the right side."""
    MEASURES = auto()
    """`avg`, `min`, `max`, `distinct`, `days_since_last`, `days_since_first`."""
    PER = auto()
    KINDS = auto()
    """Events of several kinds."""
    EVENT_TIME = auto()
    """`time:` inside `where` and `having`."""
    PICKED = auto()
    """`latest:`, `first:`."""
    SEQUENCE = auto()
    REGULAR = auto()
    RATIO = auto()
    RANK = auto()
    AT_LEAST = auto()
    MEMBER_OF = auto()
    NEAR = auto()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What random predicates may speak of; adapters restrict it to mapped facts.

    Attributes:
        properties: of events; None is every one that destinations map.
        since: whether windows may depend on data (`since:`).
        sums: whether `sum` may be asked for, beside `count`.
        on_edges: whether constants may be the very instants in the data (use it with the tables' `on_edges`).
        extras: the parts of the language that may be used beside the first ones.
    """

    attributes: tuple[str, ...] = tuple(ATTRIBUTES)
    events: tuple[str, ...] = tuple(EVENTS)
    properties: tuple[str, ...] | None = None
    since: bool = True
    sums: bool = True
    on_edges: bool = False
    as_of: datetime = AS_OF
    extras: frozenset[Extra] = frozenset()

    def properties_of(self, event: EventNames) -> tuple[str, ...]:
        """The properties that may be used of an event, or of all of several."""
        first, *others = names_of(event)
        usable = (name for name in WHOLE_EVENTS[first].properties if all(_same(name, first, other) for other in others))
        return tuple(name for name in usable if (name in EVENTS[first].properties if self.properties is None else name in self.properties))

    def constants(self, name: str, zone: str) -> tuple[Any, ...]:
        """The constants of tests on an attribute or property."""
        return pool(name, self.as_of, zone, on_edges=self.on_edges).constants

    def attributes_like(self, kind: Kind, besides: str = "") -> tuple[str, ...]:
        """The attributes that compare with a value of this kind."""
        return tuple(name for name in self.attributes if comparable(WHOLE_ATTRIBUTES[name].type.kind, kind) and name != besides)

    def properties_like(self, kind: Kind, event: EventNames, besides: str = "") -> tuple[str, ...]:
        """The properties of an event that compare with a value of this kind."""
        return tuple(name for name in self.properties_of(event) if comparable(item_of(event, name).type.kind, kind) and name != besides)


def _same(name: str, one: str, other: str) -> bool:
    types = [_type(name, event) for event in (one, other)]
    return types[0] == types[1]


def _type(name: str, event: str) -> DataType | None:
    found = WHOLE_EVENTS[event].properties.get(name)
    return found.type if found else None


def item_of(event: EventNames, name: str) -> Property:
    """Return the property of an event; of several, that of the first."""
    return WHOLE_EVENTS[names_of(event)[0]].properties[name]


def attribute_of(name: str) -> Attribute:
    return WHOLE_ATTRIBUTES[name]


def comparable(one: Kind, other: Kind) -> bool:
    return Kind.LIST not in (one, other) and (one is other or {one, other} <= NUMERIC)


def _names(of: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in of for name in names}))


CORE = Choice()
"""What random trees speak of unless more is asked for."""
ANYTHING = Choice(
    attributes=tuple(WHOLE_ATTRIBUTES),
    events=tuple(WHOLE_EVENTS),
    properties=_names(event.properties for event in WHOLE_EVENTS.values()),
    extras=frozenset(Extra),
)
"""The whole language over the whole schema: use it with the tables of `whole_shop`."""


def drawn(strategy: SearchStrategy[T], number: int, start: int = 0) -> list[T]:
    """Return that many examples of *strategy*, the same for one *start* at every run: for tests that work on many at once."""
    found: list[T] = []

    @seed(start)
    @settings(max_examples=number, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found
