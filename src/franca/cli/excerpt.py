"""The line of a template that a mistake is in, below the mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from franca.definitions import Position
    from franca.errors import FrancaError, Problem

project: ContextVar[Path] = ContextVar("project", default=Path())
"""The folder of the project that a verb works on."""

_FOLDER = "content/"
"""Templates are long and nested, so that their lines are shown; a mistake in YAML is told in one line."""

_BEFORE, _WIDTH = 60, 100


def told(error: FrancaError) -> str:
    """Return an error for people: each problem in a line, and below it the line of the template that it is in."""
    from franca.errors import ProblemsError

    problems = error.problems if isinstance(error, ProblemsError) else [error.problem]
    lines = [line for problem in problems for line in (str(problem), *_excerpt(problem))]
    return "\n".join(lines) if len(lines) > len(problems) else str(error)


def _excerpt(problem: Problem) -> Iterator[str]:
    at = problem.position
    if at is None or not at.file.startswith(_FOLDER) or not at.column:
        return
    line = _line(at)
    if line:
        start = max(at.column - _BEFORE, 0)
        number = f"  {at.line} | "
        yield number + line[start : start + _WIDTH]
        yield " " * (len(number) + at.column - 1 - start) + "^"


def _line(at: Position) -> str:
    from franca.render.text import printable

    try:
        lines = (project.get() / at.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return printable(lines[at.line - 1]).replace("\t", " ") if 0 < at.line <= len(lines) else ""
