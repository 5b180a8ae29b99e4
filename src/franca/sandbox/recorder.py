"""Recorded traffic: what contract tests validate and consent tests search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from franca.sandbox.emulator import Call, Reply


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One call and its answer.

    Attributes:
        operation: the name of the route that answered; empty when none did.
        fault: the kind of fault that struck; empty when none did.
        reply: None when the connection was dropped before an answer.
    """

    emulator: str
    operation: str
    call: Call
    reply: Reply | None
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the exchange as `GET /_requests` shows it; no headers, since they carry the key."""
        return {
            "operation": self.operation,
            "method": self.call.method,
            "path": self.call.path,
            "query": [list(pair) for pair in self.call.query],
            "body": self.call.body,
            "status": self.reply.status if self.reply else None,
            "fault": self.fault,
        }
