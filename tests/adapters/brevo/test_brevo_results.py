"""What became of campaigns at Brevo: people, exact where the rates are fine enough, and doubts in words where they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.brevo.brevo_trial import SUBJECTS, Trial, emails, trial
from franca.adapter import ArmResult, Remote, Results, TerminalError
from franca.sandbox.sending import Rates, Sent, send
from franca_brevo.versions import BOUNCES, RATES, Split, compared, read_rates
from sandbox.brevo.brevo_account import KEY, Stage

ONE: Mapping[str, float] = {"click": 0.08, "open": 0.4, "bounce": 0.05, "unsubscribe": 0.03, "complaint": 0.02}
OTHER: Mapping[str, float] = {"click": 0.2, "open": 0.5, "bounce": 0.1, "unsubscribe": 0.06, "complaint": 0.01}
TEXTS = tuple(SUBJECTS.values())


@pytest.fixture
def shop(brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trial:
    """The shop with a test of two subjects, drafted, and its list filled."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    monkeypatch.setenv("BREVO_LEDGER_KEY", "a test has no secrets")
    made = trial(*brevo_stage, tmp_path / "shop", people=900)
    made.test()
    made.apply()
    made.sync()
    return made


def read(shop: Trial, campaign: Remote) -> Results:
    """Return the results, which are there."""
    found = shop.results(campaign)
    assert found is not None
    return found


def tally(subject: str, sent: Sequence[Sent], arm: int) -> ArmResult:
    """Count one arm, person by person."""
    of = [each for each in sent if each.arm == arm]
    return ArmResult(
        subject=subject,
        sent=len(of),
        delivered=sum(not each.bounced for each in of),
        clicked=sum(each.clicked for each in of),
        opened=sum(each.opened for each in of),
        unsubscribed=sum(each.unsubscribed for each in of),
        complained=sum(each.complained for each in of),
    )


def germans(people: int = 900) -> list[str]:
    return emails(people)[: people * 2 // 3]


# -- sent to everybody


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_test_s_results_are_those_of_each_person(shop: Trial, seed: int) -> None:
    """Rates of two decimals give whole people back: sent, delivered, clicked, opened, unsubscribed, complained, for each arm."""
    shop.send(shop.only(), ONE, OTHER, seed=seed)
    found = read(shop, shop.only())
    sent = send(germans(), [Rates(**ONE), Rates(**OTHER)], seed)
    assert found.arms == (tally(TEXTS[0], sent, 0), tally(TEXTS[1], sent, 1))
    assert (found.blended, found.sent_at) == ("", "2026-03-30T12:37:11Z")
    assert "brevo.test-splits-evenly" in found.estimated
    assert found.estimated.endswith("fine enough to give whole people")


def test_a_plain_campaign_s_results_are_counted_and_nothing_is_estimated(shop: Trial) -> None:
    """One arm, one call."""
    shop.plain()
    shop.apply()
    shop.send(shop.only(), ONE)
    shop.host.exchanges.clear()
    campaign = shop.only()
    calls = len(shop.host.exchanges)
    assert read(shop, campaign) == Results(arms=(tally(TEXTS[0], send(germans(), [Rates(**ONE)], 7), 0),), sent_at="2026-03-30T12:37:11Z")
    assert [exchange.operation for exchange in shop.host.exchanges[calls:]] == ["getEmailCampaign"]


def test_results_of_a_test_take_two_calls(shop: Trial) -> None:
    """Of the hundred an hour."""
    shop.send(shop.only(), ONE, OTHER)
    campaign = shop.only()
    shop.host.exchanges.clear()
    read(shop, campaign)
    assert [exchange.operation for exchange in shop.host.exchanges] == ["getEmailCampaign", "getAbTestCampaignResult"]


def test_a_split_by_franca_has_the_same_people_in_plain_campaigns(shop: Trial) -> None:
    """Three arms, each a campaign of its own: its results are its list's, person by person."""
    shop.test({**SUBJECTS, "short": "Now"})
    shop.apply()
    shop.sync()
    seen: set[str] = set()
    for remote in shop.drafts():
        people = shop.inside(f"{remote.key}.audience")
        shop.send(remote, ONE)
        (arm,) = read(shop, remote).arms
        assert arm == tally(arm.subject, send(sorted(people), [Rates(**ONE)], 7), 0)
        assert not seen & people
        seen |= people
    assert seen == set(germans())


def test_nothing_is_told_before_it_was_sent(shop: Trial) -> None:
    """Of a draft; nor of a campaign whose statistics Brevo has dropped after six months."""
    assert shop.results(shop.only()) is None
    shop.send(shop.only(), ONE, OTHER)
    shop.sandbox.processes._store.run("DELETE FROM sends")
    assert shop.results(shop.only()) is None


# -- what Brevo does not document


def test_counts_that_only_the_lists_have_are_taken_from_the_list(shop: Trial) -> None:
    """Reported: globalStats may be 0 throughout. Our drafts have one list."""
    shop.send(shop.only(), ONE, OTHER)
    before = read(shop, shop.only())
    shop.sandbox.assumptions["brevo.global-stats-filled"] = False
    assert read(shop, shop.only()) == before


def test_which_people_a_rate_is_of_does_not_matter(shop: Trial) -> None:
    """Counts come from the campaign's, divided in proportion: within a person where a tenth bounced."""
    shop.send(shop.only(), ONE, OTHER)
    before = read(shop, shop.only())
    shop.sandbox.assumptions["brevo.test-rates-of-delivered"] = False
    after = read(shop, shop.only())
    assert after.blended == ""
    assert [abs(one.clicked - other.clicked) <= 1 for one, other in zip(before.arms, after.arms, strict=True)] == [True, True]
    assert sum(arm.clicked for arm in after.arms) == sum(arm.clicked for arm in before.arms)


def test_halves_that_are_none_are_noticed(shop: Trial) -> None:
    """The versions' rates then do not add up to the campaign's clicks: they cannot be compared."""
    shop.sandbox.assumptions["brevo.test-splits-evenly"] = False
    shop.send(shop.only(), {**ONE, "click": 0.1}, {**OTHER, "click": 0.5})
    assert "brevo.test-splits-evenly does not hold here" in read(shop, shop.only()).blended


def test_rates_too_coarse_for_clicks_cannot_be_compared(shop: Trial) -> None:
    """Whole percentages of 300 people: the bounds are named, and what is as vague is not told at all."""
    shop.sandbox.assumptions["brevo.test-rates-with-decimals"] = False
    few, more = {**ONE, "click": 0.02}, {**OTHER, "click": 0.05}
    shop.send(shop.only(), few, more)
    found = read(shop, shop.only())
    assert "between" in found.blended
    assert "2 people off" in found.estimated
    assert [(arm.unsubscribed, arm.complained) for arm in found.arms] == [(None, None)] * 2
    low, high = (int(word) for word in found.blended.split() if word.isdigit())
    sent = send(germans(), [Rates(**few), Rates(**more)], 7)
    assert low <= tally("", sent, 0).clicked <= high


@pytest.mark.parametrize("assumption", [None, "brevo.test-rates-with-winner", "brevo.split-rule-per-version"])
def test_a_test_with_a_winner_cannot_be_compared(shop: Trial, assumption: str | None) -> None:
    """Whether the winner's rates count the rest is not documented: the arms are the test groups, and blended."""
    shop.test(experiment="{share: 20%, wait: 6 hours}")
    shop.apply()
    if assumption:
        shop.sandbox.assumptions[assumption] = False
    shop.send(shop.only(), ONE, OTHER)
    found = read(shop, shop.only())
    assert [arm.sent for arm in found.arms] == [60, 60]
    assert "sent the winner" in found.blended
    assert "brevo.split-rule-per-version" in found.estimated
    assert all(0 <= arm.clicked <= arm.delivered <= arm.sent for arm in found.arms)


def test_a_test_with_a_winner_tells_its_groups_when_rates_are_of_the_test_alone(shop: Trial) -> None:
    """Then they are those of each person, and still marked: Brevo does not say so."""
    shop.test(experiment="{share: 20%, wait: 6 hours}")
    shop.apply()
    shop.sandbox.assumptions["brevo.test-rates-with-winner"] = False
    shop.send(shop.only(), ONE, OTHER)
    sent = send(germans(), [Rates(**ONE), Rates(**OTHER)], 7, 0.2)
    assert read(shop, shop.only()).arms == (tally(TEXTS[0], sent, 0), tally(TEXTS[1], sent, 1))


# -- answers


def rates(**changes: str) -> dict[str, Any]:
    """Return a test's statistics."""
    usual = {name: {"Version A": "1.25%", "Version B": "2.5%"} for name in (*BOUNCES, *RATES.values())}
    return {**usual, **{name: {"Version A": text, "Version B": text} for name, text in changes.items()}}


def test_a_test_that_waits_for_its_winner_is_not_over(shop: Trial) -> None:
    """`pending` (documented): the campaign's status in that time is not, so that it does not decide."""
    shop.test(experiment="{share: 20%, wait: 6 hours}")
    shop.apply()
    shop.send(shop.only(), ONE, OTHER)
    campaign = shop.only()
    body = {"winningVersion": "pending", "statistics": rates()}
    shop.host._add_faults({"match": "abTestCampaignResult", "status": 200, "body": body})
    assert shop.results(campaign) is None
    assert shop.results(campaign) is not None


def test_rates_are_read_with_the_digits_that_they_have() -> None:
    """The longest says how they were rounded: trailing zeros are not written."""
    found = read_rates(rates(clicks="33.33%"))
    assert (found.of["clicks"][0], found.off) == (Fraction(3333, 10_000), Fraction(5, 100_000))
    assert read_rates({name: {"Version A": "50%", "Version B": "0%"} for name in rates()}).off == Fraction(5, 1000)


@pytest.mark.parametrize(
    "statistics",
    [
        {},
        {name: rate for name, rate in rates().items() if name != "clicks"},
        rates(clicks="many"),
        rates(clicks="0.5"),
        {**rates(), "clicks": {"Version A": "1%"}},
        {**rates(), "clicks": None},
        {**rates(), "clicks": {"Version A": 0.5, "Version B": 0.5}},
    ],
)
def test_rates_that_are_none_are_an_error(statistics: dict[str, Any]) -> None:
    """Missing, no number, a fraction without its sign: nothing is guessed."""
    with pytest.raises(TerminalError, match="a test's rates are not what they are documented to be"):
        read_rates(statistics)


def test_nobody_did_anything() -> None:
    """Nothing is divided by nothing."""
    counts = dict.fromkeys(("sent", "delivered", *BOUNCES, "uniqueClicks", "uniqueViews", "unsubscriptions", "complaints"), 0)
    zero = read_rates({name: {"Version A": "0%", "Version B": "0%"} for name in rates()})
    found = compared({"splitRule": 50}, {**counts, "sent": 3}, zero)
    assert [(arm.sent, arm.delivered, arm.clicked) for arm in found.arms] == [(2, 2, 0), (1, 1, 0)]
    assert found.blended == ""
    assert [arm.sent for arm in compared({"splitRule": 50}, counts, zero).arms] == [0, 0]


def rounded(some: int, of: int, digits: int) -> Fraction:
    """Return a rate as Brevo rounds its percentage."""
    return Fraction(round(Fraction(some, of) * 100 * 10**digits), 100 * 10**digits)


@given(st.data())
def test_a_count_is_never_further_off_than_is_said(data: st.DataObject) -> None:
    """For any two counts, any bounces, rates of any digits: they add up, be they of all or of those reached, and then are in bounds."""
    sent = data.draw(st.integers(1, 40_000))
    reached = tuple(sent - data.draw(st.integers(0, sent // 10)) for _ in range(2))
    did = tuple(data.draw(st.integers(0, each)) for each in reached)
    digits, of_all = data.draw(st.integers(0, 3)), data.draw(st.booleans())
    of = (sent, sent) if of_all else reached
    found = Split(
        total=sum(did),
        rates=(rounded(did[0], of[0], digits), rounded(did[1], of[1], digits)),
        off=Fraction(1, 200 * 10**digits),
        least=(reached[0], reached[1]),
        most=(sent, sent),
    )
    assert found.adds_up
    assert sum(found.people) == sum(did)
    assert of_all or found.between[0] <= did[0] <= found.between[1]
    if not of_all and found.around < Fraction(1, 2) and max(did):
        assert found.people == did
