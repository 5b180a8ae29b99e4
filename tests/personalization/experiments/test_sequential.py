"""Confidence sequences and always-valid p-values."""

from __future__ import annotations

import math

import pytest
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from franca_personalization.experiments.intervals import difference
from franca_personalization.experiments.sequential import always_valid, mixture_p, running_minimum, tuning, widening
from personalization.experiments.kit import given, pair

alphas = st.sampled_from([0.05, 0.01, 0.05 / 24])


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.floats(1e-12, 1), alphas)
def test_equation_9(n, planned, variance, alpha):
    """The half-width is equation 9 of arXiv 2103.06476, written out: n emails of *planned*, *variance* of the estimate."""
    rho = math.sqrt((-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / planned)
    seen = n * rho**2
    expected = math.sqrt(n * variance) * math.sqrt(2 * (seen + 1) * math.log(math.sqrt(seen + 1) / alpha)) / (n * rho)
    assert math.sqrt(variance) * widening(tuning(alpha) * n / planned, alpha) == pytest.approx(expected, rel=1e-9)


def test_reference_example():
    """250 against 300 of 10,000, tuned to 5,000: [-0.0022, 0.0122], where a fixed horizon has p = .03."""
    a, b = (arm.sample for arm in pair((250, 10_000), (300, 10_000)))
    found = difference(a, b, widening(tuning(0.05) * 20_000 / 5_000, 0.05), 0.95)
    assert (found.low, found.high) == pytest.approx((-0.0022, 0.0122), abs=5e-5)


@given(st.floats(-0.05, 0.05), st.floats(1e-8, 1e-2), st.floats(1e-4, 0.1))
def test_mixture_written_out(d, variance, scale):
    """The p-value is the likelihood ratio of the normal mixture, in V, n and τ."""
    n, per_pair = 1_000, 1_000 * variance
    ratio = math.sqrt(per_pair / (per_pair + n * scale**2))
    exponent = n**2 * scale**2 * d**2 / (2 * per_pair * (per_pair + n * scale**2))
    expected = 1 / ratio * math.exp(-exponent) if exponent < 700 else 0.0
    assert mixture_p(d, variance, scale) == pytest.approx(min(1, expected), rel=1e-9, abs=1e-290)


@given(st.floats(1e-3, 1e4), alphas)
def test_p_and_interval_agree(seen, alpha):
    """p is α exactly at the edge of the confidence sequence."""
    assert always_valid(widening(seen, alpha), seen) == pytest.approx(alpha, rel=1e-9)


@given(st.floats(0, 8), st.floats(0, 8), st.floats(0, 1e4))
def test_more_evidence_smaller_p(z, more, seen):
    """p lies between 0 and 1, falls with z to either side, and is 1 when nothing is seen."""
    found = always_valid(z, seen)
    assert 0 < found <= 1
    assert always_valid(z + more, seen) <= found == always_valid(-z, seen)
    assert always_valid(z, 0) == 1
    assert widening(0, 0.05) == math.inf


def test_tightest_at_the_plan():
    """The width at the planned total is the smallest that any tuning gives there, to half a percent."""
    for alpha in (0.05, 0.01):
        best = minimize_scalar(lambda seen, alpha=alpha: widening(seen, alpha), bounds=(0.1, 100), method="bounded").fun
        assert widening(tuning(alpha), alpha) == pytest.approx(best, rel=5e-3)


def test_price_of_looking():
    """At the planned total an interval that holds at all looks is about half again as wide as one that holds once."""
    assert widening(tuning(0.05), 0.05) == pytest.approx(3.03, abs=0.01)


def test_running_minimum():
    """What was once shown stays shown."""
    assert running_minimum([1.0, 0.2, 0.6, 0.04, 0.9]) == (1.0, 0.2, 0.2, 0.04, 0.04)
