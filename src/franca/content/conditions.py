"""Conditions pushed into the forms that ESPs can say: negation at the leaves, and an OR of ANDs with a budget."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from franca.content.nodes import (
    AttributeValue,
    Compare,
    Condition,
    Contains,
    Defined,
    Either,
    Every,
    Member,
    Negation,
    Pieces,
    PrimaryValue,
    Print,
    Value,
    root,
)

Leaf = Compare | Contains | Defined | Member
Literal = tuple[Leaf, bool]
"""A leaf, and whether it must hold."""


def nnf(condition: Condition, positive: bool = True) -> Condition:
    """Return the same condition with `not` at the leaves only."""
    if isinstance(condition, Negation):
        return nnf(condition.of, not positive)
    if isinstance(condition, (Every, Either)):
        how = Every if isinstance(condition, Every) is positive else Either
        return how(of=tuple(nnf(each, positive) for each in condition.of), position=condition.position)
    return condition if positive else Negation(of=condition, position=condition.position)


def dnf(condition: Condition, budget: int) -> tuple[tuple[Literal, ...], ...] | None:
    """Return an OR of ANDs of literals, or None when it would have more than *budget* literals."""
    found = _dnf(nnf(condition), budget)
    return found if found is not None and sum(map(len, found)) <= budget else None


def _dnf(condition: Condition, budget: int) -> tuple[tuple[Literal, ...], ...] | None:
    if isinstance(condition, Either):
        parts = [_dnf(each, budget) for each in condition.of]
        return None if None in parts else _small([term for part in parts for term in part or ()], budget)
    if isinstance(condition, Every):
        terms: list[tuple[Literal, ...]] = [()]
        for each in condition.of:
            part = _dnf(each, budget)
            if part is None or len(terms) * len(part) > budget:
                return None
            terms = [tuple(dict.fromkeys((*one, *other))) for one, other in itertools.product(terms, part)]
        return _small(terms, budget)
    leaf, positive = (condition.of, False) if isinstance(condition, Negation) else (condition, True)
    assert isinstance(leaf, (Compare, Contains, Defined, Member))  # noqa: S101 - nnf leaves nothing else
    return (((leaf, positive),),)


def _small(terms: list[tuple[Literal, ...]], budget: int) -> tuple[tuple[Literal, ...], ...] | None:
    found = tuple(dict.fromkeys(terms))
    return found if len(found) <= budget else None


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield what a condition asks."""
    if isinstance(condition, (Every, Either)):
        for each in condition.of:
            yield from leaves(each)
    elif isinstance(condition, Negation):
        yield from leaves(condition.of)
    elif isinstance(condition, (Compare, Contains, Defined, Member)):
        yield condition


def ours(value: Value) -> bool:
    """Whether Franca knows a value by itself, so that sync can write it (or what follows from it) into a field."""
    return isinstance(root(value), (AttributeValue, PrimaryValue))


def computable(of: Condition | Pieces) -> bool:
    """Whether Franca can compute a condition or a text: all that it names is ours."""
    if isinstance(of, Condition):
        return all(isinstance(leaf, Member) or ours(leaf.of) for leaf in leaves(of))
    from franca.content.assemble import walk
    from franca.content.nodes import Choose, Loop, Native

    for piece in walk(of):
        if isinstance(piece, (Loop, Native)) or (isinstance(piece, Print) and not ours(piece.value)):
            return False
        if isinstance(piece, Choose) and not all(computable(branch.condition) for branch in piece.branches):
            return False
    return True
