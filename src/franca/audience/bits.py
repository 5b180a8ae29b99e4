"""Memberships of one batch of profiles as bits: a row of words for each segment, 64 profiles in a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Bits:
    """One batch.

    Attributes:
        rows: segment → its row of *words*.
        words: the bits; those behind the last profile are 0.
        everyone: a row with a bit for every profile of the batch.
    """

    rows: Mapping[str, int]
    words: Words
    everyone: Words

    def of(self, segment: str) -> Words:
        """Return the bits of one segment."""
        row: Words = self.words[self.rows[segment]]
        return row


def packed(batch: pa.RecordBatch, segments: Sequence[str]) -> Bits:
    """Return the bits of *segments*, which are boolean columns of *batch*."""
    length = -(-batch.num_rows // 64) * 8
    found = np.zeros((len(segments) + 1, length), dtype=np.uint8)
    for row, segment in enumerate(segments):
        _copy(batch.column(segment), found[row])
    _copy(pa.repeat(True, batch.num_rows), found[-1])
    words = found.view(np.uint64)
    return Bits({segment: row for row, segment in enumerate(segments)}, words[:-1], words[-1])


def _copy(column: pa.BooleanArray, to: NDArray[np.uint8]) -> None:
    """Write a column's bits: as Arrow has them where it has them plainly, else packed anew; null is false."""
    rows = len(column)
    if column.offset or column.null_count:
        found = np.packbits(column.fill_null(False).to_numpy(zero_copy_only=False), bitorder="little")
    else:
        found = np.frombuffer(column.buffers()[1], dtype=np.uint8)
    length = -(-rows // 8)
    to[:length] = found[:length]
    if rows % 8:
        to[length - 1] &= (1 << rows % 8) - 1


def count(words: Words) -> int:
    """Return how many bits are set."""
    return int(np.bitwise_count(words).sum(dtype=np.int64))
