"""False winners, counted in simulations; each runs short, and long with the slow tests.

What is true must come out as chance allows: the bounds are those of the simulation's own binomial distribution.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from franca_personalization.experiments import Finding, Plan, Winner, conclude
from franca_personalization.experiments.sequential import always_valid, tuning
from franca_personalization.experiments.significance import fixed_horizon
from personalization.experiments.kit import pair, stratum
from personalization.experiments.simulations import LOOKS, SENDS, always_on, counted, runs

PLAN = Plan()


# -- false winners at a fixed horizon

TWO_ARMS = {
    "5,000 each at 2 %": ((5_000, 5_000), 0.02),
    "20,000 each at 0.5 %": ((20_000, 20_000), 0.005),
    "2,000 each at 20 %": ((2_000, 2_000), 0.2),
    "1,000 and 9,000 at 3 %": ((1_000, 9_000), 0.03),
}


@pytest.mark.parametrize("name", TWO_ARMS)
@runs(400)
def test_false_winners_of_two_arms(name, runs, report):
    """Without a difference a fixed horizon makes a winner of 5 % of tests, with arms even or not."""
    people, rate = TWO_ARMS[name]
    plan = Plan(weights=tuple(map(float, people)))
    clicks = np.random.default_rng(1).binomial(people, rate, size=(runs, 2))
    found = report(counted(f"false winners, fixed horizon, {name}", (_wins([stratum(*zip(x, people, strict=True))], plan) for x in clicks)))
    assert found.at(0.05)


@runs(400)
def test_false_winners_of_few_events(runs, report):
    """With some ten events an arm, where the exact test often takes over, there are fewer false winners, never more."""
    clicks = np.random.default_rng(2).binomial(500, 0.02, size=(runs, 2))
    found = report(counted("false winners, fixed horizon, 500 each at 2 %", (_wins([stratum((x, 500), (y, 500))]) for x, y in clicks)))
    assert found.at_most(0.05)


@runs(200)
def test_false_winners_over_segments(runs, report):
    """Eight segments with rates of their own, taken together: 5 %."""
    rates = np.geomspace(0.005, 0.06, 8)
    clicks = np.random.default_rng(3).binomial(1_000, rates, size=(runs, 2, 8))
    rows = ([stratum((x[0, s], 1_000), (x[1, s], 1_000), key=str(s)) for s in range(8)] for x in clicks)
    assert report(counted("false winners, fixed horizon, 8 segments together", map(_wins, rows))).at(0.05)


@runs(100)
def test_family_of_segments_and_variants(runs, report):
    """Eight segments by three variants: anything better or worse among the 24, and among the three together, in 5 % at most."""
    clicks = np.random.default_rng(4).binomial(4_000, 0.02, size=(runs, 8, 4))
    together, single, uncorrected = [], [], []
    for x in clicks:
        rows = [stratum(*((count, 4_000) for count in x[s]), key=str(s)) for s in range(8)]
        found = conclude(rows, PLAN, final=True)
        comparisons = [each for segment in found.segments for each in segment.comparisons]
        together.append(any(each.finding in SHOWN for each in found.comparisons))
        single.append(any(each.finding in SHOWN for each in comparisons))
        uncorrected.append(any(each.p <= 0.05 for each in comparisons))
    assert report(counted("anything false among 3 variants, Holm", together)).at_most(0.05)
    assert report(counted("anything false among 24 comparisons of segments, Holm", single)).at_most(0.05)
    assert report(counted("the same 24 comparisons, uncorrected", uncorrected)).at_least(0.55)


SHOWN = (Finding.BETTER, Finding.WORSE)


def _wins(rows, plan=PLAN, final=True):
    return isinstance(conclude(rows, plan, final=final).verdict, Winner)


# -- false winners when looked at ten times


EARLY = {
    "10,000 each at 2 %": ((10_000, 10_000), 0.02),
    "50,000 each at 2 %": ((50_000, 50_000), 0.02),
    "2,000 and 18,000 at 3 %": ((2_000, 18_000), 0.03),
    "20,000 each at 0.5 %": ((20_000, 20_000), 0.005),
    "2,500 each at 20 %": ((2_500, 2_500), 0.2),
    "three of 10,000 at 2 %": ((10_000, 10_000, 10_000), 0.02),
}


@pytest.mark.parametrize("send", SENDS)
@pytest.mark.parametrize("name", EARLY)
@runs(40)
def test_false_winners_under_ten_looks(name, send, runs, report):
    """Without a difference at most 5 % of tests have a winner at any of ten looks."""
    people, rate = EARLY[name]
    plan = Plan(looks=LOOKS, planned=sum(people), weights=tuple(map(float, people)))
    clicks, delivered = SENDS[send](np.random.default_rng(5), runs, people, [rate] * len(people))
    found = report(counted(f"false winners, ten looks, {send}, {name}", (_ever_wins(x, delivered, plan) for x in clicks)))
    assert found.at_most(0.05)


def _ever_wins(clicks, delivered, plan):
    looks = ([stratum(*zip(x, n, strict=True))] for x, n in zip(clicks, delivered, strict=True))
    return any(_wins(rows, plan, final=False) for rows in looks)


@runs(400)
def test_without_ten_events_sequences_lie(runs, report):
    """Why nothing is decided before ten events: from the first event on, a sequence is wrong in one test of ten, not of twenty."""
    clicks, delivered = always_on(np.random.default_rng(5), runs, (2_000, 18_000), [0.005, 0.005])

    def ever(test):
        looks = (pair(*zip(x, n, strict=True)) for x, n in zip(test, delivered, strict=True))
        return any(_early_p(*each) <= 0.05 for each in looks)

    assert report(counted("false winners, ten looks, from the first event on", map(ever, clicks))).at_least(0.1)


def _early_p(control, variant):
    a, b = control.sample, variant.sample
    variance, events = a.variance + b.variance, control.successes + variant.successes
    return always_valid((b.rate - a.rate) / math.sqrt(variance), tuning(0.05) * events / 100) if variance else 1.0


@pytest.mark.parametrize("send", SENDS)
@runs(40, 6_000)
def test_early_looks_at_a_plan_for_one(send, runs, report):
    """Where a plan is for one look, winners of nine early ones that the last one does not confirm are below 1 % of tests."""
    plan = Plan(planned=20_000)
    clicks, delivered = SENDS[send](np.random.default_rng(31), runs, (10_000, 10_000), [0.02, 0.02])

    def more(test):
        rows = [[stratum(*zip(x, n, strict=True))] for x, n in zip(test, delivered, strict=True)]
        return any(_wins(each, plan, final=False) for each in rows[:-1]) and not _wins(rows[-1], plan)

    found = report(counted(f"false winners of nine early looks at a plan for one, {send}, gone at the end", map(more, clicks)))
    assert found.at_most(0.01)


@runs(20, 2_000)
def test_false_winners_of_segments_under_ten_looks(runs, report):
    """Six segments looked at ten times: a false winner of all together, or of any segment, in at most 5 %."""
    plan = Plan(looks=LOOKS, planned=60_000)
    clicks, delivered = always_on(np.random.default_rng(6), runs * 6, (5_000, 5_000), [0.02, 0.02])
    together, single = [], []
    for x in clicks.reshape(runs, 6, LOOKS, 2):
        found = [conclude(_segments(x, delivered, look), plan, final=False) for look in range(LOOKS)]
        together.append(any(isinstance(each.verdict, Winner) for each in found))
        single.append(any(isinstance(segment.verdict, Winner) for each in found for segment in each.segments))
    assert report(counted("false winners, ten looks, 6 segments together", together)).at_most(0.05)
    assert report(counted("any false segment winner, ten looks, 6 segments", single)).at_most(0.05)


def _segments(clicks, delivered, look):
    return [stratum(*zip(clicks[s, look], delivered[look], strict=True), key=str(s)) for s in range(len(clicks))]


@runs(40)
def test_ten_looks_with_a_fixed_horizon_lie(runs, report):
    """The z test at ten looks makes a winner of one test in six or so: what sequential analysis is for."""
    clicks, delivered = always_on(np.random.default_rng(5), runs, (20_000, 20_000), [0.02, 0.02])

    def ever(test):
        return any(fixed_horizon([pair(*zip(x, n, strict=True))]).p <= 0.05 for x, n in zip(test, delivered, strict=True))

    found = report(counted("false winners, ten looks, plain z test", map(ever, clicks)))
    assert found.at_least(0.15)
