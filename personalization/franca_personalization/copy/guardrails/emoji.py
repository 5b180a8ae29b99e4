"""Emoji: how many, fully qualified, and never alone."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.guardrails.scanning import Span
from franca_personalization.copy.records import Emoji, Violation

_ELEMENT = r"(?![©®™])\p{Extended_Pictographic}(?:[\ufe0e\ufe0f]|\p{Emoji_Modifier})?"
EMOJI = regex.compile(
    rf"\U0001f3f4[\U000e0020-\U000e007e]{{1,8}}\U000e007f|\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f?\u20e3|{_ELEMENT}(?:\u200d{_ELEMENT})*+"
)
"""One emoji as readers see it (UTS 51): a flag, a keycap, or pictographs joined by zero-width joiners."""

_BARE = regex.compile(r"(?![©®™])(?!\p{Emoji_Presentation})\p{Extended_Pictographic}(?![\ufe0f]|\p{Emoji_Modifier})|[0-9#*]\u20e3")
LIMITS = {Emoji.NONE: 0, Emoji.ONE: 1}


def emoji_spans(text: str) -> Iterator[Span]:
    """Yield where emoji stand; a joined sequence is one."""
    return (found.span() for found in EMOJI.finditer(text))


def emoji(reading: Reading) -> Iterator[Violation]:
    """Yield emoji that are too many, written so that clients differ, or alone."""
    spans, limit = list(emoji_spans(reading.written)), LIMITS[reading.setting.emoji]
    for span in spans[limit:]:
        allowed = "one emoji at most" if limit else "no emoji"
        yield reading.breaks("emoji.too_many", span, f"{reading.quoted(span)}: a text may have {allowed}", "remove it")
    for found in _BARE.finditer(reading.written):
        reason = f"{reading.quoted(found.span())} is a symbol to some clients and an emoji to others"
        yield reading.breaks("emoji.unqualified", found.span(), reason, "add U+FE0F behind it, or choose another emoji")
    if spans and not any(character.isalnum() for character in reading.masked.view.text) and not reading.uses:
        yield reading.breaks("emoji.alone", spans[0], "the text is emoji alone", "say it in words too")
