"""Finding emulators: the entry points of the group `franca.sandboxes`."""

from __future__ import annotations

from importlib.metadata import entry_points

from franca.sandbox.clock import Clock
from franca.sandbox.emulator import Emulator

GROUP = "franca.sandboxes"


def emulators() -> list[str]:
    """Return the names of the installed emulators."""
    return sorted(point.name for point in entry_points(group=GROUP))


def emulator(name: str, clock: Clock, api_key: str | None = None) -> Emulator:
    """Return a new account at the ESP *name*; without *api_key* the emulator's own example key opens it.

    Raises:
        LookupError: there is no such emulator.
    """
    point = next((point for point in entry_points(group=GROUP) if point.name == name), None)
    if point is None:
        raise LookupError(name)
    made: Emulator = point.load()(clock, **({"api_key": api_key} if api_key else {}))
    return made
