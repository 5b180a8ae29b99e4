"""Conjunctive and disjunctive normal form, with a budget: a form that would grow too large is a typed answer, never a long wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from franca.definitions import All, AnyOf, AtLeast, Predicate
from franca.logic.canonical import canonical
from franca.logic.literals import FALSE, TRUE, is_literal
from franca.logic.simplify import Kind, join, simplify
from franca.logic.thresholds import alternatives, conditions

BUDGET = 256
"""Clauses allowed by default, counted while distributing, before absorption."""

Clause = tuple[Predicate, ...]
"""Literals in canonical order: joined by OR in a conjunctive form, by AND in a disjunctive one."""


@dataclass(frozen=True, kw_only=True)
class TooLarge:
    """A normal form that needs more than *budget* clauses."""

    form: str
    budget: int

    def __str__(self) -> str:
        return f"its {self.form} normal form has more than {self.budget} clauses"


def conjunctive(predicate: Predicate, budget: int = BUDGET) -> tuple[Clause, ...] | TooLarge:
    """Return clauses that all hold, of literals of which at least one holds; `()` is everyone, `((),)` is nobody."""
    clauses = _clauses(simplify(predicate), All, budget)
    return TooLarge(form="conjunctive", budget=budget) if clauses is None else _sorted(clauses)


def disjunctive(predicate: Predicate, budget: int = BUDGET) -> tuple[Clause, ...] | TooLarge:
    """Return clauses of which at least one holds, of literals that all hold; `()` is nobody, `((),)` is everyone."""
    clauses = _clauses(simplify(predicate), AnyOf, budget)
    return TooLarge(form="disjunctive", budget=budget) if clauses is None else _sorted(clauses)


def _sorted(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    return tuple(sorted(clauses, key=lambda clause: tuple(map(canonical, clause))))


def _clauses(predicate: Predicate, outer: Kind, budget: int) -> list[Clause] | None:
    """Return the clauses of a simplified predicate, joined by *outer*; None: over budget."""
    if predicate in {TRUE, FALSE}:
        return [] if (predicate == TRUE) is (outer is All) else [()]
    if isinstance(predicate, AtLeast):
        return _of_threshold(predicate, outer, budget)
    if is_literal(predicate) or not isinstance(predicate, (All, AnyOf)):
        return [(predicate,)]
    forms = []
    for child in predicate.of:
        form = _clauses(child, outer, budget)
        if form is None:
            return None
        forms.append(form)
    return _union(forms, budget) if isinstance(predicate, outer) else _product(forms, outer, budget)


def _of_threshold(node: AtLeast, outer: Kind, budget: int) -> list[Clause] | None:
    """Write out the form that has the junction wanted outside: as many clauses as there are choices, at least."""
    chosen = node.count if outer is AnyOf else len(node.of) - node.count + 1
    if comb(len(node.of), chosen) > budget:
        return None
    return _clauses(alternatives(node) if outer is AnyOf else conditions(node), outer, budget)


def _union(forms: list[list[Clause]], budget: int) -> list[Clause] | None:
    clauses = [clause for form in forms for clause in form]
    return None if len(clauses) > budget else _absorbed(clauses)


def _product(forms: list[list[Clause]], outer: Kind, budget: int) -> list[Clause] | None:
    inner: Kind = AnyOf if outer is All else All
    clauses: list[Clause] = [()]
    for form in sorted(forms, key=len):
        if len(clauses) * len(form) > budget:
            return None
        pairs = (join(inner, first + second) for first in clauses for second in form)
        clauses = _absorbed([clause for clause in pairs if clause is not None])
    return clauses


def _absorbed(clauses: list[Clause]) -> list[Clause]:
    """Drop every clause that contains all literals of another one."""
    smallest: list[tuple[frozenset[Predicate], Clause]] = []
    for clause in sorted(clauses, key=len):
        members = frozenset(clause)
        if not any(other <= members for other, _ in smallest):
            smallest.append((members, clause))
    return [clause for _, clause in smallest]
