"""What of a plan needs an explicit word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from franca.adapter import COMPUTED, ResourceKind
from franca.plan.errors import Unsafe
from franca.plan.records import Action, Change

FROM = 5
"""Owned resources from which the share of changed ones counts (language.md section 1)."""


def unsafe(changes: Sequence[Change], kinds: Sequence[ResourceKind], destination: str, maximum: Decimal) -> tuple[Unsafe, ...]:
    """Return the reasons, sorted by word.

    Args:
        changes: of the plan.
        kinds: one for each resource at the destination that is ours.
        destination: its name, for the word.
        maximum: the share of owned resources that may change at once, a fraction of 1.
    """
    return tuple(sorted((*_deletes(changes), *_emptied(changes, kinds), *_too_many(changes, len(kinds), destination, maximum))))


def _deletes(changes: Sequence[Change]) -> Iterator[Unsafe]:
    for change in changes:
        computed = change.address.kind is ResourceKind.FIELD and change.address.key.startswith(COMPUTED)
        if change.action is Action.DELETE and not computed:
            yield Unsafe(word=f"delete:{change.address}", what=f"{change.address} would be deleted")


def _emptied(changes: Sequence[Change], kinds: Sequence[ResourceKind]) -> Iterator[Unsafe]:
    """Deleting all of several is unsafe whatever the policy says; a single one has its own word already."""
    for kind in sorted(set(kinds)):
        gone = sum(change.action is Action.DELETE and change.address.kind is kind for change in changes)
        if gone == kinds.count(kind) > 1:
            yield Unsafe(word=f"delete-all:{kind}", what=f"all {gone} resources of the kind {kind} would be deleted")


def _too_many(changes: Sequence[Change], owned: int, destination: str, maximum: Decimal) -> Iterator[Unsafe]:
    changed = sum(change.action in {Action.UPDATE, Action.DELETE} for change in changes)
    if owned >= FROM and Decimal(changed) / owned > maximum:
        share, limit = round(100 * changed / owned), round(100 * maximum)
        yield Unsafe(word=f"changes:{destination}", what=f"{changed} of {owned} resources would change ({share}%, more than {limit}%)")
