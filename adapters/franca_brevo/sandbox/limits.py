"""Rate windows and their headers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from franca.sandbox import Clock, Reply

HOUR = 3600.0
EPSILON = 1e-6  # ticks are sums of floats: who waits exactly `reset` seconds must get through


@dataclass(kw_only=True)
class Window:
    """*allowed* calls in *seconds*, counted from the first call after the last window ended (fixed windows are a guess)."""

    seconds: float
    allowed: int
    started: float = -math.inf
    used: int = 0

    def roll(self, now: float) -> None:
        """Open a new window when the last one is over."""
        if now - self.started >= self.seconds - EPSILON:
            self.started, self.used = now, 0

    @property
    def remaining(self) -> int:
        """How many calls are left."""
        return self.allowed - self.used

    def reset(self, now: float) -> int:
        """Return whole seconds until the window ends, at least 1."""
        return max(1, math.ceil(self.started + self.seconds - now - EPSILON))


class Limits:
    """The windows of an account on the General tier (documented: developers.brevo.com/docs/api-limits)."""

    CONTACTS: ClassVar = ((1.0, 10), (HOUR, 36_000))
    SMTP: ClassVar = ((HOUR, 300),)  # /smtp/templates and /smtp/template/preview
    OTHER: ClassVar = ((HOUR, 100),)  # one bucket for /processes, /account, /emailCampaigns …: that it is shared is documented

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._contacts = [Window(seconds=seconds, allowed=allowed) for seconds, allowed in self.CONTACTS]
        self._smtp = [Window(seconds=seconds, allowed=allowed) for seconds, allowed in self.SMTP]
        self._other = [Window(seconds=seconds, allowed=allowed) for seconds, allowed in self.OTHER]

    def admit(self, path: str) -> Reply | None:
        """Count one call; return 429 when a window is full. A refused call costs nothing (guess)."""
        windows = self._windows(path)
        if not all(window.remaining for window in windows):
            return _full(self.headers(path))
        for window in windows:
            window.used += 1
        return None

    def full(self) -> Reply:
        """Return the 429 of a second's window of contacts, whatever is left in it."""
        allowed = str(self._contacts[0].allowed)
        return _full({"x-sib-ratelimit-limit": allowed, "x-sib-ratelimit-remaining": "0", "x-sib-ratelimit-reset": "1"})

    def headers(self, path: str) -> dict[str, str]:
        """Return the vendor's three headers, on every answer (documented); no `Retry-After` exists (documented).

        `reset` is in seconds to go (documented). Which window they speak of is a guess: a full one that ends last, else the shortest.
        """
        now = self._clock.ticks()
        windows = self._windows(path)
        full = [window for window in windows if not window.remaining]
        told = max(full, key=lambda window: window.reset(now), default=windows[0])
        return {
            "x-sib-ratelimit-limit": str(told.allowed),
            "x-sib-ratelimit-remaining": str(told.remaining),
            "x-sib-ratelimit-reset": str(told.reset(now)),
        }

    def _windows(self, path: str) -> list[Window]:
        if path == "/v3/contacts" or path.startswith("/v3/contacts/"):
            windows = self._contacts
        else:
            windows = self._smtp if path.startswith("/v3/smtp/") else self._other
        for window in windows:
            window.roll(self._clock.ticks())
        return windows


def _full(headers: dict[str, str]) -> Reply:
    # code and words are guesses; the status is documented
    return Reply(status=429, body={"code": "too_many_requests", "message": "Too many requests"}, headers=headers)
