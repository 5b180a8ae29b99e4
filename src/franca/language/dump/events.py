"""Predicates about what a profile did → mappings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from franca.definitions import (
    All,
    AttributeRef,
    Count,
    Duration,
    EventMeasure,
    EventTest,
    Follow,
    Measure,
    OfProperty,
    Op,
    PickedEvent,
    Places,
    Predicate,
    Rank,
    Ratio,
    Regular,
    Sequence,
    Step,
    Tile,
    TimeTest,
    ValueTest,
    Without,
)
from franca.language.dump.core import DUMPS, Data, data, maybe, names, plain, refuse
from franca.language.dump.tests import fits, reference, repeated, split_window, tests
from franca.language.events import MEASURES

_WORDS = {kind: word for word, kind in MEASURES.items()}


def _within(where: Predicate | None, window: tuple[TimeTest, ...]) -> tuple[Data, Data]:
    """Return the keys of `where` and of a window; a second test of one kind on the events' time goes into `where`."""
    kept, others = split_window(window)
    return maybe("where", _all(where, others)), tests(kept)


def _all(where: Predicate | None, others: tuple[Predicate, ...]) -> Predicate | None:
    parts = (*(() if where is None else (where,)), *others)
    return All(of=parts) if len(parts) > 1 else next(iter(parts), None)


# ── events with measures ─────────────────────────────────────────────────────


def _event(node: EventTest) -> Data:
    if repeated(map(type, node.measures)) or not all(fits(measure.tests) for measure in node.measures):
        return _apart(node)
    where, window = _within(node.where, node.window)
    found: Data = {"event": names(node.event)} | where
    for measure in node.measures:
        found |= _measure(measure)
    return found | ({} if node.per is None else {"per": node.per}) | window


def _apart(node: EventTest) -> Data:
    """Return all of several: the measures are of the same events, so each may be tested alone; not so of one value of `per`."""
    if node.per is not None:
        refuse(node, "two tests of one kind on one value of `per`", "use one measure of a kind, and one test of a kind")
    found = [replace(measure, tests=(test,)) for measure in node.measures for test in measure.tests]
    return {"all": [data(replace(node, measures=(single,))) for single in found]}


def _measure(measure: Measure) -> Data:
    word = _WORDS[type(measure)]
    if isinstance(measure, Count) and (exact := _exact(measure)) is not None:
        return {word: exact}
    of = {"of": measure.of} if isinstance(measure, OfProperty) else {}
    return {word: of | tests(measure.tests)}


def _exact(count: Count) -> int | None:
    """Return the number of `count: 5`."""
    only = count.tests[0] if len(count.tests) == 1 else None
    operand = plain(only.operands[0]) if isinstance(only, ValueTest) and only.op is Op.IS else None
    return operand if isinstance(operand, int) and not isinstance(operand, bool) else None


# ── measures that are compared with each other ───────────────────────────────


def _event_measure(node: EventMeasure) -> Data:
    if node.measure.tests:
        refuse(node, "a test on a measure that is divided or ranked", "test the ratio, or the rank")
    word = _WORDS[type(node.measure)]
    value: Data = {word: node.measure.of} if isinstance(node.measure, OfProperty) else {} if word == "count" else {word: True}
    where, window = _within(node.where, node.window)
    return {"event": names(node.event)} | where | value | window


def _ratio(node: Ratio) -> Data:
    if not fits(node.tests):
        return {"all": [data(replace(node, tests=(test,))) for test in node.tests]}
    return {"measure": _event_measure(node.measure), "divided_by": _event_measure(node.divided_by)} | tests(node.tests)


def _rank(node: Rank) -> Data:
    if isinstance(node.of, AttributeRef) and node.of.times != 1:
        refuse(node, "a rank of a multiple", "rank the attribute itself")
    of = reference(node.of) if isinstance(node.of, AttributeRef) else _event_measure(node.of)
    return {"rank": of} | (_tile(node.place) if isinstance(node.place, Tile) else _places(node.place))


def _tile(tile: Tile) -> Data:
    return {"tile": {"of": tile.of, "in": list(tile.among)}}


def _places(places: Places) -> Data:
    return {str(places.end): places.count if places.percent is None else f"{places.percent:f}%"}


# ── picked events, sequences, regularity ─────────────────────────────────────


def _picked(node: PickedEvent) -> Data:
    where, window = _within(node.where, node.window)
    found: Data = {str(node.pick): names(node.event)} | where | window | maybe("having", node.having)
    follows = {"followed_by": node.followed_by, "not_followed_by": node.not_followed_by}
    return found | {name: _step(follow) for name, follow in follows.items() if follow is not None}


def _step(node: Step | Follow) -> Any:
    if node.where is None and node.within is None:
        return names(node.event)
    return {"event": names(node.event)} | maybe("where", node.where) | _later(node.within)


def _later(duration: Duration | None) -> Data:
    return {} if duration is None else {"within": str(duration)}


def _without(node: Without) -> Data:
    still_open = {"open": True} if node.still_open else {}
    return {"without": names(node.event)} | maybe("where", node.where) | _later(node.within) | still_open


def _sequence(node: Sequence) -> Data:
    starting, others = split_window(node.starting)
    begun = (replace(node.steps[0], where=_all(node.steps[0].where, others)), *node.steps[1:]) if others else node.steps
    steps = [_without(step) if isinstance(step, Without) else _step(step) for step in begun]
    return {"sequence": steps} | ({"starting": tests(starting)} if starting else {})


def _regular(node: Regular) -> Data:
    found: Data = {"regular": names(node.event), "every": str(node.every), "at_least": node.at_least, "of_last": node.of_last}
    return found | maybe("where", node.where)


DUMPS.update(
    {
        EventTest: _event,
        PickedEvent: _picked,
        Sequence: _sequence,
        Regular: _regular,
        Ratio: _ratio,
        Rank: _rank,
    }
)
