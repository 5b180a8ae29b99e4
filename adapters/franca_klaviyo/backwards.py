"""Filters, windows, names and consent read backwards: what `decompile.py` puts together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from franca.adapter import Assumption, Site, Snapshot
from franca.adapter.importing import all_of, failing, number, ours, passing, text, unrepresentable
from franca.definitions import (
    Ago,
    Anniversary,
    ConsentTest,
    Constant,
    DataType,
    Duration,
    EventMapping,
    FieldMapping,
    From,
    Kind,
    Last,
    Mailable,
    Next,
    Not,
    Op,
    Period,
    Predicate,
    Status,
    This,
    TimeTest,
    To,
    Unit,
)
from franca_klaviyo.attributes import property_name
from franca_klaviyo.consent import SUPPRESSIONS
from franca_klaviyo.parts import Condition, Filter, RefusedError
from franca_klaviyo.windows import DAY, END, SECOND, UTC_ZONES, leaned

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
            self.attributes.setdefault(_named(mapping.field), []).append(name)
        self._metrics = dict(_metrics(snapshot))

    @property
    def has_consent(self) -> bool:
        """Whether the project knows who may get emails."""
        return "email" in self._project.data.profile.consent

    @property
    def has_pending(self) -> bool:
        """Whether the project tells who has not confirmed yet."""
        return Status.PENDING in self._project.data.profile.consent["email"].values

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
            NotRepresentableError: none, or several.
        """
        name, integration = self._metrics.get(metric, ("", ""))
        events = self._destination.events.items()
        found = [(event, each) for event, each in events if each.metric == name and each.integration in (None, integration)]
        if not found:
            unrepresentable(f"no event is mapped to the metric {name!r}" + (f" of {integration}" if integration else ""))
        if len(found) > 1:
            unrepresentable(f"several events are mapped to the metric {name!r}: {', '.join(event for event, _ in found)}")
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


def _named(mapped: str) -> str:
    try:
        return property_name(mapped)
    except RefusedError:  # no condition can name it
        return mapped


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
        if not words or (op is not Op.IS and "" in words):
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
    operator = str(each["filter"].get("operator"))
    present = any(other["property"] == each["property"] and _needs_a_value(other["filter"]) for other in beside)
    if operator.startswith("not-") and operator != "not-set" and not present:
        unrepresentable(f"whether {operator!r} keeps events without {each['property']!r} is not documented")
    # Beside a test that needs a value, a negative one may be read either way.
    return passes(each["filter"], Place(subject=mapped[0], type=names.property(event, mapped[0]), unset=present, inside=True))


def _needs_a_value(test: Filter) -> bool:
    return not str(test.get("operator")).startswith("not-")


# ── time ─────────────────────────────────────────────────────────────────────


class Approximating(Protocol):
    """Who may consent to what is not exact."""

    def approximate(self, finding: str, what: str) -> None:
        """Note it, or refuse."""
        ...


@dataclass(frozen=True, kw_only=True)
class Times:
    """The tests that a date filter is, and what they lean on."""

    tests: tuple[TimeTest, ...]
    leaned: frozenset[Assumption] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """What a date filter is read in."""

    kind: Kind
    zone: ZoneInfo
    consent: Approximating

    @property
    def days(self) -> bool:
        """Whether the value is a day, which Klaviyo keeps as its midnight UTC."""
        return self.kind is Kind.DATE

    def local(self) -> None:
        """Insist that days begin at midnight UTC for us too."""
        if self.zone.key not in UTC_ZONES:
            self.consent.approximate("day-windows", f"Klaviyo begins days at midnight UTC, the project in {self.zone.key}")


def times(test: Filter, kind: Kind, zone: ZoneInfo, consent: Approximating) -> Times:
    """Return the tests on time that a date filter is.

    Raises:
        NotRepresentableError: our language has no exact equal, and no consent was given.
    """
    read = _WINDOWS.get(str(test.get("operator")))
    if read is None:
        unrepresentable(f"the date filter {test.get('operator')!r} has no exact equal")
    return Times(tests=read(test, _Clock(kind=kind, zone=zone, consent=consent)), leaned=frozenset(leaned([test])))


def _span(quantity: int, test: Filter, clock: _Clock, *, boundary: int) -> Duration:
    """Return a length of time; *boundary* is how many days more a window in days reaches on values that are days (KHC 4403222359451)."""
    unit = test["unit"]
    if unit == "day" and clock.days:
        clock.local()
        return Duration(quantity + boundary, Unit.DAYS)
    if unit == "day":
        clock.consent.approximate("day-windows", "Klaviyo cuts windows in days at midnight UTC, ours roll with the clock")
        return Duration(quantity, Unit.DAYS)
    if unit != "hour":
        unrepresentable(f"where Klaviyo cuts windows in {unit}s is not documented")
    if clock.days:
        clock.local()
    if quantity % 24 == 0:
        return Duration(quantity // 24, Unit.DAYS)
    if clock.days:
        unrepresentable(f"{quantity} hours are no whole number of days")
    return Duration(quantity, Unit.HOURS)


def _last(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    return (Last(duration=_span(test["quantity"], test, clock, boundary=1)),)  # "in the last 3 days": today and the three before


def _long_ago(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    return (Ago(older=_span(test["quantity"], test, clock, boundary=1)),)  # the day that is exactly so long ago is left out


def _ahead(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    if test["unit"] == "day" and clock.days:
        unrepresentable("whether a window of days ahead ends with its last day is not documented")
    return (Next(duration=_span(test["quantity"], test, clock, boundary=0)),)


def _between(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    newer, older = sorted((test["start"], test["end"]))
    if test["unit"] != "day" or not clock.days:
        what = "which ends of a window between two times ago Klaviyo includes is documented for days only"
        clock.consent.approximate("between-windows", what)
    span = _span(older, test, clock, boundary=1)
    return (Ago(older=span, newer=_span(newer, test, clock, boundary=0)) if newer else Last(duration=span),)


def _static(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    start, end = _instant(test["start"]), _instant(test["end"])
    after = () if test["end"] == END else (To(at=_edge(end + SECOND, clock)),)  # both ends are documented to be in it
    return (From(at=_edge(start, clock)), *after)


def _before(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    return (To(at=_edge(_instant(test["date"]), clock)),)


def _after(test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    at = _instant(test["date"])
    if at.time() != time():
        unrepresentable("what is after an instant within a day is not documented")
    return (From(at=_edge(at + DAY, clock)),)  # documented: after D is from the day after D


def _instant(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        unrepresentable(f"{written!r} is no instant")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)  # dates run in UTC (KHC 4403222359451)


def _edge(at: datetime, clock: _Clock) -> date | datetime:
    """Return the instant from which, or before which: of days the first one whose midnight is not earlier."""
    if clock.days:
        return at.date() if at.time() == time() else at.date() + DAY
    try:
        there = at.astimezone(clock.zone)
    except OverflowError:
        unrepresentable(f"{at.date()} is at the end of the calendar")
    return there.date() if there.time() == time() else at


def _this_month(_test: Filter, clock: _Clock) -> tuple[TimeTest, ...]:
    if not clock.days:
        unrepresentable("the month of an instant is another one in another zone")
    clock.local()
    return (Anniversary(tests=(This(period=Period.MONTH),)),)


def _always(_test: Filter, _clock: _Clock) -> tuple[TimeTest, ...]:
    return ()


_WINDOWS: Mapping[str, Callable[[Filter, _Clock], tuple[TimeTest, ...]]] = {
    "alltime": _always,
    "in-the-last": _last,
    "at-least": _long_ago,
    "in-the-next": _ahead,
    "between": _between,
    "between-static": _static,
    "before": _before,
    "after": _after,
    "anniversary-month": _this_month,
}


# ── consent ──────────────────────────────────────────────────────────────────

Key = tuple[bool, str, str]
"""Can receive, subscription, suppression."""


def _with_suppressed(subscription: str) -> frozenset[Key]:
    return frozenset({(True, subscription, ""), *((False, subscription, each) for each in SUPPRESSIONS)})


_BUNDLES: Sequence[tuple[frozenset[Key], Predicate]] = (
    (_with_suppressed("subscribed"), ConsentTest(channel="email", statuses=(Status.SUBSCRIBED,))),
    (_with_suppressed("never_subscribed"), ConsentTest(channel="email", statuses=(Status.PENDING, Status.NEVER))),
    (frozenset({(False, "unsubscribed", "")}), ConsentTest(channel="email", statuses=(Status.UNSUBSCRIBED,))),
    (frozenset({(False, "any", ""), (True, "never_subscribed", "")}), Not(of=Mailable(channel="email"))),
    (frozenset({(True, "subscribed", "")}), Mailable(channel="email")),
)
"""What conditions on consent say together, in one group."""


def consents(conditions: Sequence[Condition], names: Names) -> list[Predicate]:
    """Return what the conditions of a group say about consent.

    Raises:
        NotRepresentableError: our language does not tell them apart so, or the project has no consent.
    """
    if conditions and not names.has_consent:
        unrepresentable("it tests consent, and the project's data has none")
    keys = frozenset(map(_key, conditions))
    found = [(bundle, says) for bundle, says in _BUNDLES if bundle <= keys]
    found = [(bundle, says) for bundle, says in found if not any(bundle < other for other, _ in found)]
    if keys - frozenset().union(*(bundle for bundle, _ in found)):
        unrepresentable("our language knows who is subscribed and who may be mailed, and not each reason why somebody may not")
    return [_known(says, names) for _, says in found]


def _known(says: Predicate, names: Names) -> Predicate:
    if isinstance(says, ConsentTest) and Status.PENDING in says.statuses and not names.has_pending:
        return ConsentTest(channel="email", statuses=(Status.NEVER,))
    return says


def _key(condition: Condition) -> Key:
    consent = condition["consent"]
    if consent["channel"] != "email":
        unrepresentable(f"it tests consent to {consent['channel']}")
    status = consent["consent_status"]
    filters = status.get("filters") or ()
    suppressions = [each["field"] for each in filters if each["filter"] == {"type": "existence", "operator": "is-set"}]
    if len(suppressions) != len(filters) or len(suppressions) > 1:
        unrepresentable("it tests how or when somebody consented")
    return bool(consent["can_receive_marketing"]), str(status["subscription"]), "".join(suppressions)
