"""`adopt:` of segments: what people made at an ESP can be filled where it has members of its own, and by one segment alone."""

from __future__ import annotations

from collections.abc import Iterator

from franca.definitions import Native, Project, Realisation, Segment
from franca.errors import Problem


def adoption_problems(project: Project) -> Iterator[Problem]:
    """Yield what cannot be adopted."""
    taken: dict[tuple[str, str], Segment] = {}
    for segment in project.segments.values():
        for destination in (place for place, adopted in segment.adopt.items() if adopted):
            first = taken.setdefault((destination, segment.name), segment)
            for why, remedy in _obstacles(project, segment, destination, first):
                yield Problem(what=f"segment {segment.key!r} adopts at {destination}, and {why}", remedy=remedy, position=segment.position)


def _obstacles(project: Project, segment: Segment, destination: str, first: Segment) -> Iterator[tuple[str, str]]:
    wish = segment.realise.get(destination, Realisation.MEMBERS)
    if isinstance(segment.where, Native):
        yield "is native: it is there as people made it, and nothing is put in", "remove adopt"
    elif wish != Realisation.MEMBERS:
        remedy = f"realise it as members there, or remove adopt: {{{destination}: true}}"
        yield f"realise says {wish} there: only a list, tag or group can be adopted", remedy
    if project.ledger_key is None:
        yield "nothing could tell later whom sync put in and whom others did", "set ledger_key in franca.yaml"
    if first is not segment:
        yield f"segment {first.key!r} adopts what has the same name, {segment.name!r}", "give them two names"
