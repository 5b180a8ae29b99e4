"""The shape of a JSON value: what is alike to a schema is alike here, so that thousands of equal answers are validated once.

A shape keeps types, keys, lengths, small numbers and words (an enumeration may list them); it masks digits, identifiers and addresses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

EXACT_NUMBERS = 1_001
"""Whole numbers below it are kept as they are: bounds of pages and batches are among them."""
LONG = 500
"""Characters of a text that are looked at: masking a body of megabytes would take minutes, and no schema tells such texts apart."""
_IDENTIFIER = re.compile(r"(?=[a-f]*\d)[0-9a-f]{8,}|(?=[A-Z]*\d)[0-9A-Z]{8,}")
_NAME = re.compile(r"[\w.+%-]+@")
_MASK = str.maketrans("0123456789", "0000000000")


def shape(value: Any) -> int:
    """Return a number that is equal for values which no schema of ours tells apart."""
    if isinstance(value, dict):
        return hash((dict, frozenset((key, shape(item)) for key, item in value.items())))
    if isinstance(value, (list, tuple)):
        return hash((list, len(value), frozenset(map(shape, value))))
    if isinstance(value, str):
        return hash(masked(value) if len(value) <= LONG else (len(value), masked(value[:LONG])))
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= EXACT_NUMBERS):
        return hash((type(value).__name__, value > 0))
    return hash((type(value).__name__, value))


@lru_cache(maxsize=100_000)
def masked(text: str) -> str:
    """Return *text* with every digit as 0, identifiers as their alphabet and length, and the name before an @ as one letter."""
    return _IDENTIFIER.sub(_length, _NAME.sub("a@", text)).translate(_MASK)


def _length(found: re.Match[str]) -> str:
    run = found.group()
    kind = "0" if run.isdigit() else "h" if run == run.lower() else "H"
    return f"{kind}<{'n' * len(run)}>"  # the length in unary: digits are masked afterwards
