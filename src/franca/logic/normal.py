"""The normal form of a definition and its fingerprint.

Definitions with one normal form mean the same; the converse is not promised (language.md section 4, item 9).
The rules run in a fixed order until none applies: canonical leaves and negation (`nnf`), simplification, and the splitting of
"at least one" and "none" over a disjunction inside `where`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from franca.definitions import All, AnyOf, AtLeast, Count, EventTest, Op, Predicate, names_of
from franca.logic.canonical import canonical
from franca.logic.clauses import TooLarge, disjunctive
from franca.logic.kept import kept
from franca.logic.literals import measure_test
from franca.logic.simplify import Kind, build, simplify

SPLIT = 16
"""A `where` with more alternatives than this stays whole."""


def normal_form(predicate: Predicate) -> Predicate:
    """Return the normal form of a checked predicate: equivalent, idempotent, independent of order, repetition and position."""
    form = simplify(predicate)
    while (parts := split(form)) != form and (shorter := simplify(parts)) != form:
        form = shorter
    return form


@kept
def fingerprint(predicate: Predicate) -> str:
    """Return the SHA-256 of the normal form as 64 hex digits; equal across processes, machines and versions of Python."""
    return hashlib.sha256(canonical(normal_form(predicate)).encode("ascii")).hexdigest()


def split(predicate: Predicate) -> Predicate:
    """Split events over kinds and over a disjunction in `where`: some A-or-B is some A or some B; no A-or-B is no A and no B.

    Other counts cannot be split: two events of which one is A and one is B are two A-or-B.
    """
    if isinstance(predicate, (All, AnyOf, AtLeast)):
        return replace(predicate, of=tuple(map(split, predicate.of)))
    return _split_event(predicate) if isinstance(predicate, EventTest) else predicate


def _split_event(leaf: EventTest) -> Predicate:
    kind = _junction_of(leaf)
    if kind is None:
        return leaf
    if len(names_of(leaf.event)) > 1:
        parts = tuple(_split_event(replace(leaf, event=name)) for name in names_of(leaf.event))
        return kind(of=parts, position=leaf.position)
    if leaf.where is None:
        return leaf
    clauses = disjunctive(leaf.where, SPLIT)
    if isinstance(clauses, TooLarge) or len(clauses) < 2:
        return leaf
    return kind(of=tuple(replace(leaf, where=build(All, clause)) for clause in clauses), position=leaf.position)


def _junction_of(leaf: EventTest) -> Kind | None:
    """Return how the parts of a split are joined; None when the leaf cannot be split."""
    test = measure_test(leaf)
    if test is None or not isinstance(leaf.measures[0], Count):
        return None
    if test.op is Op.GTE and test.operand == 1:
        return AnyOf
    return All if test.op is Op.IS and test.operand == 0 else None
