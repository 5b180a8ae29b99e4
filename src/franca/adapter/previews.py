"""ESPs that render a stored template themselves: what `franca verify-content` compares with. Not every ESP can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from franca.adapter.protocol import Contact
from franca.adapter.resources import Remote
from franca.definitions import Part


@runtime_checkable
class Previewing(Protocol):
    """A connection whose ESP can be asked what it makes of a template. Nothing is written there, and nothing is sent."""

    def rendered_there(self, template: Remote, contact: Contact) -> Mapping[Part, str]:
        """Return those parts of one of our templates that the ESP keeps, as it renders them for somebody whom it holds.

        Raises:
            DestinationError: the ESP refuses, or holds nobody of that id.
        """
        ...
