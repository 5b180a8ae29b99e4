"""What the SDK raises, read as verdicts; nothing of a body but Mailchimp's own words, and those without people's data.

Exceptions are recognised by their shape, so that this module loads without the SDK.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from franca.adapter import Failure, Secret, Verdict

_LONGEST = 300
# Emails, hashes of them, and runs of digits as in phone numbers.
_PERSONAL = re.compile(r"[^\s\"'<>(),;:]*@[^\s\"'<>(),;]*|\b[0-9a-f]{32}\b|\+?\d[\d\s().-]{6,}\d")
_UNSENT = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")
_BAD_ADDRESS = ("InvalidURL", "MissingSchema", "InvalidSchema")


class UnreadableError(Exception):
    """A call was answered with success, and the answer holds nothing that can be read."""


class ShortError(Exception):
    """A page that holds fewer rows than it must by its own count."""


_USELESS: Mapping[type[Exception], str] = {
    UnreadableError: "the answer could not be read",
    ShortError: "a page holds fewer rows than its own count says",
}


class GoneError(Exception):
    """A file that Mailchimp keeps elsewhere is not at its address (any more)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class EmptyAnswerError(Exception):
    """An error status without a body, which the SDK would return as if it were a result (sheet section 7.2)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def reader(key: Secret) -> Callable[[Exception], Verdict | None]:
    """Return what turns an exception of the SDK into a verdict; *key* is kept out of every message."""

    def read(error: Exception) -> Verdict | None:
        verdict = _verdict(error)
        if verdict is None or key.reveal() not in verdict.what:
            return verdict
        return Verdict(failure=verdict.failure, what="the answer repeats the API key and is not shown", status=verdict.status)

    return read


def _verdict(error: Exception) -> Verdict | None:
    if type(error).__name__ == "ApiClientError" and hasattr(error, "status_code") and hasattr(error, "text"):
        if error.status_code is not None:
            return _answered(error.status_code, error.text)
        return _verdict(error.text) if isinstance(error.text, Exception) else None  # the SDK wraps whatever went wrong in its request
    if type(error) in _USELESS:
        return Verdict(failure=Failure.UNKNOWN, what=_USELESS[type(error)])
    if isinstance(error, EmptyAnswerError):
        return _answered(error.status, "")
    if isinstance(error, GoneError):
        return Verdict(failure=Failure.REFUSED, what=f"it is not there (HTTP {error.status})", status=error.status)
    return _unanswered(error) if any(kind.__module__ == "requests.exceptions" for kind in type(error).__mro__) else None


# -- no answer


def _unanswered(error: Exception) -> Verdict:
    names = {type(each).__name__ for each in _causes(error)}
    remedy = "check the network, and `url` if the destination has one"
    if names & {*_BAD_ADDRESS, "SSLError", "ProxyError"}:
        what = "its address is malformed" if names & set(_BAD_ADDRESS) else "no safe connection can be made"
        return Verdict(failure=Failure.REFUSED, what=what, remedy=remedy)
    if names & set(_UNSENT):
        return Verdict(failure=Failure.UNSENT, what="it cannot be reached", remedy=remedy)
    what = "no answer in time" if any("Timeout" in name for name in names) else "the connection broke off"
    return Verdict(failure=Failure.UNKNOWN, what=what)


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error, and those inside it: requests wraps urllib3's MaxRetryError, which wraps the reason."""
    inside = [each for each in (*error.args, getattr(error, "reason", None)) if isinstance(each, BaseException)]
    return [error, *(cause for each in inside for cause in _causes(each))]


# -- answers


def _answered(status: int, body: Any) -> Verdict:
    problem = _problem(body)
    said = words(problem) or f"HTTP {status}"
    request_id = str(problem.get("instance") or "")
    if status == 429 or (status == 403 and not problem):
        # "429 or 403 without a JSON body" (sheet section 5.3); there is never a word on how long
        return Verdict(failure=Failure.THROTTLED, what="it asks for a pause", status=status, request_id=request_id)
    if status in (401, 403):
        remedy = "check api_key, and that `url` is not another data centre's"
        return Verdict(
            failure=Failure.REFUSED, what=f"the API key was refused ({said})", remedy=remedy, status=status, request_id=request_id
        )
    failure = Failure.UNKNOWN if status >= 500 or status == 408 else Failure.REFUSED
    return Verdict(failure=failure, what=said, status=status, request_id=request_id)


def _problem(body: Any) -> Mapping[str, Any]:
    """Return problem+json, which the SDK hands over as text; empty for anything else, as a firewall's page."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {}
    return body if isinstance(body, Mapping) else {}


def words(problem: Any) -> str:
    """Return what a problem says, shortened, without people's data; empty when it is none."""
    found = _problem(problem)
    errors = [each for each in found.get("errors") or () if isinstance(each, Mapping)]
    fields = "; ".join(f"{each.get('field')}: {each.get('message')}" for each in errors)
    said = fields or str(found.get("detail") or "")
    title = str(found.get("title") or "")
    return without_people(f"{title}: {said}" if title and said else title or said)


def without_people(text: str) -> str:
    """Return Mailchimp's words shortened, without emails, hashes of emails and long numbers."""
    return " ".join(_PERSONAL.sub("…", text).split())[:_LONGEST]
