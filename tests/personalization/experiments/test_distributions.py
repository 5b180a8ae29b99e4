"""The standard library's statistics agree with scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy import stats

from franca_personalization.experiments import distributions
from franca_personalization.experiments.numerics import bisect, round_shares, trapezoid
from personalization.experiments.kit import given


def test_tails_of_the_normal_distribution():
    """Tails keep their digits where the standard library's distribution function is 0."""
    for z in np.linspace(-8, 37, 400):
        assert distributions.normal_tail(z) == pytest.approx(stats.norm.sf(z), rel=1e-11)
        assert distributions.two_sided(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-11)


def test_critical_values_of_small_probabilities():
    """A critical value is exact also for an α that is shared by thousands of comparisons."""
    for alpha in (0.5, 0.05, 0.05 / 24, 1e-6, 1e-12, 1e-15):
        assert distributions.critical(alpha) == pytest.approx(stats.norm.isf(alpha / 2), rel=1e-12)
        assert distributions.normal_quantile(alpha) == pytest.approx(stats.norm.ppf(alpha), rel=1e-12)


def test_chi_square_tail():
    """The incomplete gamma function agrees with scipy in its series and in its continued fraction."""
    for degrees in (1, 2, 3, 7, 40, 399):
        for statistic in np.concatenate([[0.0, 1e-9], np.linspace(0.1, 4 * degrees + 60, 97)]):
            oracle = stats.chi2.sf(statistic, degrees)
            assert distributions.chi_square_tail(statistic, degrees) == pytest.approx(oracle, rel=1e-9, abs=1e-300)


SHAPES = [(0.3, 0.7), (1, 1), (1, 50), (2.5, 120), (30, 1_470), (200.5, 9_800.5), (2_000, 98_000), (20_000, 980_000), (7e5, 3e5)]


@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_incomplete_beta(a, b):
    """The incomplete beta function agrees with scipy up to a million people, both tails."""
    law = stats.beta(a, b)
    for x in law.ppf([1e-6, 1e-3, 0.02, 0.3, 0.5, 0.9, 0.999, 1 - 1e-6]):
        found = distributions.beta_point(x, 1 - x, a, b)
        assert (found.below, found.above) == pytest.approx((law.cdf(x), law.sf(x)), abs=1e-10)
        assert found.density == pytest.approx(law.pdf(x) * x * (1 - x), rel=1e-7)
        assert found.above == pytest.approx(distributions.beta_point(1 - x, x, b, a).below, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_beta_density(a, b):
    """The density keeps nine digits where differences of log gamma functions lose them."""
    law = stats.beta(a, b)
    for x in law.ppf([0.01, 0.3, 0.5, 0.9, 0.999]):
        found = distributions.log_beta_weight(x, 1 - x, a, b)
        assert found == pytest.approx(law.logpdf(x) + math.log(x) + math.log1p(-x), abs=2e-8 if a + b > 1e5 else 1e-9)


def test_incomplete_beta_of_whole_numbers():
    """P(X < x) for Beta(a, b) is the binomial probability of a or more of a + b - 1, which fractions give exactly."""
    from fractions import Fraction

    a, b, x = 21, 5_872, Fraction(4, 1_000)
    below = sum(math.comb(a + b - 1, k) * x**k * (1 - x) ** (a + b - 1 - k) for k in range(a))
    assert distributions.beta_point(float(x), float(1 - x), a, b).below == pytest.approx(float(1 - below), abs=1e-12)


def test_student():
    """Student's tail and quantile agree with scipy from 1 degree of freedom to a million."""
    for degrees in (1, 2.5, 11.37, 300, 1e4, 1e6):
        for t in (0, 1e-6, 0.3, -1.9, 4.4, 30):
            assert distributions.student_two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(abs(t), degrees), abs=1e-10)
        for alpha in (0.5, 0.05, 0.001, 1e-6):
            assert distributions.student_critical(alpha, degrees) == pytest.approx(stats.t.isf(alpha / 2, degrees), rel=1e-9)


def test_what_does_not_converge_is_said():
    """A continued fraction that has no value is an error, not a number."""
    with pytest.raises(ArithmeticError, match="does not converge"):
        distributions._continued(iter([(1.0, 1.0)]))


@given(st.floats(-50, 50), st.floats(0.01, 20))
def test_bisection_finds_the_last_digit(root, width):
    """The root is the float at which the sign changes."""
    found = bisect(lambda x: x - root, root - width, root + 1.7 * width)
    assert found == pytest.approx(root, rel=1e-15, abs=1e-15)


def test_trapezoid_of_a_bell():
    """Of a bell the trapezoidal rule with steps of half a standard deviation has all digits."""
    assert trapezoid([stats.norm.pdf(k / 2) for k in range(-20, 21)], 0.5) == pytest.approx(1, abs=1e-15)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda shares: sum(shares) > 0.01), st.integers(0, 100_000))
def test_rounding_loses_nobody(shares, total):
    """Rounded shares sum to the whole and are each less than one person off."""
    found = round_shares(shares, total)
    assert sum(found) == total
    assert all(abs(count - total * share / math.fsum(shares)) < 1 + 1e-6 for count, share in zip(found, shares, strict=True))


def test_equal_remainders_go_to_the_first():
    """Ties are broken by order, so that a run repeats itself."""
    assert round_shares([1, 1, 1], 5) == (2, 2, 1)
