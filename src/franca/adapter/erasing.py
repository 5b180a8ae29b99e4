"""ESPs that delete a person for good, on request: what `franca erase` asks for, and no other verb."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, runtime_checkable


class Erased(StrEnum):
    """What came of asking."""

    DONE = "erased"
    ASKED = "asked for"  # the ESP does it later, and its API does not tell when it is done
    NOBODY = "not held"


@runtime_checkable
class Erasing(Protocol):
    """A connection whose ESP deletes people through its API (`Capability.ERASURE`)."""

    def erase(self, email: str) -> Erased:
        """Have the contact of a normalised email deleted with all that the ESP knows of it; it cannot be undone.

        Raises:
            DestinationError: the ESP refuses, or is not reached. Asking again is fine.
        """
        ...
