"""Tests on a text that is empty: no document says whether Klaviyo takes it for a value (section 1.6 of the contract)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from franca.adapter import Assumption, Site
from franca.definitions import Kind
from franca_klaviyo.assumptions import EMPTY_TEXTS
from franca_klaviyo.attributes import named
from franca_klaviyo.definition import canonical
from franca_klaviyo.parts import Condition, Filter, Groups
from franca_klaviyo.values import IS_SET, NOT_SET

_TAKES: Mapping[str, Callable[[Any], bool]] = {
    "in": lambda value: "" in value,
    **dict.fromkeys(("equals", "contains", "starts-with", "ends-with"), lambda value: bool(value == "")),
}


def _as_value(test: Filter) -> bool:
    if test["type"] != "string":
        return bool(test == IS_SET)
    operator = str(test["operator"])
    return _TAKES[operator.removeprefix("not-")](test["value"]) is not operator.startswith("not-")


Reading = Callable[[Filter], bool]

_READINGS: tuple[Reading, ...] = (_as_value, lambda test: bool(test == IS_SET), lambda test: bool(test == NOT_SET))
"""Which filters an empty text passes as a value; as set, but without a value, which no test on texts passes; as not set."""


def of_empty(groups: Groups, site: Site) -> frozenset[Assumption]:
    """Return what groups lean on about empty texts: nothing where whoever has one is in, or is not, whichever way it is read."""
    conditions = [each for group in groups for each in group]
    attributes, properties = set(_attributes(site)), set(_properties(site))
    leaning = any(_differs(groups, name) for name in attributes & {each.get("property") for each in conditions})
    return frozenset({EMPTY_TEXTS} if leaning or any(_tells_events(each, properties) for each in conditions) else ())


def _attributes(site: Site) -> Iterator[str]:
    """Yield the properties of profiles that may hold an empty text; nobody in the destination's universe has an empty email."""
    for name, mapping in site.destination.attributes.items():
        kind = site.project.data.profile.attributes[name].type.kind
        if name != "email" and (kind is Kind.TEXT or "" in mapping.values.values()):
            yield named(mapping.field)


def _properties(site: Site) -> Iterator[str]:
    """Yield the properties that are texts in some event."""
    for event, mapping in site.destination.events.items():
        ours = site.project.data.events[event].properties
        yield from (theirs for name, theirs in mapping.properties.items() if ours[name].type.kind is Kind.TEXT)


def _differs(groups: Groups, name: str) -> bool:
    as_value, *others = (_left(groups, name, passes) for passes in _READINGS)
    return any(each != as_value for each in others)


def _left(groups: Groups, name: str, passes: Reading) -> dict[str, Any]:
    """Return what groups ask besides, of whoever has an empty text in a property."""
    undecided = (group for group in groups if not any(_on(each, name) and passes(each["filter"]) for each in group))
    return canonical([each for each in group if not _on(each, name)] for group in undecided)


def _on(condition: Condition, name: str) -> bool:
    return condition.get("property") == name


def _tells_events(condition: Condition, properties: set[str]) -> bool:
    """Return whether a condition tells events with an empty text apart by how that is read."""
    found = condition.get("metric_filters") or ()
    tests = [[each["filter"] for each in found if each["property"] == name] for name in properties]
    return any(len({all(map(passes, each)) for passes in _READINGS}) > 1 for each in tests)
