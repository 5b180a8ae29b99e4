"""Names resolved, types agreed, cycles refused: a project as written → a checked project. No network, no credentials."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from franca.definitions import (
    SKIP,
    AttributeTest,
    CalendarTest,
    ConsentTest,
    EventSource,
    EventTest,
    Everyone,
    InSegment,
    InstantTest,
    LengthUnit,
    Mailable,
    MemberOf,
    Native,
    Near,
    PickedEvent,
    Predicate,
    Project,
    PropertyTest,
    Rank,
    Ratio,
    Regular,
    Sample,
    Segment,
    Sequence,
    TimeTest,
)
from franca.errors import Problems, ProblemsError, did_you_mean
from franca.language.adoption import adoption_problems
from franca.language.campaigns import campaign_problems, with_audiences
from franca.language.check_events import event_test, picked_event, rank, ratio, regular, sequence
from franca.language.check_extent import MAXIMUM_HEIGHT, Extents
from franca.language.check_scope import COMBINATORS, Scope
from franca.language.check_values import Subject, checked_tests
from franca.language.check_where import DATETIME, checked_times, checked_where
from franca.language.environments import environment_problems
from franca.language.names import name_problems, zone_problem
from franca.language.patterns import Patterns
from franca.language.project import read_project

_UNKNOWN_ZONE = "UTC"
"""In place of a zone that does not exist, so that all other problems are told too."""


def check(project: Project) -> Project:
    """Return *project* with every reference to a segment replaced by its predicate and every constant in its subject's type.

    Raises:
        ProblemsError: all that is wrong, sorted by place.
    """
    wrong_zone = zone_problem(project.timezone, project.position)
    problems = Problems()
    problems.extend([wrong_zone] if wrong_zone else [])
    problems.extend(campaign_problems(project))
    problems.extend(name_problems(project))
    problems.extend(adoption_problems(project))
    problems.extend(environment_problems(project))
    zone = ZoneInfo(_UNKNOWN_ZONE if wrong_zone else project.timezone)
    checked = _Checker(project if problems else with_audiences(project), zone, problems).project()
    if problems:
        raise ProblemsError(problems)
    return checked


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let Python's collector rest: all that loading makes is kept, and to look for cycles in it takes a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@_uncollected()
def load_and_check(folder: Path) -> Project:
    """Return the checked project in *folder*.

    When some of its files cannot be read, the segments that can are checked all the same; what refers to the others is not called wrong.

    Raises:
        FrancaError: there is no project there.
        ProblemsError: all that is wrong, sorted by place.
    """
    project, problems = read_project(folder)
    if project and not problems:
        return check(project)
    if project and zone_problem(project.timezone, project.position) is None:
        _Checker(project, ZoneInfo(project.timezone), problems, partial=True).project()
    raise ProblemsError(problems)


class _Checker:
    """Walks predicates about profiles; keeps the segments that are done and those under way. In a part of a project, some are not there."""

    def __init__(self, project: Project, zone: ZoneInfo, problems: Problems, *, partial: bool = False) -> None:
        self._partial = partial
        self.scope = Scope(project=project, zone=zone, problems=problems, patterns=Patterns())
        self._done: dict[str, Predicate] = {}
        self._path: list[str] = []
        self._extents = Extents()
        self._referring: set[str] = set()

    def project(self) -> Project:
        project = self.scope.project
        segments = {key: dataclasses.replace(segment, where=self._segment(segment)) for key, segment in project.segments.items()}
        data = dataclasses.replace(project.data, events={name: self._source(event) for name, event in project.data.events.items()})
        cap = project.policies.email_cap
        policies = dataclasses.replace(project.policies, email_cap=None if cap is None else self.predicate(cap))
        return dataclasses.replace(project, segments=segments, data=data, policies=policies)

    def predicate(self, node: Predicate) -> Predicate:
        """Return one predicate about profiles, checked; a kind without a rule is a mistake of ours."""
        if combine := COMBINATORS.get(type(node)):
            return combine(self.predicate, self.scope, node)
        if isinstance(node, InSegment):
            return self._in_segment(node)
        return _PROFILE[type(node)](self.scope, node)

    def _segment(self, segment: Segment) -> Predicate:
        if segment.key not in self._done:
            self._path.append(segment.key)
            where = native(self.scope, segment, segment.where) if isinstance(segment.where, Native) else self.predicate(segment.where)
            self._path.pop()
            self._done[segment.key] = where if self._fits(segment, where) else segment.where
        return self._done[segment.key]

    def _fits(self, segment: Segment, where: Predicate) -> bool:
        """Return whether a segment is small enough with those inlined that it refers to, and note when it is not."""
        wrong = self._extents.problem(where) if segment.key in self._referring else None
        if wrong:
            self.scope.note(segment, f"segment {segment.key!r} {wrong}", "refer to fewer segments, or to smaller ones")
        return not wrong

    def _in_segment(self, node: InSegment) -> Predicate:
        segments = self.scope.project.segments
        if node.key not in segments and self._partial:
            return node
        if node.key not in segments:
            self.scope.note(node, f"there is no segment {node.key!r}", did_you_mean(node.key, segments))
            return node
        if node.key in self._path:
            circle = " → ".join([*self._path[self._path.index(node.key) :], node.key])
            self.scope.note(node, f"segments refer to each other in a circle: {circle}")
            return node
        if len(self._path) > MAXIMUM_HEIGHT:
            self.scope.note(node, f"more than {MAXIMUM_HEIGHT} segments refer to each other in a row", "refer to fewer")
            return node
        if isinstance(segments[node.key].where, Native):
            self.scope.note(node, f"the segment {node.key!r} is native: an ESP alone knows who is in it", "no other segment can ask for it")
            return node
        self._referring.update(self._path)
        return self._extents.inlined(self._segment(segments[node.key]))

    def _source(self, source: EventSource) -> EventSource:
        scope = dataclasses.replace(self.scope, events=(source,), source=True)
        return source if source.where is None else dataclasses.replace(source, where=checked_where(scope, source.where))


# ── about profiles ───────────────────────────────────────────────────────────


def _as_is(_: Scope, node: Predicate) -> Predicate:
    return node


def _of_event(scope: Scope, node: Predicate) -> Predicate:
    scope.note(node, "this is about one event, and no event is spoken of here", "it stands inside where or having")
    return node


def _attribute(scope: Scope, node: AttributeTest) -> Predicate:
    declared = scope.attribute(node, node.attribute)
    if declared is None:
        return node
    what = f"attribute {node.attribute!r}"
    times = iter(checked_times(scope, [test for test in node.tests if isinstance(test, TimeTest)], what, declared))
    subject = Subject(what=what, type=declared)
    found = (next(times) if isinstance(test, TimeTest) else checked_tests(scope, [test], subject)[0] for test in node.tests)
    return dataclasses.replace(node, tests=tuple(found))


def _consent(scope: Scope, node: ConsentTest) -> Predicate:
    _channel(scope, node, node.channel)
    source = scope.project.data.profile.consent.get(node.channel)
    if node.at and source and source.at is None:
        scope.note(node, f"consent {node.channel!r} has no instant", "declare its column as `at:` in the schema")
    return dataclasses.replace(node, at=checked_times(scope, node.at, f"the instant of the consent {node.channel!r}", DATETIME))


def _mailable(scope: Scope, node: Mailable) -> Predicate:
    _channel(scope, node, node.channel)
    return node


def _channel(scope: Scope, node: Predicate, channel: str) -> None:
    declared = scope.project.data.profile.consent
    if channel not in declared:
        scope.note(node, f"no consent is declared for the channel {channel!r}", did_you_mean(channel, declared))


def _member_of(scope: Scope, node: MemberOf) -> Predicate:
    if scope.project.data.memberships is None:
        scope.note(node, "no memberships are declared", "name their table in the schema: memberships: {table: …, profile: …, name: …}")
    return node


def native(scope: Scope, segment: Segment, node: Native) -> Predicate:
    """Return the predicate of a segment that people made at an ESP: it names destinations, and nothing can be wished of it."""
    for place, _, _ in node.objects:
        if place not in scope.project.destinations:
            scope.note(node, f"native: there is no destination {place!r}", did_you_mean(place, scope.project.destinations))
    if segment.group is not None:
        scope.note(segment, f"segment {segment.key!r} is native and cannot be in a group: nobody else knows who is in it")
    if any(wish != SKIP for wish in segment.realise.values()):
        scope.note(segment, f"segment {segment.key!r} is native and is realised as nothing else", "remove realise, or skip a destination")
    return node


def _native_inside(scope: Scope, node: Native) -> Predicate:
    scope.note(node, "native is the whole of a segment: an ESP alone knows who is in it", "make it a segment of its own")
    return node


def _sample(scope: Scope, node: Sample) -> Predicate:
    if not 0 <= node.percent <= 100:
        scope.note(node, "percent is a number from 0 to 100")
    return node


def _near(scope: Scope, node: Near) -> Predicate:
    if scope.project.data.profile.location is None:
        scope.note(node, "no location is declared", "name its columns in the schema: location: {latitude: …, longitude: …}")
    for name, degrees, most in (("latitude", node.latitude, 90), ("longitude", node.longitude, 180)):
        if not -most <= degrees <= most:
            scope.note(node, f"near: there is no {name} {degrees}", f"it is a number of degrees from -{most} to {most}")
    if node.within.amount <= 0:
        scope.note(node, f"near: within {node.within}", f"write a length above 0 in {' or '.join(LengthUnit)}")
    return node


_PROFILE: Mapping[type[Predicate], Callable[[Scope, Any], Predicate]] = {
    Everyone: _as_is,
    AttributeTest: _attribute,
    EventTest: event_test,
    PickedEvent: picked_event,
    Sequence: sequence,
    Regular: regular,
    Ratio: ratio,
    Rank: rank,
    ConsentTest: _consent,
    Mailable: _mailable,
    MemberOf: _member_of,
    Native: _native_inside,
    Near: _near,
    Sample: _sample,
    PropertyTest: _of_event,
    InstantTest: _of_event,
    CalendarTest: _of_event,
}
"""How each kind of predicate about profiles is checked; combinators and segments are the checker's own."""
