"""Saved and static segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, audience, body, require
from franca_mailchimp.sandbox.paging import bound, page
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing, refused
from franca_mailchimp.sandbox.records import Member, Segment
from franca_mailchimp.sandbox.shapes import member_bodies, segment_body
from franca_mailchimp.sandbox.store import digest

AT_ONCE = 500
KINDS = {"name": str, "options": dict, "static_segment": list}
# reported: hitobito/hitobito#1819
TOO_MANY = "Maximum allowed member items exceeded, please provide at most 500 items in members_to_add field or members_to_remove field"
UNKNOWN = "Email addresses could not be found on this list."  # guess


def list_segments(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/segments; static ones are tags, and are listed too."""
    listed = audience(context, call)
    found = [segment for segment in context.store.segments(listed) if _wanted(segment, call)]
    bodies = [segment_body(context, listed, segment, call) for segment in page(call, found)]
    return Reply(body={"segments": bodies, "list_id": listed, "total_items": len(found)})


def create_segment(context: Context, call: Call) -> Reply:
    """POST /lists/{list_id}/segments; names need not be unique (not documented as unique)."""
    listed, given = audience(context, call), body(call)
    require(given, KINDS, ("name",))
    _refuse_both(given)
    if given.get("options") is None and given.get("static_segment") is None:  # reported: brandonseydel/MailChimp.Net#160
        raise refused('Must provide either an "options" field or a "static_segment" field')
    options = _options(context, listed, given)
    number = context.store.add_segment(listed, given["name"], options, context.clock.now())
    context.store.tag(number, _known(context, listed, given.get("static_segment") or []))
    return Reply(body=segment_body(context, listed, _segment(context, listed, number), call))


def get_segment(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/segments/{segment_id}."""
    listed = audience(context, call)
    return Reply(body=segment_body(context, listed, _from_path(context, listed, call), call))


def update_segment(context: Context, call: Call) -> Reply:
    """PATCH /lists/{list_id}/segments/{segment_id}: the name is required; `static_segment` replaces the members."""
    listed, given = audience(context, call), body(call)
    segment = _from_path(context, listed, call)
    require(given, KINDS, ("name",))
    _refuse_both(given)
    _refuse_other_kind(segment, given)
    options = _options(context, listed, given) or segment.options
    if given.get("static_segment") is not None:
        context.store.untag(segment.id, context.store.tagged(segment.id))
        context.store.tag(segment.id, _known(context, listed, given["static_segment"]))
    context.store.change_segment(segment.id, given["name"], options, context.clock.now())
    return Reply(body=segment_body(context, listed, _segment(context, listed, segment.id), call))


def delete_segment(context: Context, call: Call) -> Reply:
    """DELETE /lists/{list_id}/segments/{segment_id}; with a static one its tag goes (not documented; tag == static segment)."""
    context.store.drop_segment(_from_path(context, audience(context, call), call).id)
    return Reply(status=204)


def batch_segment_members(context: Context, call: Call) -> Reply:
    """POST /lists/{list_id}/segments/{segment_id}: add and remove members; emails that are unknown are reported with status 200."""
    listed, given = audience(context, call), body(call)
    segment = _from_path(context, listed, call)
    if segment.options is not None:  # reported: thorning/node-mailchimp#32 (400), brandonseydel/MailChimp.Net#377 (saved segments)
        raise Problem(400, "Bad Request", f"A Static Segment with an id of {segment.id} does not exist for this list.")
    require(given, {"members_to_add": list, "members_to_remove": list}, ())
    add, remove = given.get("members_to_add") or [], given.get("members_to_remove") or []
    if len(add) > AT_ONCE or len(remove) > AT_ONCE:
        raise refused(TOO_MANY)
    return Reply(body=_moved(context, listed, segment, _emails("members_to_add", add), _emails("members_to_remove", remove)))


def get_segment_members_list(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/segments/{segment_id}/members: subscribed ones, and who is included besides."""
    listed = audience(context, call)
    found = context.membership.members(listed, _from_path(context, listed, call), call)
    bodies = [_without_tags(member) for member in member_bodies(context, listed, page(call, found))]
    return Reply(body={"members": bodies, "total_items": len(found)})


def _without_tags(member: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in member.items() if key not in ("tags", "tags_count", "contact_id", "web_id", "source")}


def _from_path(context: Context, listed: str, call: Call) -> Segment:
    number = call.params["segment_id"]
    if not number.isdecimal():
        raise missing()
    return _segment(context, listed, int(number))


def _segment(context: Context, listed: str, number: int) -> Segment:
    found = context.store.segment(listed, number)
    if found is None:
        raise missing()
    return found


def _options(context: Context, listed: str, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    options = given.get("options")
    if options is None:
        return None
    errors = context.membership.errors(listed, options)
    if errors:
        raise invalid(*errors)
    return {"match": options["match"], "conditions": options["conditions"]}


def _refuse_both(given: Mapping[str, Any]) -> None:
    if given.get("options") is not None and given.get("static_segment") is not None:
        raise refused('The "static_segment" field cannot be provided with the "options" field.')


def _refuse_other_kind(segment: Segment, given: Mapping[str, Any]) -> None:
    other = "static_segment" if segment.options is not None else "options"
    if given.get(other) is not None:  # reported: damientilman/mailchimp-mcp-server; the status and words are guesses
        raise refused(f'The "{other}" field cannot be set on a {segment.kind} segment.')


def _emails(field: str, values: Sequence[Any]) -> list[str]:
    wrong = [place for place, value in enumerate(values) if not isinstance(value, str)]
    if wrong:
        raise invalid(*(FieldError(f"{field}.item:{place}", "Schema describes string, another type found instead") for place in wrong))
    return list(dict.fromkeys(values))


def _known(context: Context, listed: str, values: Sequence[Any]) -> list[int]:
    """Return the row ids of the emails that are contacts; the others are ignored silently, as is documented."""
    found = (context.store.member(listed, digest(email)) for email in _emails("static_segment", values))
    return [member.id for member in found if member]


def _moved(context: Context, listed: str, segment: Segment, add: Sequence[str], remove: Sequence[str]) -> dict[str, Any]:
    named = (context.store.member(listed, digest(email)) for email in (*add, *remove))
    inside = context.store.tagged_of(segment.id, [member.id for member in named if member])
    # guess: who is in already is not added again, and who is not in is an error when removed
    joining, unknown = _partition(context, listed, add, lambda _member: True)
    leaving, absent = _partition(context, listed, remove, lambda member: member.id in inside)
    joining = [member for member in joining if member.id not in inside]
    context.store.tag(segment.id, (member.id for member in joining))
    context.store.untag(segment.id, (member.id for member in leaving))
    errors = [{"email_addresses": emails, "error": UNKNOWN} for emails in (unknown, absent) if emails]
    return {
        "members_added": member_bodies(context, listed, joining),
        "members_removed": member_bodies(context, listed, leaving),
        "errors": errors,
        "total_added": len(joining),
        "total_removed": len(leaving),
        "error_count": len(unknown) + len(absent),  # guess: emails are counted, not messages
    }


def _partition(context: Context, listed: str, emails: Iterable[str], fits: Callable[[Member], bool]) -> tuple[list[Member], list[str]]:
    found: dict[int, Member] = {}
    others: list[str] = []
    for email in emails:
        member = context.store.member(listed, digest(email))
        if member and fits(member):
            found[member.id] = member
        else:
            others.append(email)
    return list(found.values()), others


_BOUNDS: Mapping[str, Callable[[Segment, datetime], bool]] = {
    "since_created_at": lambda segment, bound: segment.created >= bound,
    "before_created_at": lambda segment, bound: segment.created < bound,
    "since_updated_at": lambda segment, bound: segment.updated >= bound,
    "before_updated_at": lambda segment, bound: segment.updated < bound,
}


def _wanted(segment: Segment, call: Call) -> bool:
    kind = call.arg("type")
    if kind is not None and segment.kind != kind:
        return False
    given = ((name, call.arg(name)) for name in _BOUNDS)
    return all(_BOUNDS[name](segment, bound(name, text)) for name, text in given if text)


_PATH = "/lists/{list_id}/segments"
ENDPOINTS = (
    Endpoint("GET", _PATH, list_segments, "lists.list_segments"),
    Endpoint("POST", _PATH, create_segment, "lists.create_segment"),
    Endpoint("GET", _PATH + "/{segment_id}", get_segment, "lists.get_segment"),
    Endpoint("PATCH", _PATH + "/{segment_id}", update_segment, "lists.update_segment"),
    Endpoint("DELETE", _PATH + "/{segment_id}", delete_segment, "lists.delete_segment"),
    Endpoint("POST", _PATH + "/{segment_id}", batch_segment_members, "lists.batch_segment_members"),
    Endpoint("GET", _PATH + "/{segment_id}/members", get_segment_members_list, "lists.get_segment_members_list"),
)
