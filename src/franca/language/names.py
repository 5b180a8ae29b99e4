"""Names outside predicates: groups, destinations, wishes, mappings, zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from franca.definitions import Attribute, ConsentSource, Destination, EventSource, Node, Position, Project, Property, Segment
from franca.errors import Problem, did_you_mean


def name_problems(project: Project) -> Iterator[Problem]:
    """Yield what is wrong with the names of a project, other than inside predicates."""
    yield from _segment_names(project)
    yield from _groups(project)
    yield from _zones(project)
    groups = {segment.group for segment in project.segments.values() if segment.group}
    elsewhere = (each for environment in project.environments.values() for each in environment.destinations.values())
    for destination in (*project.destinations.values(), *elsewhere):
        yield from _destination(project, destination, groups)


def zone_problem(name: str, position: Position | None) -> Problem | None:
    """Return what is wrong with the name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Problem(what=f"there is no time zone {name!r}", remedy=_near_zone(name), position=position)
    return None


@cache
def _cities() -> dict[str, str]:
    """Return city → zone."""
    return {zone.rpartition("/")[2].lower(): zone for zone in sorted(available_timezones())}


def _near_zone(name: str) -> str:
    city = _cities().get(name.rpartition("/")[2].lower())
    return f'did you mean "{city}"?' if city else did_you_mean(name, _cities().values())


def _problem(node: Node, what: str, remedy: str = "") -> Problem:
    return Problem(what=what, remedy=remedy, position=node.position)


def _unknown(node: Node, what: str, names: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield _problem(node, f"{what}: there is no {name!r}", did_you_mean(name, known))


def _segment_names(project: Project) -> Iterator[Problem]:
    folded = Counter(key.lower() for key in project.segments)
    for segment in project.segments.values():
        yield from _unknown(segment, "realise", segment.realise, project.destinations)
        yield from _unknown(segment, "accept", segment.accept, project.destinations)
        yield from _unknown(segment, "adopt", segment.adopt, project.destinations)
        if folded[segment.key.lower()] > 1:
            yield _problem(
                segment, f"the key {segment.key!r} differs from another only by case", "ESPs may not tell them apart: rename one"
            )
        if segment.previously in project.segments:
            yield _problem(segment, f"previously: {segment.previously!r} is still a segment", "remove one of the two")


def _groups(project: Project) -> Iterator[Problem]:
    taken: dict[tuple[str, int], Segment] = {}
    for segment in project.segments.values():
        if segment.group is None and segment.priority is not None:
            yield _problem(segment, f"segment {segment.key!r} has a priority and no group", "name its group")
        if segment.group is None:
            continue
        if segment.group in project.segments:
            yield _problem(segment, f"the group {segment.group!r} is named like a segment", "rename the group")
        if segment.priority is None:
            yield _problem(segment, f"segment {segment.key!r} has a group and no priority", "the smallest number wins")
        elif (other := taken.setdefault((segment.group, segment.priority), segment)) is not segment:
            what = f"segments {other.key!r} and {segment.key!r} have one priority in the group {segment.group!r}"
            yield _problem(segment, what, "give each its own")


def _zones(project: Project) -> Iterator[Problem]:
    profile, events = project.data.profile, project.data.events
    properties = [declared for event in events.values() for declared in event.properties.values()]
    zoned: list[Attribute | ConsentSource | EventSource | Property] = [*properties, *profile.attributes.values()]
    zoned += [*profile.consent.values(), *events.values()]
    for node in zoned:
        if wrong := zone_problem(node.zone, node.position):
            yield wrong


def _destination(project: Project, destination: Destination, groups: set[str]) -> Iterator[Problem]:
    what = f"destination {destination.name!r}"
    yield from _unknown(destination, f"{what}: attributes", destination.attributes, project.data.profile.attributes)
    yield from _unknown(destination, f"{what}: events", destination.events, project.data.events)
    yield from _unknown(destination, f"{what}: markers", destination.markers, groups)
    for name, mapping in destination.events.items():
        source = project.data.events.get(name)
        if source:
            named = [*mapping.properties, *([mapping.value] if mapping.value else [])]
            yield from _unknown(mapping, f"{what}: properties of {name!r}", named, source.properties)
