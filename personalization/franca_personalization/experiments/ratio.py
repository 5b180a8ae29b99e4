"""Sample-ratio mismatch: whether the arms were sent to as many as they should. It comes before any result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from franca.errors import FrancaError
from franca_personalization.experiments.counts import Stratum, totals
from franca_personalization.experiments.distributions import chi_square_tail

ALARM = 0.001


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """The chi-square test of the numbers sent.

    Attributes:
        segment: its key; empty for all together.
        expected: what the weights ask for, by arm.
        p: 1 when there is nothing to compare.
    """

    segment: str
    sent: tuple[int, ...]
    expected: tuple[float, ...]
    p: float


def ratio(sent: Sequence[int], weights: Sequence[float], segment: str = "") -> Ratio:
    """Return the test of *sent* against *weights*; arms of weight 0 are left out of every sum.

    Fewer than two arms with a weight, or nothing sent, is no evidence of a mismatch.
    """
    _check(sent, weights)
    counted = [(count, weight) for count, weight in zip(sent, weights, strict=True) if weight]
    people, whole = sum(count for count, _ in counted), math.fsum(weights)
    expected = tuple(people * weight / whole if whole else 0.0 for weight in weights)
    statistic = math.fsum((count - each) ** 2 / each for count, each in zip(sent, expected, strict=True) if each)
    p = chi_square_tail(statistic, len(counted) - 1) if len(counted) > 1 and people else 1.0
    return Ratio(segment=segment, sent=tuple(sent), expected=expected, p=p)


def _check(sent: Sequence[int], weights: Sequence[float]) -> None:
    if len(sent) != len(weights) or any(not 0 <= weight < math.inf for weight in weights):
        shown = ", ".join(f"{weight:g}" for weight in weights)
        raise FrancaError(f"the weights {shown} do not fit {len(sent)} arms", remedy="give one weight for each arm, 0 or more")


def mismatch(strata: Sequence[Stratum], weights: Sequence[float]) -> Ratio | None:
    """Return where the split went wrong: over all strata, or in one of them; None when nothing is wrong.

    Alarm is at p < `ALARM` for all together, and at `ALARM` over the number of strata for one: without a fault, one test in a
    thousand is stopped, or two of several strata.
    """
    together = ratio([arm.sent for arm in totals(strata)], weights)
    if together.p < ALARM:
        return together
    each = [ratio([arm.sent for arm in stratum.arms], weights, stratum.key) for stratum in strata]
    worst = min(each, key=lambda found: found.p)
    return worst if len(each) > 1 and worst.p < ALARM / len(each) else None
