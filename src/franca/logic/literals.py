"""The atoms of logic: leaves, literals and their negation.

A *leaf* is a predicate without predicates beside it (an event's `where` is inside the leaf). A *literal* is a leaf or `Not(leaf)`.
Of a leaf with a total value (a count, a sum, a consent status, an hour is never missing) the negation is another leaf, and that one is
the canonical form: not(count ≥ n) is count < n, not(consent in S) is consent in the other statuses.
Constants: `TRUE` is Everyone, `FALSE` is Not(Everyone).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from franca.definitions import (
    WEEKDAYS,
    All,
    AnyOf,
    AtLeast,
    CalendarPart,
    CalendarTest,
    ConsentTest,
    Constant,
    Count,
    Distinct,
    EventTest,
    Everyone,
    NoneOf,
    Not,
    Op,
    Predicate,
    ReferenceTest,
    Status,
    Sum,
    ValueTest,
)

TRUE = Everyone()
FALSE = Not(of=TRUE)

JUNCTIONS = (All, AnyOf, NoneOf, AtLeast)
COUNTS = (Count, Distinct)
"""Measures that are whole numbers, never negative, never missing."""
TOTAL = (*COUNTS, Sum)
"""Measures that are never missing: 0 over no events."""

CALENDAR: Mapping[CalendarPart, tuple[Constant, ...]] = {
    CalendarPart.HOUR: tuple(range(24)),
    CalendarPart.WEEKDAY: WEEKDAYS,
    CalendarPart.DAY: tuple(range(1, 32)),
    CalendarPart.MONTH: tuple(range(1, 13)),
}
"""The values that a part of an instant can have."""

_OPPOSITE = {Op.GT: Op.LTE, Op.LTE: Op.GT, Op.GTE: Op.LT, Op.LT: Op.GTE}


def is_leaf(predicate: Predicate) -> bool:
    """Tell whether *predicate* combines no other predicates."""
    return not isinstance(predicate, (*JUNCTIONS, Not))


def is_literal(predicate: Predicate) -> bool:
    """Tell whether *predicate* is a leaf or the negation of a leaf."""
    return is_leaf(predicate.of if isinstance(predicate, Not) else predicate)


def leaves(predicate: Predicate) -> Iterator[Predicate]:
    """Yield every leaf from left to right, with repetitions; `where` of an event is not entered."""
    if isinstance(predicate, Not):
        yield from leaves(predicate.of)
    elif isinstance(predicate, JUNCTIONS):
        for child in predicate.of:
            yield from leaves(child)
    else:
        yield predicate


def literals(clause: Iterable[Predicate]) -> Iterator[tuple[Predicate, bool]]:
    """Yield for each literal of a clause its leaf, and whether the leaf holds (true) or is negated (false)."""
    for literal in clause:
        yield (literal.of, False) if isinstance(literal, Not) else (literal, True)


def flip(literal: Predicate) -> Predicate:
    """Return the negation of a literal as one literal; flipping twice gives the literal back."""
    if isinstance(literal, Not):
        return literal.of
    if isinstance(literal, ConsentTest) and literal.statuses and not literal.at:
        return replace(literal, statuses=tuple(status for status in Status if status not in literal.statuses))
    if isinstance(literal, CalendarTest) and literal.tests[0].op is Op.IN:
        others = tuple(value for value in CALENDAR[literal.part] if value not in literal.tests[0].operands)
        return replace(literal, tests=(replace(literal.tests[0], operand=others),))
    if isinstance(literal, EventTest) and (test := measure_test(literal)) is not None and (opposite := _opposite(literal, test)):
        return with_measure_test(literal, opposite)
    return Not(of=literal)


def negated(predicate: Predicate) -> Predicate:
    """Return the negation of a predicate in negation normal form, again in that form."""
    if isinstance(predicate, All):
        return AnyOf(of=tuple(map(negated, predicate.of)))
    if isinstance(predicate, AnyOf):
        return All(of=tuple(map(negated, predicate.of)))
    if isinstance(predicate, AtLeast):  # fewer than k of n hold: n - k + 1 or more do not
        return replace(predicate, count=len(predicate.of) - predicate.count + 1, of=tuple(map(negated, predicate.of)))
    flipped = flip(predicate)
    if isinstance(flipped, Not) and isinstance(flipped.of, EventTest) and _is_count(flipped.of):
        return _not_exactly(flipped.of)
    return flipped


def measure_test(leaf: EventTest) -> ValueTest | None:
    """Return the only test of the only measure; None where it is with a reference, `per` a value, or not the only one."""
    tests = [test for measure in leaf.measures for test in measure.tests]
    return tests[0] if len(tests) == 1 and isinstance(tests[0], ValueTest) and leaf.per is None else None


def with_measure_test(leaf: EventTest, test: ValueTest | ReferenceTest) -> EventTest:
    """Return *leaf*, which has one measure, with *test* as its only test."""
    return replace(leaf, measures=(replace(leaf.measures[0], tests=(test,)),))


def at_least_one(leaf: EventTest) -> EventTest:
    """Return that there is at least one event of those that *leaf* measures."""
    return replace(leaf, measures=(Count(tests=(ValueTest(op=Op.GTE, operand=1),)),), per=None)


def _is_count(leaf: EventTest) -> bool:
    return isinstance(leaf.measures[0], COUNTS) if leaf.measures else False


def _opposite(leaf: EventTest, test: ValueTest) -> ValueTest | None:
    """Return the canonical test that holds exactly when *test* does not; None when there is no single one.

    A count below 1 is written `is 0`.
    """
    if isinstance(leaf.measures[0], COUNTS):
        if test.op is Op.IS and test.operand == 0:
            return ValueTest(op=Op.GTE, operand=1, position=test.position)
        if test.op is Op.GTE and test.operand == 1:
            return ValueTest(op=Op.IS, operand=0, position=test.position)
    if isinstance(leaf.measures[0], TOTAL) and test.op in _OPPOSITE:
        return replace(test, op=_OPPOSITE[test.op])
    return None


def _not_exactly(leaf: EventTest) -> Predicate:
    """Return not(count is n), n ≥ 1, as fewer or more: counts have no negated literals."""
    test = measure_test(leaf)
    if test is None or test.op is not Op.IS or not isinstance(test.operand, int):
        return Not(of=leaf)
    below = ValueTest(op=Op.LT, operand=test.operand) if test.operand > 1 else ValueTest(op=Op.IS, operand=0)
    above = ValueTest(op=Op.GTE, operand=test.operand + 1)
    return AnyOf(of=(with_measure_test(leaf, below), with_measure_test(leaf, above)))
