"""Names and filters on values read backwards: what `decompile.py` puts together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from franca.adapter import Site, Snapshot
from franca.adapter.importing import all_of, failing, number, ours, passing, text, unrepresentable
from franca.definitions import (
    AttributeTest,
    ConsentSource,
    Constant,
    DataType,
    EventMapping,
    FieldMapping,
    Kind,
    LengthTest,
    Op,
    Predicate,
    PropertyTest,
    ValueTest,
)
from franca_klaviyo.attributes import named
from franca_klaviyo.missing import takes_nothing
from franca_klaviyo.parts import Filter
from franca_klaviyo.values import NOT_SET

PEOPLE = frozenset({"email", "phone_number", "external_id"})
"""Properties whose values name somebody."""

COMPARED = {
    "equals": Op.IS,
    "not-equals": Op.IS_NOT,
    "greater-than": Op.GT,
    "greater-than-or-equal": Op.GTE,
    "less-than": Op.LT,
    "less-than-or-equal": Op.LTE,
}

# ── names ────────────────────────────────────────────────────────────────────


class Names:
    """What an account calls what the project maps."""

    def __init__(self, site: Site, snapshot: Snapshot) -> None:
        self._project, self._destination = site.project, site.destination
        self.zone = site.project.zone
        self.attributes: dict[str, list[str]] = {}
        for name, mapping in site.destination.attributes.items():
            self.attributes.setdefault(named(mapping.field), []).append(name)
        self._metrics = dict(_metrics(snapshot))

    @property
    def channels(self) -> Mapping[str, ConsentSource]:
        """Where the project knows who may be reached."""
        return self._project.data.profile.consent

    def attribute(self, name: str) -> tuple[str, FieldMapping, DataType]:
        """Return the attribute that a property holds.

        Raises:
            NotRepresentableError: none, or several, or one whose values name people.
        """
        if name in PEOPLE:
            unrepresentable(f"a test on {name} names people, who do not belong into a file")
        found = self.attributes.get(name, [])
        if not found:
            unrepresentable(f"no attribute is mapped to {name}")
        if len(found) > 1:
            unrepresentable(f"several attributes are mapped to {name}: {', '.join(found)}")
        return found[0], self._destination.attributes[found[0]], self._project.data.profile.attributes[found[0]].type

    def event(self, metric: str) -> tuple[str, EventMapping]:
        """Return the event that a metric holds.

        Raises:
            NotRepresentableError: none, or several; or one whose mapping does not tell the metric from others of its name.
        """
        name, integration = self._metrics.get(metric, ("", ""))
        events = self._destination.events.items()
        found = [(event, each) for event, each in events if each.metric == name and each.integration in (None, integration)]
        if not found:
            unrepresentable(f"no event is mapped to the metric {name!r}" + (f" of {integration}" if integration else ""))
        if len(found) > 1:
            unrepresentable(f"several events are mapped to the metric {name!r}: {', '.join(event for event, _ in found)}")
        if found[0][1].integration is None and [each for each, _ in self._metrics.values()].count(name) > 1:
            unrepresentable(f"several metrics are called {name!r}, and the mapping of {found[0][0]!r} has no `integration`")
        return found[0]

    def value(self, event: str) -> tuple[str, DataType]:
        """Return the property that Klaviyo adds up.

        Raises:
            NotRepresentableError: none is mapped.
        """
        value = self._destination.events[event].value
        if value is None:
            unrepresentable(f"it adds up the value of {event!r}, and no property is mapped as its value")
        return value, self.property(event, value)

    def property(self, event: str, name: str) -> DataType:
        """Return the type of an event's property."""
        return self._project.data.events[event].properties[name].type


def _metrics(snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield id → name and integration; the entry that has an integration comes last."""
    for (kind, name, qualifier), ids in sorted(snapshot.names.items()):
        if kind == "metric":
            yield from ((identity, (name, qualifier)) for identity in ids)


# ── tests on values ──────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is tested: an attribute, or *inside* `where` a property.

    Attributes:
        unset: whether a missing value passes negative filters here.
    """

    subject: str
    type: DataType
    mapping: FieldMapping | None = None
    unset: bool = False
    inside: bool = False

    def holds(self, op: Op, operand: Constant | tuple[Constant, ...]) -> Predicate:
        """Return a test."""
        return passing(self.subject, op, operand, inside=self.inside)

    def fails(self, op: Op, operand: Constant | tuple[Constant, ...]) -> Predicate:
        """Return its negation, which leaves out missing values unless they are wanted (KHC 14837232353691)."""
        denied = failing(self.subject, op, operand, inside=self.inside)
        return denied if self.unset else all_of([self.holds(Op.IS_SET, True), denied])


def passes(test: Filter, place: Place) -> Predicate:
    """Return what a filter says.

    Raises:
        NotRepresentableError: our language has no exact equal.
    """
    operator = str(test.get("operator"))
    read = _FILTERS.get((str(test.get("type")), operator.removeprefix("not-") if operator != "not-set" else operator))
    if read is None:
        unrepresentable(f"a filter of type {test.get('type')!r} with {operator!r} has no exact equal")
    return read(test, place, operator)


def _existence(_test: Filter, place: Place, operator: str) -> Predicate:
    return place.holds(Op.IS_SET, operator == "is-set")


def _texts(op: Op) -> Callable[[Filter, Place, str], Predicate]:
    def read(test: Filter, place: Place, operator: str) -> Predicate:
        value = test.get("value")
        words = tuple(map(text, value if isinstance(value, list) else [value]))
        if not words or (op not in (Op.IS, Op.IN) and "" in words):
            unrepresentable(f"{operator!r} of nothing has no exact equal")
        return _said(place, *_translated(place, op, words), denied=operator.startswith("not-"))

    return read


def _translated(place: Place, op: Op, words: tuple[str, ...]) -> tuple[Op, tuple[Constant, ...]]:
    """Return a test on texts in our own words.

    Raises:
        NotRepresentableError: the attribute holds no texts there, or a word has no translation.
    """
    if place.mapping is None or not place.mapping.values:
        if place.type.kind is not Kind.TEXT:
            unrepresentable(f"it compares {place.subject!r} with a text, and that is a {place.type}")
        return op, words
    if op not in (Op.IS, Op.IN) or place.type.kind is Kind.LIST:
        unrepresentable(f"{op.value!r} cannot be asked of the translated values of {place.mapping.field}")
    found = tuple(dict.fromkeys(word for each in words for word in ours(place.mapping, place.type, each)))
    return (Op.IS if len(found) == 1 else Op.IN), found


def _said(place: Place, op: Op, words: tuple[Constant, ...], *, denied: bool) -> Predicate:
    operand = words[0] if op is Op.IS else words
    return place.fails(op, operand) if denied else place.holds(op, operand)


def _number(test: Filter, place: Place, operator: str) -> Predicate:
    if place.type.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER) or (place.mapping and place.mapping.values):
        unrepresentable(f"it compares {place.subject!r} with a number, and that is a {place.type} there")
    value = number(place.type, test["value"])
    return place.fails(Op.IS, value) if operator == "not-equals" else place.holds(COMPARED[operator], value)


def _flag(test: Filter, place: Place, _operator: str) -> Predicate:
    if place.type.kind is not Kind.BOOLEAN or (place.mapping and place.mapping.values):
        unrepresentable(f"it compares {place.subject!r} with yes or no, and that is a {place.type} there")
    return place.holds(Op.IS, bool(test["value"]))


def _listed(op: Op) -> Callable[[Filter, Place, str], Predicate]:
    def read(test: Filter, place: Place, operator: str) -> Predicate:
        if place.type.kind is not Kind.LIST:
            unrepresentable(f"it looks into {place.subject!r} as into a list, and that is a {place.type}")
        value = test["value"]
        words: tuple[Constant, ...] = tuple(map(text, value if isinstance(value, list) else [value]))
        if place.mapping is not None and place.mapping.values:
            words = tuple(word for each in words for word in ours(place.mapping, place.type, str(each)))
        return place.fails(op, words) if operator.startswith("not-") else place.holds(op, words)

    return read


def _length(test: Filter, place: Place, operator: str) -> Predicate:
    if place.type.kind is not Kind.LIST:
        unrepresentable(f"it asks how long {place.subject!r} is, and that is a {place.type}")
    measured = LengthTest(tests=(ValueTest(op=COMPARED[operator.removeprefix("length-")], operand=int(test["value"])),))
    if place.inside:
        return PropertyTest(property=place.subject, tests=(measured,))
    return AttributeTest(attribute=place.subject, tests=(measured,))


_FILTERS: Mapping[tuple[str, str], Callable[[Filter, Place, str], Predicate]] = {
    ("existence", "is-set"): _existence,
    ("existence", "not-set"): _existence,
    ("string", "equals"): _texts(Op.IS),
    ("string", "in"): _texts(Op.IN),
    ("string", "contains"): _texts(Op.CONTAINS),
    ("string", "starts-with"): _texts(Op.STARTS_WITH),
    ("string", "ends-with"): _texts(Op.ENDS_WITH),
    **{("numeric", operator): _number for operator in COMPARED if operator != "not-equals"},
    ("boolean", "equals"): _flag,
    ("list", "contains"): _listed(Op.HAS_ANY),
    ("list", "contains-any"): _listed(Op.HAS_ANY),
    ("list", "contains-all"): _listed(Op.HAS_ALL),
    **{("list", f"length-{operator}"): _length for operator in COMPARED if operator != "not-equals"},
}
"""Type and operator, without "not-", → what it says; regular expressions, whose dialect is not documented, have no entry."""


def passed(each: Mapping[str, Any], event: str, mapping: EventMapping, beside: Collection[Mapping[str, Any]], names: Names) -> Predicate:
    """Return what a filter on an event's property says.

    Raises:
        NotRepresentableError: our language has no exact equal.
    """
    mapped = [name for name, theirs in mapping.properties.items() if theirs == each["property"]]
    if len(mapped) != 1:
        unrepresentable(f"{len(mapped) or 'no'} properties of {event!r} are mapped to {each['property']!r}")
    present = any(other["property"] == each["property"] and _needs_a_value(other["filter"]) for other in beside)
    if not (present or each["filter"] == NOT_SET or _needs_a_value(each["filter"])):
        unrepresentable(f"whether {each['filter'].get('operator')!r} keeps events without {each['property']!r} is not documented")
    # Beside a test that needs a value, any other one may be read either way.
    return passes(each["filter"], Place(subject=mapped[0], type=names.property(event, mapped[0]), unset=present, inside=True))


def _needs_a_value(test: Filter) -> bool:
    return not (str(test.get("operator")).startswith("not-") or takes_nothing(test))
