"""Segments taken together: a difference over strata, and whether it is the same in all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from franca_personalization.experiments.counts import EVENTS, Arm, Pair, Sample, Stratum
from franca_personalization.experiments.distributions import chi_square_tail


def weighted(arms: Sequence[Arm], weights: Sequence[float]) -> Sample:
    """Return one variant's rate over strata.

    Its size is that of the sample without strata whose variance is the same (the effective sample size of Korn and Graubard,
    Survey Methodology 24, 1998), which makes every interval of a rate one over strata. One stratum gives its own counts.
    """
    whole = math.fsum(weights)
    parts = [(weight / whole, arm.sample) for weight, arm in zip(weights, arms, strict=True)]
    rate = math.fsum(share * sample.rate for share, sample in parts)
    variance = math.fsum(share**2 * sample.variance for share, sample in parts)
    if variance:
        return Sample(rate=rate, size=rate * (1 - rate) / variance)
    return Sample(rate=rate, size=1 / math.fsum(share**2 / sample.size for share, sample in parts))


def standardised(pairs: Sequence[Pair]) -> tuple[Sample, Sample]:
    """Return the rates of control and variant over the same mix of strata.

    Their difference is Mantel and Haenszel's: a stratum weighs n m/(n + m), so that one where an arm is small says little.
    """
    if len(pairs) == 1:
        return pairs[0][0].sample, pairs[0][1].sample
    weights = [control.delivered * variant.delivered / (control.delivered + variant.delivered) for control, variant in pairs]
    return weighted([control for control, _ in pairs], weights), weighted([variant for _, variant in pairs], weights)


def over_strata(strata: Sequence[Stratum], weights: Sequence[float]) -> tuple[Sample, ...]:
    """Return every arm's rate over one mix of strata, whatever share of each the arm itself had.

    So a bandit's arms are compared as if all had had the same share of good and of bad days. The variance within a stratum is that
    of all its arms together: an arm with few recipients and no success is not certain of anything.
    """
    whole = math.fsum(weights)
    shares = [weight / whole for weight in weights]
    together = [math.fsum(arm.successes for arm in stratum.arms) / stratum.delivered for stratum in strata]
    spread = [rate * (1 - rate) for rate in together]
    middle = math.fsum(share * rate for share, rate in zip(shares, together, strict=True))
    if not middle * (1 - middle):
        spread, middle = [0.25] * len(spread), 0.5  # nobody or everybody succeeded: the sizes are by numbers alone
    found = []
    for arms in zip(*(stratum.arms for stratum in strata), strict=True):
        variance = math.fsum(share**2 * each / arm.delivered for share, each, arm in zip(shares, spread, arms, strict=True))
        rate = math.fsum(share * arm.sample.rate for share, arm in zip(shares, arms, strict=True))
        found.append(Sample(rate=rate, size=middle * (1 - middle) / variance))
    return tuple(found)


# -- odds ratios


@dataclass(frozen=True, kw_only=True)
class LogOdds:
    """The logarithm of an odds ratio, variant to control, and its variance."""

    effect: float
    variance: float


def log_odds(control: Arm, variant: Arm) -> LogOdds:
    """Return one stratum's, with half a person added to every cell (Haldane, Ann. Hum. Genet. 20, 1956): defined at no successes too."""
    cells = [
        count + 0.5
        for count in (
            variant.successes,
            variant.delivered - variant.successes,
            control.successes,
            control.delivered - control.successes,
        )
    ]
    return LogOdds(
        effect=math.log(cells[0]) - math.log(cells[1]) - math.log(cells[2]) + math.log(cells[3]),
        variance=math.fsum(1 / cell for cell in cells),
    )


def common_log_odds(pairs: Sequence[Pair]) -> LogOdds | None:
    """Return Mantel and Haenszel's common one with the variance of Robins, Breslow and Greenland (Biometrics 42, 1986).

    None when an arm has no successes, or only successes.
    """
    up, down, first, second, third = [], [], [], [], []
    for control, variant in pairs:
        n, a, c = control.delivered + variant.delivered, variant.successes, control.successes
        b, d = variant.delivered - a, control.delivered - c
        p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        up.append(r)
        down.append(s)
        first.append(p * r)
        second.append(p * s + q * r)
        third.append(q * s)
    over, under = math.fsum(up), math.fsum(down)
    if not over or not under:
        return None
    variance = (math.fsum(first) / over**2 + math.fsum(second) / (over * under) + math.fsum(third) / under**2) / 2
    return LogOdds(effect=math.log(over / under), variance=variance)


# -- the same in all strata?


@dataclass(frozen=True, kw_only=True)
class Homogeneity:
    """The test that the odds ratio is the same in all strata: a small p says that segments answer differently."""

    statistic: float
    degrees: int
    p: float


def homogeneity(pairs: Sequence[Pair]) -> Homogeneity | None:
    """Return Breslow and Day's test with Tarone's correction (Biometrika 72, 1985).

    Strata with fewer than `EVENTS` in both arms together take no part: the test leans on large strata. The sum of both arms is
    what the test conditions on, so that leaving them out does not bias it. None when fewer than two are left.
    """
    large = [pair for pair in pairs if min(_events(pair)) >= EVENTS]
    common = common_log_odds(large) if len(large) > 1 else None
    if common is None:
        return None
    found = [_expected(pair, math.exp(common.effect)) for pair in large]
    excess = [pair[1].successes - mean for pair, (mean, _) in zip(large, found, strict=True)]
    variances = [variance for _, variance in found]
    breslow = math.fsum(each**2 / variance for each, variance in zip(excess, variances, strict=True))
    statistic = max(0.0, breslow - math.fsum(excess) ** 2 / math.fsum(variances))
    return Homogeneity(statistic=statistic, degrees=len(large) - 1, p=chi_square_tail(statistic, len(large) - 1))


def _events(pair: Pair) -> tuple[int, int]:
    successes, people = pair[0].successes + pair[1].successes, pair[0].delivered + pair[1].delivered
    return successes, people - successes


def _expected(pair: Pair, odds: float) -> tuple[float, float]:
    """Return mean and variance of the variant's successes, given both sums of the stratum and the odds ratio."""
    n, m, successes = pair[0].delivered, pair[1].delivered, sum(arm.successes for arm in pair)
    # a (n - t + a) = odds (m - a) (t - a): a quadratic in a, of which one root lies between the bounds
    square, linear, constant = odds - 1, -(odds * (m + successes) + n - successes), odds * m * successes
    mean = 2 * constant / (-linear + math.sqrt(linear**2 - 4 * square * constant))
    cells = (mean, m - mean, successes - mean, n - successes + mean)
    return mean, 1 / math.fsum(1 / cell for cell in cells)
