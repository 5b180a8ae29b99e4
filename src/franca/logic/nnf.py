"""Negation normal form: `Not` only before leaves, and every leaf with one test in its canonical spelling.

Canonical spellings, all meaning-preserving in two-valued logic, stand in franca.logic.values, times, events and patterns; here besides:

- several tests on one subject are split into an `All` of literals (a window stays whole: its tests are about the same events);
- of two attributes compared with each other the first by name is the subject;
- consent statuses and consent instants are split; a negated set of statuses is the other statuses;
- parts of an instant are the set of values that they may have; a distance is in kilometres;
- at least k of n is written out while that is small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    AttributeRef,
    AttributeTest,
    CalendarTest,
    ConsentTest,
    Constant,
    Distance,
    EventTest,
    InstantTest,
    LengthTest,
    Near,
    NoneOf,
    Not,
    Op,
    PickedEvent,
    Predicate,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sample,
    Sequence,
    Status,
    TimeTest,
    ValueTest,
)
from franca.logic.events import spelled_event
from franca.logic.inside import change_inside
from franca.logic.literals import CALENDAR, FALSE, TRUE, negated
from franca.logic.patterns import spelled_picked, spelled_rank, spelled_ratio, spelled_regular, spelled_sequence
from franca.logic.thresholds import at_least
from franca.logic.times import sorted_names, timed, window
from franca.logic.values import spelled, together


def nnf(predicate: Predicate) -> Predicate:
    """Return *predicate* in negation normal form with canonical leaves; the input is checked (no InSegment)."""
    combine = _JUNCTIONS.get(type(predicate))
    if combine:
        return combine(predicate)
    spell = _LEAVES.get(type(predicate))
    return spell(change_inside(predicate, nnf)) if spell else predicate


def _all(node: All) -> Predicate:
    return All(of=tuple(map(nnf, node.of)), position=node.position)


def _any(node: AnyOf) -> Predicate:
    return AnyOf(of=tuple(map(nnf, node.of)), position=node.position)


def _none(node: NoneOf) -> Predicate:
    return negated(AnyOf(of=tuple(map(nnf, node.of))))


def _not(node: Not) -> Predicate:
    if isinstance(node.of, AtLeast):  # written out after the negation, as the same threshold of negations would be
        return at_least(_negated_threshold(node.of))
    return negated(nnf(node.of))


def _negated_threshold(node: AtLeast) -> AtLeast:
    return replace(node, count=len(node.of) - node.count + 1, of=tuple(negated(nnf(part)) for part in node.of))


def _at_least(node: AtLeast) -> Predicate:
    return at_least(replace(node, of=tuple(map(nnf, node.of))))


_JUNCTIONS: dict[type[Predicate], Callable[[Any], Predicate]] = {All: _all, AnyOf: _any, NoneOf: _none, Not: _not, AtLeast: _at_least}


# ── attributes, properties ───────────────────────────────────────────────────


def _attribute(leaf: AttributeTest) -> Predicate:
    def make(test: ValueTest | ReferenceTest | LengthTest) -> Predicate:
        if isinstance(test, ReferenceTest) and isinstance(test.reference, AttributeRef) and _is_later(leaf.attribute, test.reference):
            return replace(leaf, attribute=test.reference.attribute, tests=(_turned(test, AttributeRef(attribute=leaf.attribute)),))
        return replace(leaf, tests=(test,))

    return together([replace(leaf, tests=(timed(test),)) if isinstance(test, TimeTest) else spelled(make, test) for test in leaf.tests])


def _property(leaf: PropertyTest) -> Predicate:
    def make(test: ValueTest | ReferenceTest | LengthTest) -> Predicate:
        if isinstance(test, ReferenceTest) and isinstance(test.reference, PropertyRef) and _is_later(leaf.property, test.reference):
            return replace(leaf, property=test.reference.property, tests=(_turned(test, PropertyRef(property=leaf.property)),))
        return replace(leaf, tests=(test,))

    return together([spelled(make, test) for test in leaf.tests])


def _is_later(subject: str, reference: AttributeRef | PropertyRef) -> bool:
    """Tell whether the reference would be the subject: it comes first by name, and no factor stands in the way."""
    return reference.times == 1 and (reference.attribute if isinstance(reference, AttributeRef) else reference.property) < subject


_TURNED = {Op.IS: Op.IS, Op.GT: Op.LT, Op.GTE: Op.LTE, Op.LT: Op.GT, Op.LTE: Op.GTE}


def _turned(test: ReferenceTest, reference: AttributeRef | PropertyRef) -> ReferenceTest:
    return replace(test, op=_TURNED[test.op], reference=reference)


# ── instants of events ───────────────────────────────────────────────────────


def _instant(leaf: InstantTest) -> Predicate:
    return together([replace(leaf, tests=(timed(test),)) for test in leaf.tests])


def _calendar(leaf: CalendarTest) -> Predicate:
    """Return the set of values that pass every test: there are few, and none is ever missing."""
    passing = tuple(value for value in CALENDAR[leaf.part] if all(_passes(value, test) for test in leaf.tests))
    if len(passing) in {0, len(CALENDAR[leaf.part])}:
        return TRUE if passing else FALSE
    return replace(leaf, tests=(ValueTest(op=Op.IN, operand=passing, position=leaf.tests[0].position),))


_PASSES: dict[Op, Callable[[Any, tuple[Any, ...]], bool]] = {
    Op.IS: lambda value, operands: value == operands[0],
    Op.IS_NOT: lambda value, operands: value != operands[0],
    Op.IN: lambda value, operands: value in operands,
    Op.NOT_IN: lambda value, operands: value not in operands,
    Op.GT: lambda value, operands: value > operands[0],
    Op.GTE: lambda value, operands: value >= operands[0],
    Op.LT: lambda value, operands: value < operands[0],
    Op.LTE: lambda value, operands: value <= operands[0],
    Op.BETWEEN: lambda value, operands: operands[0] <= value < operands[1],
    Op.IS_SET: lambda _, operands: bool(operands[0]),
    Op.IS_EMPTY: lambda _, operands: not operands[0],
}


def _passes(value: Constant, test: ValueTest) -> bool:
    return _PASSES[test.op](value, test.operands)


# ── consent, samples, places ─────────────────────────────────────────────────


def _consent(leaf: ConsentTest) -> Predicate:
    statuses = tuple(status for status in Status if status in leaf.statuses)
    parts: list[Predicate] = [replace(leaf, statuses=(), at=(timed(test),)) for test in leaf.at]
    if statuses and len(statuses) < len(Status):
        parts.insert(0, replace(leaf, statuses=statuses, at=()))
    return together(parts)


def _sample(leaf: Sample) -> Predicate:
    if leaf.percent >= 100:
        return TRUE
    return leaf if leaf.percent > 0 else FALSE


def _near(leaf: Near) -> Predicate:
    return replace(leaf, within=Distance(leaf.within.kilometres))


def _event(leaf: EventTest) -> Predicate:
    return spelled_event(replace(leaf, event=sorted_names(leaf.event), window=window(leaf.window)))


_LEAVES: dict[type[Predicate], Callable[[Any], Predicate]] = {
    AttributeTest: _attribute,
    PropertyTest: _property,
    InstantTest: _instant,
    CalendarTest: _calendar,
    EventTest: _event,
    PickedEvent: spelled_picked,
    Sequence: spelled_sequence,
    Regular: spelled_regular,
    Ratio: spelled_ratio,
    Rank: spelled_rank,
    ConsentTest: _consent,
    Sample: _sample,
    Near: _near,
}
