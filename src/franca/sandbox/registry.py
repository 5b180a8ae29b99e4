"""Finding emulators: the entry points of the group `franca.sandboxes`."""

from __future__ import annotations

from importlib.metadata import entry_points

from franca.sandbox.clock import Clock
from franca.sandbox.emulator import Emulator

GROUP = "franca.sandboxes"

EXAMPLE_KEYS = {"klaviyo": "pk_sandbox", "mailchimp": "sandbox-us1", "brevo": "xkeysib-sandbox"}
"""Keys that look like the ESP's own and open nothing but a sandbox."""


def emulators() -> list[str]:
    """Return the names of the installed emulators."""
    return sorted(point.name for point in entry_points(group=GROUP))


def example_key(name: str, number: int = 1) -> str:
    """Return the key that opens an example account at the ESP *name*, the first or a further one."""
    key = EXAMPLE_KEYS.get(name, "sandbox")
    return key if number == 1 else key.replace("sandbox", f"sandbox{number}")


def emulator(name: str, clock: Clock, api_key: str | None = None, *, number: int = 1) -> Emulator:
    """Return a new account at the ESP *name*; without *api_key* its example key opens it.

    Accounts of different *number* have different ids.

    Raises:
        LookupError: there is no such emulator.
    """
    point = next((point for point in entry_points(group=GROUP) if point.name == name), None)
    if point is None:
        raise LookupError(name)
    further = {} if number == 1 else {"number": number}
    made: Emulator = point.load()(clock, api_key=api_key or example_key(name, number), **further)
    return made
