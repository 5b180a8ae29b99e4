"""Items → time tests, durations and instants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from franca.definitions import (
    Ago,
    Duration,
    From,
    Last,
    NamedDay,
    Next,
    OnDay,
    Predicate,
    SinceAttribute,
    SinceLatest,
    TimeTest,
    To,
    Unit,
)
from franca.errors import did_you_mean
from franca.language.reader import Fields, Reader
from franca.language.source import Item

_DURATION = re.compile(r"(\d{1,6}) +([a-z]+)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
ReadWhere = Callable[[Reader, Item], Predicate]


def parse_duration(text: str) -> Duration | str:
    """Return the duration written as "30 days", or what is wrong with it."""
    found = _DURATION.match(text.strip())
    if not found:
        return 'a duration is a whole number and a unit, such as "30 days"'
    words = {unit.value: unit for unit in Unit}
    unit = words.get(found[2]) or words.get(f"{found[2]}s")
    return Duration(int(found[1]), unit) if unit else f"there is no unit {found[2]!r}: {did_you_mean(found[2], words)}"


def parse_instant(text: str) -> date | datetime | None:
    """Return the ISO date or datetime, or None."""
    try:
        return date.fromisoformat(text) if _DATE.match(text) else datetime.fromisoformat(text)
    except ValueError:
        return None


def _duration(reader: Reader, item: Item, what: str) -> Duration:
    parsed = parse_duration(reader.text(item, what))
    if isinstance(parsed, str):
        reader.fail(item.position, f"{what}: {parsed}")
    return parsed


def _instant(reader: Reader, item: Item, what: str) -> date | datetime:
    parsed = parse_instant(reader.text(item, what))
    if parsed is None:
        reader.fail(item.position, f"{what}: {item.value!r} is not a date or an instant", "write 2026-01-31 or 2026-01-31T09:00:00Z")
    return parsed


def _last(reader: Reader, item: Item, _where: ReadWhere) -> TimeTest:
    return Last(duration=_duration(reader, item, "last"), position=item.position)


def _next(reader: Reader, item: Item, _where: ReadWhere) -> TimeTest:
    return Next(duration=_duration(reader, item, "next"), position=item.position)


def _ago(reader: Reader, item: Item, _where: ReadWhere) -> TimeTest:
    if isinstance(item.value, Mapping):
        fields = reader.fields(item, "ago", ["at_least"])
        return Ago(older=_duration(reader, fields.need("at_least"), "at_least"), position=item.position)
    bounds = [_duration(reader, child, "ago") for child in reader.sequence(item, "ago")]
    if len(bounds) != 2:
        reader.fail(item.position, "ago takes two durations, the longer first: [7 days, 3 days]", "or {at_least: 7 days}")
    older, newer = bounds
    if None not in (older.seconds, newer.seconds) and (older.seconds or 0) <= (newer.seconds or 0):
        reader.fail(item.position, f"ago: {older} is not longer than {newer}, so nothing lies between them", "write the longer first")
    return Ago(older=older, newer=newer, position=item.position)


def _from(reader: Reader, item: Item, _where: ReadWhere) -> TimeTest:
    return From(at=_instant(reader, item, "from"), position=item.position)


def _to(reader: Reader, item: Item, _where: ReadWhere) -> TimeTest:
    return To(at=_instant(reader, item, "to"), position=item.position)


def _day(reader: Reader, item: Item, _where: ReadWhere) -> TimeTest:
    text = reader.text(item, "day")
    if text in set(NamedDay):
        return OnDay(day=NamedDay(text), position=item.position)
    parsed = parse_instant(text)
    if parsed is None or isinstance(parsed, datetime):
        reader.fail(item.position, f"day: {text!r} is not a day", "write today, yesterday, tomorrow or a date")
    return OnDay(day=parsed, position=item.position)


def _since(reader: Reader, item: Item, where: ReadWhere) -> TimeTest:
    fields = reader.fields(item, "since", ["attribute", "latest", "where"])
    if fields.get("attribute"):
        if fields.get("where"):
            reader.fail(item.position, "since an attribute takes no where", "where belongs to since: {latest: …}")
        return SinceAttribute(attribute=fields.text("attribute"), position=item.position)
    inner = fields.get("where")
    return SinceLatest(event=fields.text("latest"), where=where(reader, inner) if inner else None, position=item.position)


_READERS: dict[str, Callable[[Reader, Item, ReadWhere], TimeTest]] = {
    "last": _last,
    "next": _next,
    "ago": _ago,
    "from": _from,
    "to": _to,
    "day": _day,
    "since": _since,
}
TIME_TESTS = tuple(_READERS)


def time_tests(reader: Reader, fields: Fields, where: ReadWhere) -> tuple[TimeTest, ...]:
    """Return the time tests among a mapping's keys, in the order written; *where* reads a predicate about an event."""
    return tuple(_READERS[name](reader, entry.item, where) for name, entry in fields.entries.items() if name in _READERS)
