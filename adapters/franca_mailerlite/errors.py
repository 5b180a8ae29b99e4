"""The SDK's exceptions → verdicts, without people's data. The SDK's own texts hold addresses, and with them emails: none is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from franca.adapter import Failure, Secret, Verdict

REMEDIES: Mapping[int, str] = {
    401: "check api_key: MailerLite does not know it, or the user who made it is gone",
    403: "the key may not do this: check the account's plan",
}
MESSAGE_CHARACTERS = 200

_PRIVATE = re.compile(r"[^\s\"'<>(),;:]+@[^\s\"'<>(),;:]+|\+?\d{6,}")
"""Emails, and numbers long enough to be a phone's or a person's."""


class GarbledError(Exception):
    """An answer that is not the JSON it should be: cut off, or not MailerLite's."""


class PartUndoneError(Exception):
    """A part of a batch that was not done, and may be when it is asked for again."""


class RedirectedError(Exception):
    """An answer from another address: a write would have become a read on the way."""


def read_failure(error: Exception, *, key: Secret) -> Verdict | None:
    """Return what an exception means; None when it is neither the SDK's nor ours."""
    from requests.exceptions import HTTPError, RequestException

    if isinstance(error, HTTPError) and error.response is not None:
        return _answered(error.response, key)
    if isinstance(error, RedirectedError):
        return Verdict(failure=Failure.REFUSED, what="redirected", remedy="check url: MailerLite's API does not redirect")
    if isinstance(error, PartUndoneError):
        return Verdict(failure=Failure.UNKNOWN, what="a part of the batch was not done")
    if isinstance(error, GarbledError):
        return Verdict(failure=Failure.UNKNOWN, what="the answer cannot be read")
    return _broken(error) if isinstance(error, RequestException) else None


# -- answers


def _answered(response: Any, key: Secret) -> Verdict:
    status: int = response.status_code
    return Verdict(
        failure=_failure(status),
        what=f"{status} {said(_json(response), key)}".rstrip(),
        remedy=REMEDIES.get(status, ""),
        status=status,
        retry_after=_seconds(response.headers.get("Retry-After")) if status == 429 else None,
    )


def _failure(status: int) -> Failure:
    if status == 429:
        return Failure.THROTTLED
    return Failure.UNKNOWN if status >= 500 or status == 408 else Failure.REFUSED


def _json(response: Any) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def said(body: Any, key: Secret) -> str:
    """Return MailerLite's message and its errors by field, on one line without emails, keys and long numbers, cut short."""
    text = "; ".join(dict.fromkeys(_words(body))).replace(key.reveal(), "…")
    return " ".join(_PRIVATE.sub("…", text).split())[:MESSAGE_CHARACTERS]


def _words(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        return
    if isinstance(body.get("message"), str):
        yield body["message"]
    errors = body.get("errors")
    for field, messages in errors.items() if isinstance(errors, dict) else ():
        yield from (f"{field}: {each}" for each in (messages if isinstance(messages, list) else [messages]))


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


# -- no answers


def _broken(error: Exception) -> Verdict:
    from requests import exceptions
    from urllib3.exceptions import NewConnectionError

    kind = type(error).__name__
    if isinstance(error, exceptions.InvalidURL | exceptions.InvalidSchema | exceptions.MissingSchema):
        return Verdict(failure=Failure.REFUSED, what="the address is not a URL", remedy="check url")
    if isinstance(error, exceptions.TooManyRedirects):
        return Verdict(failure=Failure.REFUSED, what="redirected", remedy="check url: MailerLite's API does not redirect")
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    unsent = exceptions.ConnectTimeout | exceptions.SSLError | exceptions.ProxyError
    if isinstance(error, unsent) or isinstance(cause, NewConnectionError):
        return Verdict(failure=Failure.UNSENT, what=f"not reached ({kind})", remedy="check the network and url")
    return Verdict(failure=Failure.UNKNOWN, what=f"no answer ({kind})")
