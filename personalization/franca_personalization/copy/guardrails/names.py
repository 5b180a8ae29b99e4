"""Names of brands and products: written as in the brief, and none that it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from franca_personalization.copy.guardrails.phrases import Token, begins_sentence, is_title
from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.guardrails.scanning import Scan, Spans, occurrences
from franca_personalization.copy.records import Violation

_CAMEL = regex.compile(r"\p{Ll}\p{Lu}")
_NEXT = 2
"""How many characters may stand between the words of one name."""


def names(reading: Reading) -> Iterator[Violation]:
    """Yield names that are misspelled, or that the brief does not list."""
    yield from _spelled(reading)
    if reading.setting.brief and reading.setting.lexicon.words:
        yield from _unknown(reading)


def _spelled(reading: Reading) -> Iterator[Violation]:
    scan = reading.masked
    for name in reading.setting.names:
        for start, end in occurrences(scan.view, [name]):
            written = scan.view.text[start:end]
            if written not in (name.text.strip(), name.text.strip().upper()):
                span = scan.span(start, end)
                yield reading.breaks("brand.spelling", span, f"{reading.quoted(span)} is written “{name.text}”", f"write {name.text}")


def _unknown(reading: Reading) -> Iterator[Violation]:
    scan = reading.masked
    known = Spans(occurrences(scan.view, (*reading.setting.names, *reading.setting.allowed)))
    title = is_title(scan.view, scan.tokens) or reading.setting.lexicon.nouns_are_capitals
    found = [
        token for token in scan.tokens if token.keys and not known.hold((token.first, token.last)) and _is_name(scan, token, title, reading)
    ]
    for group in _groups(scan, found):
        span = scan.span(group[0].first, group[-1].last)
        reason = f"{reading.quoted(span)} looks like a name that the brief does not list"
        yield reading.breaks("brand.unknown_name", span, reason, "list it under names in the brief, or leave it out")


def _is_name(scan: Scan, token: Token, title: bool, reading: Reading) -> bool:
    word = scan.view.text[token.first : token.last]
    if _CAMEL.search(word):
        return True
    capital = word[0].isupper() and not word.isupper() and not title and not begins_sentence(scan.view, token)
    return capital and not token.number and not reading.setting.lexicon.has("capitals", token.keys)


def _groups(scan: Scan, found: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    for token in found:
        if group and not (token.first - group[-1].last <= _NEXT and scan.view.text[group[-1].last : token.first].strip() in ("", "&", "-")):
            yield group
            group = []
        group.append(token)
    if group:
        yield group
