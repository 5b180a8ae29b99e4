"""Predicates → boolean expressions over a table whose columns were prepared; never null."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

import ibis
from ibis import ir

from franca.audience.columns import YEARLESS
from franca.audience.functions import Functions, every, some
from franca.audience.moments import AsOf, Span
from franca.audience.quantities import Quantity, nothing_passes, quantity_test, ratio, reference_test
from franca.audience.tables import key_text
from franca.audience.values import length_test, number_test, value_test, within
from franca.definitions import (
    MONTHS,
    WEEKDAYS,
    All,
    Anniversary,
    AnyOf,
    AtLeast,
    AttributeRef,
    AttributeTest,
    CalendarPart,
    CalendarTest,
    ConsentSource,
    ConsentTest,
    Duration,
    EventMeasure,
    EventTest,
    Everyone,
    InstantTest,
    Kind,
    LengthTest,
    Mailable,
    MemberOf,
    Native,
    Near,
    NoneOf,
    Not,
    Op,
    PickedEvent,
    Places,
    Predicate,
    Project,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sample,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Status,
    Tile,
    TimeTest,
    ValueTest,
)
from franca.errors import FrancaError

Test = ValueTest | ReferenceTest | LengthTest | TimeTest
_NO_YEAR = (date(YEARLESS, 1, 1), date(YEARLESS, 12, 31))


@dataclass(frozen=True)
class Frame:
    """A table and where on it the prepared parts of predicates are.

    Attributes:
        names: (what, name) of attributes, properties and consent columns, or a node itself → a column.
        kinds: the same keys → the kind of the value.
        quantities: measures in measure position, and those of tests that compare with an attribute → their parts on the table.
    """

    table: ir.Table
    names: Mapping[Any, str]
    kinds: Mapping[Any, Kind]
    project: Project
    as_of: AsOf
    functions: Functions
    quantities: Mapping[EventMeasure, Callable[[ir.Table], Quantity]] = field(default_factory=dict)

    def column(self, what: Any) -> ir.Value:
        """Return a prepared column."""
        return self.table[self.names[what]]

    def known(self, what: Any) -> ir.Value:
        """Return a prepared value as comparisons see it: a day without its year is missing."""
        value = self.column(what)
        return value.between(*map(ibis.literal, _NO_YEAR)).ifelse(ibis.null("date"), value) if self.kinds.get(what) is Kind.DATE else value

    def quantity(self, measure: EventMeasure) -> Quantity:
        """Return a prepared measure."""
        return self.quantities[measure](self.table)

    def holds(self, predicate: Predicate) -> ir.BooleanValue:
        """Return *predicate* as an expression."""
        return _PREDICATES[type(predicate)](self, predicate)

    def instant(self, what: Any) -> ir.TimestampValue:
        """Return a prepared time as an instant; a day is its midnight in the project's zone."""
        value = self.known(what)
        return self.functions.to_utc(value.cast("timestamp"), self.project.timezone) if self.kinds.get(what) is Kind.DATE else value

    def passes(self, what: Any, test: TimeTest) -> ir.BooleanValue:
        """Return whether the prepared time passes *test*; false when it is missing."""
        if isinstance(test, (SinceAttribute, SinceLatest)):
            value = self.instant(what)
            return ((value > self.since(test)) & within(value, Span(hi=self.as_of.after))).fill_null(False)
        if isinstance(test, Anniversary):
            return self._anniversary(what, test)
        span = self.as_of.days(test) if self.kinds.get(what) is Kind.DATE else self.as_of.instants(test)
        return within(self.known(what), span)

    def since(self, test: TimeTest) -> ir.TimestampValue:
        """Return the instant from which a `since` window runs."""
        if test not in self.names and isinstance(test, SinceAttribute):
            return self.instant(("attribute", test.attribute))
        return self.column(test)

    def moved(self, instant: ir.TimestampValue, duration: Duration) -> ir.TimestampValue:
        """Return *instant* plus *duration*: an exact length, or a wall-clock step in the project's zone, clamped to the month's end."""
        if duration.seconds is not None:
            return instant + ibis.interval(seconds=duration.seconds)
        return self.functions.stepped(instant, duration.amount * MONTHS[duration.unit], self.project.timezone)

    def wall(self, what: Any) -> ir.Value:
        """Return a prepared time as the calendar of the project's zone has it: a day, or a wall-clock time."""
        value = self.column(what)
        return value if self.kinds.get(what) is Kind.DATE else self.functions.to_wall(value, self.project.timezone)

    def _anniversary(self, what: Any, test: Anniversary) -> ir.BooleanValue:
        days = self.as_of.month_days(test)
        if days is None:
            return self.column(what).notnull()
        wall = self.wall(what)
        number = wall.month() * 100 + wall.day()
        return some(number.between(low, high) for low, high in days).fill_null(False)

    def referred(self, reference: AttributeRef | PropertyRef) -> tuple[ir.Value, Kind]:
        """Return the value that a test compares with (without its factor), and its kind."""
        what = ("attribute", reference.attribute) if isinstance(reference, AttributeRef) else ("property", reference.property)
        return self.known(what), self.kinds[what]


# ── values ───────────────────────────────────────────────────────────────────

_WHOLE = frozenset({Op.IS_SET, Op.IS_EMPTY})


def _value(frame: Frame, what: Any, test: Test) -> ir.BooleanValue:
    kind = frame.kinds[what]
    match test:
        case TimeTest():
            return frame.passes(what, test)
        case LengthTest():
            return length_test(frame.column(what), test)
        case ReferenceTest():
            return reference_test(Quantity(frame.known(what), kind=kind), test, *frame.referred(test.reference), frame.functions)
        case _:
            return value_test(frame.column(what) if test.op in _WHOLE else frame.known(what), test, kind, frame.functions)


def _attribute(frame: Frame, node: AttributeTest) -> ir.BooleanValue:
    return every(_value(frame, ("attribute", node.attribute), test) for test in node.tests)


def _property(frame: Frame, node: PropertyTest) -> ir.BooleanValue:
    return every(_value(frame, ("property", node.property), test) for test in node.tests)


def _instant(frame: Frame, node: InstantTest) -> ir.BooleanValue:
    return every(frame.passes("at", test) for test in node.tests)


def _calendar(frame: Frame, node: CalendarTest) -> ir.BooleanValue:
    number = _PARTS[node.part](frame.wall("at"))
    tests = map(_numbered, node.tests) if node.part is CalendarPart.WEEKDAY else node.tests
    return every(number_test(number, test) for test in tests)


_PARTS: Mapping[CalendarPart, Callable[[Any], ir.Value]] = {
    CalendarPart.HOUR: lambda wall: wall.hour(),
    CalendarPart.WEEKDAY: lambda wall: wall.day_of_week.index(),
    CalendarPart.DAY: lambda wall: wall.day(),
    CalendarPart.MONTH: lambda wall: wall.month(),
}


def _numbered(test: ValueTest) -> ValueTest:
    """Return a test on the name of a weekday as one on its number, Monday being 0."""
    numbers = tuple(WEEKDAYS.index(str(name)) for name in test.operands)
    return replace(test, operand=numbers if isinstance(test.operand, tuple) else numbers[0])


# ── events: prepared per profile with events ─────────────────────────────────


def _event(frame: Frame, node: EventTest) -> ir.BooleanValue:
    """Return the test as it was prepared; for profiles without any such event, what it says of nothing."""
    if node in frame.names:
        return frame.column(node).fill_null(nothing_passes(node))
    return every(
        quantity_test(frame.quantity(measured), test, frame.referred, frame.functions)
        for measured, measure in measures_of(node)
        for test in measure.tests
    )


def measures_of(node: EventTest) -> tuple[tuple[EventMeasure, Any], ...]:
    """Return the measures of a test in measure position, each with the measure as it is written."""
    return tuple(
        (EventMeasure(event=node.event, where=node.where, window=node.window, measure=replace(measure, tests=())), measure)
        for measure in node.measures
    )


def _prepared(frame: Frame, node: Predicate) -> ir.BooleanValue:
    return frame.column(node).fill_null(False)


def _ratio(frame: Frame, node: Ratio) -> ir.BooleanValue:
    quotient = ratio(frame.quantity(node.measure), frame.quantity(node.divided_by))
    return every(quantity_test(quotient, test, frame.referred, frame.functions) for test in node.tests)


def _rank(frame: Frame, node: Rank) -> ir.BooleanValue:
    value, ranked = _ranked(frame, node.of)
    descending = isinstance(node.place, Places) and node.place.end == "top"
    order = [value.desc() if descending else value, frame.functions.ordered(key_text(frame.column("key")))]
    window = ibis.window(group_by=ranked, order_by=order)
    if isinstance(node.place, Tile):
        return ranked & ibis.ntile(node.place.of).over(window).isin([number - 1 for number in node.place.among])
    return ranked & _placed(ibis.row_number().over(window), node.place, ranked)


def _ranked(frame: Frame, of: EventMeasure | AttributeRef) -> tuple[ir.Value, ir.BooleanValue]:
    """Return what profiles are ordered by, and whether a profile takes part."""
    if isinstance(of, AttributeRef):
        value = frame.known(("attribute", of.attribute))
        return value, value.notnull()
    value = frame.quantity(of).order
    return value, value.notnull() & (frame.column(("counted", of)).fill_null(0) > 0)


def _placed(before: ir.IntegerValue, place: Places, ranked: ir.BooleanValue) -> ir.BooleanValue:
    """Return whether few enough come before; a share rounds up, and is multiplied out because engines divide as floats."""
    if place.percent is None:
        return before < (place.count or 0)
    top, whole = place.percent.as_integer_ratio()
    everybody = ranked.ifelse(1, 0).sum().over(ibis.window())
    return before * (whole * 100) < everybody * top


# ── consent and the rest ─────────────────────────────────────────────────────


def _words(source: ConsentSource, status: Status) -> tuple[str, ...]:
    return tuple(source.values.get(status, ()))


def _has_status(frame: Frame, channel: str, status: Status) -> ir.BooleanValue:
    value = frame.column(("status", channel))
    named = value.isin(_words(frame.project.data.profile.consent[channel], status)).fill_null(False)
    return named | value.isnull() if status is Status.NEVER else named


def _consent(frame: Frame, node: ConsentTest) -> ir.BooleanValue:
    status = [some(_has_status(frame, node.channel, status) for status in node.statuses)] if node.statuses else []
    return every([*status, *(frame.passes(("consent_at", node.channel), test) for test in node.at)])


def _mailable(frame: Frame, node: Mailable) -> ir.BooleanValue:
    subscribed = _has_status(frame, node.channel, Status.SUBSCRIBED)
    if frame.project.data.profile.consent[node.channel].suppressed is None:
        return subscribed
    return subscribed & ~frame.column(("suppressed", node.channel)).fill_null(False)


def _sample(frame: Frame, node: Sample) -> ir.BooleanValue:
    if node.percent >= 100:
        return ibis.literal(True)
    limit = f"{math.ceil(Decimal(node.percent) * 2**32 / 100):08x}"
    salted = ibis.literal(f"{node.salt}:") + key_text(frame.column("key"))
    return frame.functions.sha256(salted, node.position).substr(0, 8) < limit  # every collation orders hex digits alike


RADIUS = 6371.0088
"""Mean radius of the earth in kilometres (IUGG)."""


def _near(frame: Frame, node: Near) -> ir.BooleanValue:
    """Compare haversines instead of distances: both grow together up to the far side of the earth."""
    angle = float(node.within.kilometres) / RADIUS
    latitude, longitude = frame.column("latitude"), frame.column("longitude")
    if angle >= math.pi:
        return latitude.notnull() & longitude.notnull()
    here, there = (math.radians(float(degrees)) for degrees in (node.latitude, node.longitude))
    north, east = ((latitude.radians() - here) / 2).sin(), ((longitude.radians() - there) / 2).sin()
    haversine = north * north + latitude.radians().cos() * math.cos(here) * east * east
    return (haversine <= math.sin(angle / 2) ** 2).fill_null(False)


def _at_least(frame: Frame, node: AtLeast) -> ir.BooleanValue:
    return reduce(operator.add, (frame.holds(part).ifelse(1, 0) for part in node.of)) >= node.count


def _native(_frame: Frame, node: Native) -> ir.BooleanValue:
    where = " or ".join(f"{kind} {name!r} of {place}" for place, kind, name in node.objects)
    raise FrancaError(f"nobody but the ESP knows who is in the {where}", remedy="leave the segment out", position=node.position)


_PREDICATES: Mapping[type[Predicate], Callable[[Frame, Any], ir.BooleanValue]] = {
    All: lambda frame, node: every(map(frame.holds, node.of)),
    AnyOf: lambda frame, node: some(map(frame.holds, node.of)),
    NoneOf: lambda frame, node: ~some(map(frame.holds, node.of)),
    Not: lambda frame, node: ~frame.holds(node.of),
    AtLeast: _at_least,
    Everyone: lambda _frame, _node: ibis.literal(True),
    AttributeTest: _attribute,
    PropertyTest: _property,
    InstantTest: _instant,
    CalendarTest: _calendar,
    EventTest: _event,
    PickedEvent: _prepared,
    Sequence: _prepared,
    Regular: _prepared,
    MemberOf: _prepared,
    Native: _native,
    Ratio: _ratio,
    Rank: _rank,
    ConsentTest: _consent,
    Mailable: _mailable,
    Sample: _sample,
    Near: _near,
}
