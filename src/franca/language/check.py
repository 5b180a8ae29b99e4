"""Names resolved, types agreed, cycles refused: a project as written → a checked project. No network, no credentials."""

from __future__ import annotations

import dataclasses
from functools import singledispatchmethod
from zoneinfo import ZoneInfo

from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Count,
    DataType,
    EventSource,
    EventTest,
    InSegment,
    Kind,
    Mailable,
    Measure,
    NoneOf,
    Not,
    Predicate,
    Project,
    PropertyTest,
    Segment,
    SinceAttribute,
    SinceLatest,
    Sum,
    TimeTest,
    ValueTest,
)
from franca.errors import Problem, ProblemsError, did_you_mean
from franca.language.campaigns import campaign_problems, with_audiences
from franca.language.names import name_problems, zone_problem
from franca.language.types import NUMERIC, check_time_test, typed_test

COUNT = DataType(Kind.INTEGER)


def check(project: Project) -> Project:
    """Return *project* with every reference to a segment replaced by its predicate and every constant in its subject's type.

    Raises:
        ProblemsError: all that is wrong, sorted by place.
    """
    if wrong := zone_problem(project.timezone, project.position):
        raise ProblemsError([wrong])
    wrong_campaigns = list(campaign_problems(project))
    checker = _Checker(project if wrong_campaigns else with_audiences(project))
    checked = checker.project()
    problems = [*checker.problems, *name_problems(project), *wrong_campaigns]
    if problems:
        raise ProblemsError(problems)
    return checked


class _Checker:
    """Walks predicates; keeps the segments that are done and those under way."""

    def __init__(self, project: Project) -> None:
        self.problems: list[Problem] = []
        self._project = project
        self._zone = ZoneInfo(project.timezone)
        self._events = {name: self._source(event) for name, event in project.data.events.items()}
        self._done: dict[str, Predicate] = {}
        self._path: list[str] = []

    def project(self) -> Project:
        segments = {key: dataclasses.replace(segment, where=self._segment(segment)) for key, segment in self._project.segments.items()}
        data = dataclasses.replace(self._project.data, events=self._events)
        return dataclasses.replace(self._project, segments=segments, data=data)

    def _note(self, node: Predicate | TimeTest | Measure | ValueTest, what: str, remedy: str = "") -> None:
        self.problems.append(Problem(what=what, remedy=remedy, position=node.position))

    def _segment(self, segment: Segment) -> Predicate:
        if segment.key not in self._done:
            self._path.append(segment.key)
            self._done[segment.key] = self._predicate(segment.where)
            self._path.pop()
        return self._done[segment.key]

    # -- about profiles

    @singledispatchmethod
    def _predicate(self, node: Predicate) -> Predicate:
        """Check one node; those with nothing to resolve are as they should be."""
        return node

    @_predicate.register(All)
    @_predicate.register(AnyOf)
    @_predicate.register(NoneOf)
    def _several(self, node: All | AnyOf | NoneOf) -> Predicate:
        return dataclasses.replace(node, of=tuple(map(self._predicate, node.of)))

    @_predicate.register
    def _not(self, node: Not) -> Predicate:
        return dataclasses.replace(node, of=self._predicate(node.of))

    @_predicate.register
    def _attribute(self, node: AttributeTest) -> Predicate:
        attributes = self._project.data.profile.attributes
        if node.attribute not in attributes:
            self._note(node, f"there is no attribute {node.attribute!r}", did_you_mean(node.attribute, attributes))
            return node
        declared = attributes[node.attribute]
        return dataclasses.replace(
            node, tests=tuple(self._test(test, f"attribute {declared.name!r}", declared.type) for test in node.tests)
        )

    def _test(self, test: ValueTest | TimeTest, what: str, declared: DataType) -> ValueTest | TimeTest:
        if isinstance(test, ValueTest):
            return self._value(test, what, declared)
        self._problem(check_time_test(test, what, declared))
        return self._time(test)

    def _value(self, test: ValueTest, what: str, declared: DataType) -> ValueTest:
        found = typed_test(test, what, declared, self._zone)
        if isinstance(found, Problem):
            self.problems.append(found)
            return test
        return found

    def _problem(self, problem: Problem | None) -> None:
        if problem:
            self.problems.append(problem)

    def _time(self, test: TimeTest) -> TimeTest:
        if isinstance(test, SinceAttribute):
            self._since_attribute(test)
        if isinstance(test, SinceLatest):
            source = self._event_source(test, test.event)
            if source and test.where is not None:
                return dataclasses.replace(test, where=self._where(test.where, source))
        return test

    def _since_attribute(self, test: SinceAttribute) -> None:
        attributes = self._project.data.profile.attributes
        if test.attribute not in attributes:
            self._note(test, f"there is no attribute {test.attribute!r}", did_you_mean(test.attribute, attributes))
        elif attributes[test.attribute].type.kind not in (Kind.DATE, Kind.DATETIME):
            self._note(test, f"since: attribute {test.attribute!r} is not a time but {attributes[test.attribute].type}")

    @_predicate.register
    def _consent(self, node: ConsentTest) -> Predicate:
        self._channel(node, node.channel)
        source = self._project.data.profile.consent.get(node.channel)
        if node.at and source and source.at is None:
            self._note(node, f"consent {node.channel!r} has no instant", "declare its column as `at:` in the schema")
        return dataclasses.replace(node, at=tuple(map(self._time, node.at)))

    @_predicate.register
    def _mailable(self, node: Mailable) -> Predicate:
        self._channel(node, node.channel)
        return node

    def _channel(self, node: Predicate, channel: str) -> None:
        declared = self._project.data.profile.consent
        if channel not in declared:
            self._note(node, f"no consent is declared for the channel {channel!r}", did_you_mean(channel, declared))

    @_predicate.register
    def _in_segment(self, node: InSegment) -> Predicate:
        segments = self._project.segments
        if node.key not in segments:
            self._note(node, f"there is no segment {node.key!r}", did_you_mean(node.key, segments))
            return node
        if node.key in self._path:
            circle = " → ".join([*self._path[self._path.index(node.key) :], node.key])
            self._note(node, f"segments refer to each other in a circle: {circle}")
            return node
        return self._segment(segments[node.key])

    # -- about events

    @_predicate.register
    def _event(self, node: EventTest) -> Predicate:
        source = self._event_source(node, node.event)
        if source is None:
            return node
        return dataclasses.replace(
            node,
            where=self._where(node.where, source) if node.where is not None else None,
            window=tuple(map(self._time, node.window)),
            measures=tuple(self._measure(measure, source) for measure in node.measures),
        )

    def _event_source(self, node: Predicate | TimeTest, name: str) -> EventSource | None:
        events = self._project.data.events
        if name not in events:
            self._note(node, f"there is no event {name!r}", did_you_mean(name, events))
        return events.get(name)

    def _measure(self, measure: Measure, source: EventSource) -> Measure:
        declared = COUNT
        if isinstance(measure, Sum):
            if measure.of not in source.properties:
                self._note(measure, f"event {source.name!r} has no property {measure.of!r}", did_you_mean(measure.of, source.properties))
                return measure
            declared = source.properties[measure.of].type
            if declared.kind not in NUMERIC:
                self._note(measure, f"sum: property {measure.of!r} is not a number but {declared}")
                return measure
        what = "count" if isinstance(measure, Count) else "sum"
        return dataclasses.replace(measure, tests=tuple(self._value(test, what, declared) for test in measure.tests))

    def _where(self, node: Predicate, source: EventSource, *, columns: bool = False) -> Predicate:
        """Check a predicate about one event; with *columns*, undeclared names are columns of text."""
        if isinstance(node, (All, AnyOf, NoneOf)):
            return dataclasses.replace(node, of=tuple(self._where(part, source, columns=columns) for part in node.of))
        if isinstance(node, Not):
            return dataclasses.replace(node, of=self._where(node.of, source, columns=columns))
        assert isinstance(node, PropertyTest)  # noqa: S101 - the loader and the builder make nothing else
        if node.property not in source.properties and not columns:
            self._note(node, f"event {source.name!r} has no property {node.property!r}", did_you_mean(node.property, source.properties))
            return node
        declared = source.properties[node.property].type if node.property in source.properties else DataType(Kind.TEXT)
        return dataclasses.replace(node, tests=tuple(self._value(test, f"property {node.property!r}", declared) for test in node.tests))

    def _source(self, source: EventSource) -> EventSource:
        return dataclasses.replace(source, where=self._where(source.where, source, columns=True)) if source.where is not None else source
