"""What a campaign says, and what Mailchimp finds before it would be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox import recipients, variate
from franca_mailchimp.sandbox.campaigns import draft, from_path
from franca_mailchimp.sandbox.context import Context, Endpoint, body, require
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, refused
from franca_mailchimp.sandbox.records import Campaign
from franca_mailchimp.sandbox.templates import existing, filled

KINDS = {"html": str, "plain_text": str, "template": dict, "url": str, "archive": dict, "variate_contents": list}
NOT_EMULATED = ("url", "archive")
SOURCES = ("html", "plain_text", "template")
ADDRESSES = ("*|LIST:ADDRESS|*", "*|LIST:ADDRESSLINE|*", "*|HTML:LIST_ADDRESS_HTML|*")
_UNSEEN = re.compile(r"<(head|style|script)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"</(?:p|div|h[1-6]|tr|table|li)\s*>|<br\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def get_content(context: Context, call: Call) -> Reply:
    """GET /campaigns/{campaign_id}/content."""
    return Reply(body=_body(from_path(context, call)))


def set_content(context: Context, call: Call) -> Reply:
    """PUT /campaigns/{campaign_id}/content: replaces what it names; without plain_text that is made of the HTML (documented)."""
    campaign, given = draft(context, call), body(call)
    require(given, KINDS, ())
    _check(campaign, given)
    if campaign.body["variate_settings"]:
        _set_variations(context, campaign, given["variate_contents"])
        return Reply(body=_body(from_path(context, call)))
    html = _html(context, given)
    if html is None:  # guess: plain_text alone leaves the HTML as it is
        content = {**campaign.content, "plain_text": given["plain_text"]}
    else:
        content = {"html": html, **({"plain_text": given["plain_text"]} if given.get("plain_text") is not None else {})}
        kind = "template" if given.get("template") else "html"
        context.emails.change_campaign(campaign.id, {**campaign.body, "content_type": kind})
    context.emails.fill_campaign(campaign.id, content)
    return Reply(body=_body(from_path(context, call)))


def get_send_checklist(context: Context, call: Call) -> Reply:
    """GET /campaigns/{campaign_id}/send-checklist: ready when nothing is an error. Ids, headings and what is asked are guesses."""
    items = [
        {"id": 100 + number, "type": kind, "heading": heading, "details": details}
        for number, (kind, heading, details) in enumerate(checklist(context, from_path(context, call)))
    ]
    return Reply(body={"is_ready": all(item["type"] != "error" for item in items), "items": items})


def _set_variations(context: Context, campaign: Campaign, contents: Sequence[Mapping[str, Any]]) -> None:
    """Replace the contents of a test; one that does not test content has one (documented)."""
    variate.check_contents(context, campaign, contents)
    kept = [{"content_label": each["content_label"], "html": each["html"], "plain_text": _text(each)} for each in contents]
    context.emails.fill_campaign(campaign.id, {"variate_contents": kept})


def _text(content: Mapping[str, Any]) -> str:
    return str(content["plain_text"]) if content.get("plain_text") is not None else _plain(content["html"])


def _check(campaign: Campaign, given: Mapping[str, Any]) -> None:
    named = next((key for key in NOT_EMULATED if given.get(key) is not None), None)
    if named:
        raise refused(f'content from "{named}" is documented by Mailchimp, and not emulated by this sandbox')
    test = bool(campaign.body["variate_settings"])
    if test != (given.get("variate_contents") is not None):  # guess: a test has these, and nothing else has
        raise refused("Variate campaigns have variate_contents, and other campaigns have none.")
    if not test and all(given.get(key) is None for key in SOURCES):  # guess
        raise refused("Must provide one of: html, plain_text, url, archive, template, variate_contents")
    if campaign.body["type"] == "plaintext" and (given.get("html") is not None or given.get("template")):  # guess
        raise refused("Plain-text campaigns have no HTML content.")


def _html(context: Context, given: Mapping[str, Any]) -> str | None:
    """Return the HTML that a body brings; *html* wins over *template* (guess)."""
    template = given.get("template")
    if given.get("html") is not None or not template:
        return given.get("html")
    require(template, {"id": int, "sections": dict}, ("id",), "template.")
    try:
        html = existing(context, template["id"]).html
    except Problem:
        raise invalid(FieldError("template.id", "The template does not exist.")) from None  # guess: the words
    return filled(html, template.get("sections") or {})


def _body(campaign: Campaign) -> dict[str, Any]:
    if campaign.body["variate_settings"]:  # guess: html and plain_text stand in its contents alone
        return {"variate_contents": campaign.content.get("variate_contents") or []}
    html = campaign.content.get("html", "")
    return {"html": html, "archive_html": html, "plain_text": campaign.content.get("plain_text", _plain(html))}


def _plain(html: str) -> str:
    """Return a text for HTML; how Mailchimp makes it is not documented, merge tags are kept as they are (guess)."""
    text = unescape(_TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", html))))
    return "\n".join(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)


def checklist(context: Context, campaign: Campaign) -> Iterator[tuple[str, str, str]]:
    """Yield (type, heading, details) of what Mailchimp looks at before it sends."""
    target, settings = campaign.body["recipients"], campaign.body["settings"]
    name = recipients.shown(context, target)["list_name"]
    if target is None:
        yield "error", "List", "No list has been chosen."
    elif not recipients.counted(context, target):  # reported: brandonseydel/MailChimp.Net#165
        yield "error", "List", f'Your segment of list "{name}" is empty.'
    else:
        yield "success", "List", f'It goes to {recipients.counted(context, target)} contacts of list "{name}".'
    test = campaign.body["variate_settings"]
    yield _asked("Subject", all(test["subject_lines"]) if test and test["subject_lines"] else settings["subject_line"])
    yield _asked("Replies", settings["from_name"] and settings["reply_to"])
    said = _body(campaign)
    whole = "".join(each["html"] + each["plain_text"] for each in said.get("variate_contents", [said]))
    yield _asked("Content", whole)
    # reported: without them a campaign fails, or gets Mailchimp's own footer; here they are errors unless that is asked for
    yield _asked("Unsubscribe link", settings["auto_footer"] or "*|UNSUB|*" in whole)
    yield _asked("Postal address", settings["auto_footer"] or any(tag in whole for tag in ADDRESSES))


def _asked(heading: str, found: object) -> tuple[str, str, str]:
    return ("success", heading, "It is there.") if found else ("error", heading, "It is missing.")


_PATH = "/campaigns/{campaign_id}"
ENDPOINTS = (
    Endpoint("GET", _PATH + "/content", get_content, "campaigns.get_content"),
    Endpoint("PUT", _PATH + "/content", set_content, "campaigns.set_content"),
    Endpoint("GET", _PATH + "/send-checklist", get_send_checklist, "campaigns.get_send_checklist"),
)
