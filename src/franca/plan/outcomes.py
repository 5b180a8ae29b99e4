"""What came of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from franca.adapter import Address
from franca.plan.records import Change, Plan


class Result(StrEnum):
    """What came of a change."""

    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one change; *note* is the ESP's reason when it failed."""

    change: Change
    result: Result
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What an apply did: one outcome for each change of the plan, in order; *found* had been made by an earlier, interrupted one."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    found: tuple[Address, ...] = ()

    def count(self, result: Result) -> int:
        """Return how many changes ended so."""
        return sum(outcome.result is result for outcome in self.outcomes)
