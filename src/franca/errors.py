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


MAXIMUM_PROBLEMS = 1_000
"""More than anybody reads at once."""

_LONGEST = 2_000
"""Characters of a line: names of a file may be as long as the file."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with what the user wrote, and what to do about it.

    Attributes:
        what: the fact, with the reason when it is not obvious; shortened in the middle when it is longer than a page.
        remedy: what to do; empty when *what* says it.
        warning: true when the run may go on.
    """

    what: str
    remedy: str = ""
    position: Position | None = None
    warning: bool = False

    def __post_init__(self) -> None:
        if len(self.what) > _LONGEST:
            object.__setattr__(self, "what", "\n".join(map(_short, self.what.split("\n"))))

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        label = "warning: " if self.warning else ""
        return f"{place}{label}{self.what}" + (f"; {self.remedy}" if self.remedy else "")


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} … {line[-_LONGEST // 4 :]}"


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
        lines = "\n".join(map(str, self.problems))
        super().__init__(lines)
        self.args = (lines,)  # each is short, and all of them are told


def _place(problem: Problem) -> tuple[str, int, int, str]:
    at = problem.position
    return (at.file, at.line, at.column, problem.what) if at else ("", 0, 0, problem.what)


class Problems(list[Problem]):
    """What was found wrong so far. More than anybody reads ends the work: a file may be full of mistakes, and each takes time to tell."""

    def append(self, problem: Problem) -> None:
        """Add a problem.

        Raises:
            ProblemsError: it is one too many.
        """
        if len(self) >= MAXIMUM_PROBLEMS:
            more = Problem(what=f"there are more mistakes than these {MAXIMUM_PROBLEMS:,}", remedy="mend these first")
            raise ProblemsError([*self, more])
        super().append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems, one after another."""
        for problem in problems:
            self.append(problem)


_COMPARED, _SEARCHED = 100, 5_000
"""Up to so many names are compared with a misspelt one; of up to so many, those that begin like it; of more, none."""

_LISTED, _LONG = 40, 100
"""So many names are listed, and none that is longer; a longer word is not compared."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return 'did you mean "x"?' for a near miss, otherwise the list of what is known, or how many are."""
    names = list(known)
    if len(names) > _SEARCHED:
        return f"none of the {len(names):,} known ones is it"
    names = [name for name in names if len(name) <= _LONG]
    if near := _near(word.lower(), names):
        return f'did you mean "{near}"?'
    if len(names) > _LISTED:
        return f"none of the {len(names):,} known ones is like it"
    return f"known: {', '.join(sorted(names))}" if names else "none is declared"


def _near(word: str, names: list[str]) -> str | None:
    if len(word) > _LONG:
        return None
    if len(names) > _COMPARED:
        names = [name for name in names if name[:1].lower() == word[:1] and abs(len(name) - len(word)) <= 2][:_COMPARED]
    folded = {name.lower(): name for name in sorted(names)}
    found = difflib.get_close_matches(word, folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
