"""Items → predicates about a profile: one mapping, one subject (language.md section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from franca.definitions import (
    AttributeTest,
    ConsentTest,
    Distance,
    InSegment,
    LengthUnit,
    Mailable,
    MemberOf,
    Native,
    NativeKind,
    Near,
    Predicate,
    Sample,
    Status,
)
from franca.errors import did_you_mean
from franca.language.events import DID
from franca.language.reader import Fields, Reader
from franca.language.source import Item, read_text
from franca.language.subjects import Subject, combinators, everyone, read_predicate
from franca.language.times import TIME_TESTS, time_mapping
from franca.language.values import ATTRIBUTE, AnyTest, ignoring_case, need_tests, read_tests, value_readers


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
    return read_predicate(reader, item, SUBJECTS)


# -- subjects

ATTRIBUTE_TESTS: dict[str, Callable[[Reader, Item], AnyTest]] = {**value_readers(ATTRIBUTE), **TIME_TESTS}


def _attribute(reader: Reader, fields: Fields) -> Predicate:
    name = fields.text("attribute")
    tests = ignoring_case(reader, fields, read_tests(reader, fields, ATTRIBUTE_TESTS))
    need_tests(fields, tests, f"attribute {name!r}")
    return AttributeTest(attribute=name, tests=tests, position=fields.position)


def _segment(_: Reader, fields: Fields) -> Predicate:
    return InSegment(key=fields.text("segment"), position=fields.position)


def _mailable(_: Reader, fields: Fields) -> Predicate:
    return Mailable(channel=fields.text("mailable"), position=fields.position)


def _member_of(_: Reader, fields: Fields) -> Predicate:
    return MemberOf(name=fields.text("member_of"), position=fields.position)


def _consent(reader: Reader, fields: Fields) -> Predicate:
    status, at = fields.get("status"), fields.get("at")
    statuses = tuple(reader.word(child, Status, "status") for child in reader.several(status, "status")) if status else ()
    tests = time_mapping(reader, at, "at") if at else ()
    need_tests(fields, (*statuses, *tests), "consent")
    return ConsentTest(channel=fields.text("consent"), statuses=statuses, at=tests, position=fields.position)


SAMPLE_KEYS = ("percent", "salt")


def _sample(reader: Reader, fields: Fields) -> Predicate:
    inner = reader.fields(fields.need("sample"), "sample", SAMPLE_KEYS)
    written = inner.need("percent")
    if isinstance(written.value, bool) or not isinstance(written.value, (int, Decimal)) or not 0 <= written.value <= 100:
        reader.fail(written.position, "percent is a number from 0 to 100")
    return Sample(percent=Decimal(written.value), salt=inner.text("salt"), position=fields.position)


# -- what people made at an ESP


def _native(reader: Reader, fields: Fields) -> Predicate:
    written = fields.need("native")
    found = reader.named(written, "native", lambda destination, item: _object(reader, destination, item))
    if not reader.mapping(written, "native"):
        reader.fail(fields.position, "native names at least one destination", "write native: {klaviyo: {segment: its name there}}")
    return Native(objects=tuple(found.values()), position=fields.position)


def _object(reader: Reader, destination: str, item: Item) -> tuple[str, NativeKind, str]:
    fields = reader.fields(item, f"native: {destination}", NativeKind)
    kinds = [kind for kind in NativeKind if fields.get(kind)]
    if len(kinds) != 1:
        reader.fail(fields.position, f"native: {destination} names one {' or '.join(NativeKind)}")
    return destination, kinds[0], fields.text(kinds[0])


# -- places

NEAR_KEYS = ("latitude", "longitude", "within")
_DISTANCE = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,6})?) +([a-z]+)")


def _near(reader: Reader, fields: Fields) -> Predicate:
    inner = reader.fields(fields.need("near"), "near", NEAR_KEYS)
    latitude, longitude = (reader.number(inner.need(name), name) for name in NEAR_KEYS[:2])
    within = inner.need("within")
    distance = parse_distance(reader.text(within, "within"))
    if isinstance(distance, str):
        reader.fail(within.position, f"within: {distance}")
    return Near(latitude=latitude, longitude=longitude, within=distance, position=fields.position)


def parse_distance(text: str) -> Distance | str:
    """Return the distance written as "25 km", or what is wrong with it."""
    found = _DISTANCE.fullmatch(text.strip())
    if not found:
        return 'a distance is a number and km or mi, such as "25 km"'
    if found[2] not in set(LengthUnit):
        return f"there is no unit {found[2]!r}: {did_you_mean(found[2], LengthUnit)}"
    return Distance(Decimal(found[1]), LengthUnit(found[2]))


SUBJECTS: dict[str, Subject] = {
    **combinators(predicate),
    "everyone": Subject("'everyone'", everyone),
    "attribute": Subject("a test on an attribute", _attribute, (*ATTRIBUTE_TESTS, "ignore_case")),
    **DID,
    "segment": Subject("'segment'", _segment),
    "mailable": Subject("'mailable'", _mailable),
    "consent": Subject("a test on consent", _consent, ("status", "at")),
    "member_of": Subject("'member_of'", _member_of),
    "native": Subject("'native'", _native),
    "near": Subject("'near'", _near),
    "sample": Subject("'sample'", _sample),
}
"""What a predicate about profiles may be about."""
