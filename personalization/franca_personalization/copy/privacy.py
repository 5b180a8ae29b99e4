"""A last net under the prompt: what looks like somebody's address, number or account is never sent. The types before it hold none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?\b")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "an email address": re.compile(r"[^\s@\"<>]+@[^\s@\"<>]+\.[^\s@\"<>]+"),
    "a bank account": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
    "an address with a query": re.compile(r"https?://\S+\?\S+"),
    "a telephone number": re.compile(r"(?<![\w.])\+?\d[\d ()/-]{6,}\d(?![\w.])"),
    "a long number": re.compile(r"\d{7,}"),
}


def personal(text: str) -> list[str]:
    """Return what a text seems to hold of somebody, in words; empty when nothing. Days written as 2026-04-05 are none."""
    plain = _DAY.sub("", text)
    found = [what for what, shape in _SHAPES.items() if shape.search(plain)]
    return [*found, "a card number"] if any(_luhn(each[0]) for each in _CARD.finditer(plain)) else found


def _luhn(text: str) -> bool:
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    double: Callable[[int], int] = lambda digit: digit * 2 - 9 if digit > 4 else digit * 2  # noqa: E731 - one step of a sum
    return sum(double(digit) if place % 2 else digit for place, digit in enumerate(digits)) % 10 == 0
