"""At least k of n, written out while that is small."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import comb

from franca.definitions import All, AnyOf, AtLeast, Predicate
from franca.logic.literals import FALSE, TRUE, leaves

WRITTEN_OUT = 64
"""As many leaves may the written-out form have."""


def at_least(node: AtLeast) -> Predicate:
    """Return the alternatives of *node*, or the conditions that all hold, whichever is shorter; *node* itself where both are long."""
    count, parts = node.count, node.of
    if count <= 0:
        return TRUE
    if count > len(parts):
        return FALSE
    size = max(1, sum(1 for part in parts for _ in leaves(part)))
    either, every = _leaves(len(parts), count, size), _leaves(len(parts), len(parts) - count + 1, size)
    if min(either, every) > WRITTEN_OUT and 1 < count < len(parts):
        return node
    return alternatives(node) if either <= every else conditions(node)


def _leaves(of: int, chosen: int, size: int) -> int:
    """Return how many leaves there are in every choice of so many parts together: each part is in the same share of them."""
    return comb(of - 1, chosen - 1) * size


def alternatives(node: AtLeast) -> Predicate:
    """Return one of: every choice of *count* parts."""
    return AnyOf(of=tuple(_joined(All, choice) for choice in combinations(node.of, node.count)), position=node.position)


def conditions(node: AtLeast) -> Predicate:
    """Return all of: of every choice of so many parts that fewer than *count* are left out, one holds."""
    size = len(node.of) - node.count + 1
    return All(of=tuple(_joined(AnyOf, choice) for choice in combinations(node.of, size)), position=node.position)


def _joined(kind: type[All | AnyOf], parts: tuple[Predicate, ...]) -> Predicate:
    return parts[0] if len(parts) == 1 else kind(of=parts)


def without_constants(node: AtLeast) -> AtLeast:
    """Return *node* without the parts that always or never hold."""
    holding = sum(part == TRUE for part in node.of)
    return replace(node, count=node.count - holding, of=tuple(part for part in node.of if part not in {TRUE, FALSE}))
