"""Templates at Klaviyo; campaign drafts are in `drafts`. Nothing here can send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from franca.adapter import Content, Remote, Resource, ResourceKind, TerminalError, content_digest, key_of, owned_name
from franca_klaviyo.arms import COMPUTED_FIELD
from franca_klaviyo.client import Client, L, M, Operation
from franca_klaviyo.drafts import Drafts

PAGE = 10
"""Templates of one page (contract)."""

READ_TEMPLATES = Operation("read templates", "Templates", "get_templates", M)
CREATE_TEMPLATE = Operation("create template", "Templates", "create_template", L, safe=False)
UPDATE_TEMPLATE = Operation("update template", "Templates", "update_template", L)
DELETE_TEMPLATE = Operation("delete template", "Templates", "delete_template", L, answers=False)


class Emails:
    """What one account holds of ours."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._templates: dict[str, str] = {}
        self.drafts = Drafts(client, self._templates)
        self.fields: set[str] = set()
        """Keys of the computed fields that our templates read."""

    def read(self) -> Iterator[Remote]:
        """Yield templates and campaigns."""
        self._templates.clear()
        self.fields.clear()
        for page in self._client.pages(READ_TEMPLATES, page_size=PAGE):
            for row in page["data"]:
                yield self._template(row)
        yield from self.drafts.read()

    def contents(self) -> Iterator[Content]:
        """Yield templates that are not ours; subjects belong to messages."""
        for page in self._client.pages(READ_TEMPLATES, page_size=PAGE):
            for row in page["data"]:
                shown = row["attributes"]
                if key_of(shown["name"]) is None and shown.get("html"):
                    yield Content(name=shown["name"], html=shown["html"])

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a template or draft; return its id."""
        if resource.kind is not ResourceKind.TEMPLATE:
            return self.drafts.create(resource, body)
        attributes = {
            "name": owned_name(resource.title, resource.key),
            "editor_type": "CODE",
            "html": resource.payload["html"],
            "text": resource.payload["text"],
        }
        made = self._client.call(CREATE_TEMPLATE, {"data": {"type": "template", "attributes": attributes}})
        self._templates[resource.key] = str(made["data"]["id"])
        return self._templates[resource.key]

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Make *remote* as it should be, in place."""
        if resource.kind is not ResourceKind.TEMPLATE:
            self.drafts.update(remote, resource, body)
            return
        attributes = {"name": owned_name(resource.title, resource.key), **resource.payload}
        self._client.call(UPDATE_TEMPLATE, remote.id, {"data": {"type": "template", "id": remote.id, "attributes": attributes}})

    def delete(self, remote: Remote) -> None:
        """Delete a template or draft; one that is gone already is fine."""
        if remote.kind is not ResourceKind.TEMPLATE:
            self.drafts.delete(remote.id)
            return
        try:
            self._client.call(DELETE_TEMPLATE, remote.id)
        except TerminalError as error:
            if error.status != 404:
                raise

    def _template(self, row: Mapping[str, Any]) -> Remote:
        shown, identity = row["attributes"], str(row["id"])
        key = key_of(shown["name"])
        if key:
            self._templates[key] = identity
            self.fields |= set(COMPUTED_FIELD.findall(shown.get("html") or ""))
        body = {"html": content_digest(shown.get("html") or "")}
        return Remote(kind=ResourceKind.TEMPLATE, id=identity, name=shown["name"], body=body, key=key, version=shown.get("updated") or "")
