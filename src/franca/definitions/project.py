"""What a project says about its data, segments and destinations. Records only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from franca.definitions.content import Campaign, Copy, Template
from franca.definitions.position import Position
from franca.definitions.predicates import Predicate, Status
from franca.definitions.values import DataType, Node


@dataclass(frozen=True, kw_only=True)
class Attribute(Node):
    """A profile's attribute.

    Attributes:
        column: the table's column; by default the attribute's name.
        zone: of naive datetimes in the column.
        protected: may select; may never enter a prompt or shared text.
        required: never missing: content may print it without a default.
    """

    name: str
    type: DataType
    column: str
    zone: str = "UTC"
    protected: bool = False
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Property(Node):
    """An event's property."""

    name: str
    type: DataType
    column: str
    zone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class ConsentSource(Node):
    """Where consent on one channel is read: a status column with the words of the shop, an instant, a suppression flag (null: false)."""

    channel: str
    status: str
    values: Mapping[Status, tuple[str, ...]]
    at: str | None = None
    zone: str = "UTC"
    suppressed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Location(Node):
    """The columns of a profile's place, in degrees."""

    latitude: str
    longitude: str


@dataclass(frozen=True, kw_only=True)
class ProfileSource(Node):
    """The table of profiles; rows without a key are not profiles."""

    table: str
    key: str
    attributes: Mapping[str, Attribute]
    consent: Mapping[str, ConsentSource] = dataclasses.field(default_factory=dict)
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Memberships(Node):
    """The table of who is a member of what: columns of the profile's key and of the list's name."""

    table: str
    profile: str
    name: str


@dataclass(frozen=True, kw_only=True)
class EventSource(Node):
    """The table of one kind of event.

    Attributes:
        profile: the column that holds the profile's key.
        at: the column of the instant; *zone* is that of naive values.
        id: rows with one id are one event, the earliest; None when rows are events.
        unique: the promise that no two rows share an id.
        where: over columns of the table, applied before anything else.
    """

    name: str
    table: str
    profile: str
    at: str
    zone: str = "UTC"
    id: str | None = None
    unique: bool = False
    where: Predicate | None = None
    properties: Mapping[str, Property] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Data(Node):
    """The shop's data: *connect* is a folder relative to the project, or the URL of an Ibis backend."""

    connect: str
    profile: ProfileSource
    events: Mapping[str, EventSource] = dataclasses.field(default_factory=dict)
    memberships: Memberships | None = None


@dataclass(frozen=True, kw_only=True)
class FieldMapping(Node):
    """The claim that an ESP's *field* holds the same facts as our attribute; *values* translates our values into theirs.

    Attributes:
        plain: the promise that its texts hold no markup and no tags, so that an ESP that does not escape them may print them.
    """

    field: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    plain: bool = False


@dataclass(frozen=True, kw_only=True)
class EventMapping(Node):
    """The claim that an ESP's *metric* holds the same events as ours, after our filter, one per id.

    Attributes:
        integration: which of several metrics of that name.
        value: our property that the ESP keeps as the event's value.
        properties: our property → theirs.
    """

    metric: str
    integration: str | None = None
    value: str | None = None
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Destination(Node):
    """An account at an ESP.

    Attributes:
        adapter: the kind of ESP.
        settings: the adapter's own keys (api_key, audience, folder, url, …) as written; secrets are references.
        markers: groups whose winner sync writes as a field.
        setting_positions: where each setting was written.
    """

    name: str
    adapter: str
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    attributes: Mapping[str, FieldMapping] = dataclasses.field(default_factory=dict)
    events: Mapping[str, EventMapping] = dataclasses.field(default_factory=dict)
    markers: tuple[str, ...] = ()
    setting_positions: Mapping[str, Position | None] = dataclasses.field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Environment(Node):
    """What differs when a project is taken to other accounts ("staging").

    Attributes:
        state: its own; by default a folder of its name in the project's.
        connect: of its data; None is the project's.
        destinations: its accounts, whole: what the project says of them, with the environment's keys in place of the project's. The
            project's other destinations are not there: no environment touches an account that it does not name.
    """

    name: str
    state: str | None = None
    connect: str | None = None
    destinations: Mapping[str, Destination] = dataclasses.field(default_factory=dict)


class Realisation(StrEnum):
    """How a segment exists at a destination (language.md section 6)."""

    NATIVE = "native"
    MARKER = "marker"
    MEMBERS = "members"


SKIP = "skip"
"""The wish that a destination does without a segment."""


@dataclass(frozen=True, kw_only=True)
class Segment(Node):
    """A named predicate.

    Attributes:
        group, priority: segments of one group form an ordered list; a profile belongs to the smallest priority it is in.
        realise: destination → a realisation or `skip`.
        accept: destination → {finding id: the reason why it is accepted}.
        adopt: destination → whether the list, tag or group of its name that people made there is filled, not one of our own.
        previously: the key before a rename.
    """

    key: str
    name: str
    where: Predicate
    description: str = ""
    group: str | None = None
    priority: int | None = None
    realise: Mapping[str, Realisation | str] = dataclasses.field(default_factory=dict)
    accept: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    adopt: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    previously: str | None = None


@dataclass(frozen=True, kw_only=True)
class Policies(Node):
    """Guards; shares are fractions of 1; *email_cap* is asked of every campaign's audience besides."""

    minimum_size: int = 0
    maximum_change: Decimal = Decimal("0.30")
    maximum_overlap: Decimal = Decimal("0.80")
    email_cap: Predicate | None = None


LOCAL = ".franca"
"""The folder of what we keep, below the project's."""


@dataclass(frozen=True, kw_only=True)
class Project(Node):
    """A project as written: names are not resolved, types not checked (see `franca.language.check`).

    Attributes:
        environments: the others.
        environment: the one that it was taken to; empty for the project itself.
    """

    name: str
    timezone: str
    data: Data
    segments: Mapping[str, Segment]
    destinations: Mapping[str, Destination] = dataclasses.field(default_factory=dict)
    policies: Policies = dataclasses.field(default_factory=Policies)
    templates: Mapping[str, Template] = dataclasses.field(default_factory=dict)
    campaigns: Mapping[str, Campaign] = dataclasses.field(default_factory=dict)
    copies: Mapping[str, tuple[Copy, ...]] = dataclasses.field(default_factory=dict)
    environments: Mapping[str, Environment] = dataclasses.field(default_factory=dict)
    environment: str = ""
    locale: str = "en_US"
    state: str = LOCAL
    ledger_key: str | None = None
    root: Path = Path()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of calendar words, dates and naive literals."""
        return ZoneInfo(self.timezone)

    @property
    def local(self) -> Path:
        """Where what no other machine needs is kept: the state's folder; `.franca` where the state is at a URL."""
        return self.root / (LOCAL if "://" in self.state else self.state)

    def state_of(self, environment: Environment) -> str:
        """Return where an environment keeps its state."""
        return environment.state or f"{self.state.rstrip('/')}/{environment.name}"

    def taken_to(self, name: str) -> Project:
        """Return the project as it is in one of its environments; the others are then this one's, the project itself as ""."""
        found = self.environments[name]
        others = {key: dataclasses.replace(each, state=self.state_of(each)) for key, each in self.environments.items() if key != name}
        return dataclasses.replace(
            self,
            environment=name,
            environments={"": Environment(name="", state=self.state, destinations=self.destinations), **others},
            state=self.state_of(found),
            data=dataclasses.replace(self.data, connect=found.connect or self.data.connect),
            destinations={key: found.destinations[key] for key in self.destinations if key in found.destinations},
        )

    def group(self, name: str) -> tuple[Segment, ...]:
        """Return the segments of a group, the smallest priority first."""
        members = [segment for segment in self.segments.values() if segment.group == name]
        return tuple(sorted(members, key=lambda segment: segment.priority or 0))
