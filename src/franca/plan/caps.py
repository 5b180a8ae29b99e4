"""What we used of an ESP's hours and days, kept beside the state, so that a plan knows what is left of them.

No call is held back for it: when an ESP's day begins is not documented, and its own 429 says when to go on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from franca.adapter import Policy
from franca.errors import FrancaError
from franca.plan.files import File, write_whole
from franca.plan.state import Store

VERSION = 1
MINUTE, LONGEST = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Used:
    """Calls by cap and by the minute in which they were made; a minute counts until its last second is past."""

    calls: Counter[tuple[str, datetime]] = field(default_factory=Counter)

    def within(self, cap: str, seconds: float, now: datetime) -> int:
        """Return how many calls of a cap were made in the *seconds* before *now*."""
        since = now - timedelta(seconds=seconds) - MINUTE
        return max(0, sum(number for (name, minute), number in self.calls.items() if name == cap and minute > since))

    def plus(self, cap: str, calls: int, now: datetime) -> Used:
        """Return it with some more calls, or fewer, and without what is too old to count."""
        kept = Counter({key: number for key, number in self.calls.items() if key[1] > now - LONGEST - MINUTE})
        kept[cap, now.replace(second=0, microsecond=0)] += calls
        return replace(self, calls=kept)


def used(store: Store) -> Used:
    """Return what apply, sync and probe used at a destination; nothing when there is no file.

    Raises:
        FrancaError: it cannot be read.
    """
    try:
        found = json.loads(store.calls.read_text(encoding="utf-8"))
        if found["version"] != VERSION:
            raise FrancaError(f"{store.calls.name} has version {found['version']}, not {VERSION}", remedy="upgrade Franca")
        times = (
            (cap, datetime.fromisoformat(minute), int(number))
            for cap, minutes in found["calls"].items()
            for minute, number in minutes.items()
        )
        return Used(Counter({(cap, minute.astimezone(UTC)): number for cap, minute, number in times}))
    except FileNotFoundError:
        return Used()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{store.calls.name} cannot be read ({type(error).__name__})"
        raise FrancaError(what, remedy="delete it: it only tells how much of an hour's or a day's calls is used") from error


@contextmanager
def counted(store: Store, policy: Policy) -> Iterator[None]:
    """Note the calls of *policy* that count in a cap; the store is locked, so that nobody else writes the file."""
    known = used(store)

    def note(cap: str, calls: int) -> None:
        nonlocal known
        known = known.plus(cap, calls, policy.waiter.now())
        _save(known, store.calls)

    before, policy.on_cap = policy.on_cap, note
    try:
        yield
    finally:
        policy.on_cap = before


def _save(known: Used, file: File) -> None:
    calls: dict[str, dict[str, int]] = {}
    for (cap, minute), number in sorted(known.calls.items()):
        calls.setdefault(cap, {})[minute.isoformat(timespec="minutes")] = number
    write_whole(file, json.dumps({"version": VERSION, "calls": calls}, indent=1))
