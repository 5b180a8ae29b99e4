"""Work that Brevo does later, and `/processes`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Clock, Reply, Route
from franca_brevo.sandbox.errors import RefusedError, invalid
from franca_brevo.sandbox.reading import id_of, page_of
from franca_brevo.sandbox.store import Store

SECONDS = 2.0  # guess: how long a job takes

Info = Mapping[str, Any] | None
Work = Callable[[int], Info]


class Processes:
    """Jobs in the order of their start; each is half its time queued, half processing, then done.

    Attributes:
        seconds: how many ticks a job takes at the clock's usual pace; a job's effects appear all at once when it is done (guess).
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self.seconds = SECONDS
        self._store, self._clock = store, clock
        self._waiting: dict[int, Work] = {}

    def routes(self) -> Sequence[Route]:
        """Return the routes of `/processes`."""
        return (
            Route("GET", "/v3/processes", self._list, "getProcesses"),
            Route("GET", "/v3/processes/{processId}", self._get, "getProcess"),
        )

    def start(self, name: str, work: Work) -> int:
        """Queue *work*, which gets the process id and returns what `info` will show; return the process id."""
        process = self._store.insert("INSERT INTO processes (name, started) VALUES (?, ?)", name, self._clock.ticks())
        self._waiting[process] = work
        return process

    def settle(self) -> None:
        """Do all work whose time has come."""
        for row in [self._row(process) for process in self._waiting]:
            if self._elapsed(row) >= 1:
                info = self._waiting.pop(row["id"])(row["id"])
                self._store.run("UPDATE processes SET info = ? WHERE id = ?", json.dumps(info) if info else None, row["id"])

    def _row(self, process: int) -> sqlite3.Row:
        row = self._store.row("SELECT * FROM processes WHERE id = ?", process)
        if row is None:
            # documented: 404 with this code and message
            raise RefusedError(404, "invalid_parameter", "processId is invalid")
        return row

    def _elapsed(self, row: sqlite3.Row) -> float:
        """Return the share of a job's time that has gone by."""
        return (self._clock.ticks() - float(row["started"])) / (self.seconds * self._clock.slow)

    def _status(self, row: sqlite3.Row) -> str:
        # documented words; `processing` is one that the old SDK's typed call does not know
        if row["id"] not in self._waiting:
            return "completed"
        return "queued" if self._elapsed(row) < 0.5 else "processing"

    def _shown(self, row: sqlite3.Row) -> dict[str, Any]:
        shown = {"id": row["id"], "name": row["name"], "status": self._status(row)}
        return shown | ({"info": json.loads(row["info"])} if row["info"] else {})

    def _get(self, call: Call) -> Reply:
        return Reply(body=self._shown(self._row(_process_id(call))))

    def _list(self, call: Call) -> Reply:
        page = page_of(call, default=10, most=50)
        rows = self._store.rows(f"SELECT * FROM processes ORDER BY id {page.order} LIMIT ? OFFSET ?", page.limit, page.offset)  # noqa: S608 - ASC or DESC
        return Reply(body={"count": self._store.number("SELECT count(*) FROM processes"), "processes": [self._shown(row) for row in rows]})


def _process_id(call: Call) -> int:
    try:
        return id_of(call, "processId")
    except RefusedError:
        raise invalid("processId is invalid") from None
