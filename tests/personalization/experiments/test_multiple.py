"""Holm, and Benjamini and Hochberg."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from franca_personalization.experiments.multiple import benjamini_hochberg, holm
from personalization.experiments.kit import given

PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
"""Benjamini and Hochberg, JRSS B 57 (1995), section 4: at .05 their procedure rejects four, Bonferroni's three."""
values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_published_example():
    """Of the fifteen p-values of 1995, Holm rejects three at 5 %, Benjamini and Hochberg four."""
    assert sum(each.rejected for each in holm(PUBLISHED)) == 3
    assert sum(each <= 0.05 for each in benjamini_hochberg(PUBLISHED)) == 4


@given(values, st.sampled_from([0.05, 0.01, 0.2]), examples=8)
def test_decisions_are_those_of_statsmodels(p_values, alpha):
    """Decisions and adjusted p-values agree with statsmodels."""
    rejected, adjusted, *_ = multipletests(p_values, alpha, "holm")
    found = holm(p_values, alpha)
    assert [each.adjusted for each in found] == pytest.approx(list(adjusted), rel=1e-9)
    near = [abs(each - alpha) < 1e-9 for each in adjusted]
    assert all(each.rejected == known or close for each, known, close in zip(found, rejected, near, strict=True))
    assert benjamini_hochberg(p_values) == pytest.approx(tuple(multipletests(p_values, alpha, "fdr_bh")[1]), rel=1e-9)


@given(values)
def test_levels_agree_with_decisions(p_values):
    """A p-value is rejected exactly when it is at most its level, and no level is above α."""
    for p, each in zip(p_values, holm(p_values), strict=True):
        assert each.rejected == (p <= each.level * (1 + 1e-12)) or abs(p - each.level) < 1e-12
        assert 0.05 / len(p_values) <= each.level <= 0.05


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.randoms())
def test_order_makes_no_difference(p_values, random):
    """Decisions follow their p-values into any order."""
    order = list(range(len(p_values)))
    random.shuffle(order)
    found = holm(p_values)
    assert [each.adjusted for each in holm([p_values[index] for index in order])] == [found[index].adjusted for index in order]


def test_a_single_comparison_is_not_corrected():
    """One p-value stays what it is; none has no decision."""
    assert [(each.adjusted, each.level) for each in holm([0.04])] == [(0.04, 0.05)]
    assert holm([]) == ()
