"""The Mailchimp sandbox: A/B tests as campaigns of type variate, what a send leaves behind, and reports, through the official SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from mailchimp_kit import LIST, NOW, Account, refusal, sandbox

from franca.sandbox import Call
from franca.sandbox.sending import Rates, send

pytestmark = pytest.mark.foreign_traffic("another program's tests say more than Franca's")

HTML = '<p>Hi</p><a href="*|UNSUB|*">x</a> *|LIST:ADDRESSLINE|*'
CONTENT = {"content_label": "A", "html": HTML}
SETTINGS = {"title": "Spring", "subject_line": "Hi", "preview_text": "Look", "from_name": "Shop", "reply_to": "shop@x.de"}
TWO = {"winner_criteria": "clicks", "wait_time": 120, "test_size": 50, "subject_lines": ["One", "Two"]}
ALL = {**TWO, "test_size": 100}
PEOPLE = 200
SURE, NEVER = {"open": 1.0, "click": 1.0, "order": 1.0}, {"open": 0.0, "click": 0.0}
LOYAL = {"bounce": 0.0, "unsubscribe": 0.0, "complaint": 0.0}


@pytest.fixture
def shop() -> Iterator[Account]:
    with sandbox() as account:
        _seed(account)
        yield account


def _seed(account: Account) -> None:
    """Put two hundred subscribed contacts there, half of them in Rome, and one of every other status, in Rome as well."""
    subscribed = [(f"c{number:03}", "subscribed", False) for number in range(PEOPLE)]
    others = [("out", "unsubscribed", False), ("gone", "subscribed", True), ("new", "pending", False), ("buyer", "never", False)]
    contacts = [
        {
            "email": f"{name}@x.de",
            "fields": {"CITY": "Oslo" if number % 2 and number < PEOPLE else "Rome"},
            "consent": {"status": status, "suppressed": suppressed},
        }
        for number, (name, status, suppressed) in enumerate([*subscribed, *others])
    ]
    account.emulator.seed({"contacts": contacts})


def variate(settings: Any = TWO, **changes: Any) -> dict[str, Any]:
    return {"type": "variate", "recipients": {"list_id": LIST}, "settings": SETTINGS, "variate_settings": settings, **changes}


def draft(shop: Account, settings: Any = TWO, **changes: Any) -> str:
    """Make a test with one content; return its id."""
    made: str = shop.sdk.campaigns.create(variate(settings, **changes))["id"]
    shop.sdk.campaigns.set_content(made, {"variate_contents": [CONTENT]})
    return made


def plain(shop: Account, **changes: Any) -> str:
    """Make a plain draft with content; return its id."""
    body = {"type": "regular", "recipients": {"list_id": LIST}, "settings": SETTINGS, **changes}
    made: str = shop.sdk.campaigns.create(body)["id"]
    shop.sdk.campaigns.set_content(made, {"html": HTML})
    return made


def sent(shop: Account, campaign: str, *arms: Any, seed: int = 1) -> Any:
    return shop.emulator.send({"campaign": campaign, "seed": seed, "arms": list(arms)})


def reports(shop: Account, campaign: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.sdk.reports.get_sub_reports_for_campaign(campaign)["reports"]
    return found


# -- settings


def test_a_test_is_read_back_with_its_combinations(shop: Account) -> None:
    """Combinations name variations by their indices; before it is sent there are neither recipients nor a winner."""
    found = shop.sdk.campaigns.create(variate())
    settings = found["variate_settings"]
    assert found == shop.sdk.campaigns.get(found["id"])
    assert (found["type"], found["status"]) == ("variate", "save")
    assert {key: settings[key] for key in TWO} == TWO
    assert [each["subject_line"] for each in settings["combinations"]] == [0, 1]
    assert len({each["id"] for each in settings["combinations"]}) == 2
    assert all(each[key] == 0 for each in settings["combinations"] for key in ("send_time", "from_name", "reply_to", "recipients"))
    assert (settings["winning_combination_id"], settings["winning_campaign_id"], settings["contents"]) == ("", "", [])


def test_without_subject_lines_the_settings_subject_is_sent(shop: Account) -> None:
    """Documented; one combination is left."""
    made = draft(shop, {"winner_criteria": "clicks"})
    assert len(shop.sdk.campaigns.get(made)["variate_settings"]["combinations"]) == 1
    sent(shop, made, SURE)
    assert [each["subject_line"] for each in reports(shop, made)] == ["Hi"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"winner_criteria": None}, "winner_criteria"),
        ({"winner_criteria": "orders"}, "winner_criteria"),
        ({"wait_time": 0}, "wait_time"),
        ({"wait_time": 90}, "wait_time"),
        ({"wait_time": "60"}, "wait_time"),
        ({"test_size": 9}, "test_size"),
        ({"test_size": 101}, "test_size"),
        ({"test_size": 12.5}, "test_size"),
        ({"subject_lines": "One"}, "subject_lines"),
        ({"subject_lines": ["One", 2]}, "subject_lines"),
        ({"from_names": ["A"]}, "from_names"),
    ],
)
def test_settings_that_cannot_be_are_refused(shop: Account, changes: dict[str, Any], field: str) -> None:
    """Required, enumerated, whole hours in minutes, 10 to 100 percent, as many senders as their addresses (documented)."""
    errors = refusal(lambda: shop.sdk.campaigns.create(variate({**TWO, **changes})))["errors"]
    assert [error["field"] for error in errors] == [f"variate_settings.{field}"]


def test_a_test_without_settings_is_refused(shop: Account) -> None:
    """A criterion is required."""
    errors = refusal(lambda: shop.sdk.campaigns.create({"type": "variate"}))["errors"]
    assert [error["field"] for error in errors] == ["variate_settings.winner_criteria"]


@pytest.mark.parametrize("key", ["opens", "html_clicks", "text_clicks"])
def test_a_test_is_always_tracked(shop: Account, key: str) -> None:
    """Tracking "cannot be set to false for variate campaigns"; for others it can."""
    body = variate(tracking={key: False})
    assert refusal(lambda: shop.sdk.campaigns.create(body))["errors"][0]["field"] == f"tracking.{key}"
    assert shop.sdk.campaigns.create({"type": "regular", "tracking": {key: False}})["tracking"][key] is False


def test_send_times_make_everybody_take_part(shop: Account) -> None:
    """Documented: the size is forced to 100."""
    times = {"winner_criteria": "opens", "test_size": 20, "send_times": ["2026-04-01 09:00:00", "2026-04-01 15:00:00"]}
    found = shop.sdk.campaigns.create(variate(times))["variate_settings"]
    assert (found["test_size"], [each["send_time"] for each in found["combinations"]]) == (100, [0, 1])


MORE = {
    "four subjects": {"subject_lines": ["1", "2", "3", "4"]},
    "two variables": {"from_names": ["A", "B"], "reply_to_addresses": ["a@x.de", "b@x.de"]},
}


@pytest.mark.parametrize("more", MORE)
def test_a_plan_tests_one_variable_in_three_variations(shop: Account, more: str) -> None:
    """Documented for A/B tests; Multivariate has more. Status and words are guesses."""
    body = variate({**TWO, **MORE[more]})
    assert "up to 1 variable(s) in up to 3 combinations" in refusal(lambda: shop.sdk.campaigns.create(body))["detail"]
    from franca_mailchimp.sandbox import Account as Plan

    with sandbox(account=Plan(multivariate=True)) as premium:
        assert len(premium.sdk.campaigns.create(body)["variate_settings"]["combinations"]) == 4
        nine = variate({**TWO, "subject_lines": ["1", "2", "3"], "from_names": ["A"] * 3, "reply_to_addresses": ["a@x.de"] * 3})
        assert "up to 8" in refusal(lambda: premium.sdk.campaigns.create(nine))["detail"]


def test_a_test_is_changed_and_stays_one(shop: Account) -> None:
    """PATCH takes settings, which need their criterion again; without them they stay."""
    made = draft(shop)
    needed = {"settings": SETTINGS}
    assert shop.sdk.campaigns.update(made, needed)["variate_settings"]["subject_lines"] == ["One", "Two"]
    errors = refusal(lambda: shop.sdk.campaigns.update(made, {**needed, "variate_settings": {"test_size": 20}}))["errors"]
    assert errors[0]["field"] == "variate_settings.winner_criteria"
    changed = shop.sdk.campaigns.update(
        made, {**needed, "variate_settings": {"winner_criteria": "opens", "subject_lines": ["X", "Y", "Z"]}}
    )
    assert (changed["variate_settings"]["subject_lines"], changed["variate_settings"]["test_size"]) == (["X", "Y", "Z"], 50)


def test_a_type_cannot_be_changed(shop: Account) -> None:
    """No PATCH has one (documented by absence): unknown keys are ignored (guess)."""
    route = next(each for each in shop.emulator.routes() if each.name == "campaigns.update")
    made = draft(shop)
    call = Call(method="PATCH", path="", params={"campaign_id": made}, body={"type": "regular", "settings": SETTINGS})
    assert route.handler(call).body["type"] == shop.sdk.campaigns.get(made)["type"] == "variate"


def test_settings_of_a_test_mean_nothing_to_others(shop: Account) -> None:
    """Guess: they are ignored."""
    assert "variate_settings" not in shop.sdk.campaigns.create({"type": "regular", "variate_settings": TWO})


# -- content


def test_the_content_of_a_test_is_read_back_with_its_label(shop: Account) -> None:
    """One for a test of subjects; a plain text is made when there is none, and the labels stand in the settings."""
    made = draft(shop)
    found = shop.sdk.campaigns.get_content(made)["variate_contents"]
    assert [(each["content_label"], each["html"]) for each in found] == [("A", HTML)]
    assert found[0]["plain_text"].startswith("Hi")
    assert shop.sdk.campaigns.get(made)["variate_settings"]["contents"] == ["A"]


def test_several_contents_are_one_more_variable(shop: Account) -> None:
    """With two subjects they would be four combinations; alone they are a test of contents."""
    two = {"variate_contents": [CONTENT, {**CONTENT, "content_label": "B"}]}
    assert "1 variable(s)" in refusal(lambda: shop.sdk.campaigns.set_content(draft(shop), two))["detail"]
    alone = draft(shop, {"winner_criteria": "clicks"})
    shop.sdk.campaigns.set_content(alone, two)
    assert [each["content_description"] for each in shop.sdk.campaigns.get(alone)["variate_settings"]["combinations"]] == [0, 1]
    lines = {"settings": SETTINGS, "variate_settings": TWO}
    assert "1 variable(s)" in refusal(lambda: shop.sdk.campaigns.update(alone, lines))["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"variate_contents": []}, "variate_contents"),
        ({"variate_contents": [{"html": HTML}]}, "variate_contents.item:0.content_label"),
        ({"variate_contents": [{"content_label": "A"}]}, "variate_contents.item:0.html"),
        ({"variate_contents": ["A"]}, "object"),
        ({"html": HTML}, "Variate campaigns have variate_contents"),
    ],
)
def test_contents_that_cannot_be_are_refused(shop: Account, body: dict[str, Any], words: str) -> None:
    """Each has a label and HTML; that of other campaigns is none of a test's (guess), nor the other way round."""
    refused = refusal(lambda: shop.sdk.campaigns.set_content(draft(shop), body))
    assert words in str(refused)
    assert "none" in refusal(lambda: shop.sdk.campaigns.set_content(plain(shop), {"variate_contents": [CONTENT]}))["detail"]


def test_the_checklist_looks_at_every_subject_and_content(shop: Account) -> None:
    """An empty subject line, or no content, is an error."""
    assert shop.sdk.campaigns.get_send_checklist(draft(shop))["is_ready"]
    blank = draft(shop, {**TWO, "subject_lines": ["One", ""]})
    empty = shop.sdk.campaigns.create(variate())["id"]
    wrong = [
        [item["heading"] for item in shop.sdk.campaigns.get_send_checklist(each)["items"] if item["type"] == "error"]
        for each in (blank, empty)
    ]
    assert wrong == [["Subject"], ["Content", "Unsubscribe link", "Postal address"]]


# -- sending


def test_everybody_who_is_subscribed_is_sent_one_arm(shop: Account) -> None:
    """Nobody else of the audience; arms differ by one person at most; nothing is sent twice."""
    made = draft(shop, {**ALL, "subject_lines": ["One", "Two", "Three"]})
    told = sent(shop, made, LOYAL, LOYAL, LOYAL)
    assert [arm["sent"] for arm in told["arms"]] == [67, 67, 66]
    found = shop.sdk.campaigns.get(made)
    assert (found["status"], found["emails_sent"], found["send_time"]) == ("sent", PEOPLE, NOW.isoformat(timespec="seconds"))
    assert [each["recipients"] for each in found["variate_settings"]["combinations"]] == [67, 67, 66]
    assert (found["variate_settings"]["winning_campaign_id"], found["recipients"]["recipient_count"]) == ("", PEOPLE)


def test_only_the_segment_is_sent_to(shop: Account) -> None:
    """And of it subscribed contacts alone."""
    romans = {"match": "all", "conditions": [{"condition_type": "TextMerge", "field": "CITY", "op": "is", "value": "Rome"}]}
    number = shop.sdk.lists.create_segment(LIST, {"name": "Romans", "options": romans})["id"]
    target = {"list_id": LIST, "segment_opts": {"saved_segment_id": number, "match": "all"}}
    assert sent(shop, plain(shop, recipients=target), LOYAL)["arms"] == [{"sent": PEOPLE // 2, "delivered": PEOPLE // 2}]


def test_a_share_takes_part_and_the_rest_is_sent_the_winner(shop: Account) -> None:
    """Half of them, a quarter each; the winner is one more hidden campaign with the winner's subject (reported)."""
    made = draft(shop)
    told = sent(shop, made, {**NEVER, **LOYAL}, {**SURE, **LOYAL})
    assert told == {"arms": [{"sent": 50, "delivered": 50}] * 2}
    settings, found = shop.sdk.campaigns.get(made)["variate_settings"], reports(shop, made)
    assert settings["winning_combination_id"] == settings["combinations"][1]["id"]
    assert [each["recipients"] for each in settings["combinations"]] == [50, 50]
    assert [(each["subject_line"], each["emails_sent"]) for each in found] == [("One", 50), ("Two", 50), ("Two", 100)]
    assert found[2]["id"] == settings["winning_campaign_id"]
    assert [each["id"] for each in found[:2]] == [each["id"] for each in settings["combinations"]]
    assert found[2]["clicks"]["unique_subscriber_clicks"] == 100
    assert shop.sdk.campaigns.list(count=100)["total_items"] == 1  # hidden ones are in no list (reported)


@pytest.mark.parametrize(
    ("criterion", "arms", "winner"),
    [
        ("clicks", ({"click": 0.1}, {"click": 0.9}), 1),
        ("clicks", (SURE, SURE), 0),
        ("opens", ({"open": 0.9, "click": 0.0}, {"open": 0.1, "click": 0.05}), 0),
        ("total_revenue", ({"click": 0.9, "order": 0.0}, {"click": 0.3, "order": 1.0}), 1),
    ],
)
def test_the_winner_is_who_does_best_by_the_campaigns_criterion(shop: Account, criterion: str, arms: Any, winner: int) -> None:
    """Clicks, opens or revenue; of equal ones the first (guess)."""
    made = draft(shop, {**TWO, "winner_criteria": criterion})
    sent(shop, made, *({**LOYAL, **arm} for arm in arms))
    settings = shop.sdk.campaigns.get(made)["variate_settings"]
    assert settings["winning_combination_id"] == settings["combinations"][winner]["id"]


def test_the_same_seed_sends_the_same(shop: Account) -> None:
    """What people do is that of a seed and their address, by `franca.sandbox.sending`."""
    made = draft(shop, ALL)
    sent(shop, made, {}, {}, seed=5)
    expected = send([f"c{number:03}@x.de" for number in range(PEOPLE)], [Rates(), Rates()], 5)
    for number, found in enumerate(reports(shop, made)):
        mine = [each for each in expected if each.arm == number]
        assert found["emails_sent"] == len(mine)
        assert found["opens"]["unique_opens"] == sum(each.opened for each in mine)
        assert found["clicks"]["unique_subscriber_clicks"] == sum(each.clicked for each in mine)


def test_statuses_change_as_they_would(shop: Account) -> None:
    """Who unsubscribes or complains is unsubscribed, who bounces for good is cleaned, who bounced once stays (unverified)."""
    made = plain(shop)
    sent(shop, made, {"unsubscribe": 0.1, "complaint": 0.1, "bounce": 0.2})
    found = shop.sdk.reports.get_campaign_report(made)
    fates = send([f"c{number:03}@x.de" for number in range(PEOPLE)], [Rates(unsubscribe=0.1, complaint=0.1, bounce=0.2)], 1)
    left = sum(each.unsubscribed or each.complained for each in fates)
    stats = shop.sdk.lists.get_list(LIST)["stats"]
    assert min(left, found["bounces"]["hard_bounces"], found["bounces"]["soft_bounces"]) > 0
    assert stats["unsubscribe_count"] == left + 1
    assert stats["cleaned_count"] == found["bounces"]["hard_bounces"] + 1
    assert stats["member_count"] == PEOPLE - left - found["bounces"]["hard_bounces"]
    assert (found["unsubscribed"], found["abuse_reports"]) == (
        sum(each.unsubscribed for each in fates),
        sum(each.complained for each in fates),
    )
    assert shop.sdk.campaigns.get(made)["recipients"]["recipient_count"] == PEOPLE


def test_what_cannot_be_sent_is_told(shop: Account) -> None:
    """Unknown, not ready, other arms, unknown or impossible rates, a winner that only a person can choose, and a second time."""
    made = draft(shop)
    empty = shop.sdk.campaigns.create(variate())["id"]
    by_hand = draft(shop, {**TWO, "winner_criteria": "manual"})
    for data, words in (
        ({"campaign": "nope", "arms": [{}]}, "there is no campaign 'nope'"),
        ({"campaign": empty, "arms": [{}, {}]}, "not ready: Content: It is missing."),
        ({"campaign": made, "arms": [{}]}, "2 arm.s., and rates of 1"),
        ({"campaign": made, "arms": [{}, {"clicks": 0.1}]}, "clicks"),
        ({"campaign": made, "arms": [{}, {"click": 2}]}, "from 0 to 1"),
        ({"campaign": by_hand, "arms": [{}, {}]}, "chosen by hand"),
    ):
        with pytest.raises(ValueError, match=words):
            shop.emulator.send(data)
    assert shop.sdk.campaigns.list(status="sent")["total_items"] == 0
    sent(shop, made, {}, {})
    with pytest.raises(ValueError, match="was sent already"):
        sent(shop, made, {}, {})


def test_a_manual_winner_needs_nobody_when_everybody_takes_part(shop: Account) -> None:
    """There is no rest to be sent it."""
    made = draft(shop, {**ALL, "winner_criteria": "manual"})
    assert len(sent(shop, made, {}, {})["arms"]) == 2


def test_what_was_sent_cannot_be_changed(shop: Account) -> None:
    """Neither settings nor content (guess: status and words); it can be deleted, with its report."""
    made = plain(shop)
    sent(shop, made, {})
    for call in (
        lambda: shop.sdk.campaigns.update(made, {"settings": SETTINGS}),
        lambda: shop.sdk.campaigns.set_content(made, {"html": HTML}),
    ):
        assert "already been sent" in refusal(call)["detail"]
    shop.sdk.campaigns.remove(made)
    assert refusal(lambda: shop.sdk.reports.get_campaign_report(made))["status"] == 404


def test_sent_campaigns_are_found_by_status_time_and_member(shop: Account) -> None:
    """Drafts were sent at no time, and to nobody."""
    made, other = plain(shop), plain(shop)
    sent(shop, made, {})
    late = (NOW + timedelta(minutes=1)).isoformat()
    member = shop.sdk.lists.get_list_members_info(LIST, count=1)["members"][0]["id"]
    nobody = next(each["id"] for each in shop.sdk.lists.get_list_members_info(LIST, status="pending")["members"])
    wanted = ({"status": "sent"}, {"since_send_time": NOW.isoformat()}, {"before_send_time": late}, {"member_id": member})
    for query in wanted:
        assert [each["id"] for each in shop.sdk.campaigns.list(**query)["campaigns"]] == [made]
    assert [each["id"] for each in shop.sdk.campaigns.list(status="save")["campaigns"]] == [other]
    for query in ({"since_send_time": late}, {"member_id": nobody}):
        assert shop.sdk.campaigns.list(**query)["total_items"] == 0


# -- reports


def test_there_is_no_report_before_sending(shop: Account) -> None:
    """Guess: it is not there."""
    made = draft(shop)
    for call in (shop.sdk.reports.get_campaign_report, shop.sdk.reports.get_sub_reports_for_campaign):
        for which in (made, "ffffffffff"):
            assert refusal(lambda call=call, which=which: call(which))["status"] == 404


def test_a_report_counts_people_events_and_fractions(shop: Account) -> None:
    """Of the people who clicked each one did so several times; rates are fractions of what was delivered."""
    made = plain(shop, tracking={"ecomm360": True})
    sent(shop, made, {"open": 0.5, "click": 0.25, "order": 0.5, "bounce": 0.1})
    found = shop.sdk.reports.get_campaign_report(made)
    clicks, opens, bounces, shop_ = found["clicks"], found["opens"], found["bounces"], found["ecommerce"]
    delivered = found["emails_sent"] - bounces["hard_bounces"] - bounces["soft_bounces"] - bounces["syntax_errors"]
    assert found["emails_sent"] == PEOPLE
    assert clicks["clicks_total"] > clicks["unique_clicks"] > clicks["unique_subscriber_clicks"] > 0
    assert clicks["click_rate"] == round(clicks["unique_subscriber_clicks"] / delivered, 4)
    assert opens["open_rate"] == round(opens["unique_opens"] / delivered, 4)
    assert opens["opens_total"] > opens["unique_opens"]
    assert (shop_["total_orders"] > 0, shop_["total_spent"] > shop_["total_revenue"] > 0) == (True, True)
    summary = shop.sdk.campaigns.get(made)["report_summary"]
    assert (summary["subscriber_clicks"], summary["unique_opens"]) == (clicks["unique_subscriber_clicks"], opens["unique_opens"])
    assert summary["ecommerce"]["total_revenue"] == shop_["total_revenue"]
    assert (found["type"], found["subject_line"], found["campaign_title"], found["list_id"]) == ("regular", "Hi", "Spring", LIST)


@pytest.mark.parametrize(
    ("tracking", "part", "key"),
    [({"opens": False}, "opens", "unique_opens"), ({"html_clicks": False, "text_clicks": False}, "clicks", "unique_subscriber_clicks")],
)
def test_what_is_not_tracked_is_not_counted(shop: Account, tracking: dict[str, bool], part: str, key: str) -> None:
    """Opens and clicks of a plain campaign can be left alone, and orders are unless asked for (guess)."""
    made = plain(shop, tracking=tracking)
    sent(shop, made, {**SURE, **LOYAL})
    found = shop.sdk.reports.get_campaign_report(made)
    assert (found[part][key], found["ecommerce"]["total_orders"], found["emails_sent"]) == (0, 0, PEOPLE)


def test_the_report_of_a_test_is_the_sum_of_its_sub_reports(shop: Account) -> None:
    """Reported: it counts the winner's recipients too. Each hidden campaign has a report of its own."""
    made = draft(shop)
    sent(shop, made, {}, {"click": 0.3})
    whole, parts = shop.sdk.reports.get_campaign_report(made), reports(shop, made)
    assert {each["type"] for each in parts} == {"variate-child"}
    for read in (
        lambda each: each["emails_sent"],
        lambda each: each["clicks"]["unique_subscriber_clicks"],
        lambda each: each["opens"]["unique_opens"],
    ):
        assert read(whole) == sum(read(each) for each in parts) > 0
    assert [shop.sdk.reports.get_campaign_report(each["id"]) for each in parts] == parts


def test_a_plain_campaign_has_no_sub_reports(shop: Account) -> None:
    """It is not sent as anything else."""
    made = plain(shop)
    sent(shop, made, {})
    assert shop.sdk.reports.get_sub_reports_for_campaign(made) == {"reports": [], "campaign_id": made, "total_items": 0}


def test_reports_are_cut_to_the_fields_asked_for(shop: Account) -> None:
    """Dotted paths, as everywhere."""
    made = draft(shop, ALL)
    sent(shop, made, LOYAL, LOYAL)
    found = shop.sdk.reports.get_sub_reports_for_campaign(made, fields=["total_items", "reports.id", "reports.emails_sent"])
    assert [set(each) for each in found["reports"]] == [{"id", "emails_sent"}] * 2


@pytest.mark.parametrize("apart", [True, False])
def test_how_ids_and_the_winner_are_reported_can_be_flipped(shop: Account, apart: bool) -> None:
    """Both are known from others' programs only: the ids of reports, and that the winner is sent as a campaign of its own."""
    shop.emulator.assumptions.update({"mailchimp.combination-is-child": apart, "mailchimp.winner-sent-apart": apart})
    made = draft(shop)
    sent(shop, made, {**NEVER, **LOYAL}, {**SURE, **LOYAL})
    settings, found = shop.sdk.campaigns.get(made)["variate_settings"], reports(shop, made)
    same = [each["id"] for each in found[:2]] == [each["id"] for each in settings["combinations"]]
    assert (same, [each["emails_sent"] for each in found]) == (apart, [50, 50, 100] if apart else [50, 150])
    assert (settings["winning_campaign_id"] in {each["id"] for each in found[:2]}) is not apart
    assert [each["recipients"] for each in settings["combinations"]] == [50, 50]
