"""Lines and columns of templates. Jinja knows lines only: its line numbers are made to carry the column too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2.lexer import Lexer

from franca.definitions import Position

_COLUMNS = 10_000
"""A line number of Jinja's is line × this + column; longer lines stop counting."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a text begins in the user's file."""

    file: str
    line: int = 1
    column: int = 1

    def place(self, line: int, column: int) -> int:
        """Return the number that Jinja carries for a place counted from the text's own beginning."""
        column = column + self.column - 1 if line == 1 else column
        return (line + self.line - 1) * _COLUMNS + min(column, _COLUMNS - 1)


def position(file: str, number: int) -> Position:
    """Return the position that one of Jinja's line numbers stands for; a small one is a plain line."""
    return Position(file, *divmod(number, _COLUMNS)) if number >= _COLUMNS else Position(file, number)


class PlacingLexer(Lexer):
    """Jinja's lexer; every token knows its column."""

    def __init__(self, environment: Any, starts: Mapping[str, Start]) -> None:
        super().__init__(environment)
        self._starts = starts

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        """Yield Jinja's raw tokens; only white space is ever left out between them, so each is found from the last one's end."""
        start = self._starts.get(name or "", Start(file=name or ""))
        line, begin, at = 1, 0, 0
        for _, token, value in super().tokeniter(source, name, filename, state):
            found = source.find(value, at)
            if found >= 0:
                newlines = source.count("\n", at, found)
                if newlines:
                    line, begin = line + newlines, source.rfind("\n", at, found) + 1
                at = found
            yield start.place(line, at - begin + 1), token, value
            if found >= 0:
                inside = value.count("\n")
                if inside:
                    line, begin = line + inside, at + value.rfind("\n") + 1
                at += len(value)
