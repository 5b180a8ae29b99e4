"""When one literal decides another: `implies(a, b)` is true only where every profile with *a* has *b*.

It is sound, not complete: what it cannot see is false. Literals are canonical (franca.logic.nnf); constants of different types are
never compared. Times are compared only where a longer window certainly holds a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from franca.definitions import (
    MONTHS,
    SECONDS,
    Ago,
    All,
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    Duration,
    EventTest,
    From,
    Last,
    Mailable,
    Next,
    Not,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    Status,
    TimeTest,
    To,
    ValueTest,
)
from franca.logic.literals import measure_test

Test = ValueTest | TimeTest

_EXACT = frozenset({Op.IS, Op.IN})
_LOWER = {Op.GT, Op.GTE}
_UPPER = {Op.LT, Op.LTE}
WORDS = frozenset({Op.HAS_ANY, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH})


def implies(first: Predicate, second: Predicate) -> bool:
    """Tell whether *second* certainly holds wherever *first* holds; both are canonical literals."""
    if first == second:
        return True
    if isinstance(first, Not):
        return implies(second.of, first.of) if isinstance(second, Not) else _absence(first.of, second)
    return _excludes(first, second.of) if isinstance(second, Not) else _follows(first, second)


def _follows(first: Predicate, second: Predicate) -> bool:
    rule = _RULES.get((type(first), type(second)))
    return rule(first, second) if rule else False


# ── negations ────────────────────────────────────────────────────────────────


def _absence(denied: Predicate, second: Predicate) -> bool:
    """Not(is_empty) is set; Not(is_set) is empty."""
    if not same_subject(denied, second):
        return False
    ops = (_only_op(denied), _only_op(second))
    return ops in {(Op.IS_EMPTY, Op.IS_SET), (Op.IS_SET, Op.IS_EMPTY)}


def _excludes(first: Predicate, denied: Predicate) -> bool:
    """Tell whether *first* and *denied* cannot both hold."""
    if not same_subject(first, denied):
        return False
    one, other = test_of(first), test_of(denied)
    if not isinstance(one, ValueTest) or not isinstance(other, ValueTest):
        return False
    if one.op in _EXACT:
        return all(satisfies(value, other) is False for value in one.operands)
    if other.op in _EXACT:
        return all(satisfies(value, one) is False for value in other.operands)
    return _apart(one, other) or _apart(other, one)


def _apart(low: ValueTest, high: ValueTest) -> bool:
    """Tell whether the values from *low* on and those up to *high* have none in common."""
    if low.op not in _LOWER or high.op not in _UPPER or type(low.operand) is not type(high.operand):
        return False
    both = low.op is Op.GTE and high.op is Op.LTE
    return _less(high.operand, low.operand) or (not both and high.operand == low.operand)


# ── one value ────────────────────────────────────────────────────────────────


def same_subject(first: Predicate, second: Predicate) -> bool:
    """Tell whether two leaves test one value: an attribute, a property, a measure of the same events."""
    if isinstance(first, AttributeTest) and isinstance(second, AttributeTest):
        return first.attribute == second.attribute
    if isinstance(first, PropertyTest) and isinstance(second, PropertyTest):
        return first.property == second.property
    if isinstance(first, EventTest) and isinstance(second, EventTest):
        return _same_measure(first, second) and (first.where, first.window) == (second.where, second.window)
    return False


def test_of(leaf: Predicate) -> Test | None:
    """Return the only test of a leaf that tests one value; None for other leaves."""
    if isinstance(leaf, (AttributeTest, PropertyTest)):
        return leaf.tests[0] if len(leaf.tests) == 1 else None
    return measure_test(leaf) if isinstance(leaf, EventTest) else None


def _only_op(leaf: Predicate) -> Op | None:
    test = test_of(leaf)
    return test.op if isinstance(test, ValueTest) else None


def _same_value(first: Predicate, second: Predicate) -> bool:
    one, other = test_of(first), test_of(second)
    return same_subject(first, second) and one is not None and other is not None and _test_implies(one, other)


def _test_implies(one: Test, other: Test) -> bool:
    if isinstance(other, ValueTest) and other.op is Op.IS_SET:
        return not (isinstance(one, ValueTest) and one.op is Op.IS_EMPTY)
    if isinstance(one, TimeTest) or isinstance(other, TimeTest):
        return isinstance(one, TimeTest) and isinstance(other, TimeTest) and _time_implies(one, other)
    if one.op in _EXACT:
        return all(satisfies(value, other) is True for value in one.operands)
    if one.op is other.op and one.op in WORDS:
        return set(one.operands) <= set(other.operands)
    return _range_implies(one, other)


def _range_implies(one: ValueTest, other: ValueTest) -> bool:
    for side, inner in ((_LOWER, _less), (_UPPER, lambda a, b: _less(b, a))):
        if one.op in side and other.op in side and type(one.operand) is type(other.operand):
            strict = one.op in {Op.GT, Op.LT} or other.op in {Op.GTE, Op.LTE}
            return inner(other.operand, one.operand) or (strict and one.operand == other.operand)
    return False


def _less(first: Any, second: Any) -> bool:
    return bool(first < second)


_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.IS: lambda value, operand: value == operand,
    Op.GT: lambda value, operand: value > operand,
    Op.GTE: lambda value, operand: value >= operand,
    Op.LT: lambda value, operand: value < operand,
    Op.LTE: lambda value, operand: value <= operand,
    Op.CONTAINS: lambda value, operand: operand in value,
    Op.STARTS_WITH: lambda value, operand: value.startswith(operand),
    Op.ENDS_WITH: lambda value, operand: value.endswith(operand),
}


def satisfies(value: Constant, test: ValueTest) -> bool | None:
    """Return what *test* says of a known value; None when that depends on more (what white space is, another type)."""
    if test.op is Op.IS_EMPTY:
        return _blank(value)
    compare = _COMPARE.get(Op.IS if test.op is Op.IN else test.op)
    if compare is None or any(type(operand) is not type(value) for operand in test.operands):
        return None
    return any(compare(value, operand) for operand in test.operands)


def _blank(value: Constant) -> bool | None:
    """Engines differ in what they trim; only the empty text and a text with a letter or digit are certain."""
    if not isinstance(value, str):
        return False
    return True if not value else (False if any(map(str.isalnum, value)) else None)


# ── times ────────────────────────────────────────────────────────────────────


def _time_implies(one: TimeTest, other: TimeTest) -> bool:
    if one == other:
        return True
    rule = _TIME_RULES.get(type(one))
    return rule(one, other) if rule and type(one) is type(other) else False


def _shorter(one: Duration, other: Duration) -> bool:
    """Tell whether *one* is certainly at most *other*: exact lengths among themselves, wall-clock steps among themselves."""
    for lengths in (SECONDS, MONTHS):
        if one.unit in lengths and other.unit in lengths:
            return one.amount * lengths[one.unit] <= other.amount * lengths[other.unit]
    return False


def _within_ago(one: Ago, other: Ago) -> bool:
    return one.newer is None and other.newer is None and _shorter(other.older, one.older)


def _is_day(value: object) -> bool:
    """Days keep their order as instants; local times need not (the hour that a clock change skips)."""
    return not isinstance(value, datetime)


_TIME_RULES: dict[type[TimeTest], Callable[[Any, Any], bool]] = {
    Last: lambda one, other: _shorter(one.duration, other.duration),
    Next: lambda one, other: _shorter(one.duration, other.duration),
    Ago: _within_ago,
    From: lambda one, other: _is_day(one.at) and _is_day(other.at) and _less(other.at, one.at),
    To: lambda one, other: _is_day(one.at) and _is_day(other.at) and _less(one.at, other.at),
}


# ── events ───────────────────────────────────────────────────────────────────


def _same_measure(first: EventTest, second: EventTest) -> bool:
    if first.event != second.event or len(first.measures) != 1 or len(second.measures) != 1:
        return False
    one, other = first.measures[0], second.measures[0]
    return type(one) is type(other) and getattr(one, "of", None) == getattr(other, "of", None)


def _event_implies(first: EventTest, second: EventTest) -> bool:
    if _same_value(first, second):
        return True
    if not _same_measure(first, second) or not isinstance(first.measures[0], Count):
        return False
    low, enough = _bounds(first)[0], _bounds(second)[0]
    if _only_op(second) is Op.GTE and low is not None and enough is not None:
        return low >= enough and _narrower(first, second)
    high, limit = _bounds(first)[1], _bounds(second)[1]
    if (_only_op(second) is Op.LT or limit == 0) and high is not None and limit is not None:
        return high <= limit and _narrower(second, first)
    return False


def _bounds(leaf: EventTest) -> tuple[int | None, int | None]:
    """Return the smallest and the largest count that a canonical count test allows; None: no bound."""
    test = measure_test(leaf)
    if test is None or not isinstance(test.operand, int):
        return None, None
    number = test.operand
    return {Op.GTE: (number, None), Op.LT: (None, number - 1), Op.IS: (number, number)}.get(test.op, (None, None))


def _narrower(first: EventTest, second: EventTest) -> bool:
    """Tell whether every event that counts for *first* counts for *second*."""
    inside = all(any(_time_implies(mine, test) for mine in first.window) for test in second.window)
    return inside and _conditions(second.where) <= _conditions(first.where)


def _conditions(where: Predicate | None) -> frozenset[Predicate]:
    if where is None:
        return frozenset()
    return frozenset(where.of) if isinstance(where, All) else frozenset({where})


# ── consent, samples ─────────────────────────────────────────────────────────


def _consent_implies(first: ConsentTest, second: ConsentTest) -> bool:
    if first.channel != second.channel or bool(first.at) is not bool(second.at):
        return False
    if first.at:
        return not first.statuses and not second.statuses and _time_implies(first.at[0], second.at[0])
    return bool(first.statuses) and set(first.statuses) <= set(second.statuses)


def _mailable_implies(first: Mailable, second: ConsentTest) -> bool:
    return first.channel == second.channel and not second.at and Status.SUBSCRIBED in second.statuses


_RULES: dict[tuple[type[Predicate], type[Predicate]], Callable[[Any, Any], bool]] = {
    (AttributeTest, AttributeTest): _same_value,
    (PropertyTest, PropertyTest): _same_value,
    (EventTest, EventTest): _event_implies,
    (ConsentTest, ConsentTest): _consent_implies,
    (Mailable, ConsentTest): _mailable_implies,
    (Sample, Sample): lambda first, second: first.salt == second.salt and first.percent <= second.percent,
}
