"""The account's one rate window."""

from __future__ import annotations

import math
from typing import ClassVar

from franca.sandbox import Clock, Reply

EPSILON = 1e-6  # ticks are sums of floats: who waits exactly `Retry-After` seconds must get through


class Limits:
    """120 calls a minute (documented), counted from the first call after the last minute ended (a fixed window is a guess)."""

    CALLS: ClassVar = 120
    SECONDS: ClassVar = 60.0

    def __init__(self, clock: Clock) -> None:
        self._clock, self._started, self._used = clock, -math.inf, 0

    def admit(self) -> Reply | None:
        """Count one call, a batch as one (guess); return 429 when the window is full (documented words and headers)."""
        now = self._clock.ticks()
        if now - self._started >= self.SECONDS - EPSILON:
            self._started, self._used = now, 0
        if self._used >= self.CALLS:
            return self.full(max(1, math.ceil(self._started + self.SECONDS - now - EPSILON)))
        self._used += 1
        return None

    def full(self, wait: int) -> Reply:
        """Return the 429 of a window that opens in *wait* seconds."""
        return Reply(status=429, body={"message": "Too Many Attempts."}, headers={**self.headers(), "Retry-After": str(wait)})

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer (documented)."""
        return {"X-RateLimit-Limit": str(self.CALLS), "X-RateLimit-Remaining": str(self.CALLS - self._used)}
