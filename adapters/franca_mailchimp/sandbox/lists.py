"""The account, its audiences, and the search for tags."""

from __future__ import annotations

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, audience
from franca_mailchimp.sandbox.paging import page
from franca_mailchimp.sandbox.shapes import audience_body


def ping(_context: Context, _call: Call) -> Reply:
    """GET /ping."""
    return Reply(body={"health_status": "Everything's Chimpy!"})


def root(context: Context, _call: Call) -> Reply:
    """GET /."""
    account = context.account
    total = sum(member.status == "subscribed" for listed in account.audiences for member in context.store.members(listed.id).values())
    body = {"account_id": account.id, "account_name": account.name, "account_timezone": account.timezone, "role": "owner"}
    return Reply(body={**body, "total_subscribers": total})


def get_all_lists(context: Context, call: Call) -> Reply:
    """GET /lists."""
    found = [audience_body(context, listed) for listed in context.account.audiences]
    return Reply(body={"lists": page(call, found), "total_items": len(found)})


def get_list(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}."""
    wanted = audience(context, call)
    return Reply(body=next(audience_body(context, listed) for listed in context.account.audiences if listed.id == wanted))


def tag_search(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/tag-search: by the beginning of the name, all without one; not paged; case does not matter (guess)."""
    beginning = (call.arg("name") or "").casefold()
    segments = context.store.segments(audience(context, call))
    tags = [{"id": segment.id, "name": segment.name} for segment in segments if segment.options is None]
    found = [tag for tag in tags if str(tag["name"]).casefold().startswith(beginning)]
    return Reply(body={"tags": found, "total_items": len(found)})


ENDPOINTS = (
    Endpoint("GET", "/ping", ping, "ping.get"),
    Endpoint("GET", "/", root, "root.get_root"),
    Endpoint("GET", "/lists", get_all_lists, "lists.get_all_lists"),
    Endpoint("GET", "/lists/{list_id}", get_list, "lists.get_list"),
    Endpoint("GET", "/lists/{list_id}/tag-search", tag_search, "lists.tag_search"),
)
