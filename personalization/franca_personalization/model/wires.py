"""The two wires: what is sent, and how an answer is read. `create()` only: the SDK's `parse()` loses usage and text when a check fails.

An answer is read by attribute and with doubt: the SDK builds its types without checking, so any part may be missing or of another kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from franca_personalization.model.records import Kind, Request, Usage
from franca_personalization.model.settings import ModelSettings, Wire

FINAL = (None, "final_answer")
"""The phases of a message that is the answer; the other one is commentary."""


@dataclass(frozen=True)
class Reading:
    """The text of an answer, or the kind of failure that it is; *code* is the server's word for it."""

    text: str = field(default="", repr=False)
    kind: Kind | None = None
    code: str = ""


def responses_arguments(settings: ModelSettings, request: Request) -> dict[str, Any]:
    """Return what `responses.create` takes."""
    shape = {"type": "json_schema", "name": request.schema_name, "strict": True, "schema": dict(request.schema)}
    return {"instructions": request.system, "input": request.user, "text": {"format": shape}, "store": False, **_common(settings)}


def chat_arguments(settings: ModelSettings, request: Request) -> dict[str, Any]:
    """Return what `chat.completions.create` takes."""
    shape = {"name": request.schema_name, "strict": True, "schema": dict(request.schema)}
    messages = [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}]
    # Elsewhere nothing is stored for want of a place, and a strict server refuses a parameter that it does not know.
    kept = {"store": False} if settings.at_openai else {}
    return {"messages": messages, "response_format": {"type": "json_schema", "json_schema": shape}, **kept, **_common(settings)}


def _common(settings: ModelSettings) -> dict[str, Any]:
    sampling = {} if settings.temperature is None else {"temperature": settings.temperature}
    return {"model": settings.model, settings.token_cap: settings.max_output_tokens, **sampling}


def read_responses(result: Any) -> Reading:
    """Read an answer of the wire `responses`."""
    status = get(result, "status")
    if status is None:
        return Reading(kind=Kind.ENDPOINT_UNSUPPORTED)
    if status == "incomplete":
        return _cut_short(get(get(result, "incomplete_details"), "reason"))
    if status != "completed":  # failed, or never ended: queued, in_progress, cancelled
        return Reading(kind=Kind.PROVIDER_FAILED, code=str(get(get(result, "error"), "code") or status))
    parts = [(item, part) for item in _items(result, "output") if get(item, "type") == "message" for part in _items(item, "content")]
    if any(get(part, "type") == "refusal" for _, part in parts):
        return Reading(kind=Kind.REFUSED)
    return _text(get(part, "text") for item, part in parts if get(part, "type") == "output_text" and get(item, "phase") in FINAL)


def read_chat(result: Any) -> Reading:
    """Read an answer of the wire `chat`."""
    choices = _items(result, "choices")
    if not choices:
        return Reading(kind=Kind.ENDPOINT_UNSUPPORTED)
    reason, message = get(choices[0], "finish_reason"), get(choices[0], "message")
    if reason in ("length", "content_filter"):
        return _cut_short(reason)
    if get(message, "refusal"):
        return Reading(kind=Kind.REFUSED)
    return _text([get(message, "content")])


def _cut_short(reason: object) -> Reading:
    return Reading(kind=Kind.CONTENT_FILTER if reason == "content_filter" else Kind.TRUNCATED)


def _text(pieces: Any) -> Reading:
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return Reading(text=text) if text.strip() else Reading(kind=Kind.EMPTY)


def get(thing: Any, name: str) -> Any:
    """Return a part of an answer, None when it has none of that name."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _items(thing: Any, name: str) -> list[Any]:
    found = get(thing, name)
    return found if isinstance(found, list) else []


@dataclass(frozen=True)
class Speech:
    """One wire.

    Attributes:
        create: the path of the SDK's method.
        counts: what it calls the tokens in and out; their details are under NAME_details.
        tolerant: whether text around the JSON is cut away: servers on this wire may ignore the schema.
    """

    create: tuple[str, ...]
    arguments: Callable[[ModelSettings, Request], dict[str, Any]]
    read: Callable[[Any], Reading]
    counts: tuple[str, str]
    tolerant: bool

    def usage(self, result: Any) -> Usage | None:
        """Return what an answer says it cost; None when it does not."""
        told = get(result, "usage")
        into, out = (_count(told, name) for name in self.counts)
        if into is None or out is None:
            return None
        read, written = (get(told, f"{name}_details") for name in self.counts)
        return Usage(
            input=into,
            output=out,
            cached=_count(read, "cached_tokens") or 0,
            cache_write=_count(read, "cache_write_tokens") or 0,
            reasoning=_count(written, "reasoning_tokens") or 0,
        )


def _count(thing: Any, name: str) -> int | None:
    found = get(thing, name)
    return found if isinstance(found, int) and found >= 0 else None


SPEECH: Mapping[Wire, Speech] = {
    Wire.RESPONSES: Speech(("responses", "create"), responses_arguments, read_responses, ("input_tokens", "output_tokens"), tolerant=False),
    Wire.CHAT: Speech(("chat", "completions", "create"), chat_arguments, read_chat, ("prompt_tokens", "completion_tokens"), tolerant=True),
}


def preview(settings: ModelSettings, request: Request) -> dict[str, Any]:
    """Return the exact call as it would be made: its address and its body."""
    speech = SPEECH[settings.on_wire]
    path = "/".join(speech.create[:-1])
    return {"url": f"{settings.base_url.rstrip('/')}/{path}", "body": speech.arguments(settings, request)}
