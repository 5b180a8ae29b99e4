"""What Klaviyo's and Brevo's languages share when they are read: `{{ }}`, `{% %}`, and the words of conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from franca.adapter.dialect import Unsaid
from franca.adapter.lifting import Mark

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%\s*(\w+)\s*(.*?)\s*%\}|\{#.*?#\}")
_WORDS = {"if": "if", "elif": "elif", "else": "else", "endif": "end"}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\"|'[^']*')|(?P<number>-?\d+(?:\.\d+)?)\b|(?P<op>==|!=|<=|>=|<|>|\(|\))"
    r"|(?P<name>[A-Za-z_][\w.]*(?:\|lookup:'[^']*')?))"
)


def marks(text: str) -> Iterator[Mark]:
    """Yield every tag; loops and other blocks open and close with words of their own."""
    for found in _TAG.finditer(text):
        if found[1] is not None:
            yield Mark("", found[1].strip(), found.start(), found.end())
        elif found[2] is not None:
            yield Mark(_WORDS.get(found[2], found[2]), found[3], found.start(), found.end())
        else:
            yield Mark("{#", "", found.start(), found.end())


_BOUND = re.compile(r"\{%\s*for\s+(.+?)\s+in\b|\bas\s+(\w+)\s*%\}|(?<=\s)(\w+)=")


def bound(text: str) -> frozenset[str]:
    """Return the names that loops, `with` and `as` bind anywhere in a text."""
    found = (name for each in _BOUND.finditer(text) for name in re.findall(r"\w+", each[1] or each[2] or each[3]))
    return frozenset(found)


def words(text: str) -> list[tuple[str, Any]]:
    """Return a condition's tokens: ("text", "DE"), ("number", 5), ("op", "=="), ("name", "first_name")."""
    found: list[tuple[str, Any]] = []
    at = 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            raise Unsaid("condition", f"the condition {text!r} has something that the portable language lacks")
        kind = str(token.lastgroup)
        found.append((kind, _READ.get(kind, str)(token[kind])))
        at = token.end()
    return found


def _text(written: str) -> str:
    if "\\" in written:
        raise Unsaid("escape", "a text with escapes is left as it is")
    return written[1:-1]


def _number(written: str) -> int | float:
    return float(written) if "." in written else int(written)


_READ: Mapping[str, Callable[[str], Any]] = {"text": _text, "number": _number}
CONSTANTS: Mapping[str, Any] = {"True": True, "False": False, "true": True, "false": False}
