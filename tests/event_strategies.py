"""Hypothesis strategies of predicates about what a profile did, and of measures made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from choices import CORE, NUMERIC, TIMES, Choice, Extra, attribute_of, item_of
from franca.definitions import (
    AttributeRef,
    Average,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    End,
    EventMeasure,
    EventNames,
    EventTest,
    Follow,
    Kind,
    Maximum,
    Measure,
    Minimum,
    Op,
    Period,
    Pick,
    PickedEvent,
    Places,
    Predicate,
    Rank,
    Ratio,
    Regular,
    Sequence,
    Step,
    Sum,
    Tile,
    Without,
)
from schema import ORDERED, POOLS, WITHIN
from value_strategies import (
    attribute_refs,
    kinds_of,
    maybe_where,
    reference_tests,
    several,
    time_tests,
    value_tests,
    weighted,
    where_predicates,
)

COUNTS = (0, 1, 1, 2, 2, 3, 5)
MEANS = tuple(map(Decimal, ("0", "1", "2.5", "5", "10", "19.99", "30.005", "-5", "0.25")))
DAYS = tuple(map(Decimal, ("0.5", "1", "7", "30", "90.5", "180", "400")))
RATIOS = tuple(map(Decimal, ("0", "0.25", "0.5", "1", "1.5", "2", "10", "25", "-2.5", "0.3333")))
FLOATS = (0.0, 0.25, 0.5, 1.0, 2.0, -2.5)
MEASURED = (*ORDERED, Op.IS_SET)
"""Of measures that may be missing."""


@cache
@st.composite
def events(draw: DrawFn, choice: Choice) -> EventNames:
    """Return a kind of events, or several."""
    return draw(kinds_of(choice, draw(st.sampled_from(choice.events))))


def windows(draw: DrawFn, choice: Choice, numbers: tuple[int, ...] = (0, 0, 1, 1, 1, 2)) -> tuple[Any, ...]:
    return several(draw, time_tests(choice), numbers)


@cache
@st.composite
def event_tests(draw: DrawFn, choice: Choice = CORE) -> EventTest:
    """Return tests on what a profile did: properties, windows, counts and sums; more where there is choice."""
    event = draw(events(choice))
    properties = choice.properties_of(event)
    per = draw(st.sampled_from(properties)) if Extra.PER in choice.extras and properties and not draw(st.integers(0, 4)) else None
    return EventTest(
        event=event,
        where=draw(maybe_where(event, choice)),
        window=windows(draw, choice),
        measures=tuple(draw(measures(event, choice)) for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2))))),
        per=per,
    )


# Measures


@cache
@st.composite
def measures(draw: DrawFn, event: EventNames, choice: Choice) -> Measure:
    """Return measures with tests on them."""
    if Extra.MEASURES in choice.extras and draw(st.booleans()):
        return draw(_other_measures(event, choice))
    summable = _of_kinds(event, choice, NUMERIC)
    if not choice.sums or not summable or draw(st.booleans()):
        return Count(tests=(draw(_measured(Kind.INTEGER, COUNTS, choice, ORDERED)),))
    name = draw(st.sampled_from(summable))
    return Sum(of=name, tests=(draw(_measured(POOLS[name].type.kind, POOLS[name].constants, choice, ORDERED)),))


def _of_kinds(event: EventNames, choice: Choice, kinds: frozenset[Kind]) -> list[str]:
    return [name for name in choice.properties_of(event) if item_of(event, name).type.kind in kinds]


@cache
def _measured(kind: Kind, constants: tuple[Any, ...], choice: Choice, operators: tuple[Op, ...] = MEASURED) -> SearchStrategy[Any]:
    """Tests on a measure: with constants, or with an attribute where there is choice."""
    others = attribute_refs(choice.attributes_like(kind))
    own = value_tests(kind, constants, operators)
    return weighted((3, own), (1, reference_tests(kind, others))) if others and Extra.REFERENCES in choice.extras else own


@cache
@st.composite
def _other_measures(draw: DrawFn, event: EventNames, choice: Choice) -> Measure:
    make: Any = draw(st.sampled_from((Average, Average, Minimum, Maximum, Distinct, DaysSinceLast, DaysSinceFirst)))
    if make in {DaysSinceLast, DaysSinceFirst}:
        return make(tests=(draw(_measured(Kind.DECIMAL, DAYS, choice)),))
    names = _measurable(event, choice, make)
    if not names:
        return DaysSinceLast(tests=(draw(_measured(Kind.DECIMAL, DAYS, choice)),))
    name = draw(st.sampled_from(names))
    if make is Distinct:
        return Distinct(of=name, tests=(draw(_measured(Kind.INTEGER, COUNTS, choice, ORDERED)),))
    kind = item_of(event, name).type.kind
    if make is Average and kind is not Kind.NUMBER:
        return Average(of=name, tests=(draw(_measured(Kind.DECIMAL, MEANS, choice)),))
    constants = choice.constants(name, item_of(event, name).zone)
    return make(of=name, tests=(draw(_measured(kind, constants, choice)),))


def _measurable(event: EventNames, choice: Choice, make: type[Measure]) -> list[str]:
    """The properties that a measure takes; the smallest of days without a year is not defined."""
    kinds = {Average: NUMERIC, Minimum: NUMERIC | TIMES, Maximum: NUMERIC | TIMES}.get(make, frozenset(Kind))
    return [name for name in _of_kinds(event, choice, kinds) if make is Distinct or name != "gift_day"]


@cache
@st.composite
def event_measures(draw: DrawFn, choice: Choice, *, numbers: bool = True) -> EventMeasure:
    """Return measures in measure position; *numbers* leaves out days and instants."""
    event = draw(events(choice))
    make: Any = draw(st.sampled_from((Count, Count, Sum, Sum, Average, Minimum, Maximum, Distinct, DaysSinceLast, DaysSinceFirst)))
    names = [] if make is Count else _measurable(event, choice, NUMBERS.get(make, make) if numbers else make)
    if make in {Sum, Average, Minimum, Maximum, Distinct}:
        names = _of_kinds(event, choice, NUMERIC) if make is Sum else names
        measure = make(of=draw(st.sampled_from(names))) if names else Count()
    else:
        measure = make()
    return EventMeasure(event=event, measure=measure, where=draw(maybe_where(event, choice)), window=windows(draw, choice, (0, 0, 1)))


NUMBERS: Mapping[Any, Any] = {Minimum: Average, Maximum: Average}
"""Whose properties they may have where only numbers are wanted."""


@cache
@st.composite
def ratios(draw: DrawFn, choice: Choice) -> Ratio:
    """Return tests on one measure divided by another."""
    above, below = draw(event_measures(choice)), draw(event_measures(choice))
    floating = any(_is_floating(each) for each in (above, below))
    own = _measured(Kind.NUMBER, FLOATS, choice) if floating else _measured(Kind.DECIMAL, RATIOS, choice)
    return Ratio(measure=above, divided_by=below, tests=tuple(draw(own) for _ in range(draw(st.sampled_from((1, 1, 2))))))


def _is_floating(of: EventMeasure) -> bool:
    name = getattr(of.measure, "of", None)
    return name is not None and not isinstance(of.measure, Distinct) and item_of(of.event, name).type.kind is Kind.NUMBER


@cache
@st.composite
def ranks(draw: DrawFn, choice: Choice) -> Rank:
    """Return places by a measure or an attribute; days without a year have no order."""
    attributes = [name for name in choice.attributes if attribute_of(name).type.kind in NUMERIC | TIMES and name != "name_day"]
    of: Any = (
        draw(event_measures(choice, numbers=False)) if draw(st.booleans()) else AttributeRef(attribute=draw(st.sampled_from(attributes)))
    )
    if draw(st.booleans()):
        tiles = draw(st.sampled_from((1, 2, 3, 4, 10, 30)))
        return Rank(of=of, place=Tile(of=tiles, among=tuple(sorted(draw(st.sets(st.integers(1, tiles), min_size=1, max_size=3))))))
    end = draw(st.sampled_from(End))
    if draw(st.booleans()):
        return Rank(of=of, place=Places(end=end, count=draw(st.sampled_from((1, 2, 5, 10, 40)))))
    return Rank(of=of, place=Places(end=end, percent=Decimal(draw(st.sampled_from(("0.1", "10", "33.3", "50", "75", "100"))))))


# One event, several events


def _maybe(draw: DrawFn, values: tuple[Any, ...], share: int) -> Any:
    """None, or once in *share* times one of *values*."""
    return None if draw(st.integers(1, share)) > 1 else draw(st.sampled_from(values))


@cache
@st.composite
def picked(draw: DrawFn, choice: Choice) -> PickedEvent:
    """Return tests on the latest or first event, and on what follows it."""
    event = draw(events(choice))
    shape = draw(st.sampled_from(("having", "having", "followed", "not_followed", "candidate")))
    return PickedEvent(
        pick=draw(st.sampled_from(Pick)),
        event=event,
        where=draw(maybe_where(event, choice)),
        window=windows(draw, choice, (0, 0, 0, 1)),
        having=draw(where_predicates(event, choice, 1)) if shape == "having" else draw(maybe_where(event, choice)),
        followed_by=draw(_follows(choice)) if shape == "followed" else None,
        not_followed_by=draw(_follows(choice)) if shape == "not_followed" else None,
    )


@cache
@st.composite
def _follows(draw: DrawFn, choice: Choice) -> Follow:
    event = draw(events(choice))
    return Follow(event=event, where=draw(maybe_where(event, choice)), within=_maybe(draw, WITHIN, 2))


@cache
@st.composite
def sequences(draw: DrawFn, choice: Choice) -> Sequence:
    """Return a first step and one to three others, some of which are `without`."""
    event = draw(events(choice))
    first = Step(event=event, where=draw(maybe_where(event, choice)))
    others = [draw(_steps(choice)) for _ in range(draw(st.sampled_from((1, 1, 1, 2, 2, 3))))]
    return Sequence(steps=(first, *others), starting=windows(draw, choice, (0, 0, 1)))


@cache
@st.composite
def _steps(draw: DrawFn, choice: Choice) -> Step | Without:
    event = draw(events(choice))
    where = draw(maybe_where(event, choice))
    if draw(st.integers(0, 2)):
        return Step(event=event, where=where, within=_maybe(draw, WITHIN, 2))
    return Without(event=event, where=where, within=draw(st.sampled_from(WITHIN)), still_open=draw(st.booleans()))


@cache
@st.composite
def regulars(draw: DrawFn, choice: Choice) -> Regular:
    """Return tests on how many of the last calendar periods had an event."""
    event = draw(events(choice))
    of_last = draw(st.sampled_from((1, 2, 3, 6, 12, 40, 400)))
    at_least = draw(st.integers(1, min(of_last, 4)))
    every = draw(st.sampled_from(Period))
    return Regular(event=event, where=draw(maybe_where(event, choice)), every=every, at_least=at_least, of_last=of_last)


EXTRA_EVENTS: Mapping[Extra, Callable[[Choice], SearchStrategy[Predicate]]] = {
    Extra.PICKED: picked,
    Extra.SEQUENCE: sequences,
    Extra.REGULAR: regulars,
    Extra.RATIO: ratios,
    Extra.RANK: ranks,
}
