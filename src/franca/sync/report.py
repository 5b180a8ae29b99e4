"""What a sync did, in counts. No people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from franca.adapter import Address


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a sync did to one resource.

    Attributes:
        segment: the segment, or a marker's group.
        wanted: how many it should hold.
        added: written now; for a marker also those whose value changed.
        removed: taken out now.
        unchanged: held before, and right.
        unknown: wanted, and not held by the destination at all; they are never created.
        foreign: of those removed, how many were not put there by us.
        staying: of an adopted resource that was read, how many are there whom others put in, and who are not wanted.
        rejected: the ESP's reason → how many.
        read: whether it was compared with what the ESP holds, not with the ledger.
    """

    address: Address
    segment: str
    wanted: int
    added: int = 0
    removed: int = 0
    unchanged: int = 0
    unknown: int = 0
    foreign: int = 0
    staying: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    read: bool = False


@dataclass(frozen=True, kw_only=True)
class Synced:
    """What a sync did at one destination.

    Attributes:
        without_email, ambiguous: profiles without an email, and emails of several profiles: outside every universe, never pushed.
    """

    destination: str
    resources: tuple[Held, ...]
    without_email: int = 0
    ambiguous: int = 0

    @property
    def written(self) -> int:
        """How many rows were written."""
        return sum(held.added + held.removed for held in self.resources)
