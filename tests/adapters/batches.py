"""What the kits of several adapters share: a marker, emails, and batches of what was written as one."""

from __future__ import annotations

from collections.abc import Iterable

from franca.adapter import Choice, Marker, Written

OWN = Marker(key="vip", title="VIP", choices=(Choice(segment="vip", key="vip", title="VIP"),))


def emails(number: int, start: int = 0) -> list[str]:
    """Return *number* different emails."""
    return [f"p{each:05}@example.com" for each in range(start, start + number)]


def total(written: Iterable[Written]) -> Written:
    """Return all batches as one."""
    batches = list(written)
    return Written(
        added=tuple(email for batch in batches for email in batch.added),
        removed=tuple(email for batch in batches for email in batch.removed),
        rejected=tuple(pair for batch in batches for pair in batch.rejected),
    )
