"""What the SDK raises, read as verdicts; nothing of a body but Klaviyo's own words, and those without people's data.

Exceptions are recognised by their shape, so that this module loads without the SDK.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from franca.adapter import Failure, Secret, Verdict

PROCESSING_SECONDS = 30.0
"""How long to wait when five segments are being processed (reported: tried again every 30 seconds)."""

KEY_REMEDY = "check api_key and the scopes of the key (see the adapter's README)"

_LONGEST = 300
# Emails, and runs of digits as in phone numbers and ids of people.
_PERSONAL = re.compile(r"[^\s\"'<>(),;:]*@[^\s\"'<>(),;]*|\+?\d[\d\s().-]{6,}\d")
_SECONDS = re.compile(r"available in (\d+(?:\.\d+)?) second")
_KEY_CODES = frozenset({"authentication_failed", "not_authenticated", "permission_denied"})


class UnreadableError(Exception):
    """A call was answered with success, and the answer holds nothing that can be read."""


def reader(key: Secret) -> Callable[[Exception], Verdict | None]:
    """Return what turns an exception of the SDK into a verdict; *key* is kept out of every message."""

    def read(error: Exception) -> Verdict | None:
        verdict = _verdict(error)
        if verdict is None or key.reveal() not in verdict.what:
            return verdict
        return Verdict(failure=verdict.failure, what="the answer repeats the API key and is not shown", status=verdict.status)

    return read


def _verdict(error: Exception) -> Verdict | None:
    if isinstance(error, UnreadableError):
        return Verdict(failure=Failure.UNKNOWN, what="the answer could not be read")
    if any(kind.__module__.startswith("urllib3.") for kind in type(error).__mro__):
        return _unanswered(error)
    status = getattr(error, "status", None)
    if not isinstance(status, int) or not hasattr(error, "reason"):
        return None
    return _answered(status, getattr(error, "body", None), getattr(error, "headers", None) or {})


# -- no answer

_UNSENT = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")


def _unanswered(error: Exception) -> Verdict:
    cause = getattr(error, "reason", None) or error
    name = type(cause).__name__
    if name in _UNSENT:
        return Verdict(failure=Failure.UNSENT, what="it cannot be reached", remedy="check the network and `url`")
    if name.startswith("Location"):
        return Verdict(failure=Failure.REFUSED, what="`url` is not a usable address")
    if name == "SSLError":
        return Verdict(failure=Failure.REFUSED, what="its certificate is not accepted", remedy="check the network and `url`")
    what = "no answer in time" if "Timeout" in name else "the connection broke off"
    return Verdict(failure=Failure.UNKNOWN, what=what)


# -- answers


def _answered(status: int, body: Any, headers: Mapping[str, str]) -> Verdict:
    first = _first(body)
    request_id = str(first.get("id") or "")
    words = _words(first) or f"HTTP {status}"
    if status == 429:
        verdict = Verdict(failure=Failure.THROTTLED, what="it asks for a pause", retry_after=_wait(headers, first))
    elif "processing limit" in words:  # reported: a 400 that passes by itself
        verdict = Verdict(failure=Failure.THROTTLED, what=words, retry_after=PROCESSING_SECONDS)
    elif status in (401, 403) or first.get("code") in _KEY_CODES:
        verdict = Verdict(failure=Failure.REFUSED, what=f"the API key was refused ({words})", remedy=KEY_REMEDY)
    else:
        verdict = Verdict(failure=Failure.UNKNOWN if status >= 500 or status == 408 else Failure.REFUSED, what=words)
    return replace(verdict, status=status, request_id=request_id)


def _first(body: Any) -> Mapping[str, Any]:
    """Return the first error of a body; empty for one without errors, or that is no JSON."""
    try:
        errors = json.loads(body)["errors"] if body else []
    except (ValueError, TypeError, KeyError):
        return {}
    return errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}


def _words(first: Mapping[str, Any]) -> str:
    source = first.get("source")
    pointer = source.get("pointer") or source.get("parameter") if isinstance(source, Mapping) else None
    said = str(first.get("detail") or first.get("title") or "")
    place = f" at {pointer}" if pointer and pointer != "/data" else ""
    return " ".join(_PERSONAL.sub("…", said + place).split())[:_LONGEST]


def _wait(headers: Mapping[str, str], first: Mapping[str, Any]) -> float | None:
    found = {str(name).lower(): value for name, value in headers.items()}.get("retry-after")
    try:
        return float(found) if found is not None else _seconds(first)
    except ValueError:
        return _seconds(first)


def _seconds(first: Mapping[str, Any]) -> float | None:
    found = _SECONDS.search(str(first.get("detail") or ""))
    return float(found[1]) if found else None
