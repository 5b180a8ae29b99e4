"""Sample-ratio mismatch."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from scipy.stats import chisquare

from franca.errors import FrancaError
from franca_personalization.experiments.counts import Stratum
from franca_personalization.experiments.ratio import mismatch, ratio
from personalization.experiments.kit import KEYS, arm, given


def sent(*numbers, key="all"):
    return Stratum(key=key, arms=tuple(arm(0, 0, name, sent=number) for name, number in zip(KEYS, numbers, strict=False)))


@pytest.mark.parametrize("numbers", [(5_000, 5_000), (5_000, 5_200), (5_000, 5_400, 4_700), (10, 12, 9, 30)])
def test_chi_square_is_that_of_scipy(numbers):
    """The statistic's p-value agrees with scipy, for even and for uneven weights."""
    assert ratio(numbers, [1.0] * len(numbers)).p == pytest.approx(chisquare(numbers).pvalue, rel=1e-9)
    weights = [0.3] + [0.1] * (len(numbers) - 1)
    expected = [sum(numbers) * weight / sum(weights) for weight in weights]
    assert ratio(numbers, weights).p == pytest.approx(chisquare(numbers, expected).pvalue, rel=1e-9)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=5), st.floats(0.01, 100))
def test_scale_and_order_of_weights(numbers, scale):
    """Only the ratio of the weights counts, and the order of arms does not."""
    weights = list(range(1, len(numbers) + 1))
    found = ratio(numbers, weights).p
    assert 0 <= found <= 1
    assert ratio(numbers, [scale * weight for weight in weights]).p == pytest.approx(found, rel=1e-6)
    assert ratio(numbers[::-1], weights[::-1]).p == pytest.approx(found, rel=1e-9)


def test_nothing_to_compare_is_no_evidence():
    """A single arm with a weight, or nothing sent, is not a mismatch."""
    assert [ratio((5, 900), (1, 0)).p, ratio((0, 0), (1, 1)).p, ratio((3, 4), (0, 0)).p] == [1.0, 1.0, 1.0]


def test_where_the_split_went_wrong():
    """A fault over all is found first; one that hides in a segment is named; chance is not a fault."""
    assert mismatch([sent(5_000, 5_100, key="vip"), sent(5_000, 5_100, key="new")], (1, 1)) is None
    assert mismatch([sent(5_000, 5_500, key="vip"), sent(5_000, 5_100, key="new")], (1, 1)).segment == ""
    found = mismatch([sent(5_000, 5_500, key="vip"), sent(5_500, 5_000, key="new")], (1, 1))
    assert (found.segment, found.sent, found.expected) == ("vip", (5_000, 5_500), (5_250, 5_250))


def test_one_segment_is_asked_once():
    """Of a single segment there is one p-value, and one bound."""
    bound = (50_000, 51_040)
    assert ratio(bound, (1, 1)).p > 0.0005
    assert mismatch([sent(*bound)], (1, 1)) is None


@pytest.mark.parametrize("weights", [(1,), (1, -1), (1, float("nan")), (1, float("inf"))])
def test_weights_that_fit_no_arms(weights):
    """Weights are one for each arm, finite and not negative."""
    with pytest.raises(FrancaError, match="one weight for each arm"):
        ratio((10, 10), weights)
