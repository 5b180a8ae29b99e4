"""What the tests of the model client share: bodies as the two APIs send them, a model over either HTTP family, models without a wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest_httpx2  # noqa: F401 - tells respx of httpcore2
import respx

from franca_personalization.model import Answer, Failure, ModelError, ModelSettings, OpenAIModel, Parts, Request, Usage, Wire

BASE = "https://llm.test/v1"
PATHS = {Wire.RESPONSES: f"{BASE}/responses", Wire.CHAT: f"{BASE}/chat/completions"}
TEXT = '{"subject": "Hello", "body": ["One", "Two"]}'
DATA = {"subject": "Hello", "body": ["One", "Two"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"subject": {"type": "string"}, "body": {"type": "array", "items": {"type": "string"}}},
    "required": ["subject", "body"],
    "additionalProperties": False,
}
USED = Usage(input=120, output=40, cached=100, cache_write=5, reasoning=8)
SNAPSHOT = "some-model-2026-04-01"


def responses_body(text: str | None = None, *, status: str = "completed", reason: str | None = None, **more: Any) -> dict[str, Any]:
    """An answer of the wire `responses`; *more*: refusal, phase, before (messages in front), error."""
    refusal = [{"type": "refusal", "refusal": more["refusal"]}] if "refusal" in more else []
    parts = refusal + ([{"type": "output_text", "text": text, "annotations": [], "logprobs": []}] if text is not None else [])
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": status, "content": parts}
    said = [message | ({"phase": more["phase"]} if "phase" in more else {})] if parts else []
    details = {"cached_tokens": 100, "cache_write_tokens": 5}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_760_000_000,
        "model": SNAPSHOT,
        "status": status,
        "error": more.get("error"),
        "incomplete_details": {"reason": reason} if reason else None,
        "output": [{"id": "rs_1", "type": "reasoning", "summary": []}, *more.get("before", []), *said],
        "usage": {
            "input_tokens": 120,
            "input_tokens_details": details,
            "output_tokens": 40,
            "output_tokens_details": {"reasoning_tokens": 8},
            "total_tokens": 160,
        },
    }


def commentary(text: str) -> dict[str, Any]:
    """A message in which the model thinks aloud."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"id": "msg_0", "type": "message", "role": "assistant", "status": "completed", "phase": "commentary", "content": [part]}


def chat_body(text: str | None = None, *, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """An answer of the wire `chat`."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": SNAPSHOT,
        "choices": [{"index": 0, "finish_reason": finish, "logprobs": None, "message": message}],
        "usage": {
            "prompt_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 5},
            "completion_tokens": 40,
            "completion_tokens_details": {"reasoning_tokens": 8},
            "total_tokens": 160,
        },
    }


def error_body(code: str | None = None, param: str | None = None, message: str = "No.") -> dict[str, Any]:
    """An error in OpenAI's form."""
    return {"error": {"message": message, "type": "x", "code": code, "param": param}}


def answered(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    """A response with the server's id of the request; a text goes out as a page."""
    head = {"x-request-id": "req_1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if isinstance(body, bytes):
        return httpx.Response(status, content=body, headers={**head, "content-type": "application/json"})
    return httpx.Response(status, html=body, headers=head) if isinstance(body, str) else httpx.Response(status, json=body, headers=head)


def request(text: str = "user", **more: Any) -> Request:
    """A question."""
    return Request(**{"system": "system", "user": text, "schema": SCHEMA, "schema_name": "copy", **more})


def parts(profile: Any = "segment 1", **more: Any) -> Parts:
    """What an answer is kept by."""
    return Parts(
        **{"prompt_version": "v1", "prompts": {"system.txt": "aa"}, "brief": {"goal": "sell"}, "profile": profile, "locale": "en", **more}
    )


def settings(wire: Wire = Wire.RESPONSES, **more: Any) -> ModelSettings:
    """How the tests call."""
    return ModelSettings(**{"model": "some-model", "base_url": BASE, "wire": wire, "max_retries": 0, **more})


@dataclass
class Line:
    """One wire over one HTTP family, mocked."""

    wire: Wire
    router: respx.Router
    legacy: bool

    @property
    def route(self) -> respx.Route:
        """The one endpoint that is called."""
        return self.router.post(PATHS[self.wire])

    @property
    def sent(self) -> list[Any]:
        """The bodies that were sent."""
        return [json.loads(call.request.content) for call in self.router.calls]

    def ask(self, question: Request | None = None, **more: Any) -> Answer:
        """Ask, and close the connections."""

        async def go() -> Answer:
            client = httpx.AsyncClient() if self.legacy else None
            async with OpenAIModel(settings(self.wire, **more), http_client=client) as model:
                return await model.complete(question or request())

        return asyncio.run(go())

    def failure(self, question: Request | None = None, **more: Any) -> Failure:
        """Ask in vain."""
        try:
            answer = self.ask(question, **more)
        except ModelError as error:
            return error.failure
        raise AssertionError(f"an answer came: {answer}")


@contextmanager
def line(wire: Wire, *, legacy: bool) -> Iterator[Line]:
    """Mock one HTTP family; the default client of the SDK is not seen by plain respx, hence the targets of pytest-httpx2."""
    with respx.mock(assert_all_called=False, using="httpcore" if legacy else "httpcore2") as router:
        yield Line(wire, router, legacy)


@dataclass
class FakeModel:
    """Answers what *script* says for a request, after letting others have their turn."""

    script: Callable[[Request], Answer | Failure] = lambda _request: good()
    asked: list[Request] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def complete(self, question: Request) -> Answer:
        """Answer or fail."""
        self.asked.append(question)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            said = self.script(question)
        finally:
            self.busy -= 1
        if isinstance(said, Failure):
            raise ModelError(said)
        return said


def good(subject: str = "Hello", usage: Usage | None = USED, **more: Any) -> Answer:
    """An answer of the right shape."""
    data = {"subject": subject, "body": []}
    return Answer(text=json.dumps(data), data=data, usage=usage, model=SNAPSHOT, request_id="req_1", **more)
