"""A text's words and the phrases of a lexicon in it, with what may be said although a rule forbids its words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from franca_personalization.copy.guardrails.lexicon import Lexicon
from franca_personalization.copy.guardrails.phrases import Hit, Token
from franca_personalization.copy.guardrails.views import View

Span: TypeAlias = tuple[int, int]


def occurrences(of: View, phrases: Iterable[View]) -> Iterator[Span]:
    """Yield where a view holds one of the phrases as whole words, in the view's characters; capitals do not matter."""
    for phrase in phrases:
        if core := phrase.folded.strip():
            yield from _found(of.folded, core)


def _found(text: str, core: str) -> Iterator[Span]:
    at = text.find(core)
    while at >= 0:
        end = at + len(core)
        if not (_joined(text[at - 1 : at], core[0]) or _joined(text[end : end + 1], core[-1])):
            yield at, end
        at = text.find(core, at + 1)


def _joined(outer: str, inner: str) -> bool:
    return outer.isalnum() and inner.isalnum()


class Spans:
    """Spans, of which those inside others are left out; finding the one around a span takes the logarithm of their number."""

    def __init__(self, spans: Iterable[Span]) -> None:
        kept: list[Span] = []
        for span in sorted(spans, key=lambda each: (each[0], -each[1])):
            if not kept or span[1] > kept[-1][1]:
                kept.append(span)
        self._starts = [span[0] for span in kept]
        self._ends = [span[1] for span in kept]

    def around(self, span: Span) -> Span | None:
        """Return the span that holds another one, or None."""
        at = bisect_right(self._starts, span[0]) - 1
        return (self._starts[at], self._ends[at]) if at >= 0 and self._ends[at] >= span[1] else None

    def hold(self, span: Span) -> bool:
        """Tell whether a span lies within one of these."""
        return self.around(span) is not None

    def exceed(self, span: Span) -> bool:
        """Tell whether a span lies within a longer one of these."""
        return self.around(span) not in (None, span)

    def meet(self, span: Span) -> bool:
        """Tell whether a span has a character in common with one of these."""
        at = bisect_left(self._starts, span[1]) - 1
        return at >= 0 and self._ends[at] > span[0]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scan:
    """A view with its words and the phrases that it holds.

    Attributes:
        may: what may be said although a rule forbids its words: allowed phrases, names, and texts of facts.
        names: those of brands and products.
    """

    view: View
    tokens: tuple[Token, ...]
    lexicon: Lexicon
    may: tuple[View, ...] = ()
    names: tuple[View, ...] = ()

    @cached_property
    def _all(self) -> Mapping[str, list[Hit]]:
        found: defaultdict[str, list[Hit]] = defaultdict(list)
        for hit in self.lexicon.index.hits(self.view, self.tokens, self.lexicon):
            found[hit.phrase.category].append(hit)
        return found

    @cached_property
    def _innocent(self) -> Spans:
        return Spans((hit.start, hit.end) for hit in self._all.get("innocent", ()))

    @cached_property
    def _open(self) -> Spans:
        """Where innocent phrases take any word: what stands there is not innocent."""
        return Spans(
            (token.first, token.last)
            for hit in self._all.get("innocent", ())
            for token in self.tokens[hit.first : hit.last]
            if not hit.phrase.names(token)
        )

    def is_innocent(self, start: int, end: int) -> bool:
        """Tell whether a word or phrase is a part of a longer, innocent one, by the words that the lexicon lists."""
        return self._innocent.exceed((start, end)) and not self._open.meet((start, end))

    @cached_property
    def hits(self) -> Mapping[str, tuple[Hit, ...]]:
        """Category → phrases, without those inside a longer innocent one, with a part of a name, or inside a longer one of the category."""
        kept = {name: list(filter(self._counts, hits)) for name, hits in self._all.items()}
        return {name: tuple(outermost(hits)) for name, hits in kept.items() if hits and name != "innocent"}

    def _counts(self, hit: Hit) -> bool:
        return not self.is_innocent(hit.start, hit.end) and not self.named.meet((hit.start, hit.end))

    @cached_property
    def permitted(self) -> Spans:
        """Where stands what may be said, in the view's characters."""
        return Spans(occurrences(self.view, self.may))

    @cached_property
    def named(self) -> Spans:
        """Where names stand, in the view's characters."""
        return Spans(occurrences(self.view, self.names))

    def span(self, start: int, end: int) -> Span:
        """Return where characters of the view were written."""
        return self.view.span(start, end)


def outermost(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits that lie in no other one, in order of their place."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept
