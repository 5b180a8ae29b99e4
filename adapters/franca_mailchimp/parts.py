"""What compiling one literal yields, and the way to refuse it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from franca.adapter import Assumption, Finding
from franca_mailchimp.options import Condition, merge_condition

NEVER_ON_BLANK = frozenset({"is", "contains", "starts", "ends", "greater", "blank_not"})
"""Operators that match no blank field, whether it is read as nothing, as the empty text, as 0 or as the earliest day."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One literal about one merge field.

    Attributes:
        conditions: say it of members whose field is not blank.
        any: one of the conditions is enough; otherwise all of them hold.
        blank: whether it holds of members whose field is blank (language.md section 4: a negated test does).
        soft: a blank field might be matched by a condition though it should not: `less`, or `greater` than a negative number.
    """

    tag: str
    stands_for: str
    conditions: tuple[Condition, ...]
    any: bool = False
    blank: bool = False
    soft: bool = False
    assumptions: frozenset[Assumption] = frozenset()

    @property
    def in_all(self) -> bool:
        """Whether it can stand in an AND."""
        return len(self.conditions) == 1 or not self.any

    @property
    def in_any(self) -> bool:
        """Whether it can stand in an OR."""
        return len(self.conditions) == 1 or self.any

    def blankness(self, op: str) -> Condition:
        """Return the condition that the field is `blank` or `blank_not`."""
        return merge_condition(self.tag, self.stands_for, op)


class RefusedError(Exception):
    """A literal has no exact form at Mailchimp."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def refuse(identity: str, what: str) -> RefusedError:
    """Return the error of a finding."""
    return RefusedError(Finding(id=identity, what=what))


def leaned(parts: Iterable[Part]) -> frozenset[Assumption]:
    """Return what any of the parts leans on."""
    return frozenset(each for part in parts for each in part.assumptions)
