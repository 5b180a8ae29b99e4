"""Whom a campaign goes to. What is wrong with `segment_opts` is no error: it is ignored, and the campaign goes to the whole audience.

Reported: mailchimp/mailchimp-client-lib-codegen#125 (ignored, and sent to everybody), drewm/mailchimp-api#203 (a saved segment without
`match` does not apply), brandonseydel/MailChimp.Net#326 (what is read back). Which mistakes are ignored is not said: here all are (guess).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from franca.sandbox import Call
from franca_mailchimp.sandbox.context import Context, require
from franca_mailchimp.sandbox.membership import COMBINE
from franca_mailchimp.sandbox.problems import FieldError, invalid
from franca_mailchimp.sandbox.records import Member, Segment

Target = Mapping[str, Any]
_EVERYBODY = Call(method="GET", path="")  # a call without include_* parameters: subscribed contacts


def chosen(context: Context, given: Mapping[str, Any]) -> Target:
    """Return the target of a body's `recipients`, with the `segment_opts` that apply; None is everybody.

    Raises:
        Problem: no list_id, or one that is unknown (guess).
    """
    require(given, {"list_id": str}, ("list_id",), "recipients.")
    listed = given["list_id"]
    if listed not in {audience.id for audience in context.account.audiences}:
        raise invalid(FieldError("recipients.list_id", "The list specified does not exist."))
    return {"list_id": listed, "segment_opts": _applied(context, listed, given.get("segment_opts"))}


def shown(context: Context, target: Target | None) -> dict[str, Any]:
    """Return `recipients` as they are read back: without `segment_opts` when everybody is meant (guess)."""
    if target is None:
        return {"list_id": "", "list_is_active": False, "list_name": "", "segment_text": "", "recipient_count": 0}
    listed = target["list_id"]
    name = next(audience.name for audience in context.account.audiences if audience.id == listed)
    count, segment = counted(context, target), _segment(context, target)
    body = {"list_id": listed, "list_is_active": True, "list_name": name, "segment_text": _text(segment, count), "recipient_count": count}
    opts = target["segment_opts"]
    return body if opts is None else {**body, "segment_opts": {**_expanded(opts, segment)}}


def counted(context: Context, target: Target) -> int:
    """Return how many contacts get the campaign, as of now."""
    return len(members(context, target))


def members(context: Context, target: Target) -> list[Member]:
    """Return the contacts that get the campaign, as of now: subscribed ones alone."""
    listed, segment = target["list_id"], _segment(context, target)
    if target["segment_opts"] is None:
        return [member for member in context.store.members(listed).values() if member.status == "subscribed"]
    return [] if segment is None else context.membership.members(listed, segment, _EVERYBODY)  # guess: a deleted segment has nobody


def _applied(context: Context, listed: str, opts: Any) -> Mapping[str, Any] | None:
    if not isinstance(opts, Mapping):
        return None
    number, match = opts.get("saved_segment_id"), opts.get("match")
    if number is None:
        return None if context.membership.errors(listed, opts) else {"match": match, "conditions": opts["conditions"]}
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or match not in COMBINE or context.store.segment(listed, number) is None:
        return None
    return {"saved_segment_id": number, "match": match}  # guess: conditions beside it are ignored


def _segment(context: Context, target: Target) -> Segment | None:
    """Return the segment that a target means, a saved one as it is now (guess); None for everybody, and when it was deleted."""
    opts = target["segment_opts"]
    if opts is None:
        return None
    if "saved_segment_id" not in opts:
        now = context.clock.now()
        return Segment(id=0, name="", kind="saved", options=opts, created=now, updated=now)
    found = context.store.segment(target["list_id"], opts["saved_segment_id"])
    if found is None or found.options is None or context.holds["mailchimp.saved-segment-own-match"]:
        return found
    return replace(found, options={**found.options, "match": opts["match"]})


def _expanded(opts: Mapping[str, Any], segment: Segment | None) -> dict[str, Any]:
    """Return `segment_opts` with the match and conditions of its segment (reported for saved segments; for tags a guess)."""
    if segment is None:
        return dict(opts)
    options = segment.options or {"match": "any", "conditions": [_tagged(segment)]}
    return {**opts, "match": options["match"], "conditions": options["conditions"]}


def _tagged(segment: Segment) -> dict[str, Any]:
    return {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": segment.id}


def _text(segment: Segment | None, count: int) -> str:
    """Return the description in HTML; its frame is reported, the words of conditions are guesses."""
    if segment is None:
        return ""
    options = segment.options or {"match": "any", "conditions": [_tagged(segment)]}
    items = "".join(f"<li>{_words(condition)}</li>" for condition in options["conditions"])
    head = f'<p class="!margin--lv0">Contacts match <strong>{options["match"]}</strong> of the following conditions:</p>'
    return f'{head}<ol id="conditions" class="small-meta">{items}</ol><span>For a total of <strong>{count}</strong> emails sent.</span>'


def _words(condition: Mapping[str, Any]) -> str:
    value = condition.get("extra") or condition.get("value", "")
    return (
        f"<strong>{escape(str(condition.get('field')))}</strong> {escape(str(condition.get('op')))} <strong>{escape(str(value))}</strong>"
    )
