"""The SDK's exceptions → verdicts, without people's data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from franca.adapter import Failure, Secret, Verdict

REMEDIES: Mapping[int, str] = {
    401: "check api_key: Brevo does not know it, or not from this address",
    403: "the key may not do this: check its rights and the account's plan",
}

MESSAGE_CHARACTERS = 200
RESET = "x-sib-ratelimit-reset"

_PRIVATE = re.compile(r"[^\s\"'<>(),;:]+@[^\s\"'<>(),;:]+|xkeysib-[\w-]*|\+?\d{6,}")
"""Emails, keys, and numbers long enough to be a phone's or a contact's."""


class GarbledError(Exception):
    """An answer that is not the JSON it should be: cut off, or not Brevo's."""


class ShortError(Exception):
    """A page that holds fewer rows than it must by its own count."""


def read_failure(error: Exception, *, key: Secret) -> Verdict | None:
    """Return what an exception of the SDK means; None when it is not the SDK's.

    Timeouts and broken connections surface as urllib3's errors, not as ApiException (sheet 6.3).
    """
    from sib_api_v3_sdk.rest import ApiException
    from urllib3.exceptions import HTTPError

    if isinstance(error, ApiException):
        return _answered(error, key)
    if isinstance(error, HTTPError):
        return _broken(error)
    if isinstance(error, GarbledError | UnicodeDecodeError):
        return Verdict(failure=Failure.UNKNOWN, what="the answer cannot be read")
    if isinstance(error, ShortError):
        return Verdict(failure=Failure.UNKNOWN, what="a page holds fewer rows than its own count says")
    return None


# -- answers


def _answered(error: Any, key: Secret) -> Verdict:
    if not error.status:  # the SDK's form of a failed TLS handshake
        return Verdict(failure=Failure.UNSENT, what="no secure connection", remedy="check the address and the certificates")
    return Verdict(
        failure=_failure(error.status),
        what=_said(error.status, error.body, key),
        remedy=REMEDIES.get(error.status, ""),
        status=error.status,
        retry_after=_reset(error.headers) if error.status == 429 else None,
    )


def _failure(status: int) -> Failure:
    if status in (425, 429):  # 425 "Too Early" is documented on contacts and means: try again (sheet 2.3)
        return Failure.THROTTLED
    return Failure.UNKNOWN if status >= 500 or status == 408 else Failure.REFUSED


def _said(status: int, body: object, key: Secret) -> str:
    """Return the status with the code and the message, both open texts (sheet 5); anything else of the body stays unsaid."""
    try:
        found = json.loads(body) if isinstance(body, str | bytes) else None
    except ValueError:
        found = None
    said = found if isinstance(found, dict) else {}
    words = ": ".join(str(said[name]) for name in ("code", "message") if said.get(name))
    return f"{status} {redacted(words, key)}".rstrip()


def redacted(text: str, key: Secret) -> str:
    """Return *text* on one line without emails, keys and long numbers, cut short."""
    clean = _PRIVATE.sub("…", text.replace(key.reveal(), "…"))
    return " ".join(clean.split())[:MESSAGE_CHARACTERS]


def _reset(headers: Mapping[str, str] | None) -> float | None:
    """Return the seconds to go; Brevo sends no Retry-After (sheet 5)."""
    text = (headers or {}).get(RESET, "")
    return float(text) if text.isdigit() else None


# -- no answers


def _broken(error: Exception) -> Verdict:
    """Read an error of urllib3; its own text is not used, since it holds the path and with it emails."""
    from urllib3 import exceptions

    cause = getattr(error, "reason", None) or error
    kind = type(cause).__name__
    if isinstance(cause, exceptions.LocationValueError | exceptions.URLSchemeUnknown):
        return Verdict(failure=Failure.REFUSED, what="the address is not a URL", remedy="check url")
    if isinstance(cause, exceptions.ResponseError):
        return Verdict(failure=Failure.REFUSED, what="redirected", remedy="check url: Brevo's API does not redirect")
    if isinstance(cause, exceptions.NewConnectionError | exceptions.ConnectTimeoutError | exceptions.SSLError | exceptions.ProxyError):
        return Verdict(failure=Failure.UNSENT, what=f"not reached ({kind})", remedy="check the network and url")
    return Verdict(failure=Failure.UNKNOWN, what=f"no answer ({kind})")
