"""The requests in recorded traffic: each exchange's own, and those that the batches of Mailchimp and MailerLite carry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.routing import compile_path

from franca.sandbox import Clock, Exchange, Route, emulator

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request at one ESP; *route* is the sandbox's row that it met, None when it has none."""

    esp: str
    method: str
    path: str
    query: Query = ()
    body: Any = None
    route: Route | None = None

    def __str__(self) -> str:
        return f"{self.esp}: {self.method} {self.path}"


def requests(exchange: Exchange) -> Iterator[Request]:
    """Yield the request of *exchange*, then those inside it."""
    call, esp = exchange.call, exchange.emulator
    route = next((each for each in routes(esp) if each.name == exchange.operation), None) if exchange.operation else None
    yield Request(esp=esp, method=call.method, path=call.path, query=call.query, body=call.body, route=route)
    yield from carried(esp, call.method, call.path, call.body)


BATCHES = {
    ("mailchimp", "POST", "/3.0/batches"): ("operations", "/3.0/"),
    ("mailerlite", "POST", "/api/batch"): ("requests", "/"),
}
"""Where a batch's calls stand in its body, and what their paths leave out."""


def carried(esp: str, method: str, path: str, body: Any) -> Iterator[Request]:
    """Yield the operations of a batch; what is no operation is the schema's business."""
    name, prefix = BATCHES.get((esp, method, path), ("", ""))
    operations = body.get(name) if name and isinstance(body, dict) else None
    for each in operations if isinstance(operations, list) else ():
        if isinstance(each, dict):
            called, _, query = str(each.get("path", "")).partition("?")
            yield _operation(esp, str(each.get("method", "")), prefix + unquote(called.lstrip("/")), each, tuple(parse_qsl(query)))


def _operation(esp: str, method: str, path: str, each: dict[str, Any], query: Query) -> Request:
    params = each.get("params")
    query += tuple((name, str(value)) for name, value in params.items()) if isinstance(params, dict) else ()
    route = route_of(esp, method, path)
    return Request(esp=esp, method=method, path=path, query=query, body=_decoded(each.get("body")), route=route)


def _decoded(body: Any) -> Any:
    try:
        return json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return body


@cache
def routes(esp: str) -> tuple[Route, ...]:
    """Return the route table of an ESP's sandbox."""
    return tuple(emulator(esp, Clock()).routes())


def route_of(esp: str, method: str, path: str) -> Route | None:
    """Return the row that a call meets."""
    return next((each for each in routes(esp) if each.method == method and each.name and compile_path(each.path)[0].match(path)), None)
