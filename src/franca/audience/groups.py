"""Whom the segments of a group keep: for sending, a profile belongs to the one with the smallest priority that it is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from franca.audience.bits import Bits, count
from franca.definitions import Segment


@dataclass(frozen=True, kw_only=True)
class Share:
    """One segment of a group: its members, and how many of them belong to it."""

    segment: str
    members: int
    keeps: int


class Winners:
    """Counts, batch by batch, whom each segment of some groups keeps."""

    def __init__(self, groups: Mapping[str, Sequence[Segment]]) -> None:
        self._groups = {name: [segment.key for segment in segments] for name, segments in groups.items()}
        self._counts = {name: np.zeros((len(segments), 2), dtype=np.int64) for name, segments in self._groups.items()}

    def add(self, bits: Bits) -> None:
        """Count one batch."""
        for name, segments in self._groups.items():
            free = bits.everyone
            for row, segment in enumerate(segments):
                members = bits.of(segment)
                self._counts[name][row] += (count(members), count(members & free))
                free = free & ~members

    def shares(self) -> dict[str, tuple[Share, ...]]:
        """Return group → its segments, the smallest priority first."""
        return {
            name: tuple(
                Share(segment=segment, members=int(members), keeps=int(keeps))
                for segment, (members, keeps) in zip(segments, self._counts[name], strict=True)
            )
            for name, segments in self._groups.items()
        }
