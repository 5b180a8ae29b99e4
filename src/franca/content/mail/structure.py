"""What a parser of HTML adds by itself must not fall into a branch: it would be there for some people, and missing for the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from franca.content.mail.contexts import PLACE, TOKEN

_HEAD = re.compile(r"\s*<head\b[^>]*>.*?</head\s*>", re.DOTALL | re.IGNORECASE)
_HEADS = re.compile(
    r"(?:\s*(?:<title\b.*?</title\s*>|<style\b.*?</style\s*>|<(?:meta|link|base)\b[^>]*>|<!--(?!franca:|\[).*?-->))*",
    re.DOTALL | re.IGNORECASE,
)
_DOCTYPE = re.compile(r"\s*<!doctype\b[^>]*>", re.IGNORECASE)
_HTML = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_ROWS = re.compile(r"(?:\s|<!--.*?-->)*<tr\b", re.DOTALL | re.IGNORECASE)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr html head".split())
"""Elements without an end, and those that are written out by `whole`."""

_CLOSES = {
    "li": {"li"},
    "p": {"p"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
}
"""Element → what its beginning ends, when that is open."""


class Tag(NamedTuple):
    """The beginning or the end of an element."""

    name: str
    closing: bool


class _Rest(NamedTuple):
    """What is left of a run of tags when whole elements are taken away."""

    ends: tuple[str, ...]
    begins: tuple[str, ...]


def whole(html: str) -> str:
    """Return HTML with its html, head, body and tbody written out."""
    return _with_sections(html if re.search(r"<body\b", html, re.IGNORECASE) else _with_body(html))


def moved(before: str, after: str) -> int | None:
    """Return the first block's placeholder before which a parser added or dropped tags that reach beyond it; None if there is none."""
    numbers = [int(found[2]) for found in PLACE.finditer(before) if found[2]]
    runs = zip(_runs(before), _runs(after), strict=True)
    different = [place for place, (one, other) in enumerate(runs) if _rest(one) != _rest(other)]
    return numbers[min(different[0], len(numbers) - 1)] if different and numbers else None


def _with_body(html: str) -> str:
    doctype = _DOCTYPE.match(html)
    start = doctype.end() if doctype else 0
    opened = _HTML.search(html)
    before, inside = (html[start : opened.start()], html[opened.end() :]) if opened else ("", html[start:])
    inside = re.sub(r"</html\s*>\s*\Z", "", inside, flags=re.IGNORECASE)
    written = _HEAD.match(inside)
    found = written or _HEADS.match(inside)
    end = found.end() if found else 0
    head = inside[:end] if written else f"<head>{inside[:end]}</head>"
    return f"{html[:start]}{before}{opened[0] if opened else '<html>'}{head}<body>{inside[end:]}</body></html>"


def _with_sections(html: str) -> str:
    found: list[str] = []
    end = 0
    tables: list[bool] = []
    for token in TOKEN.finditer(html):
        tag = _tag(token["tag"])
        if tag == Tag("table", closing=False):
            tables.append(bool(_ROWS.match(html, token.end())))
            if tables[-1]:
                found += [html[end : token.end()], "<tbody>"]
                end = token.end()
        elif tag == Tag("table", closing=True) and tables and tables.pop():
            found += [html[end : token.start()], "</tbody>"]
            end = token.start()
    return "".join(found) + html[end:]


def _tag(text: str | None) -> Tag | None:
    found = _NAME.match(text or "")
    return Tag(found[2].lower(), closing=bool(found[1])) if found else None


def _runs(html: str) -> list[list[Tag]]:
    """Return the tags before each block's placeholder, and those after the last one."""
    runs: list[list[Tag]] = [[]]
    for token in TOKEN.finditer(html):
        if token["block"]:
            runs.append([])
        runs[-1].extend(_open(token["tag"]))
    return runs


def _open(text: str | None) -> Iterator[Tag]:
    tag = _tag(text)
    if tag and tag.name not in _VOID and not (text or "").endswith("/>"):
        yield tag


def _rest(run: list[Tag]) -> _Rest:
    ends: list[str] = []
    begins: list[str] = []
    for tag in run:
        if not tag.closing:
            while begins and begins[-1] in _CLOSES.get(tag.name, ()):
                begins.pop()
            begins.append(tag.name)
        elif tag.name in begins:
            while begins.pop() != tag.name:
                pass
        else:
            ends.append(tag.name)
    return _Rest(tuple(ends), tuple(begins))
