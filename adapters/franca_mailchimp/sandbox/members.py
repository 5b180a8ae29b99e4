"""Contacts of an audience."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, audience, body, require
from franca_mailchimp.sandbox.paging import flag, page
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing, refused
from franca_mailchimp.sandbox.records import Member
from franca_mailchimp.sandbox.shapes import instant, member_bodies
from franca_mailchimp.sandbox.store import columns, digest, fresh
from franca_mailchimp.sandbox.values import kept

HASH = re.compile(r"[0-9a-f]{32}")
STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending")
KINDS = {"email_address": str, "status": str, "status_if_new": str, "merge_fields": dict, "language": str, "vip": bool, "interests": dict}


def get_list_members_info(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/members: contacts of every status, or of one."""
    listed, status = audience(context, call), call.arg("status")
    found = [member for member in context.store.members(listed).values() if status in (None, member.status)]
    if flag(call, "vip_only"):
        found = [member for member in found if member.vip]
    return Reply(body={"members": member_bodies(context, listed, page(call, found)), "list_id": listed, "total_items": len(found)})


def get_list_member(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/members/{subscriber_hash}."""
    listed = audience(context, call)
    return _one(context, listed, _from_path(context, listed, call))


def update_list_member(context: Context, call: Call) -> Reply:
    """PATCH /lists/{list_id}/members/{subscriber_hash}: what the body does not name stays as it is."""
    listed, given = audience(context, call), body(call)
    member = _from_path(context, listed, call)
    require(given, KINDS, ())
    if digest(given.get("email_address") or member.email) != member.hash:
        raise refused("changing an address is documented by Mailchimp, and not emulated by this sandbox")
    return _write(context, listed, {**columns(member), **_changes(member, given)}, given, call)


def set_list_member(context: Context, call: Call) -> Reply:
    """PUT /lists/{list_id}/members/{subscriber_hash}: adds an unknown contact, updates a known one."""
    listed, given = audience(context, call), body(call)
    require(given, KINDS, ("email_address",))
    if digest(given["email_address"]) != _key(call):  # guess: the body's address must be the path's
        raise refused("The address in the body is not that of the path.")
    member = context.store.member(listed, _key(call))
    if member:
        return _write(context, listed, {**columns(member), **_changes(member, given)}, given, call)
    if context.store.forgotten(listed, _key(call)):  # reported by three third parties; the words of the detail are a guess
        detail = f"{given['email_address']} was permanently deleted and cannot be re-imported. The contact must re-subscribe."
        raise Problem(400, "Forgotten Email Not Subscribed", detail)
    require(given, KINDS, ("status_if_new",))
    status = _status(given["status_if_new"], (*STATUSES, "transactional"))
    new = fresh(given["email_address"], status, context.clock.now())
    return _write(context, listed, {**new, "language": given.get("language") or "", "vip": bool(given.get("vip"))}, given, call)


def delete_list_member_permanent(context: Context, call: Call) -> Reply:
    """POST /lists/{list_id}/members/{subscriber_hash}/actions/delete-permanent: the contact goes, and can never be imported again."""
    listed = audience(context, call)
    context.store.erase(listed, _from_path(context, listed, call))
    return Reply(status=204)


def _write(context: Context, listed: str, row: Mapping[str, Any], given: Mapping[str, Any], call: Call) -> Reply:
    values = _values(context, listed, given.get("merge_fields") or {})
    if not flag(call, "skip_merge_validation"):
        _require_fields(context, listed, row["hash"], values)
    chosen = _interests(context, listed, given.get("interests") or {})
    context.groups.choose(context.store.put_member(listed, {**row, "changed": instant(context.clock.now())}, values), chosen)
    member = context.store.member(listed, row["hash"])
    if member is None:
        raise missing()
    return _one(context, listed, member)


def _one(context: Context, listed: str, member: Member) -> Reply:
    return Reply(body=member_bodies(context, listed, [member])[0])


def _key(call: Call) -> str:
    """Return the hash that the path means: the md5, or an address in its place (documented); contact_id is the hash here."""
    given = call.params["subscriber_hash"]
    return given if HASH.fullmatch(given) else digest(given)


def _from_path(context: Context, listed: str, call: Call) -> Member:
    found = context.store.member(listed, _key(call))
    if found is None:
        raise missing()
    return found


def _changes(member: Member, given: Mapping[str, Any]) -> dict[str, Any]:
    changes = {key: given[key] for key in ("language", "vip") if given.get(key) is not None}
    if given.get("status") is None:
        return changes
    status = _status(given["status"], STATUSES)
    if status == "subscribed" and member.status in ("unsubscribed", "cleaned"):  # reported: ibericode/mailchimp-for-wordpress#798
        detail = f"{member.email} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed."
        raise Problem(400, "Member In Compliance State", detail)
    return {**changes, "status": status}


def _status(given: str, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        raise invalid(FieldError("status", "Value must be one of: " + ", ".join(allowed)))
    return given


def _values(context: Context, listed: str, given: Mapping[str, Any]) -> dict[int, str]:
    """Return the fields to set; tags that the audience does not have are ignored (guess)."""
    fields = {field.tag: field for field in context.store.fields(listed)}
    found: dict[int, str] = {}
    errors: list[FieldError] = []
    for tag in given.keys() & fields.keys():
        try:
            found[fields[tag].merge_id] = kept(fields[tag], given[tag])
        except ValueError as error:
            errors.append(FieldError(tag, str(error)))
    if errors:  # reported: thorning/node-mailchimp#61 (the detail); the fields' messages are guesses
        raise Problem(400, "Invalid Resource", "Your merge fields were invalid.", sorted(errors))
    return found


def _interests(context: Context, listed: str, given: Mapping[str, Any]) -> dict[str, bool]:
    """Return the groups to join and to leave; what is not named stays (reported)."""
    known = {group.id for group in context.groups.groups(listed)}
    wrong = [FieldError(f"interests.{each}", "Schema describes boolean of a known interest") for each in given if each not in known]
    wrong += [FieldError(f"interests.{each}", "Schema describes boolean") for each, inside in given.items() if not isinstance(inside, bool)]
    if wrong:  # guess: refused
        raise invalid(*wrong)
    return dict(given)


def _require_fields(context: Context, listed: str, key: str, values: Mapping[int, str]) -> None:
    member = context.store.member(listed, key)
    after = {**(member.values if member else {}), **values}
    lacking = [field.tag for field in context.store.fields(listed) if field.spec["required"] and not after.get(field.merge_id)]
    if lacking:
        raise Problem(
            400, "Invalid Resource", "Your merge fields were invalid.", [FieldError(tag, "Please enter a value") for tag in lacking]
        )


_PATH = "/lists/{list_id}/members"
ENDPOINTS = (
    Endpoint("GET", _PATH, get_list_members_info, "lists.get_list_members_info"),
    Endpoint("GET", _PATH + "/{subscriber_hash}", get_list_member, "lists.get_list_member"),
    Endpoint("PATCH", _PATH + "/{subscriber_hash}", update_list_member, "lists.update_list_member"),
    Endpoint("PUT", _PATH + "/{subscriber_hash}", set_list_member, "lists.set_list_member"),
    Endpoint(
        "POST",
        _PATH + "/{subscriber_hash}/actions/delete-permanent",
        delete_list_member_permanent,
        "lists.delete_list_member_permanent",
    ),
)
