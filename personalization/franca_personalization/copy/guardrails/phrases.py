"""Phrases of a lexicon, and where a text holds them. The notation is told in lexicons/README.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import regex

from franca_personalization.copy.guardrails.views import MASK, View

_CALLS = (",", "!")
CLASSES = frozenset({"N", "N1", "DATE", "YOU", "ANY"})
GAP = 8
"""How many characters that are no letters may stand between the words of a phrase: "last... chance" is one too."""

_DIGIT = regex.compile(r"[\p{Nd}\p{No}\p{Nl}]")
_TOKEN = regex.compile(
    rf"(?P<spaced>(?<![\p{{L}}\p{{N}}'])\p{{L}}(?![\p{{L}}\p{{N}}'])(?:[ ._*~/|+-]{{1,3}}\p{{L}}(?![\p{{L}}\p{{N}}'])){{2,40}})"
    rf"|{MASK}|[\p{{L}}\p{{M}}\p{{N}}]+(?:'\p{{L}}+)*"
)
_BREAK = regex.compile(r"[.!?:\"“”„»«(]| -")
_BEFORE = regex.compile(r"[^\p{L}\p{N}]*$")
_NEAR, _AROUND = 12, 200


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a slot of a view.

    Attributes:
        keys: the word as lexicons hold it, and without its 's; empty for a slot.
        first, last: its characters in the view.
        fact: true for the slot of a fact.
        number: true for digits and number words.
    """

    keys: tuple[str, ...]
    first: int
    last: int
    fact: bool = False
    number: bool = False


class Vocabulary(Protocol):
    """What matching asks a lexicon."""

    def keys(self, word: str) -> tuple[str, ...]:
        """Return the forms under which a word may stand in the lexicon."""
        ...

    def is_number(self, key: str) -> bool:
        """Tell whether a word is a number."""
        ...

    def belongs(self, keys: Iterable[str], group: str) -> bool:
        """Tell whether a word is of a class."""
        ...


def tokens(of: View, vocabulary: Vocabulary, facts: Iterable[bool] = ()) -> tuple[Token, ...]:
    """Return the words and slots of a view, s p a c e d ones as one; *facts* tells for each slot whether it is one of a fact."""
    kinds = iter(facts)
    return tuple(_token(found, vocabulary, kinds) for found in _TOKEN.finditer(of.folded))


def _token(found: regex.Match[str], vocabulary: Vocabulary, facts: Iterator[bool]) -> Token:
    word = found[0]
    if word == MASK:
        return Token((), *found.span(), fact=next(facts, False))
    keys = vocabulary.keys(regex.sub(r"\P{L}", "", word) if found["spaced"] else word)
    number = _DIGIT.search(word) is not None or any(map(vocabulary.is_number, keys))
    return Token(keys, *found.span(), number=number)


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: a word among *exact*, or beginning with one of *heads*, or ending with one of *tails*, or of a class."""

    exact: frozenset[str]
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    classes: tuple[str, ...]
    optional: bool = False
    joined: bool = False
    mark: str = ""
    comma: bool = False

    def takes(self, token: Token, of: View, vocabulary: Vocabulary) -> bool:
        """Tell whether a token may stand here."""
        if self.exact.isdisjoint(token.keys) and not self.is_like(token):
            return any(_in_class(name, token, vocabulary) for name in self.classes) and self.fits(token, of)
        return self.fits(token, of)

    def fits(self, token: Token, of: View) -> bool:
        """Tell whether capitals, place and comma of a token are as asked for."""
        return (not self.mark or _MARKS[self.mark](of, token)) and (not self.comma or of.text[token.last : token.last + 1] in _CALLS)

    def is_like(self, token: Token) -> bool:
        """Tell whether the word of a token begins or ends as one may here."""
        return bool(self.heads or self.tails) and any(key.startswith(self.heads) or key.endswith(self.tails) for key in token.keys)


def _in_class(name: str, token: Token, vocabulary: Vocabulary) -> bool:
    if name in ("N", "N1"):
        return token.fact or token.number or (name == "N1" and vocabulary.belongs(token.keys, "N1"))
    if name == "ANY":
        return bool(token.keys)
    return (name == "DATE" and token.fact) or vocabulary.belongs(token.keys, name)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a lexicon lists under a *category*; *advice* is what to say instead."""

    category: str
    elements: tuple[Element, ...]
    advice: str = ""

    def names(self, token: Token) -> bool:
        """Tell whether one of its places lists the word of a token, rather than takes any."""
        return any(not element.exact.isdisjoint(token.keys) or element.is_like(token) for element in self.elements)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase in a text; *first* and *last* are its tokens, *start* and *end* its characters in the view."""

    phrase: Phrase
    first: int
    last: int
    start: int
    end: int


def parse(text: str, category: str, forms: Callable[[str], Iterable[str]], advice: str = "") -> Iterator[Phrase]:
    """Yield the phrases that a line of a lexicon stands for; *forms* returns how a word may be typed.

    Raises:
        ValueError: nothing in it is required.
    """
    elements = [_element(part, number > 0, forms) for word in text.split() for number, part in enumerate(word.split("-"))]
    if not elements or all(element.optional for element in elements):
        raise ValueError(text)
    while elements[0].optional:
        yield Phrase(category, (replace(elements[0], optional=False), *elements[1:]), advice)
        elements = elements[1:]
    yield Phrase(category, tuple(elements), advice)


def _element(word: str, joined: bool, forms: Callable[[str], Iterable[str]]) -> Element:
    mark = word[0] if word[:1] in _MARKS else ""
    bare = word.removeprefix(mark).removesuffix(";")
    parts = [part.removesuffix("?") for part in bare.split("|")]
    plain = [part for part in parts if part not in CLASSES and "*" not in part]
    return Element(
        exact=frozenset(form for part in plain for form in forms(part)),
        heads=tuple(form for part in parts if part.endswith("*") for form in forms(part[:-1])),
        tails=tuple(form for part in parts if part.startswith("*") for form in forms(part[1:])),
        classes=tuple(part for part in parts if part in CLASSES),
        optional="?" in bare,
        joined=joined,
        mark=mark,
        comma=word.endswith(";"),
    )


class Index:
    """Phrases by how they begin, so that a text is read once however many there are."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._words: defaultdict[str, list[Phrase]] = defaultdict(list)
        self._heads: defaultdict[str, list[Phrase]] = defaultdict(list)
        self._tails: defaultdict[str, list[Phrase]] = defaultdict(list)
        self._classes: defaultdict[str, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            self._add(phrase)
        self._head_lengths = sorted({len(head) for head in self._heads})
        self._tail_lengths = sorted({len(tail) for tail in self._tails})

    def _add(self, phrase: Phrase) -> None:
        first = phrase.elements[0]
        places = ((self._words, first.exact), (self._heads, first.heads), (self._tails, first.tails), (self._classes, first.classes))
        for table, names in places:
            for name in names:
                table[name].append(phrase)

    def hits(self, of: View, words: Sequence[Token], vocabulary: Vocabulary) -> Iterator[Hit]:
        """Yield every phrase at every token, each as long as it goes."""
        for number, token in enumerate(words):
            for phrase in self._candidates(token, vocabulary):
                if phrase.elements[0].fits(token, of):
                    last = _end(phrase.elements[1:], words, number + 1, of, vocabulary)
                    if last is not None:
                        yield Hit(phrase, number, last, token.first, words[last - 1].last)

    def _candidates(self, token: Token, vocabulary: Vocabulary) -> Iterator[Phrase]:
        for key in token.keys:
            yield from self._words.get(key, ())
            for length in self._head_lengths:
                yield from self._heads.get(key[:length], ()) if length <= len(key) else ()
            for length in self._tail_lengths:
                yield from self._tails.get(key[-length:], ()) if length <= len(key) else ()
        for name, phrases in self._classes.items():
            yield from phrases if _in_class(name, token, vocabulary) else ()


def _end(elements: Sequence[Element], words: Sequence[Token], at: int, of: View, vocabulary: Vocabulary) -> int | None:
    """Return the token behind the longest match of the elements from token *at* on, or None."""
    if not elements:
        return at
    first, rest = elements[0], elements[1:]
    taken = None
    if at < len(words) and first.takes(words[at], of, vocabulary) and _adjacent(words, at, of, first):
        taken = _end(rest, words, at + 1, of, vocabulary)
    return taken if taken is not None or not first.optional else _end(rest, words, at, of, vocabulary)


def _adjacent(words: Sequence[Token], at: int, of: View, element: Element) -> bool:
    gap = of.text[words[at - 1].last : words[at].first]
    return gap == "-" if element.joined else len(gap) <= GAP


def begins_sentence(of: View, token: Token) -> bool:
    """Tell whether a token is the first of its sentence, or of a part behind a colon, a dash or an opening quote."""
    before = of.text[max(0, token.first - _NEAR) : token.first]
    gap = _BEFORE.search(before)
    return (len(before) < _NEAR and gap is not None and gap.start() == 0) or (gap is not None and _BREAK.search(gap[0]) is not None)


def is_title(of: View, words: Sequence[Token]) -> bool:
    """Tell whether most longer words have a capital, as in a headline: then a capital says nothing."""
    longer = [token for token in words if token.keys and token.last - token.first >= 4 and not begins_sentence(of, token)]
    return bool(longer) and sum(of.text[token.first].isupper() for token in longer) >= 0.6 * len(longer)


def _capital(of: View, token: Token) -> bool:
    return of.text[token.first].isupper() and not begins_sentence(of, token) and not _in_title(of, token)


def _in_title(of: View, token: Token) -> bool:
    start, end = max(0, token.first - _AROUND), token.last + _AROUND
    found = [Token(("",), each.start() + start, each.end() + start) for each in _TOKEN.finditer(of.folded[start:end])]
    return is_title(of, [each for each in found if each.first != token.first])


_MARKS: Mapping[str, Callable[[View, Token], bool]] = {
    "": lambda _, __: True,
    "^": _capital,
    "_": lambda of, token: of.text[token.first].islower(),
    "<": begins_sentence,
}
