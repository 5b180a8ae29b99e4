"""What goes wrong, told to people.

- `FrancaError`: one line: where, what, what to do
    - `ProblemsError`: several at once: all that is wrong with the files of a project
    - `DestinationError`: an ESP refused or could not be reached (franca.adapter.errors)
    - `UnsafeError`: a plan needs an explicit word (franca.plan)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports this module first: `franca --version` need not load the definitions
    from franca.definitions.position import Position


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with what the user wrote, and what to do about it.

    Attributes:
        what: the fact, with the reason when it is not obvious.
        remedy: what to do; empty when *what* says it.
        warning: true when the run may go on.
    """

    what: str
    remedy: str = ""
    position: Position | None = None
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        label = "warning: " if self.warning else ""
        return f"{place}{label}{self.what}" + (f"; {self.remedy}" if self.remedy else "")


class FrancaError(Exception):
    """An error whose text is meant for a user: what, where, why, what to do; the command line prints it as one line and exits 1."""

    exit_code = 1

    def __init__(self, what: str, *, remedy: str = "", position: Position | None = None) -> None:
        self.problem = Problem(what=what, remedy=remedy, position=position)
        super().__init__(str(self.problem))


class ProblemsError(FrancaError):
    """All that is wrong with the files of a project, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems), key=_place)
        super().__init__("\n".join(map(str, self.problems)))


def _place(problem: Problem) -> tuple[str, int, int, str]:
    at = problem.position
    return (at.file, at.line, at.column, problem.what) if at else ("", 0, 0, problem.what)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return 'did you mean "x"?' for a near miss, otherwise the list of what is known."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6) or difflib.get_close_matches(
        word.lower(), [name.lower() for name in names], n=1, cutoff=0.6
    )
    if near:
        return f'did you mean "{next(n for n in names if n.lower() == near[0].lower())}"?'
    return f"known: {', '.join(names)}" if names else "none is declared"
