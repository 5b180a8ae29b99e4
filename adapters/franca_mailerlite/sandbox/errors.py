"""Refusals in MailerLite's shape: `{message}`, with `errors` by field on a 422 (documented); there is no error code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from franca.sandbox import Reply


class RefusedError(Exception):
    """A call that MailerLite answers with an error; the emulator turns it into the reply."""

    def __init__(self, status: int, message: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self._status, self._body = status, {"message": message} | ({"errors": dict(errors)} if errors else {})

    def reply(self) -> Reply:
        """Return the refusal as an answer."""
        return Reply(status=self._status, body=self._body)


def invalid(field: str, message: str) -> RefusedError:
    """Return the refusal of a value: 422, in the form that Laravel has (documented; the words are guesses)."""
    return RefusedError(422, message, {field: [message]})


def absent(model: str, identity: str = "") -> RefusedError:
    r"""Return the refusal of an unknown object, in the words that were seen: `No query results for model [App\Models\Group\Group] 1`."""
    return RefusedError(404, f"No query results for model [App\\Models\\{model}] {identity}".rstrip())


def no_route(path: str) -> RefusedError:
    """Return the refusal of a path that does not exist (seen)."""
    return RefusedError(404, f"The route {path.lstrip('/')} could not be found.")


def wrong_method(method: str, path: str) -> RefusedError:
    """Return the refusal of a method that a path does not have; status and words are Laravel's own (guess)."""
    return RefusedError(405, f"The {method} method is not supported for route {path.lstrip('/')}.")


def body_of(body: Any) -> Mapping[str, Any]:
    """Return the JSON object of a call; none is an empty one: the SDK sends `null` (seen)."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise RefusedError(422, "The given data was invalid.")
    return body
