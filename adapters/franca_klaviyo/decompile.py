"""Segment definitions → predicates: a table from condition type, filter type and operator to a short function; no entry is a refusal.

What a condition means is what Klaviyo documents (sections 1.3 to 1.6 of the contract sheet). Where it documents nothing, the same named
assumptions are leaned on as when compiling, or it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from franca.adapter import Assumption, Remote, Site, Snapshot
from franca.adapter.importing import Decompiled, Unmapped, all_of, any_of, number, unrepresentable
from franca.definitions import (
    AttributeTest,
    Constant,
    Count,
    DataType,
    EventTest,
    Everyone,
    Kind,
    Measure,
    Not,
    Op,
    Predicate,
    Sum,
    ValueTest,
)
from franca_klaviyo.assumptions import DECIMAL_SUMS, ZERO_COUNT
from franca_klaviyo.backwards import COMPARED, Names, Place, passed, passes
from franca_klaviyo.consent_backwards import consents
from franca_klaviyo.definition import groups_of
from franca_klaviyo.empty import of_empty
from franca_klaviyo.missing import is_length, of_unset, takes_nothing, takes_zero
from franca_klaviyo.parts import Condition, Filter
from franca_klaviyo.times_backwards import times
from franca_klaviyo.values import IS_SET, NOT_SET, emptiness

WHOLE = DataType(Kind.INTEGER)
"""The type of a count."""


class KlaviyoDecompiler:
    """Reads the segments of one account backwards; see `franca.adapter.importing.Decompiler`."""

    def __init__(self, site: Site, snapshot: Snapshot, accepted: Collection[str] = ()) -> None:
        self._site, self._snapshot, self._accepted = site, snapshot, frozenset(accepted)
        self._names = Names(site, snapshot)

    def segment(self, remote: Remote) -> Decompiled:
        """Return what a segment says.

        Raises:
            NotRepresentableError: our language has no exact equal for it.
        """
        if not remote.body.get("active"):
            unrepresentable("it is inactive: Klaviyo does not keep its members up to date")
        groups = groups_of(remote.body["definition"])
        if not groups:
            unrepresentable("Klaviyo shows no conditions for it")
        present = frozenset(str(group[0].get("property")) for group in groups if len(group) == 1 and group[0].get("filter") == IS_SET)
        reading = Reading(self._names, self._accepted, present)
        where = all_of([reading.group(group) for group in groups])
        leaned = reading.leaned | of_unset(groups) | of_empty(groups, self._site)
        return Decompiled(where=where, assumptions=frozenset(leaned), approximated=tuple(sorted(reading.approximated)))

    def unmapped(self) -> Iterator[Unmapped]:
        """Yield the fields that segments name: no endpoint lists all properties (section 1.6 of the contract sheet)."""
        named = {
            FIELDS[str(condition["type"])](condition)
            for remote in self._snapshot.remotes
            if remote.key is None and "definition" in remote.body
            for group in groups_of(remote.body["definition"])
            for condition in group
            if str(condition.get("type")) in FIELDS
        }
        yield from (Unmapped(each, each) for each in sorted(named - self._names.attributes.keys() - {"email"}))


@dataclass
class Reading:
    """One segment being read: which properties all of its profiles have, what is leaned on, and what was consented to."""

    names: Names
    accepted: frozenset[str]
    present: frozenset[str]
    leaned: set[Assumption] = field(default_factory=set)
    approximated: set[tuple[str, str]] = field(default_factory=set)

    def approximate(self, finding: str, what: str) -> None:
        """Note an approximation that the user consents to.

        Raises:
            NotRepresentableError: the user does not.
        """
        if finding not in self.accepted:
            unrepresentable(what, finding)
        self.approximated.add((finding, what))

    def measures_lists(self) -> None:
        """Note that a list is measured, as nulls may count there.

        Raises:
            NotRepresentableError: the user does not consent.
        """
        finding = emptiness(Kind.LIST)
        self.approximate(finding.id, finding.what)

    def group(self, conditions: Sequence[Condition]) -> Predicate:
        """Return "one of these holds"."""
        consent = [each for each in conditions if each.get("type") == "profile-marketing-consent"]
        rest = Group([each for each in conditions if each not in consent])
        parts = [self._condition(each, rest) for each in rest.conditions]
        for says, leaning in consents(consent, self.names, self):
            parts.append(says)
            self.leaned |= leaning
        return any_of([part for part in parts if part is not None])

    def _condition(self, condition: Condition, group: Group) -> Predicate | None:
        """Return what a condition says; None when the conditions beside it say it too."""
        read = CONDITIONS.get(str(condition.get("type")))
        if read is None:
            unrepresentable(f"our language has nothing for conditions of type {condition.get('type')!r}")
        return read(condition, group, self)


class Group:
    """The conditions of one group, of which one must hold: what some of them say about profiles that have nothing."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = conditions
        self._unset = {each["property"] for each in conditions if each.get("filter") == NOT_SET}
        self._negated = {each["property"] for each in conditions if each.get("type") == "profile-property" and negative(each["filter"])}
        self._never = {_events_of(each) for each in conditions if _counts_none(each)}
        self._small = {_events_of(each) for each in conditions if each.get("measurement") == "sum" and holds_of_zero(each)}

    def unset(self, name: str) -> bool:
        """Return whether profiles without the property are in."""
        return name in self._unset

    def says_unset(self, condition: Condition) -> bool:
        """Return whether "is not set" belongs to a negative test beside it."""
        return condition["filter"] == NOT_SET and condition["property"] in self._negated

    def never(self, condition: Condition) -> bool:
        """Return whether profiles without such events are in."""
        return _events_of(condition) in self._never

    def says_never(self, condition: Condition) -> bool:
        """Return whether "zero times" belongs to a sum beside it."""
        return _counts_none(condition) and _events_of(condition) in self._small


def negative(test: Filter) -> bool:
    """Return whether a filter leaves out what passes another one."""
    return str(test.get("operator")).startswith("not-") and test.get("operator") != "not-set"


def holds_of_zero(condition: Condition) -> bool:
    """Return whether a measure of nothing passes."""
    return takes_zero(condition["measurement_filter"])


def _events_of(condition: Condition) -> str:
    return json.dumps({key: each for key, each in condition.items() if not key.startswith("measurement")}, sort_keys=True)


def _counts_none(condition: Condition) -> bool:
    test = condition.get("measurement_filter") or {}
    return (condition.get("measurement"), test.get("operator"), test.get("value")) == ("count", "equals", 0)


# -- profile properties


def _property(condition: Condition, group: Group, reading: Reading) -> Predicate | None:
    name, test = condition["property"], condition["filter"]
    if name == "email" and test.get("type") == "existence":  # everybody in the universe has one (language.md section 6)
        return Everyone() if test["operator"] == "is-set" else Not(of=Everyone())
    if group.says_unset(condition):
        return None
    return _tested(name, test, reading, unset=group.unset(name))


def _tested(name: str, test: Filter, reading: Reading, *, unset: bool = False) -> Predicate:
    attribute, mapping, type_ = reading.names.attribute(name)
    if is_length(test):
        reading.measures_lists()
        if takes_nothing(test) and not unset and name not in reading.present:
            unrepresentable(f"whether Klaviyo counts profiles without {name} among those with a short list is not documented")
    if test.get("type") != "date":
        return passes(test, Place(subject=attribute, type=type_, mapping=mapping, unset=unset))
    if type_.kind not in (Kind.DATE, Kind.DATETIME):
        unrepresentable(f"it tests {name} as a date, and {attribute!r} is a {type_}")
    found = times(test, type_.kind, reading.names.zone, reading)
    reading.leaned |= found.leaned
    return AttributeTest(attribute=attribute, tests=found.tests)


# -- what Klaviyo computes: mappings name it as `computed.py` reads them


def _prediction(condition: Condition) -> str:
    if condition.get("dimension") == "channel_affinity":
        return f"affinity['{condition.get('predicted_channel')} {condition.get('measurement')}']"
    return f"predicted['{condition.get('dimension')}']"


FIELDS: Mapping[str, Callable[[Condition], str]] = {
    "profile-property": lambda condition: str(condition.get("property")),
    "profile-region": lambda condition: f"region['{condition.get('region')}']",
    "profile-postal-code-distance": lambda condition: (
        f"distance['{condition.get('country_code')} {condition.get('postal_code')} {condition.get('unit')}']"
    ),
    "profile-predictive-analytics": _prediction,
}
"""Type of condition → the field that it is about, as a mapping names it."""


def _computed(condition: Condition, _group: Group, reading: Reading) -> Predicate:
    inside: Filter = {"type": "boolean", "operator": "equals", "value": condition.get("in_region")}
    test = inside if condition["type"] == "profile-region" else condition["filter"]
    return _tested(FIELDS[condition["type"]](condition), test, reading)


# -- events


def _metric(condition: Condition, group: Group, reading: Reading) -> Predicate | None:
    if group.says_never(condition):
        return None
    event, mapping = reading.names.event(condition["metric_id"])
    window = times(condition["timeframe_filter"], Kind.DATETIME, reading.names.zone, reading, of_event=True)
    reading.leaned |= window.leaned
    if any(is_length(each["filter"]) for each in condition.get("metric_filters") or ()):
        reading.measures_lists()
    where = [passed(each, event, mapping, condition["metric_filters"], reading.names) for each in condition.get("metric_filters") or ()]
    return EventTest(
        event=event,
        measures=_MEASURES[condition["measurement"]](condition, event, group, reading),
        window=window.tests,
        where=all_of(where) if where else None,
    )


def _compared(condition: Condition, value: Constant) -> ValueTest:
    return ValueTest(op=COMPARED[condition["measurement_filter"]["operator"]], operand=value)


def _count(condition: Condition, _event: str, _group: Group, reading: Reading) -> tuple[Measure, ...]:
    test = _compared(condition, number(WHOLE, condition["measurement_filter"]["value"]))
    if holds_of_zero(condition):
        reading.leaned.add(ZERO_COUNT)
    return () if (test.op, test.operand) in ((Op.GTE, 1), (Op.GT, 0)) else (Count(tests=(test,)),)


def _sum(condition: Condition, event: str, group: Group, reading: Reading) -> tuple[Measure, ...]:
    value, type_ = reading.names.value(event)
    if holds_of_zero(condition):
        if not group.never(condition):
            unrepresentable("what the sum over no events is at Klaviyo is not documented")
        reading.leaned.add(ZERO_COUNT)
    if type_.kind is Kind.DECIMAL:
        reading.leaned.add(DECIMAL_SUMS)
    return (Sum(of=value, tests=(_compared(condition, number(type_, condition["measurement_filter"]["value"])),)),)


_MEASURES: Mapping[str, Callable[[Condition, str, Group, Reading], tuple[Measure, ...]]] = {"count": _count, "sum": _sum}


CONDITIONS: Mapping[str, Callable[[Condition, Group, Reading], Predicate | None]] = {
    "profile-property": _property,
    "profile-metric": _metric,
    **dict.fromkeys(["profile-region", "profile-postal-code-distance", "profile-predictive-analytics"], _computed),
}
"""What conditions say by themselves; those on consent are read together."""
