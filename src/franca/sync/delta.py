"""What a sync has to write into one resource: wanted against held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Protocol

from franca.adapter import ABSENT, Contact, Holds, Marker, Resource
from franca.sync.ledger import Ledger

Emails = Mapping[str, AbstractSet[str]]
"""Segment → the normalised emails of its members."""


class Counts(Protocol):
    """How many profiles are outside every universe."""

    @property
    def without_email(self) -> int:
        """Profiles without an email."""
        ...

    @property
    def ambiguous_emails(self) -> int:
        """Emails of several profiles."""
        ...


class Individual(Protocol):
    """One profile."""

    @property
    def email(self) -> str | None:
        """The email, as destinations compare it."""
        ...

    @property
    def values(self) -> Mapping[str, Any]:
        """Attributes by name."""
        ...

    @property
    def segments(self) -> AbstractSet[str]:
        """Those of the asked segments that it is in."""
        ...


class Audience(Protocol):
    """What sync needs of an evaluation: emails are trimmed and lower-cased, and each belongs to one profile."""

    def emails(self) -> Emails:
        """Return each segment's members."""
        ...

    def universe(self) -> Collection[str]:
        """Return everybody who can be matched."""
        ...

    def people(self, attributes: Collection[str], segments: Collection[str]) -> Iterable[Individual]:
        """Yield every profile with some attributes and segments."""
        ...

    def summary(self) -> Counts:
        """Return what is outside."""
        ...


@dataclass(frozen=True, kw_only=True)
class Target:
    """A resource and what it should hold: email → value, the empty string for members.

    Attributes:
        segment: the segment or group, for the report.
        id: the ESP's.
    """

    resource: Resource
    segment: str
    id: str
    wanted: Mapping[str, str]

    @property
    def entry(self) -> str:
        """KIND/ID: a rename keeps it, a resource made again does not."""
        return f"{self.resource.kind}/{self.id}"

    @property
    def marks(self) -> bool:
        """Whether values are written, not members."""
        return self.resource.holds is Holds.MARKER

    @property
    def adopted(self) -> bool:
        """Whether others fill it too, so that nobody is taken out but whom sync put in."""
        return self.resource.adopt


@dataclass(frozen=True, kw_only=True)
class Delta:
    """What is to be written, before asking who is known there.

    Attributes:
        before: how many it holds.
        put: email → value of those who come, or whose value changes.
        new: those of *put* whom it does not hold yet.
        take: emails of those who go.
        vanished: hashes of the ledger whose person the ESP does not hold any more.
        foreign: how many of those who go were never put there by us.
        staying: how many others are in what is adopted, as far as it was read.
        contacts: whom a read has found already.
        read: what a read has found, when there was one: email → value.
    """

    target: Target
    before: int
    put: Mapping[str, str]
    new: frozenset[str]
    take: frozenset[str]
    vanished: frozenset[str] = frozenset()
    foreign: int = 0
    staying: int = 0
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    read: Mapping[str, str] | None = None

    @property
    def unasked(self) -> set[str]:
        """Those of whom it is not known whether the ESP holds them."""
        return (self.put.keys() | self.take) - self.contacts.keys()


def members(emails: Emails, segment: str) -> dict[str, str]:
    """Return whom a membership resource should hold."""
    return dict.fromkeys(emails[segment], "")


def winners(emails: Emails, marker: Marker) -> dict[str, str]:
    """Return each person's value of a marker: the first choice that they are in."""
    found: dict[str, str] = {}
    for choice in reversed(marker.choices):
        found.update(dict.fromkeys(emails[choice.segment], choice.segment))
    return found


Read = Iterable[tuple[Contact, str]]
"""Those whom a resource holds at the ESP, with a marker's value (the empty string for members)."""
Universe = Callable[[], Collection[str]]


def from_reading(target: Target, read: Read, universe: Universe, known: AbstractSet[str] | None, ledger: Ledger) -> Delta:
    """Compare with what the ESP holds; *known* are the hashes that the ledger has for the resource, None without any."""
    # somebody's text may look like no value, as that of default("-") does
    held = ((contact, value) for contact, value in read if value != ABSENT or target.wanted.get(contact.email) == ABSENT)
    there = {contact.email: (contact, value) for contact, value in held}
    values = {email: value for email, (_, value) in there.items()}
    take = there.keys() - target.wanted.keys()
    ours = universe() if take and known is None else ()
    foreign = sum(email not in ours if known is None else ledger.hash(email) not in known for email in take)
    return Delta(
        target=target,
        before=len(there),
        put={email: value for email, value in target.wanted.items() if values.get(email) != value},
        new=frozenset(target.wanted.keys() - there.keys()),
        take=frozenset(take),
        foreign=foreign,
        contacts={email: contact for email, (contact, _) in there.items()},
        read=values,
    )


def from_ledger(
    target: Target, held: Mapping[str, str], ledger: Ledger, universe: Universe, around: Callable[[], Iterable[Contact]]
) -> Delta:
    """Compare with the ledger; only somebody who left our data altogether makes it necessary to read contacts *around* the resource."""
    hashes = {ledger.hash(email): email for email in target.wanted}
    left = held.keys() - hashes.keys()
    take = {email for email in universe() if ledger.hash(email) in left} if left else set()
    lost = left - {ledger.hash(email) for email in take}
    found = {contact.email: contact for contact in around() if ledger.hash(contact.email) in lost} if lost else {}
    return Delta(
        target=target,
        before=len(held),
        put={email: target.wanted[email] for known, email in hashes.items() if held.get(known) != target.wanted[email]},
        new=frozenset(email for known, email in hashes.items() if known not in held),
        take=frozenset(take | found.keys()),
        vanished=frozenset(lost - {ledger.hash(email) for email in found}),
        contacts=found,
    )
