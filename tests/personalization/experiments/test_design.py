"""Sizes, what a list can detect, how long it takes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep, proportion_effectsize, samplesize_proportions_2indep_onetail

from franca.errors import FrancaError
from franca_personalization.experiments.design import (
    Advice,
    Design,
    Size,
    detectable,
    duration,
    feasibility,
    power_of,
    required,
    size,
)
from personalization.experiments.kit import given, rates

TABLE = {
    0.01: (637_010, 163_095, 42_693, 19_827),
    0.02: (315_206, 80_682, 21_109, 9_798),
    0.03: (207_938, 53_211, 13_914, 6_455),
    0.20: (25_583, 6_510, 1_683, 772),
}
"""Per arm at +5, +10, +20, +30 %, two-sided 5 %, power 80 %: recomputed independently for the project's own reference."""


@pytest.mark.parametrize("baseline", TABLE)
def test_table_of_sizes(baseline):
    """The pooled formula gives the reference's table, to the person."""
    found = tuple(size(Design(baseline=baseline, effect=effect)).variant for effect in (0.05, 0.1, 0.2, 0.3))
    assert found == TABLE[baseline]


def between(control, variant, **others):
    return Design(baseline=control, effect=variant / control - 1, **others)


def test_published_examples_of_power_prop_test():
    """R's help page of power.prop.test: 50 per group at .50 and .75 have power .740; power .90 needs 76.7; from .9 no n below 74 does."""
    assert power_of(between(0.5, 0.75), 50) == pytest.approx(0.740, abs=5e-4)
    assert required(between(0.5, 0.75, power=0.9)) == pytest.approx(76.7, abs=0.05)
    assert detectable(between(0.9, 0.95), 73) is None
    assert detectable(between(0.9, 0.95), 74) == pytest.approx(1 / 0.9 - 1, abs=1e-3)


PLACES = [(0.02, 0.024), (0.2, 0.25), (0.5, 0.4), (0.01, 0.0101)]


@pytest.mark.parametrize(("control", "variant"), PLACES)
@pytest.mark.parametrize("ratio", [1.0, 0.25, 3.0])
def test_power_is_that_of_statsmodels(control, variant, ratio):
    """Power agrees with statsmodels, both tails, with unequal arms."""
    for count in (50, 1_000, 30_000):
        numbers = {"nobs1": count * ratio, "ratio": 1 / ratio}  # of the variant; the ratio is of the control to it
        oracle = power_proportions_2indep(variant - control, control, **numbers, alpha=0.05, return_results=False)
        assert power_of(between(control, variant, ratio=ratio), count) == pytest.approx(oracle, abs=1e-9)


@pytest.mark.parametrize(("control", "variant"), PLACES)
@pytest.mark.parametrize("ratio", [1.0, 0.25, 3.0])
def test_size_is_that_of_statsmodels(control, variant, ratio):
    """Sizes agree with statsmodels, whose ratio is of the control to the variant."""
    oracle = samplesize_proportions_2indep_onetail(variant - control, control, 0.8, ratio=1 / ratio, alpha=0.05)
    assert required(between(control, variant, ratio=ratio)) * ratio == pytest.approx(oracle, rel=1e-9)


def test_both_tails_count():
    """The far tail is part of the power: with hardly a difference it is α, not half of it."""
    assert power_of(Design(baseline=0.02, effect=1e-12), 1_000) == pytest.approx(0.05, abs=1e-9)


@given(rates, rates, st.floats(0.05, 20), st.floats(0.3, 0.99), st.floats(1e-4, 0.2))
def test_power_at_the_required_size(control, variant, ratio, power, alpha):
    """At its required size a test has the power asked for, and not less."""
    assume(abs(control - variant) > 1e-3)
    design = between(control, variant, ratio=ratio, power=power, alpha=alpha)
    assert power_of(design, required(design)) >= power - 1e-9


@given(rates, rates, st.floats(0.1, 10))
def test_exchanging_success_and_failure_changes_nothing(control, variant, ratio):
    """Sizes are the same of successes and of failures, and of arms exchanged."""
    assume(abs(control - variant) > 1e-3)
    found = required(between(control, variant, ratio=ratio))
    assert required(between(1 - control, 1 - variant, ratio=ratio)) == pytest.approx(found, rel=1e-6)
    assert required(between(variant, control, ratio=1 / ratio)) == pytest.approx(found * ratio, rel=1e-6)


@given(st.floats(0.001, 0.4), st.floats(0.02, 1.0), st.integers(2, 6), st.integers(1, 30))
def test_more_comparisons_need_more(baseline, effect, arms, segments):
    """A design with more arms, more segments, more looks, more power or a smaller effect is never smaller."""
    design = Design(baseline=baseline, effect=effect, arms=arms, segments=segments)
    for more in ({"arms": arms + 1}, {"segments": segments + 1}, {"effect": effect / 2}, {"power": 0.9}, {"looks": 2}):
        assert size(design).variant <= size(replace(design, **more)).variant


def test_looking_costs():
    """Who means to look before the end plans for nearly twice as many; how often makes no difference."""
    once, twice, often = (required(Design(baseline=0.02, effect=0.2, looks=looks)) for looks in (1, 2, 20))
    assert 1.8 < twice / once < 2
    assert twice == often


def test_bonferroni_of_two_variants():
    """Two comparisons at 2 % and +20 % need 25,563 per arm instead of 21,109."""
    assert size(Design(baseline=0.02, effect=0.2, arms=3)) == Size(control=25_563, variant=25_563, total=3 * 25_563)


def test_unequal_arms():
    """A small control needs more recipients altogether."""
    even, uneven = size(Design(baseline=0.02, effect=0.2)), size(Design(baseline=0.02, effect=0.2, ratio=9))
    assert uneven.control < even.control < uneven.variant
    assert uneven.total > even.total
    assert uneven.variant == pytest.approx(9 * uneven.control, rel=1e-3)


@given(st.floats(0.002, 0.4), st.sampled_from([-0.1, 0.1]), st.integers(300, 500_000), st.floats(0.1, 10))
def test_detectable_is_the_inverse_of_the_size(baseline, sign, control, ratio):
    """The detectable lift is the one whose size is the list's."""
    design = Design(baseline=baseline, effect=sign, ratio=ratio)
    lift = detectable(design, control)
    if lift is None:
        extreme = 1 - 1e-9 if sign > 0 else 1e-9
        assert power_of(between(baseline, extreme, ratio=ratio), control) < 0.8
    else:
        assert math.copysign(1, lift) == math.copysign(1, sign)
        assert required(Design(baseline=baseline, effect=lift, ratio=ratio)) == pytest.approx(control, rel=1e-6)


def test_nothing_is_detectable_in_a_handful():
    """Twenty recipients at 2 % cannot show any fall, and nobody can show anything."""
    assert detectable(Design(baseline=0.02, effect=-0.5), 20) is None
    assert detectable(Design(baseline=0.02, effect=0.5), 0) is None


def test_what_a_list_can_detect():
    """A list whose segments are too small is judged as one; a smaller one with fewer arms; a hopeless one not at all."""
    design = Design(baseline=0.02, effect=0.2, arms=3)
    advice = {count: feasibility(design, {"vip": count, "new": count}).advice for count in (100_000, 80_000, 40_000, 25_000, 20_000)}
    assert advice == {
        100_000: Advice.SEGMENTS,
        80_000: Advice.POOL,
        40_000: Advice.POOL,
        25_000: Advice.FEWER_ARMS,
        20_000: Advice.REFUSE,
    }


def test_reach_of_a_segment():
    """A segment on its own pays for the other segments: its α is shared, so that it detects less than a list of its size would."""
    design = Design(baseline=0.02, effect=0.2)
    alone = feasibility(design, {"vip": 50_000}).segments[0]
    shared = feasibility(design, {"vip": 50_000, "new": 50_000})
    assert alone.lift < shared.segments[0].lift
    assert shared.together.lift < alone.lift
    assert alone.enough
    assert shared.arms == 2
    assert feasibility(design, {"vip": 400}).arms == 0


def test_duration():
    """42,218 emails at 9,000 a week take five whole weeks, and three days for the last clicks."""
    found = duration(42_218, 9_000)
    assert (found.weeks, found.days) == (5, 38)
    assert duration(10, 9_000, window_hours=25).days == 9
    with pytest.raises(FrancaError, match="never ends"):
        duration(10, 0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"baseline": 2}, "baseline is 2"),
        ({"effect": 0}, "an effect of \\+0"),
        ({"baseline": 0.6, "effect": 0.9}, "a rate of 1.14"),
        ({"alpha": 5}, "5 % is 0.05"),
        ({"power": 80}, "80 % is 0.8"),
        ({"arms": 1}, "1 arms"),
        ({"looks": 0}, "with 0 looks"),
        ({"ratio": 0}, "0 to 1 with 1 looks are no comparison"),
    ],
)
def test_designs_that_are_none(wrong, message):
    """What cannot be planned says why, and what a fraction looks like."""
    with pytest.raises(FrancaError, match=message):
        Design(**{"baseline": 0.02, "effect": 0.2, **wrong})


def test_formulas_in_circulation_differ():
    """At 20 % and +5 points Evan Miller's formula asks for some 6 % fewer than the pooled one, arcsine for about as many."""
    pooled = required(Design(baseline=0.2, effect=0.25))
    z, y = norm.isf(0.025), norm.isf(0.2)
    miller = ((z * math.sqrt(2 * 0.2 * 0.8) + y * math.sqrt(0.2 * 0.8 + 0.25 * 0.75)) / 0.05) ** 2
    arcsine = NormalIndPower().solve_power(proportion_effectsize(0.25, 0.2), alpha=0.05, power=0.8)
    assert miller / pooled == pytest.approx(0.94, abs=0.01)
    assert arcsine / pooled == pytest.approx(1, abs=0.01)
    assert Design(baseline=0.2, effect=0.25).power == 0.8
