"""What compiling one literal yields, and the ways to refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from franca.adapter import Assumption, Finding, Site
from franca.definitions import Predicate

Condition = dict[str, Any]
Filter = dict[str, Any]
Groups = tuple[tuple[Condition, ...], ...]
"""Groups all hold; of a group's conditions one holds (segments_api_overview: groups are ANDed, conditions ORed)."""

EVERYONE: Groups = ()
NOBODY: Groups = ((),)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one literal became, what it leans on, and what it approximates with the user's consent."""

    groups: Groups
    assumptions: frozenset[Assumption] = frozenset()
    findings: frozenset[Finding] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a literal is compiled.

    Attributes:
        accepted: the ids of the findings that the user accepted.
        given: literals that hold for every member: groups of their own, beside which the others need to hold only for whom these do.
    """

    site: Site
    accepted: frozenset[str] = frozenset()
    given: frozenset[Predicate] = frozenset()

    def approximate(self, finding: Finding) -> frozenset[Finding]:
        """Return the finding of an approximation that the user accepted.

        Raises:
            RefusedError: the user did not.
        """
        if finding.id not in self.accepted:
            raise RefusedError(finding)
        return frozenset([finding])


class RefusedError(Exception):
    """A literal has no exact form at Klaviyo."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def refuse(identity: str, what: str) -> RefusedError:
    """Return the error of a finding without an approximation."""
    return RefusedError(Finding(id=identity, what=what))


def either(first: Groups, second: Groups) -> Groups:
    """Return the groups of "one of both holds"."""
    return tuple(one + other for one in first for other in second)
