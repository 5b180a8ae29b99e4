"""The canonical spelling of tests on events.

- An event without measures is `count gte 1`; each measure's test is a leaf of its own; no event is `is 0`.
- Counts (events, different values) are `gte n` (n ≥ 1), `is n`, `lt n` (n ≥ 2), never negated; they and sums are never missing.
- A largest or smallest value is some event there and no event beyond; a recency in whole minutes is some event in a window.
- `per` a value, the measures stay in one leaf: one value satisfies them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from franca.definitions import (
    Ago,
    All,
    AnyOf,
    Average,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    Duration,
    EventTest,
    Last,
    Maximum,
    Measure,
    Minimum,
    Op,
    Predicate,
    PropertyTest,
    ReferenceTest,
    Sum,
    TimeTest,
    Unit,
    ValueTest,
)
from franca.logic.canonical import canonical
from franca.logic.literals import COUNTS, FALSE, TOTAL, TRUE, at_least_one, flip, negated, with_measure_test
from franca.logic.times import plain_duration, window
from franca.logic.values import sorted_operands, spelled, together

Test = ValueTest | ReferenceTest

MINUTES = 24 * 60
LONGEST = 36_525 * MINUTES
"""A recency of more than a hundred years stays a number of days: a window that long may begin before the calendar does."""


def spelled_event(leaf: EventTest) -> Predicate:
    """Return the canonical predicate for a test on events whose `where` and window are canonical."""
    if leaf.per is not None:
        return _per_value(leaf)
    if not leaf.measures:
        return at_least_one(leaf)
    return together(
        [_MEASURES[type(measure)](replace(leaf, measures=(measure,)), test) for measure in leaf.measures for test in measure.tests]
    )


def none(leaf: EventTest) -> Predicate:
    """Return that there is no event of those that *leaf* measures."""
    return flip(at_least_one(leaf))


# ── measures that are never missing ──────────────────────────────────────────


def _total(leaf: EventTest, test: Test) -> Predicate:
    def make(one: Test) -> Predicate:
        literal = with_measure_test(leaf, one)
        return _counted(literal, one) if isinstance(leaf.measures[0], COUNTS) and isinstance(one, ValueTest) else literal

    if test.op is Op.IS_SET and isinstance(test, ValueTest):
        return TRUE if test.operand else FALSE
    return _alternatives(make, test)


def _alternatives(make: Callable[[Any], Predicate], test: Test, *, dense: bool = False) -> Predicate:
    """Write `in` as one of several `is`, as the negations of both are the same then."""
    if isinstance(test, ReferenceTest) or test.op not in {Op.IN, Op.NOT_IN}:
        return spelled(make, test, dense=dense)
    each = (spelled(make, replace(test, op=Op.IS, operand=one), dense=dense) for one in sorted_operands(test.operands))
    options = AnyOf(of=tuple(each))
    return options if test.op is Op.IN else negated(options)


def _counted(literal: EventTest, test: ValueTest) -> Predicate:
    """Fold what a count always or never is, and write "fewer than 1" as `is 0`."""
    number = test.operand
    if not isinstance(number, int):
        return literal
    if number < 0 or (number == 0 and test.op is not Op.IS):
        return TRUE if test.op is Op.GTE else FALSE
    if test.op is Op.LT and number == 1:
        return with_measure_test(literal, replace(test, op=Op.IS, operand=0))
    return literal


# ── measures that are missing over nothing ───────────────────────────────────


def _average(leaf: EventTest, test: Test) -> Predicate:
    return _alternatives(lambda one: with_measure_test(leaf, one), test, dense=True)


_BEYOND: dict[type[Measure], dict[Op, Op]] = {
    Maximum: {Op.LT: Op.GTE, Op.LTE: Op.GT, Op.IS: Op.GT},
    Minimum: {Op.GT: Op.LTE, Op.GTE: Op.LT, Op.IS: Op.LT},
}
"""For the tests of an extreme that the extreme event alone does not decide: which events there may not be."""


def _extreme(leaf: EventTest, test: Test) -> Predicate:
    """Write max ≥ x as some event ≥ x; max < x as some event < x and none ≥ x; and the other way round for min."""
    measure = leaf.measures[0]

    def some(one: Test) -> EventTest:
        value = spelled(lambda each: PropertyTest(property=getattr(measure, "of", ""), tests=(each,)), one)
        return at_least_one(replace(leaf, where=value if leaf.where is None else All(of=(leaf.where, value))))

    def make(one: Test) -> Predicate:
        if one.op is Op.IS_SET:  # not "some event with a value": a day of an unknown year is none that could be the largest
            return replace(leaf, measures=(Maximum(of=getattr(measure, "of", ""), tests=(one,)),))
        beyond = _BEYOND[type(measure)].get(one.op)
        return some(one) if beyond is None else All(of=(some(one), flip(some(replace(one, op=beyond)))))

    return _alternatives(make, test)


def _recency(leaf: EventTest, test: Test) -> Predicate:
    """Write days_since_last < n as some event in the last n days, ≥ n as some event and none of those; the first event likewise."""

    def make(one: Test) -> Predicate:
        if one.op is Op.IS_SET:
            return at_least_one(leaf)
        length = _whole_minutes(one) if isinstance(one, ValueTest) and one.op in {Op.LT, Op.GTE} else None
        return with_measure_test(leaf, one) if length is None else _SINCE[type(leaf.measures[0])](leaf, one.op, length)

    return _alternatives(make, test, dense=True)


def _whole_minutes(test: ValueTest) -> int | None:
    """Return a number of days as minutes; None where it is none of whole minutes, or more than a window should have."""
    if not isinstance(test.operand, (int, float, Decimal)):
        return None
    minutes = Fraction(test.operand) * MINUTES
    return int(minutes) if minutes.denominator == 1 and minutes <= LONGEST else None


def _since_last(leaf: EventTest, op: Op, minutes: int) -> Predicate:
    if minutes <= 0:
        return at_least_one(leaf) if op is Op.GTE else FALSE
    recently = _within(leaf, Last(duration=_length(minutes)))
    return recently if op is Op.LT else All(of=(at_least_one(leaf), none(recently)))


def _since_first(leaf: EventTest, op: Op, minutes: int) -> Predicate:
    if minutes <= 0:
        return at_least_one(leaf) if op is Op.GTE else FALSE
    long_ago = _within(leaf, Ago(older=_length(minutes)))
    return long_ago if op is Op.GTE else All(of=(at_least_one(leaf), none(long_ago)))


def _within(leaf: EventTest, test: TimeTest) -> EventTest:
    return at_least_one(replace(leaf, window=window((*leaf.window, test))))


def _length(minutes: int) -> Duration:
    return plain_duration(Duration(minutes, Unit.MINUTES))


_SINCE: dict[type[Measure], Callable[[EventTest, Op, int], Predicate]] = {DaysSinceLast: _since_last, DaysSinceFirst: _since_first}

_MEASURES: dict[type[Measure], Callable[[EventTest, Test], Predicate]] = {
    Count: _total,
    Sum: _total,
    Distinct: _total,
    Average: _average,
    Maximum: _extreme,
    Minimum: _extreme,
    DaysSinceLast: _recency,
    DaysSinceFirst: _recency,
}


# ── per value ────────────────────────────────────────────────────────────────


def _per_value(leaf: EventTest) -> Predicate:
    """Return one leaf whose measures have one test each, sorted, each once. Every value that counts has at least one event."""
    found = [_conditions(measure, test) for measure in leaf.measures for test in measure.tests]
    parts = [part for several in found for part in several or ()]
    if None in found or any(map(_impossible, parts)):
        return FALSE
    wanted = {canonical(part): part for part in parts if not _granted(part)}
    return replace(leaf, measures=tuple(wanted[text] for text in sorted(wanted)))


def _conditions(measure: Measure, test: Test) -> list[Measure] | None:
    """Return the canonical tests that hold together exactly where *test* does; negative ones stay as they are. None: it never holds."""
    found: list[Measure] = []

    def make(one: Test) -> Predicate:
        found.append(replace(measure, tests=(one,)))
        return TRUE

    if isinstance(test, ReferenceTest) or test.op in {Op.IS_NOT, Op.NOT_IN} or (test.op is Op.IS_SET and not test.operand):
        make(_plain(test))
    elif spelled(make, test, dense=isinstance(measure, (Average, DaysSinceLast, DaysSinceFirst))) == FALSE:
        return None
    return found


def _plain(test: Test) -> Test:
    if isinstance(test, ReferenceTest) or test.op is not Op.NOT_IN:
        return test
    operands = sorted_operands(test.operands)
    return replace(test, op=Op.IS_NOT, operand=operands[0]) if len(operands) == 1 else replace(test, operand=operands)


def _granted(part: Measure) -> bool:
    (test,) = part.tests
    if not isinstance(test, ValueTest):
        return False
    if test.op is Op.IS_SET and test.operand:
        return isinstance(part, (*TOTAL, DaysSinceLast, DaysSinceFirst))
    return isinstance(part, COUNTS) and test.op is Op.GTE and isinstance(test.operand, int) and test.operand <= _least(part)


def _impossible(part: Measure) -> bool:
    (test,) = part.tests
    if not isinstance(test, ValueTest):
        return False
    if test.op is Op.IS_SET and not test.operand:
        return isinstance(part, (*TOTAL, DaysSinceLast, DaysSinceFirst))
    if not isinstance(part, COUNTS) or not isinstance(test.operand, int):
        return False
    return (test.op is Op.LT and test.operand <= _least(part)) or (test.op is Op.IS and test.operand < _least(part))


def _least(part: Measure) -> int:
    """Return the smallest count that a value with an event can have: different values of another property may be none."""
    return 1 if isinstance(part, Count) else 0
