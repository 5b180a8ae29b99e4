"""What an adapter can do, declared; the contract suite tries every line in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from franca.adapter.resources import ResourceKind


class Capability(StrEnum):
    """One thing that an ESP may be asked to do, sorted by name."""

    ANY_OF_ALL = "any of all: a disjunction of conjunctions as a native segment"
    ATTRIBUTE_TEXT = "attribute tests on text natively"
    ATTRIBUTE_NUMBER = "attribute tests on numbers natively"
    ATTRIBUTE_TIME = "attribute tests on dates and instants natively"
    COUNT_MEMBERS = "the ESP's own count of a segment's members"
    ERASURE = "a person deleted for good on request"
    EVENT_COUNT = "counts of events natively"
    EVENT_SUM = "sums over events natively"
    MAILABLE = "mailable natively"
    MARKER_FIELD = "a field written by sync"
    MARKER_SEGMENT = "a native segment on a marker field"
    MEMBERS = "membership kept by sync"
    NATIVE_SEGMENT = "segments made and changed through the API"
    NESTED = "all of any: a conjunction of disjunctions as a native segment"
    RELATIVE_WINDOW = "relative time windows natively"


class Level(StrEnum):
    """How far."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"


@dataclass(frozen=True)
class Support:
    """A declaration: its level, the reason unless it is a plain yes, and where the vendor says so."""

    level: Level
    reason: str = ""
    source: str = ""


YES = Support(Level.YES)


@dataclass(frozen=True)
class Rate:
    """How often an ESP lets one kind of call be made.

    Attributes:
        windows: (calls, seconds), the shortest first; empty where the vendor names none.
        source: where the vendor says so.
    """

    windows: tuple[tuple[int, float], ...] = ()
    source: str = ""


Work = tuple[str, ResourceKind]
"""What is done ("create", "update", "delete"; "list" a page of its members, "count" them) to a resource of which kind."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Numbers that plans and syncs are cut by; None is no known limit.

    Attributes:
        conditions: per native segment.
        members_batch, fields_batch: rows of one write.
        fields: of one account.
        rates: by the name of the calls that share one ("create segment").
        calls: the calls of one piece of work, by their rates' names, the most that it can be; work that is not listed is not counted.
        opening, reading: the calls of an hour's or a day's share that are made once when an account is opened, and at each reading of it.
        pages: members of one page when a resource of a kind is listed; of a field, contacts with their values.
        at_once: how many resources of a kind the ESP processes at a time.
    """

    conditions: int | None = None
    members_batch: int = 1
    fields_batch: int = 1
    fields: int | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)
    calls: Mapping[Work, tuple[str, ...]] = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()
    pages: Mapping[ResourceKind, int] = field(default_factory=dict)
    at_once: Mapping[ResourceKind, int] = field(default_factory=dict)


Capabilities = Mapping[Capability, Support]
