"""How segments come about: how many each condition reaches, and how many remain as one is put after the other.

The parts of segments are evaluated with them, as segments of their own: all in one expression, each different part once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from franca.audience.bits import Bits, Words, count
from franca.audience.membership import EMAIL
from franca.definitions import All, AnyOf, AtLeast, InSegment, Mailable, NoneOf, Not, Predicate, Project, Segment

MAILABLE = Mailable(channel=EMAIL)
"""Whom emails may be sent to: evaluated with every project that has consent for them."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One condition of a segment.

    Attributes:
        predicate: the condition; `InSegment` where it is a whole other segment.
        alone: profiles for which it holds.
        after: as the parts of a combination are taken in their order, profiles that are left after this one (of `all` and `none`), or
            that are reached by now (of `any`); None for the whole, for `not` and for `at_least`.
        parts: the conditions that it combines.
    """

    predicate: Predicate
    alone: int
    after: int | None = None
    parts: tuple[Reach, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What is evaluated to tell how segments come about.

    Attributes:
        project: the project.
        evaluated: the project with the segments that are asked for, the others of their groups, and one for each of their parts.
        segments: the keys of those that are asked for.
        names: condition → the key of a segment that says the same.
        wholes: condition → the key of the segment of people's that it is; only of those that combine others.
    """

    project: Project
    evaluated: Project
    segments: tuple[str, ...]
    names: Mapping[Predicate, str]
    wholes: Mapping[Predicate, str]

    def of(self, node: Predicate) -> tuple[Predicate, ...]:
        """Return the conditions that *node* combines, as far as they are told one by one."""
        return tuple(map(plain, _combined(node)))

    def inner(self, node: Predicate) -> tuple[Predicate, ...]:
        """Return the same for a part of a segment: one that is a whole segment is told by its name."""
        return () if node in self.wholes else self.of(node)


def with_parts(project: Project, keys: Collection[str]) -> Parts:
    """Return what to evaluate for the segments *keys* of a checked project."""
    groups = {segment.group for key, segment in project.segments.items() if key in keys and segment.group}
    segments = {key: segment for key, segment in project.segments.items() if key in keys or segment.group in groups}
    wheres = {key: plain(segment.where) for key, segment in project.segments.items()}
    wholes = {wheres[key]: key for key in reversed(list(project.segments)) if _combined(wheres[key]) and "." not in key}
    chosen = tuple(key for key in project.segments if key in keys)
    parts = Parts(project=project, evaluated=project, segments=chosen, names={}, wholes=wholes)
    names = {wheres[key]: key for key in segments}
    for key in chosen:
        for node in _inside(parts, parts.of(wheres[key])):
            names.setdefault(node, f"part.{len(names)}")
    if EMAIL in project.data.profile.consent:
        names.setdefault(MAILABLE, f"part.{len(names)}")
    made = {name: Segment(key=name, name=name, where=node) for node, name in names.items() if name not in segments}
    return replace(parts, evaluated=replace(project, segments={**segments, **made}), names=names)


def plain(node: Predicate) -> Predicate:
    """Return a condition without brackets around one thing."""
    while isinstance(node, (All, AnyOf)) and len(node.of) == 1:
        node = node.of[0]
    return node


def _combined(node: Predicate) -> tuple[Predicate, ...]:
    match node:
        case All(of=parts) | AnyOf(of=parts) | AtLeast(of=parts) if len(parts) > 1:
            return parts
        case NoneOf(of=parts) if len(parts) > 1 or any(map(_combined, map(plain, parts))):
            return parts
        case Not(of=part) if _combined(plain(part)):
            return (part,)
        case _:
            return ()


def _inside(parts: Parts, nodes: Collection[Predicate]) -> Iterator[Predicate]:
    for node in nodes:
        yield node
        yield from _inside(parts, parts.inner(node))


# -- counting

_TAKEN: Mapping[type[Predicate], Callable[[Words, Words], Words]] = {
    All: lambda so_far, part: so_far & part,
    AnyOf: lambda so_far, part: so_far | part,
    NoneOf: lambda so_far, part: so_far & ~part,
}
"""How one more part changes who is left, or reached."""


class Funnels:
    """Counts, batch by batch, what each condition reaches, and what is left as parts are taken in their order."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._wheres = {key: plain(parts.project.segments[key].where) for key in parts.segments}
        self._alone = dict.fromkeys(parts.names, 0)
        nodes = dict.fromkeys(node for where in self._wheres.values() for node in (where, *_inside(parts, parts.of(where))))
        self._after = {node: np.zeros(len(parts.of(node)), dtype=np.int64) for node in nodes if type(node) in _TAKEN}

    def add(self, bits: Bits) -> None:
        """Count one batch."""
        names = self._parts.names
        for node in self._alone:
            self._alone[node] += count(bits.of(names[node]))
        for node, counts in self._after.items():
            taken = _TAKEN[type(node)]
            so_far = np.zeros_like(bits.everyone) if isinstance(node, AnyOf) else bits.everyone
            for number, part in enumerate(self._parts.of(node)):
                so_far = taken(so_far, bits.of(names[part]))
                counts[number] += count(so_far)

    def reaches(self) -> dict[str, Reach]:
        """Return segment → how it comes about."""
        return {key: self._taken_apart(where) for key, where in self._wheres.items()}

    def _taken_apart(self, node: Predicate, after: int | None = None) -> Reach:
        counts = [int(number) for number in self._after[node]] if node in self._after else None
        parts = tuple(self._part(part, counts[number] if counts else None) for number, part in enumerate(self._parts.of(node)))
        return Reach(predicate=node, alone=self._alone[node], after=after, parts=parts)

    def _part(self, node: Predicate, after: int | None) -> Reach:
        whole = self._parts.wholes.get(node)
        if whole is None:
            return self._taken_apart(node, after)
        return Reach(predicate=InSegment(key=whole, position=node.position), alone=self._alone[node], after=after)
