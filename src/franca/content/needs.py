"""What a text needs to know of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from franca.content.assemble import walk
from franca.content.conditions import leaves
from franca.content.nodes import AttributeValue, Choose, Loop, Member, Pieces, PrimaryValue, Print, Value, root
from franca.definitions import Project


def _values(pieces: Pieces) -> Iterator[Value | Member]:
    for piece in walk(pieces):
        if isinstance(piece, Print):
            yield root(piece.value)
        elif isinstance(piece, Loop):
            yield root(piece.over)
        elif isinstance(piece, Choose):
            for branch in piece.branches:
                for leaf in leaves(branch.condition):
                    yield leaf if isinstance(leaf, Member) else root(leaf.of)


def attributes_of(texts: Iterable[Pieces]) -> tuple[str, ...]:
    """Return the attributes that texts name, sorted."""
    return tuple(sorted({value.name for pieces in texts for value in _values(pieces) if isinstance(value, AttributeValue)}))


def segments_of(texts: Iterable[Pieces], project: Project) -> tuple[str, ...]:
    """Return the segments that texts ask for, those of their groups included, sorted."""
    found: set[str] = set()
    for pieces in texts:
        for value in _values(pieces):
            if isinstance(value, Member):
                found.add(value.segment)
            elif isinstance(value, PrimaryValue):
                found.update(segment.key for segment in project.group(value.group))
    return tuple(sorted(found))
