"""Coverage of intervals, power, and other error rates, counted in simulations; each runs short, and long with the slow tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from franca_personalization.experiments import (
    Design,
    Guardrail,
    Harm,
    Moments,
    NoDifference,
    Plan,
    Undecided,
    conclude,
    newcombe,
    non_inferior,
    size,
    welch,
    wilson,
)
from franca_personalization.experiments.distributions import critical
from franca_personalization.experiments.intervals import lift_delta, lift_log
from franca_personalization.experiments.ratio import ratio
from franca_personalization.experiments.significance import fixed_horizon
from franca_personalization.experiments.stratified import homogeneity, standardised
from personalization.experiments.kit import arm, pair, stratum
from personalization.experiments.simulations import LOOKS, SENDS, counted, holds, runs

PLAN = Plan()

# -- coverage

RATES = {
    "5,000 each, 2 %, no lift": ((5_000, 5_000), 0.02, 0.0),
    "5,000 each, 2 %, +20 %": ((5_000, 5_000), 0.02, 0.2),
    "20,000 each, 0.5 %, +30 %": ((20_000, 20_000), 0.005, 0.3),
    "4,000 and 36,000, 3 %, -10 %": ((4_000, 36_000), 0.03, -0.1),
    "2,000 each, 20 %, +10 %": ((2_000, 2_000), 0.2, 0.1),
}


@pytest.mark.parametrize("name", RATES)
@runs(500)
def test_coverage_of_two_arms(name, runs, report):
    """Newcombe's interval and both intervals of the lift hold the truth in 95 %."""
    people, rate, lift = RATES[name]
    clicks = np.random.default_rng(7).binomial(people, (rate, rate * (1 + lift)), size=(runs, 2))
    samples = [[each.sample for each in pair((x[0], people[0]), (x[1], people[1]))] for x in clicks]
    z = critical(0.05)
    assert report(counted(f"Newcombe, {name}", (holds(newcombe(*each), rate * lift) for each in samples))).at(0.95)
    assert report(counted(f"lift by log ratio, {name}", (holds(lift_log(*each, z, 0.95), lift) for each in samples))).at(0.95)
    assert report(counted(f"lift by delta method, {name}", (holds(lift_delta(*each), lift) for each in samples))).at(0.95)


@pytest.mark.parametrize(("people", "rate"), [(5_000, 0.02), (500, 0.02), (100, 0.3), (20_000, 0.003)])
@runs(500)
def test_coverage_of_one_arm(people, rate, runs, report):
    """Wilson's interval holds the truth as often as adding up the binomial distribution says: 93 % to 97 %, for counts jump."""
    exact = sum(binom.pmf(x, people, rate) for x in range(people + 1) if holds(wilson(arm(x, people).sample), rate))
    assert 0.93 < exact < 0.97
    clicks = np.random.default_rng(8).binomial(people, rate, size=runs)
    holding = (holds(wilson(arm(int(x), people).sample), rate) for x in clicks)
    found = report(counted(f"Wilson, {people:,} at {rate:.1%} (exactly {exact:.4f})", holding))
    assert found.at(exact)


def test_coverage_of_one_arm_on_average():
    """Averaged over rates between 0.5 % and 5 % at 2,000 people, Wilson's interval holds the truth in 95 %, to a third of a point."""
    intervals = [wilson(arm(x, 2_000).sample) for x in range(250)]
    coverage = [sum(binom.pmf(x, 2_000, p) for x, each in enumerate(intervals) if holds(each, p)) for p in np.linspace(0.005, 0.05, 90)]
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.0033)


@runs(500)
def test_delta_method_needs_events(runs, report):
    """At some ten events the delta method falls short of 95 %, and the log ratio does not: verdicts have the log ratio."""
    clicks = np.random.default_rng(9).binomial(500, 0.02, size=(runs, 2))
    samples = [[each.sample for each in pair((x, 500), (y, 500))] for x, y in clicks if x and y]
    delta = report(counted("lift by delta method, 500 each at 2 %", (holds(lift_delta(*each), 0) for each in samples)))
    log = report(counted("lift by log ratio, 500 each at 2 %", (holds(lift_log(*each, critical(0.05), 0.95), 0) for each in samples)))
    assert delta.hits < log.hits
    assert runs < 1_000 or not delta.at_least(0.95)
    assert log.at_least(0.95)


STRATA = {
    "8 of 1,000 each": (np.full(8, 1_000), np.full(8, 1_000)),
    "40 of 50 each": (np.full(40, 50), np.full(40, 50)),
    "8 of 100 and 900": (np.full(8, 100), np.full(8, 900)),
    "8 from 100 to 3,000": (np.geomspace(100, 3_000, 8).astype(int), np.geomspace(100, 3_000, 8).astype(int)),
    "batches of a bandit": (np.linspace(900, 100, 9).astype(int), np.linspace(100, 900, 9).astype(int)),
}


@pytest.mark.parametrize("name", STRATA)
@runs(300)
def test_coverage_over_strata(name, runs, report):
    """The stratified difference and lift hold the truth in 95 %, with sparse strata and uneven arms too."""
    people, random = STRATA[name], np.random.default_rng(10)
    rates = np.geomspace(0.01, 0.05, len(people[0]))
    weights = people[0] * people[1] / (people[0] + people[1])
    truth = (weights * rates * 0.2).sum() / weights.sum()
    clicks = random.binomial(people, (rates, rates * 1.2), size=(runs, 2, len(rates)))
    samples = [standardised([pair((x, n), (y, m)) for x, y, n, m in zip(*each, *people, strict=True)]) for each in clicks]
    assert report(counted(f"stratified difference, {name}", (holds(newcombe(*each), truth) for each in samples))).at(0.95)
    found = report(counted(f"stratified lift, {name}", (holds(lift_log(*each, critical(0.05), 0.95), 0.2) for each in samples)))
    assert found.at(0.95)


@runs(100)
def test_coverage_at_the_level_of_holm(runs, report):
    """Intervals at the level that Holm's procedure judged them by hold the truth in at least 95 %, each of them."""
    rates = np.array([0.02, 0.02, 0.024, 0.03])
    clicks = np.random.default_rng(11).binomial(8_000, rates, size=(runs, 4))
    found = [conclude([stratum(*((count, 8_000) for count in x))], PLAN, final=True).comparisons for x in clicks]
    for index in range(3):
        truth = rates[index + 1] - rates[0]
        holding = (holds(each[index].difference, truth) for each in found)
        assert report(counted(f"difference of variant {index + 1} of 3, Holm", holding)).at_least(0.95)


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize("lift", [0.0, 0.25])
@pytest.mark.parametrize("people", [(20_000, 20_000), (2_000, 18_000), (1_000, 1_000)])
@runs(30, 4_000)
def test_coverage_at_all_looks(people, lift, send, runs, report):
    """The confidence sequences hold the difference and the lift at all ten looks together in at least 95 %."""
    plan = Plan(looks=LOOKS, planned=sum(people), weights=tuple(map(float, people)))
    rates = np.array([0.02, 0.02 * (1 + lift)])
    clicks, delivered = SENDS[send](np.random.default_rng(12), runs, people, rates)
    shares = np.ones(LOOKS) if send == "always-on" else np.arange(1, LOOKS + 1) / LOOKS
    differences, lifts = [], []
    for test in clicks:
        rows = ([stratum(*zip(x, n, strict=True))] for x, n in zip(test, delivered, strict=True))
        looks = [conclude(each, plan, final=False).comparisons[0] for each in rows]
        differences.append(all(holds(each.difference, share * 0.02 * lift) for each, share in zip(looks, shares, strict=True)))
        lifts.append(all(each.lift is None or holds(each.lift, lift) for each in looks))
    name = f"{people[0]:,} and {people[1]:,}, {send}, lift {lift:.0%}"
    assert report(counted(f"difference at all of ten looks, {name}", differences)).at_least(0.95)
    assert report(counted(f"lift at all of ten looks, {name}", lifts)).at_least(0.95)


@pytest.mark.parametrize("people", [(20_000, 20_000), (3_000, 1_500)])
@runs(60, 4_000)
def test_coverage_of_money(people, runs, report):
    """Welch's interval of winsorised money holds the truth in 95 % with a thousand orders an arm; with 75 it falls short, to 94 %."""
    random = np.random.default_rng(13)
    orders = np.minimum(random.lognormal(3, 1, size=400_000), 200) * (random.random(400_000) < 0.05)
    truth, hits = orders.mean() * 0.25, []
    for _ in range(runs):
        amounts = [random.choice(orders, people[0]), 1.25 * random.choice(orders, people[1])]
        moments = [Moments(key="x", count=len(each), mean=float(each.mean()), variance=float(each.var(ddof=1))) for each in amounts]
        hits.append(holds(welch(*moments)[0], truth))
    found = report(counted(f"Welch, {people[0]:,} and {people[1]:,}, winsorised orders of 5 %", hits))
    assert found.at(0.95) if people[1] > 2_000 else found.at_least(0.94)


# -- power

DESIGNS = [
    Design(baseline=0.02, effect=0.2),
    Design(baseline=0.01, effect=0.3),
    Design(baseline=0.2, effect=0.1),
    Design(baseline=0.5, effect=-0.1),
    Design(baseline=0.03, effect=0.3, ratio=4),
    Design(baseline=0.03, effect=0.3, ratio=0.25),
    Design(baseline=0.02, effect=-0.25, power=0.9),
    Design(baseline=0.02, effect=0.3, arms=3, alpha=0.1),
]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda each: f"{each.baseline:g}{each.effect:+g}x{each.ratio:g}")
@runs(300)
def test_power_at_the_computed_size(design, runs, report):
    """At the computed size the planned difference is found with the planned power, to two points, each comparison at its α."""
    needed = size(design)
    clicks = np.random.default_rng(14).binomial((needed.control, needed.variant), (design.baseline, design.rate), size=(runs, 2))
    compared = (pair((x, needed.control), (y, needed.variant)) for x, y in clicks)
    sizes = f"{needed.control:,} and {needed.variant:,}"
    what = f"power {design.power:g}, {design.baseline:g} {design.effect:+.0%}, {sizes}, alpha {design.level:g}"
    found = report(counted(what, (fixed_horizon([each]).p <= design.level for each in compared)))
    assert abs(found.hits / found.of - design.power) < 0.02 or (runs < 1_000 and found.at(design.power))


@pytest.mark.parametrize("send", SENDS)
@runs(40, 3_000)
def test_power_when_looked_at(send, runs, report):
    """A test that was sized for looks finds the planned difference with the planned power, or more: earlier looks add a little."""
    design = Design(baseline=0.02, effect=0.3, looks=LOOKS)
    people = math.ceil(size(design).control / LOOKS) * LOOKS
    plan = Plan(effect=0.3, looks=LOOKS, planned=2 * people)
    clicks, delivered = SENDS[send](np.random.default_rng(20), runs, (people, people), (design.baseline, design.rate))

    def found_at(test):
        rows = ([stratum(*zip(x, n, strict=True))] for x, n in zip(test, delivered, strict=True))
        return any(conclude(each, plan, final=False).comparisons[0].finding == "better" for each in rows)

    found = report(counted(f"power 0.8 at any of ten looks, {send}, {people:,} each", map(found_at, clicks)))
    assert found.at_least(0.8)
    assert found.at_most(0.84)


# -- the other answers


@runs(200)
def test_false_claims_of_no_difference(runs, report):
    """A lift that is just worth finding is called no difference in at most α/2; none at the size for it is, in 80 %."""
    clicks = np.random.default_rng(15).binomial(60_000, (0.02, 0.024), size=(runs, 2))
    false = counted("no difference claimed at the margin", (_same(x, y, 60_000) for x, y in clicks))
    assert report(false).at_most(0.025)
    needed = conclude([stratum((450, 22_000), (490, 22_000))], PLAN, final=True).verdict
    assert isinstance(needed, Undecided)
    clicks = np.random.default_rng(16).binomial(needed.needed, 450 / 22_000, size=(runs, 2))
    true = report(counted("no difference shown at the size for it", (_same(x, y, needed.needed) for x, y in clicks)))
    assert abs(true.hits / true.of - 0.8) < 0.02 or (runs < 1_000 and true.at(0.8))


def _same(x, y, people):
    return isinstance(conclude([stratum((x, people), (y, people))], PLAN, final=True).verdict, NoDifference)


@runs(400)
def test_false_claims_of_no_harm(runs, report):
    """A variant whose unsubscribes are higher by the margin is called harmless in α/2 at most; an equal one worse in α/2."""
    random = np.random.default_rng(17)
    for more, harm in ((0.001, Harm.NONE), (0.0, Harm.WORSE)):
        counts = random.binomial(40_000, (0.004, 0.004 + more), size=(runs, 2))
        rows = (stratum((x, 40_000), (y, 40_000)) for x, y in counts)
        claims = (non_inferior(Guardrail(metric="unsubscribes", strata=(each,), margin=0.001))[0].harm is harm for each in rows)
        assert report(counted(f"{harm} claimed of +{more:.1%} unsubscribes", claims)).at(0.025)


@runs(2_000, 40_000)
def test_false_alarms_of_the_split(runs, report):
    """A split that is as planned is called a mismatch once in a thousand."""
    sent = np.random.default_rng(18).multinomial(30_000, [0.5, 0.3, 0.2], size=runs)
    alarms = (ratio(tuple(map(int, each)), (5, 3, 2)).p < 0.001 for each in sent)
    found = report(counted("sample-ratio alarms without a fault", alarms), 10_000)
    assert found.at(0.001)


@runs(200)
def test_false_interactions(runs, report):
    """Segments with one odds ratio are said to differ in 5 %."""
    odds = np.geomspace(0.01, 0.06, 6)
    odds = odds / (1 - odds)
    variant = 1.3 * odds / (1 + 1.3 * odds)
    random = np.random.default_rng(19)
    clicks = zip(random.binomial(2_000, odds / (1 + odds), (runs, 6)), random.binomial(2_000, variant, (runs, 6)), strict=True)
    tests = (homogeneity([pair((a, 2_000), (b, 2_000)) for a, b in zip(x, y, strict=True)]) for x, y in clicks)
    assert report(counted("false interactions of 6 segments", (each.p <= 0.05 for each in tests))).at(0.05)
