"""Values of marker fields, written by batches of PATCH: that changes contacts which are there and cannot make one."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import Contact, Remote, TerminalError, TransientError, Written
from franca.adapter.jobs import LostJobError, OnJob, Rows, lost_if_unknown
from franca_mailchimp.audience import Audience
from franca_mailchimp.capabilities import FIELDS_BATCH
from franca_mailchimp.client import Client, Operation
from franca_mailchimp.errors import words

# Repeating a batch of the same values changes nothing more.
START = Operation("write markers", "batches", "start")
READ_BATCH = Operation("read batch", "batches", "status")
READ_BATCHES = Operation("read batches", "batches", "list")
RESULTS = "read results of batch"
OVER = "finished"

FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WORK = 2.0, 30.0, 3_600.0
"""Seconds until the first look at a batch, between two looks at most, and until it counts as stuck."""
LARGEST_RESULTS = 64 * 1024 * 1024
"""Bytes of the unpacked results of one batch; a thousand contacts take about two million."""


def write_field(audience: Audience, remote: Remote, values: Rows, on_job: OnJob) -> Iterator[Written]:
    """Write a merge field of known contacts, 1,000 a batch, each batch awaited."""
    tag = str(remote.body["tag"])
    for start in range(0, len(values), FIELDS_BATCH):
        rows = values[start : start + FIELDS_BATCH]
        batch = audience.client.call(START, {"operations": [_operation(audience.id, tag, each, value) for each, value in rows]})
        on_job(str(batch["id"]), rows)
        yield _written(audience.client, batch, rows)


def finish(client: Client, job: str, rows: Rows) -> Written:
    """Wait until a batch is done and return what became of *rows*, which are some of its rows, or none.

    Raises:
        LostJobError: Mailchimp does not know it any more.
        TransientError: it takes longer than an hour.
    """
    return _written(client, _looked_at(client, job), rows)


def under_way(client: Client) -> Sequence[str]:
    """Return the ids of all batches that are not over yet."""
    return [str(row["id"]) for row in client.rows(READ_BATCHES, "batches", fields=("id", "status")) if row["status"] != OVER]


def _looked_at(client: Client, job: str) -> Mapping[str, Any]:
    with lost_if_unknown():
        found: Mapping[str, Any] = client.call(READ_BATCH, job)
        return found


def _written(client: Client, batch: Mapping[str, Any], rows: Rows) -> Written:
    finished = _finished(client, batch)
    refused = _refused(_results(client, finished)) if rows else {}
    outcome = {each.email: refused.get(each.id, "no result came") for each, _ in rows}
    return Written(
        added=tuple(email for email, reason in outcome.items() if not reason),
        rejected=tuple((email, reason) for email, reason in outcome.items() if reason),
    )


def _operation(listed: str, tag: str, each: Contact, value: str) -> dict[str, Any]:
    return {
        "method": "PATCH",
        "path": f"/lists/{listed}/members/{each.id}",
        "params": {"skip_merge_validation": "true"},  # or a required field of somebody else would refuse ours
        "body": json.dumps({"merge_fields": {tag: value}}),
        "operation_id": each.id,  # a run that comes later knows it too; not the address: results are kept at Mailchimp
    }


def _finished(client: Client, batch: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the batch when it is done; look at it ever less often.

    Raises:
        TransientError: it takes longer than an hour.
    """
    pause, waited = FIRST_PAUSE, 0.0
    while batch["status"] != OVER:
        if waited >= LONGEST_WORK:
            raise TransientError("Mailchimp: the batch is still being processed", remedy="run the command again later")
        client.waiter.sleep(pause)
        waited, pause = waited + pause, min(pause * 2, LONGEST_PAUSE)
        batch = _looked_at(client, str(batch["id"]))
    return batch


def _results(client: Client, batch: Mapping[str, Any]) -> bytes:
    try:
        return client.download(RESULTS, str(batch["response_body_url"]))
    except TerminalError:  # the address runs out soon; a look at the batch gives a new one
        again = str(_looked_at(client, str(batch["id"]))["response_body_url"])
    try:
        return client.download(RESULTS, again)
    except TerminalError as error:
        raise LostJobError(error.problem.what, remedy="run the command again", operation=RESULTS) from error


def _refused(archive: bytes) -> dict[str, str]:
    """Return for each operation why it was refused; empty for those that were done."""
    return {str(row.get("operation_id")): _reason(row) for row in _rows(archive)}


def _reason(row: Mapping[str, Any]) -> str:
    status = int(row.get("status_code") or 0)
    if 200 <= status < 300:
        return ""
    return "Mailchimp no longer has this contact" if status == 404 else words(row.get("response")) or f"HTTP {status}"


def _rows(archive: bytes) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of all files of a gzipped tar, which is read and never unpacked.

    Raises:
        TransientError: it is none.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
            for entry in files:
                content = files.extractfile(entry) if entry.isfile() and entry.size <= LARGEST_RESULTS else None
                yield from json.loads(content.read()) if content else ()
    except (tarfile.TarError, ValueError, EOFError, OSError) as error:
        raise TransientError(f"Mailchimp: {RESULTS}: they could not be read", remedy="run the command again") from error
