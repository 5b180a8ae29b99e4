"""Values as Go's pongo2 sees them: nil, truth, whole and broken numbers, texts, instants, lists, mappings (pongo2 `value.go`)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeGuard

from franca_brevo.sandbox.pongo2.layout import shown_instant

_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)", re.IGNORECASE | re.ASCII)
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (int, "int"),
    (float, "float64"),
    (str, "string"),
    (list, "slice"),
    (Mapping, "map"),
    (datetime, "struct"),
)


def kind(value: Any) -> str:
    """Return Go's name of a value's kind."""
    return next((name for of, name in _KINDS if isinstance(value, of)), "invalid")


def is_integer(value: Any) -> TypeGuard[int]:
    """Return whether it is a whole number; True is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Return whether it is a number."""
    return is_integer(value) or isinstance(value, float)


def is_series(value: Any) -> TypeGuard[str | list[Any]]:
    """Return whether it has an order: a text or a list."""
    return isinstance(value, (str, list))


def text(value: Any) -> str:
    """Return a value as it is printed: nothing for nil, six decimals for broken numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        return f"{value:f}"
    if isinstance(value, datetime):
        return shown_instant(value)
    if isinstance(value, (str, int)):
        return str(value)
    return "<map[string]interface {} Value>" if isinstance(value, Mapping) else "<[]interface {} Value>"


def truth(value: Any) -> bool:
    """Return whether a condition holds for a value: nil, 0, false and what is empty are false."""
    return isinstance(value, datetime) or bool(value)


def negation(value: Any) -> Any:
    """Return `not value`: a number stays a number (1.1 for 0.0), all else becomes a truth value."""
    if is_integer(value):
        return 0 if value else 1
    if isinstance(value, float):
        return 0.0 if value else 1.1
    return not truth(value)


def integer(value: Any) -> int:
    """Return a value as a whole number, cut towards 0; 0 for what is none."""
    if is_integer(value):
        return value
    found = floating(value)
    return int(found) if math.isfinite(found) else 0


def floating(value: Any) -> float:
    """Return a value as a broken number; texts through ParseFloat, 0 for what is none (documented, sheet 3.4)."""
    if is_number(value):
        return float(value)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return 0.0
    found = float(value)
    return 0.0 if math.isinf(found) and "inf" not in value.lower() else found  # out of range is an error of ParseFloat


def length(value: Any) -> int:
    """Return the number of characters or items; 0 for what has none."""
    return len(value) if is_series(value) or isinstance(value, Mapping) else 0


def item(value: str | list[Any], at: int) -> Any:
    """Return one character or item."""
    return value[at]


def equal(left: Any, right: Any, *, across: bool) -> bool:
    """Return Go's `==` between interfaces: never across kinds.

    With *across*, whole and broken numbers are compared by value all the same.

    Raises:
        TypeError: two lists or two mappings, at which Go panics.
    """
    if across and is_number(left) and is_number(right):
        return left == right
    if kind(left) != kind(right):
        return False
    if isinstance(left, (list, Mapping)):
        raise TypeError(f"runtime error: comparing uncomparable type {text(left)[1:].removesuffix(' Value>')}")
    return bool(left == right)


def contains(whole: Any, part: Any) -> bool:
    """Return whether *part* is in *whole*: a text within a text, a key of a mapping, an item of a list."""
    if isinstance(whole, str):
        return text(part) in whole
    if isinstance(whole, Mapping):
        return isinstance(part, str) and part in whole
    return isinstance(whole, list) and any(kind(each) == kind(part) and each == part for each in whole)
