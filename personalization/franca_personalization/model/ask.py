"""Asking, checking, and asking again: at most a few times, with the ids of the rules that failed and nothing of what was said before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from franca_personalization.model.records import Answer, Failed, Failure, Kind, Model, ModelError, Request, Usage

Check = Callable[[Any], Failed]
Again = Callable[[Failed], Request]
Merge = Callable[[Any, Any, Failed], Any]

MAX_REASKS = 2
SLIPS = frozenset({Kind.INVALID_JSON, Kind.WRONG_SHAPE, Kind.EMPTY})
"""What a model gets right on another try with the same words."""


def newest(_before: Any, now: Any, _failed: Failed) -> Any:
    """Take the new answer as a whole."""
    return now


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One question and what came of it: an answer with the rules that it fails, or a failure."""

    request: Request
    answer: Answer | None = None
    failed: Failed = field(default_factory=dict)
    failure: Failure | None = None

    @property
    def called(self) -> bool:
        """Return whether the model was called: the answer was not in the cache, nor the call forbidden."""
        if self.failure:
            return self.failure.kind not in (Kind.OFFLINE, Kind.BUDGET, Kind.STOPPED)
        return not (self.answer and self.answer.stored)

    @property
    def usage(self) -> Usage | None:
        """Return what it cost, as far as the server said; failures cost too."""
        told = self.failure or self.answer
        return told.usage if told else None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of a request after all attempts.

    Attributes:
        data: the best that there is: the fewest variants that fail; None when no attempt had an answer.
        failed: the rules that *data* still breaks.
        failure: why the asking ended early; None when the model had its say.
    """

    data: Any = field(default=None, repr=False)
    failed: Failed = field(default_factory=dict)
    failure: Failure | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def good(self) -> bool:
        """Return whether there is an answer that breaks no rule."""
        return self.data is not None and not self.failed


async def ask(
    model: Model,
    request: Request,
    check: Check,
    again: Again,
    *,
    merge: Merge = newest,
    max_reasks: int = MAX_REASKS,
    heard: Callable[[Attempt], None] = lambda _attempt: None,
) -> Asked:
    """Return the best answer to *request*.

    Args:
        model: who is asked.
        request: the first question.
        check: tells of the data which variants break which rules.
        again: makes the question that follows from failed rules; it holds their ids and nothing of the answer.
        merge: makes one of the data before, the new data and what failed before, when a new answer holds only what was asked for again.
        max_reasks: further attempts, also when an answer was not of the right shape (the same question then).
        heard: hears of every attempt as it ends.
    """
    state = Asked()
    for left in range(max_reasks, -1, -1):
        attempt, state = await _attempt(model, request, state, check, merge)
        heard(attempt)
        if attempt.failure and (attempt.failure.kind not in SLIPS or not left):
            return replace(state, failure=attempt.failure)
        if state.good or not left:
            return state
        if not attempt.failure:
            request = replace(again(state.failed), round=request.round + 1, failed=state.failed)
    return state


async def _attempt(model: Model, request: Request, before: Asked, check: Check, merge: Merge) -> tuple[Attempt, Asked]:
    """Return one attempt, and the best of it and of what was there before."""
    try:
        answer = await model.complete(request)
    except ModelError as error:
        attempt = Attempt(request=request, failure=error.failure)
        return attempt, replace(before, attempts=(*before.attempts, attempt))
    data = answer.data if before.data is None else merge(before.data, answer.data, before.failed)
    failed = check(data)
    attempt = Attempt(request=request, answer=answer, failed=failed)
    attempts = (*before.attempts, attempt)
    worse = before.data is not None and len(failed) > len(before.failed)
    return attempt, replace(before, attempts=attempts) if worse else Asked(data=data, failed=failed, attempts=attempts)
