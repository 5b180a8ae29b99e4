"""Segments together: Cochran, Mantel and Haenszel; weighted rates; homogeneity."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from franca_personalization.experiments.distributions import two_sided
from franca_personalization.experiments.intervals import newcombe
from franca_personalization.experiments.significance import mantel_haenszel_z
from franca_personalization.experiments.stratified import common_log_odds, homogeneity, log_odds, over_strata, standardised, weighted
from personalization.experiments.kit import arm, counts, given, pair, stratum

BERKELEY = {
    "A": ((512, 825), (89, 108)),
    "B": ((353, 560), (17, 25)),
    "C": ((120, 325), (202, 593)),
    "D": ((138, 417), (131, 375)),
    "E": ((53, 191), (94, 393)),
    "F": ((22, 373), (24, 341)),
}
"""Admitted of applied, men and women, by department: Bickel, Hammel and O'Connell, Science 187 (1975); UCBAdmissions of R."""


def berkeley():
    return [pair(men, women) for men, women in BERKELEY.values()]


def tables(pairs):
    return StratifiedTable(
        [np.array([[b.successes, b.delivered - b.successes], [a.successes, a.delivered - a.successes]], float) for a, b in pairs]
    )


def test_berkeley_admissions():
    """R's help page of mantelhaen.test finds no evidence of a difference, and a common odds ratio of 0.9047 of men to women."""
    assert 1 / math.exp(common_log_odds(berkeley()).effect) == pytest.approx(0.9046968, abs=5e-8)
    assert two_sided(mantel_haenszel_z(berkeley())) > 0.2


def test_berkeley_departments_differ():
    """R's help page finds Woolf's p = .003 that the odds ratio is not the same everywhere; Breslow and Day agree."""
    assert homogeneity(berkeley()).p == pytest.approx(0.003, abs=0.002)
    effects = [log_odds(*each) for each in berkeley()]
    weights = [1 / each.variance for each in effects]
    mean = sum(w * e.effect for w, e in zip(weights, effects, strict=True)) / sum(weights)
    woolf = sum(w * (e.effect - mean) ** 2 for w, e in zip(weights, effects, strict=True))
    from scipy.stats import chi2

    assert chi2.sf(woolf, 5) == pytest.approx(0.003, abs=5e-4)


large = st.lists(st.tuples(counts(most=900, least=20), counts(most=900, least=20)), min_size=2, max_size=8)


@given(large)
def test_strata_are_those_of_statsmodels(strata):
    """The Cochran-Mantel-Haenszel statistic, the common log odds and its error, and homogeneity agree with statsmodels."""
    pairs = [pair(a, b) for a, b in strata]
    assume(all(min(a.successes + b.successes, a.delivered + b.delivered - a.successes - b.successes) >= 10 for a, b in pairs))
    assume((common := common_log_odds(pairs)) is not None)
    oracle = tables(pairs)
    assert mantel_haenszel_z(pairs) ** 2 == pytest.approx(oracle.test_null_odds(correction=False).statistic, rel=1e-9, abs=1e-12)
    assert (common.effect, math.sqrt(common.variance)) == pytest.approx(
        (oracle.logodds_pooled, oracle.logodds_pooled_se), rel=1e-9, abs=1e-12
    )
    assume(abs(common.effect) > 1e-4)  # the oracle divides by the odds ratio less 1
    same = oracle.test_equal_odds(adjust=True)
    found = homogeneity(pairs)
    assert (found.statistic, found.p) == pytest.approx((same.statistic, same.pvalue), rel=1e-6, abs=1e-9)


def test_homogeneity_at_no_effect():
    """Equal arms have an odds ratio of exactly 1, and no difference between segments."""
    found = homogeneity([pair((20, 500), (20, 500)), pair((90, 700), (90, 700))])
    assert (found.statistic, found.degrees, found.p) == (pytest.approx(0, abs=1e-12), 1, pytest.approx(1))


def test_homogeneity_needs_two_large_segments():
    """Segments with a handful of events say nothing about interaction; neither does an arm without events."""
    assert homogeneity([pair((20, 500), (30, 500)), pair((4, 700), (5, 700))]) is None
    assert homogeneity([pair((0, 500), (30, 500)), pair((0, 700), (25, 700))]) is None


@given(st.lists(st.tuples(counts(), counts()), min_size=1, max_size=6))
def test_difference_is_mantel_and_haenszels(strata):
    """The weighted difference has the sign and the zero of the test, and is the weighted mean of the strata's."""
    pairs = [pair(a, b) for a, b in strata]
    a, b = standardised(pairs)
    weights = [n * m / (n + m) for (_, n), (_, m) in strata]
    mean = sum(w * (y / m - x / n) for w, ((x, n), (y, m)) in zip(weights, strata, strict=True)) / sum(weights)
    assert b.rate - a.rate == pytest.approx(mean, abs=1e-12)
    assert math.copysign(1, mean) * mantel_haenszel_z(pairs) >= -1e-9
    variance = sum(w**2 * y / m * (1 - y / m) / m for w, (_, (y, m)) in zip(weights, strata, strict=True)) / sum(weights) ** 2
    assert b.variance == pytest.approx(variance, rel=1e-9, abs=1e-18)


@given(counts(), counts(), st.integers(1, 6))
def test_equal_strata_are_one(control, variant, times):
    """Strata with the same rates are as good as one stratum with all their people."""
    (x, n), (y, m) = control, variant
    one = newcombe(arm(x * times, n * times).sample, arm(y * times, m * times).sample)
    several = newcombe(*standardised([pair(control, variant)] * times))
    assert (several.low, several.high) == pytest.approx((one.low, one.high), abs=1e-9)


def test_one_stratum_is_its_counts():
    """One stratum is not weighted at all: its sizes are whole people."""
    a, b = standardised([pair((0, 10), (5, 30))])
    assert (a.rate, a.size, b.rate, b.size) == (0, 10, 5 / 30, 30)


def test_no_successes_in_any_stratum():
    """Without a success the size is that of the weights alone: no more than the people, and all of them when weights fit."""
    arms = [arm(0, 100), arm(0, 300)]
    assert weighted(arms, [1, 3]).size == pytest.approx(400)
    assert weighted(arms, [1, 1]).size == pytest.approx(300)


def test_an_arm_is_not_favoured_by_good_days():
    """An arm that had more of the good day has the same rate over the same mix of days."""
    good, bad = stratum((10, 100), (90, 900), key="good"), stratum((18, 900), (2, 100), key="bad")
    found = over_strata([good, bad], [1, 1])
    assert found[0].rate == pytest.approx(found[1].rate) == pytest.approx(0.06)
    assert found[0].size < 1_000
    assert good.arms[1].successes + bad.arms[1].successes > 3 * (good.arms[0].successes + bad.arms[0].successes)


@given(st.lists(st.tuples(counts(), counts(), counts()), min_size=1, max_size=4))
def test_sizes_over_strata(strata):
    """One stratum gives the arm's own size; whatever the counts, sizes are above 0."""
    rows = [stratum(*each, key=str(number)) for number, each in enumerate(strata)]
    found = over_strata(rows, [each.delivered for each in rows])
    for index, sample in enumerate(found):
        assert 0 <= sample.rate <= 1
        assert sample.size > 0
        if len(rows) == 1:
            assert sample.size == pytest.approx(rows[0].arms[index].delivered)


def test_half_a_person():
    """Every cell has half a person more, so that an arm without successes has a finite ratio."""
    found = log_odds(arm(0, 20), arm(3, 20))
    assert found.effect == pytest.approx(math.log(3.5 / 17.5) - math.log(0.5 / 20.5))
    assert found.variance == pytest.approx(1 / 3.5 + 1 / 17.5 + 1 / 0.5 + 1 / 20.5)
