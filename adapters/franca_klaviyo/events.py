"""Tests on events → conditions of type profile-metric."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from franca.adapter import Assumption, Ref, facts
from franca.definitions import Count, EventMapping, EventTest, Kind, Measure, Op, Predicate, PropertyTest, Sum, ValueTest
from franca.logic import Clause, TooLarge, disjunctive, literals, measure_test
from franca_klaviyo.assumptions import DECIMAL_SUMS, ZERO_COUNT
from franca_klaviyo.parts import EVERYONE, NOBODY, Condition, Context, Filter, Groups, Part, RefusedError, refuse
from franca_klaviyo.timeframes import timeframe
from franca_klaviyo.values import FLAGS, IS_SET, NOT_SET, constant_test, numeric, value_filters
from franca_klaviyo.windows import DATES, Time, leaned

MOST_FILTERS = 10
"""Property filters of one event condition (segments_api_overview)."""

PropertyFilter = dict[str, Any]
Variant = tuple[PropertyFilter, ...]
"""Filters that one event must all pass; of several variants it must pass one."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What our event is at Klaviyo."""

    event: str
    mapping: EventMapping
    context: Context

    @property
    def ref(self) -> Ref:
        """The metric, by name: ids differ from account to account."""
        return Ref("metric", self.mapping.metric, self.mapping.integration or "")

    def property_name(self, ours: str) -> str:
        """Return the name of a property at Klaviyo."""
        if ours not in self.mapping.properties:
            raise refuse("unmapped-property", f"the property {ours!r} of {self.event!r} has no mapping")
        return self.mapping.properties[ours]

    def kind(self, ours: str) -> Kind:
        """Return the type of a property."""
        return self.context.site.project.data.events[self.event].properties[ours].type.kind


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A measure's test, as it stands (*positive*) or negated."""

    measure: Measure
    test: ValueTest
    positive: bool

    def holds(self, found: int) -> bool:
        """Return whether it holds of a number."""
        return _HOLDS[self.test.op](found, self.test.operand) is self.positive

    @property
    def filter(self) -> Filter:
        """The measurement filter."""
        return numeric(self.test.op, self.test.operand, positive=self.positive)


_HOLDS: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.IS: lambda found, wanted: bool(found == wanted),
    Op.GT: lambda found, wanted: bool(found > wanted),
    Op.GTE: lambda found, wanted: bool(found >= wanted),
    Op.LT: lambda found, wanted: bool(found < wanted),
    Op.LTE: lambda found, wanted: bool(found <= wanted),
}


def event(leaf: EventTest, positive: bool, context: Context) -> Part:
    """Compile a test on events.

    Raises:
        RefusedError: there is no exact form.
    """
    destination = context.site.destination
    metric, measured = _metric(leaf, context), _measured(leaf, positive)
    frame = timeframe(leaf.window, Time(kind=Kind.DATETIME, zone=context.site.project.zone, context=context))
    leaning = frozenset({facts(destination.name, metric.event)})
    if frame.filter is None:
        return Part(groups=EVERYONE if measured.holds(0) else NOBODY, assumptions=leaning)
    base = {"type": "profile-metric", "metric_id": metric.ref, "timeframe_filter": frame.filter}
    conditions = [{**base, **({"metric_filters": list(variant)} if variant else {})} for variant in _variants(leaf.where, metric)]
    groups = _MEASURES[type(measured.measure)](metric, measured, conditions)
    return Part(groups=groups, assumptions=leaning | leaned([frame.filter]) | _leaned(metric, measured), findings=frame.findings)


def _metric(leaf: EventTest, context: Context) -> Metric:
    destination = context.site.destination
    if not isinstance(leaf.event, str):
        raise refuse("event-kinds", f"Klaviyo's conditions are about one metric, and {' or '.join(leaf.event)} are several")
    if leaf.event not in destination.events:
        raise refuse("unmapped-event", f"the event {leaf.event!r} has no mapping under destinations.{destination.name}")
    return Metric(event=leaf.event, mapping=destination.events[leaf.event], context=context)


def _measured(leaf: EventTest, positive: bool) -> Measured:
    if leaf.per is not None:
        raise refuse("per-value", f"Klaviyo cannot measure the events of each value of {leaf.per!r} apart")
    (measure,) = leaf.measures  # normal forms have one measure with one test
    if type(measure) not in _MEASURES:
        raise refuse("no-such-measure", "Klaviyo counts events and adds up their value; it has no other measure in segments")
    test = measure_test(leaf)
    if test is None:
        raise refuse("references", "Klaviyo compares a measure with constants, not with an attribute")
    return Measured(measure=measure, test=test, positive=positive)


def _leaned(metric: Metric, measured: Measured) -> frozenset[Assumption]:
    found = {ZERO_COUNT} if measured.holds(0) else set()
    # Floating sums carry no promise at the last digit (language.md section 4), so nothing is leaned on for them.
    if isinstance(measured.measure, Sum) and metric.kind(measured.measure.of) is Kind.DECIMAL:
        found.add(DECIMAL_SUMS)
    return frozenset(found)


# -- measures: conditions without a measurement, one for each variant → groups


def _count(_metric: Metric, measured: Measured, conditions: list[Condition]) -> Groups:
    counted = tuple({**each, "measurement": "count", "measurement_filter": measured.filter} for each in conditions)
    at = tuple(map(measured.holds, (0, 1, 2)))
    if len(counted) == 1 or at == (False, True, True):  # some A-or-B is some A or some B
        return (counted,)
    if at == (True, False, False):  # no A-or-B is no A and no B
        return tuple((each,) for each in counted)
    raise _alternatives()


def _sum(metric: Metric, measured: Measured, conditions: list[Condition]) -> Groups:
    wanted, kept = getattr(measured.measure, "of", ""), metric.mapping.value
    if wanted != kept:
        is_kept = f"{kept!r} is mapped" if kept else "nothing is mapped"
        raise refuse("sum-property", f"Klaviyo sums the value of an event; as that of {metric.event!r} {is_kept}, not {wanted!r}")
    if len(conditions) > 1:
        raise _alternatives()
    summed = {**conditions[0], "measurement": "sum", "measurement_filter": measured.filter}
    if not measured.holds(0):
        return ((summed,),)
    # The sum over no events is 0 for us and not documented at Klaviyo: whoever has none is named besides.
    return ((summed, {**conditions[0], "measurement": "count", "measurement_filter": numeric(Op.IS, 0)}),)


_MEASURES: Mapping[type[Measure], Callable[[Metric, Measured, list[Condition]], Groups]] = {Count: _count, Sum: _sum}


def _alternatives() -> RefusedError:
    return refuse("where-alternatives", "Klaviyo cannot count events that pass one of several filters")


# -- where


def _variants(where: Predicate | None, metric: Metric) -> tuple[Variant, ...]:
    if where is None:
        return ((),)
    clauses = disjunctive(where)
    if isinstance(clauses, TooLarge):
        raise refuse("too-large", f"Klaviyo takes no alternatives in the filter on {metric.event!r}: {clauses}")
    found = tuple(variant for clause in clauses for variant in _of_clause(clause, metric))
    if any(len(variant) > MOST_FILTERS for variant in found):
        raise refuse("too-many-filters", f"Klaviyo takes {MOST_FILTERS} filters on the properties of one event")
    return found


def _of_clause(clause: Clause, metric: Metric) -> Iterator[Variant]:
    asserted = {leaf.property for leaf, positive in literals(clause) if positive and isinstance(leaf, PropertyTest) and _implies_set(leaf)}
    options = (_options(leaf, positive, metric, asserted) for leaf, positive in literals(clause))
    for choice in itertools.product(*options):
        yield tuple(each for filters in choice for each in filters)


def _implies_set(leaf: PropertyTest) -> bool:
    return all(not isinstance(test, ValueTest) or test.op is not Op.IS_EMPTY for test in leaf.tests)


def _options(leaf: Predicate, positive: bool, metric: Metric, asserted: set[str]) -> tuple[Variant, ...]:
    """Return the ways in which an event passes one literal.

    Whether a negative filter keeps events without the property is not documented: it never stands without a test of its presence.
    """
    if not isinstance(leaf, PropertyTest):
        raise refuse("event-instants", "Klaviyo has no filter on the instant of an event beside the window")
    test, kind, name = constant_test(leaf.tests[0]), metric.kind(leaf.property), metric.property_name(leaf.property)
    if kind in DATES and test.op not in FLAGS:
        raise refuse("event-dates", "Klaviyo has no tests on dates among an event's properties")

    def on(found: Filter) -> PropertyFilter:
        return {"property": name, "filter": found}

    filters = tuple(map(on, value_filters(kind, test, positive=positive, of_event=True)))
    if positive or test.op in FLAGS:
        return tuple((each,) for each in filters)
    return (filters,) if leaf.property in asserted else ((on(IS_SET), *filters), (on(NOT_SET),))
