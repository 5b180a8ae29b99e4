"""Counting what readers see: an emoji of seven code points is one character."""

from __future__ import annotations

import unicodedata

import regex

_STEP = regex.compile(r"\p{Regional_Indicator}{2}\p{M}*|\X")
"""Flags first: `regex` counts back to the beginning of a run of them at every step, which takes quadratic time."""

_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")


def graphemes(text: str) -> list[str]:
    """Return the user-perceived characters of a text (UAX 29), each in NFC."""
    return [unicodedata.normalize("NFC", _MARKS.sub(r"\1", found)) for found in _STEP.findall(text)]
