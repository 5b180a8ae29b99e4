"""What the segments of a checked project should make one think of before any data is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from franca.definitions import Average, EventMeasure, EventTest, Kind, Measure, Predicate, Project, Segment, Sum, names_of
from franca.errors import Problem
from franca.logic.inside import nodes
from franca.logic.literals import FALSE, TRUE
from franca.logic.normal import normal_form


def advise(project: Project) -> Iterator[Problem]:
    """Yield warnings about the segments of a checked project.

    A segment that can have no member, or has every profile, without saying so; two that always have the same members;
    sums and means of floating numbers, of which the last digit is not promised (language.md section 4, item 7).
    """
    forms = {key: normal_form(segment.where) for key, segment in project.segments.items()}
    for key, segment in project.segments.items():
        yield from _constant(segment, forms[key])
    written = [key for key in forms if "." not in key]  # audiences of campaigns have keys with a dot
    yield from _same(project, {key: forms[key] for key in written})
    for key in written:
        yield from _floating(project.segments[key], project)


def _constant(segment: Segment, form: Predicate) -> Iterator[Problem]:
    if segment.where in {TRUE, FALSE} or form not in {TRUE, FALSE}:
        return
    what = "has every profile: its conditions hold for all" if form == TRUE else "can have no member: its conditions exclude each other"
    remedy = f"write `{'everyone: true' if form == TRUE else 'not: {everyone: true}'}` if that is meant"
    yield _warning(f"segment {segment.key!r} {what}", remedy, segment)


def _same(project: Project, forms: dict[str, Predicate]) -> Iterator[Problem]:
    alike: dict[Predicate, list[str]] = defaultdict(list)
    for key, form in forms.items():
        if form not in {TRUE, FALSE}:
            alike[form].append(key)
    for first, *others in alike.values():
        for other in others:
            what = f"segments {first!r} and {other!r} always have the same members: their conditions are the same"
            yield _warning(what, f"use one of them, or `segment: {first}` where the other is used", project.segments[other])


def _floating(segment: Segment, project: Project) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for node in nodes(segment.where):
        if not isinstance(node, (EventTest, EventMeasure)):
            continue
        for measure in node.measures if isinstance(node, EventTest) else (node.measure,):
            name = _number(measure, names_of(node.event)[0], project)
            if name and (name, type(measure).__name__) not in told:
                told.add((name, type(measure).__name__))
                yield _imprecise(segment, measure, name, node)


def _number(measure: Measure, event: str, project: Project) -> str | None:
    """Return the property of floating numbers that is added up; several kinds of events share its type."""
    if not isinstance(measure, (Sum, Average)):
        return None
    return measure.of if project.data.events[event].properties[measure.of].type.kind is Kind.NUMBER else None


def _imprecise(segment: Segment, measure: Measure, name: str, node: EventTest | EventMeasure) -> Problem:
    what = f"segment {segment.key!r} compares the {'sum' if isinstance(measure, Sum) else 'mean'} of {name!r}, which is a floating number"
    remedy = "the last digit of floating sums is not promised; declare money as {type: decimal}"
    return Problem(what=what, remedy=remedy, position=measure.position or node.position or segment.position, warning=True)


def _warning(what: str, remedy: str, segment: Segment) -> Problem:
    return Problem(what=what, remedy=remedy, position=segment.where.position or segment.position, warning=True)
