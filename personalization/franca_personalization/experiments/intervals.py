"""Intervals of a rate, of the difference of two, and of the relative lift."""

from __future__ import annotations

import math
from dataclasses import dataclass

from franca_personalization.experiments.counts import Sample
from franca_personalization.experiments.distributions import critical, student_critical


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate with its interval, as fractions.

    Attributes:
        level: the share of intervals made in this way that hold the true value, 0.95 for α = 0.05.
    """

    estimate: float
    low: float
    high: float
    level: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    def within(self, margin: float) -> bool:
        """Tell whether no value of the interval is farther than *margin* from 0."""
        return -margin <= self.low and self.high <= margin


def wilson(sample: Sample, alpha: float = 0.05) -> Interval:
    """Return the score interval of a rate (Wilson, JASA 22, 1927): within 0 and 1, and not empty at no successes."""
    z, n, rate = critical(alpha), sample.size, sample.rate
    square = z * z / n
    centre = (rate + square / 2) / (1 + square)
    half = z * math.sqrt(rate * (1 - rate) / n + square / (4 * n)) / (1 + square)
    low = centre - half if rate > 0 else 0.0
    high = centre + half if rate < 1 else 1.0
    return Interval(estimate=rate, low=low, high=high, level=1 - alpha)


def newcombe(control: Sample, variant: Sample, alpha: float = 0.05) -> Interval:
    """Return the interval of variant less control from two Wilson intervals (Newcombe, Statist. Med. 17, 1998, method 10)."""
    a, b = wilson(control, alpha), wilson(variant, alpha)
    estimate = b.estimate - a.estimate
    low = estimate - math.hypot(b.estimate - b.low, a.high - a.estimate)
    high = estimate + math.hypot(b.high - b.estimate, a.estimate - a.low)
    return Interval(estimate=estimate, low=low, high=high, level=1 - alpha)


def difference(control: Sample, variant: Sample, width: float, level: float) -> Interval:
    """Return variant less control, *width* standard errors to either side; between -1 and 1 when *width* is infinite."""
    estimate = variant.rate - control.rate
    half = width * math.sqrt(control.variance + variant.variance) if math.isfinite(width) else 2.0
    return Interval(estimate=estimate, low=max(estimate - half, -1.0), high=min(estimate + half, 1.0), level=level)


def lift_log(control: Sample, variant: Sample, width: float, level: float) -> Interval | None:
    """Return the relative lift with an interval symmetric in its logarithm; None when an arm has no successes.

    *width* is in standard errors: `critical(α)` for the level 1 - α at a fixed horizon.
    """
    if not control.rate or not variant.rate:
        return None
    ratio = variant.rate / control.rate
    if math.isinf(width):
        return Interval(estimate=ratio - 1, low=-1.0, high=math.inf, level=level)
    deviation = math.sqrt(control.variance / control.rate**2 + variant.variance / variant.rate**2)
    factor = math.exp(min(width * deviation, 700.0))  # e^710 is no float
    return Interval(estimate=ratio - 1, low=ratio / factor - 1, high=ratio * factor - 1, level=level)


def lift_delta(control: Sample, variant: Sample, alpha: float = 0.05, degrees: float | None = None) -> Interval | None:
    """Return the relative lift with an interval symmetric around it (delta method); None when the control has no successes.

    It may decide otherwise than the difference does: 250 and 300 of 10,000 have p = 0.03 by the difference and 0.05 by this one.
    Verdicts are by the difference. With *degrees* of freedom it takes Student's quantile instead of the normal one.
    """
    a, b = control.rate, variant.rate
    if not a:
        return None
    deviation = math.sqrt(variant.variance / a**2 + control.variance * b**2 / a**4)
    half = (critical(alpha) if degrees is None else student_critical(alpha, degrees)) * deviation
    return Interval(estimate=b / a - 1, low=b / a - 1 - half, high=b / a - 1 + half, level=1 - alpha)
