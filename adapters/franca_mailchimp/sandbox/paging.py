"""Query parameters that every listing shares: count, offset, fields, exclude_fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from franca.sandbox import Call
from franca_mailchimp.sandbox.problems import FieldError, invalid

DEFAULT, MAXIMUM = 10, 1000
T = TypeVar("T")


def page(call: Call, items: Sequence[T]) -> Sequence[T]:
    """Return the page of *items* that the call asks for.

    Raises:
        Problem: count or offset is no whole number, or count is above 1,000 (guess: refused, not cut).
    """
    count, offset = _whole(call, "count", DEFAULT), _whole(call, "offset", 0)
    if count > MAXIMUM:
        raise invalid(FieldError("count", f"This value should be less than or equal to {MAXIMUM}."))
    return items[offset : offset + count]


def project(call: Call, body: Any) -> Any:
    """Return *body* cut down to `fields`, or without `exclude_fields`: comma lists of dotted paths."""
    wanted, unwanted = _paths(call, "fields"), _paths(call, "exclude_fields")
    if wanted:
        return _keep(body, wanted)
    return _drop(body, unwanted) if unwanted else body


def flag(call: Call, name: str) -> bool:
    """Return whether a boolean parameter is on; only the documented lower-case `true` counts (guess)."""
    return call.arg(name) == "true"


def bound(name: str, text: str) -> datetime:
    """Return the instant that a parameter gives; one without an offset is refused (guess)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(FieldError(name, "Please enter a date in ISO 8601 format")) from None
    if found.tzinfo is None:
        raise invalid(FieldError(name, "Please enter a date in ISO 8601 format"))
    return found


def _whole(call: Call, name: str, default: int) -> int:
    text = call.arg(name, str(default)) or ""
    if not text.isdecimal():
        raise invalid(FieldError(name, "Schema describes integer, string found instead"))
    return int(text)


def _paths(call: Call, name: str) -> list[list[str]]:
    values = [value for key, value in call.query if key == name]
    return [path.strip().split(".") for value in values for path in value.split(",") if path.strip()]


def _below(paths: list[list[str]], key: str) -> list[list[str]]:
    return [path[1:] for path in paths if path[0] == key]


def _keep(body: Any, paths: list[list[str]]) -> Any:
    if isinstance(body, list):
        return [_keep(item, paths) for item in body]
    if not isinstance(body, dict):
        return body
    inner = {key: _below(paths, key) for key in body}
    return {key: body[key] if [] in below else _keep(body[key], below) for key, below in inner.items() if below}


def _drop(body: Any, paths: list[list[str]]) -> Any:
    if isinstance(body, list):
        return [_drop(item, paths) for item in body]
    if not isinstance(body, dict):
        return body
    inner = {key: _below(paths, key) for key in body}
    return {key: _drop(body[key], below) if below else body[key] for key, below in inner.items() if [] not in below}
