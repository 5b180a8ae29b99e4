"""Foreign words in plain text: names come from ESPs, and terminals obey control characters."""

from __future__ import annotations

import json
from typing import Any

LONGEST = 160
"""Characters of a value in a diff; the JSON form has all of them."""


def printable(text: str) -> str:
    """Return *text* on one line, with control and direction characters spelled out."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def value(found: Any) -> str:
    """Return a JSON value on one line, cut where it is long."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
