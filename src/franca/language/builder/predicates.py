"""Combinators, consent, and subjects without tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    ConsentTest,
    Everyone,
    InSegment,
    Mailable,
    MemberOf,
    Native,
    NativeKind,
    Near,
    NoneOf,
    Predicate,
    Sample,
    Status,
    TimeTest,
)
from franca.errors import FrancaError, did_you_mean
from franca.language.builder.base import number, predicates
from franca.language.builder.times import Timed
from franca.language.predicates import parse_distance


def all_of(*given: Predicate) -> All:
    """Every one holds."""
    return All(of=predicates("all_of", given))


def any_of(*given: Predicate) -> AnyOf:
    """At least one holds."""
    return AnyOf(of=predicates("any_of", given))


def none_of(*given: Predicate) -> NoneOf:
    """Not one holds."""
    return NoneOf(of=predicates("none_of", given))


def at_least(count: int, *given: Predicate) -> AtLeast:
    """At least *count* of them hold: `at_least(2, segment("vip"), mailable("email"), attribute("member") == True)`."""
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError("at_least takes a number, then predicates: at_least(2, …, …, …)")
    found = predicates("at_least", given)
    if not 1 <= count <= len(found):
        raise FrancaError(f"at_least {count} of {len(found)}: the number is from 1 to {len(found)}")
    return AtLeast(count=count, of=found)


def everyone() -> Everyone:
    """Always true."""
    return Everyone()


def segment(key: str) -> InSegment:
    """In the segment *key*."""
    return InSegment(key=key)


def mailable(channel: str) -> Mailable:
    """Subscribed on *channel* and not suppressed."""
    return Mailable(channel=channel)


def member_of(name: str) -> MemberOf:
    """A member of *name* in the data's memberships."""
    return MemberOf(name=name)


def native(objects: Mapping[str, Mapping[str, str]]) -> Native:
    """Whoever is in what people made at an ESP: `native({"klaviyo": {"segment": "By hand"}})`. It is a segment's whole `where`."""
    found = [(place, kind, name) for place, each in objects.items() for kind, name in each.items()]
    unknown = [kind for _, kind, _ in found if kind not in set(NativeKind)]
    if not found or unknown or any(len(each) != 1 for each in objects.values()):
        raise FrancaError(
            f"native names one {' or '.join(NativeKind)} for each destination", remedy=did_you_mean("".join(unknown), NativeKind)
        )
    return Native(objects=tuple((place, NativeKind(kind), name) for place, kind, name in found))


def near(latitude: float | Decimal, longitude: float | Decimal, *, within: str) -> Near:
    """At most *within* away from a place in degrees: `near(52.52, 13.40, within="25 km")`."""
    distance = parse_distance(within)
    if isinstance(distance, str):
        raise FrancaError(f"near: {distance}")
    return Near(latitude=number("latitude", latitude), longitude=number("longitude", longitude), within=distance)


def sample(percent: float | Decimal, *, salt: str) -> Sample:
    """A stable share of all profiles, in percent; another *salt* is another share."""
    share = number("percent", percent)
    if not 0 <= share <= 100:
        raise FrancaError(f"sample({percent}): percent is a number from 0 to 100")
    return Sample(percent=share, salt=salt)


# ── consent ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False, repr=False)
class ConsentBuilder(Timed["ConsentBuilder"]):
    """Consent on one channel; `.status(…)` makes the predicate."""

    channel: str
    at: tuple[TimeTest, ...] = ()

    hint = 'end with .status("subscribed"), or .status() for any status given in that time'

    def __repr__(self) -> str:
        return f'consent("{self.channel}")'

    def _within(self, *tests: TimeTest) -> Self:
        return replace(self, at=(*self.at, *tests))

    def status(self, *statuses: str | Status) -> ConsentTest:
        """The status is one of *statuses* (none named: any), and its instant passes the time tests before."""
        unknown = [word for word in statuses if word not in set(Status)]
        if unknown:
            raise FrancaError(f"there is no consent status {unknown[0]!r}", remedy=did_you_mean(unknown[0], Status))
        if not statuses and not self.at:
            raise TypeError(f"{self}.status() asks nothing; name a status, or a time before it")
        return ConsentTest(channel=self.channel, statuses=tuple(map(Status, statuses)), at=self.at)


def consent(channel: str) -> ConsentBuilder:
    """Consent on a channel: `consent("email").last("30 days").status("subscribed")`."""
    return ConsentBuilder(channel)
