"""Items → predicates about one event: `where` and `having` (language.md section 3)."""

from __future__ import annotations

from functools import partial

from franca.definitions import (
    WEEKDAYS,
    CalendarPart,
    CalendarTest,
    InstantTest,
    Op,
    Predicate,
    PropertyTest,
    ValueTest,
)
from franca.errors import did_you_mean
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
DIGIT_OPS = NUMBER_OPS[:-1]
WORD_OPS = (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN)
CALENDAR_TESTS = plain_readers(DIGIT_OPS)
CALENDAR_RANGES = {CalendarPart.HOUR: (0, 23), CalendarPart.DAY: (1, 31), CalendarPart.MONTH: (1, 12)}
_TIMES = (AT, *(part.value for part in CalendarPart))


def _time(reader: Reader, fields: Fields) -> Predicate:
    item = fields.need("time")
    if item.value == AT:
        _refuse(reader, fields, CALENDAR_TESTS, "time: at is an instant", f"known: {', '.join(TIME_TESTS)}")
        tests = time_tests(reader, fields)
        fields.demand(tests, "the time is not tested for anything", "add a test such as last: 30 days")
        return InstantTest(tests=tests, position=fields.position)
    if item.value not in _TIMES:
        reader.fail(item.position, f"time: there is no {item.value!r}", did_you_mean(str(item.value), _TIMES))
    part = CalendarPart(str(item.value))
    words = (op.value for op in (WORD_OPS if part is CalendarPart.WEEKDAY else DIGIT_OPS))
    _refuse(reader, fields, TIME_TESTS, f"time: {part} is no instant", f"known: {', '.join(words)}")
    return _calendar_test(reader, fields, part)


def _refuse(reader: Reader, fields: Fields, names: Readers[object], what: str, remedy: str) -> None:
    """Refuse a key that belongs to the other kind of `time`."""
    for name in fields.entries:
        if name in names:
            reader.fail(fields.entries[name].key, f"{what}, which takes no {name!r}", remedy)


def _calendar_test(reader: Reader, fields: Fields, part: CalendarPart) -> CalendarTest:
    tests = read_tests(reader, fields, CALENDAR_TESTS)
    fields.demand(tests, f"the {part} is not tested for anything", "add a test such as is: …")
    for test in tests:
        if wrong := impossible(part, test):
            reader.fail(test.position, *wrong)
    return CalendarTest(part=part, tests=tests, position=fields.position)


def impossible(part: CalendarPart, test: ValueTest) -> tuple[str, str] | None:
    """Return why no event's instant can pass such a test, and what to write."""
    if part is CalendarPart.WEEKDAY:
        if test.op not in WORD_OPS:
            return f"weekday takes no {test.op.value!r}", f"known: {', '.join(op.value for op in WORD_OPS)}"
        wrong = [word for word in test.operands if word not in WEEKDAYS]
        return (f"there is no weekday {wrong[0]!r}", did_you_mean(str(wrong[0]), WEEKDAYS)) if wrong else None
    low, high = CALENDAR_RANGES[part]
    for number, operand in enumerate(test.operands):
        last = high + (test.op is Op.LT or (test.op is Op.BETWEEN and number == 1))  # bounds that are not included
        if isinstance(operand, bool) or not isinstance(operand, int) or not low <= operand <= last:
            return f"there is no {part} {operand}", f"the {part} is a whole number from {low} to {high}"
    return None


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
