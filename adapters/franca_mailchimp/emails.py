"""Templates and campaign drafts at Mailchimp. Nothing here can send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import SPLIT, Content, Remote, Resource, ResourceKind, TerminalError, content_digest, insist_on, key_of, owned_name
from franca_mailchimp import variate
from franca_mailchimp.audience import Audience
from franca_mailchimp.client import Operation

READ_TEMPLATES = Operation("read templates", "templates", "list")
CREATE_TEMPLATE = Operation("create template", "templates", "create", safe=False)
UPDATE_TEMPLATE = Operation("update template", "templates", "update_template")
DELETE_TEMPLATE = Operation("delete template", "templates", "delete_template", answers=False)
READ_CAMPAIGNS = Operation("read campaigns", "campaigns", "list")
READ_CAMPAIGN = Operation("read campaign", "campaigns", "get")
READ_CONTENT = Operation("read campaign content", "campaigns", "get_content")
CREATE_CAMPAIGN = Operation("create campaign draft", "campaigns", "create", safe=False)
UPDATE_CAMPAIGN = Operation("update campaign draft", "campaigns", "update")
WRITE_CONTENT = Operation("write campaign content", "campaigns", "set_content")
DELETE_CAMPAIGN = Operation("delete campaign draft", "campaigns", "remove", answers=False)

READ_SEGMENT = Operation("read segment", "lists", "get_segment")

DRAFT = "save"
"""The status of a campaign that nobody has scheduled or sent."""

_ROW = ("id", "type", "status", "recipients.list_id", "recipients.segment_opts", "settings", "variate_settings")
_CONTENT = ("html", "variate_contents.html")


class Emails:
    """What one audience's account holds of ours."""

    def __init__(self, audience: Audience) -> None:
        self._audience, self._client = audience, audience.client

    def read(self) -> Iterator[Remote]:
        """Yield templates made by users, and this audience's campaigns; content is read of ours alone."""
        for row in self._client.rows(READ_TEMPLATES, "templates", fields=("id", "name", "date_edited", "active"), type="user"):
            if not row.get("active", True):
                continue  # the API description says that deleted templates are marked so
            yield Remote(
                kind=ResourceKind.TEMPLATE,
                id=str(row["id"]),
                name=row["name"],
                key=key_of(row["name"]),
                version=row.get("date_edited") or "",
            )
        yield from (self._remote(row) for row in self._campaigns())

    def contents(self) -> Iterator[Content]:
        """Yield the content of drafts that are not ours: no call shows the HTML of a template."""
        for row in self._campaigns(status=DRAFT):
            title = (row.get("settings") or {}).get("title") or ""
            html = [] if key_of(title) else self._html(str(row["id"]))
            if html and html[0]:
                yield Content(name=title or str(row["id"]), html=html[0], subject=variate.subjects(row)[0])

    def create(self, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make a template or draft; return its id."""
        if resource.kind is ResourceKind.TEMPLATE:
            made = self._client.call(CREATE_TEMPLATE, {"name": _name(resource), "html": resource.payload["html"]})
            return str(made["id"])
        identity = self._make(resource, body)
        self._fill(identity, resource, body)
        return identity

    def update(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make *remote* as it should be: in place, unless a plain draft becomes a test or a test a plain draft; return its id."""
        if resource.kind is ResourceKind.TEMPLATE:  # both are required (sheet 4.3)
            self._client.call(UPDATE_TEMPLATE, remote.id, {"name": _name(resource), "html": resource.payload["html"]})
            return remote.id
        if variate.replaced(remote.body, body):
            return self._replace(remote, resource, body)
        self._client.call(UPDATE_CAMPAIGN, remote.id, self._settings(resource, body))
        self._fill(remote.id, resource, body)
        return remote.id

    def delete(self, remote: Remote) -> None:
        """Delete a template or draft; one that is gone already is fine."""
        try:
            self._client.call(DELETE_TEMPLATE if remote.kind is ResourceKind.TEMPLATE else DELETE_CAMPAIGN, remote.id)
        except TerminalError as error:
            if error.status != 404:
                raise

    def _make(self, resource: Resource, body: Mapping[str, Any]) -> str:
        settings = self._settings(resource, body)
        if not variate.is_test(body):
            return str(self._client.call(CREATE_CAMPAIGN, {"type": variate.REGULAR, **settings})["id"])
        try:
            return str(self._client.call(CREATE_CAMPAIGN, {"type": variate.VARIATE, **settings})["id"])
        except TerminalError as error:  # how a plan without tests answers is not documented
            remedy = f"should the plan have no A/B tests: add tests: {SPLIT} to the destination, and Franca splits the audience itself"
            remedies = "; ".join(filter(None, [error.problem.remedy, remedy]))
            raise TerminalError(
                error.problem.what, remedy=remedies, operation=error.operation, status=error.status, request_id=error.request_id
            ) from error

    def _replace(self, remote: Remote, resource: Resource, body: Mapping[str, Any]) -> str:
        """Make another draft in the place of *remote*; return its id.

        It is deleted first: of two with one mark somebody would have to choose. Stopped in between, the next plan makes the draft; and
        whoever got no answer and comes back looks first for what was made.

        Raises:
            TerminalError: somebody scheduled or sent it just now.
        """
        self._delete_draft(remote)
        drafts = self._campaigns(status=DRAFT)
        made = next((row for row in drafts if str(row["id"]) != remote.id and _key(row) == resource.key), None)
        return self.create(resource, body) if made is None else self.update(self._remote(made), resource, body)

    def _delete_draft(self, remote: Remote) -> None:
        try:
            status = self._client.call(READ_CAMPAIGN, remote.id, fields=["id", "status"])["status"]
        except TerminalError as error:
            if error.status != 404:
                raise
            return
        if status != DRAFT:
            raise TerminalError(f"Mailchimp: {remote.name!r} is no draft any more, its status is {status}", remedy="plan again")
        self.delete(remote)

    def _fill(self, identity: str, resource: Resource, body: Mapping[str, Any]) -> None:
        """Write the content, and read everything back: a mistake in `segment_opts` would target the whole audience (sheet 4.1)."""
        content = {"html": resource.payload["html"], "plain_text": resource.payload["text"]}
        test = {"variate_contents": [{"content_label": variate.CONTENT_LABEL, **content}]}
        self._client.call(WRITE_CONTENT, identity, test if variate.is_test(body) else content)
        found = self._remote(self._client.call(READ_CAMPAIGN, identity), content=True)
        insist_on(f"Mailchimp: campaign {resource.key!r}", body, found.body, lambda: self.delete(found))

    def _settings(self, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        # `match` too: a saved segment alone was seen not to apply (reported, sheet 4.1). Its own, lest another one override it.
        segment = self._client.call(READ_SEGMENT, self._audience.id, body["audience"], fields=["id", "name", "options.match"])
        options = {"saved_segment_id": int(body["audience"]), "match": (segment.get("options") or {}).get("match") or "all"}
        text = variate.control(body)
        return {
            "recipients": {"list_id": self._audience.id, "segment_opts": options},
            "settings": {
                "title": _name(resource),
                "subject_line": text["subject"],
                "preview_text": text["preview_text"],
                "from_name": body["from_name"],
                "reply_to": body["reply_to"],
                "auto_footer": False,
                "inline_css": False,
            },
            **({"variate_settings": variate.settings(body)} if variate.is_test(body) else {}),
        }

    def _campaigns(self, **chosen: str) -> Iterator[Mapping[str, Any]]:
        return self._client.rows(READ_CAMPAIGNS, "campaigns", fields=_ROW, list_id=self._audience.id, **chosen)

    def _remote(self, row: Mapping[str, Any], *, content: bool = False) -> Remote:
        settings, identity = row.get("settings") or {}, str(row["id"])
        key, settled = _key(row), "" if row["status"] == DRAFT else f"its status is {row['status']}"
        options = (row.get("recipients") or {}).get("segment_opts") or {}
        digests = [content_digest(each) for each in self._html(identity)] if content or (key and not settled) else []
        body = {
            "audience": str(options.get("saved_segment_id") or ""),
            "from_name": settings.get("from_name") or "",
            "reply_to": settings.get("reply_to") or "",
            **(variate.read(row, digests) if row.get("type") == variate.VARIATE else _plain(settings, digests)),
        }
        return Remote(kind=ResourceKind.CAMPAIGN, id=identity, name=settings.get("title") or "", body=body, key=key, settled=settled)

    def _html(self, identity: str) -> list[str]:
        """Return the contents of a draft: that of a test stands elsewhere (documented)."""
        found = self._client.call(READ_CONTENT, identity, fields=list(_CONTENT))
        return [each.get("html") or "" for each in found.get("variate_contents") or ()] or [found.get("html") or ""]


def _plain(settings: Mapping[str, Any], digests: Sequence[str]) -> dict[str, str]:
    return {
        "subject": settings.get("subject_line") or "",
        "preview_text": settings.get("preview_text") or "",
        "html": digests[0] if digests else "",
    }


def _key(row: Mapping[str, Any]) -> str | None:
    return key_of((row.get("settings") or {}).get("title") or "")


def _name(resource: Resource) -> str:
    return owned_name(resource.title, resource.key)
