"""Answers that are asked for again and again: by each destination, when it is planned and when it is compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from franca.definitions import Predicate

T = TypeVar("T")

MOST = 4096
"""Answers of one function; the oldest goes first."""


def kept(function: Callable[[Predicate], T]) -> Callable[[Predicate], T]:
    """Return *function* with its answers kept for the very predicates that were asked about.

    Not for equal ones: they may stand elsewhere, and 1 equals true.
    """
    answers: dict[int, tuple[Predicate, T]] = {}

    @wraps(function)
    def asked(predicate: Predicate) -> T:
        known = answers.get(id(predicate))
        if known is not None and known[0] is predicate:
            return known[1]
        answer = function(predicate)
        if len(answers) >= MOST:
            answers.pop(next(iter(answers)), None)
        answers[id(predicate)] = (predicate, answer)
        return answer

    return asked
