"""How a check says that the contract is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from franca.errors import FrancaError

if TYPE_CHECKING:  # a subject is what checks are about
    from franca.adapter.testing.subject import Subject

Check = Callable[["Subject"], None]


class BrokenContractError(AssertionError):
    """An adapter does not do what its contract says."""


def demand(holds: object, what: str) -> None:
    """Insist on something.

    Raises:
        BrokenContractError: it does not hold; *what* says so in full.
    """
    if not holds:
        raise BrokenContractError(what)


def broken(subject: Subject, checks: Iterable[Check]) -> list[str]:
    """Run *checks* and return what is broken, one line each, the check's fact first; for use without a test runner."""
    found = []
    for check in checks:
        try:
            check(subject)
        except (BrokenContractError, FrancaError) as error:
            fact = (check.__doc__ or check.__name__).strip().splitlines()[0]
            found.append(f"{subject.name}: {fact} But: {error}")
    return found
