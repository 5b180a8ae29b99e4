"""P-values at a fixed horizon: pooled z, Fisher's exact test, and Welch's t for money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import accumulate

from franca.errors import FrancaError
from franca_personalization.experiments.counts import EVENTS, Arm, Pair, total
from franca_personalization.experiments.distributions import student_critical, student_two_sided, two_sided
from franca_personalization.experiments.intervals import Interval

_TIES = 1 + 1e-7
"""Tables that are as probable as the one observed, but for rounding, count as such; R's fisher.test takes the same factor."""


class Method(StrEnum):
    """What a p-value is of."""

    POOLED = "pooled z"
    STRATIFIED = "Cochran-Mantel-Haenszel"
    EXACT = "exact"
    ALWAYS_VALID = "always valid"


@dataclass(frozen=True, kw_only=True)
class PValue:
    """A two-sided p-value and what it is of."""

    p: float
    method: Method


def pooled_z(control: Arm, variant: Arm) -> float:
    """Return z of the two-proportion test with pooled variance; 0 when nobody or everybody succeeded."""
    n, m = control.delivered, variant.delivered
    pooled = (control.successes + variant.successes) / (n + m)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return (variant.sample.rate - control.sample.rate) / deviation if deviation else 0.0


def mantel_haenszel_z(pairs: Sequence[Pair]) -> float:
    """Return the signed root of the Cochran-Mantel-Haenszel statistic without continuity correction (JNCI 22, 1959)."""
    excess, variance = [], []
    for control, variant in pairs:
        n, m = control.delivered, variant.delivered
        successes, people = control.successes + variant.successes, n + m
        excess.append(variant.successes - m * successes / people)
        variance.append(n * m * successes * (people - successes) / (people**2 * (people - 1)))
    spread = math.sqrt(math.fsum(variance))
    return math.fsum(excess) / spread if spread else 0.0


def exact_p(pairs: Sequence[Pair]) -> float:
    """Return the p-value of Fisher's exact test: the probability of all tables that are no more probable than this one.

    Over several strata it is the exact conditional test of a common odds ratio of 1, which `mantelhaen.test(exact = TRUE)` of R is.
    """
    first, weights = reduce(_convolved, map(_hypergeometric, pairs))
    observed = weights[sum(variant.successes for _, variant in pairs) - first]
    return min(1.0, math.fsum(weight for weight in weights if weight <= observed * _TIES) / math.fsum(weights))


_Weights = tuple[int, list[float]]
"""The least count that is possible, and a probability for it and for each count above."""


def _hypergeometric(pair: Pair) -> _Weights:
    """Return the probabilities of the variant's successes, given both arms' sum: upwards and downwards from the likeliest."""
    n, m = pair[0].delivered, pair[1].delivered
    successes = pair[0].successes + pair[1].successes
    least, most = max(0, successes - n), min(m, successes)
    likeliest = min(most, max(least, (successes + 1) * (m + 1) // (n + m + 2)))

    def up(k: int) -> float:
        return (successes - k) * (m - k) / ((k + 1) * (n - successes + k + 1))

    above = list(accumulate(range(likeliest, most), lambda weight, k: weight * up(k), initial=1.0))
    below = list(accumulate(range(likeliest - 1, least - 1, -1), lambda weight, k: weight / up(k), initial=1.0))
    whole = math.fsum(above) + math.fsum(below[1:])
    return least, [weight / whole for weight in (*reversed(below[1:]), *above)]


def _convolved(one: _Weights, other: _Weights) -> _Weights:
    weights = [0.0] * (len(one[1]) + len(other[1]) - 1)
    for i, left in enumerate(one[1]):
        for j, right in enumerate(other[1]):
            weights[i + j] += left * right
    return one[0] + other[0], weights


def fixed_horizon(pairs: Sequence[Pair]) -> PValue:
    """Return the test of no difference in any stratum: exact below `EVENTS` in an arm, otherwise pooled z or Cochran-Mantel-Haenszel."""
    if any(total(arms).events < EVENTS for arms in zip(*pairs, strict=True)):
        return PValue(p=exact_p(pairs), method=Method.EXACT)
    if len(pairs) == 1:
        return PValue(p=two_sided(pooled_z(*pairs[0])), method=Method.POOLED)
    return PValue(p=two_sided(mantel_haenszel_z(pairs)), method=Method.STRATIFIED)


# -- money


@dataclass(frozen=True, kw_only=True)
class Moments:
    """An amount per recipient, those without an order as 0: how many, the mean, and the variance (n - 1).

    Money has heavy tails: winsorise the amounts before. Without a variance a mean is descriptive only. With fewer than some hundred
    orders in an arm, or arms of different size, Welch's interval falls a little short of its level: 94 % at 75 orders.
    """

    key: str
    count: int
    mean: float
    variance: float

    def __post_init__(self) -> None:
        if self.count < 2 or not self.variance >= 0 or not math.isfinite(self.mean + self.variance):
            what = f"the arm {self.key!r}: {self.count} amounts with mean {self.mean} and variance {self.variance} cannot be compared"
            raise FrancaError(what, remedy="give at least two recipients, and a variance")


def welch_degrees(control: Moments, variant: Moments) -> float:
    """Return the degrees of freedom of Welch (Biometrika 34, 1947)."""
    a, b = control.variance / control.count, variant.variance / variant.count
    return (a + b) ** 2 / (a**2 / (control.count - 1) + b**2 / (variant.count - 1))


def welch(control: Moments, variant: Moments, alpha: float = 0.05) -> tuple[Interval, float]:
    """Return the difference of means with its interval, and the p-value of Welch's test."""
    estimate = variant.mean - control.mean
    deviation = math.sqrt(control.variance / control.count + variant.variance / variant.count)
    if not deviation:
        same = Interval(estimate=estimate, low=estimate, high=estimate, level=1 - alpha)
        return same, float(estimate == 0)
    degrees = welch_degrees(control, variant)
    half = student_critical(alpha, degrees) * deviation
    found = Interval(estimate=estimate, low=estimate - half, high=estimate + half, level=1 - alpha)
    return found, student_two_sided(estimate / deviation, degrees)
