"""Estimates that do not boast: lifts drawn toward what lifts usually are.

Those that came out significant are too large on average (the winner's curse): of a true +5 % at 5,000 per arm and a rate of 2 %,
the significant results report some +40 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from franca_personalization.experiments.stratified import LogOdds

PRIOR = 0.1
"""The standard deviation of log odds ratios that copy is thought to have: two of three variants are within 10 % of the control."""


def toward_zero(found: LogOdds, prior: float = PRIOR) -> float:
    """Return the posterior mean of one log odds ratio that is drawn from a normal distribution around 0 with deviation *prior*."""
    return found.effect * prior**2 / (prior**2 + found.variance)


def between_variance(effects: Sequence[LogOdds]) -> float:
    """Return by how much the true effects of strata vary (DerSimonian and Laird, Control. Clin. Trials 7, 1986); 0 when they need not."""
    weights = [1 / each.variance for each in effects]
    whole = math.fsum(weights)
    mean = math.fsum(weight * each.effect for weight, each in zip(weights, effects, strict=True)) / whole
    spread = math.fsum(weight * (each.effect - mean) ** 2 for weight, each in zip(weights, effects, strict=True))
    scale = whole - math.fsum(weight**2 for weight in weights) / whole
    return max(0.0, (spread - (len(effects) - 1)) / scale) if scale > 0 else 0.0


def toward_pooled(effects: Sequence[LogOdds], prior: float = PRIOR) -> tuple[float, ...]:
    """Return every stratum's log odds ratio, drawn toward the pooled one, as that is drawn toward 0 (empirical Bayes).

    How far depends on how much strata vary beyond chance: if they do not, all get the pooled value.
    """
    between = between_variance(effects)
    weights = [1 / (each.variance + between) for each in effects]
    pooled = math.fsum(weight * each.effect for weight, each in zip(weights, effects, strict=True))
    pooled /= math.fsum(weights) + 1 / prior**2
    return tuple(pooled + (each.effect - pooled) * between / (between + each.variance) for each in effects)


def lift_of(log_odds: float, control: float) -> float:
    """Return the relative lift that an odds ratio makes of the control's rate."""
    ratio = math.exp(log_odds)
    return ratio / (1 + control * (ratio - 1)) - 1
