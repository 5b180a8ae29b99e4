"""Templates and campaign drafts at Brevo. Nothing here can send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import Content, Remote, Resource, ResourceKind, content_digest, insist_on, key_of, owned_name
from franca_brevo.client import Client, Row

TEMPLATES, TEMPLATE = "/smtp/templates", "/smtp/templates/{id}"
CAMPAIGNS, CAMPAIGN = "/emailCampaigns", "/emailCampaigns/{id}"
TEMPLATE_PAGE, CAMPAIGN_PAGE = 1_000, 100
DRAFT = "draft"


class Emails:
    """What one account holds of ours."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self) -> Iterator[Remote]:
        """Yield all templates and campaigns, ours or not."""
        for page in self._client.pages("read templates", TEMPLATES, "templates", TEMPLATE_PAGE):
            yield from map(_template, page.rows)
        for page in self._client.pages("read campaigns", CAMPAIGNS, "campaigns", CAMPAIGN_PAGE):
            yield from map(_campaign, page.rows)

    def contents(self) -> Iterator[Content]:
        """Yield templates that are not ours."""
        for page in self._client.pages("read templates", TEMPLATES, "templates", TEMPLATE_PAGE):
            for row in page.rows:
                if key_of(row["name"]) is None and row.get("htmlContent"):
                    yield Content(name=row["name"], html=row["htmlContent"], subject=row.get("subject") or "")

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a template or draft; return its id."""
        if resource.kind is ResourceKind.TEMPLATE:
            made = self._client.call("create a template", "POST", TEMPLATES, safe=False, body=_template_body(resource, body), needs=("id",))
            return str(made["id"])
        made = self._client.call("create a draft", "POST", CAMPAIGNS, safe=False, body=_campaign_body(resource, body), needs=("id",))
        self._check(str(made["id"]), resource, body)
        return str(made["id"])

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Make *remote* as it should be, in place."""
        names = {"id": remote.id}
        if resource.kind is ResourceKind.TEMPLATE:
            self._client.call("update a template", "PUT", TEMPLATE, safe=True, names=names, body=_template_body(resource, body))
            return
        self._client.call("update a draft", "PUT", CAMPAIGN, safe=True, names=names, body=_campaign_body(resource, body))
        self._check(remote.id, resource, body)

    def delete(self, remote: Remote) -> None:
        """Delete a template (which must be inactive first) or a draft."""
        names = {"id": remote.id}
        if remote.kind is ResourceKind.CAMPAIGN:
            self._client.drop("delete a draft", CAMPAIGN, names=names)
            return
        if remote.body.get("active"):
            self._client.call("deactivate a template", "PUT", TEMPLATE, safe=True, names=names, body={"isActive": False})
        self._client.drop("delete a template", TEMPLATE, names=names)

    def _check(self, identity: str, resource: Resource, body: Mapping[str, Any]) -> None:
        found = _campaign(self._client.get("read a draft", CAMPAIGN, names={"id": identity}, needs=("id",)))
        insist_on(f"Brevo: campaign {resource.key!r}", body, found.body, lambda: self.delete(found))


def _template(row: Row) -> Remote:
    body = {
        "html": content_digest(row.get("htmlContent") or ""),
        "subject": row.get("subject") or "",
        "sender": (row.get("sender") or {}).get("email") or "",
        "active": bool(row.get("isActive")),
    }
    name = row["name"]
    return Remote(
        kind=ResourceKind.TEMPLATE, id=str(row["id"]), name=name, body=body, key=key_of(name), version=row.get("modifiedAt") or ""
    )


def _template_body(resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "templateName": owned_name(resource.title, resource.key),
        "subject": body["subject"],
        "sender": {"email": body["sender"]},
        "htmlContent": resource.payload["html"],
        "isActive": True,
    }


def _campaign(row: Row) -> Remote:
    recipients, sender = row.get("recipients") or {}, row.get("sender") or {}
    lists: Sequence[int] = recipients.get("lists") or recipients.get("listIds") or ()
    others = [name for name in ("segments", "segmentIds") if recipients.get(name)]
    body = {
        "audience": str(lists[0]) if len(lists) == 1 and not others else "",
        "subject": row.get("subject") or "",
        "preview_text": row.get("previewText") or "",
        "from": sender.get("email") or "",
        "from_name": sender.get("name") or "",
        "reply_to": row.get("replyTo") or "",
        "html": content_digest(row.get("htmlContent") or ""),
    }
    settled = "" if row.get("status") == DRAFT else f"its status is {row.get('status')}"
    name = row["name"]
    return Remote(kind=ResourceKind.CAMPAIGN, id=str(row["id"]), name=name, body=body, key=key_of(name), settled=settled)


def _campaign_body(resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft: without `scheduledAt` it stays one (sheet 4.1). Empty texts are left out: Brevo takes null for a value."""
    optional = {"previewText": body["preview_text"], "replyTo": body["reply_to"]}
    name = {"name": body["from_name"]} if body["from_name"] else {}
    return {
        "name": owned_name(resource.title, resource.key),
        "sender": {"email": body["from"], **name},
        "subject": body["subject"],
        "htmlContent": resource.payload["html"],
        "recipients": {"listIds": [int(body["audience"])]},
        **{key: value for key, value in optional.items() if value},
    }
