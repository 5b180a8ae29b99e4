"""From counts to a conclusion."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from franca.errors import FrancaError
from franca_personalization.experiments import (
    Arm,
    Finding,
    Guardrail,
    Harm,
    Method,
    Mismatch,
    NoDifference,
    NotEnoughData,
    Plan,
    Stratum,
    Undecided,
    Winner,
    Withheld,
    conclude,
)
from franca_personalization.experiments.comparing import planned
from franca_personalization.experiments.design import Design, required, size
from franca_personalization.experiments.distributions import critical
from franca_personalization.experiments.intervals import lift_log, newcombe
from franca_personalization.experiments.multiple import holm
from franca_personalization.experiments.ratio import ALARM
from franca_personalization.experiments.sequential import tuning, widening
from personalization.experiments.kit import KEYS, arm, counts, given, stratum

PLAN = Plan()


def test_winner_at_a_fixed_horizon():
    """250 against 300 of 10,000 has p = .0306: the variant wins, with Newcombe's interval and a lift that is shrunk."""
    found = conclude([stratum((250, 10_000), (300, 10_000))], PLAN, final=True)
    assert isinstance(found.verdict, Winner)
    comparison = found.comparisons[0]
    assert comparison.p == pytest.approx(0.0306, abs=5e-5)
    assert comparison.method is Method.POOLED
    assert (found.verdict.arm, found.verdict.beaten, found.verdict.rivals) == ("a", "control", ())
    a, b = arm(250, 10_000).sample, arm(300, 10_000).sample
    assert found.verdict.difference == newcombe(a, b)
    assert found.verdict.lift == lift_log(a, b, critical(0.05), 0.95)
    assert 0.1 < found.verdict.shrunk < 0.12
    assert not found.sequential
    assert (found.segments, found.homogeneity) == ((), ())


def test_the_same_counts_looked_at_early():
    """Looked at before the end, the same counts are not enough: the interval that holds at every look includes 0."""
    found = conclude([stratum((250, 10_000), (300, 10_000))], PLAN, final=False)
    assert found.sequential
    assert found.comparisons[0].method is Method.ALWAYS_VALID
    assert not found.comparisons[0].difference.decided
    needed = size(Design(baseline=0.025, effect=0.2)).control
    assert found.verdict == NotEnoughData(needed=needed, more=2 * (needed - 10_000))
    assert conclude([stratum((250, 10_000), (300, 10_000))], replace(PLAN, looks=3), final=True).sequential


def test_how_much_was_seen_is_events():
    """What a look has seen is its events of those that the plan expects, not emails: of a single send all are out at once."""
    plan = Plan(baseline=0.02, planned=40_000)
    found = conclude([stratum((60, 20_000), (100, 20_000))], plan, final=False).comparisons[0]
    a, b = arm(60, 20_000).sample, arm(100, 20_000).sample
    width = widening(tuning(0.05) * 160 / 800, 0.05) * (a.variance + b.variance) ** 0.5
    assert (found.difference.low, found.difference.high) == pytest.approx((0.002 - width, 0.002 + width), rel=1e-12)


def test_early_winner():
    """A difference that is large enough wins at any look."""
    found = conclude([stratum((200, 10_000), (330, 10_000))], PLAN, final=False)
    assert isinstance(found.verdict, Winner)
    assert found.verdict.difference.decided


def test_fewer_than_ten_events():
    """Nine events in an arm are left to the exact test, and early to patience; the z test would have seen a winner in both."""
    few = [stratum((9, 4_000), (21, 4_000))]
    final, early = conclude(few, PLAN, final=True), conclude(few, PLAN, final=False)
    assert final.comparisons[0].method is Method.EXACT
    assert early.comparisons[0].p == 1
    assert (early.comparisons[0].difference.low, early.comparisons[0].difference.high) == (-1, 1)
    assert isinstance(early.verdict, NotEnoughData)
    marginal = conclude([stratum((4, 4_000), (12, 4_000))], PLAN, final=True)  # z: p = .045; exact: p = .077
    assert isinstance(marginal.verdict, NotEnoughData)
    assert conclude([stratum((0, 4_000), (25, 4_000))], PLAN, final=True).verdict.arm == "a"


def test_nothing_delivered():
    """Counts of nothing are not enough data, and no error."""
    found = conclude([stratum((0, 0), (0, 0))], PLAN, final=True)
    assert found.comparisons == ()
    assert found.verdict == NotEnoughData(needed=21_109, more=42_218)


def test_how_many_more():
    """What is missing is the pooled formula's size for the control's own rate, arm by arm."""
    found = conclude([stratum((40, 4_000), (44, 4_010))], PLAN, final=True).verdict
    assert found.needed == 42_693
    assert found.more == 2 * 42_693 - 8_010
    three = conclude([stratum((400, 20_000), (450, 20_000), (395, 20_000))], PLAN, final=True).verdict
    assert three == NotEnoughData(needed=25_563, more=3 * 5_563)


def test_while_nobody_clicked_the_plan_says_the_rate():
    """With fewer than ten events the control's rate is the plan's."""
    assert conclude([stratum((3, 400), (1, 400))], Plan(baseline=0.03), final=True).verdict.needed == 13_914


def test_no_difference_is_shown():
    """Two large arms with nearly the same rate differ by less than the plan's effect: all of the interval does."""
    found = conclude([stratum((2_000, 100_000), (2_010, 100_000))], PLAN, final=True)
    assert found.verdict == NoDifference(margin=0.2)
    assert found.comparisons[0].finding is Finding.SAME
    assert found.comparisons[0].lift.within(0.2)


def test_enough_and_still_undecided():
    """At the size of the plan a small difference is neither shown nor excluded; a new test of the absence needs more."""
    found = conclude([stratum((450, 22_000), (490, 22_000))], PLAN, final=True).verdict
    assert isinstance(found, Undecided)
    assert found.needed > 22_000
    early = conclude([stratum((450, 22_000), (490, 22_000))], replace(PLAN, planned=50_000), final=False).verdict
    assert early == NotEnoughData(needed=size(Design(baseline=450 / 22_000, effect=0.2)).control, more=6_000)


def test_clicks_still_to_come():
    """Early, with all emails out, nothing is missing but clicks."""
    found = conclude([stratum((450, 22_000), (490, 22_000))], replace(PLAN, planned=44_000), final=False).verdict
    assert found.more == 0


def test_control_wins():
    """When every variant is worse the control wins, and the lift is its own over the best variant."""
    found = conclude([stratum((500, 10_000), (300, 10_000), (350, 10_000))], PLAN, final=True).verdict
    assert (found.arm, found.beaten) == ("control", "b")
    assert found.difference.estimate == pytest.approx(0.015)
    assert found.difference.low > 0
    assert found.lift.estimate == pytest.approx(500 / 350 - 1)
    assert found.lift.low > 0
    assert 0 < found.shrunk < found.lift.estimate


def test_one_variant_worse_one_open():
    """A variant that is worse makes no winner while another one is open."""
    found = conclude([stratum((500, 10_000), (300, 10_000), (510, 10_000))], PLAN, final=True)
    assert [each.finding for each in found.comparisons] == [Finding.WORSE, Finding.SAME]
    assert isinstance(found.verdict, Undecided)


def test_rivals():
    """Of two variants that beat the control the one with the higher rate is named, and the other beside it."""
    found = conclude([stratum((300, 10_000), (400, 10_000), (420, 10_000))], PLAN, final=True).verdict
    assert (found.arm, found.rivals) == ("b", ("a",))


def test_mismatch_comes_first():
    """A split that chance does not make stops everything, however large the difference."""
    arms = (arm(100, 9_000, "control", sent=10_000), arm(900, 9_000, "a", sent=10_600))
    found = conclude([Stratum(key="all", arms=arms)], PLAN, final=True)
    assert isinstance(found.verdict, Mismatch)
    assert found.verdict.p < ALARM
    assert (found.verdict.sent, found.verdict.expected) == ((10_000, 10_600), (10_300, 10_300))
    assert (found.comparisons, found.segments) == ((), ())


def test_weights_of_the_plan():
    """A split of 9 to 1 is as planned when the plan says so."""
    rows = [stratum((1_800, 90_000), (260, 10_000))]
    assert isinstance(conclude(rows, PLAN, final=True).verdict, Mismatch)
    assert isinstance(conclude(rows, replace(PLAN, weights=(9, 1)), final=True).verdict, Winner)
    with pytest.raises(FrancaError, match="one weight for each arm"):
        conclude(rows, replace(PLAN, weights=(1, 1, 1)), final=True)


SEGMENTS = [
    stratum((100, 5_000), (130, 5_000), key="vip"),
    stratum((60, 5_000), (82, 5_000), key="new"),
    stratum((200, 5_000), (240, 5_000), key="regular"),
]


def test_segments_are_judged_together_first():
    """Three segments of which none shows anything show a winner together."""
    found = conclude(SEGMENTS, PLAN, final=True)
    assert isinstance(found.verdict, Winner)
    assert found.comparisons[0].method is Method.STRATIFIED
    assert [each.comparisons[0].finding for each in found.segments] == [Finding.OPEN] * 3
    assert [each.key for each in found.segments] == ["vip", "new", "regular"]
    assert all(isinstance(each.verdict, NotEnoughData) for each in found.segments)
    assert found.homogeneity[0][0] == "a"
    assert found.homogeneity[0][1].p > 0.5


def test_segments_share_their_alpha():
    """The family of a segment's p-value is all segments and variants, and its size pays for them."""
    found = conclude(SEGMENTS, PLAN, final=True)
    p_values = [each.comparisons[0].p for each in found.segments]
    assert [each.comparisons[0].adjusted for each in found.segments] == [each.adjusted for each in holm(p_values)]
    needed = required(Design(baseline=0.02, effect=0.2, segments=3))
    assert found.segments[0].verdict.needed == pytest.approx(needed, abs=1)


def test_segments_are_drawn_to_the_pooled_lift():
    """Segments that vary no more than chance expect the same odds, whatever each of them shows."""
    found = conclude(SEGMENTS, PLAN, final=True)
    shrunk = [each.comparisons[0].shrunk for each in found.segments]
    lifts = [each.comparisons[0].lift.estimate for each in found.segments]
    assert max(shrunk) - min(shrunk) < 0.01 < max(lifts) - min(lifts)
    assert 0 < min(shrunk) < found.comparisons[0].lift.estimate


def test_a_segment_without_a_variant():
    """A segment where the variant was not delivered has no comparison, and does not hide the others'."""
    rows = [SEGMENTS[0], Stratum(key="odd", arms=(arm(5, 100, "control", sent=2_500), arm(0, 0, "a", sent=2_500)))]
    found = conclude(rows, PLAN, final=True)
    assert [len(each.comparisons) for each in found.segments] == [1, 0]
    assert isinstance(found.segments[1].verdict, NotEnoughData)
    assert found.comparisons[0].control == 100 / 5_000


def test_segments_early():
    """Early, segments are judged by events of their part of the plan."""
    found = conclude(SEGMENTS, replace(PLAN, planned=60_000), final=False)
    first = found.segments[0].comparisons[0]
    a, b = arm(100, 5_000).sample, arm(130, 5_000).sample
    width = widening(tuning(0.05 / 3) * 230 / (0.02 * 60_000 / 3), first.difference.level and 1 - first.difference.level)
    assert first.difference.high == pytest.approx(0.006 + width * (a.variance + b.variance) ** 0.5, rel=1e-9)


def test_guardrails_withhold_a_winner():
    """A winner with more unsubscribes is withheld; one with as many is not, nor a winner for what another variant does."""
    rows = [stratum((250, 10_000), (320, 10_000), (255, 10_000))]

    def verdict(*unsubscribes):
        guardrail = Guardrail(metric="unsubscribes", strata=(stratum(*((each, 10_000) for each in unsubscribes)),), margin=0.001)
        return conclude(rows, PLAN, final=True, guardrails=[guardrail])

    assert isinstance(verdict(20, 60, 20).verdict, Withheld)
    assert verdict(20, 60, 20).verdict.metric == "unsubscribes"
    assert verdict(20, 60, 20).verdict.winner.arm == "a"
    assert isinstance(verdict(20, 22, 60).verdict, Winner)
    assert [each.harm for each in verdict(20, 22, 60).guardrails] == [Harm.OPEN, Harm.WORSE]


def test_what_is_proven():
    """Only what survived correction may teach: here the pooled result, and of the segments the one that stands by itself."""
    rows = [*SEGMENTS[:2], stratum((100, 5_000), (180, 5_000), key="regular")]
    found = list(conclude(rows, PLAN, final=True).proven)
    assert [(segment, each.arm) for segment, each in found] == [("", "a"), ("regular", "a")]
    assert list(conclude([SEGMENTS[0]], PLAN, final=False).proven) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"effect": -0.1}, "an effect of -0.1"),
        ({"alpha": 5}, "5 % is 0.05"),
        ({"baseline": 2}, "2 % is 0.02"),
        ({"power": 0}, "80 % is 0.8"),
        ({"prior": 0}, "a prior of 0"),
        ({"looks": 0}, "0 looks"),
        ({"planned": 0}, "for 0 emails"),
    ],
)
def test_plans_that_are_none(wrong, message):
    """A plan says what is wrong with it."""
    with pytest.raises(FrancaError, match=message):
        Plan(**wrong)


def test_rates_near_one():
    """Where the rate with the effect would be above 1, sizes are for the fall that it makes up for."""
    assert PLAN.design(2, baseline=0.9).rate == pytest.approx(0.75)
    found = conclude([stratum((50, 60), (53, 60))], PLAN, final=True).verdict
    assert found.needed == math.ceil(required(Design(baseline=50 / 60, effect=1 / 1.2 - 1)))


def test_planned_total():
    """Without a total the plan is for the size that finds its effect."""
    assert planned(PLAN, 3) == size(Design(baseline=0.02, effect=0.2, arms=3)).total
    assert planned(replace(PLAN, planned=5), 3) == 5


table = st.lists(st.tuples(counts(), counts(), counts()), min_size=1, max_size=4)


@given(table, st.booleans())
def test_findings_agree_with_intervals(rows, final):
    """Always: bounds hold; intervals hold their estimates; adjusted p is never below p; BETTER and WORSE have their signs."""
    strata = [_even(each, str(number)) for number, each in enumerate(rows)]
    found = conclude(strata, PLAN, final=final)
    comparisons = [*found.comparisons, *(each for segment in found.segments for each in segment.comparisons)]
    for each in comparisons:
        assert 0 <= each.p <= each.adjusted <= 1
        assert -1 <= each.difference.low <= each.difference.estimate <= each.difference.high <= 1
        assert each.difference.level >= 0.95
        if each.finding is Finding.BETTER:
            assert each.difference.estimate > 0
            assert each.adjusted <= 0.05
        if not final:
            assert each.difference.decided == (each.finding in (Finding.BETTER, Finding.WORSE))
        if each.finding is Finding.SAME:
            assert each.lift.within(0.2)


@given(table, st.booleans())
def test_exchanging_variants(rows, final):
    """The order of the variants changes nothing but their order."""
    there = conclude([_even(each, str(number)) for number, each in enumerate(rows)], PLAN, final=final)
    turned = [(each[0], each[2], each[1]) for each in rows]
    back = conclude([_even(each, str(number)) for number, each in enumerate(turned)], PLAN, final=final)
    assert type(there.verdict) is type(back.verdict)
    assert [(each.p, each.finding) for each in there.comparisons] == [(each.p, each.finding) for each in reversed(back.comparisons)]


@given(table, st.booleans())
def test_the_same_digits_every_time(rows, final):
    """A second run gives the same conclusion, to the last digit."""
    strata = [_even(each, str(number)) for number, each in enumerate(rows)]
    assert conclude(strata, PLAN, final=final) == conclude(strata, PLAN, final=final)


def _even(row, key):
    """Arms that were all sent to as many, so that the split is as planned."""
    sent = max(delivered for _, delivered in row)
    arms = zip(KEYS, row, strict=False)
    return Stratum(key=key, arms=tuple(Arm(key=name, sent=sent, delivered=n, successes=x) for name, (x, n) in arms))
