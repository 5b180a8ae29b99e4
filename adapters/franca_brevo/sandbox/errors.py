"""Refusals in Brevo's shape: `{code, message}`, on contact endpoints sometimes with `metadata` (documented)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca.sandbox import Reply


class RefusedError(Exception):
    """A call that Brevo answers with an error; the emulator turns it into the reply."""

    def __init__(self, status: int, code: str, message: str, metadata: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self._status = status
        self._body = {"code": code, "message": message} | ({"metadata": dict(metadata)} if metadata else {})

    def reply(self) -> Reply:
        """Return the refusal as an answer."""
        return Reply(status=self._status, body=self._body)


def invalid(message: str) -> RefusedError:
    """Return the refusal of a value: 400 `invalid_parameter` (code documented, messages are guesses unless said)."""
    return RefusedError(400, "invalid_parameter", message)


def missing(what: str) -> RefusedError:
    """Return the refusal of an absent value, worded as reported (APIv3-php-library#263: "List name is missing")."""
    return RefusedError(400, "missing_parameter", f"{what} is missing")


def absent(message: str) -> RefusedError:
    """Return the refusal of an unknown object: 404 `document_not_found` (code documented, messages mostly guesses)."""
    return RefusedError(404, "document_not_found", message)


def too_many(what: str, most: int) -> RefusedError:
    """Return the refusal past an account's quota; that it is a 400, its code and its words are guesses."""
    return RefusedError(400, "out_of_range", f"You have reached the maximum of {most} {what}")
