"""`/smtp/templates` and `/smtp/template/preview`. Sending (`/smtp/email`, `sendTest`) is not emulated: those paths are unknown here."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.emails import Senders, address_in, body_of_row, html_in
from franca_brevo.sandbox.errors import absent, invalid, missing
from franca_brevo.sandbox.people import People
from franca_brevo.sandbox.reading import body_of, flag_in, id_of, is_id, optional_text, page_of, text_in, word_arg
from franca_brevo.sandbox.rendering import RenderError
from franca_brevo.sandbox.store import Store

Rendering = Callable[[str, Mapping[str, Any], Mapping[str, Any], bool], str]
_FEED = re.compile(r"\bfeed\.([A-Za-z_][A-Za-z0-9_]*)")


class Templates:
    """Transactional templates; *rendering* takes a source, a contact's attributes, params, and whether it is HTML."""

    def __init__(self, store: Store, people: People, senders: Senders, rendering: Rendering) -> None:
        self._store, self._people, self._senders, self._rendering = store, people, senders, rendering

    def routes(self) -> Sequence[Route]:
        """Return the routes of templates."""
        many, one = "/v3/smtp/templates", "/v3/smtp/templates/{templateId}"
        return (
            Route("GET", many, self._list, "getSmtpTemplates"),
            Route("POST", many, self._create, "createSmtpTemplate"),
            Route("GET", one, self._get, "getSmtpTemplate"),
            Route("PUT", one, self._update, "updateSmtpTemplate"),
            Route("DELETE", one, self._delete, "deleteSmtpTemplate"),
            Route("POST", "/v3/smtp/template/preview", self._preview, "postPreviewSmtpEmailTemplates"),
        )

    def active_html(self, template: object) -> str:
        """Return the HTML of an active template (documented: campaigns copy only from active ones); refuse any other."""
        row = self._store.row("SELECT * FROM templates WHERE id = ? AND active", template) if is_id(template) else None
        if row is None:
            raise invalid("templateId is invalid")
        html: str = body_of_row(row)["htmlContent"]
        return html

    def _row(self, template: int) -> sqlite3.Row:
        row = self._store.row("SELECT * FROM templates WHERE id = ?", template)
        if row is None:
            raise absent("Template ID not found")  # words documented as the description of the 404
        return row

    def _list(self, call: Call) -> Reply:
        page = page_of(call, default=50, most=1000)
        wanted = word_arg(call, "templateStatus", ("true", "false"))
        where, values = ("1", ()) if wanted is None else ("active = ?", (int(wanted == "true"),))
        total = self._store.number(f"SELECT count(*) FROM templates WHERE {where}", *values)  # noqa: S608 - our own conditions
        sql = f"SELECT * FROM templates WHERE {where} ORDER BY id {page.order} LIMIT ? OFFSET ?"  # noqa: S608 - same
        return Reply(body={"count": total, "templates": list(map(_shown, self._store.rows(sql, *values, page.limit, page.offset)))})

    def _create(self, call: Call) -> Reply:
        body = body_of(call)
        for key in ("templateName", "subject"):
            text_in(body, key, key)
        self._senders.named(body)
        if not html_in(body):
            raise missing("htmlContent")
        active = flag_in(body, "isActive", default=False)  # documented: inactive unless told
        now, made = self._store.now(), json.dumps(self._fields(body))
        sql = "INSERT INTO templates (created_at, modified_at, active, body) VALUES (?, ?, ?, ?)"
        return Reply(status=201, body={"id": self._store.insert(sql, now, now, active, made)})

    def _get(self, call: Call) -> Reply:
        return Reply(body=_shown(self._row(id_of(call, "templateId"))))

    def _update(self, call: Call) -> Reply:
        row, body = self._row(id_of(call, "templateId")), body_of(call)
        active = flag_in(body, "isActive", default=bool(row["active"]))
        made = json.dumps(body_of_row(row) | self._fields(body))
        sql = "UPDATE templates SET modified_at = ?, active = ?, body = ? WHERE id = ?"
        self._store.run(sql, self._store.now(), active, made, row["id"])
        return Reply(status=204)

    def _delete(self, call: Call) -> Reply:
        row = self._row(id_of(call, "templateId"))
        if row["active"]:
            raise invalid("Template is active and cannot be deleted")  # documented: only inactive ones; code and words are guesses
        self._store.run("DELETE FROM templates WHERE id = ?", row["id"])
        return Reply(status=204)

    def _fields(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a body sets, under the names of the answers (documented: `templateName` is read as `name`)."""
        made: dict[str, Any] = {_READ.get(key, key): text_in(body, key, key) for key in ("templateName", "subject") if key in body}
        made |= {key: optional_text(body, key) for key in ("tag", "toField") if key in body}
        made |= {"replyTo": address_in(body, "replyTo")} if "replyTo" in body else {}
        made |= {"sender": self._senders.named(body)} if "sender" in body else {}
        return made | ({"htmlContent": html_in(body)} if "htmlContent" in body or "htmlUrl" in body else {})

    # -- preview

    def _preview(self, call: Call) -> Reply:
        # documented: email or params; with both, both are used (guess)
        body = body_of(call)
        if not is_id(body.get("templateId")):
            raise missing("templateId") if body.get("templateId") is None else invalid("templateId is invalid")
        template = _shown(self._row(body["templateId"]))
        if "email" not in body and "params" not in body:
            raise missing("email or params")
        params = body.get("params", {})
        if not isinstance(params, dict):
            raise invalid("params should be an object")
        person = self._person(text_in(body, "email", "email")) if "email" in body else {}
        try:
            return Reply(body=self._rendered(template, person, params))
        except RenderError as error:
            raise invalid(str(error)) from None  # the words are pongo2's; status and code are guesses

    def _person(self, email: str) -> Mapping[str, Any]:
        contact = self._people.by_email([email]).get(email)
        row = self._store.row("SELECT * FROM contacts WHERE id = ?", contact)
        if row is None:
            raise absent("Contact email not found")
        return {**json.loads(row["attributes"]), "EMAIL": row["email"]}

    def _rendered(self, template: Mapping[str, Any], person: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        html, sender = template["htmlContent"], template["sender"]
        # templates have no preview text in the API
        return {
            "html": self._rendering(html, person, params, True),
            "subject": self._rendering(template["subject"], person, params, False),
            "previewText": "",
            "fromEmail": sender["email"],
            "fromName": sender.get("name", ""),
            "usedFeedNames": sorted(set(_FEED.findall(html))),
        }


_READ = {"templateName": "name"}


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    # documented: every key that the contract requires; texts that were never given are empty (tag and toField: documented example)
    unset = {"replyTo": "", "tag": "", "toField": ""}
    dates = {"createdAt": row["created_at"], "modifiedAt": row["modified_at"]}
    return {"id": row["id"], **unset, **body_of_row(row), **dates, "isActive": bool(row["active"]), "testSent": False, "doiTemplate": False}
