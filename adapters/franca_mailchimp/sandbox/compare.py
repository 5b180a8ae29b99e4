"""How one value is compared with what a condition wants, under the assumptions in force."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

Assumptions = Mapping[str, bool]
Test = Callable[[str | None], bool]

# What nobody documents and a compilation could lean on; True is what this sandbox believes (sheet section 1.5; all guesses).
ASSUMPTIONS = {
    "mailchimp.not-matches-blank": True,  # `not` and `notcontain` match members whose field is blank
    "mailchimp.less-skips-blank": True,  # `less`, `greater`, `is` 0 match no blank; flipped: a blank is the empty text, 0, the earliest day
    "mailchimp.zero-is-no-blank": True,  # flipped: blank and blank_not take a 0 for a blank field
    "mailchimp.case-sensitive": True,  # flipped: text compares without case, as the legacy SQL LIKE suggests
    "mailchimp.accents-distinct": True,  # flipped: é and e compare equal, as in a MySQL collation
    "mailchimp.blank-is-exact": True,  # flipped: a value of spaces only is blank too
    "mailchimp.wildcards-literal": True,  # flipped: % and _ in contains, notcontain, starts, ends are SQL LIKE's
    "mailchimp.number-compares-numerically": True,  # TextMerge on a number field compares numbers; flipped: as text
    "mailchimp.date-merge-iso": True,  # DateMerge takes YYYY-MM-DD too; flipped: such a condition matches nobody
    "mailchimp.date-compares-days": True,  # `greater` a day begins the day after; flipped: at that day's midnight, and `is` is midnight
    "mailchimp.days-in-account-zone": True,  # days of instants are cut in the account's zone; flipped: in UTC
    "mailchimp.no-orders-is-zero": True,  # who never ordered has 0 orders and 0 spent; flipped: matches no EcommNumber, no EcommSpent
    "mailchimp.conditions-echoed": True,  # conditions come back as they were sent; flipped: numbers as strings, keys sorted
}

NEGATED = {"not": "is", "notcontain": "contains"}


def is_blank(text: str | None, holds: Assumptions) -> bool:
    """Return whether a field's text counts as blank."""
    return not text or (not holds["mailchimp.blank-is-exact"] and not text.strip())


def text_test(op: str, wanted: str, holds: Assumptions) -> Test:
    """Return the test of one text operator on the text of a field; None is a blank field."""
    if op in ("blank", "blank_not"):
        zero = "0" if not holds["mailchimp.zero-is-no-blank"] else None
        return lambda text: (is_blank(text, holds) or text == zero) == (op == "blank")
    if op in NEGATED:
        return _negation(text_test(NEGATED[op], wanted, holds), holds)
    if op in ("less", "greater"):
        return _ordering(op, fold(wanted, holds), lambda text: fold(text, holds), "", holds)
    matches = _MATCH[op](fold(wanted, holds), holds["mailchimp.wildcards-literal"])
    return lambda text: not is_blank(text, holds) and matches(fold(text or "", holds))


def number_test(op: str, wanted: Decimal, holds: Assumptions) -> Test:
    """Return the test of `is`, `not`, `less` or `greater` on the text of a number field."""
    if op == "not":
        return _negation(number_test("is", wanted, holds), holds)
    return _ordering(op, wanted, Decimal, Decimal(0), holds)


def date_test(op: str, wanted: date | None, holds: Assumptions) -> Test:
    """Return the test of one operator on the ISO text of a date field; *wanted* None is a date that Mailchimp does not read."""
    if wanted is None:
        return lambda _text: False
    if op == "not":
        return _negation(date_test("is", wanted, holds), holds)
    if op == "is":
        return lambda text: text == wanted.isoformat()
    return _ordering(op, wanted.isoformat(), str, "", holds)


def compare(op: str, left: Any, right: Any) -> bool:
    """Return whether *left* stands to *right* as `is`, `not`, `less` or `greater` say; the orders are strict."""
    return bool(_ORDER[op](left, right))


def fold(text: str, holds: Assumptions) -> str:
    """Return *text* as comparisons see it."""
    if not holds["mailchimp.accents-distinct"]:
        text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return text if holds["mailchimp.case-sensitive"] else text.casefold()


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda left, right: left == right,
    "not": lambda left, right: left != right,
    "less": lambda left, right: left < right,
    "greater": lambda left, right: left > right,
}


def _negation(positive: Test, holds: Assumptions) -> Test:
    return lambda text: holds["mailchimp.not-matches-blank"] if is_blank(text, holds) else not positive(text)


def _ordering(op: str, wanted: Any, read: Callable[[str], Any], lowest: Any, holds: Assumptions) -> Test:
    def test(text: str | None) -> bool:
        if is_blank(text, holds):
            return not holds["mailchimp.less-skips-blank"] and compare(op, lowest, wanted)
        return compare(op, read(text or ""), wanted)

    return test


def _like(pattern: str) -> Callable[[str], bool]:
    """Return SQL LIKE: % is any run of characters, _ is any one."""
    parts = {"%": ".*", "_": "."}
    found = re.compile("".join(parts.get(char, re.escape(char)) for char in pattern), re.DOTALL)
    return lambda text: found.fullmatch(text) is not None


_MATCH: Mapping[str, Callable[[str, bool], Callable[[str], bool]]] = {
    "is": lambda wanted, _literal: lambda text: text == wanted,
    "contains": lambda wanted, literal: (lambda text: wanted in text) if literal else _like(f"%{wanted}%"),
    "starts": lambda wanted, literal: (lambda text: text.startswith(wanted)) if literal else _like(f"{wanted}%"),
    "ends": lambda wanted, literal: (lambda text: text.endswith(wanted)) if literal else _like(f"%{wanted}"),
}
