"""Whom segments share: sizes, and for every pair how many are in both, counted on bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from franca.audience.bits import Bits

_BLOCK = 512
"""Words of a segment that are compared at once: with 200 segments they, and what they share, stay in a processor's cache."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two segments that share people.

    Attributes:
        sizes: members of the first and of the second.
        both: members of both; at least 1.
    """

    first: str
    second: str
    sizes: tuple[int, int]
    both: int

    @property
    def either(self) -> int:
        """Members of at least one."""
        return sum(self.sizes) - self.both

    @property
    def jaccard(self) -> float:
        """The share of those in either who are in both."""
        return self.both / self.either

    @property
    def first_in_second(self) -> float:
        """The share of the first's members who are in the second (containment)."""
        return self.both / self.sizes[0]

    @property
    def second_in_first(self) -> float:
        """The share of the second's members who are in the first (containment)."""
        return self.both / self.sizes[1]

    def reaches(self, share: Decimal) -> bool:
        """Return whether the Jaccard index is at least *share*, exactly."""
        return self.both >= share * self.either


class Shared:
    """Counts, batch by batch, how many profiles each two of some segments share."""

    def __init__(self, segments: Sequence[str]) -> None:
        self._segments = tuple(segments)
        self._both = np.zeros((len(segments), len(segments)), dtype=np.int64)

    def add(self, bits: Bits) -> None:
        """Count one batch."""
        chosen = bits.words[[bits.rows[segment] for segment in self._segments]]
        for start in range(0, chosen.shape[1], _BLOCK):
            block = np.ascontiguousarray(chosen[:, start : start + _BLOCK])
            for row in range(len(block)):
                self._both[row, row:] += np.bitwise_count(block[row] & block[row:]).sum(axis=1, dtype=np.int64)

    def pairs(self) -> tuple[Pair, ...]:
        """Return the pairs that share somebody, those with the largest Jaccard index first."""
        return tuple(sorted(self._found(), key=lambda pair: (-pair.jaccard, pair.first, pair.second)))

    def _found(self) -> Iterator[Pair]:
        sizes = [int(size) for size in self._both.diagonal()]
        for row, column in np.argwhere(np.triu(self._both, 1)):
            yield Pair(
                first=self._segments[row],
                second=self._segments[column],
                sizes=(sizes[row], sizes[column]),
                both=int(self._both[row, column]),
            )
