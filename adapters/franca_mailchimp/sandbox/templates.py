"""Templates of the account: the user's own, made of HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from franca.sandbox import Call, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, body, require
from franca_mailchimp.sandbox.paging import bound, page
from franca_mailchimp.sandbox.problems import FieldError, invalid, missing
from franca_mailchimp.sandbox.records import Template
from franca_mailchimp.sandbox.shapes import instant

KINDS = {"name": str, "html": str, "folder_id": str}
REQUIRED = ("name", "html")  # documented for PATCH too; that names need not be unique is a guess
_SORTS: Mapping[str, Callable[[Template], Any]] = {
    "date_created": lambda template: (template.created, template.id),
    "date_edited": lambda template: (template.edited, template.id),
    "name": lambda template: (template.name, template.id),
}
_BOUNDS: Mapping[str, Callable[[Template, datetime], bool]] = {
    "since_date_created": lambda template, at: template.created >= at,
    "before_date_created": lambda template, at: template.created < at,
}
_EDITABLE = re.compile(r"""<([a-z][a-z0-9]*)\b[^>]*?\bmc:edit\s*=\s*["']([^"']+)["'][^>]*>""", re.IGNORECASE)
_VOID = frozenset(["img", "br", "hr", "input"])


def list_templates(context: Context, call: Call) -> Reply:
    """GET /templates: by id unless sorted (guess)."""
    found = [template for template in context.emails.templates() if _wanted(context, template, call)]
    field, direction = call.arg("sort_field"), call.arg("sort_dir", "ASC")  # guess: ascending
    if field is not None:
        if field not in _SORTS:
            raise invalid(FieldError("sort_field", "Value must be one of: " + ", ".join(_SORTS)))
        found.sort(key=_SORTS[field], reverse=direction == "DESC")
    return Reply(body={"templates": [_body(template) for template in page(call, found)], "total_items": len(found)})


def create_template(context: Context, call: Call) -> Reply:
    """POST /templates."""
    given = body(call)
    require(given, KINDS, REQUIRED)
    number = context.emails.add_template(given["name"], given["html"], given.get("folder_id") or "", context.clock.now())
    return Reply(body=_body(existing(context, number)))


def get_template(context: Context, call: Call) -> Reply:
    """GET /templates/{template_id}; the HTML is in no answer (documented by absence)."""
    return Reply(body=_body(_from_path(context, call)))


def update_template(context: Context, call: Call) -> Reply:
    """PATCH /templates/{template_id}: name and html are required; campaigns made from it keep what they have (guess)."""
    template, given = _from_path(context, call), body(call)
    require(given, KINDS, REQUIRED)
    folder = given.get("folder_id") or template.folder
    context.emails.change_template(template.id, given["name"], given["html"], folder, context.clock.now())
    return Reply(body=_body(existing(context, template.id)))


def delete_template(context: Context, call: Call) -> Reply:
    """DELETE /templates/{template_id}: it becomes inactive."""
    context.emails.retire_template(_from_path(context, call).id)
    return Reply(status=204)


def get_default_content(context: Context, call: Call) -> Reply:
    """GET /templates/{template_id}/default-content: what stands in each `mc:edit`."""
    html = _from_path(context, call).html
    return Reply(body={"sections": {name: html[start:end] for name, start, end in _editable(html)}})


def existing(context: Context, number: int) -> Template:
    """Return a template that is not deleted, or raise the 404."""
    found = context.emails.template(number)
    if found is None or not _there(context, found):
        raise missing()
    return found


def filled(html: str, sections: Mapping[str, Any]) -> str:
    """Return a template's HTML with other content in its `mc:edit` elements; names it does not have are ignored (guess)."""
    made, end = [], 0
    for name, start, stop in _editable(html):
        made += [html[end:start], str(sections.get(name, html[start:stop]))]
        end = stop
    return "".join([*made, html[end:]])


def _editable(html: str) -> Iterator[tuple[str, int, int]]:
    """Yield the name of each editable container, and where its content begins and ends; they do not nest (reported)."""
    end = 0
    for found in _EDITABLE.finditer(html):
        if found.start() >= end and found[1].lower() not in _VOID:
            end = _end(html, found[1], found.end())
            yield found[2], found.end(), end


def _end(html: str, element: str, start: int) -> int:
    depth = 1
    for tag in re.finditer(rf"<(/?){element}\b", html[start:], re.IGNORECASE):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return start + tag.start()
    return len(html)


def _from_path(context: Context, call: Call) -> Template:
    number = call.params["template_id"]
    if not number.isdecimal():
        raise missing()
    return existing(context, int(number))


def _there(context: Context, template: Template) -> bool:
    return template.active or not context.holds["mailchimp.deleted-templates-gone"]


def _wanted(context: Context, template: Template, call: Call) -> bool:
    """Return whether a listing has it: all are of type `user` and of content type `html` here."""
    same = {"type": "user", "content_type": "html", "folder_id": template.folder, "category": "", "created_by": ""}
    chosen = all(call.arg(name) in (None, value) for name, value in same.items())
    bounds = ((test, name, call.arg(name)) for name, test in _BOUNDS.items())
    return _there(context, template) and chosen and all(test(template, bound(name, text)) for test, name, text in bounds if text)


def _body(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "type": "user",
        "name": template.name,
        "drag_and_drop": False,
        "responsive": "@media" in template.html,
        "category": "",
        "date_created": instant(template.created),
        "date_edited": instant(template.edited),
        "created_by": "",
        "edited_by": "",
        "active": template.active,
        "folder_id": template.folder,
        "thumbnail": "",
        "share_url": f"https://esp.example/templates/{template.id}",
        "content_type": "html",  # guess: templates made by the API are
    }


_PATH = "/templates"
ENDPOINTS = (
    Endpoint("GET", _PATH, list_templates, "templates.list"),
    Endpoint("POST", _PATH, create_template, "templates.create"),
    Endpoint("GET", _PATH + "/{template_id}", get_template, "templates.get_template"),
    Endpoint("PATCH", _PATH + "/{template_id}", update_template, "templates.update_template"),
    Endpoint("DELETE", _PATH + "/{template_id}", delete_template, "templates.delete_template"),
    Endpoint("GET", _PATH + "/{template_id}/default-content", get_default_content, "templates.get_default_content_for_template"),
)
