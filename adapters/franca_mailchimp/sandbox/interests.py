"""Interest categories and their groups. Changing and deleting them is not emulated."""

from __future__ import annotations

from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, audience, body, require
from franca_mailchimp.sandbox.groups import LIMIT, Category, Group
from franca_mailchimp.sandbox.paging import page
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing

TYPES = ("checkboxes", "dropdown", "radio", "hidden")


def get_list_interest_categories(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/interest-categories; `type` filters."""
    listed, kind = audience(context, call), call.arg("type")
    found = [each for each in context.groups.categories(listed) if kind in (None, each.kind)]
    bodies = [_category(listed, number, each) for number, each in enumerate(page(call, found))]
    return Reply(body={"list_id": listed, "categories": bodies, "total_items": len(found)})


def create_list_interest_category(context: Context, call: Call) -> Reply:
    """POST /lists/{list_id}/interest-categories."""
    listed, given = audience(context, call), body(call)
    require(given, {"title": str, "type": str, "display_order": int}, ("title", "type"))
    if given["type"] not in TYPES:
        raise invalid(FieldError("type", "Value must be one of: " + ", ".join(TYPES)))
    made = context.groups.add_category(listed, given["title"], given["type"])
    return Reply(body=_category(listed, 0, made))


def list_interest_category_interests(context: Context, call: Call) -> Reply:
    """GET /lists/{list_id}/interest-categories/{interest_category_id}/interests."""
    listed, category = audience(context, call), _from_path(context, call)
    found = context.groups.groups(listed, category.id)
    bodies = [_group(context, listed, number, each) for number, each in enumerate(page(call, found))]
    return Reply(body={"interests": bodies, "list_id": listed, "category_id": category.id, "total_items": len(found)})


def create_interest_category_interest(context: Context, call: Call) -> Reply:
    """POST /lists/{list_id}/interest-categories/{interest_category_id}/interests."""
    listed, given = audience(context, call), body(call)
    category = _from_path(context, call)
    require(given, {"name": str, "display_order": int}, ("name",))
    if len(context.groups.groups(listed)) >= LIMIT:  # the words are a guess
        raise Problem(400, "Invalid Resource", f"Cannot have more than {LIMIT} interests on this list.")
    return Reply(body=_group(context, listed, 0, context.groups.add_group(listed, category.id, given["name"])))


def _from_path(context: Context, call: Call) -> Category:
    known = context.groups.categories(audience(context, call))
    found = [each for each in known if each.id == call.params["interest_category_id"]]
    if not found:
        raise missing()
    return found[0]


def _category(listed: str, number: int, category: Category) -> dict[str, Any]:
    return {"list_id": listed, "id": category.id, "title": category.title, "display_order": number, "type": category.kind}


def _group(context: Context, listed: str, number: int, group: Group) -> dict[str, Any]:
    (inside,) = context.groups.members([group.id])
    known = {"category_id": group.category, "list_id": listed, "id": group.id, "name": group.name}
    return {**known, "subscriber_count": str(len(inside)), "display_order": number}  # a text in the API's description


_PATH = "/lists/{list_id}/interest-categories"
_GROUPS = _PATH + "/{interest_category_id}/interests"
ENDPOINTS = (
    Endpoint("GET", _PATH, get_list_interest_categories, "lists.get_list_interest_categories"),
    Endpoint("POST", _PATH, create_list_interest_category, "lists.create_list_interest_category"),
    Endpoint("GET", _GROUPS, list_interest_category_interests, "lists.list_interest_category_interests"),
    Endpoint("POST", _GROUPS, create_interest_category_interest, "lists.create_interest_category_interest"),
)
