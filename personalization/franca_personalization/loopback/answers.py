"""What goes over the wire: what a model said, in the shape of either API, and everything that can be wrong with an answer.

The shapes are those of OpenAI's API reference and of the error bodies that its SDK reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

CREATED = 1_760_000_000  # an answer depends on nothing but its request


@dataclass(frozen=True)
class Said:
    """What the model said; *end* is `complete`, `length`, `content_filter` or `failed`, *phase* that of the message."""

    text: str | None = None
    refusal: str | None = None
    end: str = "complete"
    phase: str | None = None


@dataclass(frozen=True)
class Reply:
    """What the server answers in place of a model; *body* goes out as JSON, as it is when it is a text; None never answers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What stands around an answer."""

    id: str
    model: str
    tokens_in: int
    tokens_out: int


def responses_body(said: Said, envelope: Envelope) -> dict[str, Any]:
    """Return an answer of `POST /responses`."""
    status = {"complete": "completed", "failed": "failed"}.get(said.end, "incomplete")
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(said.end)
    refused = [{"type": "refusal", "refusal": said.refusal}] if said.refusal else []
    written = [{"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}] if said.text is not None else []
    message = {"id": f"msg_{envelope.id}", "type": "message", "role": "assistant", "status": status, "content": refused + written}
    return {
        "id": f"resp_{envelope.id}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": {"code": "server_error", "message": "The model failed."} if said.end == "failed" else None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": None,
        "model": envelope.model,
        "output": [message | ({"phase": said.phase} if said.phase else {})] if refused or written else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "store": False,
        "usage": {
            "input_tokens": envelope.tokens_in,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": envelope.tokens_out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": envelope.tokens_in + envelope.tokens_out,
        },
    }


def chat_body(said: Said, envelope: Envelope) -> dict[str, Any]:
    """Return an answer of `POST /chat/completions`; it knows no phases, and no other failure than an error."""
    if said.end == "failed":
        return _error("The model failed.", "server_error")
    reason = {"complete": "stop"}.get(said.end, said.end)
    message = {"role": "assistant", "content": said.text, "refusal": said.refusal}
    return {
        "id": f"chatcmpl-{envelope.id}",
        "object": "chat.completion",
        "created": CREATED,
        "model": envelope.model,
        "choices": [{"index": 0, "finish_reason": reason, "logprobs": None, "message": message}],
        "usage": {
            "prompt_tokens": envelope.tokens_in,
            "completion_tokens": envelope.tokens_out,
            "total_tokens": envelope.tokens_in + envelope.tokens_out,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    }


def refused(status: int, message: str, code: str | None, param: str | None = None, **headers: str) -> Reply:
    """Return an error in OpenAI's form."""
    return Reply(status, _error(message, code, param), {name.replace("_", "-"): value for name, value in headers.items()})


def _error(message: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def _with_key(text: str) -> Said:
    return Said(json.dumps({**json.loads(text), "note": "I added this."}))


FAULTS: Mapping[str, Callable[[str], Said | Reply]] = {
    "refusal": lambda _: Said(refusal="I cannot help with that."),
    "truncated": lambda text: Said(text[: len(text) // 2], end="length"),
    "no_message": lambda _: Said(end="length"),
    "content_filter": lambda text: Said(text[:20], end="content_filter"),
    "failed": lambda _: Said(end="failed"),
    "empty": lambda _: Said(""),
    "commentary": lambda _: Said("Let me think about the tone of this.", phase="commentary"),
    "fenced": lambda text: Said(f"```json\n{text}\n```"),
    "prose": lambda _: Said("Certainly! What would you like to sell?"),
    "wrong_schema": lambda _: Said('{"copies": []}'),
    "extra_key": _with_key,
    "error_object": lambda _: Reply(body={"error": "Unexpected endpoint or method. (POST /responses)"}),
    "html": lambda _: Reply(body="<html><body>Welcome</body></html>", media_type="text/html"),
    "half_body": lambda _: Reply(body='{"id": "resp_1", "sta'),
    "insufficient_quota": lambda _: refused(429, "You exceeded your current quota.", "insufficient_quota"),
    "rate_limited": lambda _: refused(429, "Rate limit reached.", "rate_limit_exceeded", retry_after="1"),
    "server_error": lambda _: refused(500, "The server had an error.", None),
    "unauthorized": lambda _: refused(401, "Incorrect API key provided.", "invalid_api_key"),
    "not_found": lambda _: refused(404, "The model does not exist.", "model_not_found"),
    "unsupported_value": lambda _: refused(400, "Unsupported value: 'temperature'.", "unsupported_value", "temperature"),
    "timeout": lambda _: Reply(),
}
"""Name → what comes in place of the good answer *text*; `timeout` never answers."""
