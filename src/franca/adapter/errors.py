"""What can go wrong at an ESP, whichever it is.

- `DestinationError`: the ESP refused, or was not reached
    - `TerminalError`: the same call would fail again
        - `franca.adapter.jobs.LostJobError`: bulk work failed or is not known any more: what it did is unknown
    - `TransientError`: later it may work; `retry_after` says when, if the ESP said so
        - `UnansweredError`: the call may be repeated, was, and no answer came: it may be done or not
    - `UnknownOutcomeError`: a write was sent and no answer came: look before writing again
"""

from __future__ import annotations

from franca.errors import FrancaError


class DestinationError(FrancaError):
    """A call to an ESP failed.

    Attributes:
        operation: what was asked, in our words ("create segment").
        status: the HTTP status; None when there was no answer.
        request_id: the ESP's own id of the request, for its support; empty when none was sent.
    """

    def __init__(self, what: str, *, remedy: str = "", operation: str = "", status: int | None = None, request_id: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.operation, self.status, self.request_id = operation, status, request_id


class TerminalError(DestinationError):
    """The same call would fail again: a wrong key, a refused body, a missing object."""


class TransientError(DestinationError):
    """Later it may work; *retry_after* is in seconds, None when the ESP did not say."""

    def __init__(self, what: str, *, retry_after: float | None = None, **details: object) -> None:
        super().__init__(what, **details)  # type: ignore[arg-type]
        self.retry_after = retry_after


class UnansweredError(TransientError):
    """A call that may be repeated got no answer at its last attempt: a write may be done all the same."""


class UnknownOutcomeError(DestinationError):
    """A write that must not be repeated blindly was sent, and no answer came."""
