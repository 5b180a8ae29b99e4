"""Listings that are paged by offset, read whole: what is deleted meanwhile moves the rest forward, past a reader who does not look."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.adapter.errors import TransientError

Row = Mapping[str, Any]
Ask = Callable[[int], tuple[Sequence[Row], int]]
"""Returns the rows from an offset on, and how many there are on all pages."""

MOST_BACK = 20
"""How often one listing is gone back in."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a listing: rows that no page before had, how many there are on all pages, and how many pages are to come."""

    rows: Sequence[Row]
    total: int
    left: int


def short(rows: Sequence[Row], total: int, offset: int, size: int) -> bool:
    """Return whether an answer holds fewer rows than it must by its own count; no change between two answers explains that."""
    return len(rows) < min(size, total - offset)


def paged(ask: Ask, size: int, key: str, what: str, *, overlap: bool) -> Iterator[Page]:
    """Yield a listing's pages, each row once; what is added meanwhile comes or not.

    With *overlap* nobody is missed: a page begins with the last row of the one before, and where another row stands there, some before it
    were deleted and some behind it moved past the seam, so that it is gone back by a page. Without, only a count that falls shows it,
    which one row deleted and one added between two pages do not make; no call is spent on it.

    Args:
        ask: reads at most *size* rows, in an order that stays; its answers are not `short`.
        size: of a page, at least 2.
        key: of a row's id.
        what: ESP and operation, for messages.
        overlap: see above.

    Raises:
        TransientError: rows kept disappearing, or others came in their place.
    """
    seen, offset, before, back = set[Hashable](), 0, 0, 0
    while back <= MOST_BACK:
        rows, total = ask(offset)
        slipped = not (rows and rows[0][key] in seen) if overlap else total < before
        before = total
        if offset and slipped:
            offset, back = max(0, offset - size + overlap), back + 1
            continue
        fresh = [row for row in rows if row[key] not in seen]
        seen.update(row[key] for row in fresh)
        end = offset + len(rows)
        yield Page(rows=fresh, total=total, left=_left(total - end, size - overlap))
        offset = end - overlap
        if end >= total and len(seen) >= total:
            return
        if end >= total:  # some rows came twice, in place of others
            offset, back = 0, back + 1
    raise TransientError(f"{what}: rows move faster than they can be read", remedy="try again later")


def pages(total: int, size: int) -> int:
    """Return how many pages a listing of *total* rows has, without overlap."""
    return 1 + _left(total - size, size)


def _left(rows: int, step: int) -> int:
    return max(0, -(-rows // step))
