"""Predicates → the leaves that an evaluation has to prepare: attributes, channels, event tests, windows since something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    EventTest,
    Mailable,
    NoneOf,
    Not,
    Predicate,
    PropertyTest,
    SinceAttribute,
    SinceLatest,
    TimeTest,
)


def leaves(predicate: Predicate) -> Iterator[Predicate]:
    """Yield the parts of *predicate* that are not combinations of others."""
    match predicate:
        case All(of=parts) | AnyOf(of=parts) | NoneOf(of=parts):
            yield from chain.from_iterable(map(leaves, parts))
        case Not(of=part):
            yield from leaves(part)
        case _:
            yield predicate


def time_tests(leaf: Predicate) -> Iterator[TimeTest]:
    """Yield the time tests of a leaf."""
    match leaf:
        case AttributeTest(tests=tests) | EventTest(window=tests) | ConsentTest(at=tests):
            yield from (test for test in tests if isinstance(test, TimeTest))


def properties(where: Predicate | None) -> Iterator[str]:
    """Yield the properties that *where* tests."""
    if where is not None:
        yield from (leaf.property for leaf in leaves(where) if isinstance(leaf, PropertyTest))


def attributes(found: Iterable[Predicate]) -> Iterator[str]:
    """Yield the attributes that leaves test or count from."""
    for leaf in found:
        if isinstance(leaf, AttributeTest):
            yield leaf.attribute
        yield from (test.attribute for test in time_tests(leaf) if isinstance(test, SinceAttribute))


def channels(found: Iterable[Predicate]) -> Iterator[str]:
    """Yield the channels whose consent leaves test."""
    yield from (leaf.channel for leaf in found if isinstance(leaf, (ConsentTest, Mailable)))


def latest(found: Iterable[Predicate]) -> Iterator[SinceLatest]:
    """Yield the events that windows count from."""
    for leaf in found:
        yield from (test for test in time_tests(leaf) if isinstance(test, SinceLatest))
