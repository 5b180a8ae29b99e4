"""ESPs that tell whether they mail somebody: what `franca reconcile` asks about those who are missing. Consent is read, never written."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Standing(StrEnum):
    """What an ESP holds somebody for."""

    MAILABLE = "mailable"
    SUPPRESSED = "suppressed"  # unsubscribed, bounced, blocked: held, and not mailed
    OUTSIDE = "outside"  # held, and in no segment whatever it asks for: not confirmed, or archived


@runtime_checkable
class Telling(Protocol):
    """A connection whose ESP can be asked for the standing of people. Nothing is written there."""

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return the standing of those of *emails* that the ESP holds, in the fewest calls.

        Raises:
            DestinationError: the ESP refuses, or is not reached.
        """
        ...
