"""The meaning of the segment language a second time: plain Python, one profile at a time, as literal as language.md.

It shares nothing with `franca.audience` but the nodes. It reads a checked project and tables of Python values:
`{table: [{column: value}]}`, None for missing. Slow on purpose; the tests compare the evaluator with it.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from evaluator import naive_events
from evaluator.naive_times import Now, calendar_part, named_day, on_day, on_instant, period_number, step, step_day
from evaluator.naive_values import MonthDay, as_text, clean, instant, length_passes, nfc, normal_email, passes, refers
from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    AttributeRef,
    AttributeTest,
    CalendarTest,
    ConsentSource,
    ConsentTest,
    EventNames,
    EventSource,
    EventTest,
    Everyone,
    InstantTest,
    Kind,
    LengthTest,
    Mailable,
    MemberOf,
    Near,
    NoneOf,
    Not,
    PickedEvent,
    Predicate,
    Project,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sample,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Status,
    TimeTest,
    ValueTest,
    names_of,
)

__all__ = [
    "Event", "MonthDay", "Person", "Row", "Tables", "UnmappedStatusError", "World", "emails", "events_of", "holds", "instant", "members",
    "named_day", "nfc", "people", "period_number", "step", "step_day", "universe",
]  # fmt: skip

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]
EARTH = 6371.0088
"""Radius in kilometres."""


@dataclass(frozen=True)
class Event:
    """Something that a profile did: the row and what the project says about its table; nobody's while the tables are read."""

    source: EventSource
    row: Row
    at: datetime
    person: Person | None = None

    def value(self, name: str) -> Any:
        """A declared property by its type, any other column as text."""
        declared = self.source.properties.get(name)
        return clean(self.row[declared.column], declared.type, declared.zone) if declared else as_text(self.row[name])

    @property
    def id(self) -> str | None:
        """The id as text; None without one."""
        raw = self.row[self.source.id] if self.source.id else None
        return None if raw is None else str(raw)

    @property
    def now(self) -> Now:
        assert self.person is not None
        return self.person.now


@dataclass(frozen=True, eq=False)
class World:
    """All profiles of a project, what they did up to T, and of what they are members."""

    project: Project
    tables: Tables
    now: Now
    known: dict[str, defaultdict[str, list[Event]]] = field(default_factory=dict)
    ranked: dict[Rank, list[str]] = field(default_factory=dict)
    """The keys that have a place, in its order; found once."""

    @cached_property
    def people(self) -> list[Person]:
        """Rows without a key are no profiles."""
        source = self.project.data.profile
        return [Person(self, row) for row in self.tables[source.table] if row[source.key] is not None]

    @cached_property
    def lists(self) -> set[tuple[str, str]]:
        """Pairs of a key and the name of what it is a member of."""
        source = self.project.data.memberships
        if source is None:
            return set()
        pairs = [(row[source.profile], row[source.name]) for row in self.tables[source.table]]
        return {(str(profile), nfc(name)) for profile, name in pairs if profile is not None and name is not None}

    def events(self, name: str) -> Mapping[str, list[Event]]:
        """Return the events of a kind, by the profile's key; found once."""
        if name not in self.known:
            source = self.project.data.events[name]
            self.known[name] = defaultdict(list)
            for event in events_of(source, self.tables[source.table], self.now.at):
                self.known[name][str(event.row[source.profile])].append(event)
        return self.known[name]


@dataclass(frozen=True, eq=False)
class Person:
    """A profile, and the world that it lives in."""

    world: World
    row: Row

    @property
    def project(self) -> Project:
        return self.world.project

    @property
    def key(self) -> str:
        return str(self.row[self.project.data.profile.key])

    @property
    def now(self) -> Now:
        return self.world.now

    @cached_property
    def events(self) -> Mapping[str, list[Event]]:
        """All that happened to it up to T, by the kind of event."""
        return _Kinds(self)

    def value(self, name: str) -> Any:
        attribute = self.project.data.profile.attributes[name]
        cleaned = clean(self.row[attribute.column], attribute.type, attribute.zone)
        return normal_email(cleaned) if name == "email" else cleaned

    def kind(self, name: str) -> Kind:
        return self.project.data.profile.attributes[name].type.kind

    def consent(self, channel: str) -> ConsentSource:
        return self.project.data.profile.consent[channel]


class _Kinds(dict[str, list[Event]]):
    """Events of one person, found when they are asked for: a shop need not have every table of the project."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person

    def __missing__(self, name: str) -> list[Event]:
        found = self.person.world.events(name)[self.person.key]
        self[name] = [Event(event.source, event.row, event.at, self.person) for event in found]
        return self[name]


class UnmappedStatusError(Exception):
    """A consent status that the schema does not map."""


def members(project: Project, tables: Tables, as_of: datetime) -> dict[str, set[str]]:
    """Return the keys of each segment's members."""
    everybody = people(project, tables, as_of)
    return {key: {person.key for person in everybody if holds(segment.where, person)} for key, segment in project.segments.items()}


def emails(project: Project, tables: Tables, as_of: datetime) -> dict[str, set[str]]:
    """Return the emails of each segment's members inside the universe."""
    inside, _ = universe(project, tables, as_of)
    reachable = {person.key: person.value("email") for person in people(project, tables, as_of) if person.value("email") in inside}
    return {key: {reachable[one] for one in keys & reachable.keys()} for key, keys in members(project, tables, as_of).items()}


def universe(project: Project, tables: Tables, as_of: datetime) -> tuple[set[str], set[str]]:
    """Return the emails that one profile has, and those that several have (section 6); a blank one is none."""
    found = Counter(person.value("email") for person in people(project, tables, as_of) if person.value("email"))
    return {email for email, times in found.items() if times == 1}, {email for email, times in found.items() if times > 1}


def people(project: Project, tables: Tables, as_of: datetime) -> list[Person]:
    """Return the profiles: rows without a key are none."""
    return World(project, tables, Now(as_of, project.zone)).people


def events_of(source: EventSource, rows: Iterable[Row], as_of: datetime) -> list[Event]:
    """Return the events of a table: the source's filter first, then one event per id, the earliest; none after T."""
    complete = [row for row in rows if row[source.profile] is not None and row[source.at] is not None]
    events = [Event(source, row, instant(row[source.at], ZoneInfo(source.zone))) for row in complete]
    kept = [event for event in events if source.where is None or holds(source.where, event)]
    return [event for event in _one_per_id(kept) if event.at <= as_of]


def _one_per_id(events: list[Event]) -> list[Event]:
    kept: list[Event] = []
    seen = set()
    for event in sorted(events, key=lambda event: event.at):
        if event.id is None or event.id not in seen:
            kept.append(event)
        seen.add(event.id)
    return kept


# Time tests, some of which depend on the profile


def at_passes(test: TimeTest, at: datetime | None, person: Person) -> bool:
    """A time test on an instant."""
    if at is None:
        return False
    if isinstance(test, SinceAttribute | SinceLatest):
        since = _beginning(test, person)
        return since is not None and since < at <= person.now.at
    return on_instant(test, at, person.now)


def day_passes(test: TimeTest, day: date | None, person: Person) -> bool:
    """A time test on a `date`; where it begins with something of the profile, the day counts as its midnight."""
    if day is None:
        return False
    if isinstance(test, SinceAttribute | SinceLatest):
        return not isinstance(day, MonthDay) and at_passes(test, instant(day, person.now.zone), person)
    return on_day(test, day, person.now)


def _beginning(test: SinceAttribute | SinceLatest, person: Person) -> datetime | None:
    if isinstance(test, SinceLatest):
        return max((event.at for event in happened(person, test.event, test.where)), default=None)
    value = person.value(test.attribute)
    return None if value is None or isinstance(value, MonthDay) else instant(value, person.now.zone)


def happened(person: Person, names: EventNames, where: Predicate | None, window: tuple[TimeTest, ...] = ()) -> list[Event]:
    """Return the person's events of these kinds that pass *where* and every test of *window*."""
    events = [event for name in names_of(names) for event in person.events[name] if where is None or holds(where, event)]
    return [event for event in events if all(at_passes(test, event.at, person) for test in window)]


# Predicates


def holds(node: Predicate, subject: Any) -> bool:
    """Return whether *node* is true of a person, or inside `where` of an event."""
    return _MEANING[type(node)](node, subject)


def _attribute(node: AttributeTest, person: Person) -> bool:
    value = person.value(node.attribute)
    on_time = day_passes if person.kind(node.attribute) is Kind.DATE else at_passes
    return all(
        on_time(test, value, person) if isinstance(test, TimeTest) else value_passes(test, value, person, None) for test in node.tests
    )


def value_passes(test: ValueTest | ReferenceTest | LengthTest, value: Any, person: Person | None, event: Event | None) -> bool:
    """A test on a value of a profile, of one of its events, or made of its events."""
    if isinstance(test, ValueTest):
        return passes(test, value)
    if isinstance(test, LengthTest):
        return length_passes(test, value)
    if isinstance(test.reference, AttributeRef):
        assert person is not None
        other = person.value(test.reference.attribute)
    else:
        assert event is not None
        other = event.value(test.reference.property)
    return refers(test.op, value, other, test.reference.times)


def _property(node: PropertyTest, event: Event) -> bool:
    return all(value_passes(test, event.value(node.property), event.person, event) for test in node.tests)


def _instant(node: InstantTest, event: Event) -> bool:
    assert event.person is not None
    return all(at_passes(test, event.at, event.person) for test in node.tests)


def _calendar(node: CalendarTest, event: Event) -> bool:
    return all(passes(test, calendar_part(node.part, event.at, event.now.zone)) for test in node.tests)


def _status(source: ConsentSource, row: Row) -> Status:
    word = row[source.status]
    if word is None:
        return Status.NEVER
    for status, words in source.values.items():
        if word in words:
            return status
    raise UnmappedStatusError(source.status)


def _consent(node: ConsentTest, person: Person) -> bool:
    source = person.consent(node.channel)
    if node.statuses and _status(source, person.row) not in node.statuses:
        return False
    raw = person.row[source.at] if source.at else None
    at = None if raw is None else instant(raw, ZoneInfo(source.zone))
    return all(at_passes(test, at, person) for test in node.at)


def _mailable(node: Mailable, person: Person) -> bool:
    source = person.consent(node.channel)
    suppressed = person.row[source.suppressed] if source.suppressed else None
    return _status(source, person.row) is Status.SUBSCRIBED and suppressed is not True


def _sample(node: Sample, person: Person) -> bool:
    bound = math.ceil(Fraction(node.percent) / 100 * 2**32)
    return node.percent == 100 or hashlib.sha256(f"{node.salt}:{person.key}".encode()).hexdigest()[:8] < f"{bound:08x}"


def _near(node: Near, person: Person) -> bool:
    place = person.project.data.profile.location
    assert place is not None
    here = (person.row[place.latitude], person.row[place.longitude])
    return None not in here and kilometres(here, (node.latitude, node.longitude)) <= float(node.within.kilometres)


def kilometres(one: tuple[Any, Any], other: tuple[Any, Any]) -> float:
    """Return the great-circle distance by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = (map(math.radians, map(float, point)) for point in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


_MEANING: Mapping[type[Predicate], Callable[[Any, Any], bool]] = {
    All: lambda node, subject: all(holds(part, subject) for part in node.of),
    AnyOf: lambda node, subject: any(holds(part, subject) for part in node.of),
    NoneOf: lambda node, subject: not any(holds(part, subject) for part in node.of),
    Not: lambda node, subject: not holds(node.of, subject),
    AtLeast: lambda node, subject: sum(holds(part, subject) for part in node.of) >= node.count,
    Everyone: lambda node, subject: True,
    AttributeTest: _attribute,
    PropertyTest: _property,
    InstantTest: _instant,
    CalendarTest: _calendar,
    EventTest: naive_events.did,
    PickedEvent: naive_events.picked,
    Sequence: naive_events.in_sequence,
    Regular: naive_events.regular,
    Ratio: naive_events.ratio,
    Rank: naive_events.in_place,
    ConsentTest: _consent,
    Mailable: _mailable,
    MemberOf: lambda node, person: (person.key, nfc(node.name)) in person.world.lists,
    Near: _near,
    Sample: _sample,
}
