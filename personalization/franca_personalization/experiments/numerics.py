"""What the standard library lacks for statistics: roots and integrals, the same to the last digit in every run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

_HALVINGS = 200


def bisect(rises: Callable[[float], float], low: float, high: float) -> float:
    """Return where *rises*, which never falls, passes from negative to positive between *low* and *high*, to the last digit."""
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if rises(middle) < 0 else (low, middle)
    return low + (high - low) / 2


def trapezoid(values: Sequence[float], step: float) -> float:
    """Return the integral over equidistant points of a smooth function that vanishes at both ends.

    Such an integral converges faster than any power of *step* (Trefethen and Weideman, SIAM Review 56, 2014).
    """
    return step * math.fsum(values)


def round_shares(shares: Sequence[float], total: int) -> tuple[int, ...]:
    """Return whole numbers that sum to *total*, each less than 1 from its share of it: the largest remainders are rounded up.

    Of equal remainders the first one wins, so that the same shares always give the same numbers.
    """
    whole = math.fsum(shares)
    exact = [total * share / whole for share in shares]
    counts = [math.floor(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda index: (counts[index] - exact[index], index))
    for index in order[: total - sum(counts)]:
        counts[index] += 1
    return tuple(counts)
