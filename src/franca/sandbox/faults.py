"""Faults by switch."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from franca.sandbox.emulator import Call

KINDS = ("status", "throttled", "half", "reset", "reset-after", "hang", "truncate")
ROWS = ("contacts", "data", "emails", "jsonBody", "members", "members_to_add", "members_to_remove", "operations", "requests")
"""The names under which the ESPs' calls list rows: what may be half done. Half of a definition is never kept."""

_WRITTEN = re.compile(r"(?P<kind>[a-z-]+|\d{3})(:(?P<share>\d*\.?\d+))?(@(?P<match>.+))?")


@dataclass(kw_only=True)
class Fault:
    """One rule of what goes wrong.

    Attributes:
        kind: `status` answers with *status*, *headers* and *body* in place of the call, `throttled` with the ESP's own 429; `half` answers
            as `status` does after the work for the first half of the rows, and passes over calls without rows; `reset` aborts the
            connection before anything happens; `reset-after` does the work, then aborts; `hang` never answers; `truncate` sends half
            a body.
        match: regular expression searched in "METHOD /path".
        after: how many matching calls pass first.
        times: how often it then strikes; None is for ever.
        share: strike with this probability, from *seed*.
    """

    kind: str = "status"
    match: str = ""
    after: int = 0
    times: int | None = 1
    share: float = 1.0
    seed: int = 0
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @classmethod
    def parse(cls, text: str, seed: int = 0) -> Fault:
        """Return a lasting rule from KIND[:SHARE][@PATTERN], as in `429:0.1`, `truncate` or `500:0.5@POST /v3`; KIND may be a status.

        Raises:
            ValueError: it is written otherwise.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not KIND[:SHARE][@PATTERN]")
        kind, share, match = found["kind"], float(found["share"] or 1.0), found["match"] or ""
        if not 0 < share <= 1:
            raise ValueError(f"the share {share:g} is not above 0 and at most 1")
        _compiled(match)
        rule = cls(match=match, share=share, seed=seed, times=None)
        if not kind.isdecimal():
            return replace(rule, kind=kind)
        if not 400 <= int(kind) <= 599:
            raise ValueError(f"the status {kind} is no error")
        return replace(rule, status=int(kind))

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; known: {', '.join(KINDS)}")
        self._random = random.Random(self.seed)  # noqa: S311 - reproducible faults, not secrets

    def strikes(self, line: str) -> bool:
        """Return whether the call "METHOD /path" meets this fault, and count it."""
        if self.times == 0 or not re.search(self.match, line):
            return False
        if self.after:
            self.after -= 1
            return False
        if self._random.random() >= self.share:
            return False
        if self.times is not None:
            self.times -= 1
        return True


def _compiled(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None


class Faults:
    """The rules in force; the first that strikes wins."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put one more rule in force."""
        self.rules.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        self.rules.clear()

    def meet(self, call: Call) -> Fault | None:
        """Return the fault that this call meets."""
        line = f"{call.method} {call.path}"
        return next((rule for rule in self.rules if (rule.kind != "half" or _rows(call.body)) and rule.strikes(line)), None)


def halved(call: Call) -> Call:
    """Return *call* with the first half of its rows."""
    rows = _rows(call.body) or []
    body = _with(call.body, rows, rows[: len(rows) // 2])
    return replace(call, body=body, raw=json.dumps(body).encode())


def _rows(body: Any) -> list[Any] | None:
    """Return the rows of a body: the first list of several under a name of `ROWS`."""
    if not isinstance(body, Mapping):
        return None
    for name, value in body.items():
        if name in ROWS and isinstance(value, list) and len(value) > 1:
            return value
    return next((rows for value in body.values() if (rows := _rows(value))), None)


def _with(body: Any, old: list[Any], new: list[Any]) -> Any:
    if body is old:
        return new
    return {name: _with(value, old, new) for name, value in body.items()} if isinstance(body, Mapping) else body
