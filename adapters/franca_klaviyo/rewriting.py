"""What Klaviyo has no condition for, said by what it has one for: each rewriting means the same.

Equality is claimed for events that are not within one second of an edge (language.md section 6): more than 7 days ago is 7 days ago or
more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventTest,
    InstantTest,
    Kind,
    Not,
    Op,
    Pick,
    PickedEvent,
    Predicate,
    Project,
    PropertyTest,
    TimeTest,
    ValueTest,
    names_of,
)
from franca.logic import flip, measure_test, nodes, simplify
from franca.logic.literals import at_least_one
from franca_klaviyo.sides import ends, is_late, outside


def sayable(predicate: Predicate, project: Project) -> Predicate:
    """Return an equivalent of a checked predicate, with other leaves in place of those that have a rewriting."""
    if not any(isinstance(node, (PickedEvent, *_MEASURES)) for node in nodes(predicate)):
        return predicate
    return _rewritten(simplify(predicate), project)


def _rewritten(predicate: Predicate, project: Project) -> Predicate:
    if isinstance(predicate, (All, AnyOf, AtLeast)):
        return replace(predicate, of=tuple(_rewritten(part, project) for part in predicate.of))
    if isinstance(predicate, Not):
        return Not(of=_rewritten(predicate.of, project))
    rewrite = _LEAVES.get(type(predicate))
    return rewrite(predicate, project) if rewrite else predicate


# -- measures


def _event(leaf: EventTest, project: Project) -> Predicate:
    test = measure_test(leaf)
    if test is None or type(leaf.measures[0]) not in _MEASURES:
        return leaf
    return _MEASURES[type(leaf.measures[0])](leaf, test, project)


_DENSE = {Op.GT: Op.GTE, Op.LTE: Op.LT}


def _recency(leaf: EventTest, test: ValueTest, _project: Project) -> Predicate:
    """Return a number of days in the comparison that is a window."""
    return replace(leaf, measures=(replace(leaf.measures[0], tests=(replace(test, op=_DENSE.get(test.op, test.op)),)),))


def _distinct(leaf: EventTest, test: ValueTest, project: Project) -> Predicate:
    """Return some different values as some event that has one, and none as none; lists may hold nothing."""
    name = getattr(leaf.measures[0], "of", "")
    number = {Op.GTE: 1, Op.IS: 0}.get(test.op)
    if test.operand != number or any(_is_list(project, event, name) for event in names_of(leaf.event)):
        return leaf
    present = PropertyTest(property=name, tests=(ValueTest(op=Op.IS_SET, operand=True),))
    some = at_least_one(replace(leaf, where=present if leaf.where is None else All(of=(leaf.where, present))))
    return some if test.op is Op.GTE else flip(some)


def _is_list(project: Project, event: str, name: str) -> bool:
    return project.data.events[event].properties[name].type.kind is Kind.LIST


_MEASURES: Mapping[type[Any], Callable[[EventTest, ValueTest, Project], Predicate]] = {
    DaysSinceLast: _recency,
    DaysSinceFirst: _recency,
    Distinct: _distinct,
}


# -- picked events


def _picked(leaf: PickedEvent, _project: Project) -> Predicate:
    """Return a test on the instant of the latest or the first event as tests on whether there are events.

    The latest is at or after an instant where some event is; it is before one where there are events, and none at or after it. Of the
    first event the same holds the other way round.
    """
    tests = _instants(leaf.having)
    found = [ends(test) for test in tests]
    if not tests or () in found or leaf.followed_by or leaf.not_followed_by:
        return leaf
    events = EventTest(event=leaf.event, where=leaf.where, window=leaf.window, position=leaf.position)
    return All(of=tuple(_bounded(events, end, leaf.pick) for several in found for end in several), position=leaf.position)


def _instants(having: Predicate | None) -> tuple[TimeTest, ...]:
    """Return the tests that all hold for the event's instant; none where *having* says anything else."""
    parts = having.of if isinstance(having, All) else (having,)
    found = tuple(test for part in parts if part is not None for test in _of_literal(part))
    return found if len(found) == len(parts) else ()  # normal forms have one test in each literal


def _of_literal(literal: Predicate) -> tuple[TimeTest, ...]:
    if isinstance(literal, InstantTest):
        return literal.tests
    others = outside(literal.of.tests[0]) if isinstance(literal, Not) and isinstance(literal.of, InstantTest) else ()
    return others if len(others) == 1 else ()


def _bounded(events: EventTest, end: TimeTest, pick: Pick) -> Predicate:
    """Return that the picked event lies on the side of an instant that *end* says."""
    if (pick is Pick.LATEST) is is_late(end):
        return at_least_one(replace(events, window=(*events.window, end)))
    (other,) = outside(end)
    return All(of=(at_least_one(events), flip(at_least_one(replace(events, window=(*events.window, other))))))


_LEAVES: Mapping[type[Predicate], Callable[[Any, Project], Predicate]] = {EventTest: _event, PickedEvent: _picked}
