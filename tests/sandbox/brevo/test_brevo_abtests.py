"""The Brevo sandbox: tests of two subjects, sends as somebody would have done them, and what is told of them, through the official SDK."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from brevo_account import NOW, Account

from franca.sandbox import Clock
from franca.sandbox.sending import Rates, Sent, send, send_rest
from franca_brevo.sandbox import Sandbox

HTML = "<p>Hello, this is new</p>"
PLAIN = {"name": "March", "subject": "News", "sender": {"email": "shop@example.com", "name": "Shop"}, "htmlContent": HTML}
TEST = {**{key: value for key, value in PLAIN.items() if key != "subject"}, "abTesting": True, "subjectA": "One", "subjectB": "Two"}
WINNER = {"splitRule": 10, "winnerCriteria": "click", "winnerDelay": 24}
ONE, OTHER = {"click": 0.2, "open": 0.5, "bounce": 0.1}, {"click": 0.4, "open": 0.6, "unsubscribe": 0.1, "complaint": 0.05}
RESULT = "/emailCampaigns/{}/abTestCampaignResult"


def emails(number: int) -> list[str]:
    return [f"p{each:04}@example.com" for each in range(number)]


def listed(account: Account, people: list[str], name: str = "VIP") -> int:
    """Seed people into a new list; return its id."""
    account.sandbox.seed({"contacts": [{"email": email} for email in people]})
    made = account.new_list(name)
    for start in range(0, len(people), 150):
        account.call("POST", f"/contacts/lists/{made}/contacts/add", {"emails": people[start : start + 150]})
    return made


def draft(account: Account, people: int = 200, **body: Any) -> int:
    """Make a draft to a new list of so many people; return its id."""
    audience = {"listIds": [listed(account, emails(people))]}
    made: int = account.call("POST", "/emailCampaigns", {**PLAIN, "recipients": audience, **body})["id"]
    return made


def ab_test(account: Account, people: int = 200, **body: Any) -> int:
    """Make the draft of a test with everybody in it, unless *body* says otherwise."""
    audience = {"listIds": [listed(account, emails(people))]}
    made: int = account.call("POST", "/emailCampaigns", {**TEST, "splitRule": 50, "recipients": audience, **body})["id"]
    return made


def stats(account: Account, campaign: int, wanted: str = "globalStats") -> Any:
    return account.call("GET", f"/emailCampaigns/{campaign}", statistics=wanted)["statistics"]


def result(account: Account, campaign: int) -> Any:
    return account.call("GET", RESULT.format(campaign))


def percent(some: int, of: int) -> str:
    """Return a rate as Brevo's changelog shows it."""
    return f"{100 * some / of:.2f}".rstrip("0").rstrip(".") + "%"


# -- drafts of tests


def test_a_test_is_read_back_with_two_subjects_and_without_one(account: Account) -> None:
    """The fields of a test are shown for a test alone, and the subject for any other draft alone (documented)."""
    audience = {"listIds": [account.new_list()]}
    made = account.call("POST", "/emailCampaigns", {**TEST, **WINNER, "recipients": audience})["id"]
    found = account.call("GET", f"/emailCampaigns/{made}")
    fields = {name: found[name] for name in ("abTesting", "subjectA", "subjectB", *WINNER)}
    assert fields == {"abTesting": True, "subjectA": "One", "subjectB": "Two", **WINNER}
    assert (found["status"], "subject" in found) == ("draft", False)
    plain = account.call("POST", "/emailCampaigns", {**PLAIN, "recipients": audience})["id"]
    found = account.call("GET", f"/emailCampaigns/{plain}")
    assert (found["abTesting"], found["subject"], "subjectA" in found) == (False, "News", False)


def test_a_draft_becomes_a_test_and_a_draft_again(account: Account) -> None:
    """By updates in place."""
    audience = {"listIds": [account.new_list()]}
    made = account.call("POST", "/emailCampaigns", {**PLAIN, "recipients": audience})["id"]
    account.call("PUT", f"/emailCampaigns/{made}", {**TEST, "splitRule": 50, "recipients": audience})
    found = account.call("GET", f"/emailCampaigns/{made}")
    assert (found["subjectB"], found["splitRule"], "winnerDelay" in found) == ("Two", 50, False)
    account.call("PUT", f"/emailCampaigns/{made}", {**PLAIN, "abTesting": False, "recipients": audience})
    found = account.call("GET", f"/emailCampaigns/{made}")
    assert (found["abTesting"], found["subject"], "splitRule" in found) == (False, "News", False)


def test_an_update_that_says_nothing_of_a_test_keeps_it_by_an_assumption(foreign: Account) -> None:
    """The documented default, false, may mean the other thing."""
    made = ab_test(foreign, 1)
    foreign.call("PUT", f"/emailCampaigns/{made}", {"previewText": "x", "subjectA": "not considered"})
    found = foreign.call("GET", f"/emailCampaigns/{made}")
    assert (found["abTesting"], found["subjectA"]) == (True, "One")
    foreign.sandbox.assumptions["brevo.update-keeps-test"] = False
    foreign.call("PUT", f"/emailCampaigns/{made}", {"previewText": "y"})
    assert foreign.call("GET", f"/emailCampaigns/{made}")["abTesting"] is False


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"subjectB": ""}, 400, "missing_parameter"),
        ({"subjectB": "One"}, 400, "invalid_parameter"),
        ({"sendAtBestTime": True}, 400, "invalid_parameter"),
        ({"abTesting": "yes"}, 400, "invalid_parameter"),
        ({"splitRule": None}, 400, "missing_parameter"),
        ({"splitRule": 0}, 400, "out_of_range"),
        ({"splitRule": 51}, 400, "out_of_range"),
        ({"splitRule": 10.5}, 400, "invalid_parameter"),
        ({"splitRule": 10}, 400, "missing_parameter"),
        ({"splitRule": 10, "winnerCriteria": "clicks", "winnerDelay": 24}, 400, "invalid_parameter"),
        ({"splitRule": 10, "winnerCriteria": "click"}, 400, "missing_parameter"),
        ({"splitRule": 10, "winnerCriteria": "click", "winnerDelay": 169}, 400, "out_of_range"),
    ],
)
def test_a_wrong_test_is_refused(foreign: Account, change: dict[str, Any], status: int, code: str) -> None:
    """Two different subjects, a group of 1 to 50 %, and below that a criterion and 1 to 168 hours; not at the best time (documented)."""
    body = {**TEST, "splitRule": 50, "recipients": {"listIds": [foreign.new_list()]}, **change}
    assert foreign.refusal("POST", "/emailCampaigns", body)[:2] == (status, code)
    assert foreign.call("GET", "/emailCampaigns")["count"] == 0


def test_a_test_to_somebody_needs_the_size_of_its_groups(foreign: Account) -> None:
    """Documented: mandatory when recipients are passed."""
    audience = {"recipients": {"listIds": [foreign.new_list()]}}
    assert foreign.refusal("POST", "/emailCampaigns", {**TEST, **audience})[:2] == (400, "missing_parameter")
    assert foreign.call("POST", "/emailCampaigns", TEST)["id"]


def test_plans_without_tests_answer_405(account: Account) -> None:
    """On creation and on update; the account's plan is told."""
    audience = {"listIds": [account.new_list()]}
    made = account.call("POST", "/emailCampaigns", {**PLAIN, "recipients": audience})["id"]
    assert account.call("GET", "/account")["plan"][0]["type"] == "subscription"
    account.sandbox.premium = False
    body = {**TEST, "splitRule": 50, "recipients": audience}
    for method, path in (("POST", "/emailCampaigns"), ("PUT", f"/emailCampaigns/{made}")):
        assert account.refusal(method, path, body)[:2] == (405, "method_not_allowed")
    assert account.call("GET", "/account")["plan"][0]["type"] == "free"
    assert Sandbox(Clock(NOW), premium=False).premium is False


# -- sends


def test_a_send_reaches_its_audience_without_the_excluded_and_the_blocklisted(foreign: Account) -> None:
    """Lists and segments included, less those excluded (guess: unions), less the blocklisted (documented)."""
    people = emails(10)
    ids = [listed(foreign, people[:6], "A"), listed(foreign, people[4:7], "B")]
    foreign.sandbox.seed({"contacts": [{"email": people[8], "fields": {"CITY": "Bonn"}}], "segments": [{"segmentName": "Bonn"}]})
    foreign.sandbox.seed({"segments": [{"segmentName": "In Bonn", "filter": "equals(CITY,Bonn)"}]})
    nobody, bonn = sorted(each["id"] for each in foreign.call("GET", "/contacts/segments")["segments"])
    foreign.sandbox.seed({"contacts": [{"email": people[0], "consent": {"status": "unsubscribed"}}]})
    audience = {"listIds": ids[:1], "exclusionListIds": ids[1:], "segmentIds": [bonn, nobody], "exclusionSegmentIds": [nobody]}
    made = foreign.call("POST", "/emailCampaigns", {**PLAIN, "recipients": audience})["id"]
    assert foreign.sandbox.send({"campaign": made, "seed": 1, "arms": [{"bounce": 0.0}]}) == {"arms": [{"sent": 4, "delivered": 4}]}
    assert stats(foreign, made)["globalStats"]["sent"] == 4  # the second to fourth of the list, and the one of the segment


def fates(people: int, *arms: dict[str, float], seed: int = 7) -> tuple[Sent, ...]:
    """Return what the send must have come to, person by person."""
    return send(emails(people), [Rates(**arm) for arm in arms], seed)


def test_a_campaign_that_was_sent_tells_people_and_events_apart(account: Account) -> None:
    """Counts of people are those of the recipients' fates; clicks and views are events, and more of them."""
    made = draft(account)
    account.clock.set(NOW + timedelta(days=1))
    told = account.sandbox.send({"campaign": made, "seed": 7, "arms": [ONE]})
    sent = fates(200, ONE)
    whole = stats(account, made)["globalStats"]
    bounced = sum(each.bounced for each in sent)
    assert told == {"arms": [{"sent": 200, "delivered": 200 - bounced}]}
    assert (whole["sent"], whole["delivered"], whole["hardBounces"] + whole["softBounces"]) == (200, 200 - bounced, bounced)
    assert whole["uniqueClicks"] == sum(each.clicked for each in sent)
    assert whole["uniqueViews"] == sum(each.opened for each in sent)
    assert (whole["unsubscriptions"], whole["complaints"]) == (sum(e.unsubscribed for e in sent), sum(e.complained for e in sent))
    assert min(whole["hardBounces"], whole["softBounces"]) > 0
    assert whole["clickers"] > whole["uniqueClicks"]
    assert whole["viewed"] > whole["uniqueViews"]
    found = account.call("GET", f"/emailCampaigns/{made}")
    assert (found["status"], found["sentDate"], "statistics" in found) == ("sent", "2026-03-31T12:37:11Z", False)


def test_statistics_are_told_when_asked_for_and_only_those_asked_for(account: Account) -> None:
    """Reported: the other parts are there, and empty; the listing tells the same."""
    made = draft(account, 20)
    assert "statistics" not in account.call("GET", f"/emailCampaigns/{made}", statistics="globalStats")
    account.sandbox.send({"campaign": made, "seed": 7, "arms": [ONE]})
    assert stats(account, made, "linksStats")["globalStats"]["sent"] == 0
    assert stats(account, made)["campaignStats"][0]["sent"] == 20
    (row,) = account.call("GET", "/emailCampaigns", statistics="globalStats", status="sent")["campaigns"]
    assert row["statistics"] == stats(account, made)
    account.sandbox.assumptions["brevo.global-stats-filled"] = False
    assert stats(account, made)["globalStats"]["sent"] == 0
    assert stats(account, made)["campaignStats"][0]["sent"] == 20


def test_those_who_unsubscribe_complain_or_bounce_for_good_are_blocklisted(account: Account) -> None:
    """Documented; they stay in their lists, and the next campaign does not reach them."""
    made = draft(account)
    account.sandbox.send({"campaign": made, "seed": 7, "arms": [{**OTHER, "bounce": 0.2}]})
    whole = stats(account, made)["globalStats"]
    rows = [row for page in (0, 100) for row in account.call("GET", "/contacts", limit=100, offset=page)["contacts"]]
    gone = {row["email"] for row in rows if row["emailBlacklisted"]}
    sent = fates(200, {**OTHER, "bounce": 0.2})
    leaving = {each.recipient for each in sent if each.unsubscribed or each.complained}
    assert leaving < gone
    assert len(gone - leaving) == whole["hardBounces"]
    list_id = account.call("GET", f"/emailCampaigns/{made}")["recipients"]["lists"][0]
    assert len(account.members(list_id)) == 200
    again = account.call("POST", "/emailCampaigns", {**PLAIN, "recipients": {"listIds": [list_id]}})["id"]
    assert account.sandbox.send({"campaign": again, "seed": 8, "arms": [{}]})["arms"][0]["sent"] == 200 - len(gone)


def test_a_test_tells_the_rates_of_its_versions(account: Account) -> None:
    """Texts with a percent sign; bounces of those sent, all else of those reached; nothing of the versions is a number."""
    made = ab_test(account)
    account.sandbox.send({"campaign": made, "seed": 7, "arms": [ONE, OTHER]})
    found, sent = result(account, made), fates(200, ONE, OTHER)
    for arm, version in enumerate(("Version A", "Version B")):
        of = [each for each in sent if each.arm == arm]
        reached = [each for each in of if not each.bounced]
        told = {name: rates[version] for name, rates in found["statistics"].items()}
        assert told["clicks"] == percent(sum(each.clicked for each in reached), len(reached))
        assert told["openers"] == percent(sum(each.opened for each in reached), len(reached))
        assert told["unsubscribed"] == percent(sum(each.unsubscribed for each in reached), len(reached))
        assert told["complaints"] == percent(sum(each.complained for each in reached), len(reached))
        bounced = [float(told[name].rstrip("%")) for name in ("hardBounces", "softBounces")]
        assert sum(bounced) == pytest.approx(100 * (len(of) - len(reached)) / len(of))
    assert (found["winningVersion"], found["winningCriteria"], found["winningSubjectLine"]) == ("B", "Open", "Two")
    assert found["clickRate"] == found["statistics"]["clicks"]["Version B"]
    assert found["winningVersionRate"] == found["openRate"] == found["statistics"]["openers"]["Version B"]
    assert "clickedLinks" not in found  # documented: of tests of contents alone


def test_the_rest_of_the_audience_is_sent_the_winner(account: Account) -> None:
    """By the campaign's own criterion; whether the winner's rates then count them too is an assumption."""
    made = ab_test(account, **WINNER)
    told = account.sandbox.send({"campaign": made, "seed": 7, "arms": [ONE, OTHER]})
    dealt = send(emails(200), [Rates(**ONE), Rates(**OTHER)], 7, 0.2)
    rest = send_rest(dealt, 1, Rates(**OTHER), 7)
    test = [each for each in dealt if each.arm == 1]
    assert [arm["sent"] for arm in told["arms"]] == [20, 180]
    assert len(rest) == 160
    everybody = [each for each in (*test, *rest) if not each.bounced]
    assert result(account, made)["statistics"]["clicks"]["Version B"] == percent(sum(e.clicked for e in everybody), len(everybody))
    account.sandbox.assumptions["brevo.test-rates-with-winner"] = False
    reached = [each for each in test if not each.bounced]
    assert result(account, made)["statistics"]["clicks"]["Version B"] == percent(sum(e.clicked for e in reached), len(reached))
    assert result(account, made)["winningCriteria"] == "Click"


@pytest.mark.parametrize(
    ("assumption", "sizes"),
    [("brevo.split-rule-per-version", [10, 190]), ("brevo.test-splits-evenly", [14, 186])],
)
def test_the_sizes_of_groups_are_assumptions(account: Account, assumption: str, sizes: list[int]) -> None:
    """`splitRule` may be of both groups together, and the groups may differ."""
    account.sandbox.assumptions[assumption] = False
    made = ab_test(account, **WINNER)
    told = account.sandbox.send({"campaign": made, "seed": 7, "arms": [{"click": 0.0}, {"click": 0.9}]})
    assert [arm["sent"] for arm in told["arms"]] == sizes


def test_rates_may_be_whole_and_of_all_who_were_sent_it(account: Account) -> None:
    """Two assumptions, flipped."""
    made = ab_test(account)
    account.sandbox.send({"campaign": made, "seed": 7, "arms": [ONE, OTHER]})
    account.sandbox.assumptions["brevo.test-rates-of-delivered"] = False
    clicked = sum(each.clicked for each in fates(200, ONE, OTHER) if each.arm == 0)
    assert result(account, made)["statistics"]["clicks"]["Version A"] == percent(clicked, 100)
    account.sandbox.assumptions["brevo.test-rates-with-decimals"] = False
    whole = ab_test(account, 30, name="Small")
    account.sandbox.send({"campaign": whole, "seed": 7, "arms": [ONE, OTHER]})
    rates = [rate for pair in result(account, whole)["statistics"].values() for rate in pair.values()]
    assert all("." not in rate for rate in rates)
    assert any(rate not in ("0%", "100%") for rate in rates)


def test_a_tie_and_a_test_that_was_not_sent_have_no_winner(account: Account) -> None:
    """`tie`, `notAvailable` (documented)."""
    made = ab_test(account, 10)
    assert (result(account, made)["winningVersion"], result(account, made)["openRate"]) == ("notAvailable", "0%")
    account.sandbox.send({"campaign": made, "seed": 7, "arms": [{"open": 1.0, "bounce": 0.0}] * 2})
    assert result(account, made)["winningVersion"] == "tie"
    plain = draft(account, 10)
    assert account.refusal("GET", RESULT.format(plain))[:2] == (404, "document_not_found")
    assert account.refusal("GET", RESULT.format(99))[:2] == (404, "document_not_found")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"campaign": 99}, "there is no campaign 99"),
        ({"campaign": "one"}, "there is no campaign one"),
        ({"arms": [{}, {}]}, "has 1 arms, and rates were given for 2"),
        ({"arms": {}}, "arms is a list"),
        ({"arms": [{"sales": 1.0}]}, "unknown or unfit rates"),
        ({"arms": [{"click": 2.0}]}, "from 0 to 1"),
        ({"more": 1}, "has the keys arms, campaign, seed"),
    ],
)
def test_a_send_that_cannot_be_is_refused_in_words(account: Account, change: dict[str, Any], words: str) -> None:
    """Unknown campaigns, another number of arms, rates that are none; nothing is sent."""
    made = draft(account, 3)
    with pytest.raises(ValueError, match=words):
        account.sandbox.send({"campaign": made, "seed": 7, "arms": [{}], **change})
    assert account.call("GET", f"/emailCampaigns/{made}")["status"] == "draft"


def test_what_was_sent_can_neither_be_sent_again_nor_changed(account: Account) -> None:
    """Nor is a campaign sent that has nobody to go to."""
    made = draft(account, 3)
    account.sandbox.send({"campaign": made, "seed": 7, "arms": [{}]})
    with pytest.raises(ValueError, match="sent already"):
        account.sandbox.send({"campaign": made, "seed": 7, "arms": [{}]})
    assert account.refusal("PUT", f"/emailCampaigns/{made}", PLAIN)[:2] == (400, "campaign_sent")
    empty = account.call("POST", "/emailCampaigns", {**PLAIN, "recipients": {"listIds": [account.new_list("Empty")]}})["id"]
    with pytest.raises(ValueError, match="no recipients"):
        account.sandbox.send({"campaign": empty, "seed": 7, "arms": [{}]})


def test_no_call_of_the_api_sends(foreign: Account) -> None:
    """The vendor's paths that send are unknown here."""
    made = draft(foreign, 3)
    for path in ("sendNow", "sendTest", "status"):
        assert foreign.refusal("POST", f"/emailCampaigns/{made}/{path}", {})[0] == 404
    assert foreign.call("GET", f"/emailCampaigns/{made}")["status"] == "draft"


def test_results_share_the_hundred_calls_of_an_hour(hasty: Account) -> None:
    """Documented: whatever is neither of contacts nor of /smtp."""
    made = hasty.call("POST", "/emailCampaigns", {**TEST, "splitRule": 50, "recipients": {"listIds": [hasty.new_list()]}})["id"]
    assert hasty.answer("GET", RESULT.format(made))[2]["x-sib-ratelimit-remaining"] == "98"
