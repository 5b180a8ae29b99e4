"""When one literal decides another: `implies(a, b)` is true only where every profile with *a* has *b*.

It is sound, not complete: what it cannot see is false. Literals are canonical (franca.logic.nnf); constants of different types are
never compared. Times are compared only where a longer window certainly holds a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AttributeRef,
    AttributeTest,
    CalendarTest,
    ConsentTest,
    Constant,
    Count,
    EventMeasure,
    EventTest,
    InstantTest,
    LengthTest,
    Mailable,
    Near,
    Not,
    Op,
    PickedEvent,
    Places,
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
    Step,
    Tile,
    TimeTest,
    ValueTest,
    names_of,
)
from franca.logic.literals import COUNTS, TOTAL, measure_test
from franca.logic.periods import time_implies
from franca.logic.subjects import Test, same_subject, test_of
from franca.logic.values import case_folded

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
    if isinstance(one, ReferenceTest) and isinstance(other, ReferenceTest):
        return one.reference == other.reference and other.op in _DENIED[one.op]
    if not isinstance(one, ValueTest) or not isinstance(other, ValueTest):
        return False
    if one.op in _EXACT and _is_known(one, other):
        return all(satisfies(value, other) is False for value in one.operands)
    if other.op in _EXACT and _is_known(other, one):
        return all(satisfies(value, one) is False for value in other.operands)
    return _apart(one, other) or _apart(other, one)


def _is_known(exact: ValueTest, other: ValueTest) -> bool:
    """Tell whether *exact* says of a value all that *other* asks: where case is ignored, only what ignores it, too."""
    return other.ignore_case or not exact.ignore_case


def _apart(low: ValueTest, high: ValueTest) -> bool:
    """Tell whether the values from *low* on and those up to *high* have none in common."""
    if low.op not in _LOWER or high.op not in _UPPER or type(low.operand) is not type(high.operand):
        return False
    both = low.op is Op.GTE and high.op is Op.LTE
    return _less(high.operand, low.operand) or (not both and high.operand == low.operand)


# ── one value ────────────────────────────────────────────────────────────────


def _only_op(leaf: Predicate) -> Op | None:
    test = test_of(leaf)
    return test.op if isinstance(test, ValueTest) else None


def _same_value(first: Predicate, second: Predicate) -> bool:
    one, other = test_of(first), test_of(second)
    return same_subject(first, second) and one is not None and other is not None and _test_implies(one, other)


def _valued(first: AttributeTest | PropertyTest, second: AttributeTest | PropertyTest) -> bool:
    """A list with a length is set, and so is an attribute that another one is compared with."""
    if _only_op(second) is Op.IS_SET and not isinstance(second.tests[0], LengthTest):
        (test,) = first.tests
        if isinstance(test, LengthTest):
            return _name(first) == _name(second)
        if isinstance(test, ReferenceTest) and type(second) is _REFERRED[type(test.reference)] and _name(test.reference) == _name(second):
            return True
    return _same_value(first, second)


def _name(about: AttributeTest | PropertyTest | AttributeRef | PropertyRef) -> str:
    return about.attribute if isinstance(about, (AttributeTest, AttributeRef)) else about.property


_REFERRED: dict[type[object], type[Predicate]] = {AttributeRef: AttributeTest, PropertyRef: PropertyTest}


def _test_implies(one: Test, other: Test) -> bool:
    if isinstance(other, ValueTest) and other.op is Op.IS_SET:
        return not (isinstance(one, ValueTest) and one.op is Op.IS_EMPTY)
    if isinstance(one, TimeTest) or isinstance(other, TimeTest):
        return isinstance(one, TimeTest) and isinstance(other, TimeTest) and time_implies(one, other)
    if isinstance(one, ReferenceTest) or isinstance(other, ReferenceTest):
        return isinstance(one, ReferenceTest) and isinstance(other, ReferenceTest) and _reference_implies(one, other)
    if one.op in _EXACT:
        return _is_known(one, other) and all(satisfies(value, other) is True for value in one.operands)
    if one.op is other.op and one.op in WORDS:
        return _is_known(one, other) and _words(one, other) <= _words(other, other)
    return _range_implies(one, other)


def _words(test: ValueTest, asked: ValueTest) -> set[Constant]:
    """Return the operands, folded where *asked* ignores case: folding works on each character by itself."""
    return {case_folded(word) if asked.ignore_case and isinstance(word, str) else word for word in test.operands}


def _range_implies(one: ValueTest, other: ValueTest) -> bool:
    for side, inner in ((_LOWER, _less), (_UPPER, lambda a, b: _less(b, a))):
        if one.op in side and other.op in side and type(one.operand) is type(other.operand):
            strict = one.op in {Op.GT, Op.LT} or other.op in {Op.GTE, Op.LTE}
            return inner(other.operand, one.operand) or (strict and one.operand == other.operand)
    return False


_ALLOWED = {Op.IS: {Op.GTE, Op.LTE}, Op.GT: {Op.GTE}, Op.LT: {Op.LTE}}
_DENIED = {
    Op.IS: {Op.GT, Op.LT},
    Op.GT: {Op.IS, Op.LT, Op.LTE},
    Op.LT: {Op.IS, Op.GT, Op.GTE},
    Op.GTE: {Op.LT},
    Op.LTE: {Op.GT},
}


def _reference_implies(one: ReferenceTest, other: ReferenceTest) -> bool:
    return one.reference == other.reference and other.op in _ALLOWED.get(one.op, ())


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
    """Return what *test* says of a known value; None when that depends on more (what white space is, another type, a pattern)."""
    if test.op is Op.IS_EMPTY:
        return _blank(value)
    compare = _COMPARE.get(Op.IS if test.op is Op.IN else test.op)
    if compare is None or any(type(operand) is not type(value) for operand in test.operands):
        return None
    if test.ignore_case and isinstance(value, str):
        return any(compare(case_folded(value), case_folded(str(operand))) for operand in test.operands)
    return any(compare(value, operand) for operand in test.operands)


def _blank(value: Constant) -> bool | None:
    """Engines differ in what they trim; only the empty text and a text with a letter or digit are certain."""
    if not isinstance(value, str):
        return False
    return True if not value else (False if any(map(str.isalnum, value)) else None)


# ── instants of events ───────────────────────────────────────────────────────


def _instant_implies(first: InstantTest, second: InstantTest) -> bool:
    return time_implies(first.tests[0], second.tests[0])


def _calendar_implies(first: CalendarTest, second: CalendarTest) -> bool:
    return first.part is second.part and set(first.tests[0].operands) <= set(second.tests[0].operands)


# ── events ───────────────────────────────────────────────────────────────────


def _event_implies(first: EventTest, second: EventTest) -> bool:
    if first.per is not None and first.per == second.per:
        return _same_events(first, second) and set(first.measures) >= set(second.measures)
    if _is_at_least_one(second) and _is_about_some(first) and _narrower(first, second):
        return True
    return _counts_imply(first, second) or (_same_events(first, second) and _same_value(first, second))


def _counts_imply(first: EventTest, second: EventTest) -> bool:
    if not _same_count(first, second):
        return False
    (low, high), (enough, limit) = _bounds(first), _bounds(second)
    if _only_op(second) is Op.GTE and low is not None and enough is not None:
        return low >= enough and _narrower(first, second)
    if (_only_op(second) is Op.LT or limit == 0) and high is not None and limit is not None:
        return high <= limit and _narrower(second, first)
    return False


def _same_count(first: EventTest, second: EventTest) -> bool:
    """Tell whether both count the same things: with more events the number is never smaller."""
    if len(first.measures) != 1 or len(second.measures) != 1 or first.per is not None or second.per is not None:
        return False
    one, other = first.measures[0], second.measures[0]
    return type(one) is type(other) and isinstance(one, COUNTS) and getattr(one, "of", None) == getattr(other, "of", None)


def _same_events(first: EventTest, second: EventTest) -> bool:
    return (first.event, first.where, first.window) == (second.event, second.where, second.window)


def _is_at_least_one(leaf: EventTest) -> bool:
    return leaf.per is None and isinstance(leaf.measures[0], Count) and _bounds(leaf) == (1, None)


def _is_about_some(leaf: EventTest) -> bool:
    """Tell whether the leaf holds only where there is an event: `per` a value, or a measure that is missing over nothing."""
    return leaf.per is not None or (len(leaf.measures) == 1 and not isinstance(leaf.measures[0], TOTAL))


def _bounds(leaf: EventTest) -> tuple[int | None, int | None]:
    """Return the smallest and the largest count that a canonical count test allows; None: no bound."""
    test = measure_test(leaf)
    if test is None or not isinstance(test.operand, int):
        return None, None
    number = test.operand
    if test.op is Op.GTE:
        return number, None
    return (None, number - 1) if test.op is Op.LT else (number, number) if test.op is Op.IS else (None, None)


def _narrower(first: EventTest, second: EventTest) -> bool:
    """Tell whether every event that counts for *first* counts for *second*."""
    if not set(names_of(first.event)) <= set(names_of(second.event)):
        return False
    inside = all(any(time_implies(mine, test) for mine in first.window) for test in second.window)
    return inside and _conditions(second.where) <= _conditions(first.where)


def _conditions(where: Predicate | None) -> frozenset[Predicate]:
    if where is None:
        return frozenset()
    return frozenset(where.of) if isinstance(where, All) else frozenset({where})


# ── what events do together ──────────────────────────────────────────────────


def _happened(first: Predicate, second: EventTest) -> bool:
    """Some such event: of a picked event, a sequence, a rhythm, a ratio or a rank there was one at least."""
    return _is_at_least_one(second) and any(_narrower(some, second) for some in _EVENTS[type(first)](first))


def _steps(leaf: Sequence) -> list[EventTest]:
    steps = [step for step in leaf.steps if isinstance(step, Step)]
    return [EventTest(event=step.event, where=step.where, window=() if at else leaf.starting) for at, step in enumerate(steps)]


def _measured(of: object) -> list[EventTest]:
    return [EventTest(event=of.event, where=of.where, window=of.window)] if isinstance(of, EventMeasure) else []


def _picked(leaf: PickedEvent) -> list[EventTest]:
    after = leaf.followed_by
    following = [] if after is None else [EventTest(event=after.event, where=after.where)]
    return [EventTest(event=leaf.event, where=leaf.where, window=leaf.window), *following]


_EVENTS: dict[type[Predicate], Callable[[Any], list[EventTest]]] = {
    PickedEvent: _picked,
    Sequence: _steps,
    Regular: lambda leaf: [EventTest(event=leaf.event, where=leaf.where)],
    Ratio: lambda leaf: _measured(leaf.divided_by),
    Rank: lambda leaf: _measured(leaf.of),
}


def _regular_implies(first: Regular, second: Regular) -> bool:
    return replace(first, at_least=second.at_least, of_last=second.of_last) == second and (
        first.at_least >= second.at_least and first.of_last <= second.of_last
    )


def _rank_implies(first: Rank, second: Rank) -> bool:
    one, other = first.place, second.place
    if first.of != second.of:
        return False
    if isinstance(one, Tile) and isinstance(other, Tile):
        return one.of == other.of and set(one.among) <= set(other.among)
    return isinstance(one, Places) and isinstance(other, Places) and _places_imply(one, other)


def _places_imply(one: Places, other: Places) -> bool:
    if one.end is not other.end:
        return False
    if one.percent is not None and other.percent is not None:
        return one.percent <= other.percent
    return one.count is not None and other.count is not None and one.count <= other.count


def _near_implies(first: Near, second: Near) -> bool:
    return replace(first, within=second.within) == second and first.within.amount <= second.within.amount


# ── consent, samples ─────────────────────────────────────────────────────────


def _consent_implies(first: ConsentTest, second: ConsentTest) -> bool:
    if first.channel != second.channel or bool(first.at) is not bool(second.at):
        return False
    if first.at:
        return not first.statuses and not second.statuses and time_implies(first.at[0], second.at[0])
    return bool(first.statuses) and set(first.statuses) <= set(second.statuses)


def _mailable_implies(first: Mailable, second: ConsentTest) -> bool:
    return first.channel == second.channel and not second.at and Status.SUBSCRIBED in second.statuses


_RULES: dict[tuple[type[Predicate], type[Predicate]], Callable[[Any, Any], bool]] = {
    (AttributeTest, AttributeTest): _valued,
    (PropertyTest, PropertyTest): _valued,
    (InstantTest, InstantTest): _instant_implies,
    (CalendarTest, CalendarTest): _calendar_implies,
    (EventTest, EventTest): _event_implies,
    (Ratio, Ratio): _same_value,
    **{(kind, EventTest): _happened for kind in _EVENTS},
    (Regular, Regular): _regular_implies,
    (Rank, Rank): _rank_implies,
    (Near, Near): _near_implies,
    (ConsentTest, ConsentTest): _consent_implies,
    (Mailable, ConsentTest): _mailable_implies,
    (Sample, Sample): lambda first, second: first.salt == second.salt and first.percent <= second.percent,
}
