"""The canonical spelling of what events do together, and of the numbers made of them: picked events, sequences, rhythms, ratios, ranks.

Their conditions inside are canonical already (franca.logic.nnf).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from franca.definitions import (
    AtLeast,
    AttributeRef,
    DaysSinceFirst,
    DaysSinceLast,
    Duration,
    EventMeasure,
    EventTest,
    Follow,
    PickedEvent,
    Predicate,
    Previous,
    Rank,
    Ratio,
    Regular,
    Sequence,
    Step,
    This,
    Tile,
    Without,
)
from franca.logic.canonical import canonical
from franca.logic.literals import FALSE, TOTAL, at_least_one
from franca.logic.thresholds import at_least
from franca.logic.times import plain_duration, sorted_names, window
from franca.logic.values import spelled, together


def spelled_picked(leaf: PickedEvent) -> Predicate:
    """Return the canonical predicate: without conditions on the event, that there is one."""
    if leaf.having is None and leaf.followed_by is None and leaf.not_followed_by is None:
        return at_least_one(EventTest(event=sorted_names(leaf.event), where=leaf.where, window=window(leaf.window), position=leaf.position))
    return replace(
        leaf,
        event=sorted_names(leaf.event),
        window=window(leaf.window),
        followed_by=_follow(leaf.followed_by),
        not_followed_by=_follow(leaf.not_followed_by),
    )


def _follow(follow: Follow | None) -> Follow | None:
    return None if follow is None else replace(follow, event=sorted_names(follow.event), within=_within(follow.within))


def _within(duration: Duration | None) -> Duration | None:
    return None if duration is None else plain_duration(duration)


def spelled_sequence(leaf: Sequence) -> Predicate:
    """Return the canonical predicate: a single step is an event; what must be absent after one step has no order."""
    steps = tuple(_ordered(leaf))
    if len(steps) == 1 and isinstance(step := steps[0], Step):
        return at_least_one(EventTest(event=step.event, where=step.where, window=window(leaf.starting), position=leaf.position))
    return replace(leaf, steps=steps, starting=window(leaf.starting))


def _ordered(leaf: Sequence) -> Iterator[Step | Without]:
    for kind, group in groupby(map(_step, leaf.steps), key=type):
        if kind is Step:
            yield from group
        else:
            found = {canonical(step): step for step in group}
            yield from (found[text] for text in sorted(found))


def _step(step: Step | Without) -> Step | Without:
    if isinstance(step, Without):
        return replace(step, event=sorted_names(step.event), within=plain_duration(step.within))
    return replace(step, event=sorted_names(step.event), within=_within(step.within))


def spelled_regular(leaf: Regular) -> Predicate:
    """Return the canonical predicate: of the running period, or it and the one before, each is a window."""
    event = sorted_names(leaf.event)
    windows = [This(period=leaf.every), Previous(period=leaf.every)][: leaf.of_last]
    if leaf.of_last > len(windows):
        return replace(leaf, event=event)
    parts = [at_least_one(EventTest(event=event, where=leaf.where, window=window([one]), position=leaf.position)) for one in windows]
    return at_least(AtLeast(count=leaf.at_least, of=tuple(parts), position=leaf.position))


def spelled_ratio(leaf: Ratio) -> Predicate:
    """Return the canonical predicate, one leaf for each test."""
    base = replace(leaf, measure=_measured(leaf.measure), divided_by=_measured(leaf.divided_by))
    return together([spelled(lambda one: replace(base, tests=(one,)), test, dense=True) for test in leaf.tests])


def _measured(measure: EventMeasure) -> EventMeasure:
    return replace(measure, event=sorted_names(measure.event), window=window(measure.window))


def spelled_rank(leaf: Rank) -> Predicate:
    """Return the canonical predicate: all places together are whoever has one, where that is told by an event."""
    of = leaf.of if isinstance(leaf.of, AttributeRef) else _measured(leaf.of)
    place = replace(leaf.place, among=tuple(sorted(set(leaf.place.among)))) if isinstance(leaf.place, Tile) else leaf.place
    if isinstance(place, Tile) and not place.among:
        return FALSE
    everybody = len(place.among) == place.of if isinstance(place, Tile) else place.percent == 100
    if everybody and isinstance(of, EventMeasure) and isinstance(of.measure, (*TOTAL, DaysSinceLast, DaysSinceFirst)):
        return at_least_one(EventTest(event=of.event, where=of.where, window=of.window, position=leaf.position))
    return replace(leaf, of=of, place=place)
