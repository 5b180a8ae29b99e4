"""Mailchimp's error bodies: problem+json, with `errors` where fields were refused."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from franca.sandbox import Reply

TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"
MEDIA_TYPE = "application/problem+json; charset=utf-8"
SEE_ERRORS = "The resource submitted could not be validated. For field-specific details, see the 'errors' array."


class FieldError(NamedTuple):
    """One refused field, by its dotted path; elements of arrays are `item:N` (guess)."""

    field: str
    message: str


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A refusal, raised anywhere below a handler and answered as problem+json."""

    def __init__(self, status: int, title: str, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.errors = status, title, detail, tuple(errors)

    def reply(self) -> Reply:
        """Return the answer; `instance` is a support id, new for each occurrence."""
        body: dict[str, Any] = {
            "type": TYPE,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": str(uuid.uuid4()),
        }
        if self.errors:
            body["errors"] = [error._asdict() for error in self.errors]
        return Reply(status=self.status, body=body, media_type=MEDIA_TYPE)


def invalid(*errors: FieldError) -> Problem:
    """Return the 400 of a body whose fields are wrong."""
    return Problem(400, "Invalid Resource", SEE_ERRORS, errors)


def refused(detail: str) -> Problem:
    """Return the 400 of a body that is wrong as a whole."""
    return Problem(400, "Invalid Resource", detail)


def missing() -> Problem:
    """Return the 404."""
    return Problem(404, "Resource Not Found", "The requested resource could not be found.")
