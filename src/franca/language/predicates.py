"""Items → predicates: one mapping, one subject (language.md section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial

from franca.definitions import (
    MANY,
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    EventTest,
    Everyone,
    InSegment,
    Mailable,
    Measure,
    NoneOf,
    Not,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    Status,
    Sum,
    TimeTest,
    ValueTest,
)
from franca.errors import did_you_mean
from franca.language.reader import Fields, Reader
from franca.language.source import Item, read_text
from franca.language.times import TIME_TESTS, time_tests

Read = Callable[[Reader, Item], Predicate]

VALUE_TESTS = tuple(op.value for op in Op)

LATER = frozenset(
    """
    anniversary at_least avg days_since_first days_since_last distinct divided_by first followed_by has_all has_none having ignore_case
    latest length matches max measure member_of min near not_followed_by per previous rank regular sequence this time
    """.split()
)
"""Words of the language that this version does not read yet."""


def load_predicate(text: str, shown: str = "<text>") -> Predicate:
    """Return the predicate written in YAML *text* (a mapping, or a list that means all of them).

    Raises:
        ProblemsError: all that is wrong with it.
    """
    reader = Reader()
    found: list[Predicate] = []
    with reader.guard():
        found.append(predicate(reader, read_text(text, shown)))
    reader.finish()
    return found[0]


def predicate(reader: Reader, item: Item) -> Predicate:
    """Return a predicate about profiles; a list means all of them."""
    return _predicate(reader, item, SUBJECTS)


def event_predicate(reader: Reader, item: Item) -> Predicate:
    """Return a predicate about one event: the same combinators over `property:`."""
    return _predicate(reader, item, EVENT_SUBJECTS)


def _predicate(reader: Reader, item: Item, subjects: Mapping[str, Read]) -> Predicate:
    if isinstance(item.value, tuple):
        parts = reader.collect(reader.sequence(item, "a list of predicates"), partial(_predicate, reader, subjects=subjects))
        return parts[0] if len(parts) == 1 else All(of=parts, position=item.position)
    entries = reader.mapping(item, "a predicate")
    found = [name for name in entries if name in subjects]
    if len(found) == 1:
        return subjects[found[0]](reader, item)
    if found:
        reader.fail(item.position, f"a predicate has one subject, this has {' and '.join(found)}", "make it a list of several predicates")
    unknown = next(iter(entries), "")
    if unknown in LATER:
        reader.fail(item.position, f"{unknown!r} is a word of the language that this version does not read yet", "see docs/language.md")
    remedy = did_you_mean(unknown, subjects) if entries else f"known: {', '.join(sorted(subjects))}"
    reader.fail(entries[unknown].key if entries else item.position, f"a predicate has no subject {unknown!r}", remedy)


# -- tests on a value


def value_tests(reader: Reader, fields: Fields) -> tuple[ValueTest, ...]:
    """Return the value tests among a mapping's keys, in the order written."""
    return tuple(_value_test(reader, Op(name), entry.item) for name, entry in fields.entries.items() if name in VALUE_TESTS)


def _value_test(reader: Reader, op: Op, item: Item) -> ValueTest:
    if op in (Op.IS_SET, Op.IS_EMPTY):
        return ValueTest(op=op, operand=reader.flag(item, op), position=item.position)
    if op in MANY:
        constants = tuple(_constant(reader, child, op) for child in reader.several(item, op))
        if op is Op.BETWEEN and len(constants) != 2:
            reader.fail(item.position, "between takes two bounds: [lo, hi), lo included, hi not")
        return ValueTest(op=op, operand=constants, position=item.position)
    return ValueTest(op=op, operand=_constant(reader, item, op), position=item.position)


def _constant(reader: Reader, item: Item, op: Op) -> Constant:
    if isinstance(item.value, (str, bool, int, Decimal)):
        return item.value
    if item.value is None:
        reader.fail(item.position, f"{op} needs a value", "to test whether there is one, write is_set: false")
    what = "other attributes as a value are a word of the language that this version does not read yet"
    reader.fail(item.position, what if isinstance(item.value, Mapping) else f"{op} takes one value", "" if op in MANY else "use in: […]")


def _need_tests(fields: Fields, tests: tuple[object, ...], what: str) -> None:
    fields.demand(tests, f"{what} is not tested for anything", "add a test such as is: …, or is_set: true")


def _known(extra: Iterable[str], *more: Iterable[str]) -> tuple[str, ...]:
    return (*extra, *(name for group in more for name in group))


# -- subjects


def _several(
    kind: type[All | AnyOf | NoneOf], name: str, read: Callable[[Reader, Item], Predicate], reader: Reader, item: Item
) -> Predicate:
    fields = reader.fields(item, f"{name!r}", [name])
    parts = reader.collect(reader.sequence(fields.need(name), name), partial(read, reader))
    return kind(of=parts, position=item.position)


def _not(read: Read, reader: Reader, item: Item) -> Predicate:
    fields = reader.fields(item, "'not'", ["not"])
    return Not(of=read(reader, fields.need("not")), position=item.position)


def _everyone(reader: Reader, item: Item) -> Predicate:
    fields = reader.fields(item, "'everyone'", ["everyone"])
    if not reader.flag(fields.need("everyone"), "everyone"):
        reader.fail(item.position, "everyone: false is nobody", "remove it, or write not: {everyone: true}")
    return Everyone(position=item.position)


def _attribute(reader: Reader, item: Item) -> Predicate:
    fields = reader.fields(item, "a test on an attribute", _known(["attribute"], VALUE_TESTS, TIME_TESTS))
    name = fields.text("attribute")
    tests: tuple[ValueTest | TimeTest, ...] = (*value_tests(reader, fields), *time_tests(reader, fields, event_predicate))
    _need_tests(fields, tests, f"attribute {name!r}")
    return AttributeTest(attribute=name, tests=tests, position=item.position)


def _property(reader: Reader, item: Item) -> Predicate:
    fields = reader.fields(item, "a test on a property", _known(["property"], VALUE_TESTS))
    name = fields.text("property")
    tests = value_tests(reader, fields)
    _need_tests(fields, tests, f"property {name!r}")
    return PropertyTest(property=name, tests=tests, position=item.position)


def _event(reader: Reader, item: Item) -> Predicate:
    fields = reader.fields(item, "a test on events", _known(["event", "where", "count", "sum"], TIME_TESTS))
    if isinstance(fields.need("event").value, tuple):
        reader.fail(fields.need("event").position, "several events in one predicate are not read by this version yet", "use any: […]")
    where = fields.get("where")
    return EventTest(
        event=fields.text("event"),
        where=event_predicate(reader, where) if where else None,
        window=time_tests(reader, fields, event_predicate),
        measures=_measures(reader, fields),
        position=item.position,
    )


def _measures(reader: Reader, fields: Fields) -> tuple[Measure, ...]:
    found: list[Measure] = []
    if count := fields.get("count"):
        found.append(Count(tests=_number_tests(reader, count, "count", []), position=count.position))
    if total := fields.get("sum"):
        of = reader.fields(total, "sum", ["of", *_NUMBER_OPS]).text("of")
        found.append(Sum(of=of, tests=_number_tests(reader, total, "sum", ["of"]), position=total.position))
    return tuple(found)


_NUMBER_OPS = [op.value for op in (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN)]


def _number_tests(reader: Reader, item: Item, what: str, extra: list[str]) -> tuple[ValueTest, ...]:
    if not isinstance(item.value, Mapping):
        return (ValueTest(op=Op.IS, operand=reader.integer(item, what), position=item.position),)
    fields = reader.fields(item, what, [*extra, *_NUMBER_OPS])
    tests = value_tests(reader, fields)
    _need_tests(fields, tests, what)
    return tests


def _segment(reader: Reader, item: Item) -> Predicate:
    return InSegment(key=reader.fields(item, "'segment'", ["segment"]).text("segment"), position=item.position)


def _mailable(reader: Reader, item: Item) -> Predicate:
    return Mailable(channel=reader.fields(item, "'mailable'", ["mailable"]).text("mailable"), position=item.position)


def _consent(reader: Reader, item: Item) -> Predicate:
    fields = reader.fields(item, "a test on consent", ["consent", "status", "at"])
    status, at = fields.get("status"), fields.get("at")
    statuses = tuple(reader.word(child, Status, "status") for child in reader.several(status, "status")) if status else ()
    tests = time_tests(reader, reader.fields(at, "at", TIME_TESTS), event_predicate) if at else ()
    _need_tests(fields, (*statuses, *tests), "consent")
    return ConsentTest(channel=fields.text("consent"), statuses=statuses, at=tests, position=item.position)


def _sample(reader: Reader, item: Item) -> Predicate:
    inner = reader.fields(item, "'sample'", ["sample"]).need("sample")
    fields = reader.fields(inner, "sample", ["percent", "salt"])
    written = fields.need("percent")
    if isinstance(written.value, bool) or not isinstance(written.value, (int, Decimal)) or not 0 <= written.value <= 100:
        reader.fail(written.position, "percent is a number from 0 to 100")
    return Sample(percent=Decimal(written.value), salt=fields.text("salt"), position=item.position)


def _combinators(read: Read) -> dict[str, Read]:
    return {
        "all": partial(_several, All, "all", read),
        "any": partial(_several, AnyOf, "any", read),
        "none": partial(_several, NoneOf, "none", read),
        "not": partial(_not, read),
    }


SUBJECTS: dict[str, Read] = {
    **_combinators(predicate),
    "everyone": _everyone,
    "attribute": _attribute,
    "event": _event,
    "segment": _segment,
    "mailable": _mailable,
    "consent": _consent,
    "sample": _sample,
}
"""What a predicate about profiles may be about."""

EVENT_SUBJECTS: dict[str, Read] = {**_combinators(event_predicate), "property": _property}
"""What a predicate about one event may be about."""
