"""Templates and campaign drafts. Scheduling and sending are not emulated: their paths do not exist here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, body, require
from franca_mailchimp.sandbox.paging import page
from franca_mailchimp.sandbox.problems import Problem, missing, refused
from franca_mailchimp.sandbox.records import Segment

TABLE = "create table if not exists email (kind text, id text, shown text, content text, primary key (kind, id))"
SETTINGS = ("subject_line", "preview_text", "title", "from_name", "reply_to", "to_name")
REQUIRED = ("subject_line", "from_name", "reply_to")  # documented for PATCH (sheet 4.1)
DRAFT = "save"
KINDS = {"type": str, "recipients": dict, "settings": dict, "tracking": dict}


def _rows(context: Context, kind: str) -> list[dict[str, Any]]:
    context.store.db.execute(TABLE)
    found = context.store.db.execute("select shown from email where kind = ? order by rowid", (kind,))
    return [json.loads(row[0]) for row in found]


def _put(context: Context, kind: str, shown: Mapping[str, Any], content: Mapping[str, Any] | None = None) -> None:
    context.store.db.execute(TABLE)
    identity, before = str(shown["id"]), _content(context, kind, str(shown["id"]))
    row = (kind, identity, json.dumps(shown), json.dumps(before if content is None else content))
    context.store.db.execute(
        "insert into email values (?, ?, ?, ?) on conflict (kind, id) do update set shown = excluded.shown, content = excluded.content", row
    )


def _content(context: Context, kind: str, identity: str) -> dict[str, Any]:
    context.store.db.execute(TABLE)
    row = context.store.db.execute("select content from email where kind = ? and id = ?", (kind, identity)).fetchone()
    found: dict[str, Any] = json.loads(row[0]) if row else {}
    return found


def _one(context: Context, kind: str, identity: str) -> dict[str, Any]:
    for row in _rows(context, kind):
        if str(row["id"]) == identity:
            return row
    raise missing()


def _drop(context: Context, kind: str, identity: str) -> None:
    _one(context, kind, identity)
    context.store.db.execute("delete from email where kind = ? and id = ?", (kind, identity))


def _next(context: Context) -> int:
    context.store.db.execute(TABLE)
    return int(context.store.db.execute("select coalesce(max(rowid), 0) + 10001 from email").fetchone()[0])


# -- templates


def list_templates(context: Context, call: Call) -> Reply:
    """GET /templates: no HTML is shown (contract)."""
    found = [row for row in _rows(context, "template") if call.arg("type") in (None, row["type"])]
    return Reply(body={"templates": list(page(call, found)), "total_items": len(found)})


def create_template(context: Context, call: Call) -> Reply:
    """POST /templates: name and html are required; only classic ones can be made."""
    given = body(call)
    require(given, {"name": str, "html": str}, ("name", "html"))
    now = context.clock.now().isoformat()
    shown = {
        "id": _next(context),
        "type": "user",
        "name": given["name"],
        "drag_and_drop": False,
        "responsive": False,
        "category": "",
        "date_created": now,
        "date_edited": now,
        "active": True,
        "content_type": "template",
    }
    _put(context, "template", shown, {"html": given["html"]})
    return Reply(body=shown)


def get_template(context: Context, call: Call) -> Reply:
    """GET /templates/{template_id}."""
    return Reply(body=_one(context, "template", call.params["template_id"]))


def update_template(context: Context, call: Call) -> Reply:
    """PATCH /templates/{template_id}: requires name and html (documented)."""
    given, shown = body(call), _one(context, "template", call.params["template_id"])
    require(given, {"name": str, "html": str}, ("name", "html"))
    changed = {**shown, "name": given["name"], "date_edited": context.clock.now().isoformat()}
    _put(context, "template", changed, {"html": given["html"]})
    return Reply(body=changed)


def delete_template(context: Context, call: Call) -> Reply:
    """DELETE /templates/{template_id}."""
    _drop(context, "template", call.params["template_id"])
    return Reply(status=204)


# -- campaigns


def list_campaigns(context: Context, call: Call) -> Reply:
    """GET /campaigns, by audience and status."""
    found = [
        row
        for row in _rows(context, "campaign")
        if call.arg("list_id") in (None, row["recipients"].get("list_id")) and call.arg("status") in (None, row["status"])
    ]
    return Reply(body={"campaigns": list(page(call, found)), "total_items": len(found)})


def create_campaign(context: Context, call: Call) -> Reply:
    """POST /campaigns: a draft."""
    given = body(call)
    require(given, KINDS, ("type",))
    if given["type"] not in ("regular", "plaintext", "variate"):
        raise refused("type: this sandbox has regular, plaintext and variate campaigns")
    number = _next(context)
    shown = {
        "id": hashlib.sha256(str(number).encode()).hexdigest()[:10],
        "web_id": number,
        "type": given["type"],
        "status": DRAFT,
        "create_time": context.clock.now().isoformat(),
        "emails_sent": 0,
        "send_time": "",
        "content_type": "template",
        "recipients": _recipients(context, given.get("recipients") or {}),
        "settings": _settings({}, given.get("settings") or {}),
    }
    _put(context, "campaign", shown, {"html": "", "plain_text": ""})
    return Reply(body=shown)


def get_campaign(context: Context, call: Call) -> Reply:
    """GET /campaigns/{campaign_id}."""
    return Reply(body=_one(context, "campaign", call.params["campaign_id"]))


def update_campaign(context: Context, call: Call) -> Reply:
    """PATCH /campaigns/{campaign_id}: settings with subject_line, from_name and reply_to are required (documented)."""
    given, shown = body(call), _one(context, "campaign", call.params["campaign_id"])
    require(given, KINDS, ("settings",))
    require(given["settings"], dict.fromkeys(SETTINGS, str), REQUIRED)
    changed = {**shown, "settings": _settings(shown["settings"], given["settings"])}
    if given.get("recipients") is not None:
        changed["recipients"] = _recipients(context, given["recipients"])
    _put(context, "campaign", changed)
    return Reply(body=changed)


def delete_campaign(context: Context, call: Call) -> Reply:
    """DELETE /campaigns/{campaign_id}."""
    _drop(context, "campaign", call.params["campaign_id"])
    return Reply(status=204)


def get_content(context: Context, call: Call) -> Reply:
    """GET /campaigns/{campaign_id}/content."""
    shown = _one(context, "campaign", call.params["campaign_id"])
    content = _content(context, "campaign", str(shown["id"]))
    return Reply(body={**content, "archive_html": content.get("html", "")})


def set_content(context: Context, call: Call) -> Reply:
    """PUT /campaigns/{campaign_id}/content: replaces; the plain text is made from the HTML when it is left out (documented)."""
    given, shown = body(call), _one(context, "campaign", call.params["campaign_id"])
    require(given, {"html": str, "plain_text": str, "template": dict}, ())
    if given.get("template") is not None:
        source = _content(context, "template", str(given["template"].get("id")))
        given = {**given, "html": source.get("html", "")}
    content = {"html": given.get("html") or "", "plain_text": given.get("plain_text") or given.get("html") or ""}
    _put(context, "campaign", shown, content)
    return Reply(body={**content, "archive_html": content["html"]})


def send_checklist(context: Context, call: Call) -> Reply:
    """GET /campaigns/{campaign_id}/send-checklist: says when the segment is empty (reported)."""
    shown = _one(context, "campaign", call.params["campaign_id"])
    empty = shown["recipients"]["recipient_count"] == 0
    item = {"type": "error", "id": 501, "heading": "List", "details": "Your segment is empty."}
    return Reply(body={"is_ready": not empty, "items": [item] if empty else []})


def _settings(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    flags = {"auto_footer": False, "inline_css": False, "authenticate": True}
    return {**dict.fromkeys(SETTINGS, ""), **flags, **before, **{key: value for key, value in given.items() if value is not None}}


def _recipients(context: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is read back. Reported: options that are malformed, or a saved segment without `match`, target the whole audience."""
    listed = given.get("list_id")
    if listed is None:
        return {"list_id": "", "recipient_count": 0}
    audience = next((each for each in context.account.audiences if each.id == listed), None)
    if audience is None:
        raise Problem(400, "Bad Request", "The list_id does not exist.")
    segment = _segment(context, listed, given.get("segment_opts"))
    base = {"list_id": listed, "list_is_active": True, "list_name": audience.name}
    everybody = sum(member.status == "subscribed" for member in context.store.members(listed).values())
    if segment is None:
        return {**base, "segment_text": "", "recipient_count": everybody}
    options = segment.options or {"match": "all", "conditions": []}
    shown = {"saved_segment_id": segment.id, "match": options["match"], "conditions": options["conditions"]}
    count = context.membership.count(listed, segment, Call(method="GET", path=""))
    return {**base, "segment_opts": shown, "segment_text": f"<p>{segment.name}</p>", "recipient_count": count}


def _segment(context: Context, listed: str, options: Any) -> Segment | None:
    if not isinstance(options, Mapping) or options.get("match") not in ("any", "all"):
        return None
    number = options.get("saved_segment_id")
    if isinstance(number, int):
        return context.store.segment(listed, number)
    if context.membership.errors(listed, options):
        return None
    now = context.clock.now()
    return Segment(
        id=0, name="", kind="saved", options={"match": options["match"], "conditions": options["conditions"]}, created=now, updated=now
    )


_TEMPLATE, _CAMPAIGN = "/templates/{template_id}", "/campaigns/{campaign_id}"
ENDPOINTS = (
    Endpoint("GET", "/templates", list_templates, "templates.list"),
    Endpoint("POST", "/templates", create_template, "templates.create"),
    Endpoint("GET", _TEMPLATE, get_template, "templates.get_template"),
    Endpoint("PATCH", _TEMPLATE, update_template, "templates.update_template"),
    Endpoint("DELETE", _TEMPLATE, delete_template, "templates.delete_template"),
    Endpoint("GET", "/campaigns", list_campaigns, "campaigns.list"),
    Endpoint("POST", "/campaigns", create_campaign, "campaigns.create"),
    Endpoint("GET", _CAMPAIGN, get_campaign, "campaigns.get"),
    Endpoint("PATCH", _CAMPAIGN, update_campaign, "campaigns.update"),
    Endpoint("DELETE", _CAMPAIGN, delete_campaign, "campaigns.remove"),
    Endpoint("GET", f"{_CAMPAIGN}/content", get_content, "campaigns.get_content"),
    Endpoint("PUT", f"{_CAMPAIGN}/content", set_content, "campaigns.set_content"),
    Endpoint("GET", f"{_CAMPAIGN}/send-checklist", send_checklist, "campaigns.get_send_checklist"),
)
