"""Simplification: what siblings and ancestors already say is not said again.

Within an `All` every literal is known to hold, and within an `AnyOf` it is known to fail, in everything beside it, however deep.
Folding what is known that way gives constant folding, absorption, complements and unit resolution (a ∧ (¬a ∨ b) → a ∧ b) in one rule,
because "known" includes what a known literal implies (franca.logic.implication).
Children are sorted by canonical text, so that the result does not depend on the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    AttributeTest,
    CalendarTest,
    ConsentTest,
    Not,
    Op,
    Position,
    Predicate,
    PropertyTest,
    Status,
    ValueTest,
)
from franca.logic.canonical import canonical
from franca.logic.folding import folded
from franca.logic.implication import WORDS, implies
from franca.logic.kept import kept
from franca.logic.literals import CALENDAR, FALSE, TRUE, flip, is_literal
from franca.logic.nnf import nnf
from franca.logic.subjects import is_discrete, same_subject, test_of, with_test
from franca.logic.thresholds import at_least, without_constants
from franca.logic.topics import related
from franca.logic.values import next_value, sorted_operands

Known = tuple[Predicate, ...]
Kind = type[All] | type[AnyOf]


@kept
def simplify(predicate: Predicate) -> Predicate:
    """Return an equivalent predicate in negation normal form that says nothing twice; idempotent, order-insensitive."""
    form = _simplify(nnf(predicate), ())
    while (shorter := _simplify(nnf(form), ())) != form:
        form = shorter
    return form


def _simplify(predicate: Predicate, known: Known) -> Predicate:
    if isinstance(predicate, (All, AnyOf)):
        return _junction(predicate, known)
    if isinstance(predicate, AtLeast):
        return _threshold(predicate, known)
    return _decided(folded(predicate, simplify), known)


def _decided(literal: Predicate, known: Known) -> Predicate:
    if any(implies(fact, literal) for fact in known):
        return TRUE
    opposite = flip(literal)
    return FALSE if any(implies(fact, opposite) for fact in known) else literal


def _threshold(node: AtLeast, known: Known) -> Predicate:
    parts = sorted((_simplify(part, known) for part in node.of), key=canonical)
    return at_least(without_constants(replace(node, of=tuple(parts))))


# ── junctions ────────────────────────────────────────────────────────────────


def _junction(node: All | AnyOf, known: Known) -> Predicate:
    kind = type(node)
    parts = _flat(kind, node.of)
    rest = [part for part in parts if not is_literal(part)]
    units = join(kind, [_simplify(part, known) for part in parts if is_literal(part)])
    while rest and units is not None:
        facts = known + tuple(units if kind is All else map(flip, units))
        parts = _flat(kind, [_simplify(part, facts) for part in rest])
        rest = [part for part in parts if not is_literal(part)]
        if len(rest) == len(parts):
            break
        units = join(kind, [*units, *(part for part in parts if is_literal(part))])
    if units is None:
        return FALSE if kind is All else TRUE
    return build(kind, [*units, *_shortest(rest)], node.position)


def _flat(kind: Kind, parts: Iterable[Predicate]) -> list[Predicate]:
    flat: list[Predicate] = []
    for part in parts:
        flat.extend(_flat(kind, part.of) if isinstance(part, kind) else [part])
    return flat


def _shortest(junctions: list[Predicate]) -> list[Predicate]:
    """Drop a clause that contains another clause: (a ∨ b) ∧ (a ∨ b ∨ c) is a ∨ b, and the other way round."""
    members = [frozenset(junction.of if isinstance(junction, (All, AnyOf)) else [junction]) for junction in junctions]
    return [
        junction
        for index, junction in enumerate(junctions)
        if not any(other < members[index] or (other == members[index] and at < index) for at, other in enumerate(members))
    ]


def build(kind: Kind, parts: Sequence[Predicate], position: Position | None = None) -> Predicate:
    """Return the parts joined, in canonical order; one part stays itself, none is the constant that changes nothing."""
    if not parts:
        return TRUE if kind is All else FALSE
    return parts[0] if len(parts) == 1 else kind(of=tuple(sorted(parts, key=canonical)), position=position)


# ── literals side by side ────────────────────────────────────────────────────


def join(kind: Kind, literals: Iterable[Predicate]) -> tuple[Predicate, ...] | None:
    """Return the fewest literals that say the same joined by *kind*; None when together they are constant (All: false, AnyOf: true)."""
    if kind is All:
        joined = _conjoin(literals)
        return joined if joined is None else _pinched(joined)
    joined = _conjoin(map(flip, literals))
    return None if joined is None else _ordered(map(flip, joined))


def _pinched(literals: tuple[Predicate, ...]) -> tuple[Predicate, ...] | None:
    """Write ≥ n ∧ < n + 1 as `is n`, where n + 1 is the next value; what remains is joined again."""
    for low, others in related(literals):
        for high in others:
            exact = _exactly(low, high)
            if exact is not None:
                return join(All, [exact, *(literal for literal in literals if literal not in {low, high})])
    return literals


def _exactly(low: Predicate, high: Predicate) -> Predicate | None:
    one, other = test_of(low), test_of(high)
    if not isinstance(one, ValueTest) or not isinstance(other, ValueTest) or not same_subject(low, high):
        return None
    if one.op is not Op.GTE or other.op is not Op.LT or not is_discrete(low) or next_value(one.operand) != other.operand:
        return None
    return with_test(low, replace(one, op=Op.IS))


def _ordered(literals: Iterable[Predicate]) -> tuple[Predicate, ...]:
    first: dict[str, Predicate] = {}
    for literal in literals:
        first.setdefault(canonical(literal), literal)
    return tuple(first[text] for text in sorted(first))


def _conjoin(literals: Iterable[Predicate]) -> tuple[Predicate, ...] | None:
    merged = _merged(literal for literal in literals if literal != TRUE)
    if merged is None or FALSE in merged:
        return None
    alive = list(_ordered(merged))
    near = list(related(alive))
    if any(implies(other, opposite) for one, others in near for opposite in [flip(one)] for other in others):
        return None
    dropped: set[Predicate] = set()
    for literal, others in reversed(near):
        if any(other is not literal and implies(other, literal) and other not in dropped for other in others):
            dropped.add(literal)
    return tuple(literal for literal in alive if literal not in dropped)


def _merged(literals: Iterable[Predicate]) -> list[Predicate] | None:
    """Join literals that test one value against lists: in S ∧ in T is in S ∩ T; ¬in S ∧ ¬in T is ¬in S ∪ T. None: nothing is in both."""
    groups: dict[object, list[Predicate]] = {}
    for literal in literals:
        groups.setdefault(_family(literal) or literal, []).append(literal)
    merged: list[Predicate] = []
    for family, members in groups.items():
        one = _merge(members) if isinstance(family, tuple) and len(members) > 1 else members[0]
        if one is None:
            return None
        merged.append(one)
    return merged


def _family(literal: Predicate) -> tuple[object, ...] | None:
    """Return what literals must share to be merged; None: this one cannot be."""
    leaf = literal.of if isinstance(literal, Not) else literal
    positive = leaf is literal
    if isinstance(leaf, ConsentTest):
        return (ConsentTest, leaf.channel) if positive and leaf.statuses else None
    if isinstance(leaf, CalendarTest):
        return CalendarTest, leaf.part
    if not isinstance(leaf, (AttributeTest, PropertyTest)) or not isinstance(test := leaf.tests[0], ValueTest):
        return None
    op = Op.IN if test.op is Op.IS else test.op
    name = leaf.attribute if isinstance(leaf, AttributeTest) else leaf.property
    return (type(leaf), name, op, test.ignore_case, positive) if op is Op.IN or (op in WORDS and not positive) else None


def _merge(members: list[Predicate]) -> Predicate | None:
    first = members[0]
    if isinstance(first, ConsentTest):
        return _merge_statuses([member for member in members if isinstance(member, ConsentTest)])
    if isinstance(first, CalendarTest):
        return _merge_calendar([member for member in members if isinstance(member, CalendarTest)])
    if isinstance(first, Not):
        return Not(of=_with_operands(first.of, [operand for member in members for operand in _operands(member)]), position=first.position)
    common = [operand for operand in _operands(first) if all(operand in _operands(member) for member in members)]
    return _with_operands(first, common) if common else None


def _merge_statuses(members: list[ConsentTest]) -> ConsentTest | None:
    common = tuple(status for status in Status if all(status in member.statuses for member in members))
    return replace(members[0], statuses=common) if common else None


def _merge_calendar(members: list[CalendarTest]) -> CalendarTest | None:
    first = members[0]
    common = tuple(value for value in CALENDAR[first.part] if all(value in member.tests[0].operands for member in members))
    return replace(first, tests=(replace(first.tests[0], operand=common),)) if common else None


def _operands(literal: Predicate) -> tuple[Any, ...]:
    leaf = literal.of if isinstance(literal, Not) else literal
    test = leaf.tests[0] if isinstance(leaf, (AttributeTest, PropertyTest)) else None
    return test.operands if isinstance(test, ValueTest) else ()


def _with_operands(leaf: Predicate, operands: Iterable[Any]) -> Predicate:
    if not isinstance(leaf, (AttributeTest, PropertyTest)) or not isinstance(test := leaf.tests[0], ValueTest):
        raise TypeError(f"{type(leaf).__name__} has no operands")  # only families of value tests come here
    op = Op.IN if test.op is Op.IS else test.op
    return nnf(replace(leaf, tests=(replace(test, op=op, operand=sorted_operands(tuple(operands))),)))
