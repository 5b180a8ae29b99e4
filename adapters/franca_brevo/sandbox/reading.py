"""Reading what a call carries: path, query and body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from franca.sandbox import Call
from franca_brevo.sandbox.errors import RefusedError, invalid, missing

LARGEST_ID = 2**63 - 1  # documented: int64


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page asked for; *order* is `ASC` or `DESC` by creation."""

    limit: int
    offset: int
    order: str


def page_of(call: Call, *, default: int, most: int) -> Page:
    """Return the page that *call* asks for (documented: `limit`, `offset`, `sort=asc|desc`, newest first by default)."""
    limit = _count(call, "limit", default)
    if limit > most:
        # reported on another endpoint (APIv3-php-library#221, #223); that every list answers so is a guess
        raise RefusedError(400, "out_of_range", "Limit exceeds max value")
    order = call.arg("sort", "desc")
    if order not in ("asc", "desc"):
        raise invalid("sort should be either asc or desc")
    return Page(limit=limit, offset=_count(call, "offset", 0), order=order.upper())


def _count(call: Call, name: str, default: int) -> int:
    text = call.arg(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_ID:
        raise invalid(f"{name} should be a non-negative integer")
    return int(text)


def instant_arg(call: Call, name: str) -> str | None:
    """Return an ISO 8601 query parameter in the store's form (UTC, seconds), None when absent."""
    text = call.arg(name)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{name} is not a valid date") from None
    if instant.tzinfo is None:
        raise invalid(f"{name} is not a valid date")  # documented: with time zone; the refusal is a guess
    return stamp(instant)


def stamp(instant: datetime) -> str:
    """Return *instant* as Brevo writes it (documented examples: 2017-05-12T12:30:00Z)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def id_of(call: Call, name: str) -> int:
    """Return the numeric path parameter *name*."""
    text = call.params[name]
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_ID:
        raise invalid(f"{name} is invalid")
    return int(text)


def ids_arg(call: Call, name: str) -> list[int]:
    """Return a repeated or comma-separated query parameter as numbers (documented: an array; the comma form is a guess)."""
    texts = [part for key, value in call.query if key in (name, f"{name}[]") for part in value.split(",")]
    if not all(text.isascii() and text.isdigit() and int(text) <= LARGEST_ID for text in texts):
        raise invalid(f"{name} should be an array of integers")
    return [int(text) for text in texts]


def body_of(call: Call) -> Mapping[str, Any]:
    """Return the JSON object that *call* carries; keys that Brevo does not know are ignored by it (guess)."""
    if not isinstance(call.body, dict):
        raise RefusedError(400, "bad_request", "Input must be a valid JSON object")
    return call.body


def text_in(body: Mapping[str, Any], key: str, label: str) -> str:
    """Return a text that must be there and not be empty."""
    value = body.get(key)
    if value is None or value == "":
        raise missing(label)
    if not isinstance(value, str):
        raise invalid(f"{label} is invalid")
    return value


def flag_in(body: Mapping[str, Any], key: str, *, default: bool) -> bool:
    """Return an optional boolean."""
    value = body.get(key, default)
    if not isinstance(value, bool):
        raise invalid(f"{key} should be a boolean")
    return value


def is_id(value: object) -> bool:
    """Return whether *value* is a positive whole number."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID


def ids_in(body: Mapping[str, Any], key: str) -> Sequence[int]:
    """Return an optional array of ids, without repetitions."""
    value = body.get(key, [])
    if not isinstance(value, list) or not all(map(is_id, value)):
        raise invalid(f"{key} should be an array of integers")
    return list(dict.fromkeys(value))


def optional_text(body: Mapping[str, Any], key: str) -> str:
    """Return a text that may be absent; an explicit null is a value, and none that fits (sheet trap 25)."""
    value = body.get(key, "")
    if not isinstance(value, str):
        raise invalid(f"{key} should be a string")
    return value


def word_arg(call: Call, name: str, allowed: Sequence[str]) -> str | None:
    """Return a query parameter that is one of *allowed*, None when absent."""
    text = call.arg(name)
    if text is not None and text not in allowed:
        raise invalid(f"{name} is invalid")
    return text
