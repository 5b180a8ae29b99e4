"""Many comparisons: Holm for decisions, Benjamini and Hochberg for exploration only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What Holm's procedure makes of one p-value.

    Attributes:
        adjusted: the smallest α at which it would be rejected.
        level: the α that the p-value was, or would next be, compared with: the level of an interval that agrees with the decision.
    """

    rejected: bool
    adjusted: float
    level: float


def holm(p_values: Sequence[float], alpha: float = 0.05) -> tuple[Decision, ...]:
    """Decide on all of them; the chance of any false rejection is at most *alpha*, however they depend (Holm, Scand. J. Stat. 6, 1979).

    Sorted upwards, the i-th of m is compared with α/(m - i + 1), until the first that is larger.
    """
    count = len(p_values)
    order = sorted(range(count), key=lambda index: (p_values[index], index))
    scaled = [p_values[index] * (count - rank) for rank, index in enumerate(order)]
    adjusted = [min(1.0, each) for each in accumulate(scaled, max)]
    rejected = sum(each <= alpha for each in adjusted)
    found = {
        index: Decision(rejected=rank < rejected, adjusted=adjusted[rank], level=alpha / (count - min(rank, rejected)))
        for rank, index in enumerate(order)
    }
    return tuple(found[index] for index in range(count))


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values: those at most q are a list of which a share q is expected to be false (JRSS B 57, 1995).

    For exploration. No verdict is made of it.
    """
    count = len(p_values)
    order = sorted(range(count), key=lambda index: (p_values[index], index), reverse=True)
    scaled = (min(1.0, p_values[index] * count / (count - rank)) for rank, index in enumerate(order))
    adjusted = dict(zip(order, accumulate(scaled, min), strict=True))
    return tuple(adjusted[index] for index in range(count))
