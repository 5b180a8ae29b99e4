"""Patterns that filters count: SpamAssassin's subject rules, written anew, and two of common tools. All are warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import regex

from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.guardrails.rules import RULES
from franca_personalization.copy.guardrails.scanning import Span
from franca_personalization.copy.records import Field, Violation

MARKS, SHARE = 4, 0.5
"""Punctuation marks that a subject may have, and the share of capitals that it stays below."""

_LETTERS = 8
"""Below so many letters the share of capitals says nothing."""

_SUBJECT: Mapping[str, tuple[regex.Pattern[str], str]] = {
    "spam.dollars": (regex.compile(r"^\$[0-9.,]+"), "begin with words"),
    "spam.gappy": (regex.compile(r"(?<!\w)\w(?:[ ._*-]\w(?!\w)){3,40}"), "write words without gaps"),
    "spam.buy": (regex.compile(r"^\s*buy\b", regex.IGNORECASE), "begin with another verb"),
    "spam.as_seen": (regex.compile(r"\bas\s+seen\b", regex.IGNORECASE), "say where it was shown"),
    "spam.your_family": (regex.compile(r"\byour\s+family\b", regex.IGNORECASE), "say whom you mean in another way"),
    "spam.diet": (regex.compile(r"\b(?:lose|loss)\b.{0,60}\b(?:pounds?|lbs|weight)\b|\bweight\s+loss\b", regex.IGNORECASE), "leave it out"),
}
_ANYWHERE: Mapping[str, tuple[regex.Pattern[str], str]] = {
    "spam.dear_friend": (regex.compile(r"\bdear\s+friend\b", regex.IGNORECASE), "greet readers by their name: a slot"),
    "spam.dear_winner": (regex.compile(r"\bdear\s+winner\b", regex.IGNORECASE), "leave it out"),
    "spam.urgent_business": (regex.compile(r"\burgent\b.{0,30}\b(?:business|assistance|response)\b", regex.IGNORECASE), "leave it out"),
}
_ADDRESSES = frozenset({"email", "email_address", "mail"})


def spam(reading: Reading) -> Iterator[Violation]:
    """Yield the patterns that a text has."""
    for rule, (pattern, remedy) in (_ANYWHERE if reading.field != Field.SUBJECT else {**_SUBJECT, **_ANYWHERE}).items():
        for found in pattern.finditer(reading.masked.view.text):
            yield _counted(reading, rule, reading.masked.span(*found.span()), remedy)
    if reading.field == Field.SUBJECT:
        for name, holds in _WHOLE.items():
            if holds(reading.masked.view.text):
                yield _counted(reading, name, (0, len(reading.written)), _REMEDIES[name])
        for use in reading.uses:
            if use.name in reading.setting.slots and reading.setting.slots[use.name].attribute in _ADDRESSES:
                yield _counted(reading, "spam.localpart", use.span, "use another attribute")


def _counted(reading: Reading, rule: str, span: Span, remedy: str) -> Violation:
    known = RULES[rule]
    return reading.breaks(rule, span, f"{reading.quoted(span)}: {known.meaning.rstrip('.').lower()} ({known.source})", remedy)


def _all_caps(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(text) >= 10 and " " in text.strip() and bool(letters) and all(map(str.isupper, letters))


def _capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= _LETTERS and sum(map(str.isupper, letters)) >= SHARE * len(letters)


def _punctuation(text: str) -> bool:
    return len(regex.findall(r"(?!['-])\p{P}", text.replace("...", "…"))) > MARKS


_WHOLE: Mapping[str, Callable[[str], bool]] = {
    "spam.all_caps": _all_caps,
    "spam.capitals": _capitals,
    "spam.pling_query": lambda text: "!" in text and "?" in text,
    "spam.punctuation": _punctuation,
}
_REMEDIES = {
    "spam.all_caps": "write it in small letters",
    "spam.capitals": "write it in small letters",
    "spam.pling_query": "end with one of ? and !",
    "spam.punctuation": f"keep {MARKS} marks at most",
}
