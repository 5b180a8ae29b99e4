"""Intervals of rates, differences and lifts."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.stats import norm, t
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from franca_personalization.experiments.counts import Sample
from franca_personalization.experiments.distributions import critical
from franca_personalization.experiments.intervals import difference, lift_delta, lift_log, newcombe, wilson
from personalization.experiments.kit import arm, counts, given

NEWCOMBE_SINGLE = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718)}
"""R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statist. Med. 17 (1998), table I, method 3."""
NEWCOMBE_TWO = {
    (56, 70, 48, 80): (0.0524, 0.3339),
    (9, 10, 3, 10): (0.1705, 0.8090),
    (6, 7, 2, 7): (0.0582, 0.8062),
    (5, 56, 0, 29): (-0.0381, 0.1926),
    (0, 10, 0, 20): (-0.1611, 0.2775),
    (0, 10, 0, 10): (-0.2775, 0.2775),
    (10, 10, 0, 20): (0.6791, 1.0),
    (10, 10, 0, 10): (0.6075, 1.0),
}
"""R. G. Newcombe, "Interval estimation for the difference between independent proportions", ibid., table II, method 10."""


@pytest.mark.parametrize("example", NEWCOMBE_SINGLE)
def test_published_intervals_of_a_rate(example):
    """Newcombe's four examples of the score interval."""
    found = wilson(arm(*example).sample)
    assert (found.low, found.high) == pytest.approx(NEWCOMBE_SINGLE[example], abs=5e-5)


@pytest.mark.parametrize("example", NEWCOMBE_TWO)
def test_published_intervals_of_a_difference(example):
    """Newcombe's eight examples of the hybrid score interval, contrasts (a) to (h)."""
    a, m, b, n = example
    found = newcombe(arm(b, n).sample, arm(a, m).sample)
    assert (found.low, found.high) == pytest.approx(NEWCOMBE_TWO[example], abs=5e-5)


@given(counts(), counts(), st.sampled_from([0.05, 0.01, 0.05 / 24]))
def test_intervals_are_those_of_statsmodels(control, variant, alpha):
    """Wilson's and Newcombe's intervals agree with statsmodels."""
    x, n = control
    y, m = variant
    one = wilson(arm(x, n).sample, alpha)
    assert (one.low, one.high) == pytest.approx(proportion_confint(x, n, alpha, "wilson"), abs=1e-9)
    two = newcombe(arm(x, n).sample, arm(y, m).sample, alpha)
    assert (two.low, two.high) == pytest.approx(confint_proportions_2indep(y, m, x, n, "newcomb", "diff", alpha), abs=1e-9)


@given(counts(), counts())
def test_log_ratio_is_that_of_statsmodels(control, variant):
    """The interval of the log ratio agrees with statsmodels."""
    x, n = control
    y, m = variant
    assume(x and y and (x < n or y < m))
    found = lift_log(arm(x, n).sample, arm(y, m).sample, critical(0.05), 0.95)
    oracle = confint_proportions_2indep(y, m, x, n, method="log", compare="ratio", correction=False)
    assert (1 + found.low, 1 + found.high) == pytest.approx(oracle, rel=1e-9)


@given(counts(least=10), counts(least=10), st.floats(5, 1e5))
def test_delta_method(control, variant, degrees):
    """The interval by the delta method has the variance of the first derivatives, with either quantile."""
    x, n = control
    y, m = variant
    assume(x)
    p, q = x / n, y / m
    gradient = (-q / p**2, 1 / p)
    deviation = math.sqrt(gradient[0] ** 2 * p * (1 - p) / n + gradient[1] ** 2 * q * (1 - q) / m)
    for found, z in [
        (lift_delta(arm(x, n).sample, arm(y, m).sample), norm.isf(0.025)),
        (lift_delta(arm(x, n).sample, arm(y, m).sample, degrees=degrees), t.isf(0.025, degrees)),
    ]:
        assert (found.low, found.high) == pytest.approx((q / p - 1 - z * deviation, q / p - 1 + z * deviation), rel=1e-8, abs=1e-9)


@given(counts(), counts())
def test_exchanging_arms(control, variant):
    """With the arms exchanged the difference changes its sign, and the lift becomes its inverse."""
    a, b = arm(*control).sample, arm(*variant).sample
    there, back = newcombe(a, b), newcombe(b, a)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    if (lift := lift_log(a, b, 1.96, 0.95)) is not None:
        inverse = lift_log(b, a, 1.96, 0.95)
        assert (1 + lift.low) * (1 + inverse.high) == pytest.approx(1, rel=1e-9)


@given(counts(), counts(), st.integers(2, 50))
def test_intervals_have_bounds_and_shrink(control, variant, times):
    """An interval holds its estimate, stays within what is possible, is wider at a higher level and narrower with more people."""
    a, b = arm(*control).sample, arm(*variant).sample
    more = [Sample(rate=each.rate, size=each.size * times) for each in (a, b)]
    found, wide, narrow = newcombe(a, b), newcombe(a, b, 0.01), newcombe(*more)
    assert -1 <= wide.low <= found.low <= found.estimate <= found.high <= wide.high <= 1
    assert found.high - found.low > narrow.high - narrow.low
    one = wilson(a)
    assert 0 <= one.low <= one.estimate <= one.high <= 1
    assert one.high > one.low


@given(counts(), counts())
def test_exchanging_success_and_failure(control, variant):
    """The difference of failures is minus that of successes."""
    (x, n), (y, m) = control, variant
    found, other = newcombe(arm(x, n).sample, arm(y, m).sample), newcombe(arm(n - x, n).sample, arm(m - y, m).sample)
    assert (found.low, found.high) == pytest.approx((-other.high, -other.low), abs=1e-9)


def test_no_successes_have_no_lift():
    """A ratio to nothing is none, and neither is one of nothing in logarithms."""
    none, some = arm(0, 100).sample, arm(5, 100).sample
    assert (lift_log(none, some, 1.96, 0.95), lift_log(some, none, 1.96, 0.95), lift_delta(none, some)) == (None, None, None)
    assert lift_delta(some, none).estimate == -1


def test_infinite_width_says_nothing():
    """Before anything is known an interval is all that is possible."""
    a, b = arm(5, 100).sample, arm(7, 100).sample
    found, lift = difference(a, b, math.inf, 0.95), lift_log(a, b, math.inf, 0.95)
    assert (found.low, found.high, lift.low, lift.high) == (-1, 1, -1, math.inf)
    assert not found.decided
    assert not lift.within(10)
    assert lift_log(a, b, 1e6, 0.95).high > 1e300


def test_what_an_interval_says():
    """An interval is decided when it leaves out 0, and within a margin when all of it is."""
    found = newcombe(arm(250, 10_000).sample, arm(300, 10_000).sample)
    assert found.decided
    assert found.within(0.0096)
    assert not found.within(0.005)
