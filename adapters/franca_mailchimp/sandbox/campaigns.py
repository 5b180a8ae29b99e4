"""Campaigns. Sending, scheduling, test mails and replicating are at Mailchimp, and not here: those paths are unknown.

What a person would send there is sent by the sandbox's own switch (`franca_mailchimp.sandbox.sending`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox import recipients, reports, variate
from franca_mailchimp.sandbox.context import Context, Endpoint, body, require
from franca_mailchimp.sandbox.paging import bound, page
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing, refused
from franca_mailchimp.sandbox.records import Campaign
from franca_mailchimp.sandbox.shapes import instant
from franca_mailchimp.sandbox.templates import existing

TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
EMULATED = ("regular", "plaintext", variate.TYPE)
DRAFT, SENT = "save", "sent"
FIRST_WEB_ID = 10_000
SETTINGS: Mapping[str, type] = {
    **dict.fromkeys(("subject_line", "preview_text", "title", "from_name", "reply_to", "to_name", "folder_id"), str),
    **dict.fromkeys(("use_conversation", "authenticate", "auto_footer", "inline_css", "auto_tweet", "fb_comments"), bool),
    "template_id": int,
}
# documented: authenticate, fb_comments; the others are guesses
_UNSET: Mapping[str, Any] = {
    **{key: "" if kind is str else False for key, kind in SETTINGS.items()},
    "authenticate": True,
    "fb_comments": True,
    "template_id": 0,
}
_READ_ONLY = {"timewarp": False, "drag_and_drop": False}
TRACKING: Mapping[str, type] = {
    **dict.fromkeys(("opens", "html_clicks", "text_clicks", "goal_tracking", "ecomm360"), bool),
    **dict.fromkeys(("google_analytics", "clicktale"), str),
}
_TRACKED = ("opens", "html_clicks", "text_clicks")  # documented: by default, and always for tests
_UNTRACKED = {**{key: "" if kind is str else False for key, kind in TRACKING.items()}, **dict.fromkeys(_TRACKED, True)}
_PARTS = {"recipients": dict, "settings": dict, "tracking": dict, "variate_settings": dict}
_NEEDED = ("subject_line", "from_name", "reply_to")
_BOUNDS: Mapping[str, Callable[[Campaign, datetime], bool]] = {
    "since_create_time": lambda campaign, at: campaign.created >= at,
    "before_create_time": lambda campaign, at: campaign.created < at,
    "since_send_time": lambda campaign, at: campaign.sent is not None and campaign.sent.at >= at,
    "before_send_time": lambda campaign, at: campaign.sent is not None and campaign.sent.at < at,
}


def list_campaigns(context: Context, call: Call) -> Reply:
    """GET /campaigns: the newest first (guess); `sort_dir` ASC turns it around."""
    found = [campaign for campaign in context.emails.campaigns() if _wanted(context, campaign, call)]
    if call.arg("sort_dir") != "ASC":
        found.reverse()
    return Reply(body={"campaigns": [_body(context, campaign) for campaign in page(call, found)], "total_items": len(found)})


def create_campaign(context: Context, call: Call) -> Reply:
    """POST /campaigns: nothing but the type is required; titles need not be unique, so a repeated call makes a second one (documented)."""
    given = body(call)
    require(given, {"type": str, "content_type": str, **_PARTS}, ("type",))
    _check_type(given)
    test = given["type"] == variate.TYPE
    made = {
        "type": given["type"],
        "variate_settings": variate.chosen(context, given) if test else None,  # guess: those of other types are ignored
        "content_type": given.get("content_type") or "template",
        "settings": _settings(context, given, _UNSET),
        "tracking": _tracking(given, _UNTRACKED, test=test),
        "recipients": recipients.chosen(context, given["recipients"]) if given.get("recipients") else None,
    }
    identity = context.emails.add_campaign(made, context.clock.now())
    _from_template(context, identity, given)
    return Reply(body=_body(context, _found(context, identity)))


def get_campaign(context: Context, call: Call) -> Reply:
    """GET /campaigns/{campaign_id}."""
    return Reply(body=_body(context, from_path(context, call)))


def update_campaign(context: Context, call: Call) -> Reply:
    """PATCH /campaigns/{campaign_id}: settings with subject_line, from_name and reply_to are required, and there is no `type` (documented).

    What settings do not name stays; `recipients` are replaced as a whole, so that without `segment_opts` everybody is meant (guesses).
    """
    campaign, given = draft(context, call), body(call)
    require(given, _PARTS, ("settings",))
    require(given["settings"], SETTINGS, _NEEDED, "settings.")
    test, contents = campaign.body["variate_settings"], len(campaign.content.get("variate_contents") or [1])
    changed = {
        **campaign.body,
        "settings": _settings(context, given, campaign.body["settings"]),
        "tracking": _tracking(given, campaign.body["tracking"], test=test is not None),
        "variate_settings": variate.chosen(context, given, test, contents) if test else None,
    }
    if given.get("recipients"):
        changed["recipients"] = recipients.chosen(context, given["recipients"])
    context.emails.change_campaign(campaign.id, changed)
    _from_template(context, campaign.id, given)
    return Reply(body=_body(context, _found(context, campaign.id)))


def delete_campaign(context: Context, call: Call) -> Reply:
    """DELETE /campaigns/{campaign_id}."""
    context.emails.drop_campaign(from_path(context, call).id)
    return Reply(status=204)


def from_path(context: Context, call: Call) -> Campaign:
    """Return the campaign of the path, or raise the 404."""
    return _found(context, call.params["campaign_id"])


def draft(context: Context, call: Call) -> Campaign:
    """Return the campaign of the path if it can still be changed, or raise: one that was sent cannot (guess: status and words)."""
    found = from_path(context, call)
    if found.sent:
        raise refused("This campaign has already been sent, and cannot be changed.")
    return found


def _found(context: Context, identity: str) -> Campaign:
    found = context.emails.campaign(identity)
    if found is None:
        raise missing()
    return found


def _check_type(given: Mapping[str, Any]) -> None:
    if given["type"] not in TYPES:
        raise invalid(FieldError("type", "Value must be one of: " + ", ".join(TYPES)))
    if given["type"] not in EMULATED:
        raise refused(f"campaigns of type {given['type']} are documented by Mailchimp, and not emulated by this sandbox")
    if given.get("content_type") not in (None, "template", "multichannel"):
        raise invalid(FieldError("content_type", "Value must be one of: template, multichannel"))


def _settings(context: Context, given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    settings = given.get("settings") or {}
    require(settings, SETTINGS, (), "settings.")
    if settings.get("template_id"):
        try:
            existing(context, settings["template_id"])
        except Problem:
            raise invalid(FieldError("settings.template_id", "The template does not exist.")) from None  # guess: the words
    return {key: settings[key] if settings.get(key) is not None else before[key] for key in SETTINGS}


def _tracking(given: Mapping[str, Any], before: Mapping[str, Any], *, test: bool) -> dict[str, Any]:
    tracking = given.get("tracking") or {}
    require(tracking, TRACKING, (), "tracking.")
    if test and (off := [key for key in _TRACKED if tracking.get(key) is False]):
        raise invalid(*(FieldError(f"tracking.{key}", "This cannot be set to false for variate campaigns.") for key in off))
    return {key: tracking[key] if tracking.get(key) is not None else before[key] for key in TRACKING}


def _from_template(context: Context, identity: str, given: Mapping[str, Any]) -> None:
    """Copy the template that settings name; a later change of it does not reach the campaign (guess)."""
    number = (given.get("settings") or {}).get("template_id")
    if number:
        context.emails.fill_campaign(identity, {"html": existing(context, number).html})


def _wanted(context: Context, campaign: Campaign, call: Call) -> bool:
    listed = (campaign.body["recipients"] or {}).get("list_id", "")
    same = {
        "type": campaign.body["type"],
        "status": SENT if campaign.sent else DRAFT,
        "list_id": listed,
        "folder_id": campaign.body["settings"]["folder_id"],
    }
    member = call.arg("member_id")
    if member is not None and not context.emails.reached(campaign.id, member):
        return False
    bounds = ((test, name, call.arg(name)) for name, test in _BOUNDS.items())
    chosen = all(call.arg(name) in (None, value) for name, value in same.items())
    return chosen and all(test(campaign, bound(name, text)) for test, name, text in bounds if text)


def _body(context: Context, campaign: Campaign) -> dict[str, Any]:
    count = campaign.sent.recipients if campaign.sent else 0
    to, test = recipients.shown(context, campaign.body["recipients"]), campaign.body["variate_settings"]
    return {
        "id": campaign.id,
        "web_id": FIRST_WEB_ID + campaign.number,
        "type": campaign.body["type"],
        "create_time": instant(campaign.created),
        "archive_url": f"https://esp.example/a/{campaign.id}",
        "long_archive_url": f"https://esp.example/archive/{campaign.id}",
        "status": SENT if campaign.sent else DRAFT,
        "emails_sent": count,
        "send_time": instant(campaign.sent.at) if campaign.sent else "",
        "content_type": campaign.body["content_type"],
        "needs_block_refresh": False,
        "resendable": False,
        "recipients": {**to, "recipient_count": count} if campaign.sent else to,
        "settings": {**campaign.body["settings"], **_READ_ONLY},
        "tracking": campaign.body["tracking"],
        "delivery_status": {"enabled": False},
        **({"variate_settings": variate.shown(campaign)} if test else {}),
        **({"report_summary": reports.summary(context, campaign)} if campaign.sent else {}),
    }


_PATH = "/campaigns"
ENDPOINTS = (
    Endpoint("GET", _PATH, list_campaigns, "campaigns.list"),
    Endpoint("POST", _PATH, create_campaign, "campaigns.create"),
    Endpoint("GET", _PATH + "/{campaign_id}", get_campaign, "campaigns.get"),
    Endpoint("PATCH", _PATH + "/{campaign_id}", update_campaign, "campaigns.update"),
    Endpoint("DELETE", _PATH + "/{campaign_id}", delete_campaign, "campaigns.remove"),
)
