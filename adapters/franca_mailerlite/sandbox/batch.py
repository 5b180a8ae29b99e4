"""`POST /batch`: up to 50 calls in one, answered in their order (documented)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from franca.sandbox import Call, Reply
from franca_mailerlite.sandbox.errors import body_of, invalid

MOST = 50  # documented

Answer = Callable[[Call], Reply]


def answer(call: Call, one: Answer) -> Reply:
    """Return the answers of all parts: 200, although some of them failed (documented)."""
    parts = body_of(call.body).get("requests")
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST or not all(map(_is_part, parts)):
        raise invalid("requests", "The requests are invalid.")  # guess
    replies = [one(_call(call, part)) for part in parts]
    failed = sum(reply.status >= 400 for reply in replies)
    responses = [{"code": reply.status, "body": reply.body} for reply in replies]
    return Reply(body={"total": len(replies), "successful": len(replies) - failed, "failed": failed, "responses": responses})


def _is_part(part: Any) -> bool:
    """Return whether something can be part of a batch: paths begin with `api/` (documented)."""
    return isinstance(part, dict) and isinstance(part.get("method"), str) and str(part.get("path", "")).startswith("api/")


def _call(call: Call, part: Mapping[str, Any]) -> Call:
    path, _, query = part["path"].partition("?")
    return Call(
        method=part["method"].upper(),
        path="/" + unquote(path),
        query=tuple(parse_qsl(query)),
        headers=call.headers,
        body=part.get("body"),
    )
