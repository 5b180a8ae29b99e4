"""Why somebody is in a segment here and not there, or there and not here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from franca.adapter import Connection, Contact
from franca.adapter.standing import Standing, Telling
from franca.sync.adopted import THEIRS
from franca.sync.delta import Audience, Emails
from franca.sync.ledger import DOUBTFUL, Ledger
from franca.sync.reconciled import Reason

Values = Mapping[str, str]
"""Email → a marker's value, the empty string for members."""


class Crowd(Audience, Protocol):
    """What a comparison needs of an evaluation besides."""

    def sizes(self) -> Mapping[str, int]:
        """Return how many profiles each segment has, with those outside the universe."""
        ...

    def ambiguous(self) -> Collection[str]:
        """Return the emails that several profiles have."""
        ...


@dataclass(kw_only=True)
class Known:
    """What is known of people beyond a segment; asked for when a difference needs it.

    Attributes:
        earlier: evaluates an hour before; None when that is not wanted.
        standings: of those who are missing somewhere.
    """

    audience: Crowd
    earlier: Callable[[], Emails] | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)

    @cached_property
    def before(self) -> Emails:
        """Who was in which segment an hour ago."""
        return self.earlier() if self.earlier else self.audience.emails()

    @cached_property
    def universe(self) -> Collection[str]:
        """Everybody who can be matched."""
        return self.audience.universe()

    @cached_property
    def ambiguous(self) -> Collection[str]:
        """Emails of several profiles."""
        return self.audience.ambiguous()

    def absent(self, email: str) -> Reason | None:
        """Return why the ESP can hold somebody in no segment at all; None when it can."""
        standing = self.standings.get(email)
        return Reason.UNKNOWN if standing is None else Reason.OUTSIDE if standing is Standing.OUTSIDE else None

    def stranger(self, email: str) -> Reason | None:
        """Return why somebody can be in no segment of ours; None when it is one person of ours."""
        if email in self.universe:
            return None
        return Reason.AMBIGUOUS_EMAIL if email in self.ambiguous else Reason.NOT_OURS


def standings(connection: Connection, emails: Collection[str]) -> Mapping[str, Standing]:
    """Return the standing of those of *emails* whom the ESP holds; where it does not tell, everybody counts as mailable."""
    if not emails:
        return {}
    if isinstance(connection, Telling):
        return connection.standings(emails)
    found: Mapping[str, Contact] = connection.known(emails)
    return dict.fromkeys(found, Standing.MAILABLE)


class Why(Protocol):
    """Finds reasons for one segment."""

    def missing(self, email: str, known: Known) -> Reason:
        """Return why somebody is in it here and not there."""
        ...

    def surplus(self, email: str, known: Known) -> Reason:
        """Return why somebody is in it there and not here."""
        ...


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Of what sync writes: its ledger tells what was done by hand since.

    Attributes:
        adopted: others fill it too.
    """

    ledger: Ledger
    entry: str
    wanted: Values
    there: Values
    adopted: bool = False

    def missing(self, email: str, known: Known) -> Reason:
        """Return why somebody is not in, or has another value."""
        if absent := known.absent(email):
            return absent
        written = self._written(email)
        return Reason.UNTOLD if written is None else Reason.TAKEN_OUT if written in (self.wanted[email], THEIRS) else Reason.WAITING

    def surplus(self, email: str, known: Known) -> Reason:
        """Return why somebody is in, or has a value that is somebody else's."""
        written = self._written(email)
        if self.adopted and written in (False, THEIRS):
            return Reason.ADOPTED
        if written is None:
            return known.stranger(email) or Reason.UNTOLD
        return Reason.LEAVING if written == self.there[email] else Reason.PUT_IN

    def _written(self, email: str) -> str | bool | None:
        """Return the value that sync wrote, False when it wrote none, None when nothing tells."""
        held = self.ledger.held(self.entry)
        if held is None:
            return False if self.adopted else None  # of what is adopted, whoever is not in the ledger stays
        written = held.get(self.ledger.hash(email), False)
        return None if written == DOUBTFUL else written


@dataclass(frozen=True, kw_only=True)
class OnField:
    """Of a segment on one value of a marker: where the field is right, the ESP has not finished."""

    field: Kept
    value: str

    def missing(self, email: str, known: Known) -> Reason:
        """Return why somebody is not in."""
        if known.standings.get(email) is Standing.SUPPRESSED:
            return Reason.SUPPRESSED
        right = self.field.there.get(email) == self.value
        return (known.absent(email) or Reason.LAG) if right else self.field.missing(email, known)

    def surplus(self, email: str, known: Known) -> Reason:
        """Return why somebody is in."""
        return self.field.surplus(email, known) if self.field.there.get(email) == self.value else Reason.LAG


@dataclass(frozen=True, kw_only=True)
class Native:
    """Of what the ESP works out itself, on its own facts."""

    segment: str

    def missing(self, email: str, known: Known) -> Reason:
        """Return why the ESP does not count somebody."""
        if absent := known.absent(email):
            return absent
        if known.standings[email] is Standing.SUPPRESSED:
            return Reason.SUPPRESSED
        return Reason.FACTS if email in known.before.get(self.segment, ()) else Reason.LAG

    def surplus(self, email: str, known: Known) -> Reason:
        """Return why the ESP counts somebody."""
        if stranger := known.stranger(email):
            return stranger
        return Reason.LAG if email in known.before.get(self.segment, ()) else Reason.FACTS
