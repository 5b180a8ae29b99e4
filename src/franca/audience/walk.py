"""Everything that stands inside a definition, whatever its kind: what an evaluation has to prepare is found by its type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from franca.definitions import (
    AttributeRef,
    AttributeTest,
    Node,
    PropertyRef,
    PropertyTest,
    SinceAttribute,
    SinceLatest,
)
from franca.logic import nodes, parts_of

N = TypeVar("N", bound=Node)


def own(value: object) -> Iterator[Node]:
    """Yield the nodes that speak of the same events as *value*: what a window says of other events is left out."""
    if isinstance(value, tuple):
        for part in value:
            yield from own(part)
    elif isinstance(value, Node):
        yield value
        if not isinstance(value, SinceLatest):
            for name in parts_of(value):
                yield from own(getattr(value, name))


def find(kind: type[N], found: Iterable[Node]) -> tuple[N, ...]:
    """Return the nodes of one kind, each once."""
    return tuple(dict.fromkeys(node for node in found if isinstance(node, kind)))


def attributes(found: Iterable[Node]) -> tuple[str, ...]:
    """Return the attributes that nodes test, compare with or count from, each once."""
    return tuple(dict.fromkeys(node.attribute for node in found if isinstance(node, (AttributeTest, AttributeRef, SinceAttribute))))


def properties(found: Iterable[Node]) -> tuple[str, ...]:
    """Return the properties that nodes test or compare with, each once."""
    return tuple(dict.fromkeys(node.property for node in found if isinstance(node, (PropertyTest, PropertyRef))))


def depends(value: object) -> bool:
    """Tell whether what *value* says of an event depends on the profile: another attribute, or a window that begins in the data."""
    return any(isinstance(node, (AttributeRef, SinceAttribute, SinceLatest)) for node in nodes(value))
