"""What profiles did, in plain Python: part of the naive interpreter (see naive.py), written from language.md alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from evaluator import naive
from evaluator.naive_times import local_day, period_number, step
from evaluator.naive_values import divided, total
from franca.definitions import (
    Average,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    Duration,
    End,
    EventMeasure,
    EventTest,
    Follow,
    Maximum,
    Measure,
    Minimum,
    Pick,
    PickedEvent,
    Places,
    Rank,
    Ratio,
    Regular,
    Sequence,
    Step,
    Sum,
    Tile,
    Without,
)

if TYPE_CHECKING:
    from evaluator.naive import Event, Person

MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_OF_A_DAY = 86_400_000_000

# Measures


def did(node: EventTest, person: Person) -> bool:
    """With `per`: of the events with one of the property's values all measures hold."""
    events = naive.happened(person, node.event, node.where, node.window)
    groups = [events] if node.per is None else _grouped(events, node.per)
    return any(_satisfied(node, group, person) for group in groups)


def _satisfied(node: EventTest, events: list[Event], person: Person) -> bool:
    if not node.measures:
        return bool(events)
    return all(naive.value_passes(test, measured(each, events, person), person, None) for each in node.measures for test in each.tests)


def _grouped(events: list[Event], name: str) -> list[list[Event]]:
    groups = defaultdict(list)
    for event in events:
        for value in set(_elements(event.value(name))):
            groups[value].append(event)
    return list(groups.values())


def _elements(value: Any) -> list[Any]:
    """A list's elements; any other value is one, and a missing one none."""
    return [] if value is None else value if isinstance(value, list) else [value]


def measured(measure: Measure, events: list[Event], person: Person) -> Any:
    """Return a measure of events; None when it is missing."""
    return _MEASURE[type(measure)](measure, events, person)


def _values(measure: Any, events: list[Event]) -> list[Any]:
    """A day of an unknown year is none that could be smallest or largest."""
    return [value for event in events if (value := event.value(measure.of)) is not None]


def _known(measure: Any, events: list[Event]) -> list[Any]:
    return [value for value in _values(measure, events) if not isinstance(value, naive.MonthDay)]


def _average(measure: Average, events: list[Event], _: Person) -> Any:
    values = _values(measure, events)
    return divided(total(values), len(values))


def _days(at: datetime | None, person: Person) -> Fraction | None:
    return None if at is None else Fraction((person.now.at - at) // MICROSECOND, MICROSECONDS_OF_A_DAY)


_MEASURE: Mapping[type[Measure], Callable[[Any, list[Any], Any], Any]] = {
    Count: lambda _, events, person: len(events),
    Sum: lambda measure, events, person: total(_values(measure, events)),
    Average: _average,
    Minimum: lambda measure, events, person: min(_known(measure, events), default=None),
    Maximum: lambda measure, events, person: max(_known(measure, events), default=None),
    Distinct: lambda measure, events, person: len({each for value in _values(measure, events) for each in _elements(value)}),
    DaysSinceLast: lambda _, events, person: _days(max((event.at for event in events), default=None), person),
    DaysSinceFirst: lambda _, events, person: _days(min((event.at for event in events), default=None), person),
}


def measure_of(of: EventMeasure, person: Person) -> Any:
    return measured(of.measure, naive.happened(person, of.event, of.where, of.window), person)


def ratio(node: Ratio, person: Person) -> bool:
    value = divided(measure_of(node.measure, person), measure_of(node.divided_by, person))
    return all(naive.value_passes(test, value, person, None) for test in node.tests)


# One event


def picked(node: PickedEvent, person: Person) -> bool:
    candidates = naive.happened(person, node.event, node.where, node.window)
    if not candidates:
        return False
    at = (max if node.pick is Pick.LATEST else min)(event.at for event in candidates)
    tied = [event for event in candidates if event.at == at]
    ids = [event.id for event in tied if event.id is not None]
    those = [event for event in tied if event.id == min(ids)] if ids else tied
    return (
        (node.having is None or any(naive.holds(node.having, event) for event in those))
        and (node.followed_by is None or _followed(node.followed_by, at, person))
        and (node.not_followed_by is None or not _followed(node.not_followed_by, at, person))
    )


def _followed(follow: Follow, at: datetime, person: Person) -> bool:
    return any(_soon(event.at, at, follow.within, person) for event in naive.happened(person, follow.event, follow.where))


def _soon(later: datetime, at: datetime, within: Duration | None, person: Person) -> bool:
    return later > at and (within is None or later <= step(at, within, 1, person.now.zone))


# Several events


def in_sequence(node: Sequence, person: Person) -> bool:
    """Every choice of events is tried."""
    first, *rest = node.steps
    assert isinstance(first, Step)
    return any(_goes_on(rest, event.at, person) for event in naive.happened(person, first.event, first.where, node.starting))


def _goes_on(steps: list[Step | Without], at: datetime, person: Person) -> bool:
    if not steps:
        return True
    first, *rest = steps
    following = sorted(
        {event.at for event in naive.happened(person, first.event, first.where) if _soon(event.at, at, first.within, person)}
    )
    if isinstance(first, Without):
        over = first.still_open or person.now.at >= step(at, first.within, 1, person.now.zone)
        return over and not following and _goes_on(rest, at, person)
    return any(_goes_on(rest, later, person) for later in following)


def regular(node: Regular, person: Person) -> bool:
    current = period_number(person.now.today, node.every)
    events = naive.happened(person, node.event, node.where)
    periods = {period_number(local_day(event.at, person.now.zone), node.every) for event in events}
    return sum(current - node.of_last < period <= current for period in periods) >= node.at_least


# Places


def in_place(node: Rank, person: Person) -> bool:
    ranked = person.world.ranked
    if node not in ranked:
        ranked[node] = _in_order(node, person.world.people)
    order = ranked[node]
    return person.key in order and _chosen(node.place, order.index(person.key), len(order))


def _in_order(node: Rank, everybody: list[Person]) -> list[str]:
    """From the top: the largest first; else the smallest first. Ties by key, always ascending."""
    valued = [(value, person.key) for person in everybody if (value := _rank_value(node, person)) is not None]
    by_key = sorted(valued, key=lambda pair: pair[1])
    from_top = isinstance(node.place, Places) and node.place.end is End.TOP
    return [key for _, key in sorted(by_key, key=lambda pair: pair[0], reverse=from_top)]  # sorting is stable, reversed too


def _rank_value(node: Rank, person: Person) -> Any:
    if not isinstance(node.of, EventMeasure):
        return person.value(node.of.attribute)
    happened = naive.happened(person, node.of.event, node.of.where, node.of.window)
    value = measured(node.of.measure, happened, person) if happened else None
    return float(value) if value is not None and isinstance(node.of.measure, Average) else value


def _chosen(place: Places | Tile, index: int, number: int) -> bool:
    """Whether the place *index*, from 0, of *number* is one of those meant."""
    if isinstance(place, Tile):
        return _tile(index, number, place.of) in place.among
    if place.count is not None:
        return index < place.count
    assert place.percent is not None
    return index < math.ceil(number * Fraction(place.percent) / 100)


def _tile(index: int, number: int, tiles: int) -> int:
    """As SQL's ntile: the first *number* mod *tiles* tiles have one more than the others."""
    sizes = [number // tiles + (tile < number % tiles) for tile in range(tiles)]
    return next(tile + 1 for tile in range(tiles) if index < sum(sizes[: tile + 1]))
