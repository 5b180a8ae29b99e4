"""Wall-clock time of a zone → UTC as an expression, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis
from ibis import ir

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
"""Clock changes are looked up between these; before and after, the nearest offset holds."""
_STEP = timedelta(days=7)  # some zones change twice within a month


@lru_cache(maxsize=64)
def wall_offsets(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """Return (wall-clock time, offset from there on), the first at the beginning of time.

    A wall-clock time that a change repeats or skips has the offset before the change, as Python's fold=0.
    """
    info = ZoneInfo(zone)
    before = _offset(_FIRST, info)
    found = [(datetime.min, before)]
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
    return _search(wall, wall_offsets(zone))


def _search(wall: ir.TimestampValue, offsets: Sequence[tuple[datetime, timedelta]]) -> ir.TimestampValue:
    """Return a balanced tree of comparisons: a hundred clock changes are seven comparisons deep."""
    if len(offsets) == 1:
        offset = offsets[0][1]
        return wall - ibis.interval(seconds=int(offset.total_seconds())) if offset else wall
    middle = len(offsets) // 2
    return (wall < offsets[middle][0]).ifelse(_search(wall, offsets[:middle]), _search(wall, offsets[middle:]))
