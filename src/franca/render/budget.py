"""What a plan costs at the ESP, in a sentence for people."""

from __future__ import annotations

import math
from collections.abc import Iterator

from franca.plan import Budget, Cap, Processing

_SMALL = dict(enumerate("no one two three four five six seven eight nine ten".split()))


def render_budget(budget: Budget) -> str:
    """Return the calls, the time and the share of each cap of which a hundredth is used, on one line; empty when nothing is."""
    return "; ".join(_parts(budget))


def duration(seconds: float) -> str:
    """Return a length of time in words, rounded up."""
    if seconds < 1:
        return "under a second"
    if seconds <= 60:
        return _plural(math.ceil(seconds), "second")
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return _plural(minutes, "minute")
    rest = f" and {_plural(minutes % 60, 'minute')}" if minutes % 60 else ""
    return f"{minutes // 60} hours{rest}"


def _parts(budget: Budget) -> Iterator[str]:
    if budget.calls:
        yield f"{_plural(budget.calls, 'call')}: {_time(budget)}"
    if budget.first is not None:
        yield f"{_first(budget, budget.first)} now, then apply ends and says when to go on"
    yield from (_share(cap) for cap in budget.caps if 100 * cap.calls >= cap.limit)
    if budget.uncounted:
        yield f"{_plural(budget.uncounted, 'change')} whose calls depend on the content, not counted"


def _first(budget: Budget, first: int) -> str:
    """When an ESP's day or hour begins is not documented: what was used of the last one may be back already."""
    sure = any(cap.used for cap in budget.caps)
    return f"at least {_plural(first, 'change')}" if sure else f"only the first {_plural(first, 'change')}"


def _share(cap: Cap) -> str:
    said = f"{cap.calls} of {cap.limit} {cap.per} ({cap.what})"
    if not cap.used:
        return said
    later = f": {cap.left} now, {cap.calls - cap.left} later" if cap.calls > cap.left else ""
    return f"{said}, of which we used {cap.used} within the last {cap.per.rpartition(' ')[2]}{later}"


def _time(budget: Budget) -> str:
    time = f"no rate of {budget.esp} is known" if budget.seconds is None else f"{duration(budget.seconds)} at the rate limit"
    return ", then ".join([time, *(_processing(each, budget.esp) for each in budget.processing)])


def _processing(processing: Processing, esp: str) -> str:
    at_once = _SMALL.get(processing.at_once, str(processing.at_once))
    return f"as long as {esp} processes {_plural(processing.number, processing.kind)}, {at_once} at a time"


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
