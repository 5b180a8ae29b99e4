"""Merge fields (audience fields)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, audience, body, require
from franca_mailchimp.sandbox.paging import page
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing
from franca_mailchimp.sandbox.records import MergeField
from franca_mailchimp.sandbox.shapes import field_body
from franca_mailchimp.sandbox.store import Store

TYPES = ("text", "number", "address", "phone", "date", "url", "imageurl", "radio", "dropdown", "birthday", "zip")
TAG = re.compile(r"[A-Z0-9_]{1,10}")  # reported: charset by chimpmatic.com, length stated widely
RESERVED = frozenset({"EMAIL"})  # guess: the address is field 0, which conditions name EMAIL or merge0
TEXTS = {"name": str, "type": str, "tag": str, "default_value": str, "help_text": str}
KINDS: Mapping[str, type] = {**TEXTS, "required": bool, "public": bool, "display_order": int, "options": dict}
# documented for a new audience; their types are what the web application shows
DEFAULTS = (
    ("FNAME", "First Name", "text"),
    ("LNAME", "Last Name", "text"),
    ("ADDRESS", "Address", "address"),
    ("PHONE", "Phone Number", "phone"),
)

DEFAULT_OPTIONS: Mapping[str, Mapping[str, Any]] = {  # guesses
    "text": {"size": 25},
    "date": {"date_format": "MM/DD/YYYY"},
    "birthday": {"date_format": "MM/DD"},
    "address": {"default_country": 164},
}


def create_defaults(store: Store, listed: str) -> None:
    """Give a new audience the fields that Mailchimp gives it."""
    for merge_id, (tag, name, kind) in enumerate(DEFAULTS, start=1):
        store.put_field(listed, MergeField(merge_id=merge_id, tag=tag, type=kind, spec=_spec({"name": name}, merge_id, kind)))


def add_field(store: Store, listed: str, given: Mapping[str, Any], limit: int) -> MergeField:
    """Write a new merge field; the tag is MMERGEn when none is given (not documented).

    Raises:
        Problem: the tag is malformed, reserved or taken, or the audience has all the fields it may have.
    """
    fields = store.fields(listed)
    merge_id = max((field.merge_id for field in fields), default=0) + 1
    tag = given.get("tag") or f"MMERGE{merge_id}"
    _check_tag(tag, fields)
    if len(fields) >= limit:  # reported: the number; the words are a guess
        raise Problem(400, "Invalid Resource", f"This list already has the maximum of {limit} merge fields.")
    field = MergeField(merge_id=merge_id, tag=tag, type=given["type"], spec=_spec(given, merge_id, given["type"]))
    store.put_field(listed, field)
    return field


def get_list_merge_fields(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/merge-fields; `type` and `required` filter."""
    listed = audience(context, call)
    kind, required = call.arg("type"), call.arg("required")
    found = [field for field in context.store.fields(listed) if kind in (None, field.type)]
    found = [field for field in found if required is None or field.spec["required"] == (required == "true")]
    bodies = [field_body(listed, field) for field in page(call, found)]
    return Reply(body={"merge_fields": bodies, "list_id": listed, "total_items": len(found)})


def add_list_merge_field(context: Context, call: Call) -> Reply:
    """POST /lists/{list_id}/merge-fields."""
    listed, given = audience(context, call), body(call)
    require(given, KINDS, ("name", "type"))
    if given["type"] not in TYPES:
        raise invalid(FieldError("type", "Value must be one of: " + ", ".join(TYPES)))
    return Reply(body=field_body(listed, add_field(context.store, listed, given, context.account.fields)))


def get_list_merge_field(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/merge-fields/{merge_id}."""
    listed = audience(context, call)
    return Reply(body=field_body(listed, _from_path(context, listed, call)))


def update_list_merge_field(context: Context, call: Call) -> Reply:
    """PATCH /lists/{list_id}/merge-fields/{merge_id}: the name is required; `type` is read-only, and ignored (guess)."""
    listed, given = audience(context, call), body(call)
    field = _from_path(context, listed, call)
    require(given, KINDS, ("name",))
    tag = given.get("tag") or field.tag
    _check_tag(tag, [other for other in context.store.fields(listed) if other.merge_id != field.merge_id])
    spec = {**field.spec, **{key: given[key] for key in field.spec if given.get(key) is not None}}
    spec["options"] = {**field.spec["options"], **(given.get("options") or {})}
    changed = MergeField(merge_id=field.merge_id, tag=tag, type=field.type, spec=spec)
    context.store.put_field(listed, changed)
    return Reply(body=field_body(listed, changed))


def delete_list_merge_field(context: Context, call: Call) -> Reply:
    """DELETE /lists/{list_id}/merge-fields/{merge_id}: the members' values go with it."""
    listed = audience(context, call)
    context.store.drop_field(listed, _from_path(context, listed, call).merge_id)
    return Reply(status=204)


def _from_path(context: Context, listed: str, call: Call) -> MergeField:
    found = [field for field in context.store.fields(listed) if str(field.merge_id) == call.params["merge_id"]]
    if not found:
        raise missing()
    return found[0]


def _check_tag(tag: str, others: Sequence[MergeField]) -> None:
    if not TAG.fullmatch(tag):  # guess: refused; whether Mailchimp rewrites such a tag is not documented
        raise invalid(FieldError("tag", "Merge tags have at most 10 characters: A-Z, 0-9 and _."))
    if tag in RESERVED or tag in {other.tag for other in others}:
        raise Problem(400, "Invalid Resource", f'A Merge Field with the tag "{tag}" already exists for this list.')  # guess: the words


def _spec(given: Mapping[str, Any], merge_id: int, kind: str) -> dict[str, Any]:
    return {
        "name": given["name"],
        "required": given.get("required") or False,
        "default_value": given.get("default_value") or "",
        "public": given.get("public") or False,
        "display_order": given.get("display_order") or merge_id + 1,
        "options": {**DEFAULT_OPTIONS.get(kind, {}), **(given.get("options") or {})},
        "help_text": given.get("help_text") or "",
    }


_PATH = "/lists/{list_id}/merge-fields"
ENDPOINTS = (
    Endpoint("GET", _PATH, get_list_merge_fields, "lists.get_list_merge_fields"),
    Endpoint("POST", _PATH, add_list_merge_field, "lists.add_list_merge_field"),
    Endpoint("GET", _PATH + "/{merge_id}", get_list_merge_field, "lists.get_list_merge_field"),
    Endpoint("PATCH", _PATH + "/{merge_id}", update_list_merge_field, "lists.update_list_merge_field"),
    Endpoint("DELETE", _PATH + "/{merge_id}", delete_list_merge_field, "lists.delete_list_merge_field"),
)
