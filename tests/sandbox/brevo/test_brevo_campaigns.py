"""The Brevo sandbox: senders, templates, their preview, and campaign drafts, through the official SDK."""

from __future__ import annotations

from typing import Any

import pytest
import sib_api_v3_sdk
from brevo_account import ANNA, NOW, Account, people

HTML = "<p>Hello {{ contact.FIRSTNAME }}, {{ params.Firstname }}</p>"
TEMPLATE = {
    "templateName": "Welcome",
    "subject": "For {{ contact.FIRSTNAME }}",
    "sender": {"email": "shop@example.com"},
    "htmlContent": HTML,
}
DRAFT = {"name": "March", "subject": "News", "sender": {"email": "shop@example.com", "name": "Shop"}, "htmlContent": HTML}
AT = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")


def template(account: Account, **changes: Any) -> int:
    """Create a template; return its id."""
    made: int = account.call("POST", "/smtp/templates", {**TEMPLATE, **changes})["id"]
    return made


def draft(account: Account, **changes: Any) -> int:
    """Create a draft to a new list; return its id."""
    audience = {"listIds": [account.new_list()]}
    made: int = account.call("POST", "/emailCampaigns", {**DRAFT, "recipients": audience, **changes})["id"]
    return made


def plant(account: Account, *names: str) -> list[int]:
    """Make segments by hand, as only a person can; return their ids."""
    account.sandbox.seed({"segments": [{"segmentName": name} for name in names]})
    found = account.call("GET", "/contacts/segments", sort="asc")["segments"]
    return [segment["id"] for segment in found if segment["segmentName"] in names]


def without(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a body without one key."""
    return {name: value for name, value in body.items() if name != key}


# -- senders


def test_the_account_has_one_sender(account: Account) -> None:
    """`GET /senders` shows the owner."""
    assert [(each["id"], each["email"]) for each in account.call("GET", "/senders")["senders"]] == [(1, "owner@example.com")]


# -- templates


def test_a_template_is_created_inactive_and_read_back(foreign: Account) -> None:
    """`isActive` is false unless given; the name is read under another key than it is written."""
    api = sib_api_v3_sdk.TransactionalEmailsApi(foreign.client)
    made = api.create_smtp_template(TEMPLATE).id
    found = foreign.call("GET", f"/smtp/templates/{made}")
    assert (found["name"], found["isActive"], found["htmlContent"]) == ("Welcome", False, HTML)
    assert found["sender"] == {"email": "shop@example.com"}
    assert (found["tag"], found["toField"], found["replyTo"], found["testSent"]) == ("", "", "", False)
    assert api.get_smtp_template(made).name == "Welcome"


def test_templates_are_listed_by_pages_newest_first_and_by_status(foreign: Account) -> None:
    """`limit`, `offset`, `sort` and `templateStatus`; a page holds at most 1000."""
    first, second = template(foreign), template(foreign, isActive=True)
    rows = foreign.call("GET", "/smtp/templates")
    assert (rows["count"], [row["id"] for row in rows["templates"]]) == (2, [second, first])
    assert [row["id"] for row in foreign.call("GET", "/smtp/templates", limit=1, offset=1)["templates"]] == [first]
    assert [row["id"] for row in foreign.call("GET", "/smtp/templates", templateStatus="true")["templates"]] == [second]
    assert foreign.call("GET", "/smtp/templates", templateStatus="false")["count"] == 1
    assert foreign.refusal("GET", "/smtp/templates", limit=1001)[:2] == (400, "out_of_range")


def test_a_template_is_updated_in_place(foreign: Account) -> None:
    """What the body names is changed, the rest stays; the time of change moves."""
    made = template(foreign, isActive=True)
    foreign.clock.set(NOW.replace(hour=13))
    assert foreign.call("PUT", f"/smtp/templates/{made}", {"subject": "Other", "templateName": "Renamed"}) == ""
    found = foreign.call("GET", f"/smtp/templates/{made}")
    assert (found["subject"], found["name"], found["htmlContent"], found["isActive"]) == ("Other", "Renamed", HTML, True)
    assert found["createdAt"] == AT < found["modifiedAt"]


def test_only_an_inactive_template_is_deleted(foreign: Account) -> None:
    """An active one is refused; deactivated it goes, and is then unknown."""
    made = template(foreign, isActive=True)
    assert foreign.refusal("DELETE", f"/smtp/templates/{made}")[:2] == (400, "invalid_parameter")
    foreign.call("PUT", f"/smtp/templates/{made}", {"isActive": False})
    foreign.call("DELETE", f"/smtp/templates/{made}")
    for method, body in (("GET", None), ("PUT", {"isActive": True}), ("DELETE", None)):
        assert foreign.refusal(method, f"/smtp/templates/{made}", body) == (404, "document_not_found", "Template ID not found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (without(TEMPLATE, "templateName"), "missing_parameter"),
        (without(TEMPLATE, "subject"), "missing_parameter"),
        (without(TEMPLATE, "sender"), "missing_parameter"),
        (without(TEMPLATE, "htmlContent"), "missing_parameter"),
        ({**TEMPLATE, "htmlContent": "ten chars."}, "invalid_parameter"),
        ({**TEMPLATE, "htmlContent": "x" * 1_000_000}, "invalid_parameter"),
        ({**TEMPLATE, "sender": {"email": "shop@example.com", "id": 1}}, "invalid_parameter"),
        ({**TEMPLATE, "sender": {"name": "Shop"}}, "invalid_parameter"),
        ({**TEMPLATE, "sender": {"id": 2}}, "invalid_parameter"),
        ({**TEMPLATE, "replyTo": "nobody"}, "invalid_parameter"),
        ({**TEMPLATE, "tag": None}, "invalid_parameter"),
        ({**TEMPLATE, "isActive": "yes"}, "invalid_parameter"),
    ],
)
def test_a_wrong_template_is_refused(foreign: Account, body: dict[str, Any], code: str) -> None:
    """What is required, how long the HTML is, a sender by email or by id and never by both, no null."""
    assert foreign.refusal("POST", "/smtp/templates", body)[:2] == (400, code)
    assert foreign.call("GET", "/smtp/templates")["count"] == 0


def test_whether_an_unlisted_sender_is_taken_is_an_assumption(foreign: Account) -> None:
    """Flipped, only the senders of the account are taken."""
    foreign.sandbox.assumptions["brevo.any-sender"] = False
    assert foreign.refusal("POST", "/smtp/templates", TEMPLATE) == (400, "invalid_parameter", "Sender is invalid / inactive")
    made = template(foreign, sender={"id": 1})
    assert foreign.call("GET", f"/smtp/templates/{made}")["sender"] == {"id": "1", "email": "owner@example.com", "name": "Sandbox"}


# -- preview


def test_a_preview_shows_the_template_for_a_contact(foreign: Account) -> None:
    """HTML and subject are rendered with the contact's attributes and with params, escaped."""
    foreign.sandbox.seed(people(ANNA, FIRSTNAME="Ann & Co"))
    body = {"templateId": template(foreign), "email": ANNA, "params": {"Firstname": "<b>"}}
    shown = foreign.call("POST", "/smtp/template/preview", body)
    assert shown["html"] == "<p>Hello Ann &amp; Co, &lt;b&gt;</p>"
    assert (shown["subject"], shown["previewText"]) == ("For Ann &amp; Co", "")
    assert (shown["fromEmail"], shown["fromName"], shown["usedFeedNames"]) == ("shop@example.com", "", [])
    foreign.sandbox.assumptions["brevo.subject-autoescaped"] = False
    assert foreign.call("POST", "/smtp/template/preview", body)["subject"] == "For Ann & Co"


def test_a_preview_without_a_contact_has_only_params(foreign: Account) -> None:
    """Attributes are missing then, and print nothing."""
    body = {"templateId": template(foreign), "params": {"Firstname": "a cup"}}
    assert foreign.call("POST", "/smtp/template/preview", body)["html"] == "<p>Hello , a cup</p>"


def test_a_preview_tells_which_feeds_a_template_uses(foreign: Account) -> None:
    """Feeds are empty in the sandbox; their names are told."""
    html = "<p>{% for x in feed.news %}{{ x.title }}{% endfor %}none</p>"
    shown = foreign.call("POST", "/smtp/template/preview", {"templateId": template(foreign, htmlContent=html), "params": {}})
    assert (shown["html"], shown["usedFeedNames"]) == ("<p>none</p>", ["news"])


def test_a_preview_that_cannot_be_made_is_refused(foreign: Account) -> None:
    """Neither contact nor params, an unknown template or contact, a template that is none."""
    made = template(foreign)
    path = "/smtp/template/preview"
    assert foreign.refusal("POST", path, {"templateId": made})[:2] == (400, "missing_parameter")
    assert foreign.refusal("POST", path, {"params": {}})[:2] == (400, "missing_parameter")
    assert foreign.refusal("POST", path, {"templateId": 99, "params": {}})[:2] == (404, "document_not_found")
    assert foreign.refusal("POST", path, {"templateId": made, "email": ANNA})[:2] == (404, "document_not_found")
    broken = template(foreign, htmlContent="<p>{{ contact.FIRSTNAME | nothing }}</p>")
    message = "[Error (where: parser) in <string> | Line 1 Col 27] Filter 'nothing' does not exist."
    assert foreign.refusal("POST", path, {"templateId": broken, "params": {}}) == (400, "invalid_parameter", message)


# -- drafts


def test_a_draft_is_created_and_its_audience_read_back_under_other_names(account: Account) -> None:
    """`listIds` becomes `lists`, and so on; without a schedule a campaign stays a draft."""
    lists, segments = [account.new_list("A"), account.new_list("B")], plant(account, "C", "D")
    audience = {
        "listIds": lists[:1],
        "exclusionListIds": lists[1:],
        "segmentIds": segments[:1],
        "exclusionSegmentIds": segments[1:],
    }
    body = {**DRAFT, "recipients": audience, "previewText": "Look", "replyTo": "help@example.com"}
    made = account.call("POST", "/emailCampaigns", body)["id"]
    found = account.call("GET", f"/emailCampaigns/{made}")
    assert found["recipients"] == {
        "lists": lists[:1],
        "exclusionLists": lists[1:],
        "segments": segments[:1],
        "exclusionSegments": segments[1:],
    }
    assert (found["status"], found["type"], found["name"], found["subject"]) == ("draft", "classic", "March", "News")
    assert (found["previewText"], found["replyTo"], found["htmlContent"]) == ("Look", "help@example.com", HTML)
    assert found["sender"] == {"email": "shop@example.com", "name": "Shop"}
    assert "statistics" not in found


def test_the_sdk_makes_a_draft_by_its_typed_call(account: Account) -> None:
    """The typed call takes a plain dict and returns the id."""
    body = {**DRAFT, "recipients": {"listIds": [account.new_list()]}}
    made = sib_api_v3_sdk.EmailCampaignsApi(account.client).create_email_campaign(body).id
    assert account.call("GET", f"/emailCampaigns/{made}")["status"] == "draft"


def test_drafts_are_listed_by_pages_newest_first_and_by_status(account: Account) -> None:
    """`limit`, `offset`, `status`, `type`, `excludeHtmlContent`; a page holds at most 100; names are not unique."""
    first, second = draft(account), draft(account)
    rows = account.call("GET", "/emailCampaigns")
    assert (rows["count"], [row["id"] for row in rows["campaigns"]]) == (2, [second, first])
    assert [row["id"] for row in account.call("GET", "/emailCampaigns", limit=1, offset=1)["campaigns"]] == [first]
    assert account.call("GET", "/emailCampaigns", status="draft", type="classic")["count"] == 2
    assert account.call("GET", "/emailCampaigns", status="sent") == {"count": 0, "campaigns": []}
    assert account.call("GET", "/emailCampaigns", type="trigger")["count"] == 0
    assert account.call("GET", "/emailCampaigns", excludeHtmlContent="true")["campaigns"][0]["htmlContent"] == ""
    assert account.refusal("GET", "/emailCampaigns", limit=101)[:2] == (400, "out_of_range")
    assert account.refusal("GET", "/emailCampaigns", status="in_process")[:2] == (400, "invalid_parameter")


def test_a_draft_is_updated_and_deleted(foreign: Account) -> None:
    """What the body names is changed; an audience is replaced whole; a deleted draft is unknown."""
    made, other = draft(foreign), foreign.new_list("Other")
    foreign.call("PUT", f"/emailCampaigns/{made}", {"subject": "Later", "recipients": {"listIds": [other]}})
    found = foreign.call("GET", f"/emailCampaigns/{made}")
    assert (found["subject"], found["name"], found["recipients"]["lists"]) == ("Later", "March", [other])
    foreign.call("DELETE", f"/emailCampaigns/{made}")
    for method, body in (("GET", None), ("PUT", {"subject": "x"}), ("DELETE", None)):
        assert foreign.refusal(method, f"/emailCampaigns/{made}", body) == (404, "document_not_found", "Campaign ID not found")


def test_a_draft_copies_the_html_of_an_active_template(foreign: Account) -> None:
    """An inactive or unknown template is refused; later changes of the template do not reach the draft."""
    made = template(foreign)
    body = {**without(DRAFT, "htmlContent"), "templateId": made}
    assert foreign.refusal("POST", "/emailCampaigns", body)[:2] == (400, "invalid_parameter")
    foreign.call("PUT", f"/smtp/templates/{made}", {"isActive": True})
    copy = foreign.call("POST", "/emailCampaigns", body)["id"]
    foreign.call("PUT", f"/smtp/templates/{made}", {"htmlContent": "<p>Another content</p>"})
    assert foreign.call("GET", f"/emailCampaigns/{copy}")["htmlContent"] == HTML


def test_an_unset_reply_to_is_empty_by_an_assumption(foreign: Account) -> None:
    """Flipped, it is read back as a word that stands for the default."""
    made = draft(foreign)
    assert foreign.call("GET", f"/emailCampaigns/{made}")["replyTo"] == ""
    foreign.sandbox.assumptions["brevo.unset-reply-to-empty"] = False
    assert foreign.call("GET", f"/emailCampaigns/{made}")["replyTo"] == "[DEFAULT_REPLY_TO]"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": ""}, 400, "missing_parameter"),
        ({"subject": None}, 400, "missing_parameter"),
        ({"sender": None}, 400, "missing_parameter"),
        ({"sender": {"email": "shop@example.com", "id": 1}}, 400, "invalid_parameter"),
        ({"htmlContent": "short"}, 400, "invalid_parameter"),
        ({"htmlContent": "ü" * 500_000}, 400, "invalid_parameter"),
        ({"templateId": 1}, 400, "invalid_parameter"),
        ({"recipients": {}}, 400, "missing_parameter"),
        ({"recipients": {"exclusionListIds": [1]}}, 400, "missing_parameter"),
        ({"recipients": {"listIds": [99]}}, 400, "invalid_parameter"),
        ({"recipients": {"segmentIds": [99]}}, 400, "invalid_parameter"),
        ({"recipients": {"listIds": ["1"]}}, 400, "invalid_parameter"),
        ({"previewText": None}, 400, "invalid_parameter"),
        ({"utmCampaign": "a-b"}, 400, "invalid_parameter"),
        ({"scheduledAt": "2026-04-01T12:00:00+02:00"}, 400, "invalid_parameter"),
        ({"tag": "franca"}, 405, "method_not_allowed"),
        ({"abTesting": True, "subjectA": "A", "subjectB": "B"}, 405, "method_not_allowed"),
        ({"sendAtBestTime": True}, 405, "method_not_allowed"),
    ],
)
def test_a_wrong_draft_is_refused(foreign: Account, change: dict[str, Any], status: int, code: str) -> None:
    """What is required, one content, an audience that exists, and what a standard account has not (405)."""
    foreign.sandbox.premium = False
    assert foreign.refusal("POST", "/emailCampaigns", {**DRAFT, **change})[:2] == (status, code)
    assert foreign.call("GET", "/emailCampaigns")["count"] == 0


def test_a_refused_update_changes_nothing(foreign: Account) -> None:
    """A body with one wrong value is refused whole."""
    foreign.sandbox.premium = False
    made = draft(foreign)
    assert foreign.refusal("PUT", f"/emailCampaigns/{made}", {"subject": "x", "replyTo": "nobody"})[:2] == (400, "invalid_parameter")
    assert foreign.refusal("PUT", f"/emailCampaigns/{made}", {"subject": "x", "tag": "t"})[0] == 405
    assert foreign.call("GET", f"/emailCampaigns/{made}")["subject"] == "News"


# -- limits


def test_campaigns_have_a_hundred_calls_an_hour_and_templates_three_hundred(hasty: Account) -> None:
    """The buckets are apart, and campaigns share theirs with processes."""
    for _ in range(99):
        hasty.call("GET", "/emailCampaigns")
    hasty.call("GET", "/processes")
    assert hasty.refusal("GET", "/emailCampaigns")[0] == 429
    assert hasty.answer("GET", "/smtp/templates")[2]["x-sib-ratelimit-limit"] == "300"
    assert hasty.answer("GET", "/smtp/templates")[2]["x-sib-ratelimit-remaining"] == "298"
    hasty.clock.advance(3600)
    assert hasty.call("GET", "/emailCampaigns")["count"] == 0
