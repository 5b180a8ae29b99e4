"""Items → predicates about what a profile did: events, picked events, sequences, regularity, ratios, ranks (language.md section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from franca.definitions import (
    AttributeRef,
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
    OfProperty,
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
    ValueTest,
    Without,
)
from franca.language.reader import Fields, Reader
from franca.language.source import Item
from franca.language.subjects import Subject
from franca.language.times import TIME_TESTS, duration, event_names, time_mapping, time_tests
from franca.language.values import NUMBER_TESTS, need_tests, read_tests
from franca.language.where import event_predicate

MEASURES: dict[str, type[Measure]] = {
    "count": Count,
    "sum": Sum,
    "avg": Average,
    "min": Minimum,
    "max": Maximum,
    "distinct": Distinct,
    "days_since_last": DaysSinceLast,
    "days_since_first": DaysSinceFirst,
}


def _where(reader: Reader, fields: Fields, name: str = "where") -> Predicate | None:
    item = fields.get(name)
    return event_predicate(reader, item) if item else None


def _within(reader: Reader, fields: Fields) -> Duration | None:
    item = fields.get("within")
    return duration(reader, item, "within") if item else None


# -- events with measures


def _event(reader: Reader, fields: Fields) -> Predicate:
    return EventTest(
        event=event_names(reader, fields.need("event"), "event"),
        where=_where(reader, fields),
        window=time_tests(reader, fields),
        measures=tuple(_measure(reader, name, entry.item) for name, entry in fields.entries.items() if name in MEASURES),
        per=fields.optional("per"),
        position=fields.position,
    )


def _measure(reader: Reader, name: str, item: Item) -> Measure:
    if not isinstance(item.value, Mapping):
        return _untested(reader, name, item)
    kind = MEASURES[name]
    fields = reader.fields(item, name, [*(["of"] if issubclass(kind, OfProperty) else []), *NUMBER_TESTS])
    tests = read_tests(reader, fields, NUMBER_TESTS)
    need_tests(fields, tests, name)
    if issubclass(kind, OfProperty):
        return kind(of=fields.text("of"), tests=tests, position=item.position)
    return kind(tests=tests, position=item.position)


def _untested(reader: Reader, name: str, item: Item) -> Measure:
    """Return `count: 5`; other measures are not equal to a number by accident, so they are told how to be tested."""
    if MEASURES[name] is Count:
        return Count(tests=(ValueTest(op=Op.IS, operand=reader.integer(item, name), position=item.position),), position=item.position)
    of = f"of: {item.value if isinstance(item.value, str) else 'PROPERTY'}, " if issubclass(MEASURES[name], OfProperty) else ""
    reader.fail(item.position, f"{name} is a mapping with tests", f"write {name}: {{{of}gte: …}}")


# -- measures that are compared with each other

MEASURE_KEYS = ("event", "where", *TIME_TESTS, *MEASURES)


def _event_measure(what: str, reader: Reader, item: Item) -> EventMeasure:
    fields = reader.fields(item, what, MEASURE_KEYS)
    return EventMeasure(
        event=event_names(reader, fields.need("event"), "event"),
        measure=_bare_measure(reader, fields),
        where=_where(reader, fields),
        window=time_tests(reader, fields),
        position=item.position,
    )


def _bare_measure(reader: Reader, fields: Fields) -> Measure:
    found = [name for name in fields.entries if name in MEASURES]
    if not found:
        return Count()
    if len(found) > 1:
        reader.fail(fields.entries[found[1]].key, f"this is one measure, not {' and '.join(found)}", "keep one of them")
    kind, item = MEASURES[found[0]], fields.need(found[0])
    if issubclass(kind, OfProperty):
        if isinstance(item.value, Mapping):
            reader.fail(item.position, f"here {found[0]} is a value without tests", f"write {found[0]}: PROPERTY")
        return kind(of=reader.text(item, found[0]), position=item.position)
    if item.value is not True:
        reader.fail(item.position, f"here {found[0]} is a value without tests", f"write {found[0]}: true")
    return kind(position=item.position)


def _ratio(reader: Reader, fields: Fields) -> Predicate:
    measure = _event_measure("measure", reader, fields.need("measure"))
    divided_by = _event_measure("divided_by", reader, fields.need("divided_by"))
    tests = read_tests(reader, fields, NUMBER_TESTS)
    need_tests(fields, tests, "the ratio")
    return Ratio(measure=measure, divided_by=divided_by, tests=tests, position=fields.position)


# -- ranks

PLACES = ("top", "bottom", "tile")
TILE_KEYS = ("of", "in")


def _rank(reader: Reader, fields: Fields) -> Predicate:
    item = fields.need("rank")
    found = [name for name in PLACES if fields.get(name)]
    if len(found) != 1:
        reader.fail(fields.position, "a rank has one place", "write top: 10%, top: 500, bottom: 10% or tile: {of: 3, in: [3]}")
    place = fields.need(found[0])
    return Rank(
        of=_ranked(reader, item),
        place=_tile(reader, place) if found[0] == "tile" else _places(reader, End(found[0]), place),
        position=fields.position,
    )


def _ranked(reader: Reader, item: Item) -> EventMeasure | AttributeRef:
    if "attribute" in reader.mapping(item, "rank"):
        return AttributeRef(attribute=reader.fields(item, "rank", ["attribute"]).text("attribute"), position=item.position)
    return _event_measure("rank", reader, item)


def _places(reader: Reader, end: End, item: Item) -> Places:
    if isinstance(item.value, str):
        return Places(end=end, percent=reader.percent(item, end), position=item.position)
    if isinstance(item.value, bool) or not isinstance(item.value, int):
        reader.fail(item.position, f"{end} is a number of people or a share", f"write {end}: 500 or {end}: 10%")
    return Places(end=end, count=item.value, position=item.position)


def _tile(reader: Reader, item: Item) -> Tile:
    fields = reader.fields(item, "tile", TILE_KEYS)
    among = tuple(reader.integer(each, "in") for each in reader.several(fields.need("in"), "in"))
    return Tile(of=reader.integer(fields.need("of"), "of"), among=among, position=item.position)


# -- the latest and the first event


def _picked(pick: Pick, reader: Reader, fields: Fields) -> Predicate:
    return PickedEvent(
        pick=pick,
        event=event_names(reader, fields.need(pick), pick),
        where=_where(reader, fields),
        window=time_tests(reader, fields),
        having=_where(reader, fields, "having"),
        followed_by=_follow(reader, fields, "followed_by"),
        not_followed_by=_follow(reader, fields, "not_followed_by"),
        position=fields.position,
    )


FOLLOW_KEYS = ("event", "where", "within")


def _follow(reader: Reader, fields: Fields, name: str) -> Follow | None:
    item = fields.get(name)
    if item is None:
        return None
    if not isinstance(item.value, Mapping):
        return Follow(event=event_names(reader, item, name), position=item.position)
    inner = reader.fields(item, name, FOLLOW_KEYS)
    return Follow(
        event=event_names(reader, inner.need("event"), "event"),
        where=_where(reader, inner),
        within=_within(reader, inner),
        position=item.position,
    )


# -- sequences

STEP_KEYS = ("event", "where", "within")
WITHOUT_KEYS = ("without", "where", "within", "open")


def _sequence(reader: Reader, fields: Fields) -> Predicate:
    starting = fields.get("starting")
    return Sequence(
        steps=reader.collect(reader.sequence(fields.need("sequence"), "sequence"), partial(_step, reader)),
        starting=time_mapping(reader, starting, "starting") if starting else (),
        position=fields.position,
    )


def _step(reader: Reader, item: Item) -> Step | Without:
    if not isinstance(item.value, Mapping):
        return Step(event=event_names(reader, item, "a step"), position=item.position)
    if "without" in item.value:
        return _without(reader, reader.fields(item, "a step without an event", WITHOUT_KEYS))
    fields = reader.fields(item, "a step", STEP_KEYS)
    return Step(
        event=event_names(reader, fields.need("event"), "event"),
        where=_where(reader, fields),
        within=_within(reader, fields),
        position=item.position,
    )


def _without(reader: Reader, fields: Fields) -> Without:
    return Without(
        event=event_names(reader, fields.need("without"), "without"),
        within=duration(reader, fields.need("within"), "within"),
        where=_where(reader, fields),
        still_open=fields.flag("open"),
        position=fields.position,
    )


# -- regularity


def _regular(reader: Reader, fields: Fields) -> Predicate:
    return Regular(
        event=event_names(reader, fields.need("regular"), "regular"),
        every=reader.word(fields.need("every"), Period, "every"),
        at_least=reader.integer(fields.need("at_least"), "at_least"),
        of_last=reader.integer(fields.need("of_last"), "of_last"),
        where=_where(reader, fields),
        position=fields.position,
    )


_PICKED = ("where", *TIME_TESTS, "having", "followed_by", "not_followed_by")

DID: dict[str, Subject] = {
    "event": Subject("a test on events", _event, ("where", *TIME_TESTS, *MEASURES, "per")),
    "latest": Subject("a test on the latest event", partial(_picked, Pick.LATEST), _PICKED),
    "first": Subject("a test on the first event", partial(_picked, Pick.FIRST), _PICKED),
    "sequence": Subject("a sequence", _sequence, ("starting",)),
    "regular": Subject("a test on regularity", _regular, ("every", "at_least", "of_last", "where")),
    "measure": Subject("a ratio", _ratio, ("divided_by", *NUMBER_TESTS)),
    "rank": Subject("a rank", _rank, PLACES),
}
"""Subjects about what a profile did."""
