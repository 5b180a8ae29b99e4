"""Changes in words: how many, and what an update changes."""

from __future__ import annotations

from collections.abc import Iterator

from franca.plan import Action, Change, Plan
from franca.render.text import value

_PAST = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.DELETE: "to delete",
    Action.ADOPT: "to adopt",
    Action.FORGET: "to forget",
}


def summary(plan: Plan) -> str:
    """Return how many changes there are, in words."""
    counted = [f"{number} {_PAST[action]}" for action, number in plan.counts().items() if number]
    by_hand = sum(change.drift for change in plan.changes)
    return (", ".join(counted) or "nothing to do") + (f"; {by_hand} changed by hand there" if by_hand else "")


def differences(change: Change) -> Iterator[tuple[str, str, str]]:
    """Yield what an update changes: key, before, after; values are cut where they are long."""
    if change.action is not Action.UPDATE:
        return
    if change.named is not None:
        yield "name", value(change.named), value(change.name)
    before, after = change.before or {}, change.after or {}
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield key, value(before.get(key)), value(after.get(key))
