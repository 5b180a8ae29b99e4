"""Predicates → boolean expressions over a table whose columns were prepared; never null."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
from ibis import ir

from franca.audience.functions import Functions, every, some
from franca.audience.moments import AsOf, Span
from franca.audience.tables import key_text
from franca.audience.values import number_passes, value_test, within
from franca.audience.zones import to_utc
from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentSource,
    ConsentTest,
    EventTest,
    Everyone,
    Kind,
    Mailable,
    NoneOf,
    Not,
    Predicate,
    Project,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    TimeTest,
    ValueTest,
)


@dataclass(frozen=True)
class Frame:
    """A table and where on it the prepared parts of predicates are.

    Attributes:
        names: (what, name) of attributes, properties and consent columns, or a node itself → a column.
        kinds: the same keys → the kind of the value.
    """

    table: ir.Table
    names: Mapping[Any, str]
    kinds: Mapping[Any, Kind]
    project: Project
    as_of: AsOf
    functions: Functions

    def column(self, what: Any) -> ir.Value:
        """Return a prepared column."""
        return self.table[self.names[what]]

    def holds(self, predicate: Predicate) -> ir.BooleanValue:
        """Return *predicate* as an expression."""
        return _PREDICATES[type(predicate)](self, predicate)

    def instant(self, what: Any) -> ir.TimestampValue:
        """Return a prepared time as an instant; a day is its midnight in the project's zone."""
        value = self.column(what)
        return to_utc(value.cast("timestamp"), self.project.timezone) if self.kinds.get(what) is Kind.DATE else value

    def passes(self, what: Any, test: TimeTest) -> ir.BooleanValue:
        """Return whether the prepared time passes *test*; false when it is missing."""
        if isinstance(test, (SinceAttribute, SinceLatest)):
            value = self.instant(what)
            return ((value > self.since(test)) & within(value, Span(hi=self.as_of.after))).fill_null(False)
        span = self.as_of.days(test) if self.kinds.get(what) is Kind.DATE else self.as_of.instants(test)
        return within(self.column(what), span)

    def since(self, test: TimeTest) -> ir.TimestampValue:
        """Return the instant from which a `since` window runs."""
        return self.instant(("attribute", test.attribute) if isinstance(test, SinceAttribute) else test)


def _value(frame: Frame, what: Any, test: ValueTest | TimeTest) -> ir.BooleanValue:
    if isinstance(test, TimeTest):
        return frame.passes(what, test)
    return value_test(frame.column(what), test, frame.kinds[what], frame.functions)


def _attribute(frame: Frame, node: AttributeTest) -> ir.BooleanValue:
    return every(_value(frame, ("attribute", node.attribute), test) for test in node.tests)


def _property(frame: Frame, node: PropertyTest) -> ir.BooleanValue:
    return every(_value(frame, ("property", node.property), test) for test in node.tests)


def _event(frame: Frame, node: EventTest) -> ir.BooleanValue:
    """Return the test as it was prepared per profile with events; for profiles without any, what it says of nothing."""
    return frame.column(node).fill_null(holds_for_nothing(node))


def holds_for_nothing(node: EventTest) -> bool:
    """Return whether the measures of *node* hold for no events at all: every count and sum is 0."""
    return bool(node.measures) and all(number_passes(0, test) for measure in node.measures for test in measure.tests)


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
    return frame.functions.sha256(salted, node.position).substr(0, 8) < limit


_PREDICATES: Mapping[type[Predicate], Callable[[Frame, Any], ir.BooleanValue]] = {
    All: lambda frame, node: every(map(frame.holds, node.of)),
    AnyOf: lambda frame, node: some(map(frame.holds, node.of)),
    NoneOf: lambda frame, node: ~some(map(frame.holds, node.of)),
    Not: lambda frame, node: ~frame.holds(node.of),
    Everyone: lambda _frame, _node: ibis.literal(True),
    AttributeTest: _attribute,
    PropertyTest: _property,
    EventTest: _event,
    ConsentTest: _consent,
    Mailable: _mailable,
    Sample: _sample,
}
