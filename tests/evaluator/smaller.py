"""Trees made smaller, one step at a time: a child in place of its parent, or one test, filter, window, step or measure less."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from franca.definitions import AtLeast, Node, Predicate, Without

OPTIONAL = ("where", "having", "followed_by", "not_followed_by", "within", "per")
MAY_BE_EMPTY = ("window", "measures", "starting", "at", "statuses")


def smaller(node: Node) -> Iterator[Node]:
    """Yield every node that is *node* made smaller by one step; some of them no file may say."""
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name in OPTIONAL and value is not None and not (isinstance(node, Without) and field.name == "within"):
            yield dataclasses.replace(node, **{field.name: None})  # type: ignore[arg-type]
        if isinstance(value, Node) and field.name != "position":
            yield from _with(node, field.name, smaller(value))
            yield from [value] * (field.name == "of" and isinstance(value, Predicate))
        if isinstance(value, tuple) and value and isinstance(value[0], (Node, str)):
            yield from _of_several(node, field.name, value)


def _of_several(node: Node, name: str, values: tuple[Any, ...]) -> Iterator[Node]:
    if name == "event":
        yield from _with(node, name, iter(values))
        return
    if name == "of":
        yield from values
    if len(values) > 1 or name in MAY_BE_EMPTY:
        rest = [values[:at] + values[at + 1 :] for at in range(len(values))]
        yield from (dataclasses.replace(_counting(node, each), **{name: each}) for each in rest)  # type: ignore[arg-type]
    for at, value in enumerate(values):
        if isinstance(value, Node):
            yield from _with(node, name, ((*values[:at], less, *values[at + 1 :]) for less in smaller(value)))


def _counting(node: Node, rest: tuple[Any, ...]) -> Node:
    return dataclasses.replace(node, count=min(node.count, len(rest))) if isinstance(node, AtLeast) else node


def _with(node: Node, name: str, values: Iterator[Any]) -> Iterator[Node]:
    return (dataclasses.replace(node, **{name: value}) for value in values)  # type: ignore[arg-type]


def smallest(tree: Predicate, wrong: Callable[[list[Predicate]], list[Predicate]]) -> Predicate:
    """Return *tree* made smaller as long as it is *wrong*, which returns those of several trees that are."""
    while True:
        candidates = sorted({each for each in smaller(tree) if isinstance(each, Predicate)}, key=lambda each: (len(repr(each)), repr(each)))
        found = wrong(candidates)
        if not found:
            return tree
        tree = found[0]
