"""What an apply was about to do, and what came of it: the file that makes a kill harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from franca.adapter import Address
from franca.plan.files import File, Lines


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A change that was begun; *number* counts within the journal."""

    number: int
    action: str
    address: Address


class Journal:
    """JSON lines: an intent before each change, an outcome after it. No bodies, no people."""

    def __init__(self, path: File) -> None:
        self._lines = Lines(path)
        self._next = 1 + max((int(line.get("intent", 0)) for line in self._lines.read()), default=0)

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self._lines.path.name

    def unfinished(self) -> tuple[Intent, ...]:
        """Return the intents without an outcome: a kill, or no answer."""
        begun: dict[int, Mapping[str, Any]] = {}
        for line in self._lines.read():
            if "intent" in line:
                begun[line["intent"]] = line
            else:
                begun.pop(line["outcome"], None)
        return tuple(Intent(number=number, action=line["action"], address=Address.parse(line["address"])) for number, line in begun.items())

    def begin(self, action: str, address: Address, plan: str) -> int:
        """Note an intent of the plan with that fingerprint; return its number."""
        number, self._next = self._next, self._next + 1
        self._lines.append({"intent": number, "action": action, "address": str(address), "plan": plan})
        return number

    def end(self, number: int, result: str) -> None:
        """Note what came of an intent."""
        self._lines.append({"outcome": number, "result": result})

    def clear(self) -> None:
        """Forget what is finished, at the start of an apply."""
        self._lines.clear()
