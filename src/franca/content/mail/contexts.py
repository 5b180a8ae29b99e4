"""Where each placeholder stands in a piece of HTML, which decides how its value is escaped, and whether it may stand there at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

PLACE = re.compile(r"FRANCAx([0-9]+)x|<!--franca:([0-9]+)-->")
"""A placeholder: of an expression, or of a block's begin, middle or end."""


class Kind(StrEnum):
    """Kinds of place."""

    TEXT = "text"
    ATTRIBUTE = "attribute"
    URL = "url"
    UNQUOTED = "unquoted"
    TAG = "tag"
    STYLE = "style"
    SCRIPT = "script"
    COMMENT = "comment"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place; *url_prefix* is the text before it within an address."""

    kind: Kind
    url_prefix: str = ""


URLS = frozenset({"href", "src", "action", "background", "poster", "formaction", "cite", "longdesc", "data", "srcset", "xlink:href"})
_BLOCK = r"<!--franca:[0-9]+-->"
TOKEN = re.compile(
    rf"(?P<block>{_BLOCK})"
    r"|(?P<comment><!--(?!franca:[0-9]+-->).*?(?:-->|\Z))"
    rf"|(?P<raw><(?P<name>style|script)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>.*?(?:</(?P=name)\s*>|\Z))"
    rf"|(?P<tag></?[A-Za-z!?](?:{_BLOCK}|[^>\"']|\"[^\"]*\"|'[^']*')*>)",
    re.DOTALL | re.IGNORECASE,
)
"""A block's placeholder, a comment, a style sheet or script, or a tag."""

_REFRESH = re.compile(r"<meta\b[^>]*http-equiv", re.IGNORECASE)
"""Its content may hold an address to go to."""

_VALUE = re.compile(r"([^\s\"'<>/=]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")


def contexts(html: str) -> dict[int, Place]:
    """Return the place of every placeholder by its number."""
    found: dict[int, Place] = {}
    end = 0
    for token in TOKEN.finditer(html):
        _mark(found, html[end : token.start()], Kind.TEXT)
        end = token.end()
        found |= dict(_inside(token))
    _mark(found, html[end:], Kind.TEXT)
    return found


def _inside(token: re.Match[str]) -> Iterator[tuple[int, Place]]:
    if token["tag"]:
        yield from _of_tag(token["tag"])
        return
    kind = Kind.TEXT if token["block"] else Kind.COMMENT if token["comment"] else Kind.STYLE
    if token["raw"] and token["name"].lower() == "script":
        kind = Kind.SCRIPT
    if token["comment"] and "[if " in token["comment"][:12]:
        kind = Kind.TEXT  # Outlook reads what others take for a comment
        yield from contexts(token["comment"][4:-3]).items()
        return
    for number in _numbers(token[0]):
        yield number, Place(kind=kind)


def _of_tag(tag: str) -> Iterator[tuple[int, Place]]:
    for number in _numbers(tag):
        yield number, Place(kind=Kind.TAG)
    refreshed = bool(_REFRESH.match(tag))
    for value in _VALUE.finditer(tag):
        name = value[1].lower()
        yield from _of_value("href" if refreshed and name == "content" else name, value[2])


def _of_value(name: str, value: str) -> Iterator[tuple[int, Place]]:
    text = value[1:-1] if value[0] in "\"'" else value
    for found in PLACE.finditer(text):
        number = int(found[1] or found[2])
        if value[0] not in "\"'":
            yield number, Place(kind=Kind.UNQUOTED)
        elif name in URLS:
            yield number, Place(kind=Kind.URL, url_prefix=text[: found.start()])
        elif name == "style":
            yield number, Place(kind=Kind.STYLE)
        else:
            yield number, Place(kind=Kind.SCRIPT if name.startswith("on") else Kind.ATTRIBUTE)


def _mark(found: dict[int, Place], text: str, kind: Kind) -> None:
    for number in _numbers(text):
        found[number] = Place(kind=kind)


def _numbers(text: str) -> Iterator[int]:
    for found in PLACE.finditer(text):
        yield int(found[1] or found[2])
