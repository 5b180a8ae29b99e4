"""Predicates about what a profile did, checked: names, types of measures, numbers that can be."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from franca.definitions import (
    AttributeRef,
    Average,
    Count,
    DataType,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventMeasure,
    EventTest,
    Kind,
    Maximum,
    Measure,
    Minimum,
    OfProperty,
    PickedEvent,
    Places,
    Predicate,
    Rank,
    Ratio,
    Regular,
    Sequence,
    Sum,
    Tile,
    TimeTest,
    Without,
)
from franca.language.check_scope import Scope
from franca.language.check_values import MEASURED, Subject, checked_tests
from franca.language.check_where import DATETIME, INSTANT, checked_times, checked_where
from franca.language.types import NUMERIC

MOST_PERIODS = 400
"""How many calendar periods `of_last` may span: more than a year of days."""


MOST_STEPS = 30
"""How many steps a sequence may have: each is a join."""

MOST_PROFILES, MOST_TILES, MOST_PLACES = 1_000_000_000, 1_000, 6
"""How many profiles a rank may reckon with, how many parts, and how many decimal places a share may have."""


def _where(inner: Scope, where: Predicate | None) -> Predicate | None:
    return None if where is None else checked_where(inner, where)


def _window(scope: Scope, window: tuple[TimeTest, ...]) -> tuple[TimeTest, ...]:
    return checked_times(scope, window, INSTANT, DATETIME)


# ── measures ─────────────────────────────────────────────────────────────────

_INTEGER, _DECIMAL = DataType(Kind.INTEGER), DataType(Kind.DECIMAL)
_ORDERED = NUMERIC | {Kind.DATE, Kind.DATETIME}
_WORDS: Mapping[type[Measure], str] = {
    Count: "count",
    Sum: "sum",
    Average: "avg",
    Minimum: "min",
    Maximum: "max",
    Distinct: "distinct",
    DaysSinceLast: "days_since_last",
    DaysSinceFirst: "days_since_first",
}


def _of(kinds: frozenset[Kind], kind_of: str) -> Callable[[Scope, Any], DataType | None]:
    def type_of(inner: Scope, measure: OfProperty) -> DataType | None:
        declared = inner.property(measure, measure.of)
        if declared and declared.kind not in kinds:
            inner.note(measure, f"{_WORDS[type(measure)]}: property {measure.of!r} is not a {kind_of} but {declared}")
            return None
        return declared

    return type_of


def _mean(inner: Scope, measure: Average) -> DataType | None:
    declared = _of(NUMERIC, "number")(inner, measure)
    return _DECIMAL if declared and declared.kind is not Kind.NUMBER else declared


def _distinct(inner: Scope, measure: Distinct) -> DataType | None:
    return _INTEGER if inner.property(measure, measure.of) else None


_MEASURES: Mapping[type[Measure], Callable[[Scope, Any], DataType | None]] = {
    Count: lambda _inner, _measure: _INTEGER,
    Sum: _of(NUMERIC, "number"),
    Average: _mean,
    Minimum: _of(_ORDERED, "number or time"),
    Maximum: _of(_ORDERED, "number or time"),
    Distinct: _distinct,
    DaysSinceLast: lambda _inner, _measure: _DECIMAL,
    DaysSinceFirst: lambda _inner, _measure: _DECIMAL,
}
"""The type in which a measure's constants are written; None, and a note, when its property does not fit."""


def _measure(scope: Scope, inner: Scope, measure: Measure) -> Measure:
    declared = _MEASURES[type(measure)](inner, measure)
    if declared is None:
        return measure
    subject = Subject(what=_WORDS[type(measure)], type=declared, takes=MEASURED)
    return dataclasses.replace(measure, tests=checked_tests(scope, measure.tests, subject))


def _event_measure(scope: Scope, node: EventMeasure) -> tuple[EventMeasure, DataType | None]:
    """Return a measure in measure position, checked, and its type."""
    inner = scope.about(node, node.event)
    window = _window(scope, node.window)
    if inner is None:
        return node, None
    if node.measure.tests:
        scope.note(node.measure, f"a {_WORDS[type(node.measure)]} in this place is not tested", "put the tests beside it, on the whole")
    found = _MEASURES[type(node.measure)](inner, node.measure)
    return dataclasses.replace(node, where=_where(inner, node.where), window=window), found


# ── tests on events ──────────────────────────────────────────────────────────


def event_test(scope: Scope, node: EventTest) -> Predicate:
    """Check a test on what a profile did."""
    inner = scope.about(node, node.event)
    window = _window(scope, node.window)
    if inner is None:
        return node
    if node.per is not None:
        inner.property(node, node.per)
    return dataclasses.replace(
        node,
        where=_where(inner, node.where),
        window=window,
        measures=tuple(_measure(scope, inner, measure) for measure in node.measures),
    )


def picked_event(scope: Scope, node: PickedEvent) -> Predicate:
    """Check a test on the latest or first of some events."""
    inner = scope.about(node, node.event)
    found = dataclasses.replace(
        node,
        window=_window(scope, node.window),
        followed_by=_later(scope, node.followed_by),
        not_followed_by=_later(scope, node.not_followed_by),
    )
    if inner is None:
        return found
    return dataclasses.replace(found, where=_where(inner, node.where), having=_where(inner, node.having))


def _later(scope: Scope, node: Any) -> Any:
    """Check an event that is later than another: what follows, or a step."""
    if node is None:
        return None
    if node.within is not None and node.within.amount == 0:
        scope.note(node, f"within {node.within} is no time at all", "write a longer time")
    inner = scope.about(node, node.event)
    return node if inner is None else dataclasses.replace(node, where=_where(inner, node.where))


def sequence(scope: Scope, node: Sequence) -> Predicate:
    """Check a sequence of steps."""
    first = node.steps[0] if node.steps else None
    if first is None:
        scope.note(node, "a sequence has at least one step")
    elif len(node.steps) > MOST_STEPS:
        scope.note(node, f"a sequence of {len(node.steps):,} steps", f"it has at most {MOST_STEPS}")
        return node
    elif isinstance(first, Without):
        scope.note(first, "a sequence begins with an event that happened; without: comes after one", "put an event before it")
    elif first.within is not None:
        scope.note(first, "the first step has no step before it that it could be within a time of", "use starting: for its time")
    return dataclasses.replace(
        node,
        steps=tuple(_later(scope, step) for step in node.steps),
        starting=checked_times(scope, node.starting, "the instant of the first step", DATETIME),
    )


def regular(scope: Scope, node: Regular) -> Predicate:
    """Check a test on how many calendar periods had an event."""
    if not 1 <= node.of_last <= MOST_PERIODS:
        scope.note(node, f"of_last: {node.of_last} {node.every}s", f"it is a number from 1 to {MOST_PERIODS}")
    elif not 1 <= node.at_least <= node.of_last:
        scope.note(node, f"at_least: {node.at_least} of {node.of_last} {node.every}s", f"it is a number from 1 to {node.of_last}")
    inner = scope.about(node, node.event)
    return node if inner is None else dataclasses.replace(node, where=_where(inner, node.where))


def ratio(scope: Scope, node: Ratio) -> Predicate:
    """Check a measure divided by another."""
    measure, above = _event_measure(scope, node.measure)
    divided_by, below = _event_measure(scope, node.divided_by)
    for each, declared in ((measure, above), (divided_by, below)):
        if declared and declared.kind not in NUMERIC:
            scope.note(each.measure, f"{_WORDS[type(each.measure)]} is {declared} here, and only numbers are divided")
    kinds = {declared.kind for declared in (above, below) if declared}
    found = dataclasses.replace(node, measure=measure, divided_by=divided_by)
    if not (above and below) or not kinds <= NUMERIC:
        return found
    subject = Subject(what="the ratio", type=DataType(Kind.NUMBER) if Kind.NUMBER in kinds else _DECIMAL, takes=MEASURED)
    return dataclasses.replace(found, tests=checked_tests(scope, node.tests, subject))


def rank(scope: Scope, node: Rank) -> Predicate:
    """Check a place in an order."""
    _PLACES[type(node.place)](scope, node.place)
    if isinstance(node.of, EventMeasure):
        return dataclasses.replace(node, of=_event_measure(scope, node.of)[0])
    _ranked_attribute(scope, node, node.of)
    return node


def _ranked_attribute(scope: Scope, node: Rank, of: AttributeRef) -> None:
    declared = scope.attribute(of if of.position else node, of.attribute)
    if declared and declared.kind not in _ORDERED:
        scope.note(node, f"rank: attribute {of.attribute!r} is {declared}", "numbers and times have an order; other types have none here")
    if of.times != 1:
        scope.note(node, "rank: a multiple of an attribute has the order of the attribute", "leave times out")


def _places(scope: Scope, place: Places) -> None:
    if (place.count is None) == (place.percent is None):
        scope.note(place, f"{place.end} takes a number of profiles, or a share in percent", "write 500 or 10%")
    if place.count is not None and not 1 <= place.count <= MOST_PROFILES:
        scope.note(place, f"{place.end}: {place.count} profiles", f"write a number from 1 to {MOST_PROFILES:,}")
    if place.percent is not None and not 0 < place.percent <= 100:
        scope.note(place, f"{place.end}: {place.percent:f}% of the profiles", "write a share above 0% and up to 100%")
    elif place.percent is not None and (place.percent * 10**MOST_PLACES) % 1:
        scope.note(place, f"{place.end}: {place.percent:f}% of the profiles", f"write at most {MOST_PLACES} decimal places")


def _tile(scope: Scope, place: Tile) -> None:
    if not 1 <= place.of <= MOST_TILES:
        scope.note(place, f"tile: there are no {place.of} parts", f"write a number from 1 to {MOST_TILES:,}")
    elif not place.among or not all(1 <= number <= place.of for number in place.among):
        scope.note(place, f"tile: the parts of {place.of} are numbered from 1 to {place.of}, 1 being the lowest", "name some of them")


_PLACES: Mapping[type[Any], Callable[[Scope, Any], None]] = {Places: _places, Tile: _tile}
