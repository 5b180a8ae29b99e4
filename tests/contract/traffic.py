"""Everything that any test sends to a sandbox, checked: our schemas, the vendors' documents, and no consent.

`Traffic` listens to every `Host` of this process. A test whose sandbox is used by another program than Franca says so with the mark
`foreign_traffic(reason)`: its requests may hold what our adapters never send. Faults are no answers of the sandbox: they are not validated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from contract import consent, ours, vendor
from contract.calls import Request, requests
from contract.shapes import shape
from franca.sandbox import Exchange, Host, emulators

FOREIGN = "foreign_traffic"
BARE = ("mailchimp", 429, None)
"""Too many connections: documented to come without the body that the vendor's document has for every error."""


class Traffic:
    """What was recorded since it was last looked at: one exchange of each shape, since a long test makes a hundred thousand."""

    def __init__(self) -> None:
        self._exchanges: dict[tuple[Any, ...], Exchange] = {}
        self._good: set[tuple[Any, ...]] = set()
        self._esps = frozenset(emulators())

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Hear of every exchange of every host, until *patch* is undone."""
        record = Host._record

        def heard(host: Host, exchange: Exchange) -> None:
            self._exchanges.setdefault(_key(exchange), exchange)
            record(host, exchange)

        patch.setattr(Host, "_record", heard)

    def problems(self, *, foreign: bool = False) -> list[str]:
        """Return what is wrong with the traffic since the last call, one line each."""
        exchanges, self._exchanges = self._exchanges, {}
        known = ((key, exchange) for key, exchange in exchanges.items() if exchange.emulator in self._esps)
        return list(dict.fromkeys(line for key, exchange in known for line in self._new(key, exchange, foreign=foreign)))

    def _new(self, key: tuple[Any, ...], exchange: Exchange, *, foreign: bool) -> list[str]:
        """Check an exchange unless one of its shape was good already."""
        if (*key, foreign) in self._good:
            return []
        lines = list(check(exchange, foreign=foreign))
        self._good.update(() if lines else ((*key, foreign),))
        return lines


def _key(exchange: Exchange) -> tuple[Any, ...]:
    """Return the shape of an exchange."""
    reply, call = exchange.reply, exchange.call
    answer = (reply.status, shape(reply.body)) if reply else None
    asked = (exchange.operation or call.path, call.method, shape([list(pair) for pair in call.query]), shape(call.body))
    return (exchange.emulator, *asked, answer, exchange.fault)


def check(exchange: Exchange, *, foreign: bool = False) -> Iterator[str]:
    """Yield what is wrong with an exchange; *foreign*: another program's requests."""
    reply = exchange.reply
    first, *inner = requests(exchange)
    accepted = reply is not None and reply.status < 400 and exchange.fault != "status"
    for each in (first, *inner):
        yield from _lines(each, [] if foreign else consent.violations(each))
        yield from _lines(each, _request_problems(each, foreign=foreign) if accepted else [])
    if reply is not None and not exchange.fault and (first.esp, reply.status, reply.body) != BARE:
        yield from _lines(first, _response_problems(first, reply.status, reply.body))


def _request_problems(found: Request, *, foreign: bool) -> list[str]:
    return ([] if foreign else ours.request(found)) + (vendor.request(found) if vendor.folder() else [])


def _response_problems(found: Request, status: int, body: Any) -> list[str]:
    return ours.response(found, status, body) + (vendor.response(found, status, body) if vendor.folder() else [])


def _lines(found: Request, problems: list[str]) -> Iterator[str]:
    operation = found.route.name if found.route else "no operation"
    return (f"{found.esp} {found.method} {operation}: {line}" for line in problems)
