"""Tests at Brevo: one draft of two subjects, changed in place, split where Brevo cannot, refused in words, and never two or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.brevo.brevo_trial import DRAFT, PEOPLE, SUBJECTS, Trial, emails, trial
from franca.adapter import TerminalError
from franca.definitions import Destination, Metric, Part, Position
from franca.errors import FrancaError, ProblemsError
from franca.sandbox import Fault
from franca_brevo.adapter import ADAPTER
from franca_brevo.capabilities import TESTING
from sandbox.brevo.brevo_account import KEY, Stage

PREVIEWS = {"control": {"subject": "New", "preview_text": "Have a look"}, "warm": {"subject": "Warm", "preview_text": "For you"}}
THREE = {**SUBJECTS, "short": "Now"}
ARMS = [f"campaign/sale.{key}" for key in THREE]


@pytest.fixture
def shop(brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trial:
    """The shop, with nothing at Brevo yet."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    monkeypatch.setenv("BREVO_LEDGER_KEY", "a test has no secrets")
    return trial(*brevo_stage, tmp_path / "shop")


def asked(shop: Trial, operation: str) -> Any:
    """Return the last body of an operation."""
    return [exchange.call.body for exchange in shop.host.exchanges if exchange.operation == operation][-1]


# -- made and changed


def test_a_test_of_two_subjects_is_one_draft_made_once(shop: Trial) -> None:
    """The control is version A; with everybody in the test nothing is said of a winner; a second plan is empty."""
    shop.test()
    assert shop.changes()[-1] == f"create {DRAFT}"
    shop.apply()
    assert shop.changes() == []
    body = asked(shop, "createEmailCampaign")
    assert {name: body[name] for name in ("abTesting", "subjectA", "subjectB", "splitRule")} == {
        "abTesting": True,
        "subjectA": "New this week",
        "subjectB": "Picked for you",
        "splitRule": 50,
    }
    assert not {"subject", "winnerCriteria", "winnerDelay"} & body.keys()
    content = {"preview_text": "Have a look", "html": shop.only().body["arms"][0]["html"]}
    assert shop.only().body["arms"] == [{"subject": text, **content} for text in SUBJECTS.values()]


def test_a_share_of_the_audience_waits_for_the_winner(shop: Trial) -> None:
    """A share of 20 % is two groups of 10 %; the rest gets what was clicked more often in the hours given."""
    shop.test(experiment="{share: 20%, wait: 6 hours}")
    shop.apply()
    assert shop.changes() == []
    row = shop.row(shop.only().id)
    assert {name: row[name] for name in ("splitRule", "winnerCriteria", "winnerDelay")} == {
        "splitRule": 10,
        "winnerCriteria": "click",
        "winnerDelay": 6,
    }


def test_everything_of_a_test_is_changed_in_place(shop: Trial) -> None:
    """A subject, the text of the email, the share, the hours: one draft throughout, and each time the second plan is empty."""
    shop.test()
    shop.apply()
    made = shop.only().id
    changes: list[Callable[[], None]] = [
        lambda: shop.test({**SUBJECTS, "warm": "Chosen for you"}),
        lambda: shop.edit("content/news.html", "Our newest things", "What is new"),
        lambda: shop.test(experiment="{share: 20%, wait: 6 hours}"),
        lambda: shop.test(experiment="{share: 40%, wait: 24 hours}"),
        shop.test,  # the winner's fields stay at Brevo, and mean nothing
    ]
    for change in changes:
        change()
        assert f"update {DRAFT}" in shop.changes()
        shop.apply()
        assert shop.changes() == []
        assert shop.only().id == made
    assert shop.row(made)["winnerDelay"] == 24


def test_a_draft_becomes_a_test_and_a_draft_again_in_place(shop: Trial) -> None:
    """An update that ends a test says so: what is not named is left alone by Brevo."""
    shop.plain()
    shop.apply()
    made = shop.only().id
    shop.test()
    assert shop.changes() == [f"update {DRAFT}"]
    shop.apply()
    assert (shop.only().id, "arms" in shop.only().body, shop.changes()) == (made, True, [])
    shop.plain()
    assert shop.changes() == [f"update {DRAFT}"]
    shop.apply()
    assert (shop.only().id, shop.only().body["subject"], shop.changes()) == (made, "New this week", [])
    assert asked(shop, "updateEmailCampaign")["abTesting"] is False


@pytest.mark.parametrize("keeps", [True, False])
def test_whether_an_update_keeps_a_test_does_not_matter(shop: Trial, keeps: bool) -> None:
    """Every update of a test says that it is one."""
    shop.sandbox.assumptions["brevo.update-keeps-test"] = keeps
    shop.test()
    shop.apply()
    shop.edit("content/news.html", "Our newest things", "What is new")
    shop.apply()
    assert (shop.changes(), "arms" in shop.only().body) == ([], True)


def test_a_preview_text_is_taken_away_in_place(shop: Trial) -> None:
    """Of a draft and of a test: without it an update would leave the old one."""
    for wanted in (shop.plain, shop.test):
        wanted()
        shop.apply()
        made = shop.only().id
        shop.edit("content/news.html", "preview_text: Have a look\n", "")
        shop.apply()
        assert (shop.changes(), shop.only().id, shop.row(made)["previewText"]) == ([], made, "")
        shop.edit("content/news.html", "from_name: Shop\n", "preview_text: Have a look\nfrom_name: Shop\n")


def test_a_test_edited_by_hand_has_drifted(shop: Trial) -> None:
    """A subject, and the test itself."""
    shop.test()
    shop.apply()
    path, client = f"/emailCampaigns/{shop.only().id}", "by hand"
    with shop.opened() as (_, connection):
        connection._client.call(client, "PUT", path, safe=True, body=_by_hand(shop, subjectB="Other"))
    assert shop.changes() == [f"update {DRAFT}"]
    shop.apply()
    assert shop.changes() == []


def _by_hand(shop: Trial, **changes: Any) -> dict[str, Any]:
    return {**asked(shop, "createEmailCampaign"), **changes}


# -- what comes out otherwise


def _without_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("franca_brevo.sandbox.campaigns.ab_test", lambda *_, **__: {})


def _without_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody: dict[str, list[int]] = {name: [] for name in ("lists", "exclusionLists", "segments", "exclusionSegments")}
    monkeypatch.setattr("franca_brevo.sandbox.campaigns.Campaigns._recipients", lambda *_: nobody)


@pytest.mark.parametrize(("drop", "words"), [(_without_tests, "arms and test"), (_without_audience, "audience")])
@pytest.mark.parametrize("before", ["nothing", "plain"])
def test_a_test_that_brevo_made_something_else_of_is_removed(
    shop: Trial, monkeypatch: pytest.MonkeyPatch, drop: Callable[[pytest.MonkeyPatch], None], words: str, before: str
) -> None:
    """Made or changed: without the test, or without the audience, no draft is left; the next apply makes it."""
    if before == "plain":
        shop.plain()
        shop.apply()
    shop.test()
    with monkeypatch.context() as dropping:
        drop(dropping)
        with pytest.raises(FrancaError) as refused:
            shop.apply()
    assert re.search(rf"another .*{words}.*removed", str(refused.value))
    assert shop.drafts() == []
    shop.apply()
    assert (shop.changes(), "arms" in shop.only().body) == ([], True)


# -- split by Franca


def test_what_brevo_can_test_is_declared() -> None:
    """Two subjects and nothing else, a winner by clicks, groups of 1 to 49 % each."""
    assert (TESTING.parts, TESTING.arms, TESTING.metrics) == ({Part.SUBJECT}, 2, {Metric.CLICKS})
    assert TESTING.shares == (Decimal("0.02"), Decimal("0.98"))
    assert TESTING.source.startswith("https://developers.brevo.com/")


@pytest.mark.parametrize(("variants", "arms"), [(PREVIEWS, ARMS[:2]), (THREE, ARMS)], ids=["preview texts", "three arms"])
def test_what_brevo_cannot_test_is_a_plain_draft_for_each_arm(shop: Trial, variants: dict[str, Any], arms: list[str]) -> None:
    """The arms' lists share nobody and cover the audience; each draft goes to its own list."""
    shop.test(variants)
    shop.apply()
    shop.sync()
    assert shop.changes() == []
    assert sorted(str(f"campaign/{remote.key}") for remote in shop.drafts()) == sorted(arms)
    lists = [shop.inside(f"{arm.removeprefix('campaign/')}.audience") for arm in arms]
    assert sum(map(len, lists)) == PEOPLE * 2 // 3
    assert set().union(*lists) == set(emails()[: PEOPLE * 2 // 3])
    assert min(map(len, lists)) > 0
    assert not any("arms" in remote.body for remote in shop.drafts())


def test_a_third_arm_takes_the_native_test_s_place_and_goes_again(shop: Trial) -> None:
    """Another number of arms: the one draft goes, a plain one comes for each arm, and back; a second plan is empty each time."""
    shop.test()
    shop.apply()
    for variants, keys in ((THREE, set(ARMS)), (SUBJECTS, {str(DRAFT)})):
        shop.test(variants)
        shop.apply()
        assert shop.changes() == []
        assert {f"campaign/{remote.key}" for remote in shop.drafts()} == keys


def test_a_destination_can_leave_tests_to_franca() -> None:
    """`tests: split` makes Brevo's own tests nothing there; another word is an error with its place."""
    there = Destination(name="brevo", adapter="brevo", settings={"api_key": "env:X"})
    split = replace(there, settings={**there.settings, "tests": "split"})
    assert ADAPTER.testing_at(there) == ADAPTER.testing_at(replace(there, settings={"tests": "native"})) == TESTING
    assert (ADAPTER.testing_at(split).arms, ADAPTER.testing_at(split).parts) == (1, frozenset())
    wrong = replace(there, settings={"tests": "nativ"}, setting_positions={"tests": Position("franca.yaml", 7, 5)})
    with pytest.raises(FrancaError, match=r"franca\.yaml:7:5: destination 'brevo': tests is native or split.*native"):
        ADAPTER.testing_at(wrong)


@pytest.mark.parametrize("before", ["nothing", "plain"])
def test_a_plan_without_tests_is_told_with_the_way_out(shop: Trial, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """405 on making and on changing: nothing is changed; with the setting that the error names, Franca splits."""
    if before == "plain":
        shop.plain()
        shop.apply()
    drafts = shop.drafts()
    shop.sandbox.premium = False
    shop.test()
    with pytest.raises(FrancaError, match=r"plan has no A/B tests.*add tests: split to the destination"):
        shop.apply()
    assert shop.drafts() == drafts
    shop.edit("franca.yaml", "    sender:", "    tests: split\n    sender:")
    shop.apply()
    assert shop.changes() == []
    assert {f"campaign/{remote.key}" for remote in shop.drafts()} == set(ARMS[:2])


def test_only_a_test_s_405_is_about_the_plan(shop: Trial) -> None:
    """A plain draft's is told as it is."""
    shop.plain()
    shop.host.faults.add(Fault(kind="status", match="POST /v3/emailCampaigns", status=405, body={"code": "method_not_allowed"}))
    with pytest.raises(FrancaError) as refused:
        shop.apply()
    assert "405" in str(refused.value)
    assert "A/B" not in str(refused.value)


# -- refused when compiled


@pytest.mark.parametrize(
    ("variants", "experiment", "words"),
    [
        ({"control": "New", "warm": "New"}, "{share: 100%}", r"two arms have one subject.*; give each variant"),
        ({"control": "New one", "warm": "New  one "}, "{share: 100%}", "two arms have one subject"),
        (SUBJECTS, "{share: 25%}", r"25 % .* are no two groups of whole percentages.*share: 24%"),
    ],
)
def test_what_is_no_test_at_brevo_stops_the_plan_with_its_place(shop: Trial, variants: dict[str, str], experiment: str, words: str) -> None:
    """Equal subjects, which Brevo could not tell apart, and shares that its whole numbers cannot say."""
    shop.test(variants, experiment)
    with pytest.raises(FrancaError, match=words) as refused:
        _ = shop.desired
    assert re.match(r"campaigns/sale\.yaml:\d+:\d+: campaign 'sale'", str(refused.value))


def test_a_subject_in_the_email_s_text_splits_the_audience_and_in_its_title_does_not(shop: Trial) -> None:
    """Both arms have one HTML at Brevo. The title is the control's, and mail clients show it nowhere."""
    shop.test()
    shop.apply()
    assert "<title>New this week</title>" in shop.row(shop.only().id)["htmlContent"]
    shop.edit("content/news.html", "<h1>{{ copy.headline }}", "<h1>{{ subject }}")
    assert any("cannot test the html, and this one holds {{ subject }}" in str(each) for each in shop.desired.warnings)
    shop.apply()
    assert {f"campaign/{remote.key}" for remote in shop.drafts()} == set(ARMS[:2])


def test_a_winner_by_orders_and_a_share_for_three_arms_are_nobody_s(shop: Trial) -> None:
    """Brevo knows no orders, and a split by Franca has no winner."""
    shop.test(experiment="{share: 20%, metric: orders}")
    with pytest.raises(ProblemsError, match="Brevo cannot choose a winner by orders"):
        _ = shop.project
    shop.test(THREE, "{share: 20%}")
    with pytest.raises(ProblemsError, match="Brevo tests at most 2 arms"):
        _ = shop.project


# -- trouble between any two requests


class StoppedError(BaseException):
    """The process ends here."""


Wanted = tuple[Callable[[Trial], None], Callable[[Trial], None]]

TRANSITIONS: dict[str, Wanted] = {
    "made": (lambda _: None, lambda shop: shop.test()),
    "plain to test": (lambda shop: shop.plain(), lambda shop: shop.test()),
    "test to plain": (lambda shop: shop.test(), lambda shop: shop.plain()),
    "changed": (lambda shop: shop.test(), lambda shop: shop.test({**SUBJECTS, "warm": "Chosen"}, "{share: 20%}")),
    "native to split": (lambda shop: shop.test(), lambda shop: shop.test(THREE)),
    "split to native": (lambda shop: shop.test(THREE), lambda shop: shop.test()),
}


def begin(stage: tuple[Stage, str], folder: Path, wanted: Wanted) -> Trial:
    """Return a fresh shop with what was there before, and the new wish written down."""
    shop = trial(*stage, folder, people=9)
    wanted[0](shop)
    if (shop.folder / "campaigns" / "sale.yaml").exists():
        shop.apply()
    wanted[1](shop)
    shop.host.exchanges.clear()
    return shop


def at_call(shop: Trial, number: int, trouble: Callable[[], None]) -> None:
    """Let *trouble* happen before the call of that number, from 1."""
    seen = 0

    def hear(_operation: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            trouble()

    shop.before_call = hear


def stop(shop: Trial, number: int) -> None:
    """End the process before a call; the next one starts again."""

    def end() -> None:
        raise StoppedError

    at_call(shop, number, end)
    with pytest.raises(StoppedError):
        shop.apply()


def stop_unheard(shop: Trial, number: int) -> None:
    """Let Brevo do what a call asks, and end the process before it hears of that."""
    dying = False

    def lose() -> None:
        nonlocal dying
        shop.host.faults.add(Fault(kind="reset-after"))
        dying = True

    at_call(shop, number, lose)
    heard = shop.before_call

    def hear(operation: str) -> None:
        if dying:
            raise StoppedError
        heard(operation)

    shop.before_call = hear
    with pytest.raises(StoppedError):
        shop.apply()
    shop.host.faults.clear()


def lose_answer(shop: Trial, number: int) -> None:
    """Let Brevo do what a call asks, and lose its answer; the same run goes on."""
    at_call(shop, number, lambda: shop.host.faults.add(Fault(kind="reset-after")))
    shop.apply()


@pytest.mark.parametrize("trouble", [stop, stop_unheard, lose_answer])
@pytest.mark.parametrize("transition", [pytest.param(name, marks=pytest.mark.slow) if "split" in name else name for name in TRANSITIONS])
def test_trouble_at_any_write_ends_as_if_nothing_had_happened(
    brevo_stage: tuple[Stage, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    transition: str,
    trouble: Callable[[Trial, int], None],
) -> None:
    """Stopped before it, or after it without hearing, or its answer lost: one more apply, and the drafts are those wanted, once each."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    calm = begin(brevo_stage, tmp_path / "calm", TRANSITIONS[transition])
    calm.apply()
    operations = [exchange.operation for exchange in calm.host.exchanges]
    writes = [number for number, name in enumerate(operations, 1) if name.endswith("EmailCampaign") and not name.startswith("get")]
    end = [(remote.name, remote.body["audience"], remote.body) for remote in calm.drafts()]
    assert writes
    for number in writes if trouble is not stop else sorted({*writes, *(each + 1 for each in writes)}):
        shop = begin(brevo_stage, tmp_path / str(number), TRANSITIONS[transition])
        trouble(shop, number)
        shop.before_call = lambda _operation: None
        shop.apply()
        assert shop.changes() == []
        found = [(remote.name, remote.body["audience"], remote.body) for remote in shop.drafts()]
        assert sorted(found, key=str) == sorted(end, key=str), f"{transition}, call {number}: {operations[number - 1]}"


# -- nothing sends


def test_nothing_that_is_made_or_read_sends(shop: Trial) -> None:
    """Making, changing, reading results: no request goes to a path, or holds a key, that sends or schedules."""
    shop.test()
    shop.apply()
    shop.sync()
    campaign = shop.only()
    shop.send(campaign, {}, {})
    assert shop.results(campaign) is not None
    assert shop.only().settled == "its status is sent"
    for exchange in shop.host.exchanges:
        assert not re.search(r"sendNow|sendTest|sendReport|/status", exchange.call.path)
        assert "scheduledAt" not in exchange.call.raw.decode()


def test_a_campaign_that_was_sent_is_left_alone(shop: Trial) -> None:
    """Neither a new subject nor the end of the test changes it; it cannot be changed."""
    shop.test()
    shop.apply()
    shop.sync()
    shop.send(shop.only(), {}, {})
    shop.test({**SUBJECTS, "warm": "Too late"})
    assert shop.changes() == []
    shop.plain()
    assert shop.changes() == []
    sent = shop.only()
    with pytest.raises(TerminalError, match="campaign_sent"), shop.opened() as (desired, connection):
        connection.update(sent, desired.resources[DRAFT], sent.body)
