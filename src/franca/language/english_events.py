"""Clauses about what people did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from franca.definitions import (
    AttributeRef,
    Average,
    CalendarTest,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventMeasure,
    EventNames,
    EventTest,
    Follow,
    InstantTest,
    Maximum,
    Measure,
    Minimum,
    OfProperty,
    Op,
    PickedEvent,
    Places,
    Predicate,
    PropertyTest,
    Rank,
    Ratio,
    Regular,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Step,
    Sum,
    TimeTest,
    ValueTest,
    Without,
)
from franca.language import phrases
from franca.language.english_writer import Clause, Denial, Writer, did, noun, nouns, of_event, one, word
from franca.language.phrases import CALENDAR, COUNTED, OPPOSITE, Manner, compared, label, listed, manner, number, told

_MONEY = frozenset({"total", "amount", "value", "revenue", "price"})
_NEVER = (Count(tests=(ValueTest(op=Op.IS, operand=0),)),)


# ── one event, inside where and having ───────────────────────────────────────


def _property(writer: Writer, node: PropertyTest, *, denied: bool = False) -> str:
    how = manner(node.property, writer.property(writer.event or (), node.property))
    return writer.value(label(node.property), node.tests, how, denied=denied)


def _property_denied(writer: Writer, node: PropertyTest) -> str | None:
    return _property(writer, node, denied=True) if len(node.tests) == 1 else None


def _instant(writer: Writer, node: InstantTest) -> str:
    return f"it happened {writer.times(node.tests)}"


def _instant_denied(writer: Writer, node: InstantTest) -> str | None:
    if len(node.tests) != 1:
        return None
    return f"it did not happen {writer.times(node.tests)}{' (or they have none)' if _is_since(node.tests) else ''}"


def _is_since(tests: tuple[TimeTest, ...]) -> bool:
    """Tell whether a window begins with something that people may lack."""
    return any(isinstance(test, (SinceAttribute, SinceLatest)) for test in tests)


def _calendar(writer: Writer, node: CalendarTest, *, denied: bool = False) -> str:
    name, how = CALENDAR[node.part]
    return f"{name} {' and '.join(writer.said(test, how, denied=denied).text for test in node.tests)}"


def _calendar_denied(writer: Writer, node: CalendarTest) -> str | None:
    return _calendar(writer, node, denied=True) if len(node.tests) == 1 else None


# ── how often, how much ──────────────────────────────────────────────────────


def _event(writer: Writer, node: EventTest) -> str:
    active = [measure for measure in node.measures if _is_active(measure)]
    when, parts = _when(writer, node), []
    if active or not node.measures:
        parts.append(f"who {_acts(writer, node, active)}{writer.only(node.event, node.where)}")
        when = " of these"
    for measure in (measure for measure in node.measures if measure not in active):
        parts.append(f"whose {_passive(writer, node.event, measure, when)}")
        when = " of these"
    return " and ".join(parts) + (f", of one and the same {label(node.per)}" if node.per and node.measures else "")


def _acts(writer: Writer, node: EventTest, active: list[Measure]) -> str:
    acts = " and ".join(_ACTIVE[type(measure)](writer, node.event, measure) for measure in active or [Count()])
    known = f" with a known {label(node.per)}" if node.per and not active else ""
    window = f" {writer.times(node.window)}" if node.window else " ever" if active and node.measures != _NEVER else ""
    lacking = active and _is_since(node.window) and all(map(_holds_of_none, node.measures))
    return f"{acts}{known}{window}{' (or have none)' if lacking else ''}"


def _holds_of_none(measure: Measure) -> bool:
    """Tell whether a measure of no events, which is 0, passes: then people count for whom a window does not begin."""
    return _is_active(measure) and all(_ZERO[test.op](test.operands) for test in _values(measure))


_ZERO: Mapping[Op, Callable[[Any], bool]] = {
    Op.IS: lambda numbers: numbers[0] == 0,
    Op.IS_NOT: lambda numbers: numbers[0] != 0,
    Op.IN: lambda numbers: 0 in numbers,
    Op.NOT_IN: lambda numbers: 0 not in numbers,
    Op.GT: lambda numbers: numbers[0] < 0,
    Op.GTE: lambda numbers: numbers[0] <= 0,
    Op.LT: lambda numbers: numbers[0] > 0,
    Op.LTE: lambda numbers: numbers[0] >= 0,
    Op.BETWEEN: lambda numbers: numbers[0] <= 0 < numbers[1],
}


def _when(writer: Writer, node: EventTest | EventMeasure) -> str:
    return f" {writer.times(node.window) or 'of all time'}{writer.only(node.event, node.where)}"


def _is_active(measure: Measure) -> bool:
    """Tell whether a measure reads well as what people did: "ordered at least 5 times"."""
    return type(measure) in _ACTIVE and _is_compared(measure)


def _is_compared(measure: Measure) -> bool:
    """Tell whether all tests compare with constants."""
    return all(isinstance(test, ValueTest) and test.op in COUNTED for test in measure.tests)


def _values(measure: Measure) -> tuple[ValueTest, ...]:
    return tuple(test for test in measure.tests if isinstance(test, ValueTest))


def _count(_: Writer, event: EventNames, measure: Count) -> str:
    if not measure.tests:
        return f"{did(event)} at least once"
    if (measure,) == _NEVER:
        return f"never {did(event)}"
    return f"{did(event)} {' and '.join(phrases.times(test) for test in _values(measure))}"


def _sum(writer: Writer, event: EventNames, measure: Sum) -> str:
    places = manner(measure.of, writer.property(event, measure.of)).places
    amounts = " and ".join(compared(test, places) for test in _values(measure))
    spent = f"spent {amounts} in total" if _is_money(event, measure) else f"had a total of {amounts}"
    return f"{spent} ({of_event(event, measure.of)})"


def _is_money(event: EventNames, measure: Sum) -> bool:
    return word(event) is not None and measure.of in _MONEY


def _distinct(_: Writer, event: EventNames, measure: Distinct) -> str:
    counted = " and ".join(map(phrases.counted_as, _values(measure)))
    values = "value" if all(test.operand == 1 for test in _values(measure)) else "values"
    return f"{did(event)} with {counted} different {values} of {label(measure.of)}"


_ACTIVE: Mapping[type[Measure], Callable[[Writer, EventNames, Any], str]] = {Count: _count, Sum: _sum, Distinct: _distinct}

_PICKED: Mapping[type[Measure], str] = {DaysSinceLast: "latest", DaysSinceFirst: "first"}


def _passive(writer: Writer, event: EventNames, measure: Measure, when: str, *, denied: bool = False) -> str:
    """Return what is said of a measure as a value, which may be missing."""
    picked = _PICKED.get(type(measure))
    if picked and _is_compared(measure):
        parts = (phrases.days_ago(test, denied=denied) for test in _values(measure))
        return f"{picked} {noun(event)}{when} {told(parts, 'does not exist')}"
    how = replace(_manner(writer, event, measure), plural=bool(picked))
    return writer.value(f"{_measured(writer, event, measure)}{when}", measure.tests, how, denied=denied)


def _manner(writer: Writer, event: EventNames, measure: Measure) -> Manner:
    if not isinstance(measure, OfProperty) or isinstance(measure, Distinct):
        return Manner()
    return manner(measure.of, writer.property(event, measure.of))


def _total(event: EventNames, measure: Sum) -> str:
    of = of_event(event, measure.of)
    return f"spend ({of})" if _is_money(event, measure) else f"sum of {of}"


def _least(word_of_number: str, word_of_time: str) -> Callable[[Writer, EventNames, Any], str]:
    def name(writer: Writer, event: EventNames, measure: OfProperty) -> str:
        of = of_event(event, measure.of)
        return f"{word_of_time} value of {of}" if _manner(writer, event, measure).day else f"{word_of_number} {of}"

    return name


_MEASURED: Mapping[type[Measure], Callable[[Writer, EventNames, Any], str]] = {
    Count: lambda _writer, event, _measure: f"number of {nouns(event)}",
    Sum: lambda _writer, event, measure: _total(event, measure),
    Average: lambda _writer, event, measure: f"average {of_event(event, measure.of)}",
    Minimum: _least("smallest", "earliest"),
    Maximum: _least("largest", "latest"),
    Distinct: lambda _writer, event, measure: f"number of different values of {of_event(event, measure.of)}",
    DaysSinceLast: lambda _writer, event, _measure: f"days since the latest {noun(event)}",
    DaysSinceFirst: lambda _writer, event, _measure: f"days since the first {noun(event)}",
}


def _measured(writer: Writer, event: EventNames, measure: Measure) -> str:
    return _MEASURED[type(measure)](writer, event, measure)


def _event_denied(writer: Writer, node: EventTest) -> str | None:
    if not node.measures:
        return _never_known(writer, node) if node.per else _event(writer, replace(node, measures=_NEVER))
    if node.per or len(node.measures) > 1 or len(node.measures[0].tests) != 1:
        return None
    if node.measures == _NEVER:
        return _event(writer, replace(node, measures=()))
    return _measure_denied(writer, node, node.measures[0])


def _never_known(writer: Writer, node: EventTest) -> str:
    window = f" {writer.times(node.window)}" if node.window else ""
    return f"who never {did(node.event)} with a known {label(node.per or '')}{window}{writer.only(node.event, node.where)}"


def _measure_denied(writer: Writer, node: EventTest, measure: Measure) -> str | None:
    if not _is_active(measure):
        return f"whose {_passive(writer, node.event, measure, _when(writer, node), denied=True)}"
    test = _values(measure)[0]
    if test.op not in OPPOSITE:
        return None
    opposite = replace(measure, tests=(replace(test, op=OPPOSITE[test.op]),))
    return _event(writer, replace(node, measures=(opposite,)))


# ── the latest, the first, what follows ──────────────────────────────────────


def _picked(writer: Writer, node: PickedEvent) -> str:
    window = f" {writer.times(node.window)}" if node.window else ""
    said = _picked_said(writer, node)
    if not said:
        return _event(writer, EventTest(event=node.event, where=node.where, window=node.window))
    return f"whose {node.pick} {noun(node.event)}{window}{writer.only(node.event, node.where)} {' and '.join(said)}"


def _picked_said(writer: Writer, node: PickedEvent, *, denied: bool = False) -> list[str]:
    was, was_not = ("was not", "was") if denied else ("was", "was not")
    said = [f"{was} one where {_condition(writer, node.event, node.having)}"] if node.having is not None else []
    said += [f"{was} followed by {_follow(writer, node.followed_by)}"] if node.followed_by else []
    return said + ([f"{was_not} followed by {_follow(writer, node.not_followed_by)}"] if node.not_followed_by else [])


def _condition(writer: Writer, event: EventNames, having: Predicate) -> str:
    text = writer.about(event, having)
    return f"({text})" if ", " in text or ";" in text else text


def _follow(writer: Writer, follow: Follow) -> str:
    within = f" within {follow.within}" if follow.within else ""
    return f"{one(follow.event)}{within}{writer.only(follow.event, follow.where)}"


def _picked_denied(writer: Writer, node: PickedEvent) -> str | None:
    said = _picked_said(writer, node, denied=True)
    never = _event(writer, EventTest(event=node.event, where=node.where, window=node.window, measures=_NEVER))
    return None if len(said) > 1 else f"{never} or whose {node.pick} of these {said[0]}" if said else never


# ── one after another, period after period ───────────────────────────────────


def _sequence(writer: Writer, node: Sequence) -> str:
    started = f", beginning {writer.times(node.starting)}," if node.starting else ""
    parts: list[str] = []
    anchor, before = "", None
    for step in node.steps:
        parts.append(f"{_after(before, step, anchor)}{_STEPS[type(step)](writer, step)}")
        anchor, before = noun(step.event) if isinstance(step, Step) else anchor, step
    return f"who{started} {''.join(parts)}"


def _after(before: Step | Without | None, step: Step | Without, anchor: str) -> str:
    """Return what stands between two steps; a time counts from the last event that happened: the *anchor*, named after one that did not."""
    if before is None:
        return ""
    if isinstance(before, Step):
        return f" and then, within {step.within}, " if step.within else " and then "
    return f" and, within {step.within} of the same {anchor}, " if step.within else f" and, later than the same {anchor}, "


def _step(writer: Writer, step: Step) -> str:
    return f"{did(step.event)}{writer.only(step.event, step.where)}"


def _without(writer: Writer, step: Without) -> str:
    still = " so far (that time may still be running)" if step.still_open else ""
    return f"had no {noun(step.event)}{writer.only(step.event, step.where)}{still}"


_STEPS: Mapping[type[Any], Callable[[Writer, Any], str]] = {Step: _step, Without: _without}


def _regular(writer: Writer, node: Regular, *, few: str = "at least") -> str:
    periods = f"{node.at_least} of the last {node.of_last} calendar {node.every}s (the running one counts)"
    return f"who {did(node.event)}{writer.only(node.event, node.where)} in {few} {periods}"


# ── measures set against each other or against other people's ────────────────


def _noun_phrase(writer: Writer, of: EventMeasure) -> str:
    return f"{_measured(writer, of.event, of.measure)}{_when(writer, of)}"


def _ratio(writer: Writer, node: Ratio, *, denied: bool = False) -> str:
    name = f"{_noun_phrase(writer, node.measure)} divided by the {_noun_phrase(writer, node.divided_by)}"
    return f"whose {writer.value(name, node.tests, Manner(), denied=denied)}"


def _rank(writer: Writer, node: Rank) -> str:
    return f"who is {_place(writer, node)}"


def _place(writer: Writer, node: Rank) -> str:
    by = label(node.of.attribute) if isinstance(node.of, AttributeRef) else _noun_phrase(writer, node.of)
    place = node.place
    if isinstance(place, Places):
        share = f"{number(place.percent)}%" if place.percent is not None else f"{place.count:,}"
        return f"in the {place.end} {share} by {by}"
    return f"in part {listed([str(part) for part in place.among], 'or')} of {place.of} equal parts by {by}, part 1 being the lowest"


CLAUSES: Mapping[type[Predicate], Clause] = {
    PropertyTest: _property,
    InstantTest: _instant,
    CalendarTest: _calendar,
    EventTest: _event,
    PickedEvent: _picked,
    Sequence: _sequence,
    Regular: _regular,
    Ratio: _ratio,
    Rank: _rank,
}
DENIALS: Mapping[type[Predicate], Denial] = {
    PropertyTest: _property_denied,
    InstantTest: _instant_denied,
    CalendarTest: _calendar_denied,
    EventTest: _event_denied,
    PickedEvent: _picked_denied,
    Regular: lambda writer, node: _regular(writer, node, few="fewer than"),
    Ratio: lambda writer, node: _ratio(writer, node, denied=True) if len(node.tests) == 1 else None,
    Rank: lambda writer, node: f"who is not {_place(writer, node)} (or has no place in it)",
}
