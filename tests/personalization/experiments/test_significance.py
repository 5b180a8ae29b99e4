"""P-values at a fixed horizon."""

from __future__ import annotations

import math

import pytest
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom, ttest_ind_from_stats
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from franca.errors import FrancaError
from franca_personalization.experiments.distributions import two_sided
from franca_personalization.experiments.significance import (
    Method,
    Moments,
    exact_p,
    fixed_horizon,
    mantel_haenszel_z,
    pooled_z,
    welch,
    welch_degrees,
)
from personalization.experiments.kit import arm, counts, given, pair


@given(counts(), counts())
def test_pooled_z_is_that_of_statsmodels(control, variant):
    """z and its p-value agree with statsmodels; where that divides by zero there is no difference."""
    (x, n), (y, m) = control, variant
    z = pooled_z(arm(x, n), arm(y, m))
    if 0 < x + y < n + m:
        oracle, p = proportions_ztest([y, x], [m, n])
        assert (z, two_sided(z)) == pytest.approx((oracle, p), rel=1e-9, abs=1e-12)
    else:
        assert z == 0


@given(counts(most=400), counts(most=400))
def test_exact_test_is_that_of_scipy(control, variant):
    """Fisher's p-value agrees with scipy."""
    (x, n), (y, m) = control, variant
    assert exact_p([pair(control, variant)]) == pytest.approx(fisher_exact([[y, m - y], [x, n - x]]).pvalue, rel=1e-9, abs=1e-12)


LARGE = [(3, 200_000, 9, 190_000), (0, 50_000, 14, 50_000), (5, 900, 700, 90_000), (2, 40, 1_900, 2_000)]


@pytest.mark.parametrize(("x", "n", "y", "m"), LARGE)
def test_exact_test_of_large_lists(x, n, y, m):
    """A few events of many people, or few people of many events, are as exact."""
    assert exact_p([pair((x, n), (y, m))]) == pytest.approx(fisher_exact([[y, m - y], [x, n - x]]).pvalue, rel=1e-9)


def test_lady_tasting_tea():
    """Fisher's lady, who names three of four cups each (The Design of Experiments, 1935): p = 34/70, by R's help page .4857."""
    assert exact_p([pair((1, 4), (3, 4))]) == pytest.approx(34 / 70, rel=1e-12)


def rabbits():
    """Penicillin and rabbits, Agresti (1990), pp. 231-237: treated at once and 1.5 hours later, by dose."""
    table = [(0, 0, 6, 5), (3, 0, 3, 6), (6, 2, 0, 4), (5, 6, 1, 0), (2, 5, 0, 0)]  # cured at once, later; died at once, later
    return [pair((late, late + dead), (now, now + died)) for now, late, died, dead in table]


def test_exact_test_of_strata():
    """The exact conditional test of the rabbits has p = .040, by R's help page of mantelhaen.test."""
    assert exact_p(rabbits()) == pytest.approx(0.040, abs=5e-4)


def test_exact_test_of_strata_by_enumeration():
    """Over strata the probabilities of all tables are products of hypergeometric ones."""
    strata = [pair((1, 9), (4, 8)), pair((0, 5), (2, 7)), pair((2, 6), (3, 4))]
    whole = {0: 1.0}
    for control, variant in strata:
        successes, people = control.successes + variant.successes, control.delivered + variant.delivered
        law = hypergeom(people, successes, variant.delivered)
        one = {k: law.pmf(k) for k in range(successes + 1) if law.pmf(k)}
        sums: dict[int, float] = {}
        for done, left in whole.items():
            for k, right in one.items():
                sums[done + k] = sums.get(done + k, 0.0) + left * right
        whole = sums
    expected = sum(each for each in whole.values() if each <= whole[9] * (1 + 1e-7))
    assert exact_p(strata) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.tuples(counts(most=60), counts(most=60)), min_size=1, max_size=4))
def test_exact_test_of_exchanged_arms(strata):
    """Which arm is the control makes no difference to a two-sided test."""
    found = exact_p([pair(a, b) for a, b in strata])
    assert 0 < found <= 1
    assert exact_p([pair(b, a) for a, b in strata]) == pytest.approx(found, rel=1e-6)


def test_which_test_is_taken():
    """Below ten events in an arm the test is exact; one stratum has the pooled z, several Cochran, Mantel and Haenszel's."""
    few, many = pair((9, 1_000), (40, 1_000)), pair((10, 1_000), (40, 1_000))
    assert [fixed_horizon(each).method for each in ([few], [many], [few, few])] == [Method.EXACT, Method.POOLED, Method.STRATIFIED]
    assert fixed_horizon([pair((991, 1_000), (960, 1_000))]).method is Method.EXACT


@given(counts(least=2), counts(least=2))
def test_one_stratum_is_the_pooled_test(control, variant):
    """Of one stratum the stratified z is the pooled one, but for the factor that n - 1 makes of n."""
    one = pair(control, variant)
    people = control[1] + variant[1]
    assert mantel_haenszel_z([one]) * math.sqrt(people / (people - 1)) == pytest.approx(pooled_z(*one), rel=1e-9, abs=1e-12)


MONEY = (Moments(key="control", count=412, mean=1.31, variance=96.4), Moments(key="a", count=397, mean=2.9, variance=211.7))


def test_welch_is_that_of_scipy_and_statsmodels():
    """Welch's p-value agrees with scipy, its degrees of freedom and interval with statsmodels."""
    control, variant = MONEY
    interval, p = welch(control, variant)
    oracle = ttest_ind_from_stats(2.9, math.sqrt(211.7), 397, 1.31, math.sqrt(96.4), 412, equal_var=False)
    assert p == pytest.approx(oracle.pvalue, rel=1e-9)
    samples = [[1.0, 2.0, 6.0, 3.5], [2.0, 9.0, 4.0]]
    moments = [Moments(key="x", count=len(each), mean=sum(each) / len(each), variance=_variance(each)) for each in samples]
    means = CompareMeans(DescrStatsW(samples[1]), DescrStatsW(samples[0]))
    found, _ = welch(*moments)
    assert (found.low, found.high) == pytest.approx(means.tconfint_diff(usevar="unequal"), rel=1e-9)
    assert welch_degrees(*moments) == pytest.approx(means.dof_satt(), rel=1e-9)
    assert interval.low < interval.estimate < interval.high


def _variance(values):
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def test_money_without_variance():
    """Amounts that are all alike differ surely or not at all."""
    alike = [Moments(key="x", count=3, mean=mean, variance=0) for mean in (1, 1, 2)]
    assert welch(alike[0], alike[1])[1] == 1
    assert welch(alike[0], alike[2])[1] == 0


@pytest.mark.parametrize(("count", "mean", "variance"), [(1, 2, 3), (5, 2, -1), (5, 2, float("nan")), (5, float("inf"), 1)])
def test_money_that_cannot_be_compared(count, mean, variance):
    """A mean without a variance is descriptive only."""
    with pytest.raises(FrancaError, match="give at least two recipients, and a variance"):
        Moments(key="a", count=count, mean=mean, variance=variance)
