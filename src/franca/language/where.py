"""Items → predicates about one event: `where` and `having` (language.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from franca.definitions import (
    CalendarPart,
    CalendarTest,
    InstantTest,
    Predicate,
    PropertyTest,
)
from franca.language.reader import Fields, Reader
from franca.language.source import Item
from franca.language.subjects import Subject, combinators, read_predicate
from franca.language.times import TIME_TESTS, time_tests
from franca.language.values import (
    ATTRIBUTE,
    NUMBER_OPS,
    PROPERTY,
    Readers,
    ValueLike,
    ignoring_case,
    need_tests,
    plain_readers,
    read_tests,
    value_readers,
)


def event_predicate(reader: Reader, item: Item) -> Predicate:
    """Return a predicate about one event."""
    return read_predicate(reader, item, EVENT_SUBJECTS)


def source_predicate(reader: Reader, item: Item) -> Predicate:
    """Return a predicate about one row of a table of events: before there are events, there are columns only."""
    return read_predicate(reader, item, SOURCE_SUBJECTS)


# -- properties

PROPERTY_TESTS = value_readers(ATTRIBUTE, PROPERTY)
COLUMN_TESTS = value_readers(PROPERTY)


def _property(readers: Readers[ValueLike], reader: Reader, fields: Fields) -> Predicate:
    name = fields.text("property")
    tests = ignoring_case(reader, fields, read_tests(reader, fields, readers))
    need_tests(fields, tests, f"property {name!r}")
    return PropertyTest(property=name, tests=tests, position=fields.position)


# -- the event's instant

AT = "at"
TIMES = (AT, *(part.value for part in CalendarPart))
CALENDAR_TESTS = plain_readers(NUMBER_OPS[:-1])  # an event has an instant


def _time(reader: Reader, fields: Fields) -> Predicate:
    word = reader.choice(fields.need("time"), TIMES, "time")
    if word == AT:
        _refuse(reader, fields, CALENDAR_TESTS, "time: at is an instant", f"known: {', '.join(TIME_TESTS)}")
        tests = time_tests(reader, fields)
        fields.demand(tests, "the time is not tested for anything", "add a test such as last: 30 days")
        return InstantTest(tests=tests, position=fields.position)
    part = CalendarPart(word)
    _refuse(reader, fields, TIME_TESTS, f"time: {part} is no instant", f"known: {', '.join(CALENDAR_TESTS)}")
    parts = read_tests(reader, fields, CALENDAR_TESTS)
    fields.demand(parts, f"the {part} is not tested for anything", "add a test such as is: …")
    return CalendarTest(part=part, tests=parts, position=fields.position)


def _refuse(reader: Reader, fields: Fields, names: Iterable[str], what: str, remedy: str) -> None:
    """Refuse a key that belongs to the other kind of `time`."""
    for name in names:
        if name in fields.entries:
            reader.fail(fields.entries[name].key, f"{what}, which takes no {name!r}", remedy)


EVENT_SUBJECTS: dict[str, Subject] = {
    **combinators(event_predicate),
    "property": Subject("a test on a property", partial(_property, PROPERTY_TESTS), (*PROPERTY_TESTS, "ignore_case")),
    "time": Subject("a test on the event's time", _time, (*CALENDAR_TESTS, *TIME_TESTS)),
}
"""What a predicate about one event may be about."""

SOURCE_SUBJECTS: dict[str, Subject] = {
    **combinators(source_predicate),
    "property": Subject("a test on a column", partial(_property, COLUMN_TESTS), (*COLUMN_TESTS, "ignore_case")),
}
"""What a predicate about one row of a table of events may be about."""
