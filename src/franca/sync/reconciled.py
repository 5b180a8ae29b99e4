"""What a comparison with an ESP found, in counts. No people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from franca.adapter import Address


class Reason(StrEnum):
    """Why somebody is, most likely, in a segment here and not there, or there and not here."""

    WITHOUT_EMAIL = "without-email"  # here: an ESP knows people by their email
    AMBIGUOUS_EMAIL = "ambiguous-email"  # several profiles here have it: none of them is pushed
    UNKNOWN = "unknown"  # the ESP holds no such contact, and none is made
    OUTSIDE = "outside"  # the ESP holds the contact, and lets no segment have it
    SUPPRESSED = "suppressed"  # the ESP does not mail the contact
    TAKEN_OUT = "taken-out"  # sync wrote it, and it is not there any more
    WAITING = "waiting"  # sync has not written it yet
    NOT_OURS = "not-ours"  # our data have no such person
    PUT_IN = "put-in"  # sync did not write it
    ADOPTED = "adopted"  # others put it into what is adopted, and it stays
    LEAVING = "leaving"  # sync wrote it, and is to take it out
    UNTOLD = "untold"  # waiting, or done by hand: without ledger_key nothing tells
    LAG = "lag"  # work of the ESP's is under way, or it was so an hour ago
    FACTS = "facts"  # attributes, events or consent differ there


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One segment, or one value of a marker, here and there.

    What is there is what is here, less those who are missing, with those who are there besides, and *uncounted*:
    `theirs == ours - sum(missing) + sum(extra) + (uncounted or 0)`.

    Attributes:
        segment: the segment; of a text that templates read, its key.
        ours: profiles in it; None when the ESP alone knows whom it means.
        theirs: those whom the ESP lists with an email, and *uncounted*; its own count where it alone knows whom it means.
        missing: reason → how many are in it here and not there.
        extra: reason → how many are in it there and not here.
        uncounted: how many more, or fewer, the ESP counts than it lists with an email; None when it was not asked.
    """

    address: Address
    segment: str
    ours: int | None
    theirs: int
    missing: Mapping[Reason, int] = field(default_factory=dict)
    extra: Mapping[Reason, int] = field(default_factory=dict)
    uncounted: int | None = None

    @property
    def differs(self) -> bool:
        """Whether it is not the same people."""
        return bool(self.missing or self.extra or self.uncounted)


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """All segments at one destination."""

    destination: str
    adapter: str
    account: str
    segments: tuple[Compared, ...]

    @property
    def differs(self) -> bool:
        """Whether any segment does."""
        return any(compared.differs for compared in self.segments)
