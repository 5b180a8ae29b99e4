"""ESPs that take values in bulk and work on them later: that work goes on when this process ends, and the next one may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from franca.adapter.protocol import Contact, Written
from franca.adapter.resources import Remote

Rows = Sequence[tuple[Contact, str]]
"""A marker's values."""

OnJob = Callable[[str, Rows], None]
"""Hears of a job as soon as the ESP has taken it: its id, and the rows in it."""


def unheard(_job: str, _rows: Rows) -> None:
    """Keep no note of jobs."""


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
            TerminalError: it failed, or the ESP does not know it any more: what became of its rows is unknown.
            TransientError: it is still under way after a long wait.
        """
        ...
