"""Lifts that do not boast."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from franca_personalization.experiments.shrinkage import between_variance, lift_of, toward_pooled, toward_zero
from franca_personalization.experiments.stratified import LogOdds
from personalization.experiments.kit import given, rates

NOTHING_KNOWN = 1e9
effects = st.builds(lambda effect, variance: LogOdds(effect=effect, variance=variance), st.floats(-2, 2), st.floats(0.001, 1))


@given(st.lists(effects, min_size=2, max_size=12))
def test_strata_are_those_of_statsmodels(found):
    """The variance between strata and the pooled effect agree with statsmodels' random effects by DerSimonian and Laird."""
    between = between_variance(found)
    assume(between > 1e-6)  # the oracle goes below 0, and divides by it
    oracle = combine_effects(np.array([each.effect for each in found]), np.array([each.variance for each in found]), method_re="dl")
    assert between == pytest.approx(oracle.tau2, rel=1e-9, abs=1e-12)
    weights = [1 / (each.variance + between) for each in found]
    pooled = sum(weight * each.effect for weight, each in zip(weights, found, strict=True)) / sum(weights)
    assert pooled == pytest.approx(oracle.mean_effect_re, rel=1e-9, abs=1e-9)
    shrunk = toward_pooled(found, NOTHING_KNOWN)
    expected = [pooled + (each.effect - pooled) * between / (between + each.variance) for each in found]
    assert shrunk == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(st.lists(effects, min_size=1, max_size=12))
def test_shrunk_effects_lie_between(found):
    """A shrunk effect lies between the stratum's own, the others' and 0."""
    shrunk = toward_pooled(found)
    low, high = min(0, *(each.effect for each in found), 0), max(0, *(each.effect for each in found), 0)
    assert all(low - 1e-12 <= each <= high + 1e-12 for each in shrunk)
    order = sorted(range(len(found)), key=lambda index: found[index].effect)
    if len({each.variance for each in found}) == 1:
        assert [shrunk[index] for index in order] == sorted(shrunk)


@given(effects)
def test_one_stratum_is_drawn_toward_zero(found):
    """One stratum has nothing but the prior to be drawn to."""
    assert toward_pooled([found])[0] == pytest.approx(toward_zero(found), rel=1e-9)
    assert abs(toward_zero(found)) <= abs(found.effect)
    assert abs(toward_zero(found, 0.2)) >= abs(toward_zero(found, 0.1))


def test_alike_strata_share_one_lift():
    """Segments that vary no more than chance all get the pooled lift."""
    found = [LogOdds(effect=effect, variance=0.04) for effect in (0.1, 0.15, 0.05)]
    assert len({round(each, 12) for each in toward_pooled(found)}) == 1


@given(st.floats(-1, 1), rates)
def test_lift_of_odds(effect, control):
    """The lift is the one that makes the odds what the ratio says."""
    variant = control * (1 + lift_of(effect, control))
    assert variant / (1 - variant) == pytest.approx(math.exp(effect) * control / (1 - control), rel=1e-6)
