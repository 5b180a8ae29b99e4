"""Attribute values: what fits a type is kept, what does not is silently ignored (documented)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One contact attribute; *enumeration* holds the values of a category, *options* those of a multiple choice."""

    name: str
    category: str
    type: str
    enumeration: tuple[Mapping[str, Any], ...] = ()
    options: tuple[str, ...] = ()
    formula: str | None = None


Reader = Callable[[Attribute, Any], Any]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
YES, NO = ("true", "yes", "1"), ("false", "no", "0")


def fitting(attribute: Attribute, value: Any) -> Any:
    """Return the JSON *value* as Brevo stores it; None when it does not fit the type and is ignored.

    How strict a text attribute is with a number, and a number with "5", is undocumented: here both are ignored (guess).
    """
    if attribute.formula is not None:
        return None  # computed by Brevo
    return _JSON[attribute.type](attribute, value)


def parsed(attribute: Attribute, text: str) -> Any:
    """Return the value of one CSV field; None when it does not fit the type. How CSV fields are read is a guess."""
    parse = _CSV.get(attribute.type)
    return fitting(attribute, parse(text) if parse else text)


def _text(_attribute: Attribute, value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _float(_attribute: Attribute, value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if number else None


def _boolean(_attribute: Attribute, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(_attribute: Attribute, value: Any) -> str | None:
    # documented: day dates YYYY-MM-DD, there is no datetime type
    if not isinstance(value, str) or not DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _choices(attribute: Attribute, value: Any) -> list[str] | None:
    # documented: an array of strings; options must exist (guess)
    fits = isinstance(value, list) and all(isinstance(item, str) and item in attribute.options for item in value)
    return list(dict.fromkeys(value)) if fits else None


def _category(attribute: Attribute, value: Any) -> str | None:
    # documented for filters, a guess for writing: the id or the label; read back as the id in text, as in a contract example ("CIV": "1")
    found = (str(entry["value"]) for entry in attribute.enumeration if value in (entry["label"], entry["value"], str(entry["value"])))
    return None if isinstance(value, bool) else next(found, None)


_JSON: Mapping[str, Reader] = {
    "text": _text,
    "user": _text,
    "id": _text,
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "multiple-choice": _choices,
    "category": _category,
}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _truth(text: str) -> bool | None:
    return {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}.get(text.strip().lower())


_CSV: Mapping[str, Callable[[str], Any]] = {
    "float": _number,
    "boolean": _truth,
    "multiple-choice": lambda text: [part.strip() for part in text.split(",")],
}
