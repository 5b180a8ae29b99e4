"""`/emailCampaigns`: drafts, tests among them, and what was sent. No call of the API sends here: those paths are unknown."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.abtests import ab_test, as_read
from franca_brevo.sandbox.emails import Senders, address_in, body_of_row, html_in
from franca_brevo.sandbox.errors import RefusedError, absent, invalid, missing, too_many
from franca_brevo.sandbox.folders import Folders
from franca_brevo.sandbox.reading import body_of, flag_in, id_of, ids_in, optional_text, page_of, text_in, word_arg
from franca_brevo.sandbox.reports import STATISTICS, Reports
from franca_brevo.sandbox.segments import Segments
from franca_brevo.sandbox.store import Store
from franca_brevo.sandbox.templates import Templates

QUOTA = 10_000  # reported: stored campaigns, drafts included; 50,000 Enterprise
FLAGS = ("mirrorActive", "inlineImageActivation", "sendAtBestTime")
TEXTS = ("tag", "previewText", "toField", "header", "footer", "unsubscriptionPageId", "updateFormId")
UTM = ("utmCampaign", "utmContent", "utmTerm")
UTM_TEXT = re.compile(r"[A-Za-z0-9 ]*")  # documented
PREMIUM = ("abTesting", "sendAtBestTime")
STATUSES = ("suspended", "archive", "sent", "queued", "draft", "inProcess", "inReview")  # documented: words of queries, not of answers
OF_MANY = STATISTICS[:3]  # documented: devices and browsers are told of one campaign only
DEFAULT_REPLY_TO = "[DEFAULT_REPLY_TO]"

# documented: an audience is read back under other names
AUDIENCE = {
    "listIds": "lists",
    "exclusionListIds": "exclusionLists",
    "segmentIds": "segments",
    "exclusionSegmentIds": "exclusionSegments",
}


class Campaigns:
    """The campaigns of an account; a row holds the whole campaign as the API shows it. *premium*: whether the plan has A/B tests."""

    def __init__(
        self,
        store: Store,
        folders: Folders,
        segments: Segments,
        senders: Senders,
        templates: Templates,
        *,
        reports: Reports,
        assumptions: Mapping[str, bool],
        premium: Callable[[], bool],
    ) -> None:
        self._store, self._folders, self._segments, self._senders, self._templates = store, folders, segments, senders, templates
        self._reports, self._assumptions, self._premium = reports, assumptions, premium

    def routes(self) -> Sequence[Route]:
        """Return the routes of campaigns."""
        many, one = "/v3/emailCampaigns", "/v3/emailCampaigns/{campaignId}"
        return (
            Route("GET", many, self._list, "getEmailCampaigns"),
            Route("POST", many, self._create, "createEmailCampaign"),
            Route("GET", one, self._get, "getEmailCampaign"),
            Route("PUT", one, self._update, "updateEmailCampaign"),
            Route("DELETE", one, self._delete, "deleteEmailCampaign"),
        )

    def _list(self, call: Call) -> Reply:
        page = page_of(call, default=50, most=100)
        wanted = word_arg(call, "statistics", OF_MANY)
        bare = word_arg(call, "excludeHtmlContent", ("true", "false")) == "true"
        drafts = word_arg(call, "type", ("classic", "trigger")) != "trigger"
        status = word_arg(call, "status", STATUSES)
        where, values = "? AND (? IS NULL OR status = ?)", (drafts, status, status)
        total = self._store.number(f"SELECT count(*) FROM campaigns WHERE {where}", *values)  # noqa: S608 - our own condition
        sql = f"SELECT * FROM campaigns WHERE {where} ORDER BY id {page.order} LIMIT ? OFFSET ?"  # noqa: S608 - same
        shown = [
            self._shown(row, wanted) | ({"htmlContent": ""} if bare else {})
            for row in self._store.rows(sql, *values, page.limit, page.offset)
        ]
        return Reply(body={"count": total, "campaigns": shown})

    def _create(self, call: Call) -> Reply:
        body = body_of(call)
        self._refuse_beyond(body)
        text_in(body, "name", "name")
        self._senders.named(body)
        if not body.get("abTesting"):
            text_in(body, "subject", "subject")
        contents = [key for key in ("htmlContent", "htmlUrl", "templateId") if key in body]
        if not contents:
            raise missing("htmlContent")
        if len(contents) > 1:
            raise invalid("Only one of htmlContent, htmlUrl or templateId should be passed")
        if self._store.number("SELECT count(*) FROM campaigns") >= QUOTA:
            raise too_many("campaigns", QUOTA)
        copied = {"htmlContent": self._templates.active_html(body["templateId"])} if contents == ["templateId"] else {}
        made, now = json.dumps(self._fields(body) | copied), self._store.now()
        # documented: without scheduledAt it stays a draft; names are not unique
        sql = "INSERT INTO campaigns (created_at, modified_at, status, body) VALUES (?, ?, 'draft', ?)"
        return Reply(status=201, body={"id": self._store.insert(sql, now, now, made)})

    def _row(self, call: Call) -> sqlite3.Row:
        row = self._store.row("SELECT * FROM campaigns WHERE id = ?", id_of(call, "campaignId"))
        if row is None:
            raise absent("Campaign ID not found")  # words: the contract's list of codes
        return row

    def _get(self, call: Call) -> Reply:
        return Reply(body=self._shown(self._row(call), word_arg(call, "statistics", STATISTICS)))

    def _update(self, call: Call) -> Reply:
        row, body = self._row(call), body_of(call)
        if row["status"] != "draft":
            # the code is documented; that it comes here, and its words, are guesses
            raise RefusedError(400, "campaign_sent", "Campaign is already sent")
        self._refuse_beyond(body)
        kept = body_of_row(row)
        if "abTesting" not in body and not self._assumptions["brevo.update-keeps-test"]:
            kept["abTesting"] = False  # documented default of an update too, read as what is done when nothing is said
        made = json.dumps(kept | self._fields(body))
        self._store.run("UPDATE campaigns SET modified_at = ?, body = ? WHERE id = ?", self._store.now(), made, row["id"])
        return Reply(status=204)

    def _delete(self, call: Call) -> Reply:
        # documented: 403 when it is scheduled, which none is here; that one which was sent can go is a guess
        self._store.run("DELETE FROM campaigns WHERE id = ?", self._row(call)["id"])
        return Reply(status=204)

    # -- what a body sets

    def _fields(self, body: Mapping[str, Any]) -> dict[str, Any]:
        named = ("name",) if body.get("abTesting") else ("name", "subject")  # documented: the subject is ignored then
        made: dict[str, Any] = {key: text_in(body, key, key) for key in named if key in body}
        made |= {key: optional_text(body, key) for key in TEXTS if key in body}
        made |= {key: _utm(body, key) for key in UTM if key in body}
        made |= {key: flag_in(body, key, default=False) for key in FLAGS if key in body}
        made |= ab_test(body, best_time=flag_in(body, "sendAtBestTime", default=False))
        made |= {"replyTo": address_in(body, "replyTo")} if "replyTo" in body else {}
        made |= {"sender": self._sender(body)} if "sender" in body else {}
        made |= {"htmlContent": html_in(body)} if "htmlContent" in body or "htmlUrl" in body else {}
        made |= {"params": _params(body)} if "params" in body else {}
        return made | ({"recipients": self._recipients(body["recipients"])} if "recipients" in body else {})

    def _sender(self, body: Mapping[str, Any]) -> dict[str, Any]:
        # documented: the id is a number here, and a text at templates
        found: dict[str, Any] = dict(self._senders.named(body))
        return found | ({"id": int(found["id"])} if "id" in found else {})

    def _recipients(self, given: object) -> dict[str, list[int]]:
        """Return an audience as it is read back; an update replaces it whole (guess)."""
        if not isinstance(given, dict):
            raise invalid("recipients should be an object")
        ids = {key: list(ids_in(given, key)) for key in AUDIENCE}
        if not ids["listIds"] and not ids["segmentIds"]:
            raise missing("listIds or segmentIds")  # documented: "segmentIds mandatory if listIds are not used"
        for key, found in ids.items():
            self._refuse_unknown(key, found)
        return {AUDIENCE[key]: found for key, found in ids.items()}

    def _refuse_unknown(self, key: str, ids: Sequence[int]) -> None:
        find = self._folders.require_list if "List" in key or key == "listIds" else self._segments.filter_of
        for each in ids:
            try:
                find(each)
            except RefusedError:
                raise invalid(f"{key}: ID {each} does not exist") from None  # guess, also that unknown ids are refused

    def _shown(self, row: sqlite3.Row, statistics: str | None) -> dict[str, Any]:
        # header and footer: as in the documented examples; `params` is not among what is read back (documented)
        body = as_read(body_of_row(row))
        body.pop("params", None)
        audience = body.pop("recipients", {name: [] for name in AUDIENCE.values()})
        if not audience["exclusionSegments"]:
            del audience["exclusionSegments"]  # unverified whether it is shown at all (sheet 4.3)
        unset = {"header": "[DEFAULT_HEADER]", "footer": "[DEFAULT_FOOTER]", "toField": "", "mirrorActive": False}
        found = {"id": row["id"], "type": "classic", "status": row["status"], **unset, **body, "recipients": audience}
        found |= {"replyTo": body.get("replyTo") or self._unset_reply_to()} | ({"sentDate": row["sent_at"]} if row["sent_at"] else {})
        found |= {"testSent": False, "createdAt": row["created_at"], "modifiedAt": row["modified_at"]}
        return found | self._reports.statistics(row, statistics)

    def _unset_reply_to(self) -> str:
        return "" if self._assumptions["brevo.unset-reply-to-empty"] else DEFAULT_REPLY_TO

    def _refuse_beyond(self, body: Mapping[str, Any]) -> None:
        """Refuse what the plan has not (405: documented for A/B and best time, reported for `tag`), and what would send."""
        wanted = next((key for key in PREMIUM if flag_in(body, key, default=False)), "tag" if body.get("tag") else None)
        if wanted is not None and not self._premium():
            raise RefusedError(405, "method_not_allowed", f"{wanted} is not available in your current plan")
        if "scheduledAt" in body:
            raise invalid("scheduledAt: this sandbox keeps drafts only")  # not Brevo's: it would schedule


def _utm(body: Mapping[str, Any], key: str) -> str:
    text = optional_text(body, key)
    if not UTM_TEXT.fullmatch(text):
        raise invalid(f"{key}: only alphanumeric characters and spaces are allowed")
    return text


def _params(body: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(body["params"], dict):
        raise invalid("params should be an object")
    params: Mapping[str, Any] = body["params"]
    return params
