"""Tests on events → conditions of type profile-metric."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from franca.adapter import Assumption, Finding, Ref, facts
from franca.definitions import Count, EventNames, EventTest, Kind, Measure, Op, Sum, ValueTest, names_of
from franca.logic import measure_test
from franca_klaviyo.assumptions import DECIMAL_SUMS, ZERO_COUNT
from franca_klaviyo.counting import at_least, below, exactly, not_exactly
from franca_klaviyo.parts import EVERYONE, NOBODY, Condition, Context, Filter, Groups, Part, refuse
from franca_klaviyo.timeframes import timeframe
from franca_klaviyo.values import numeric
from franca_klaviyo.variants import Source, Variant, variants
from franca_klaviyo.windows import Time, leaned


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A measure's test, as it stands (*positive*) or negated."""

    measure: Measure
    test: ValueTest
    positive: bool

    def holds(self, found: int) -> bool:
        """Return whether it holds of a number."""
        return HOLDS[self.test.op](found, self.test.operand) is self.positive

    @property
    def filter(self) -> Filter:
        """The measurement filter."""
        return numeric(self.test.op, self.test.operand, positive=self.positive)


HOLDS: Mapping[Op, Callable[[Any, Any], bool]] = {
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
    measured = _measured(leaf, positive)
    sources = sources_of(leaf.event, context)
    found = [each for source in sources for each in _conditions(leaf, source, measured)]
    conditions, findings = tuple(each for each, _ in found if each), frozenset(finding for _, several in found for finding in several)
    groups = _MEASURES[type(measured.measure)](sources, measured, conditions)
    leaning = {facts(context.site.destination.name, source.event) for source in sources} | _leaned(groups, sources[0], measured)
    return Part(groups=groups, assumptions=frozenset(leaning), findings=findings)


def sources_of(event: EventNames, context: Context) -> list[Source]:
    """Return what each kind of event is at Klaviyo.

    Raises:
        RefusedError: one has no mapping.
    """
    destination = context.site.destination
    unmapped = [name for name in names_of(event) if name not in destination.events]
    if unmapped:
        raise refuse("unmapped-event", f"the event {unmapped[0]!r} has no mapping under destinations.{destination.name}")
    return [Source(event=name, mapping=destination.events[name], context=context) for name in names_of(event)]


def condition(source: Source, variant: Variant, frame: Filter) -> Condition:
    """Return a condition on the events that pass a variant in a timeframe, without its measurement."""
    filters = {"metric_filters": list(variant.filters)} if variant.filters else {}
    metric = Ref("metric", source.mapping.metric, source.mapping.integration or "")
    return {"type": "profile-metric", "metric_id": metric, "timeframe_filter": frame, **filters}


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


def _conditions(leaf: EventTest, source: Source, measured: Measured) -> Iterator[tuple[Condition, frozenset[Finding]]]:
    """Yield a condition without its measurement for each variant of a kind; none of those whose window holds no event."""
    some = [measured.holds(number) for number in (0, 1, 2)] in ([False, True, True], [True, False, False])
    at = Time(kind=Kind.DATETIME, zone=source.context.site.project.zone, context=source.context, of_event=True)
    for variant in variants(leaf, source, apart=not some):
        frame = timeframe(variant.window, at)
        yield condition(source, variant, frame.filter) if frame.filter else {}, frame.findings | variant.findings


def _leaned(groups: Groups, source: Source, measured: Measured) -> set[Assumption]:
    conditions = [each for group in groups for each in group]
    found = set(leaned(each["timeframe_filter"] for each in conditions))
    if any(each["measurement"] == "count" and _holds_of_none(each["measurement_filter"]) for each in conditions):
        found.add(ZERO_COUNT)
    # Floating sums carry no promise at the last digit (language.md section 4), so nothing is leaned on for them.
    if conditions and isinstance(measured.measure, Sum) and source.kind(measured.measure.of) is Kind.DECIMAL:
        found.add(DECIMAL_SUMS)
    return found


def _holds_of_none(test: Filter) -> bool:
    return test["operator"] == "less-than" or (test["operator"], test["value"]) == ("equals", 0)


# -- measures: conditions without a measurement, one for each variant of each kind → groups


def _count(_sources: list[Source], measured: Measured, conditions: tuple[Condition, ...]) -> Groups:
    make, number = _COUNTS[measured.test.op, measured.positive], measured.test.operand
    return make(conditions, number)


_COUNTS: Mapping[tuple[Op, bool], Callable[[tuple[Condition, ...], Any], Groups]] = {
    (Op.GTE, True): at_least,
    (Op.LT, False): at_least,
    (Op.LT, True): below,
    (Op.GTE, False): below,
    (Op.IS, True): exactly,
    (Op.IS, False): not_exactly,
}
"""Normal forms count with these three."""


def _sum(sources: list[Source], measured: Measured, conditions: tuple[Condition, ...]) -> Groups:
    if len(sources) > 1:
        raise refuse(
            "event-kinds", f"Klaviyo adds up the values of one metric, and {' or '.join(each.event for each in sources)} are several"
        )
    wanted, kept = getattr(measured.measure, "of", ""), sources[0].mapping.value
    if wanted != kept:
        is_kept = f"{kept!r} is mapped" if kept else "nothing is mapped"
        raise refuse("sum-property", f"Klaviyo sums the value of an event; as that of {sources[0].event!r} {is_kept}, not {wanted!r}")
    if len(conditions) > 1:
        raise refuse("where-alternatives", "Klaviyo cannot add up the values of events that pass one of several filters")
    if not conditions:
        return EVERYONE if measured.holds(0) else NOBODY
    summed = {**conditions[0], "measurement": "sum", "measurement_filter": measured.filter}
    # The sum over no events is 0 for us and not documented at Klaviyo: whoever has none is named besides.
    return ((summed, *exactly(conditions, 0)[0]),) if measured.holds(0) else ((summed,),)


_MEASURES: Mapping[type[Measure], Callable[[list[Source], Measured, tuple[Condition, ...]], Groups]] = {Count: _count, Sum: _sum}
