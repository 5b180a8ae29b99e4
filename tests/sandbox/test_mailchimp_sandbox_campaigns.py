"""The Mailchimp sandbox: templates and campaign drafts through the official SDK, and the quirks of the sheet. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from mailchimp_kit import LIST, NOW, Account, refusal, sandbox

from franca.sandbox import Call
from franca_mailchimp.sandbox import API_KEY

foreign = pytest.mark.foreign_traffic("another program's templates and drafts say more than Franca's")

HTML = '<body><h1 mc:edit="title">Hi *|FNAME|*</h1><p>Bye</p><a href="*|UNSUB|*">x</a> *|LIST:ADDRESSLINE|*</body>'
SETTINGS = {
    "title": "Spring",
    "subject_line": "Hi *|FNAME|*",
    "preview_text": "Look",
    "from_name": "Shop",
    "reply_to": "shop@x.de",
    "auto_footer": False,
    "inline_css": False,
}
CITIES = {"ann": "Rome", "bob": "Rome", "eve": "Oslo", "out": "Rome"}
ROMANS = {"condition_type": "TextMerge", "field": "CITY", "op": "is", "value": "Rome"}
ANNS = {"condition_type": "EmailAddress", "field": "EMAIL", "op": "starts", "value": "ann"}


@pytest.fixture
def shop() -> Iterator[Account]:
    with sandbox() as account:
        consents = {name: "unsubscribed" if name == "out" else "subscribed" for name in CITIES}
        contacts = [{"email": f"{n}@x.de", "fields": {"CITY": city}, "consent": {"status": consents[n]}} for n, city in CITIES.items()]
        account.emulator.seed({"contacts": contacts})
        yield account


def romans(shop: Account, *conditions: dict[str, str], match: str = "all") -> int:
    """Make a saved segment; return its id."""
    options = {"match": match, "conditions": list(conditions or (ROMANS,))}
    return int(shop.sdk.lists.create_segment(LIST, {"name": "Romans", "options": options})["id"])


def targeting(opts: Any) -> dict[str, Any]:
    """Return a draft's body with *opts* as its segment_opts."""
    return {"type": "regular", "recipients": {"list_id": LIST, "segment_opts": opts}, "settings": SETTINGS}


def draft(shop: Account, **changes: Any) -> dict[str, Any]:
    """Create a draft for everybody; return what is answered."""
    found: dict[str, Any] = shop.sdk.campaigns.create({"type": "regular", "recipients": {"list_id": LIST}, "settings": SETTINGS, **changes})
    return found


# -- templates


def test_a_template_is_created_read_changed_and_deleted(shop: Account) -> None:
    """Both name and html are required, on PATCH too; no answer shows the HTML; the edit has a date."""
    templates = shop.sdk.templates
    made = templates.create({"name": "Welcome", "html": HTML})
    assert (made["name"], made["type"], made["active"], made["date_created"]) == ("Welcome", "user", True, "2026-03-30T12:37:11+00:00")
    assert "html" not in made
    shop.clock.set(NOW + timedelta(minutes=1))
    changed = templates.update_template(made["id"], {"name": "Hello", "html": "<p>2</p>"})
    assert (changed["name"], changed["date_edited"] > changed["date_created"]) == ("Hello", True)
    for lacking in ({"name": "x"}, {"html": "x"}):
        assert refusal(lambda body=lacking: templates.update_template(made["id"], body))["errors"][0]["message"].endswith("not be blank.")
        assert refusal(lambda body=lacking: templates.create(body))["title"] == "Invalid Resource"
    assert templates.delete_template(made["id"]).status_code == 204
    assert templates.list()["total_items"] == 0
    for call in (templates.get_template, templates.delete_template, templates.get_default_content_for_template):
        assert refusal(lambda call=call: call(made["id"]))["status"] == 404
    assert refusal(lambda: templates.get_template("x"))["status"] == 404


def test_deleted_templates_may_stay_inactive(shop: Account) -> None:
    """Documented is that they are marked as inactive; whether they are still shown is an assumption."""
    shop.emulator.assumptions["mailchimp.deleted-templates-gone"] = False
    made = shop.sdk.templates.create({"name": "Welcome", "html": HTML})
    shop.sdk.templates.delete_template(made["id"])
    assert [one["active"] for one in shop.sdk.templates.list(type="user")["templates"]] == [False]
    assert shop.sdk.templates.get_template(made["id"])["active"] is False


@foreign
def test_templates_are_listed_by_pages_filters_and_order(shop: Account) -> None:
    """Ten to a page; type, folder and dates filter; name and dates sort."""
    for number in range(11):
        shop.clock.set(NOW + timedelta(minutes=number))
        shop.sdk.templates.create({"name": f"t{9 - number % 10}", "html": HTML, "folder_id": "f" if number == 10 else ""})
    names = [one["name"] for one in shop.sdk.templates.list()["templates"]]
    assert names == [f"t{9 - number}" for number in range(10)]
    found = shop.sdk.templates.list(
        count=1000, sort_field="name", sort_dir="DESC", fields=["templates.id", "templates.name", "total_items"]
    )
    assert [one["name"] for one in found["templates"]][:2] == ["t9", "t9"]
    assert shop.sdk.templates.list(type="gallery")["total_items"] == 0
    assert shop.sdk.templates.list(folder_id="f")["total_items"] == 1
    late = (NOW + timedelta(minutes=5)).isoformat()
    assert shop.sdk.templates.list(since_date_created=late, type="user")["total_items"] == 6
    raw = requests.get(f"{shop.running.url}/3.0/templates?sort_field=color", auth=("any", API_KEY), timeout=9)
    assert (raw.status_code, raw.json()["errors"][0]["field"]) == (400, "sort_field")


def test_default_content_is_what_stands_in_editable_elements(shop: Account) -> None:
    """`mc:edit` on containers; an element of the same name inside does not end it."""
    html = '<div mc:edit="a">x<div>y</div>z</div><img mc:edit="i" src="s"><td class="k" mc:edit=\'b\'></td>'
    made = shop.sdk.templates.create({"name": "Welcome", "html": html})
    assert shop.sdk.templates.get_default_content_for_template(made["id"])["sections"] == {"a": "x<div>y</div>z", "b": ""}


# -- drafts


def test_a_draft_for_a_saved_segment_is_read_back_with_its_conditions(shop: Account) -> None:
    """saved_segment_id with match: expanded conditions, a count of subscribed contacts, a description in HTML, the status of drafts."""
    number = romans(shop)
    made = shop.sdk.campaigns.create(targeting({"saved_segment_id": number, "match": "all"}))
    found = shop.sdk.campaigns.get(made["id"])
    assert found == made
    assert (found["status"], found["emails_sent"], found["send_time"], found["type"]) == ("save", 0, "", "regular")
    to = found["recipients"]
    assert to["segment_opts"] == {"saved_segment_id": number, "match": "all", "conditions": [ROMANS]}
    assert (to["list_id"], to["list_name"], to["recipient_count"]) == (LIST, "Customers", 2)
    assert "<strong>CITY</strong> is <strong>Rome</strong>" in to["segment_text"]
    assert found["settings"].items() >= SETTINGS.items()
    assert found["settings"]["authenticate"] is True


@foreign
def test_a_draft_may_have_conditions_of_its_own_or_a_tag(shop: Account) -> None:
    """match and conditions; a tag is a static segment."""
    own = shop.sdk.campaigns.create(targeting({"match": "any", "conditions": [ROMANS, ANNS]}))["recipients"]
    assert (own["segment_opts"], own["recipient_count"]) == ({"match": "any", "conditions": [ROMANS, ANNS]}, 2)
    tag = shop.tag("vip", "eve@x.de")
    to = shop.sdk.campaigns.create(targeting({"saved_segment_id": tag, "match": "any"}))["recipients"]
    assert (to["segment_opts"]["saved_segment_id"], to["recipient_count"]) == (tag, 1)
    static = {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": tag}
    assert shop.sdk.campaigns.create(targeting({"match": "all", "conditions": [static]}))["recipients"]["recipient_count"] == 1


@foreign
def test_a_saved_segment_without_match_goes_to_everybody(shop: Account) -> None:
    """Reported (drewm/mailchimp-api#203): it does not apply, without an error."""
    to = shop.sdk.campaigns.create(targeting({"saved_segment_id": romans(shop)}))["recipients"]
    assert (to["recipient_count"], to.get("segment_opts"), to["segment_text"]) == (3, None, "")


@pytest.mark.parametrize(
    "opts",
    [
        None,
        {},
        "Romans",
        {"match": "all"},
        {"conditions": [ROMANS]},
        {"match": "all", "conditions": ROMANS},
        {"match": "all", "conditions": []},
        {"match": "none", "conditions": [ROMANS]},
        {"match": "all", "conditions": [{**ROMANS, "condition_type": "Tags"}]},
        {"match": "all", "conditions": [{**ROMANS, "field": "NOPE"}]},
        {"saved_segment_id": 4711, "match": "all"},
        {"saved_segment_id": "1", "match": "all"},
        {"saved_segment_id": True, "match": "all"},
    ],
)
def test_malformed_segment_options_go_to_everybody(shop: Account, opts: Any) -> None:
    """Reported (mailchimp-client-lib-codegen#125): they are ignored, and the whole audience is targeted; only reading back tells."""
    romans(shop)
    route = next(each for each in shop.emulator.routes() if each.name == "campaigns.create")
    reply = route.handler(Call(method="POST", path="/3.0/campaigns", body=targeting(opts)))
    assert (reply.status, reply.body["recipients"]["recipient_count"]) == (200, 3)
    assert "segment_opts" not in reply.body["recipients"]


def test_the_match_beside_a_saved_segment_may_count(shop: Account) -> None:
    """Whether it replaces the segment's own is an assumption; the read-back shows which holds."""
    opts = {"saved_segment_id": romans(shop, ROMANS, {**ANNS, "op": "starts", "value": "eve"}, match="any"), "match": "all"}
    made = shop.sdk.campaigns.create(targeting(opts))
    assert (made["recipients"]["segment_opts"]["match"], made["recipients"]["recipient_count"]) == ("any", 3)
    shop.emulator.assumptions["mailchimp.saved-segment-own-match"] = False
    to = shop.sdk.campaigns.get(made["id"])["recipients"]
    assert (to["segment_opts"]["match"], to["recipient_count"]) == ("all", 0)


def test_a_draft_follows_its_segment_and_outlives_it(shop: Account) -> None:
    """Guesses: the count is of now; without its segment nobody is left, and the checklist says so."""
    number = romans(shop)
    made = shop.sdk.campaigns.create(targeting({"saved_segment_id": number, "match": "all"}))
    shop.sdk.lists.update_segment(LIST, number, {"name": "x", "options": {"match": "all", "conditions": [{**ROMANS, "value": "Oslo"}]}})
    assert shop.sdk.campaigns.get(made["id"])["recipients"]["recipient_count"] == 1
    shop.sdk.lists.delete_segment(LIST, number)
    to = shop.sdk.campaigns.get(made["id"])["recipients"]
    assert (to["recipient_count"], to["segment_opts"]["saved_segment_id"]) == (0, number)


@foreign
def test_a_draft_is_changed_and_deleted(shop: Account) -> None:
    """PATCH needs subject_line, from_name and reply_to; what settings do not name stays; new recipients replace the old ones whole."""
    made = shop.sdk.campaigns.create(targeting({"saved_segment_id": romans(shop), "match": "all"}))["id"]
    needed = {"subject_line": "New", "from_name": "Shop", "reply_to": "shop@x.de"}
    assert refusal(lambda: shop.sdk.campaigns.update(made, {}))["errors"][0]["field"] == "settings"
    for key in needed:
        body = {"settings": {name: value for name, value in needed.items() if name != key}}
        assert refusal(lambda body=body: shop.sdk.campaigns.update(made, body))["errors"][0]["field"] == f"settings.{key}"
    changed = shop.sdk.campaigns.update(made, {"settings": needed, "tracking": {"opens": False}})
    assert (changed["settings"]["subject_line"], changed["settings"]["title"]) == ("New", "Spring")
    assert (changed["tracking"]["opens"], changed["tracking"]["html_clicks"]) == (False, True)
    assert changed["recipients"]["recipient_count"] == 2
    widened = shop.sdk.campaigns.update(made, {"settings": needed, "recipients": {"list_id": LIST}})
    assert widened["recipients"]["recipient_count"] == 3
    assert shop.sdk.campaigns.remove(made).status_code == 204
    for call in (shop.sdk.campaigns.get, shop.sdk.campaigns.get_content, shop.sdk.campaigns.get_send_checklist, shop.sdk.campaigns.remove):
        assert refusal(lambda call=call: call(made))["status"] == 404


@foreign
def test_drafts_are_listed_newest_first_and_titles_repeat(shop: Account) -> None:
    """There is no idempotency key: the same call makes two; type, status, list and dates filter."""
    first, second = draft(shop), draft(shop, type="plaintext")
    assert first["id"] != second["id"]
    listed = shop.sdk.campaigns.list(list_id=LIST, fields=["campaigns.id", "campaigns.settings.title", "total_items"])
    assert [one["id"] for one in listed["campaigns"]] == [second["id"], first["id"]]
    assert [one["settings"] for one in listed["campaigns"]] == [{"title": "Spring"}] * 2
    oldest = shop.sdk.campaigns.list(sort_field="create_time", sort_dir="ASC", count=1)
    assert ([one["id"] for one in oldest["campaigns"]], oldest["total_items"]) == ([first["id"]], 2)
    assert shop.sdk.campaigns.list(type="plaintext")["total_items"] == 1
    for other in ({"status": "sent"}, {"list_id": "ffffffffff"}, {"since_send_time": NOW.isoformat()}, {"member_id": "f" * 32}):
        assert shop.sdk.campaigns.list(**other)["total_items"] == 0
    assert shop.sdk.campaigns.list(before_create_time=NOW.isoformat())["total_items"] == 0


@foreign
def test_a_type_is_all_that_a_draft_needs(shop: Account) -> None:
    """The audience may come later; unknown types, audiences and templates are refused, and so is what is not emulated."""
    bare = shop.sdk.campaigns.create({"type": "regular"})
    assert (bare["recipients"]["list_id"], bare["recipients"]["recipient_count"], bare["settings"]["title"]) == ("", 0, "")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "type"),
        ({"type": "letter"}, "type"),
        ({"type": "regular", "recipients": {"list_id": "ffffffffff"}}, "recipients.list_id"),
        ({"type": "regular", "recipients": {"segment_opts": {}}}, "recipients.list_id"),
        ({"type": "regular", "settings": {"title": 5}}, "settings.title"),
        ({"type": "regular", "settings": {"template_id": 99}}, "settings.template_id"),
        ({"type": "regular", "content_type": "poem"}, "content_type"),
    ]
    for body, field in wrong:
        assert field in [error["field"] for error in refusal(lambda body=body: shop.sdk.campaigns.create(body))["errors"]]
    for kind in ("rss", "absplit"):
        assert "not emulated" in refusal(lambda kind=kind: shop.sdk.campaigns.create({"type": kind}))["detail"]


def test_there_is_no_way_to_send() -> None:
    """No route of the sandbox is an action of a campaign."""
    with sandbox() as account:
        assert not [route.path for route in account.emulator.routes() if "/campaigns/" in route.path and "/actions/" in route.path]


# -- content


def test_content_is_read_back_as_it_was_put(shop: Account) -> None:
    """html and plain_text; PUT replaces."""
    made = draft_for_romans(shop)
    assert shop.sdk.campaigns.get_content(made) == {"html": "", "archive_html": "", "plain_text": ""}
    put = shop.sdk.campaigns.set_content(made, {"html": HTML, "plain_text": "Hi"})
    assert put == shop.sdk.campaigns.get_content(made) == {"html": HTML, "archive_html": HTML, "plain_text": "Hi"}
    assert shop.sdk.campaigns.get(made)["content_type"] == "html"


def draft_for_romans(shop: Account) -> str:
    """Create a draft as Franca does; return its id."""
    made: str = shop.sdk.campaigns.create(targeting({"saved_segment_id": romans(shop), "match": "all"}))["id"]
    return made


@foreign
def test_a_plain_text_is_made_when_there_is_none(shop: Account) -> None:
    """Documented; its form is a guess, merge tags stay. plain_text alone leaves the HTML."""
    made = draft(shop)["id"]
    html = "<head><style>p {}</style></head><h1>A &amp; *|FNAME|*</h1><!-- no --><p>b\n <b>c</b></p>"
    assert shop.sdk.campaigns.set_content(made, {"html": html})["plain_text"] == "A & *|FNAME|*\nb\nc"
    assert shop.sdk.campaigns.set_content(made, {"plain_text": "d"}) == {"html": html, "archive_html": html, "plain_text": "d"}


@foreign
def test_content_from_a_template_is_a_copy_with_other_sections(shop: Account) -> None:
    """Sections by name, unknown ones dropped; a later change of the template does not reach the draft (guesses)."""
    template = shop.sdk.templates.create({"name": "Welcome", "html": HTML})["id"]
    made = draft(shop, settings={**SETTINGS, "template_id": template})["id"]
    assert shop.sdk.campaigns.get_content(made)["html"] == HTML
    sections = {"title": "Ciao", "nowhere": "x"}
    put = shop.sdk.campaigns.set_content(made, {"template": {"id": template, "sections": sections}})
    assert put["html"] == HTML.replace("Hi *|FNAME|*", "Ciao")
    shop.sdk.templates.update_template(template, {"name": "Welcome", "html": "<p>2</p>"})
    assert shop.sdk.campaigns.get_content(made) == put


@foreign
def test_content_that_cannot_be_is_refused(shop: Account) -> None:
    """Nothing, an unknown template, HTML for a plain-text campaign, and sources that are not emulated."""
    made, plain = draft(shop)["id"], draft(shop, type="plaintext")["id"]
    assert "Must provide one of" in refusal(lambda: shop.sdk.campaigns.set_content(made, {}))["detail"]
    unknown = refusal(lambda: shop.sdk.campaigns.set_content(made, {"template": {"id": 99}}))
    assert unknown["errors"][0]["field"] == "template.id"
    assert refusal(lambda: shop.sdk.campaigns.set_content(plain, {"html": HTML}))["title"] == "Invalid Resource"
    assert "not emulated" in refusal(lambda: shop.sdk.campaigns.set_content(made, {"url": "https://x.example"}))["detail"]


def test_the_checklist_names_what_is_missing(shop: Account) -> None:
    """Content, unsubscribe link and address; an empty segment (reported: brandonseydel/MailChimp.Net#165)."""
    made = draft_for_romans(shop)
    assert errors(shop, made) == ["Content", "Unsubscribe link", "Postal address"]
    shop.sdk.campaigns.set_content(made, {"html": HTML, "plain_text": "Hi"})
    assert errors(shop, made) == []
    assert shop.sdk.campaigns.get_send_checklist(made)["is_ready"] is True
    nobody = romans(shop, {**ROMANS, "value": "Nowhere"})
    empty = shop.sdk.campaigns.create(targeting({"saved_segment_id": nobody, "match": "all"}))["id"]
    found = shop.sdk.campaigns.get_send_checklist(empty)
    assert (found["is_ready"], found["items"][0]["details"]) == (False, 'Your segment of list "Customers" is empty.')


def errors(shop: Account, campaign: str) -> list[str]:
    """Return the headings of what the checklist finds wrong."""
    return [item["heading"] for item in shop.sdk.campaigns.get_send_checklist(campaign)["items"] if item["type"] == "error"]
