"""ESPs that take values in bulk and work on them later: that work goes on when this process ends, and the next one may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from franca.adapter.errors import TerminalError
from franca.adapter.protocol import Contact, Written
from franca.adapter.resources import Remote

Rows = Sequence[tuple[Contact, str]]
"""A marker's values."""

OnJob = Callable[[str, Rows], None]
"""Hears of a job as soon as the ESP has taken it: its id, and the rows in it."""


def unheard(_job: str, _rows: Rows) -> None:
    """Keep no note of jobs."""


class LostJobError(TerminalError):
    """A job failed, or the ESP does not know it any more: what became of its rows is unknown."""


@contextmanager
def lost_if_unknown() -> Iterator[None]:
    """Let a job be lost that the ESP does not find; whatever else it refuses stays what it is.

    Raises:
        LostJobError: see above.
    """
    try:
        yield
    except TerminalError as error:
        if error.status != 404:
            raise
        raise LostJobError(error.problem.what, remedy="run the command again", operation=error.operation, status=404) from error


@runtime_checkable
class Resuming(Protocol):
    """A connection whose `write_field` makes jobs at the ESP.

    Attributes:
        on_job: hears of every job; `unheard` until somebody listens.
    """

    on_job: OnJob

    def resume_field(self, remote: Remote, job: str, rows: Rows) -> Written:
        """Wait until a job of an earlier run is over, and return what it did to *rows*, which are some of its rows, or none.

        Raises:
            LostJobError: what became of its rows is unknown.
            TransientError: it is still under way after a long wait.
        """
        ...

    def under_way(self) -> Sequence[str]:
        """Return the ids of all jobs on contacts that are not over yet, whoever gave them: who was killed may not have noted its own."""
        ...
