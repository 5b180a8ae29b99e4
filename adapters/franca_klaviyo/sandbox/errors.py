"""Klaviyo's error bodies."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from franca.sandbox import Reply

MEDIA_TYPE = "application/vnd.api+json"


class ProblemError(Exception):
    """A refusal on its way to the client.

    Attributes:
        pointer: where in the body the fault lies; *parameter* is the same for the query.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        *,
        pointer: str | None = None,
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.source = {"parameter": parameter} if parameter else {"pointer": pointer or "/data"}
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """Return the answer (documented: id, code, title, detail, source; reported: status, links, meta)."""
        error: dict[str, Any] = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.code}:{self.detail}")),
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "source": self.source,
            "links": {},
            "meta": {},
        }
        return Reply(status=self.status, body={"errors": [error]}, headers=self.headers, media_type=MEDIA_TYPE)


def invalid(detail: str, pointer: str = "/data") -> ProblemError:
    """Return the refusal of a body: 400 `invalid`."""
    return ProblemError(400, "invalid", "Invalid input.", detail, pointer=pointer)


def bad_parameter(detail: str, parameter: str) -> ProblemError:
    """Return the refusal of a query parameter: 400 `invalid`."""
    return ProblemError(400, "invalid", "Invalid input.", detail, parameter=parameter)


def not_found(kind: str, identity: str) -> ProblemError:
    """Return the answer for a resource that is not there: 404 `not_found`."""
    return ProblemError(404, "not_found", "Not found.", f"A {kind} with id {identity} does not exist.")


def not_interpreted(what: str, pointer: str) -> ProblemError:
    """Return a refusal that Klaviyo would not give: the contract knows *what*, this emulator does not give it a meaning."""
    detail = f"This sandbox does not interpret {what}; Klaviyo does."
    return ProblemError(400, "sandbox_not_interpreted", "Not interpreted by the sandbox.", detail, pointer=pointer)


def throttled(seconds: int) -> ProblemError:
    """Return the 429 of a full rate window (documented: body and integer Retry-After, no RateLimit headers)."""
    detail = f"Request was throttled. Expected available in {seconds} second{'' if seconds == 1 else 's'}."
    return ProblemError(429, "throttled", "Request was throttled.", detail, headers={"Retry-After": str(seconds)})
