"""Wall-clock time of a zone → UTC as an expression, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis
from ibis import ir

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
    offsets = wall_offsets(zone)
    # the few different offsets are made once: the tree shares them
    different = {offset for _, offset in offsets}
    instants = {offset: wall - ibis.interval(seconds=int(offset.total_seconds())) if offset else wall for offset in different}
    return _search(wall, [(start, instants[offset]) for start, offset in offsets])


def _search(wall: ir.TimestampValue, instants: Sequence[tuple[datetime, ir.TimestampValue]]) -> ir.TimestampValue:
    """Return a balanced tree of comparisons: some hundred clock changes are nine comparisons deep."""
    if len(instants) == 1:
        return instants[0][1]
    middle = len(instants) // 2
    return (wall < instants[middle][0]).ifelse(_search(wall, instants[:middle]), _search(wall, instants[middle:]))
