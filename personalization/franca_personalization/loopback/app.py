"""An OpenAI-compatible server that writes copy from a seed: good, at first bad, or adversarial; and any wire fault by switch.

It keeps nothing but the last requests, for tests, and takes any key. An answer depends on the seed and the prompt's data block alone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from franca_personalization.loopback.answers import FAULTS, Envelope, Reply, Said, chat_body, refused, responses_body
from franca_personalization.loopback.compose import good, number_of
from franca_personalization.loopback.hostile import adversarial
from franca_personalization.loopback.prompt import NoBlockError, Task, read

MODEL = "loopback"
REMEMBERED = 1000
_MODEL = re.compile(rf"{MODEL}-(?P<mode>good|mixed|adversarial)(?:-(?P<number>\d+))?")


class Mode(StrEnum):
    """How the model behaves: always well; badly until it is asked again; never well."""

    GOOD = "good"
    MIXED = "mixed"
    ADVERSARIAL = "adversarial"


@dataclass(kw_only=True)
class Fault:
    """A wire fault (see `answers.FAULTS`) that strikes *times*; None is for ever."""

    name: str
    times: int | None = None

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"there is no fault {self.name!r}; known: {', '.join(sorted(FAULTS))}")

    def strikes(self) -> bool:
        """Return whether the call meets this fault, and count it."""
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


@dataclass(frozen=True)
class Wire:
    """One of the two APIs: where the prompt and the cap on tokens stand, how an answer is shaped."""

    user: Callable[[Mapping[str, Any]], str]
    caps: Sequence[str]
    shape: Callable[[Said, Envelope], dict[str, Any]]


def _last_message(body: Mapping[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


WIRES: Mapping[str, Wire] = {
    "/v1/responses": Wire(lambda body: str(body["input"]), ("max_output_tokens",), responses_body),
    "/v1/chat/completions": Wire(_last_message, ("max_completion_tokens", "max_tokens"), chat_body),
}


class Loopback:
    """The server as an ASGI application.

    The model's name chooses as well: `loopback-good`, `loopback-mixed`, `loopback-adversarial`, and `loopback-adversarial-N` for the
    Nth way to be wrong; any other name behaves as *mode* says.

    Attributes:
        faults: the wire faults in force; the first that strikes wins.
        requests: the last calls, as (path, body).
        calls: all calls so far.
        busiest: the most calls at a time.
    """

    def __init__(self, *, seed: int = 0, mode: Mode = Mode.GOOD, latency: float = 0.0, faults: Sequence[Fault] = ()) -> None:
        """Take the switches; *latency* is in seconds, added to every answer."""
        self.seed, self.mode, self.latency = seed, mode, latency
        self.faults = list(faults)
        self.requests: deque[tuple[str, Any]] = deque(maxlen=REMEMBERED)
        self.calls = self.busiest = self._busy = 0
        routes = [Route(path, self._answer, methods=["POST"]) for path in WIRES]
        self._app = Starlette(
            routes=[*routes, Route("/v1/models", self._models)], exception_handlers={404: self._unknown, 405: self._unknown}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        await self._app(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        self.calls += 1
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        try:
            body = _json(await request.body())
            self.requests.append((request.url.path, body))
            await asyncio.sleep(self.latency)
            return _response(self._reply(WIRES[request.url.path], body))
        finally:
            self._busy -= 1

    def _reply(self, wire: Wire, body: Mapping[str, Any]) -> Reply:
        try:
            prompt = wire.user(body)
            task = read(prompt)
        except (NoBlockError, KeyError, IndexError, TypeError, ValueError, AttributeError):
            return refused(400, "This model reads the data block at the end of a prompt, and there is none.", "no_data_block")
        model = str(body.get("model", MODEL))
        text = json.dumps({"variants": self._variants(task, model)}, ensure_ascii=False)
        fault = next((fault for fault in self.faults if fault.strikes()), None)
        said = FAULTS[fault.name](text) if fault else self._capped(wire, body, text)
        if isinstance(said, Reply):
            return said
        identity = f"{number_of(self.seed, prompt, model):016x}"
        tokens = Envelope(id=identity, model=model, tokens_in=_tokens(json.dumps(body)), tokens_out=_tokens(said.text or ""))
        return Reply(body=wire.shape(said, tokens), headers={"x-request-id": f"req_{identity}"})

    def _variants(self, task: Task, model: str) -> list[dict[str, Any]]:
        named = _MODEL.fullmatch(model)
        mode = Mode(named["mode"]) if named else self.mode
        if mode is Mode.GOOD or (mode is Mode.MIXED and task.failed):
            return good(task, self.seed)
        return adversarial(task, self.seed, int(named["number"]) if named and named["number"] else None)[0]

    def _capped(self, wire: Wire, body: Mapping[str, Any], text: str) -> Said:
        cap = next((body[name] for name in wire.caps if name in body), None)
        return Said(text[: cap * 4], end="length") if cap is not None and _tokens(text) > cap else Said(text)

    async def _models(self, _request: Request) -> Response:
        names = [MODEL, *(f"{MODEL}-{mode}" for mode in Mode)]
        return _response(Reply(body={"object": "list", "data": [{"id": name, "object": "model", "owned_by": "franca"} for name in names]}))

    async def _unknown(self, request: Request, _error: Exception) -> Response:
        return _response(refused(404, f"Unknown request URL: {request.method} {request.url.path}.", "unknown_url"))


def _json(raw: bytes) -> Any:
    """Return the body of a request; None when it is not JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    return -(-len(text) // 4)


def _response(reply: Reply) -> Response:
    if reply.body is None:
        return _Hanging()
    content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body, ensure_ascii=False)
    return Response(content, reply.status, dict(reply.headers), reply.media_type)


class _Hanging(Response):
    """Never answers; ends when the client goes away."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
