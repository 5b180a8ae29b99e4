"""One emulator as an ASGI application, with its switches.

Switches (they exist in no ESP; all under a leading underscore):

    GET    /_requests      recorded traffic; DELETE forgets it
    POST   /_faults        one rule, or a list of rules (see `Fault`); DELETE lifts all
    POST   /_clock         {"now": ISO instant or null, "advance": seconds, "slow": how many times longer asynchronous work takes}
    POST   /_assumptions   {"ID": true|false}; GET shows them
    POST   /_seed          {"contacts": [...], "events": [...]}
    POST   /_send          {"campaign": id, "seed": n, "arms": [{"click": 0.03, ...}, ...]}: somebody presses send, and people react

A seed is written in the ESP's own field names, as a shop's integration would have stored it:

    contacts: {"email", "created_at"?, "fields": {NAME: value}, "consent": {"status": subscribed|unsubscribed|pending|never,
               "suppressed": bool, "at": ISO?}}
    events:   {"email", "metric", "integration"?, "id"?, "at": ISO, "value"?, "properties": {NAME: value}}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path
from starlette.types import Receive, Scope, Send

from franca.sandbox.clock import Clock
from franca.sandbox.emulator import Call, Emulator, Reply, Route
from franca.sandbox.faults import Fault, Faults, halved
from franca.sandbox.recorder import Exchange

Abort = Callable[[Scope], None]


class Host:
    """An emulator behind HTTP: routing, recording, faults and switches; every call runs alone, in the order of arrival."""

    def __init__(self, emulator: Emulator, clock: Clock) -> None:
        self.emulator = emulator
        self.clock = clock
        self.faults = Faults()
        self.exchanges: list[Exchange] = []
        self._at_once = 0
        self.on_exchange: Callable[[Exchange], None] | None = None
        self.abort: Abort = lambda _scope: None
        self._app = Starlette(routes=[*self._switches(), *map(self._path, emulator.routes())], exception_handlers={405: self._misused})
        self._app.router.default = self._missing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI call."""
        self._at_once += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._at_once -= 1

    # -- the emulator's own routes

    def _path(self, route: Route) -> Path:
        async def endpoint(request: Request) -> Response:
            return await self._serve(request, route)

        return Path(route.path, endpoint, methods=[route.method])

    async def _missing(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        await (await self._misused(request, None))(scope, receive, send)

    async def _misused(self, request: Request, _error: Exception | None) -> Response:
        """Let the emulator answer a path, or a method on a known path (Starlette's 405), that it does not have."""
        call = _call(request, await request.body())
        reply = self.emulator.unknown(call)
        self._record(Exchange(emulator=self.emulator.name, operation="", call=call, reply=reply))
        return _response(reply)

    async def _serve(self, request: Request, route: Route) -> Response:
        at_once = self._at_once
        call = replace(_call(request, await request.body()), at_once=at_once)
        fault = self.faults.meet(call)
        if fault is None:
            return _response(self._answer(call, route))
        if fault.kind == "half":
            self._work(halved(call), route)
        if fault.kind in ("status", "throttled", "half"):
            said = Reply(status=fault.status, body=fault.body, headers=fault.headers)
            reply = self.emulator.throttled() if fault.kind == "throttled" else said
            self._record(self._exchange(call, route, reply, fault))
            return _response(reply)
        if fault.kind in ("reset-after", "truncate"):
            reply = self._answer(call, route, fault)
            return _Dropped(self, reply if fault.kind == "truncate" else None)
        self._record(self._exchange(call, route, None, fault))
        return _Hanging() if fault.kind == "hang" else _Dropped(self, None)

    def _answer(self, call: Call, route: Route, fault: Fault | None = None) -> Reply:
        reply = self._work(call, route)
        self._record(self._exchange(call, route, reply, fault))
        return reply

    def _work(self, call: Call, route: Route) -> Reply:
        return self.emulator.admit(call, route) or route.handler(call)

    def _exchange(self, call: Call, route: Route, reply: Reply | None, fault: Fault | None) -> Exchange:
        return Exchange(emulator=self.emulator.name, operation=route.name, call=call, reply=reply, fault=fault.kind if fault else "")

    def _record(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        if self.on_exchange:
            self.on_exchange(exchange)

    # -- switches

    def _switches(self) -> list[Path]:
        table: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
            "/_requests": {"GET": lambda _: [e.as_json() for e in self.exchanges], "DELETE": lambda _: self.exchanges.clear()},
            "/_faults": {"POST": self._add_faults, "DELETE": lambda _: self.faults.clear()},
            "/_clock": {"POST": self._set_clock},
            "/_assumptions": {"GET": lambda _: self.emulator.assumptions, "POST": self._flip},
            "/_seed": {"POST": self.emulator.seed},
            "/_send": {"POST": self.emulator.send},
        }
        return [_switch(path, methods) for path, methods in table.items()]

    def _add_faults(self, rules: Any) -> None:
        for rule in rules if isinstance(rules, list) else [rules]:
            self.faults.add(Fault(**rule))

    def _set_clock(self, data: Mapping[str, Any]) -> None:
        if "now" in data:
            self.clock.set(datetime.fromisoformat(data["now"]) if data["now"] else None)
        self.clock.advance(float(data.get("advance", 0)))
        self.clock.slow = float(data.get("slow", self.clock.slow))

    def _flip(self, data: Mapping[str, bool]) -> None:
        unknown = set(data) - set(self.emulator.assumptions)
        if unknown:
            raise ValueError(f"unknown assumption {', '.join(sorted(unknown))}; known: {', '.join(sorted(self.emulator.assumptions))}")
        self.emulator.assumptions.update(data)


def _switch(path: str, methods: Mapping[str, Callable[[Any], Any]]) -> Path:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            answer = methods[request.method](json.loads(raw) if raw else None)
        except (ValueError, TypeError, KeyError) as error:
            return _response(Reply(status=400, body={"error": str(error)}))
        return _response(Reply(body=answer) if answer is not None else Reply(status=204))

    return Path(path, endpoint, methods=list(methods))


def _call(request: Request, raw: bytes) -> Call:
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = None
    return Call(
        method=request.method,
        path=request.url.path,
        params={name: str(value) for name, value in request.path_params.items()},
        query=tuple(request.query_params.multi_items()),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        raw=raw,
    )


def _content(reply: Reply) -> bytes:
    if reply.body is None:
        return b""
    if isinstance(reply.body, bytes):
        return reply.body
    return reply.body.encode() if isinstance(reply.body, str) else json.dumps(reply.body, ensure_ascii=False).encode()


def _response(reply: Reply) -> Response:
    media_type = reply.media_type if reply.body is not None else None
    return Response(_content(reply), reply.status, dict(reply.headers), media_type)


class _Hanging(Response):
    """Never answers; ends when the client goes away."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue


class _Dropped(Response):
    """Aborts the connection: at once, or after half of *reply*."""

    def __init__(self, host: Host, reply: Reply | None) -> None:
        super().__init__()
        self._host, self._reply = host, reply

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if self._reply is not None:
            content = _content(self._reply)
            head = [(b"content-type", self._reply.media_type.encode()), (b"content-length", str(len(content) or 1).encode())]
            await send({"type": "http.response.start", "status": self._reply.status, "headers": head})
            await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
        self._host.abort(scope)
