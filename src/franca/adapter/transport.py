"""One policy around every vendor SDK: how long to wait, what to repeat, what never to repeat."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

import tenacity

from franca.adapter.errors import DestinationError, TerminalError, TransientError, UnansweredError, UnknownOutcomeError

T = TypeVar("T")

CONNECT_SECONDS, READ_SECONDS = 5, 60
TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)
"""For the SDKs: (connect, read) in seconds; none of them has a usable default."""

LONGEST_WAIT = 120.0
"""Seconds that a call waits for its turn; a window that asks for more (an hour's, a day's) ends the command with the time to go on."""


class Waiter(Protocol):
    """Time as the policy sees it, so that tests and the demo need not wait for real."""

    def ticks(self) -> float:
        """Return seconds that only grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        ...

    def now(self) -> datetime:
        """Return the instant by the calendar, in UTC: what processes have in common."""
        ...

    def jitter(self) -> float:
        """Return a number in [0, 1) that no other run has, so that runs that were refused together do not come back together."""
        ...


class RealWaiter:
    """The wall's time."""

    def ticks(self) -> float:
        """Return the monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """Return the wall's time."""
        return datetime.now(UTC)

    def jitter(self) -> float:
        """Return a random number."""
        return random.random()  # noqa: S311 - spreads runs, keeps no secret


@dataclass
class VirtualWaiter:
    """Time that passes only by waiting, the same in every run.

    Attributes:
        on_sleep: hears of every wait (a sandbox's clock).
        elapsed: the seconds that several waiters have in common (that clock's); without it each begins on a day of its own.
    """

    on_sleep: Callable[[float], None] = lambda _seconds: None
    elapsed: Callable[[], float] | None = None
    _ticks: float = 0.0
    _day: int = field(default_factory=itertools.count().__next__)
    _random: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - as above

    def ticks(self) -> float:
        """Return the seconds waited so far."""
        return self._ticks

    def sleep(self, seconds: float) -> None:
        """Advance."""
        self._ticks += seconds
        self.on_sleep(seconds)

    def now(self) -> datetime:
        """Return an instant that goes on with the seconds."""
        seconds = self.elapsed() if self.elapsed else 86_400 * self._day + self._ticks
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    def jitter(self) -> float:
        """Return the next number of a fixed sequence."""
        return self._random.random()


class Failure(StrEnum):
    """What a failed call means for trying again."""

    REFUSED = "refused"  # the ESP understood and said no
    THROTTLED = "throttled"  # it did nothing and asks to come back
    UNSENT = "unsent"  # it never got the call
    UNKNOWN = "unknown"  # it may or may not have done it: timeout, reset, 5xx


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An SDK's exception, read: what it means, the ESP's words (without people's data), when to come back (seconds)."""

    failure: Failure
    what: str
    remedy: str = ""
    status: int | None = None
    retry_after: float | None = None
    request_id: str = ""


@dataclass
class Window:
    """At most *limit* calls in any *seconds*: a sliding window kept on our side, so that the ESP need not say 429.

    Attributes:
        cap: of a window that outlives a process (an hour, a day), its name among the adapter's rates.
    """

    limit: int
    seconds: float
    cap: str = ""
    _calls: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Return how many seconds to wait before one more call."""
        while self._calls and self._calls[0] <= now - self.seconds:
            self._calls.popleft()
        return 0.0 if len(self._calls) < self.limit else self._calls[0] + self.seconds - now

    def note(self, now: float) -> None:
        """Count a call."""
        self._calls.append(now)


@dataclass(kw_only=True)
class Policy:
    """Runs calls.

    Attributes:
        esp: the ESP's name, for messages.
        read_failure: turns an SDK's exception into a verdict; None means that it is not the SDK's, and it is raised as it is.
        attempts: of one call, in all.
        longest_wait: seconds; a longer wait ends in a `TransientError` that says how long.
        before_call: a seam for fault tests: hears of every call before it goes out.
        on_cap: hears of every call that counts in a cap, before it goes out, and of -1 when the ESP did nothing (`franca.plan.caps`).
        unanswered: how many attempts so far may have been done without our knowing, though they were repeated.
    """

    esp: str
    waiter: Waiter
    read_failure: Callable[[Exception], Verdict | None]
    attempts: int = 5
    longest_wait: float = LONGEST_WAIT
    before_call: Callable[[str], None] | None = None
    on_cap: Callable[[str, int], None] = lambda _cap, _calls: None
    unanswered: int = 0

    def call(self, operation: str, function: Callable[[], T], *, safe: bool, windows: Sequence[Window] = ()) -> T:
        """Return what *function* returns.

        Args:
            operation: in our words, for messages ("create segment").
            function: one call of the SDK, with its own retries switched off.
            safe: repeating it after an unknown outcome changes nothing more (reads, idempotent writes).
            windows: the rate windows that the call counts in.

        Raises:
            TerminalError: refused.
            TransientError: still failing after all attempts, or the wait would be too long.
            UnansweredError: a safe call got no answer at its last attempt.
            UnknownOutcomeError: an unsafe call got no answer.
        """
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=self._pause,
            sleep=self.waiter.sleep,
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, TransientError) and self._short(error)),
            reraise=True,
        )
        result: T = retrying(self._attempt, operation, function, safe=safe, windows=windows)
        return result

    def _attempt(self, operation: str, function: Callable[[], T], *, safe: bool, windows: Sequence[Window]) -> T:
        self._await(operation, windows)
        if self.before_call:
            self.before_call(operation)
        try:
            with self._translated(operation, safe=safe):
                return function()
        except TransientError as error:
            if not isinstance(error, UnansweredError):
                self._count(windows, -1)
            raise

    def _await(self, operation: str, windows: Sequence[Window]) -> None:
        pause = max((window.wait(self.waiter.ticks()) for window in windows), default=0.0)
        if pause > self.longest_wait:
            raise TransientError(
                f"{self.esp}: {operation}: the rate limit is used up", remedy=_later(pause), retry_after=pause, operation=operation
            )
        if pause > 0:
            self.waiter.sleep(pause)
        for window in windows:
            window.note(self.waiter.ticks())
        self._count(windows, 1)

    def _count(self, windows: Sequence[Window], calls: int) -> None:
        for window in windows:
            if window.cap:
                self.on_cap(window.cap, calls)

    @contextmanager
    def _translated(self, operation: str, *, safe: bool) -> Iterator[None]:
        try:
            yield
        except DestinationError:
            raise
        except Exception as error:  # SDKs have errors of their own, without a common ancestor; what no adapter knows goes on as it is
            verdict = self.read_failure(error)
            if verdict is None:
                raise
            self.unanswered += verdict.failure is Failure.UNKNOWN
            raise _error(self.esp, operation, verdict, safe=safe) from None

    def _pause(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, TransientError) else None
        return float(asked) if asked is not None else 2.0 ** (state.attempt_number - 1) * (0.5 + self.waiter.jitter())

    def _short(self, error: TransientError) -> bool:
        return error.retry_after is None or error.retry_after <= self.longest_wait


def _later(seconds: float) -> str:
    """Say when to come back, never too early."""
    if seconds <= 120:
        return f"try again in {math.ceil(seconds)} seconds"
    minutes = math.ceil(seconds / 60)
    return f"try again in {minutes} minutes" if minutes <= 120 else f"try again in {minutes // 60} hours and {minutes % 60} minutes"


def _error(esp: str, operation: str, verdict: Verdict, *, safe: bool) -> DestinationError:
    what = f"{esp}: {operation}: {verdict.what}"
    if verdict.failure is Failure.REFUSED:
        return TerminalError(what, remedy=verdict.remedy, operation=operation, status=verdict.status, request_id=verdict.request_id)
    if verdict.failure is Failure.UNKNOWN and not safe:
        return UnknownOutcomeError(
            what, remedy="run the command again: it looks first", operation=operation, status=verdict.status, request_id=verdict.request_id
        )
    kind = UnansweredError if verdict.failure is Failure.UNKNOWN else TransientError
    remedy = verdict.remedy or (_later(verdict.retry_after) if verdict.retry_after else "try again later")
    return kind(
        what, retry_after=verdict.retry_after, remedy=remedy, operation=operation, status=verdict.status, request_id=verdict.request_id
    )
