"""Faults by switch."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("status", "reset", "reset-after", "hang", "truncate")


@dataclass(kw_only=True)
class Fault:
    """One rule of what goes wrong.

    Attributes:
        kind: `status` answers with *status*, *headers* and *body* in place of the call; `reset` aborts the connection before
            anything happens; `reset-after` does the work, then aborts; `hang` never answers; `truncate` sends half a body.
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

    def meet(self, line: str) -> Fault | None:
        """Return the fault that this call meets."""
        return next((rule for rule in self.rules if rule.strikes(line)), None)
