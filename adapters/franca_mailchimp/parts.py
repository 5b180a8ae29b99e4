"""What compiling one literal yields, and the way to refuse it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from franca.adapter import Assumption, Finding
from franca_mailchimp.options import Condition, merge_condition


@dataclass(frozen=True, kw_only=True)
class Presence:
    """How a segment asks whether a field is blank.

    Attributes:
        blank_not: None where nothing asks that.
        assumable: an assumption about what `not`, `less` and `greater` do with a blank field may take the place of the condition.
    """

    blank: Condition
    blank_not: Condition | None = None
    assumable: bool = True


@dataclass(frozen=True, kw_only=True)
class Part:
    """One literal about one field.

    Attributes:
        tag: the field; literals with one tag are about one value.
        conditions: say it of members whose field is not blank.
        presence: how to ask for a blank field; None: it never is, or that cannot be asked.
        any: one of the conditions is enough; otherwise all of them hold.
        blank: whether it holds of members whose field is blank (language.md section 4: a negated test does).
        soft: a blank field might be matched by a condition though it should not: `less`, of numbers `is` 0 and `greater` than less than 0.
        doubts: what may differ from the definition; taken only by who accepts each.
    """

    tag: str
    conditions: tuple[Condition, ...]
    presence: Presence | None = None
    any: bool = False
    blank: bool = False
    soft: bool = False
    doubts: frozenset[Finding] = frozenset()
    assumptions: frozenset[Assumption] = frozenset()

    @property
    def in_all(self) -> bool:
        """Whether it can stand in an AND."""
        return len(self.conditions) == 1 or not self.any

    @property
    def in_any(self) -> bool:
        """Whether it can stand in an OR."""
        return len(self.conditions) == 1 or self.any


def merge_presence(tag: str, stands_for: str) -> Presence:
    """Return how to ask whether a merge field is blank."""
    return Presence(blank=merge_condition(tag, stands_for, "blank"), blank_not=merge_condition(tag, stands_for, "blank_not"))


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


def doubted(parts: Iterable[Part]) -> frozenset[Finding]:
    """Return what somebody must accept of any of the parts."""
    return frozenset(each for part in parts for each in part.doubts)
