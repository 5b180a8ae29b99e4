"""What can be said about a profile: the nodes of language.md section 3. Records only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from franca.definitions.values import Distance, LengthTest, Node, ReferenceTest, TimeTest, ValueTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate(Node):
    """True or false of a profile (or, inside `where`, of an event); there is no third value."""

    def __and__(self, other: Predicate) -> All:
        return All(of=(*_parts(self, All), *_parts(other, All))) if isinstance(other, Predicate) else NotImplemented

    def __or__(self, other: Predicate) -> AnyOf:
        return AnyOf(of=(*_parts(self, AnyOf), *_parts(other, AnyOf))) if isinstance(other, Predicate) else NotImplemented

    def __invert__(self) -> Not:
        return Not(of=self)

    def __bool__(self) -> bool:
        raise TypeError("a predicate has no truth value of its own: use &, | and ~ in place of and, or and not")


def _parts(predicate: Predicate, kind: type[All | AnyOf]) -> tuple[Predicate, ...]:
    return predicate.of if isinstance(predicate, kind) else (predicate,)


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Predicate):
    """Every one holds."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Predicate):
    """At least one holds."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf(Predicate):
    """Not one holds."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Predicate):
    """It does not hold."""

    of: Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Predicate):
    """At least *count* of them hold; a predicate that stands there twice counts twice."""

    count: int
    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everyone(Predicate):
    """Always true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTest(Predicate):
    """Every test holds for the profile's attribute; a test on a missing value is false."""

    attribute: str
    tests: tuple[ValueTest | ReferenceTest | LengthTest | TimeTest, ...]


class Status(StrEnum):
    """Consent on a channel. A profile without a status has never been asked."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    PENDING = "pending"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTest(Predicate):
    """The consent status on *channel* is one of *statuses* (empty: any), and its instant passes *at*."""

    channel: str
    statuses: tuple[Status, ...] = ()
    at: tuple[TimeTest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailable(Predicate):
    """Subscribed on *channel* and not suppressed."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InSegment(Predicate):
    """In the segment *key*; checking puts that segment's predicate in its place."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Predicate):
    """A stable share of all profiles: first 8 hex digits of sha256(salt + ":" + key) below ⌈percent/100 · 2^32⌉, as text."""

    percent: Decimal
    salt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOf(Predicate):
    """A member of *name* in the data's table of memberships."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(Predicate):
    """At most *within* away on a sphere of radius 6371.0088 km (degrees, WGS 84); without a location: false."""

    latitude: Decimal
    longitude: Decimal
    within: Distance


class NativeKind(StrEnum):
    """What somebody's own object at an ESP is there."""

    SEGMENT = "segment"
    LIST = "list"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Native(Predicate):
    """Whoever is in an object that people made at an ESP: (destination, what it is there, its name), one for each destination.

    It is a whole segment's predicate, is not evaluated, and says nothing at other destinations.
    """

    objects: tuple[tuple[str, NativeKind, str], ...]

    def at(self, destination: str) -> tuple[NativeKind, str] | None:
        """Return what it is at *destination*, None when it is not there."""
        return next(((kind, name) for place, kind, name in self.objects if place == destination), None)
