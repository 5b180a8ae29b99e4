"""Templates and campaign drafts at Brevo. Nothing here can send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from franca.adapter import SPLIT, Content, Remote, Resource, ResourceKind, TerminalError, content_digest, insist_on, key_of, owned_name
from franca_brevo.client import Client, Row
from franca_brevo.experiments import read_back, written

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
        with _planned(body):
            made = self._client.call("create a draft", "POST", CAMPAIGNS, safe=False, body=_campaign_body(resource, body), needs=("id",))
        self._check(str(made["id"]), resource, body)
        return str(made["id"])

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> None:
        """Make *remote* as it should be, in place."""
        names = {"id": remote.id}
        if resource.kind is ResourceKind.TEMPLATE:
            self._client.call("update a template", "PUT", TEMPLATE, safe=True, names=names, body=_template_body(resource, body))
            return
        changed = {**_campaign_body(resource, body), **_cleared(remote, body)}
        with _planned(body):
            self._client.call("update a draft", "PUT", CAMPAIGN, safe=True, names=names, body=changed)
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
    sender = row.get("sender") or {}
    content = {"preview_text": row.get("previewText") or "", "html": content_digest(row.get("htmlContent") or "")}
    body = {
        **_audience(row.get("recipients") or {}),
        "from": sender.get("email") or "",
        "from_name": sender.get("name") or "",
        "reply_to": row.get("replyTo") or "",
        **read_back(row, content),
    }
    settled = "" if row.get("status") == DRAFT else f"its status is {row.get('status')}"
    name = row["name"]
    return Remote(kind=ResourceKind.CAMPAIGN, id=str(row["id"]), name=name, body=body, key=key_of(name), settled=settled)


def _audience(recipients: Row) -> dict[str, str]:
    """Return one list or one segment; anything else, also somebody left out, is no audience of ours."""
    found = {name: list(recipients.get(name) or recipients.get(other) or ()) for name, other in _RECIPIENTS.items()}
    lists, segments = found["lists"], found["segments"]
    if found["exclusionLists"] or found["exclusionSegments"] or len(lists) + len(segments) != 1:
        return {"audience": ""}
    return {"audience": str(lists[0])} if lists else {"audience": str(segments[0]), "audience_is": str(ResourceKind.SEGMENT)}


_RECIPIENTS = {
    "lists": "listIds",
    "segments": "segmentIds",
    "exclusionLists": "exclusionListIds",
    "exclusionSegments": "exclusionSegmentIds",
}
"""Names in answers, which are not those of requests (sheet 4.3)."""


def _campaign_body(resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft: without `scheduledAt` it stays one (sheet 4.1). Empty texts are left out: Brevo takes null for a value."""
    optional = {"previewText": _preview_text(body), "replyTo": body["reply_to"]}
    name = {"name": body["from_name"]} if body["from_name"] else {}
    return {
        "name": owned_name(resource.title, resource.key),
        "sender": {"email": body["from"], **name},
        **written(body),
        "htmlContent": resource.payload["html"],
        "recipients": {"segmentIds" if "audience_is" in body else "listIds": [int(body["audience"])]},
        **{key: value for key, value in optional.items() if value},
    }


def _preview_text(body: Mapping[str, Any]) -> str:
    content = body["arms"][0] if "arms" in body else body
    return str(content.get("preview_text") or "")


def _cleared(remote: Remote, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an update must say to take away what is there: an update leaves alone whatever it does not name."""
    plain = {"abTesting": False} if "arms" in remote.body and "arms" not in body else {}
    return plain | ({"previewText": ""} if _preview_text(remote.body) and not _preview_text(body) else {})


@contextmanager
def _planned(body: Mapping[str, Any]) -> Iterator[None]:
    """Name the way out when the account's plan has no A/B tests: Brevo answers 405 then (documented)."""
    try:
        yield
    except TerminalError as error:
        if error.status != 405 or "arms" not in body:
            raise
        raise TerminalError(
            "Brevo: this account's plan has no A/B tests",
            remedy=f"add tests: {SPLIT} to the destination, and Franca splits the audience itself; or move to a plan that has them",
            operation=error.operation,
            status=error.status,
        ) from error
