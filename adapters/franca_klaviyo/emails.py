"""Templates and campaign drafts at Klaviyo (revision 2026-10-15: campaign, audience, message, variation). Nothing here can send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from franca.adapter import (
    COMPUTED,
    Content,
    Email,
    Remote,
    Resource,
    ResourceKind,
    TerminalError,
    content_digest,
    insist_on,
    key_of,
    owned_name,
)
from franca.definitions import Part
from franca_klaviyo.client import Client, L, M, Operation

PAGE = 10
"""Templates of one page (contract)."""

READ_TEMPLATES = Operation("read templates", "Templates", "get_templates", M)
READ_TEMPLATE = Operation("read template", "Templates", "get_template", M)
CREATE_TEMPLATE = Operation("create template", "Templates", "create_template", L, safe=False)
UPDATE_TEMPLATE = Operation("update template", "Templates", "update_template", L)
DELETE_TEMPLATE = Operation("delete template", "Templates", "delete_template", L, answers=False)
READ_CAMPAIGNS = Operation("read campaigns", "Campaigns", "get_campaigns", M)
READ_CAMPAIGN = Operation("read campaign", "Campaigns", "get_campaign", M)
READ_VARIATIONS = Operation("read campaign content", "Campaigns", "get_variations_for_campaign_message", M)
CREATE_CAMPAIGN = Operation("create campaign draft", "Campaigns", "create_campaign", M, safe=False)
UPDATE_CAMPAIGN = Operation("rename campaign draft", "Campaigns", "update_campaign", M)
UPDATE_AUDIENCE = Operation("change a draft's audience", "Campaigns", "update_campaign_audience", M)
UPDATE_VARIATION = Operation("change a draft's content", "Campaigns", "update_campaign_variation", M)
DELETE_CAMPAIGN = Operation("delete campaign draft", "Campaigns", "delete_campaign", M, answers=False)

_FIELD = re.compile(rf"\bfranca_({COMPUTED}[a-z0-9_]+)")
"""A computed field exists nowhere by itself at Klaviyo: it is there when a template of ours names it."""


def with_fields(email: Email) -> Email:
    """Return the template with a comment that names the fields which its subject alone reads: the subject is no part of a template."""
    html = email.parts.get(Part.HTML, "")
    others = "".join(text for part, text in email.parts.items() if part is not Part.HTML)
    names = sorted({found[0] for found in _FIELD.finditer(others)} - {found[0] for found in _FIELD.finditer(html)})
    if not names or not html:
        return email
    parts = {**email.parts, Part.HTML: f"{html}{{% comment %}}{' '.join(names)}{{% endcomment %}}"}
    return replace(email, parts=parts)


INCLUDE = ["campaign-audiences", "campaign-messages"]
_DETAILS = {
    "subject": "subject",
    "preview_text": "preview_text",
    "from": "from_email",
    "from_name": "from_label",
    "reply_to": "reply_to_email",
}


class Emails:
    """What one account holds of ours."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._templates: dict[str, str] = {}
        self.fields: set[str] = set()
        """Keys of the computed fields that our templates read."""

    def read(self) -> Iterator[Remote]:
        """Yield templates and campaigns; content is read of our campaigns alone."""
        self._templates.clear()
        self.fields.clear()
        for page in self._client.pages(READ_TEMPLATES, page_size=PAGE):
            for row in page["data"]:
                yield self._template(row)
        for page in self._client.pages(READ_CAMPAIGNS, include=INCLUDE):
            included = {(each["type"], each["id"]): each for each in page.get("included") or ()}
            for row in page["data"]:
                yield self._campaign(row, included)

    def contents(self) -> Iterator[Content]:
        """Yield templates that are not ours; subjects belong to messages."""
        for page in self._client.pages(READ_TEMPLATES, page_size=PAGE):
            for row in page["data"]:
                shown = row["attributes"]
                if key_of(shown["name"]) is None and shown.get("html"):
                    yield Content(name=shown["name"], html=shown["html"])

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a template or draft; return its id."""
        if resource.kind is ResourceKind.TEMPLATE:
            attributes = {
                "name": _name(resource),
                "editor_type": "CODE",
                "html": resource.payload["html"],
                "text": resource.payload["text"],
            }
            made = self._client.call(CREATE_TEMPLATE, {"data": {"type": "template", "attributes": attributes}})
            self._templates[resource.key] = str(made["data"]["id"])
            return self._templates[resource.key]
        made = self._client.call(CREATE_CAMPAIGN, {"data": {"type": "campaign", "attributes": self._inline(resource, body)}})
        identity = str(made["data"]["id"])
        self._check(identity, resource, body)
        return identity

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Make *remote* as it should be, in place. A template is cloned when it is assigned: a changed one is assigned again."""
        if resource.kind is ResourceKind.TEMPLATE:
            attributes = {"name": _name(resource), **resource.payload}
            data = {"type": "template", "id": remote.id, "attributes": attributes}
            self._client.call(UPDATE_TEMPLATE, remote.id, {"data": data})
            return
        data = {"type": "campaign", "id": remote.id, "attributes": {"definition": {"name": _name(resource)}}}
        self._client.call(UPDATE_CAMPAIGN, remote.id, {"data": data})
        audiences, messages = self._parts(remote.id)
        for audience in audiences:
            definition = {"included": [body["audience"]], "excluded": []}
            data = {"type": "campaign-audience", "id": audience["id"], "attributes": {"definition": definition}}
            self._client.call(UPDATE_AUDIENCE, audience["id"], {"data": data})
        for variation in self._variations(messages):
            changed = {"details": self._details(resource, body)}
            data = {"type": "campaign-variation", "id": variation["id"], "attributes": {"definition": changed}}
            self._client.call(UPDATE_VARIATION, variation["id"], {"data": data})
        self._check(remote.id, resource, body)

    def delete(self, remote: Remote) -> None:
        """Delete a template or draft; one that is gone already is fine."""
        try:
            self._client.call(DELETE_TEMPLATE if remote.kind is ResourceKind.TEMPLATE else DELETE_CAMPAIGN, remote.id)
        except TerminalError as error:
            if error.status != 404:
                raise

    # -- campaigns

    def _inline(self, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        variation: dict[str, Any] = {"definition": {"name": "A", "details": self._details(resource, body)}}
        message: dict[str, Any] = {"audience_temporary_id": "audience", "name": resource.title, "variations": [variation]}
        return {
            "definition": {"name": _name(resource), "builder": "wizard"},
            "audiences": [{"temporary_id": "audience", "name": resource.title, "included": [body["audience"]], "excluded": []}],
            "messages": [message],
        }

    def _details(self, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        details = {theirs: body[ours] for ours, theirs in _DETAILS.items()}
        return {"channel": "email", "template_id": self._templates[resource.payload["template"]], **details}

    def _check(self, identity: str, resource: Resource, body: Mapping[str, Any]) -> None:
        found = self._client.call(READ_CAMPAIGN, identity, include=INCLUDE)
        included = {(each["type"], each["id"]): each for each in found.get("included") or ()}
        remote = self._campaign(found["data"], included, content=True)
        insist_on(f"Klaviyo: campaign {resource.key!r}", body, remote.body, lambda: self.delete(remote))

    def _parts(self, identity: str) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        included = self._client.call(READ_CAMPAIGN, identity, include=INCLUDE).get("included") or ()
        audiences = [each for each in included if each["type"] == "campaign-audience"]
        return audiences, [each for each in included if each["type"] == "campaign-message"]

    def _variations(self, messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for message in messages:
            yield from self._client.call(READ_VARIATIONS, message["id"])["data"]

    def _campaign(self, row: Mapping[str, Any], included: Mapping[tuple[str, str], Any], *, content: bool = False) -> Remote:
        name, identity = row["attributes"]["definition"].get("name") or "", str(row["id"])
        audiences, messages = _related(row, "campaign-audiences", included), _related(row, "campaign-messages", included)
        states = sorted({str(each["attributes"]["definition"].get("status") or "draft") for each in messages} - {"draft"})
        settled = f"its status is {', '.join(states)}" if states else ""
        key = key_of(name)
        body: dict[str, Any] = {"audience": _audience(audiences)}
        if content or (key and not settled):
            body |= self._content(messages)
        return Remote(kind=ResourceKind.CAMPAIGN, id=identity, name=name, body=body, key=key, settled=settled)

    def _content(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what one variation says; several are not ours."""
        variations = list(self._variations(messages))
        if len(variations) != 1:
            return {"variations": len(variations)}
        details = variations[0]["attributes"]["definition"].get("details") or {}
        shown = {ours: details.get(theirs) or "" for ours, theirs in _DETAILS.items()}
        template = details.get("template_id")
        html = self._client.call(READ_TEMPLATE, template)["data"]["attributes"].get("html") if template else ""
        return {**shown, "html": content_digest(html or "")}

    def _template(self, row: Mapping[str, Any]) -> Remote:
        shown, identity = row["attributes"], str(row["id"])
        key = key_of(shown["name"])
        if key:
            self._templates[key] = identity
            self.fields |= set(_FIELD.findall(shown.get("html") or ""))
        body = {"html": content_digest(shown.get("html") or "")}
        return Remote(kind=ResourceKind.TEMPLATE, id=identity, name=shown["name"], body=body, key=key, version=shown.get("updated") or "")


def _name(resource: Resource) -> str:
    return owned_name(resource.title, resource.key)


def _related(row: Mapping[str, Any], name: str, included: Mapping[tuple[str, str], Any]) -> list[Mapping[str, Any]]:
    links = ((row.get("relationships") or {}).get(name) or {}).get("data") or ()
    return [included[link["type"], link["id"]] for link in links if (link["type"], link["id"]) in included]


def _audience(audiences: Sequence[Mapping[str, Any]]) -> str:
    """Return the one group that is the audience; empty when there are several, none, or exclusions."""
    definitions = [each["attributes"]["definition"] for each in audiences]
    included = [group for each in definitions for group in each.get("included") or ()]
    excluded = [group for each in definitions for group in each.get("excluded") or ()]
    return str(included[0]) if len(included) == 1 and not excluded else ""
