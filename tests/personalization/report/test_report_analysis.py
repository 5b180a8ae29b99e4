"""What the counts show: decided as registered, pooled only where that makes sense, and said in plain words."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from franca.adapter import Results
from franca.definitions import Project
from franca_personalization.experiments import Arm, Plan, Stratum, conclude
from franca_personalization.report.page import render_page
from franca_personalization.report.records import Analysis, Outcome, Range, Report
from franca_personalization.report.render import render_report
from personalization.report.report_kit import AFTER, EARLY, SENT_AT, FakeConnection, arm, make_shop, report, results, three

BOTH = {"spring.vip": three(24_000, 480, 600, 500), "spring.newcomers": three(24_000, 300, 410, 330)}
NULL = {"spring.vip": three(24_000, 480, 485, 478), "spring.newcomers": three(24_000, 300, 297, 303)}
FEW = {"spring.vip": three(900, 18, 22, 19), "spring.newcomers": three(800, 12, 14, 11)}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_shop(tmp_path)


def analysis(found: Report) -> Analysis:
    """Return the analysis of the only destination."""
    (destination,) = found.destinations
    assert destination.analysis is not None
    return destination.analysis


def interval(found: Range | None) -> tuple[float, float | None, float | None, float]:
    assert found is not None
    return found.estimate, found.low, found.high, found.level


def test_the_analysis_is_that_of_the_statistics(project: Project, esps) -> None:
    """Number by number: the stratified primary result of `experiments.conclude`, by the registered plan."""
    esps(mailchimp=BOTH)
    found = analysis(report(project, "mailchimp"))
    strata = [
        Stratum(
            key=key.removeprefix("spring."),
            arms=tuple(
                Arm(key=k, sent=a.sent, delivered=a.delivered, successes=a.clicked)
                for k, a in zip(("control", "a", "b"), told.arms, strict=True)
            ),
        )
        for key, told in BOTH.items()
    ]
    expected = conclude(strata, Plan(alpha=0.025), final=True)
    assert [(each.arm, each.p, each.adjusted, each.shrunk, each.finding) for each in found.comparisons] == [
        (each.arm, each.p, each.adjusted, each.shrunk, str(each.finding)) for each in expected.comparisons
    ]
    for ours, theirs in zip(found.comparisons, expected.comparisons, strict=True):
        assert interval(ours.difference) == (
            theirs.difference.estimate,
            theirs.difference.low,
            theirs.difference.high,
            theirs.difference.level,
        )
    assert [each.key for each in found.segments] == ["vip", "newcomers"]
    assert found.answer.outcome is Outcome.WINNER
    assert found.answer.arm == "a"


def test_orders_decide_where_they_were_registered(tmp_path: Path, esps) -> None:
    """And a destination that does not tell of orders decides nothing: clicks are no substitute."""
    project = make_shop(tmp_path, experiment="{metric: orders, baseline: 0.2%}")
    untold = {key: three(24_000, 480, 600, 500, ordered=None) for key in BOTH}
    esps(mailchimp={key: three(90_000, 900, 2000, 900) for key in BOTH}, klaviyo=untold)
    found = report(project)
    assert found.registered.metric == "orders"
    mailchimp, klaviyo = found.destinations
    assert mailchimp.analysis is not None
    assert [each.control for each in mailchimp.analysis.comparisons] == [pytest.approx(90 / 89_100)] * 2
    assert klaviyo.analysis is None
    assert "the experiment is decided on who ordered, which the ESP does not tell" in klaviyo.conclusion
    assert found.overall is None
    assert "Nothing is decided at klaviyo." in found.conclusion


# -- pooling


def test_destinations_are_pooled_by_segment_and_destination(project: Project, esps) -> None:
    """Never by their totals: where a good segment has more people at one ESP, totals would turn the result around."""
    low, high = three(40_000, 400, 440, 400), three(40_000, 4000, 4400, 4000)
    esps(mailchimp={"spring.vip": low, "spring.newcomers": low}, klaviyo={"spring.vip": high, "spring.newcomers": high})
    found = report(project)
    assert found.overall is not None
    assert found.overall.pooled == ("mailchimp: vip", "mailchimp: newcomers", "klaviyo: vip", "klaviyo: newcomers")
    assert "Pooled over mailchimp: vip, mailchimp: newcomers, klaviyo: vip, klaviyo: newcomers" in render_report(found)
    assert found.conclusion.startswith("klaviyo and mailchimp together, compared segment by segment within each: a wins over control")


def test_an_uneven_split_is_found_before_totals_mislead(project: Project, esps) -> None:
    """Variant b is worse in every segment, and its total is better, because it was sent where people click: it does not win."""
    at_one = results(arm("control", 40_000, 400), arm("a", 40_000, 400), arm("b", 10_000, 80))
    at_other = results(arm("control", 10_000, 1000), arm("a", 10_000, 1000), arm("b", 40_000, 3600))
    esps(mailchimp={"spring.vip": at_one, "spring.newcomers": at_other})
    found = report(project, "mailchimp")
    clicks, reached = (
        [sum(part.counts.clicked for part in found.destinations[0].parts if part.counts and part.arm == key) for key in ("control", "b")],
        50_000 * 0.99,
    )
    assert clicks[1] / reached > clicks[0] / reached
    assert analysis(found).answer.outcome is Outcome.MISMATCH, "it is a mismatch of the sample ratio before anything else"


def test_each_destination_is_judged_at_its_share_of_alpha(project: Project, esps) -> None:
    """All together err as often as one would: 5 % over two is 2.5 % each, however many were asked for or have reported."""
    esps(mailchimp=BOTH, klaviyo=BOTH)
    found = report(project)
    assert [each.analysis.alpha for each in found.destinations if each.analysis] == [0.025, 0.025]
    assert found.overall is not None
    assert found.overall.alpha == 0.05
    esps(mailchimp=BOTH)
    assert analysis(report(project, "mailchimp")).alpha == 0.025, "only one was asked for"
    assert [each.analysis.alpha for each in report(project).destinations if each.analysis] == [0.025], "only one has reported"
    assert analysis(report(make_shop(project.root, destinations="[mailchimp]"))).alpha == 0.05, "it goes to no other"


def test_a_destination_with_other_arms_is_not_pooled(project: Project, esps) -> None:
    """It has an answer of its own, and the whole has none."""
    other = {key: three(24_000, 480, 600, keys=("control", "a")) for key in BOTH}
    esps(mailchimp=BOTH, klaviyo=other)
    found = report(project)
    assert found.overall is None
    assert found.destinations[1].analysis is None
    assert "its definition has 3 now" in found.destinations[1].conclusion


def test_segments_with_other_angles_are_not_pooled(tmp_path: Path, esps) -> None:
    """One key for two ideas is no arm: the segment that reached fewer is left out, with the reason, also over all destinations."""
    smaller = {**BOTH, "spring.newcomers": three(12_000, 150, 205, 165)}
    esps(mailchimp=smaller, klaviyo=smaller)
    found = report(make_shop(tmp_path, angles={"vip": "urgency", "newcomers": "warmth"}))
    why = "newcomers: the angle of its arm a is warmth, and that of the others urgency"
    for each in found.destinations:
        assert each.analysis is not None
        assert (each.analysis.pooled, each.analysis.left_out) == (("vip",), (why,))
        assert "worded anew" not in each.conclusion
    assert found.overall is not None
    assert found.overall.pooled == ("mailchimp: vip", "klaviyo: vip")


def test_an_angle_that_is_worded_anew_is_said_to_be_one(tmp_path: Path, esps) -> None:
    """What is pooled over segments with copy of their own is of an angle, and not of a text."""
    esps(mailchimp=BOTH)
    found = report(make_shop(tmp_path, angles={"vip": "urgency", "newcomers": "urgency"}), "mailchimp")
    assert analysis(found).pooled == ("vip", "newcomers")
    assert "An arm is an angle here, worded anew for each segment: this is of the angle, and not of one text." in found.conclusion
    esps(mailchimp={**BOTH, "spring.newcomers": None})
    assert "worded anew" not in report(make_shop(tmp_path), "mailchimp").conclusion


def test_blended_arms_are_described_and_not_judged(project: Project, esps) -> None:
    """Whoever got the winner afterwards is among an arm's people: counts are shown, and there is no test, interval or winner."""
    why = "the winner was sent to the rest, and is counted with its arm"
    esps(mailchimp={key: replace(told, blended=why) for key, told in BOTH.items()})
    found = report(project, "mailchimp")
    (destination,) = found.destinations
    assert destination.analysis is None
    assert all((row.rate, row.level, row.against, row.trend) == (None,) * 4 for row in destination.segments)
    for text in (render_report(found), render_report(found, "markdown"), render_page(found)):
        assert "600" in text
        assert "the winner was sent to the rest" in text
        assert "wins over" not in text
        assert "P(" not in text
    assert '"blended": "the winner was sent' in render_report(found, "json")


def test_a_blended_segment_leaves_the_others_judged(project: Project, esps) -> None:
    """What was pooled, and what was left out, is said."""
    esps(mailchimp={**BOTH, "spring.vip": replace(BOTH["spring.vip"], blended="mixed with the winner's")})
    found = report(project, "mailchimp")
    assert analysis(found).pooled == ("newcomers",)
    assert "Left out: vip: mixed with the winner's." in found.conclusion


def test_derived_numbers_are_analysed_and_said_so(project: Project, esps) -> None:
    """The sample ratio is then not fully checkable."""
    esps(mailchimp={key: replace(told, estimated="sent is half of the whole") for key, told in BOTH.items()})
    found = report(project, "mailchimp")
    assert not analysis(found).ratio.checked
    text = render_report(found)
    assert "Sample ratio: as planned (p = 1), as far as it can be checked: not everything is counted (see the notes)." in text
    assert "Note: sent is half of the whole." in text
    assert found.destinations[0].notes == ("sent is half of the whole",)


# -- answers


def test_a_sample_ratio_mismatch_comes_before_any_result(project: Project, esps) -> None:
    """However clear the difference is: nothing else is told, not even a probability."""
    told = results(arm("control", 24_000, 480), arm("a", 26_000, 1600), arm("b", 24_000, 500))
    esps(mailchimp={"spring.vip": told, "spring.newcomers": told})
    found = analysis(report(project, "mailchimp"))
    assert found.answer.outcome is Outcome.MISMATCH
    assert (found.comparisons, found.odds, found.segments, found.guardrails) == ((), (), (), ())
    assert "control 48,000, a 52,000, b 48,000 instead of 49,333, 49,333, 49,333" in found.answer.text


def test_not_enough_data_says_how_many_more(project: Project, esps) -> None:
    """A first-class answer: per arm and over all arms; after the end they are for a new test, before it they may still come."""
    esps(mailchimp=FEW)
    found = report(project, "mailchimp")
    told = analysis(found).answer
    assert told.outcome is Outcome.NOT_ENOUGH_DATA
    assert told.needed is not None
    assert told.more is not None
    delivered = sum(part.counts.delivered for part in found.destinations[0].parts if part.counts)
    assert told.more == 3 * told.needed - delivered
    assert f"{told.more:,} more needed: a lift of 20% takes {told.needed:,} delivered emails per arm" in found.conclusion
    assert "to extend this one until it shows something is to peek" in found.conclusion
    early = analysis(report(project, "mailchimp", as_of=EARLY)).answer
    assert "more delivered emails needed over all arms" in early.text


def test_no_difference_is_an_answer_too(project: Project, esps) -> None:
    """When the whole interval is within the registered effect."""
    esps(mailchimp={key: three(240_000, 4800, 4850, 4780) for key in NULL})
    told = analysis(report(project, "mailchimp")).answer
    assert told.outcome is Outcome.NO_DIFFERENCE
    assert told.text == "No difference that matters: every variant's lift is within 20% of control, all of its interval."


def test_undecided_is_said_with_what_would_decide(project: Project, esps) -> None:
    """Enough for the effect, and neither a difference nor its absence is shown."""
    esps(mailchimp={key: three(15_100, 302, 343, 302) for key in NULL})
    told = analysis(report(project, "mailchimp")).answer
    assert told.outcome is Outcome.UNDECIDED
    assert f"A new test of {told.needed:,} delivered emails per arm" in told.text


def test_the_control_can_win(project: Project, esps) -> None:
    """When every variant is worse, with the numbers of the control against the best of them."""
    esps(mailchimp={key: three(60_000, 1800, 1300, 1400) for key in BOTH})
    told = analysis(report(project, "mailchimp")).answer
    assert (told.arm, told.beaten) == ("control", "b")
    assert told.difference is not None
    assert told.difference.low is not None
    assert told.difference.low > 0
    assert told.text.startswith("control wins over b, the best of the variants: +0.")


def test_a_winner_that_harms_is_withheld(project: Project, esps) -> None:
    """More clicks and more unsubscribes: it is not chosen, and the reason is said first."""
    told = results(
        arm("control", 24_000, 480, unsubscribed=24), arm("a", 24_000, 620, unsubscribed=120), arm("b", 24_000, 480, unsubscribed=24)
    )
    esps(mailchimp={"spring.vip": told, "spring.newcomers": told})
    found = analysis(report(project, "mailchimp"))
    assert found.answer.outcome is Outcome.WITHHELD
    assert found.answer.harmed == "unsubscribes"
    assert found.answer.text.startswith("a is not chosen, since unsubscribes are worse than with control.")
    assert {(each.arm, each.harm) for each in found.guardrails if each.metric == "unsubscribes"} == {("a", "worse"), ("b", "no worse")}


def test_guardrails_that_are_not_told_are_named(project: Project, esps) -> None:
    """They are no zero complaints."""
    esps(mailchimp={key: three(24_000, 480, 600, 500, complained=None) for key in BOTH})
    found = report(project, "mailchimp")
    assert analysis(found).untold == ("complaints",)
    assert {each.metric for each in analysis(found).guardrails} == {"unsubscribes"}
    assert "Guardrails that cannot be told of: complaints." in render_report(found)


def test_better_rivals_are_named_and_not_ordered(project: Project, esps) -> None:
    """Two variants beat the control; which of them is best is another question."""
    esps(mailchimp={key: three(60_000, 1200, 1700, 1690) for key in BOTH})
    told = analysis(report(project, "mailchimp")).answer
    assert (told.arm, told.rivals) == ("a", ("b",))
    assert told.text.endswith("b did better than control too, and nothing is shown of who is best of these.")


def test_segments_that_answer_differently_are_pointed_at(project: Project, esps) -> None:
    """By the test of homogeneity: what holds together need not hold in each."""
    esps(mailchimp={"spring.vip": three(60_000, 1200, 1900, 1200), "spring.newcomers": three(60_000, 1200, 900, 1200)})
    found = report(project, "mailchimp")
    assert "Segments answer differently to a: look at each of them." in found.conclusion
    vip, _ = analysis(found).segments
    assert (vip.key, vip.answer.outcome) == ("vip", Outcome.WINNER)


def test_the_share_that_takes_part_is_said(tmp_path: Path, esps) -> None:
    """Counts are of the test alone, not of everybody."""
    esps(mailchimp=BOTH)
    assert "; 40% of the audience take part." in render_report(report(make_shop(tmp_path, experiment="{share: 40%}"), "mailchimp"))


# -- time


def test_an_early_look_is_sequential(project: Project, esps) -> None:
    """Before the click window of 72 hours has closed the interval is wider, holds at every look, and the text says so."""
    esps(mailchimp=BOTH)
    early, late = (analysis(report(project, "mailchimp", as_of=at)) for at in (EARLY, AFTER))
    assert early.sequential
    assert not early.final
    assert not late.sequential
    assert late.final

    def width(found: Analysis) -> float:
        difference = found.comparisons[0].difference
        assert difference.low is not None
        assert difference.high is not None
        return difference.high - difference.low

    assert width(early) > 1.2 * width(late)
    assert "The click window is still open" in report(project, "mailchimp", as_of=EARLY).conclusion


def test_the_window_closes_after_72_hours(project: Project, esps) -> None:
    """For the part that was sent last; an ESP that does not tell when it sent leaves it open."""
    later = replace(BOTH["spring.vip"], sent_at="2026-03-02T09:00:00Z")
    esps(mailchimp={**BOTH, "spring.vip": later})
    closing = AFTER - timedelta(days=1) + timedelta(hours=24)
    assert analysis(report(project, "mailchimp", as_of=closing)).final
    assert not analysis(report(project, "mailchimp", as_of=closing - timedelta(seconds=1))).final
    esps(mailchimp={**BOTH, "spring.vip": replace(later, sent_at="")})
    assert not analysis(report(project, "mailchimp")).final


def test_registered_looks_make_every_analysis_sequential(tmp_path: Path, esps) -> None:
    """Also the last one: whoever meant to look ten times pays for it."""
    project = make_shop(tmp_path, experiment="{looks: 10}")
    esps(mailchimp=BOTH)
    found = report(project, "mailchimp")
    assert analysis(found).sequential
    assert {each.method for each in analysis(found).comparisons} == {"always valid"}
    assert "This holds however often anybody looked." in found.conclusion


def test_arms_that_were_sent_apart_are_noted(project: Project, esps, abilities) -> None:
    """Of a split by hash, somebody may send one arm in the morning and one at night."""
    from personalization.report.report_kit import NONE

    abilities("mailchimp", NONE)
    apart = {"control": SENT_AT, "a": "2026-03-01T20:00:00Z", "b": SENT_AT}
    told = {
        f"{key}.{name}": replace(each, arms=(one,), sent_at=apart[name])
        for key, each in BOTH.items()
        for name, one in zip(apart, each.arms, strict=True)
    }
    esps(mailchimp=told)
    project = make_shop(project.root)
    (found,) = report(project, "mailchimp").destinations
    assert "vip: its arms were sent 11 hours apart, so that a difference may be that of the hour" in found.notes


# -- words


def test_no_winner_without_its_interval_and_the_shrunk_estimate(project: Project, esps) -> None:
    """In 60 random results, whatever comes out: a sentence in which an arm wins names bounds, level and what to expect."""
    draw, wins = random.Random(7), 0
    full = re.compile(r"wins over .*\((\d\d\.?\d*)% interval [+-]\d+\.\d+ to [+-]\d+\.\d+\).* Expect [+-]\d+(\.\d)?% when it is used again")
    for _ in range(60):
        people = draw.choice([300, 3000, 30_000, 100_000])
        told = {key: three(people, *(max(0, int(people * draw.gauss(0.02, 0.004))) for _ in range(3))) for key in BOTH}
        esps(mailchimp=FakeConnection(told))
        found = report(project, "mailchimp", as_of=draw.choice([EARLY, AFTER]))
        text = render_report(found)
        for line in text.splitlines():
            if "wins" in line or "winner" in line.lower():
                wins += 1
                assert full.search(line), line
    assert wins > 10


@pytest.mark.slow
def test_false_winners_come_at_the_registered_rate(project: Project, esps) -> None:
    """Two ESPs, two segments, three equal arms: any winner anywhere in a report is rare (at most 5 % overall, and 5 % by destination)."""
    draw, overall, anywhere = random.Random(11), 0, 0
    runs = 200
    for _ in range(runs):
        told = [{key: _null(draw) for key in BOTH} for _ in range(2)]
        esps(mailchimp=told[0], klaviyo=told[1])
        found = report(project)
        assert found.overall is not None
        overall += found.overall.answer.outcome is Outcome.WINNER
        anywhere += any(each.analysis is not None and each.analysis.answer.outcome is Outcome.WINNER for each in found.destinations)
    bound = 0.05 * runs + 3 * (0.05 * 0.95 * runs) ** 0.5
    assert overall <= bound
    assert anywhere <= bound


def _null(draw: random.Random) -> Results:
    clicked = [sum(draw.random() < 0.03 for _ in range(1485)) for _ in range(3)]
    return three(1500, *clicked, unsubscribed=None, complained=None)


def test_the_same_results_give_the_same_report(project: Project, esps) -> None:
    """Digit by digit, in all four forms."""
    forms = []
    for _ in range(2):
        esps(mailchimp=BOTH, klaviyo=BOTH)
        found = report(project)
        forms.append([*(render_report(found, form) for form in ("text", "json", "markdown")), render_page(found)])
    assert forms[0] == forms[1]
