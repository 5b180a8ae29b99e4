"""Listings paged by offset, while others delete and add rows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from franca.adapter import TransientError
from franca.adapter.paging import MOST_BACK, Row, paged, pages, short

SIZE = 3
Steps = Sequence[tuple[str, int]]


class Listing:
    """Rows in the order of their ids; before each answer but the first, one thing happens to them."""

    def __init__(self, number: int, steps: Steps = ()) -> None:
        self.ids = list(range(number))
        self.stayed = set(self.ids)
        self.asked: list[int] = []
        self._steps, self._next = iter(steps), number

    def ask(self, offset: int) -> tuple[list[Row], int]:
        """Answer a page."""
        if self.asked:
            self._happen(*next(self._steps, ("nothing", 0)))
        self.asked.append(offset)
        return [{"id": each} for each in self.ids[offset : offset + SIZE]], len(self.ids)

    def _happen(self, what: str, where: int) -> None:
        if what in ("delete", "swap") and self.ids:
            self.stayed.discard(self.ids.pop(where % len(self.ids)))
        if what in ("add", "swap"):
            self.ids.append(self._next)
            self._next += 1

    def read(self, *, overlap: bool) -> list[int]:
        """Read it whole."""
        return [row["id"] for page in paged(self.ask, SIZE, "id", "ESP: read", overlap=overlap) for row in page.rows]


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("overlap", [False, True])
def test_a_listing_that_stays_is_read_in_the_fewest_calls(number: int, overlap: bool) -> None:
    """Without overlap a page brings as many rows as it holds, with it one fewer after the first; `left` counts down to none."""
    listing, step = Listing(number), SIZE - overlap
    found = list(paged(listing.ask, SIZE, "id", "ESP: read", overlap=overlap))
    assert [row["id"] for page in found for row in page.rows] == list(range(number))
    assert [page.left for page in found] == list(reversed(range(len(found))))
    assert len(listing.asked) == 1 + max(0, -(-(number - SIZE) // step))
    if not overlap:
        assert len(listing.asked) == pages(number, SIZE)


_STEPS = st.lists(st.tuples(st.sampled_from(["nothing", "add", "delete", "swap"]), st.integers(0, 40)), max_size=MOST_BACK)


@settings(max_examples=500, deadline=None)
@given(number=st.integers(0, 30), steps=_STEPS)
def test_with_overlap_nobody_who_stayed_is_missed(number: int, steps: Steps) -> None:
    """Whatever is deleted and added between two pages, one for one or not: all rows that were there throughout come, once."""
    listing = Listing(number, steps)
    found = listing.read(overlap=True)
    assert listing.stayed <= set(found)
    assert len(set(found)) == len(found)


@settings(max_examples=500, deadline=None)
@given(number=st.integers(0, 30), steps=_STEPS.map(lambda steps: [step for step in steps if step[0] != "swap"]))
def test_without_overlap_a_falling_count_shows_what_moved(number: int, steps: Steps) -> None:
    """As long as no row comes for one that goes between two pages."""
    listing = Listing(number, steps)
    assert listing.stayed <= set(listing.read(overlap=False))


@pytest.mark.parametrize("overlap", [False, True])
def test_rows_in_place_of_others_are_not_taken_for_the_whole(overlap: bool) -> None:
    """An order that does not stay shows the same rows again: read again from the start, and in the end refused."""

    def ask(offset: int) -> tuple[list[Row], int]:
        return [{"id": each} for each in range(SIZE)][: 7 - offset], 7

    with pytest.raises(TransientError, match="ESP: read: rows move faster than they can be read; try again later"):
        list(paged(ask, SIZE, "id", "ESP: read", overlap=overlap))


@pytest.mark.parametrize(
    ("rows", "total", "offset", "expected"),
    [(3, 9, 0, False), (2, 9, 0, True), (0, 9, 6, True), (1, 7, 6, False), (0, 7, 6, True), (0, 0, 0, False), (0, 4, 6, False)],
)
def test_an_answer_is_held_to_its_own_count(rows: int, total: int, offset: int, expected: bool) -> None:
    """It must hold as many rows as fit, or as there are from its offset on; past the end none."""
    assert short([{}] * rows, total, offset, SIZE) is expected
