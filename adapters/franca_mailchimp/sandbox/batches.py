"""Batches: up to a thousand calls, done later, one batch at a time."""

from __future__ import annotations

import io
import json
import secrets
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from franca.sandbox import Call, Clock, Reply
from franca_mailchimp.sandbox.context import Context, Endpoint, body, require
from franca_mailchimp.sandbox.paging import page
from franca_mailchimp.sandbox.problems import FieldError, Problem, invalid, missing
from franca_mailchimp.sandbox.shapes import instant

OPERATIONS, PENDING = 1000, 500
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RESULTS_PATH = "/batch-results/{name}"
FILE_SIZE = 250  # guess: results come in several files
URL_SECONDS = 600.0  # documented to be short-lived; ten minutes is a guess


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast batches go, in seconds of the clock's ticks (guesses): before the first operation, after the last, and between."""

    prepare: float = 1.0
    per_operation: float = 0.01
    finalize: float = 1.0


@dataclass(kw_only=True)
class Batch:
    """One batch; *begins* (ticks) is None while another one runs."""

    id: str
    operations: Sequence[Mapping[str, Any]]
    submitted: datetime
    submitted_ticks: float
    begins: float | None = None
    completed: datetime | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    links: dict[str, float] = field(default_factory=dict)

    def ends(self, pace: Pace) -> float:
        """Return the tick at which a batch that has begun is finished."""
        return (self.begins or 0.0) + pace.prepare + len(self.operations) * pace.per_operation + pace.finalize


class Batches:
    """The account's batches; *send* makes one call without admission."""

    def __init__(self, clock: Clock, pace: Pace, send: Callable[[Call], Reply]) -> None:
        self._clock, self._usual, self._send = clock, pace, send
        self._batches: dict[str, Batch] = {}
        self._free = 0.0

    @property
    def _pace(self) -> Pace:
        prepare, each, finalize = (seconds * self._clock.slow for seconds in astuple(self._usual))
        return Pace(prepare=prepare, per_operation=each, finalize=finalize)

    def settle(self) -> None:
        """Do what is due by now, batch after batch; so a batch that is looked at early, or deleted, is half done."""
        for batch in self._batches.values():
            if batch.completed:
                continue
            if batch.begins is None:
                batch.begins = max(self._free, batch.submitted_ticks)
            self._work(batch)
            if not batch.completed:
                return
            self._free = batch.ends(self._pace)

    def _work(self, batch: Batch) -> None:
        now, begins = self._clock.ticks(), batch.begins or 0.0
        while len(batch.results) < len(batch.operations):
            if now < begins + self._pace.prepare + (len(batch.results) + 1) * self._pace.per_operation:
                return
            batch.results.append(self._result(batch.operations[len(batch.results)]))
        if now >= batch.ends(self._pace):
            batch.completed = self._clock.now()

    def _result(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        reply = self._send(_call(operation))
        answer = {**reply.body, "instance": ""} if reply.status >= 400 else reply.body  # reported: hitobito/hitobito#1819
        text = "" if answer is None else json.dumps(answer, ensure_ascii=False)
        return {"status_code": reply.status, "operation_id": operation.get("operation_id"), "response": text}

    def start(self, _context: Context, call: Call) -> Reply:
        """POST /batches."""
        given = body(call)
        require(given, {"operations": list}, ("operations",))
        _check(given["operations"])
        if sum(batch.completed is None for batch in self._batches.values()) >= PENDING:
            raise Problem(429, "Too Many Requests", f"You have more than {PENDING} pending batches.")
        batch = Batch(
            id=secrets.token_hex(5), operations=given["operations"], submitted=self._clock.now(), submitted_ticks=self._clock.ticks()
        )
        self._batches[batch.id] = batch
        self.settle()
        return Reply(body=self._body(batch, call))

    def list(self, _context: Context, call: Call) -> Reply:
        """GET /batches."""
        bodies = [self._body(batch, call) for batch in page(call, list(self._batches.values()))]
        return Reply(body={"batches": bodies, "total_items": len(self._batches)})

    def status(self, _context: Context, call: Call) -> Reply:
        """GET /batches/{batch_id}."""
        return Reply(body=self._body(self._find(call.params["batch_id"]), call))

    def delete_request(self, _context: Context, call: Call) -> Reply:
        """DELETE /batches/{batch_id}: stops it; what it did stays done, and its results are lost."""
        batch = self._batches.pop(self._find(call.params["batch_id"]).id)
        if batch.begins is not None and not batch.completed:
            self._free = self._clock.ticks()
        return Reply(status=204)

    def results(self, call: Call) -> Reply:
        """Return the gzipped tar behind a `response_body_url`; the link is its own key and runs out (403, as of object stores; guess)."""
        name, _, link = call.params["name"].partition(".tar.gz")[0].partition("-")
        batch = self._batches.get(name)
        if batch is None or self._clock.ticks() >= batch.links.get(link, 0.0):
            return Reply(status=403, body="<Error><Code>AccessDenied</Code></Error>", media_type="application/xml")
        return Reply(body=_archive(batch), media_type="application/gzip")

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the operations on batches."""
        return (
            Endpoint("POST", "/batches", self.start, "batches.start"),
            Endpoint("GET", "/batches", self.list, "batches.list"),
            Endpoint("GET", "/batches/{batch_id}", self.status, "batches.status"),
            Endpoint("DELETE", "/batches/{batch_id}", self.delete_request, "batches.delete_request"),
        )

    def _find(self, batch_id: str) -> Batch:
        found = self._batches.get(batch_id)
        if found is None:
            raise missing()
        return found

    def _body(self, batch: Batch, call: Call) -> dict[str, Any]:
        return {
            "id": batch.id,
            "status": self._status(batch),
            "total_operations": len(batch.operations),
            "finished_operations": len(batch.results),
            "errored_operations": sum(result["status_code"] >= 400 for result in batch.results),
            "submitted_at": instant(batch.submitted),
            "completed_at": instant(batch.completed),
            "response_body_url": self._link(batch, call) if batch.completed else "",
        }

    def _status(self, batch: Batch) -> str:
        if batch.completed:
            return "finished"
        if batch.begins is None:
            return "pending"
        if self._clock.ticks() < batch.begins + self._pace.prepare:
            return "preprocessing"
        return "started" if len(batch.results) < len(batch.operations) else "finalizing"

    def _link(self, batch: Batch, call: Call) -> str:
        link = secrets.token_hex(8)
        batch.links[link] = self._clock.ticks() + URL_SECONDS
        return f"http://{call.headers.get('host', '127.0.0.1')}" + RESULTS_PATH.format(name=f"{batch.id}-{link}.tar.gz")


def _check(operations: Sequence[Any]) -> None:
    if len(operations) > OPERATIONS:
        raise invalid(FieldError("operations", f"This collection should contain {OPERATIONS} elements or less."))
    errors = [
        FieldError(f"operations.item:{place}.{key}", message) for place, one in enumerate(operations) for key, message in _errors(one)
    ]
    if errors:
        raise invalid(*errors)


def _errors(operation: Any) -> list[tuple[str, str]]:
    if not isinstance(operation, Mapping):
        return [("", "Schema describes object, another type found instead")]
    found = [] if operation.get("method") in METHODS else [("method", "Value must be one of: " + ", ".join(METHODS))]
    if not isinstance(operation.get("path"), str):
        found.append(("path", "This value should not be blank."))
    if not isinstance(operation.get("body", ""), str):
        found.append(("body", "Schema describes string, object found instead"))
    return found


def _call(operation: Mapping[str, Any]) -> Call:
    """Return the call of one operation; its `count` is lost on the way (reported: thorning/node-mailchimp#55)."""
    text = operation.get("body") or ""
    try:
        decoded = json.loads(text) if text else None
    except ValueError:
        decoded = None
    query = tuple((name, str(value)) for name, value in (operation.get("params") or {}).items() if name != "count")
    path = "/3.0/" + operation["path"].removeprefix("/3.0/").strip("/")
    return Call(method=operation["method"], path=path, query=query, body=decoded, raw=text.encode())


def _archive(batch: Batch) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for start in range(0, len(batch.results), FILE_SIZE):
            content = json.dumps(batch.results[start : start + FILE_SIZE], ensure_ascii=False).encode()
            entry = tarfile.TarInfo(f"{batch.id}-{start // FILE_SIZE}.json")
            entry.size, entry.mtime = len(content), int((batch.submitted - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
