"""HTML → the plain-text part, with its placeholders in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

_BLOCKS = frozenset(
    (
        "address article aside blockquote center dd div dl dt footer form h1 h2 h3 h4 h5 h6 "
        "header hr li main nav ol p pre section table tr ul"
    ).split()
)
_SPACED = frozenset("h1 h2 h3 h4 h5 h6 p ul ol table blockquote".split())
_DROPPED = frozenset("head style script title template noscript".split())
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|max-height\s*:\s*0", re.IGNORECASE)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._links: list[tuple[str, int]] = []

    @property
    def _silent(self) -> bool:
        return any(hidden for _, hidden in self._open)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, tag in _DROPPED or bool(_HIDDEN.search(known.get("style", "")))))
        if self._silent:
            return
        if tag == "br":
            self.parts.append("\n")
        elif tag == "img" and known.get("alt"):
            self.parts.append(known["alt"])
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n" if tag in _SPACED else "\n")
        elif tag == "a":
            self._links.append((known.get("href", ""), len(self.parts)))

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _ in self._open}:
            return
        silent = self._silent
        while self._open and self._open.pop()[0] != tag:
            pass
        if silent:
            return
        if tag == "a" and self._links:
            self._link()
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in _BLOCKS and tag != "li":
            self.parts.append("\n\n" if tag in _SPACED else "\n")

    def _link(self) -> None:
        address, begin = self._links.pop()
        text = re.sub(r"<!--franca:[0-9]+-->", "", "".join(self.parts[begin:])).strip()
        if address and not address.startswith("#") and address.removeprefix("mailto:") != text:
            self.parts.append(f" ({address})" if text else address)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def handle_comment(self, data: str) -> None:
        if data.startswith("franca:") and not self._silent:
            self.parts.append(f"<!--{data}-->")


def plain_text(html: str) -> str:
    """Return text for readers without HTML: links with their addresses, images by their alt, tables by lines, nothing hidden.

    Placeholders within hidden parts and the head are left out with them.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _tidy("".join(reader.parts).replace("\u00a0", " ").replace("\u200c", "").replace("\u034f", ""))


def _tidy(text: str) -> str:
    """Return text without trailing blanks and without runs of empty lines, whichever branches will be shown.

    Line ends around a block's mark are kept before it only: each branch then brings its own, and a hidden one leaves none.
    """
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"\n{3,}", "\n\n", text)
    text = re.sub(r"\n(?:\n*<!--franca:[0-9]+-->)+\n*", lambda found: "\n\n" + found[0].replace("\n", ""), text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
