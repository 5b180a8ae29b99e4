"""How callers hear of progress."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Hears (what, done, total) after every step."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Hear nothing."""
