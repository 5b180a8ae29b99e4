"""The line that a mistake is in, below the mistake: of templates and of YAML files; never of data, never of what may be secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from franca.definitions import Position
    from franca.errors import FrancaError, Problem

project: ContextVar[Path | None] = ContextVar("project", default=None)
"""The folder of the project that a verb works on; until it is known, no lines are shown."""

_SHOWN = re.compile(r"content/.*|(?:segments|campaigns|copy)/.*\.ya?ml|franca\.yaml")
_PROJECT_FILE = "franca.yaml"
_OPEN = frozenset({"project", "timezone", "locale", "policies", "data"})
_OPEN_DATA = frozenset({"profile", "events", "memberships"})
"""What franca.yaml says about keys and addresses stands elsewhere than in these entries."""

_PRIVATE = re.compile(r"\b(?:destinations|ledger_key|state|connect)\b")
"""Unless these were indented by mistake."""

_BREAK = re.compile("\r\n|[\r\n\u2028\u2029]")
"""What ends a line of YAML."""

_BEFORE, _WIDTH = 60, 100


def told(error: FrancaError) -> str:
    """Return an error for people: each problem in a line, and below it the line that it is in, with a caret."""
    from franca.errors import ProblemsError

    folder = project.get()
    if folder is None:
        return str(error)
    problems = error.problems if isinstance(error, ProblemsError) else [error.problem]
    files = _Files(folder)
    lines = [line for problem in problems for line in (str(problem), *_excerpt(problem, files))]
    return "\n".join(lines) if len(lines) > len(problems) else str(error)


def _excerpt(problem: Problem, files: _Files) -> Iterator[str]:
    from rich.cells import cell_len

    from franca.render.text import printable

    at = problem.position
    if at is None or not at.column or not _SHOWN.fullmatch(at.file):
        return
    line = files.line(at)
    if line:
        start = max(at.column - _BEFORE, 0)
        number = f"  {at.line} | "
        before, after = (printable(part.replace("\t", " ")) for part in (line[start : at.column - 1], line[at.column - 1 : start + _WIDTH]))
        yield number + before + after
        yield " " * cell_len(number + before) + "^"


class _Files:
    """The lines of the project's files that may be shown, each file read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, list[str]] = {}

    def line(self, at: Position) -> str:
        """Return a line, or nothing when there is none to show."""
        if at.file not in self._lines:
            self._lines[at.file] = self._read(at.file)
        lines = self._lines[at.file]
        return lines[at.line - 1] if 0 < at.line <= len(lines) else ""

    def _read(self, file: str) -> list[str]:
        try:
            text = (self._folder / file).read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return []
        lines = re.split("\r?\n" if file.startswith("content/") else _BREAK, text)
        return _without_secrets(text, lines) if file == _PROJECT_FILE else lines


# -- what franca.yaml may not show


def _without_secrets(text: str, lines: list[str]) -> list[str]:
    """Return the lines of franca.yaml; those that a private entry reaches into are empty.

    Of a file that is no YAML, what was not understood is not shown either, except the line of the mistake.
    """
    import yaml

    from franca.errors import FrancaError
    from franca.language.source import events

    walk = _Walk()
    try:
        for event in events(text, _PROJECT_FILE):
            walk.take(event)
    except (yaml.YAMLError, FrancaError):
        return ["" if walk.hides(number, line) else line for number, line in enumerate(lines)]
    return ["" if number in walk.private else line for number, line in enumerate(lines)]


class _Walk:
    """Follows the parser's events through franca.yaml; lines count from 0, as the parser does."""

    def __init__(self) -> None:
        self.private: set[int] = set()
        self._last = 0
        self._path: list[_Level] = []
        self._begun: tuple[int, int] | None = None  # where a private entry begins, and how deep

    def hides(self, number: int, line: str) -> bool:
        """Return whether a line may be private, when the rest of the file is no YAML."""
        begun = self._begun is not None and number >= self._begun[0]
        unread = number > self._last + 1 or (number >= self._last and _PRIVATE.search(line) is not None)
        return begun or unread or number in self.private

    def take(self, event: Any) -> None:
        """Take the next event."""
        from yaml.events import CollectionEndEvent, CollectionStartEvent, MappingStartEvent, NodeEvent

        if not isinstance(event, (NodeEvent, CollectionEndEvent)):
            return
        end: Any = event.end_mark
        self._last = end.line
        if isinstance(event, CollectionEndEvent):
            self._path.pop()
        elif self._path and self._path[-1].takes_key:
            self._key(event)
            return
        elif not self._path and not isinstance(event, MappingStartEvent):
            self._begun = 0, 0
        if isinstance(event, CollectionStartEvent):
            self._path.append(_Level(mapping=isinstance(event, MappingStartEvent)))
        else:
            self._value(event)

    def _key(self, event: Any) -> None:
        level = self._path[-1]
        level.key, level.takes_key = str(getattr(event, "value", "")), False
        if self._begun is None and _is_private([each.key for each in self._path]):
            self._begun = event.start_mark.line, len(self._path)

    def _value(self, event: Any) -> None:
        """End a value."""
        if self._path and self._path[-1].mapping:
            self._path[-1].takes_key = True
        if self._begun and self._begun[1] == len(self._path):
            first, end = self._begun[0], event.end_mark
            self.private.update(range(first, end.line + (end.column > 0 or end.line == first)))
            self._begun = None


class _Level:
    """A collection that is open."""

    def __init__(self, *, mapping: bool) -> None:
        self.mapping = self.takes_key = mapping
        self.key = ""


def _is_private(path: list[str]) -> bool:
    closed = (len(path) == 1 and path[0] not in _OPEN) or (len(path) == 2 and path[0] == "data" and path[1] not in _OPEN_DATA)
    return closed or _PRIVATE.fullmatch(path[-1]) is not None
