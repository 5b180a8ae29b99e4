"""Figures that readers see, each with what changes its meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from franca_personalization.copy.guardrails.numerals import CODES, NUMERAL, is_date
from franca_personalization.copy.guardrails.scanning import Scan

_SYMBOL = regex.compile(rf"[%‰]|\p{{Sc}}|\b(?:{CODES})\b|\s")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, date or code with what changes its meaning: *qualifiers* in front of it, *unit* and *rate* behind it."""

    value: str
    unit: str = ""
    rate: str = ""
    qualifiers: tuple[str, ...] = ()


def figures(scan: Scan) -> Iterator[tuple[Figure, int, int]]:
    """Yield the figures of a view with their places."""
    around = _Around(scan)
    for found in NUMERAL.finditer(scan.view.folded):
        yield _figure(scan, found, around), *found.span()
    for token in scan.tokens:
        word = scan.view.folded[token.first : token.last]
        if token.number and not NUMERAL.search(word) and not scan.is_innocent(token.first, token.last):
            yield Figure(word, qualifiers=around.qualifiers(token.first)), token.first, token.last
    for hit in scan.hits.get("date", ()):
        yield Figure(scan.view.folded[hit.start : hit.end]), hit.start, hit.end


def _figure(scan: Scan, found: regex.Match[str], around: _Around) -> Figure:
    start, end = found.span()
    value = _SYMBOL.sub("", found[0])
    symbols = "".join(sorted({each for each in _SYMBOL.findall(found[0]) if not each.isspace()}))
    if is_date(scan, start, end) or around.has_date(start, end):
        return Figure(value, symbols)
    return Figure(value, symbols or around.behind(end, "unit"), around.behind(end, "rate"), around.qualifiers(start))


class _Around:
    """Finds what stands beside a place of a view: up to two characters away, with no letter or digit between."""

    def __init__(self, scan: Scan) -> None:
        self._text = scan.view.folded
        self._starts = {name: {hit.start: hit.end for hit in scan.hits.get(name, ())} for name in ("unit", "rate", "date")}
        self._ends = {name: {hit.end: hit.start for hit in scan.hits.get(name, ())} for name in ("qualifier", "date")}

    def behind(self, at: int, category: str) -> str:
        """Return the phrase of a category that begins behind a place, or nothing."""
        found = self._starts[category]
        start = next((each for each in range(at, at + 3) if each in found and self._blank(at, each)), None)
        return "" if start is None else self._text[start : found[start]]

    def has_date(self, start: int, end: int) -> bool:
        """Tell whether a number is a part of a date in words, such as "6 December"."""
        return bool(self.behind(end, "date")) or self._before(start, "date") is not None

    def qualifiers(self, at: int) -> tuple[str, ...]:
        """Return the chain of qualifiers in front of a place, first to last."""
        chain: list[str] = []
        while (found := self._before(at, "qualifier")) is not None:
            chain.append(self._text[found : self._end(found, at)])
            at = found
        return tuple(reversed(chain))

    def _before(self, at: int, category: str) -> int | None:
        found = self._ends[category]
        return next((found[each] for each in (at, at - 1, at - 2) if each in found and self._blank(each, at)), None)

    def _end(self, start: int, at: int) -> int:
        return next(each for each in (at, at - 1, at - 2) if self._ends["qualifier"].get(each) == start)

    def _blank(self, first: int, last: int) -> bool:
        return not any(map(str.isalnum, self._text[first:last]))
