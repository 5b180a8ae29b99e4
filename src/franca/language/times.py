"""Items → time tests, durations and instants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from franca.definitions import (
    MONTHS,
    SECONDS,
    Ago,
    Anniversary,
    Duration,
    EventNames,
    From,
    Last,
    NamedDay,
    Next,
    OnDay,
    Period,
    Previous,
    SinceAttribute,
    SinceLatest,
    This,
    TimeTest,
    To,
    Unit,
)
from franca.errors import did_you_mean
from franca.language.reader import Fields, Reader
from franca.language.source import Item
from franca.language.values import read_tests

_DURATION = re.compile(r"([0-9]{1,6}) +([a-z]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


# -- what is written in a text


def parse_duration(text: str) -> Duration | str:
    """Return the duration written as "30 days", or what is wrong with it."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        return 'a duration is a whole number and a unit, such as "30 days"'
    words = {unit.value: unit for unit in Unit}
    unit = words.get(found[2]) or words.get(f"{found[2]}s")
    if unit is None:
        return f"there is no unit {found[2]!r}: {did_you_mean(found[2], words)}"
    if unit is Unit.YEARS and int(found[1]) > LAST_YEAR:
        return f"{text.strip()} are more than {LAST_YEAR}"
    return Duration(int(found[1]), unit)


FIRST_YEAR, LAST_YEAR = 2, 9998
"""Python tells instants of the years 1 to 9999; in these, what lies a day before or after can be told in every zone too."""


def possible(moment: date) -> bool:
    """Return whether the year of a date or an instant is one that can be reckoned with."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def parse_instant(text: str) -> date | datetime | None:
    """Return the ISO date or datetime, or None."""
    try:
        parsed = date.fromisoformat(text) if _DATE.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if possible(parsed) else None


def nothing_between(older: Duration, newer: Duration) -> str | None:
    """Return why `ago: [older, newer]` is an empty interval, when the two units tell."""
    for sizes in (SECONDS, MONTHS):
        if older.unit in sizes and newer.unit in sizes and older.amount * sizes[older.unit] <= newer.amount * sizes[newer.unit]:
            return f"ago: {older} is not longer than {newer}, so nothing lies between them"
    return None


MAXIMUM_EVENTS = 100
"""How many kinds of events one test may put together: each is a table."""

# -- time tests


def time_tests(reader: Reader, fields: Fields) -> tuple[TimeTest, ...]:
    """Return the time tests among a mapping's keys, in the order written."""
    return read_tests(reader, fields, TIME_TESTS)


def time_mapping(reader: Reader, item: Item, what: str) -> tuple[TimeTest, ...]:
    """Return the time tests of a mapping that has nothing else."""
    fields = reader.fields(item, what, TIME_TESTS)
    tests = time_tests(reader, fields)
    fields.demand(tests, f"{what} has no time test", f"known: {', '.join(TIME_TESTS)}")
    return tests


def duration(reader: Reader, item: Item, what: str) -> Duration:
    """Return a duration."""
    parsed = parse_duration(reader.text(item, what))
    if isinstance(parsed, str):
        reader.fail(item.position, f"{what}: {parsed}")
    return parsed


def event_names(reader: Reader, item: Item, what: str) -> EventNames:
    """Return the name of a kind of event, or several; a list of one is that one."""
    items = reader.several(item, what)
    if len(items) > MAXIMUM_EVENTS:
        told = f"{what}: {len(items):,} kinds of events are more than {MAXIMUM_EVENTS}"
        reader.fail(item.position, told, "write any: […] of several tests")
    found = tuple(reader.text(each, what) for each in items)
    return found[0] if len(found) == 1 else found


def _instant(reader: Reader, item: Item, what: str) -> date | datetime:
    parsed = parse_instant(reader.text(item, what))
    if parsed is None:
        remedy = f"write 2026-01-31 or 2026-01-31T09:00:00Z; years are from {FIRST_YEAR} to {LAST_YEAR}"
        reader.fail(item.position, f"{what}: {item.value!r} is not a date or an instant", remedy)
    return parsed


def _last(reader: Reader, item: Item) -> TimeTest:
    return Last(duration=duration(reader, item, "last"), position=item.position)


def _next(reader: Reader, item: Item) -> TimeTest:
    return Next(duration=duration(reader, item, "next"), position=item.position)


def _ago(reader: Reader, item: Item) -> TimeTest:
    if isinstance(item.value, Mapping):
        fields = reader.fields(item, "ago", ["at_least"])
        return Ago(older=duration(reader, fields.need("at_least"), "at_least"), position=item.position)
    bounds = [duration(reader, child, "ago") for child in reader.sequence(item, "ago")]
    if len(bounds) != 2:
        reader.fail(item.position, "ago takes two durations, the longer first: [7 days, 3 days]", "or {at_least: 7 days}")
    older, newer = bounds
    if wrong := nothing_between(older, newer):
        reader.fail(item.position, wrong, "write the longer first")
    return Ago(older=older, newer=newer, position=item.position)


def _from(reader: Reader, item: Item) -> TimeTest:
    return From(at=_instant(reader, item, "from"), position=item.position)


def _to(reader: Reader, item: Item) -> TimeTest:
    return To(at=_instant(reader, item, "to"), position=item.position)


def _day(reader: Reader, item: Item) -> TimeTest:
    text = reader.text(item, "day")
    if text in set(NamedDay):
        return OnDay(day=NamedDay(text), position=item.position)
    parsed = parse_instant(text)
    if parsed is None or isinstance(parsed, datetime):
        reader.fail(item.position, f"day: {text!r} is not a day", "write today, yesterday, tomorrow or a date")
    return OnDay(day=parsed, position=item.position)


def _this(reader: Reader, item: Item) -> TimeTest:
    return This(period=reader.word(item, Period, "this"), position=item.position)


def _previous(reader: Reader, item: Item) -> TimeTest:
    return Previous(period=reader.word(item, Period, "previous"), position=item.position)


SINCE_KEYS = ("attribute", "latest", "where")


def _since(reader: Reader, item: Item) -> TimeTest:
    from franca.language.where import event_predicate  # which tests times itself

    fields = reader.fields(item, "since", SINCE_KEYS)
    where = fields.get("where")
    if fields.get("attribute"):
        if where or fields.get("latest"):
            reader.fail(item.position, "since an attribute takes nothing else", "where belongs to since: {latest: …}")
        return SinceAttribute(attribute=fields.text("attribute"), position=item.position)
    if not fields.get("latest"):
        reader.fail(item.position, "since needs 'attribute' or 'latest'", "write since: {latest: EVENT}")
    return SinceLatest(
        event=event_names(reader, fields.need("latest"), "latest"),
        where=event_predicate(reader, where) if where else None,
        position=item.position,
    )


def _anniversary(reader: Reader, item: Item) -> TimeTest:
    return Anniversary(tests=time_mapping(reader, item, "anniversary"), position=item.position)


TIME_TESTS: dict[str, Callable[[Reader, Item], TimeTest]] = {
    "last": _last,
    "next": _next,
    "ago": _ago,
    "from": _from,
    "to": _to,
    "day": _day,
    "this": _this,
    "previous": _previous,
    "since": _since,
    "anniversary": _anniversary,
}
"""One vocabulary for time attributes, windows of events, consent, and an event's instant."""
