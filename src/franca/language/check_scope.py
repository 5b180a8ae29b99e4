"""What a predicate may name where it stands, and where that which is wrong is noted."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from franca.definitions import (
    TEXT,
    All,
    AnyOf,
    AtLeast,
    DataType,
    EventNames,
    EventSource,
    Node,
    NoneOf,
    Not,
    Predicate,
    Project,
    names_of,
)
from franca.errors import Problem, Problems, did_you_mean
from franca.language.patterns import Patterns


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What may be named at one place of a predicate.

    Attributes:
        problems: where what is wrong is noted, from all scopes of one run.
        patterns: those of `matches`, of one run.
        events: the kinds of the event that is spoken of; none outside `where` and `having`.
        source: in the filter of an event's source, which knows the table's columns and no profile.
        since: within the `where` of a `since:`, where no other may stand.
    """

    project: Project
    zone: ZoneInfo
    problems: Problems
    patterns: Patterns
    events: tuple[EventSource, ...] = ()
    source: bool = False
    since: bool = False

    def note(self, node: Node, what: str, remedy: str = "") -> None:
        """Note what is wrong with *node*."""
        self.problems.append(Problem(what=what, remedy=remedy, position=node.position))

    def about(self, node: Node, event: EventNames) -> Scope | None:
        """Return the scope of a predicate about such events; None, and a note, when there are none of that name."""
        known, names = self.project.data.events, names_of(event)
        for name, times in Counter(names).items():
            if name not in known:
                self.note(node, f"there is no event {name!r}", did_you_mean(name, known))
            elif times > 1:
                self.note(node, f"the event {name!r} is named twice", "name each kind of event once")
        found = tuple(known[name] for name in names if name in known)
        return dataclasses.replace(self, events=found) if len(found) == len(names) else None

    def attribute(self, node: Node, name: str) -> DataType | None:
        """Return the type of a profile's attribute; None, and a note, when it cannot be named."""
        attributes = self.project.data.profile.attributes
        if self.source:
            self.note(node, f"the filter of a source knows no attribute such as {name!r}", "put it into the segment's own where")
        elif name not in attributes:
            self.note(node, f"there is no attribute {name!r}", did_you_mean(name, attributes))
        return attributes[name].type if name in attributes and not self.source else None

    def property(self, node: Node, name: str) -> DataType | None:
        """Return the type of the event's property (of several kinds: of a shared one); None, and a note, when it cannot be named."""
        types = {source.name: source.properties[name].type for source in self.events if name in source.properties}
        if not self.events:
            self.note(node, f"no event is spoken of here that could have the property {name!r}", "it stands inside where or having")
        elif self.source and not types:
            return TEXT  # a column that no property declares
        elif len(types) < len(self.events):
            self._lacking(node, name, [source.name for source in self.events if source.name not in types])
        elif len(set(map(str, types.values()))) > 1:
            told = " and ".join(f"{declared} on {event!r}" for event, declared in types.items())
            self.note(node, f"the property {name!r} is {told}", "declare it with one type, or test each kind of event on its own")
        else:
            return next(iter(types.values()))
        return None

    def _lacking(self, node: Node, name: str, lacking: list[str]) -> None:
        shared = set.intersection(*(set(source.properties) for source in self.events))
        remedy = did_you_mean(name, shared) if shared or len(self.events) == 1 else "they share none: test each kind of event on its own"
        what = f"event {' and '.join(map(repr, lacking))} has no property {name!r}"
        self.note(node, what if len(self.events) == 1 else f"{what}, and only what all these events share can be used", remedy)


def _several(each: Callable[[Predicate], Predicate], _: Scope, node: All | AnyOf | NoneOf) -> Predicate:
    return dataclasses.replace(node, of=tuple(map(each, node.of)))


def _not(each: Callable[[Predicate], Predicate], _: Scope, node: Not) -> Predicate:
    return dataclasses.replace(node, of=each(node.of))


def _at_least(each: Callable[[Predicate], Predicate], scope: Scope, node: AtLeast) -> Predicate:
    if not 1 <= node.count <= len(node.of):
        always = "always" if node.count < 1 else "never"
        scope.note(node, f"at least {node.count} of {len(node.of)} is {always} true", f"write a count from 1 to {len(node.of)}")
    return dataclasses.replace(node, of=tuple(map(each, node.of)))


COMBINATORS: Mapping[type[Predicate], Callable[[Callable[[Predicate], Predicate], Scope, Any], Predicate]] = {
    All: _several,
    AnyOf: _several,
    NoneOf: _several,
    Not: _not,
    AtLeast: _at_least,
}
"""What predicates about profiles and about events have in common."""
