"""How large and how deep a predicate is once the segments that it refers to stand in it: references multiply, as aliases do."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from franca.definitions import Node, Predicate

MAXIMUM_SIZE = 50_000
"""Nodes, and constants of lists: as many as the values of a file."""

MAXIMUM_HEIGHT = 80
"""Nodes above each other; all that walks a tree of them calls itself a few times for each."""


class _Extent(NamedTuple):
    size: int
    height: int


class Extents:
    """Measures predicates; one that stands in many is measured once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Predicate, _Extent]] = {}  # by identity, the predicate kept alive

    def inlined(self, predicate: Predicate) -> Predicate:
        """Return a predicate that stands in another, and remember its extent."""
        self._known[id(predicate)] = predicate, self._of(predicate)
        return predicate

    def problem(self, predicate: Predicate) -> str | None:
        """Return why a predicate is too large or too deep, if it is; a file bounds one in which no other stands."""
        found = self._of(predicate)
        if found.size > MAXIMUM_SIZE:
            return f"holds {found.size:,} values with the segments that it refers to, and {MAXIMUM_SIZE:,} are the most"
        if found.height > MAXIMUM_HEIGHT:
            return f"is nested {found.height} levels deep with the segments that it refers to, and {MAXIMUM_HEIGHT} are the most"
        return None

    def _of(self, value: object) -> _Extent:
        if known := self._known.get(id(value)):
            return known[1]
        if isinstance(value, tuple):
            return _sum([self._of(part) if isinstance(part, Node) else _CONSTANT for part in value])
        if isinstance(value, Node):
            inside = _sum([self._of(getattr(value, field.name)) for field in dataclasses.fields(value)])
            return _Extent(inside.size + 1, inside.height + 1)
        return _NOTHING


_CONSTANT, _NOTHING = _Extent(1, 0), _Extent(0, 0)


def _sum(extents: list[_Extent]) -> _Extent:
    return _Extent(sum(extent.size for extent in extents), max((extent.height for extent in extents), default=0))
