"""Wall-clock time of a zone → UTC as an expression, the same on every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import ibis
from ibis import ir

V = TypeVar("V", bound=ir.Value)
Offsets = Sequence[tuple[datetime, timedelta]]
"""(Beginning, offset from there on), the first at the beginning of time."""
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2071, 1, 1, tzinfo=UTC)
"""Clock changes are looked up between these; before and after, the nearest offset holds (before 1970 the zones are guesswork anyway)."""
_STEP = timedelta(days=7)  # some zones change twice within a month


@lru_cache(maxsize=64)
def wall_offsets(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """Return (wall-clock time, offset from there on), the first at the beginning of time.

    A wall-clock time that a change repeats or skips has the offset before the change, as Python's fold=0.
    """
    info = ZoneInfo(zone)
    before = _offset(_FIRST, info)
    found = [(datetime(1, 1, 1), before)]  # noqa: DTZ001 - wall-clock times have no zone
    moment = _FIRST
    while moment < _LAST:
        after = _offset(moment + _STEP, info)
        if after != before:
            change = _change(moment, moment + _STEP, info)
            after = _offset(change, info)
            found.append((change.replace(tzinfo=None) + max(before, after), after))
            moment, before = change, after
        else:
            moment += _STEP
    return tuple(found)


@lru_cache(maxsize=64)
def utc_offsets(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """Return (instant in UTC, offset from there on), the first at the beginning of time."""
    first, *changes = wall_offsets(zone)
    before, found = first[1], [first]
    for wall, after in changes:
        found.append((wall - max(before, after), after))
        before = after
    return tuple(found)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the second in (low, high] at which the offset first differs from that at *low*."""
    offset, seconds = _offset(low, zone), int((high - low).total_seconds())
    below, above = 0, seconds
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if _offset(low + timedelta(seconds=middle), zone) == offset else (below, middle)
    return low + timedelta(seconds=above)


def to_utc(wall: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """Return the instant (naive, in UTC) of a wall-clock time in *zone*."""
    return _shifted(wall, wall_offsets(zone), -1)


def to_wall(instant: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """Return the wall-clock time in *zone* of an instant (naive, in UTC)."""
    return _shifted(instant, utc_offsets(zone), 1)


def once(value: ir.Value, then: Callable[[ir.Value], ir.Value]) -> ir.Value:
    """Return *then* of *value*, which is computed once: without a name of its own it would stand in the SQL as often as it is used."""
    found: ir.ArrayValue = ibis.array([value]).map(then)
    return found[0]


def _shifted(moment: ir.TimestampValue, offsets: Offsets, sign: int) -> ir.TimestampValue:
    # the few different offsets are made once: the tree shares them
    different = {offset: sign * int(offset.total_seconds()) for _, offset in offsets}
    moved = {offset: moment + ibis.interval(seconds=seconds) if seconds else moment for offset, seconds in different.items()}
    return search(moment, [(start, moved[offset]) for start, offset in offsets])


def search(moment: ir.TimestampValue, found: Sequence[tuple[datetime, V]]) -> V:
    """Return the value of the last beginning that is not after *moment*, as a balanced tree: a hundred are seven comparisons deep."""
    if len(found) == 1:
        return found[0][1]
    middle = len(found) // 2
    start = ibis.literal(found[middle][0], type="timestamp")
    chosen: V = (moment < start).ifelse(search(moment, found[:middle]), search(moment, found[middle:]))
    return chosen
