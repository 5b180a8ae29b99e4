"""What apply and sync did, in a few lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from franca.adapter.erasing import Erased
from franca.plan import Applied, Result
from franca.render.text import printable
from franca.sync import Erasure, Held, Synced


def render_applied(applied: Applied, *, after: float | None = None, now: datetime | None = None) -> str:
    """Return how many changes were made, what was not, and what an interrupted apply had made before.

    Args:
        applied: what came of a plan.
        after: seconds until the ESP takes the rest, when it said so.
        now: the instant from which they count.
    """
    lines = [*_applied(applied)]
    if after is not None and now is not None:
        at = now + timedelta(seconds=after)
        lines.append(f"  go on at {at + timedelta(minutes=1):%Y-%m-%d %H:%M} UTC with the same command")
    return "\n".join(map(printable, lines))


def _applied(applied: Applied) -> Iterator[str]:
    made, all_ = applied.count(Result.APPLIED), len(applied.outcomes)
    yield f"{applied.plan.destination}: {made} of {all_} changes made" if all_ else f"{applied.plan.destination}: nothing to do"
    for outcome in applied.outcomes:
        if outcome.result in {Result.FAILED, Result.UNKNOWN}:
            yield f"  {outcome.result}: {outcome.change.action} {outcome.change.address}" + (f": {outcome.note}" if outcome.note else "")
    if skipped := applied.count(Result.SKIPPED):
        yield f"  not begun: {skipped}"
    for address in applied.found:
        yield f"  {address} had been made by an apply that was interrupted"


def render_synced(synced: Synced) -> str:
    """Return the counts of every resource, and of those outside every universe."""
    return "\n".join(map(printable, _synced(synced)))


def _synced(synced: Synced) -> Iterator[str]:
    yield f"{synced.destination}: {synced.written:,} rows written" if synced.resources else f"{synced.destination}: nothing is kept by sync"
    for held in synced.resources:
        yield f"  {held.address}: {held.wanted:,} wanted; {', '.join(_counts(held)) or 'nobody'}"
        yield from (f"    rejected {number:,}: {reason}" for reason, number in held.rejected.items())
    if synced.resources and (synced.without_email or synced.ambiguous):
        yield f"  never pushed: {synced.without_email:,} profiles without an email, {synced.ambiguous:,} emails of several profiles"


_THERE = {
    None: "the ESP was not asked",
    Erased.DONE: "deleted at the ESP",
    Erased.ASKED: "the ESP was asked to delete the contact, and does it later",
    Erased.NOBODY: "the ESP holds no such contact",
}


def render_erased(erased: Erasure) -> str:
    """Return what was erased at one destination, without a word about whom."""
    ledger = f"removed from {erased.entries} entries of the ledger" if erased.entries else "not in the ledger"
    return printable(f"{erased.destination}: {ledger}; {_THERE[erased.there]}")


def _counts(held: Held) -> Iterator[str]:
    words = {
        "added": held.added,
        "removed": held.removed,
        "of them foreign": held.foreign,
        "staying that others put in": held.staying,
        "unchanged": held.unchanged,
        "not known there": held.unknown,
    }
    return (f"{number:,} {word}" for word, number in words.items() if number)
