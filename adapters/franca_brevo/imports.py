"""Writing a marker's values: imports of known contacts, waited for and looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from franca.adapter import Contact, TransientError, Written
from franca.adapter.jobs import LostJobError, OnJob, lost_if_unknown
from franca_brevo.capabilities import IMPORT_BYTES, IMPORT_ROWS
from franca_brevo.client import Client, Row
from franca_brevo.people import People

Value = tuple[Contact, str]

POLLS = (2, 4, 8, 16, 32, *(60 for _ in range(30)))
"""Seconds before each look at a process. Looks share 100 calls an hour with much else (sheet 2.2)."""

PROCESSES_PAGE = 50  # documented
IMPORT, OVER = "IMPORTUSER", frozenset({"completed", "failed", "cancelled"})  # documented

ENVELOPE_BYTES = 200
"""More than what surrounds the rows of an import."""


class Imports:
    """Writes one attribute of many contacts."""

    def __init__(self, client: Client, people: People) -> None:
        self._client, self._people = client, people

    def write(self, list_id: str, field: str, values: Sequence[Value], on_job: OnJob) -> Iterator[Written]:
        """Import *values* of the attribute *field* into the technical list, yielding after each import that is done.

        An import creates whom it does not know (sheet 2.1): the contacts are those that were read from this account, under the spelling
        that it stores.
        """
        for chunk, rows in self._chunks(field, values):
            process = self._start(list_id, rows)
            on_job(process, chunk)
            yield self.finish(process, field, chunk)

    def finish(self, process: str, field: str, values: Sequence[Value]) -> Written:
        """Wait until an import is done and return what became of *values*, which are some of its rows, or none.

        Raises:
            LostJobError: it failed or was cancelled, or Brevo does not know it any more.
            TransientError: it takes too long.
        """
        reports = self._finished(process)
        return self._looked(field, values, reports) if values else Written()

    def under_way(self) -> Sequence[str]:
        """Return the ids of imports that are not over yet: of the newest processes, as far back as each page has one of them.

        To read all that an account ever had would use up the hour's calls.
        """
        found, offset = list[str](), 0
        while True:
            query = (("limit", PROCESSES_PAGE), ("offset", offset), ("sort", "desc"))
            rows = self._client.get("look for imports", "/processes", query=query, needs=("count",)).get("processes") or ()
            here = [str(row["id"]) for row in rows if row["name"] == IMPORT and row["status"] not in OVER]
            found, offset = found + here, offset + PROCESSES_PAGE
            if not here or len(rows) < PROCESSES_PAGE:
                return found

    def _chunks(self, field: str, values: Sequence[Value]) -> Iterator[tuple[Sequence[Value], list[dict[str, Any]]]]:
        rows = [{"email": self._people.spelling(contact), "attributes": {field: value}} for contact, value in values]
        start = 0
        for end in ends([len(json.dumps(row)) + 2 for row in rows], IMPORT_ROWS, IMPORT_BYTES - ENVELOPE_BYTES):
            yield values[start:end], rows[start:end]
            start = end

    def _start(self, list_id: str, rows: list[dict[str, Any]]) -> str:
        # disableNotification: by default each import mails the account's owner (sheet 2.1). Blocklist keys are never sent.
        body = {"jsonBody": rows, "listIds": [int(list_id)], "disableNotification": True}
        answer = self._client.call("import a marker", "POST", "/contacts/import", safe=True, body=body, needs=("processId",))
        return str(answer["processId"])

    def _finished(self, process: str) -> Sequence[str]:
        """Return the names of the reports of rejected rows, once the process is done.

        Raises:
            LostJobError: it failed or was cancelled, or is not known.
            TransientError: it takes too long.
        """
        for pause in POLLS:
            self._client.policy.waiter.sleep(pause)
            with lost_if_unknown():
                found = self._client.get("look at an import", f"/processes/{process}", needs=("status",))
            if found["status"] in ("failed", "cancelled"):
                raise LostJobError(f"Brevo: import {process}: {found['status']}", remedy="run sync again", operation="import a marker")
            if found["status"] == "completed":
                return _reports(found)
        raise TransientError(f"Brevo: import {process} is not done yet", remedy="run sync again later", operation="import a marker")

    def _looked(self, field: str, chunk: Sequence[Value], reports: Sequence[str]) -> Written:
        """Return what was written. An import drops values of unknown attributes without a word: one contact is looked at always."""
        last, value = chunk[-1]
        if not reports and held(self._people.row(last) or {}, field) == value:
            return Written(added=tuple(contact.email for contact, _ in chunk))
        now = {contact.id: held(row, field) for contact, row in self._people.rows([contact for contact, _ in chunk])}
        why = f"the import did not keep it ({', '.join(reports) or 'no reason given'})"
        kept = {contact for contact, value in chunk if now.get(contact.id) == value}
        return Written(
            added=tuple(contact.email for contact, _ in chunk if contact in kept),
            rejected=tuple((contact.email, why) for contact, _ in chunk if contact not in kept),
        )


def held(row: Row, field: str) -> str | None:
    """Return a contact's value of an attribute."""
    value = (row.get("attributes") or {}).get(field)
    return None if value is None else str(value)


def _reports(process: Row) -> Sequence[str]:
    """Return the reports that exist: each is the address of a file, null when nothing was rejected (sheet 2.2)."""
    found: Mapping[str, Any] = (process.get("info") or {}).get("import") or {}
    return sorted(name for name, address in found.items() if address)


def ends(sizes: Sequence[int], most: int, room: int) -> Iterator[int]:
    """Yield where each part ends: none holds more than *most* items, nor more than *room*, unless one item alone does."""
    start = used = 0
    for number, size in enumerate(sizes):
        if number > start and (number - start == most or used + size > room):
            yield number
            start, used = number, 0
        used += size
    if sizes:
        yield len(sizes)
