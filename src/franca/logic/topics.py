"""What literals are about, so that a thousand of them need not all be compared with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from franca.definitions import (
    AttributeRef,
    AttributeTest,
    CalendarTest,
    ConsentTest,
    EventMeasure,
    EventTest,
    Mailable,
    Not,
    PickedEvent,
    Predicate,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sample,
    names_of,
)
from franca.definitions import Sequence as Steps

Topic = tuple[str, str]


def related(literals: Sequence[Predicate]) -> Iterator[tuple[Predicate, list[Predicate]]]:
    """Yield each literal with those that share a topic with it, itself among them, in order: no others can imply or exclude it."""
    topics = [set(_topics(literal)) for literal in literals]
    about: dict[Topic, list[int]] = defaultdict(list)
    for number, several in enumerate(topics):
        for topic in several:
            about[topic].append(number)
    for number, several in enumerate(topics):
        yield literals[number], [literals[other] for other in sorted({other for topic in several for other in about[topic]})]


def _topics(literal: Predicate) -> Iterable[Topic]:
    leaf = literal.of if isinstance(literal, Not) else literal
    find = _TOPICS.get(type(leaf))
    return find(leaf) if find else [(type(leaf).__name__, "")]


def _attribute(leaf: AttributeTest) -> Iterator[Topic]:
    yield "attribute", leaf.attribute
    for test in leaf.tests:
        if isinstance(test, ReferenceTest) and isinstance(test.reference, AttributeRef):
            yield "attribute", test.reference.attribute


def _property(leaf: PropertyTest) -> Iterator[Topic]:
    yield "property", leaf.property
    for test in leaf.tests:
        if isinstance(test, ReferenceTest) and isinstance(test.reference, PropertyRef):
            yield "property", test.reference.property


def _events(*names: str | tuple[str, ...]) -> list[Topic]:
    return [("event", name) for several in names for name in names_of(several)]


def _measured(of: object) -> list[Topic]:
    return _events(of.event) if isinstance(of, EventMeasure) else [("rank", "")]


_TOPICS: dict[type[Predicate], Callable[[Any], Iterable[Topic]]] = {
    AttributeTest: _attribute,
    PropertyTest: _property,
    CalendarTest: lambda leaf: [("part", leaf.part)],
    EventTest: lambda leaf: _events(leaf.event),
    PickedEvent: lambda leaf: _events(leaf.event, *([leaf.followed_by.event] if leaf.followed_by else [])),
    Steps: lambda leaf: _events(*(step.event for step in leaf.steps)),
    Regular: lambda leaf: _events(leaf.event),
    Ratio: lambda leaf: _events(leaf.measure.event, leaf.divided_by.event),
    Rank: lambda leaf: _measured(leaf.of),
    ConsentTest: lambda leaf: [("consent", leaf.channel)],
    Mailable: lambda leaf: [("consent", leaf.channel)],
    Sample: lambda leaf: [("sample", leaf.salt)],
}
"""Leaves of other kinds imply only leaves of their own kind."""
