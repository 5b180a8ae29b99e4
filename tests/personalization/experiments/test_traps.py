"""The traps of experiments with email, each of which somebody fell into: one test for each."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

import franca_personalization.experiments
from franca.definitions import Metric
from franca_personalization.experiments import (
    Beta,
    Design,
    Mismatch,
    NotEnoughData,
    Plan,
    Winner,
    allocate,
    chances,
    conclude,
    size,
)
from franca_personalization.experiments.allocation import thompson
from franca_personalization.experiments.counts import Stratum, pairs, totals
from franca_personalization.experiments.distributions import normal_tail, two_sided
from franca_personalization.experiments.intervals import lift_delta
from franca_personalization.experiments.ratio import ratio
from franca_personalization.experiments.significance import fixed_horizon, pooled_z
from franca_personalization.experiments.stratified import standardised
from personalization.experiments.figures import PROPERTY
from personalization.experiments.kit import arm, pair, stratum
from personalization.experiments.simulations import LOOKS, always_on, counted, runs
from personalization.experiments.test_bayes import closed_form

PLAN = Plan()


def test_opens_decide_nothing():
    """1. An experiment cannot be defined on opens, nor on clicks of those who opened: rates are of delivered emails."""
    assert {str(metric) for metric in Metric} == {"clicks", "orders"}
    with pytest.raises(ValueError, match="opens"):
        Metric("opens")
    assert arm(30, 1_000).sample.rate == 0.03


def test_four_hours_are_a_peek():
    """2. What an ESP would call the winner after four hours is not one: the look is sequential."""
    after_four_hours = [stratum((40, 10_000), (62, 10_000))]
    assert two_sided(pooled_z(*after_four_hours[0].arms)) < 0.05
    assert isinstance(conclude(after_four_hours, PLAN, final=False).verdict, NotEnoughData)


def test_the_winner_phase_is_no_part_of_the_test():
    """2. Counts of the rest, who received the winner, do not pass as an arm of the test: the split is not as planned."""
    rows = [stratum((40, 2_000), (55 + 400, 2_000 + 16_000))]
    assert isinstance(conclude(rows, PLAN, final=True).verdict, Mismatch)


@runs(10, 800)
def test_probability_is_no_stopping_rule(runs, record_property):
    """3. "P(B>A) above 95 %, either side" at ten looks stops a third of tests without a difference; verdicts stop 5 % at most."""
    clicks, delivered = always_on(np.random.default_rng(21), runs, (20_000, 20_000), [0.02, 0.02])
    plan = Plan(looks=LOOKS, planned=40_000)

    def bayes(test):
        posteriors = ([Beta().after(each.sample) for each in pair(*zip(x, n, strict=True))] for x, n in zip(test, delivered, strict=True))
        return any(max(each.best for each in chances(both)) > 0.95 for both in posteriors)

    def verdicts(test):
        rows = ([stratum(*zip(x, n, strict=True))] for x, n in zip(test, delivered, strict=True))
        return any(isinstance(conclude(each, plan, final=False).verdict, Winner) for each in rows)

    stopped = counted('stopped at ten looks by "P(best) > 95 %"', map(bayes, clicks))
    found = counted("stopped at ten looks by verdicts, the same tests", map(verdicts, clicks))
    if runs >= 500:
        record_property(PROPERTY, str(stopped))
        record_property(PROPERTY, str(found))
    assert stopped.at(0.34)
    assert found.at_most(0.05)


def test_one_formula_and_power():
    """4. Of the formulas in circulation the pooled one is taken, at a power of 80 %, not 85 %."""
    assert size(Design(baseline=0.2, effect=0.25)).control == 1_094
    assert (Design(baseline=0.2, effect=0.25).power, PLAN.power) == (0.8, 0.8)


def test_absolute_and_relative_decide_differently():
    """5. 250 against 300 of 10,000: p is .0306 by the difference and .0485 by the lift; at 4 % only one decides, and verdicts take it."""
    control, variant = pair((250, 10_000), (300, 10_000))
    assert two_sided(pooled_z(control, variant)) == pytest.approx(0.0306, abs=5e-5)
    deviation = lift_delta(control.sample, variant.sample).high - 0.2
    assert two_sided(0.2 / (deviation / 1.959963984540054)) == pytest.approx(0.0485, abs=5e-5)
    found = conclude([stratum((250, 10_000), (300, 10_000))], Plan(alpha=0.04), final=True)
    assert isinstance(found.verdict, Winner)
    assert not lift_delta(control.sample, variant.sample, 0.04).decided


def test_tails_do_not_underflow():
    """6. P(Z > 9) is 1.13e-19, which the standard library's distribution function makes 0; p-values of large tests stay above 0."""
    assert NormalDist().cdf(-9) == 0.0
    assert normal_tail(9) == pytest.approx(1.1286e-19, rel=1e-4)
    found = conclude([stratum((20_000, 1_000_000), (23_000, 1_000_000))], PLAN, final=True)
    assert 0 < found.comparisons[0].p < 1e-40


def test_beta_sum_has_all_its_terms():
    """7. Ports of the closed form leave out its last term: for two arms of which nothing is known they say 0, not a half."""
    assert [each.best for each in chances([Beta(), Beta()])] == pytest.approx([0.5, 0.5], abs=1e-12)
    assert closed_form(Beta(), Beta()) == pytest.approx(0.5)
    assert closed_form(Beta(), Beta(), terms=0) == 0


def bandit(random, batches, people, rates, **how):
    """Batches of a Thompson bandit with two arms as `allocate` shares them out: all counts, and those of the even part."""
    every, even = [], []
    for number in range(batches):
        shares = allocate(every, people, **how).shares if every else ()
        rest = [each.recipients for each in shares] or [people // 2, people // 2]
        part = _batch(random, str(number), [each.even for each in shares] or [0, 0], rates)
        other = _batch(random, str(number), rest, rates)
        even.append(part)
        every.append(stratum(*(_added(one, two) for one, two in zip(part.arms, other.arms, strict=True)), key=str(number)))
    return every, even


def _batch(random, key, numbers, rates):
    return stratum(*((random.binomial(n, rate), n) for n, rate in zip(numbers, rates, strict=True)), key=key)


def _added(one, two):
    return one.successes + two.successes, one.delivered + two.delivered


@runs(6, 500)
def test_arm_means_of_bandits_are_biased(runs, record_property):
    """8. A bandit's arms come out too low, though the difference within batches does not; a test of its counts finds too much."""
    random = np.random.default_rng(22)
    means, differences, wrong = [], [], []
    for _ in range(runs):
        batches, _ = bandit(random, 20, 500, (0.05, 0.05), floor=0.05, even=0.0)
        means.append(np.mean([each.sample.rate for each in totals(batches)]) / 0.05 - 1)
        control, variant = standardised(pairs(batches, 1))
        differences.append(variant.rate - control.rate)
        wrong.append(fixed_horizon(pairs(batches, 1)).p <= 0.05)
    found = counted("false differences of a bandit, all its counts by batch, floor 0.05", wrong)
    assert abs(np.mean(differences)) < 3.3 * np.std(differences) / runs**0.5
    assert found.at_least(0.05)
    if runs >= 500:
        bias, spread = np.mean(means), np.std(means) / runs**0.5
        assert bias + 3.3 * spread < -0.005
        record_property(PROPERTY, f"bias of a bandit's arm means, 20 batches of 500, floor 0.05: {bias:+.2%} ± {1.96 * spread:.2%}")
        record_property(PROPERTY, str(found))


@runs(6, 500)
def test_the_even_part_of_a_bandit_is_a_test(runs, record_property):
    """8. The part that is split evenly can be tested as any other split: it errs in 5 %, whatever the rest did."""
    random = np.random.default_rng(26)
    parts = (bandit(random, 20, 500, (0.05, 0.05), even=0.2)[1] for _ in range(runs))
    found = counted("false differences of a bandit's even part", (fixed_horizon(pairs(part, 1)).p <= 0.05 for part in parts))
    assert found.at(0.05)
    if runs >= 500:
        record_property(PROPERTY, str(found))


def test_lowest_is_not_starved():
    """9. Of a rate that is to be low, the arm that surely has the lowest gets the most, not the floor alone."""
    complaints = [Beta(a=1 + x, b=1 + 10_000 - x) for x in (400, 300, 500, 10)]
    best = [each.best for each in chances(complaints, lowest=True)]
    assert best == pytest.approx([0, 0, 0, 1], abs=1e-12)
    assert thompson(best, 0.1) == pytest.approx((0.1, 0.1, 0.1, 0.7))


@runs(200, 5_000)
def test_fake_segment_winners(runs, record_property):
    """10. With 24 comparisons of equal arms, two tests in three have something below 5 %; Holm's procedure leaves one in twenty."""
    random = np.random.default_rng(23)
    fake, left = [], []
    for _ in range(runs):
        p_values = [fixed_horizon([pair((x, 5_000), (y, 5_000))]).p for x, y in random.binomial(5_000, 0.02, size=(24, 2))]
        fake.append(min(p_values) <= 0.05)
        left.append(min(p_values) <= 0.05 / 24)
    uncorrected, corrected = counted("24 comparisons, uncorrected", fake), counted("24 comparisons, Holm", left)
    assert uncorrected.at_least(0.66)
    assert corrected.at_most(0.05)
    if runs >= 5_000:
        record_property(PROPERTY, str(uncorrected))
        record_property(PROPERTY, str(corrected))


@runs(2_000, 40_000)
def test_winners_curse(runs, record_property):
    """11. Of true lifts of 5 % the significant ones report +40 % on average, at 5,000 per arm; shrunk they are within some 10 %."""
    clicks = np.random.default_rng(24).binomial(5_000, (0.02, 0.021), size=(runs, 2))
    found = [conclude([stratum((x, 5_000), (y, 5_000))], PLAN, final=True).comparisons[0] for x, y in clicks]
    won = [each for each in found if each.finding == "better"]
    reported, shrunk = np.mean([each.lift.estimate for each in won]), np.mean([each.shrunk for each in won])
    assert reported == pytest.approx(0.4, abs=0.08)
    assert shrunk < 0.15
    if runs >= 40_000:
        assert reported == pytest.approx(0.4, abs=0.04)
        record_property(PROPERTY, f"winners at a true lift of 5 %: reported {reported:+.1%}, shrunk {shrunk:+.1%}, of {len(won):,}")


@runs(2_000, 60_000)
def test_shrunk_lifts_of_winners_are_true_on_average(runs, record_property):
    """11. When lifts are what the prior says, the shrunk lifts of winners are their true ones on average; the reported are far above."""
    random = np.random.default_rng(25)
    odds = 0.02 / 0.98 * np.exp(random.normal(0, 0.1, size=runs))
    truth = odds / (1 + odds)
    clicks = zip(random.binomial(20_000, 0.02, size=runs), random.binomial(20_000, truth), strict=True)
    found = [conclude([stratum((x, 20_000), (y, 20_000))], PLAN, final=True).comparisons[0] for x, y in clicks]
    won = [(each, lift) for each, lift in zip(found, truth / 0.02 - 1, strict=True) if each.finding == "better"]
    excess = np.array([each.shrunk - lift for each, lift in won])
    boast = np.mean([each.lift.estimate - lift for each, lift in won])
    error = excess.std() / len(won) ** 0.5
    assert abs(excess.mean()) < 3.3 * error + 0.002  # the log odds are shrunk; a mean of lifts is a little above the lift of the mean
    assert boast > 0.05
    if runs >= 60_000:
        sure = f"{excess.mean():+.2%} ± {1.96 * error:.2%}"
        record_property(PROPERTY, f"winners, lifts as the prior says: reported {boast:+.1%} too high, shrunk {sure}")


def test_noise_teaches_nothing():
    """12. Of 24 comparisons, one is at p = .03: significant alone, but it did not survive, and no prompt gets to see it."""
    rows = [stratum((100, 5_000), (131, 5_000), key="vip"), *(stratum((100, 5_000), (100, 5_000), key=str(s)) for s in range(23))]
    found = conclude(rows, PLAN, final=True)
    assert found.segments[0].comparisons[0].p < 0.05
    assert list(found.proven) == []


HOME = Path(franca_personalization.experiments.__file__).parent
STATISTICS = [path for path in sorted(HOME.glob("*.py")) if not path.name.startswith(("report", "verbs"))]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


@pytest.mark.parametrize("path", STATISTICS, ids=lambda path: path.stem)
def test_only_counts_are_believed(path):
    """13, 16. Statistics import the standard library, Franca's errors and each other: no opinion of a model, no package that changes."""
    own = ("franca.errors", "franca_personalization.experiments")
    foreign = [name for name in imported(path) if not name.startswith(own) and name.split(".")[0] not in sys.stdlib_module_names]
    assert foreign == []


def test_a_split_is_of_those_sent_to():
    """15. A fault of the split is seen in what was sent, though as many were delivered; and bounces are no fault of the split."""
    faulty = Stratum(key="all", arms=(arm(90, 9_000, "control", sent=9_000), arm(95, 9_000, "a", sent=9_600)))
    bounced = Stratum(key="all", arms=(arm(90, 9_000, "control", sent=9_600), arm(95, 9_500, "a", sent=9_600)))
    assert isinstance(conclude([faulty], PLAN, final=True).verdict, Mismatch)
    assert not isinstance(conclude([bounced], PLAN, final=True).verdict, Mismatch)


def test_arms_without_weight_are_no_part_of_the_total():
    """15. An arm that was switched off, but has counts, does not make the others look wrong."""
    assert ratio((5_000, 5_010, 700), (1, 1, 0)).p == pytest.approx(ratio((5_000, 5_010), (1, 1)).p)
    off = [stratum((90, 5_000), (90, 5_010), (12, 700))]
    assert not isinstance(conclude(off, Plan(weights=(1, 1, 0)), final=True).verdict, Mismatch)
