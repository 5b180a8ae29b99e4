"""Source → tokens (vendor sheet 3.4; pongo2 `lexer.go`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

KEYWORDS = frozenset({"in", "and", "or", "not", "true", "false", "as", "export"})  # documented: unusable as names
BLANKS = " \n\r\t"
VERBATIM, END_VERBATIM = "{% verbatim %}", "{% endverbatim %}"  # only with exactly one blank on each side, as in pongo2
ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t", "r": "\r"}

_OPENING = re.compile(r"\{% verbatim %\}|\{#|\{\{|\{%")
_PART = re.compile(
    r"(?P<blank>[ \r\t]+)|(?P<name>[0-9]*[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]+)|(?P<quote>[\"'])"
    r"|(?P<symbol>\{\{-|-\}\}|\{%-|-%\}|==|>=|<=|&&|\|\||\{\{|\}\}|\{%|%\}|!=|<>|[()+\-*<>/^,.!|:=%\[\]])"
)
_CLOSING = frozenset({"%}", "}}"})


class RenderError(ValueError):
    """A template that Brevo could not render, in pongo2's words."""


class Sort(StrEnum):
    """What a token is."""

    HTML = "html"
    KEYWORD = "keyword"
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    SYMBOL = "symbol"


@dataclass(frozen=True)
class Token:
    """One token; *at* is its place in the source, *trims* whether a dash asks to drop the blanks beside it."""

    sort: Sort
    text: str
    at: int
    trims: bool = False


def problem(source: str, where: str, at: int, message: str) -> RenderError:
    """Return an error that names line and column, as pongo2 writes it."""
    line, column = source.count("\n", 0, at) + 1, at - (source.rfind("\n", 0, at) + 1) + 1
    return RenderError(f"[Error (where: {where}) in <string> | Line {line} Col {column}] {message}")


def lex(source: str) -> list[Token]:
    """Return the tokens of a template.

    Raises:
        RenderError: a newline in a tag, an unclosed comment, an unknown character or escape.
    """
    return list(_Lexer(source).tokens())


class _Lexer:
    def __init__(self, source: str) -> None:
        self._source, self._at = source, 0

    def tokens(self) -> Iterator[Token]:
        while (found := _OPENING.search(self._source, self._at)) is not None:
            yield from self._html(found.start())
            if found.group() == VERBATIM:
                yield from self._verbatim()
            elif found.group() == "{#":
                self._comment()
            else:
                yield from self._tag()
        yield from self._html(len(self._source))

    def _html(self, end: int) -> Iterator[Token]:
        if end > self._at:
            yield Token(Sort.HTML, self._source[self._at : end], self._at)
        self._at = end

    def _verbatim(self) -> Iterator[Token]:
        self._at += len(VERBATIM)
        end = self._source.find(END_VERBATIM, self._at)
        if end < 0:
            raise self._problem(self._at, "verbatim-tag not closed, got EOF.")
        yield from self._html(end)
        self._at += len(END_VERBATIM)

    def _comment(self) -> None:
        # documented (sheet 3.4): must close on the same line
        end, newline = self._source.find("#}", self._at + 2), self._source.find("\n", self._at)
        if newline >= 0 and (end < 0 or newline < end):
            raise self._problem(self._at, "Newline not permitted in a single-line comment.")
        if end < 0:
            raise self._problem(self._at, "Single-line comment not closed.")
        self._at = end + 2

    def _tag(self) -> Iterator[Token]:
        while self._at < len(self._source):
            token = self._next()
            if token is not None:
                yield token
                if token.sort is Sort.SYMBOL and token.text in _CLOSING:
                    return

    def _next(self) -> Token | None:
        start, found = self._at, _PART.match(self._source, self._at)
        if found is None:
            here = self._source[start]
            # typographic quotes among them (documented, sheet 3.4); the words for unknown characters are a guess
            raise self._problem(start, "Newline not allowed within tag/variable." if here == "\n" else f"Unknown character: {here!r}")
        self._at, text = found.end(), found.group()
        if found.lastgroup == "blank":
            return None
        if found.lastgroup == "quote":
            return Token(Sort.TEXT, self._text(text), start)
        if found.lastgroup == "symbol":
            trims = len(text) == 3
            return Token(Sort.SYMBOL, text.replace("-", "") if trims else text, start, trims)
        if found.lastgroup == "number":
            return Token(Sort.NUMBER, text, start)
        return Token(Sort.KEYWORD if text in KEYWORDS else Sort.NAME, text, start)

    def _text(self, quote: str) -> str:
        made: list[str] = []
        while self._at < len(self._source):
            here = self._source[self._at]
            self._at += 1
            if here == quote:
                return "".join(made)
            if here == "\n":
                raise self._problem(self._at - 1, "Newline in string is not allowed.")
            made.append(self._escape() if here == "\\" else here)
        raise self._problem(self._at, "Unexpected EOF, string not closed.")

    def _escape(self) -> str:
        here = self._source[self._at : self._at + 1]
        if here not in ESCAPES:
            raise self._problem(self._at, f"Unknown escape sequence: \\{here}")
        self._at += 1
        return ESCAPES[here]

    def _problem(self, at: int, message: str) -> RenderError:
        return problem(self._source, "lexer", at, message)
