"""Negation normal form: `Not` only before leaves, and every leaf with one test in its canonical spelling.

Canonical spellings, all meaning-preserving in two-valued logic:

- several tests on one subject are split into an `All` of literals (a window stays whole: its tests are about the same events);
- `is_not` is Not(is), `not_in` is Not(in), `is_set: false` is Not(is_set), `is_empty: false` is Not(is_empty), `between` is gte and lt;
- comparisons of integers and dates are written gte and lt; operands of list operators are sorted, one `in` operand is `is`;
- an event without measures is `count gte 1`; counts are `gte n` (n ≥ 1), `is n`, `lt n` (n ≥ 2), never negated; no event is `is 0`;
- consent statuses and consent instants are split; a negated set of statuses is the other statuses;
- durations take the largest exact unit up to days (of wall-clock units: months).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from franca.definitions import (
    MONTHS,
    SECONDS,
    Ago,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    Duration,
    EventTest,
    Last,
    Measure,
    Next,
    NoneOf,
    Not,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    SinceLatest,
    Status,
    Sum,
    TimeTest,
    Unit,
    ValueTest,
)
from franca.logic.canonical import canonical
from franca.logic.literals import FALSE, TRUE, negated, with_measure_test

Make = Callable[[ValueTest], Predicate]


def nnf(predicate: Predicate) -> Predicate:
    """Return *predicate* in negation normal form with canonical leaves; the input is checked (no InSegment)."""
    rewrite = _NODES.get(type(predicate))
    return rewrite(predicate) if rewrite else predicate


def _all(node: All) -> Predicate:
    return All(of=tuple(map(nnf, node.of)), position=node.position)


def _any(node: AnyOf) -> Predicate:
    return AnyOf(of=tuple(map(nnf, node.of)), position=node.position)


def _none(node: NoneOf) -> Predicate:
    return negated(AnyOf(of=tuple(map(nnf, node.of))))


def _not(node: Not) -> Predicate:
    return negated(nnf(node.of))


def _together(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else All(of=tuple(parts))


# ── attributes, properties ───────────────────────────────────────────────────


def _attribute(leaf: AttributeTest) -> Predicate:
    def part(test: ValueTest | TimeTest) -> Predicate:
        if isinstance(test, TimeTest):
            return replace(leaf, tests=(_time(test),))
        return _value(lambda one: replace(leaf, tests=(one,)), test)

    return _together([part(test) for test in leaf.tests])


def _property(leaf: PropertyTest) -> Predicate:
    return _together([_value(lambda one: replace(leaf, tests=(one,)), test) for test in leaf.tests])


def _value(make: Make, test: ValueTest) -> Predicate:
    """Return the canonical predicate for one test; *make* turns a test into a leaf."""
    rewrite = _VALUES.get(test.op)
    return rewrite(make, test) if rewrite else make(test)


def _opposite_of(op: Op) -> Callable[[Make, ValueTest], Predicate]:
    return lambda make, test: negated(_value(make, replace(test, op=op)))


def _flag(make: Make, test: ValueTest) -> Predicate:
    leaf = make(replace(test, operand=True))
    return leaf if test.operand else negated(leaf)


def _several(make: Make, test: ValueTest) -> Predicate:
    operands = sorted_operands(test.operands)
    if not operands:
        return FALSE
    if test.op is Op.IN and len(operands) == 1:
        return make(replace(test, op=Op.IS, operand=operands[0]))
    return make(replace(test, operand=operands))


def _between(make: Make, test: ValueTest) -> Predicate:
    low, high = test.operands
    return All(of=(make(replace(test, op=Op.GTE, operand=low)), make(replace(test, op=Op.LT, operand=high))))


def _discrete(make: Make, test: ValueTest) -> Predicate:
    """Turn gt and lte into gte and lt of the next value, where there is a next one (integers, days)."""
    following = next_value(test.operand)
    if following is None:
        return make(test)
    return make(replace(test, op=Op.GTE if test.op is Op.GT else Op.LT, operand=following))


def sorted_operands(operands: tuple[Constant, ...]) -> tuple[Constant, ...]:
    """Return the operands of a list operator sorted by canonical text, each once."""
    return tuple({_operand_text(one): one for one in sorted(operands, key=_operand_text)}.values())


def _operand_text(operand: Constant) -> str:
    return canonical(ValueTest(op=Op.IS, operand=operand))


def next_value(value: Any) -> int | date | None:
    """Return the successor of an integer or a day; None for values that have none."""
    if isinstance(value, bool) or not isinstance(value, (int, date)) or isinstance(value, datetime):
        return None
    if isinstance(value, int):
        return value + 1
    return value + timedelta(days=1) if value < date.max else None


def strict(test: ValueTest) -> ValueTest:
    """Return a comparison as gt or lt of the value before or after, for ESPs without ≥ and ≤; unchanged where values are dense."""
    shift = {Op.GTE: (Op.GT, _previous), Op.LTE: (Op.LT, next_value)}.get(test.op)
    neighbour = shift[1](test.operand) if shift else None
    return test if shift is None or neighbour is None else replace(test, op=shift[0], operand=neighbour)


def _previous(value: Any) -> int | date | None:
    if next_value(value) is None and value != date.max:
        return None
    if isinstance(value, int):
        return value - 1
    return value - timedelta(days=1) if value > date.min else None


_VALUES: dict[Op, Callable[[Make, ValueTest], Predicate]] = {
    Op.IS_NOT: _opposite_of(Op.IS),
    Op.NOT_IN: _opposite_of(Op.IN),
    Op.IN: _several,
    Op.CONTAINS: _several,
    Op.STARTS_WITH: _several,
    Op.ENDS_WITH: _several,
    Op.HAS_ANY: _several,
    Op.BETWEEN: _between,
    Op.GT: _discrete,
    Op.LTE: _discrete,
    Op.IS_SET: _flag,
    Op.IS_EMPTY: _flag,
}


# ── times ────────────────────────────────────────────────────────────────────


def _time(test: TimeTest) -> TimeTest:
    rewrite = _TIMES.get(type(test))
    return rewrite(test) if rewrite else test


def _ago(test: Ago) -> TimeTest:
    if test.newer is not None and test.newer.amount == 0:
        return Last(duration=_duration(test.older), position=test.position)
    return replace(test, older=_duration(test.older), newer=None if test.newer is None else _duration(test.newer))


def _duration(duration: Duration) -> Duration:
    """Return the same length in days, hours or minutes, whichever is the largest that is whole; wall-clock units as months.

    Hours are refused on dates, so that 24 hours may become a day: both are exact lengths of the same instants.
    """
    if duration.unit in MONTHS:
        return Duration(duration.amount * MONTHS[duration.unit], Unit.MONTHS)
    seconds = duration.amount * SECONDS[duration.unit]
    unit = next(unit for unit in (Unit.DAYS, Unit.HOURS, Unit.MINUTES) if seconds % SECONDS[unit] == 0)
    return Duration(seconds // SECONDS[unit], unit)


_TIMES: dict[type[TimeTest], Callable[[Any], TimeTest]] = {
    Last: lambda test: replace(test, duration=_duration(test.duration)),
    Next: lambda test: replace(test, duration=_duration(test.duration)),
    Ago: _ago,
    SinceLatest: lambda test: replace(test, where=None if test.where is None else nnf(test.where)),
}


def _window(tests: tuple[TimeTest, ...]) -> tuple[TimeTest, ...]:
    return tuple({canonical(test): test for test in sorted(map(_time, tests), key=canonical)}.values())


# ── events ───────────────────────────────────────────────────────────────────


def _event(leaf: EventTest) -> Predicate:
    where = None if leaf.where is None else nnf(leaf.where)
    base = replace(leaf, where=where, window=_window(leaf.window), measures=())
    measures = leaf.measures or (Count(tests=(ValueTest(op=Op.GTE, operand=1),)),)
    return _together([_measured(base, measure, test) for measure in measures for test in measure.tests])


def _measured(base: EventTest, measure: Measure, test: ValueTest) -> Predicate:
    def make(one: ValueTest) -> Predicate:
        literal = replace(base, measures=(replace(measure, tests=(one,)),))
        return _counted(literal, one) if isinstance(measure, Count) else literal

    if isinstance(measure, (Count, Sum)) and test.op in {Op.IN, Op.NOT_IN}:
        options = AnyOf(of=tuple(make(replace(test, op=Op.IS, operand=one)) for one in sorted_operands(test.operands)))
        return options if test.op is Op.IN else negated(options)
    return _value(make, test)


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


# ── consent, samples ─────────────────────────────────────────────────────────


def _consent(leaf: ConsentTest) -> Predicate:
    statuses = tuple(status for status in Status if status in leaf.statuses)
    parts: list[Predicate] = [replace(leaf, statuses=(), at=(_time(test),)) for test in leaf.at]
    if statuses and len(statuses) < len(Status):
        parts.insert(0, replace(leaf, statuses=statuses, at=()))
    return _together(parts)


def _sample(leaf: Sample) -> Predicate:
    if leaf.percent >= 100:
        return TRUE
    return leaf if leaf.percent > 0 else FALSE


_NODES: dict[type[Predicate], Callable[[Any], Predicate]] = {
    All: _all,
    AnyOf: _any,
    NoneOf: _none,
    Not: _not,
    AttributeTest: _attribute,
    PropertyTest: _property,
    EventTest: _event,
    ConsentTest: _consent,
    Sample: _sample,
}
