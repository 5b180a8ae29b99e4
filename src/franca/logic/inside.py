"""What is inside a leaf: `where`, `having`, and the conditions of steps, measures and windows, however deep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar

from franca.definitions import Node, Predicate
from franca.logic.literals import TRUE

N = TypeVar("N", bound=Node)


def change_inside(leaf: N, change: Callable[[Predicate], Predicate]) -> N:
    """Return *leaf* with *change* applied to every predicate inside it; a condition that became "always" is left out."""
    changed = {}
    for name in parts_of(leaf):
        before = getattr(leaf, name)
        after = _changed(before, change)
        if after is not before:
            changed[name] = after
    return replace(leaf, **changed) if changed else leaf


def _changed(value: Any, change: Callable[[Predicate], Predicate]) -> Any:
    if isinstance(value, Predicate):
        after = change(value)
        return None if after == TRUE else after
    if isinstance(value, Node):
        return change_inside(value, change)
    if isinstance(value, tuple) and any(isinstance(one, Node) for one in value):
        return tuple(_changed(one, change) for one in value)
    return value


def nodes(value: object) -> Iterator[Node]:
    """Yield the nodes of *value* (a node or a tuple), each before what is inside it."""
    if isinstance(value, tuple):
        for part in value:
            yield from nodes(part)
    elif isinstance(value, Node):
        yield value
        for name in parts_of(value):
            yield from nodes(getattr(value, name))


def parts_of(node: Node) -> tuple[str, ...]:
    """Return the names of what a node consists of: all but its position."""
    return _parts(type(node))  # type: ignore[arg-type]  # classes are hashable


@cache
def _parts(kind: type[Node]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.compare)
