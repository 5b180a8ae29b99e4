"""What the conditions inside a leaf make of it: a condition that never holds makes it constant.

A test on the event's instant that stands in a `where` beside other conditions is a test of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from franca.definitions import (
    All,
    AttributeTest,
    ConsentTest,
    EventMeasure,
    EventTest,
    Follow,
    InstantTest,
    Not,
    PickedEvent,
    Predicate,
    Rank,
    Ratio,
    Regular,
    Sequence,
    SinceLatest,
    Step,
    TimeTest,
    Without,
)
from franca.logic.implication import satisfies
from franca.logic.inside import change_inside
from franca.logic.literals import FALSE, TOTAL, TRUE, measure_test, negated
from franca.logic.times import window

Choosing = TypeVar("Choosing", EventTest, PickedEvent, EventMeasure)


def folded(literal: Predicate, simplify: Callable[[Predicate], Predicate]) -> Predicate:
    """Simplify the conditions inside a literal; a leaf that they make constant becomes the constant."""
    if isinstance(literal, Not):
        return negated(folded(literal.of, simplify))
    leaf = change_inside(literal, simplify)
    rule = _RULES.get(type(leaf))
    return rule(leaf) if rule else leaf


def _no_time(tests: Iterable[object]) -> bool:
    """Since the latest of no events is false."""
    return any(isinstance(test, SinceLatest) and test.where == FALSE for test in tests)


def _nothing(choosing: EventTest | PickedEvent | EventMeasure) -> bool:
    return choosing.where == FALSE or _no_time(choosing.window)


def _windowed(choosing: Choosing) -> Choosing:
    parts = choosing.where.of if isinstance(choosing.where, All) else (choosing.where,)
    instants: list[TimeTest] = [test for part in parts if isinstance(part, InstantTest) for test in part.tests]
    if not instants:
        return choosing
    rest = tuple(part for part in parts if part is not None and not isinstance(part, InstantTest))
    where = None if not rest else rest[0] if len(rest) == 1 else All(of=rest)
    return replace(choosing, where=where, window=window((*choosing.window, *instants)))


# ── leaves ───────────────────────────────────────────────────────────────────


def _event(leaf: EventTest) -> Predicate:
    return _over_nothing(leaf) if _nothing(leaf) else _windowed(leaf)


def _over_nothing(leaf: EventTest) -> Predicate:
    """Return what the measure's test says of no events: it is about 0, or about a missing value."""
    if leaf.per is not None or not isinstance(leaf.measures[0], TOTAL):
        return FALSE
    test = measure_test(leaf)
    empty = replace(leaf, where=FALSE)
    if test is None or not isinstance(test.operand, (int, Decimal, float)):
        return empty
    answer = satisfies(test.operand * 0, test)  # the zero of the operand's own type
    return empty if answer is None else (TRUE if answer else FALSE)


def _picked(leaf: PickedEvent) -> Predicate:
    if _nothing(leaf) or leaf.having == FALSE or _is_nothing(leaf.followed_by):
        return FALSE
    return _windowed(replace(leaf, not_followed_by=None) if _is_nothing(leaf.not_followed_by) else leaf)


def _is_nothing(follow: Follow | None) -> bool:
    return follow is not None and follow.where == FALSE


def _sequence(leaf: Sequence) -> Predicate:
    if _no_time(leaf.starting) or any(isinstance(step, Step) and step.where == FALSE for step in leaf.steps):
        return FALSE
    steps = tuple(step for step in leaf.steps if not (isinstance(step, Without) and step.where == FALSE and step.still_open))
    return leaf if len(steps) == len(leaf.steps) else replace(leaf, steps=steps)


def _regular(leaf: Regular) -> Predicate:
    return FALSE if leaf.where == FALSE else leaf


def _ratio(leaf: Ratio) -> Predicate:
    """A ratio is missing when it is divided by what is 0 or missing over no events."""
    missing = _nothing(leaf.divided_by) or (_nothing(leaf.measure) and not isinstance(leaf.measure.measure, TOTAL))
    return FALSE if missing else replace(leaf, measure=_windowed(leaf.measure), divided_by=_windowed(leaf.divided_by))


def _rank(leaf: Rank) -> Predicate:
    if not isinstance(leaf.of, EventMeasure):
        return leaf
    return FALSE if _nothing(leaf.of) else replace(leaf, of=_windowed(leaf.of))


def _timed(leaf: AttributeTest | InstantTest) -> Predicate:
    return FALSE if _no_time(leaf.tests) else leaf


def _consent(leaf: ConsentTest) -> Predicate:
    return FALSE if _no_time(leaf.at) else leaf


_RULES: dict[type[Predicate], Callable[[Any], Predicate]] = {
    EventTest: _event,
    PickedEvent: _picked,
    Sequence: _sequence,
    Regular: _regular,
    Ratio: _ratio,
    Rank: _rank,
    AttributeTest: _timed,
    InstantTest: _timed,
    ConsentTest: _consent,
}
