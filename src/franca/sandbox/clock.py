"""A sandbox's two times."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """What the emulator takes for the present.

    `now()` is the instant that date conditions see; frozen when *as_of* is given. `ticks()` are the seconds that
    rate windows and asynchronous jobs count; a client that waits on a virtual clock calls `advance`, which moves the
    ticks and never `now()`: waiting for a rate limit must not move anybody out of a time window.

    Attributes:
        slow: how many times longer than usual asynchronous work (imports, processes, batches) takes.
    """

    def __init__(self, as_of: datetime | None = None) -> None:
        self.slow = 1.0
        self._as_of = as_of
        self._offset = 0.0

    def now(self) -> datetime:
        """Return the present as an aware UTC instant."""
        return self._as_of or datetime.now(UTC)

    def set(self, as_of: datetime | None) -> None:
        """Freeze the present at *as_of*; None lets it run again."""
        self._as_of = as_of

    def ticks(self) -> float:
        """Return seconds that only grow; frozen together with `now()` except for `advance`."""
        return self._offset if self._as_of else time.monotonic() + self._offset

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass for rate windows and jobs."""
        self._offset += seconds
