"""What is inside a leaf: `where`, `having`, and the conditions of steps, measures and windows, however deep."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from franca.definitions import Node, Predicate
from franca.logic.literals import TRUE

N = TypeVar("N", bound=Node)


def change_inside(leaf: N, change: Callable[[Predicate], Predicate]) -> N:
    """Return *leaf* with *change* applied to every predicate inside it; a condition that became "always" is left out."""
    changed = {}
    for field in dataclasses.fields(leaf):
        before = getattr(leaf, field.name)
        after = _changed(before, change)
        if after is not before:
            changed[field.name] = after
    return dataclasses.replace(leaf, **changed) if changed else leaf


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
        for field in dataclasses.fields(value):
            yield from nodes(getattr(value, field.name))
