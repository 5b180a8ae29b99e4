"""Characters that readers do not see, or take for others. Text is checked as written; comparing (views.py) is another matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from franca_personalization.copy.guardrails.emoji import emoji_spans
from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.guardrails.scanning import Span, Spans
from franca_personalization.copy.guardrails.views import FILLERS, LOOKALIKES, SEGMENT
from franca_personalization.copy.records import Violation

_CONTROL = regex.compile(r"[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffc\ufffd\u2028\u2029]")
_BIDI = regex.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKS_OF_DIRECTION = "\u061c\u200e\u200f\u2066\u2067\u2068\u2069"
_INVISIBLE = regex.compile(rf"[\p{{Cf}}\ufe00-\ufe0f\U000e0100-\U000e01ef{FILLERS}]")
_RIGHT_TO_LEFT = frozenset({"Arabic", "Hebrew", "Syriac", "Thaana"})
_JOINED = frozenset(
    {"Arabic", "Devanagari", "Bengali", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Tamil", "Telugu", "Sinhala", "Khmer"}
)
"""Scripts that write with zero-width joiners and non-joiners."""

_STACKED = regex.compile(
    r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Nd}](?:[\u0334-\u0338\u20d2\u20d3\u20d8\u20dd-\u20e0\u20e4\u20e5]|\p{M}{4,})|\p{M}{8,}"
)
_COMPATIBLE = regex.compile(r"[\p{L}\p{N}\p{So}]")
_PLAIN = frozenset("ªº™℠²³¹½¼¾⅓⅔⅛⅜⅝⅞№…")
"""Characters with a compatibility mapping that good copy has; digits among them are read by the claims."""

_PHONETIC = regex.compile(r"[\u0250-\u02af\u1d00-\u1dbf\ua720-\ua7ff\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LATIN, _FOREIGN = regex.compile(r"\p{Latin}"), regex.compile(r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}]")


def characters(reading: Reading) -> Iterator[Violation]:
    """Yield characters that are not what they seem."""
    yield from _told(reading, "characters.control", _controls(reading), "remove it")
    yield from _told(reading, "characters.bidi", _turning(reading), "remove it")
    yield from _told(reading, "characters.invisible", _hidden(reading), "remove it")
    yield from _told(reading, "characters.lookalike", _lookalikes(reading), "type the plain letter or digit")
    yield from _told(reading, "characters.mixed_script", _mixed(reading), "type the word in one alphabet")
    yield from _told(
        reading, "characters.stacked_marks", (found.span() for found in _STACKED.finditer(reading.written)), "type the plain letter"
    )
    if not reading.written.isascii():
        yield from _told(
            reading, "characters.not_nfc", _decomposed(reading), "write it composed (NFC); editors and `unicodedata.normalize` do"
        )


def _told(reading: Reading, rule: str, spans: Iterator[Span], remedy: str) -> Iterator[Violation]:
    for span in spans:
        odd = sorted(reading.written[slice(*span)], key=str.isascii)  # those that are the reason come first
        names = ", ".join(map(_name, dict.fromkeys(odd[:3])))
        yield reading.breaks(rule, span, f"{_REASONS[rule]}: {reading.quoted(span)} ({names})", remedy)


_REASONS = {
    "characters.control": "a control character, or the sign of a broken encoding",
    "characters.bidi": "a character that turns the direction of text",
    "characters.invisible": "a character that readers do not see",
    "characters.lookalike": "a character that only looks like another one",
    "characters.mixed_script": "a word of two alphabets, or of look-alikes",
    "characters.stacked_marks": "a letter struck out or piled with marks",
    "characters.not_nfc": "a letter in several pieces",
}


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _controls(reading: Reading) -> Iterator[Span]:
    return (
        found.span()
        for found in _CONTROL.finditer(reading.written)
        if found[0] not in "\n\r\v\f\u0085\u2028\u2029" or _in_body(reading, found[0])
    )


def _in_body(reading: Reading, character: str) -> bool:
    """Tell whether a line break is one that structure.line_break does not tell."""
    return reading.field == "body" and character not in "\n\r"


def _turning(reading: Reading) -> Iterator[Span]:
    usual = _MARKS_OF_DIRECTION if reading.setting.lexicon.script in _RIGHT_TO_LEFT else ""
    return (found.span() for found in _BIDI.finditer(reading.written) if found[0] not in usual)


def _hidden(reading: Reading) -> Iterator[Span]:
    inside = Spans(emoji_spans(reading.written))
    usual = "\u200c\u200d" if reading.setting.lexicon.script in _JOINED else ""
    for found in _INVISIBLE.finditer(reading.written):
        if not (_BIDI.match(found[0]) or found[0] in usual or inside.hold(found.span())):
            yield found.span()


def _lookalikes(reading: Reading) -> Iterator[Span]:
    inside = Spans(emoji_spans(reading.written))
    for found in _COMPATIBLE.finditer(reading.written):
        character = found[0]
        if not character.isascii() and character not in _PLAIN and _changes(character) and not inside.hold(found.span()):
            yield found.span()
    yield from (found.span() for found in _PHONETIC.finditer(reading.written) if not inside.hold(found.span()))


def _changes(character: str) -> bool:
    compatible = unicodedata.normalize("NFKC", character)
    return compatible != unicodedata.normalize("NFC", character) and any(map(str.isalnum, compatible)) and not _is_superscript(character)


def _is_superscript(character: str) -> bool:
    return "\u2070" <= character <= "\u209f" or "\u2150" <= character <= "\u215f"


def _mixed(reading: Reading) -> Iterator[Span]:
    latin = reading.setting.lexicon.latin
    for found in _WORD.finditer(reading.written):
        foreign = _FOREIGN.search(found[0]) is not None
        if foreign and (_LATIN.search(found[0]) or (latin and len(found[0]) > 1 and all(map(LOOKALIKES.__contains__, found[0])))):
            yield found.span()


def _decomposed(reading: Reading) -> Iterator[Span]:
    return (found.span() for found in SEGMENT.finditer(reading.written) if unicodedata.normalize("NFC", found[0]) != found[0])
