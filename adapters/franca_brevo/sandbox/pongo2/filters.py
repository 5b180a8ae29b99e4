"""Filters of pongo2, by name: value and argument (nil when there is none) → value (pongo2 `filters_builtin.go`, v4 to v6).

Brevo documents default, capfirst, title, upper, lower, truncatechars, floatformat, date and "encoding filters" (sheet 3.3); that the others
are left in Brevo's build is a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from franca_brevo.sandbox.pongo2.layout import formatted
from franca_brevo.sandbox.pongo2.values import floating, integer, is_number, is_series, item, length, text, truth

Filter = Callable[[Any, Any], Any]
_TAG = re.compile(r"<[^>]*?>")
_ENTITIES = (("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ('"', "&quot;"), ("'", "&#39;"))


class FilterError(ValueError):
    """A filter that cannot take its value or argument, in pongo2's words."""


def upper(value: str) -> str:
    """Return capitals as Go makes them, character by character: ß stays."""
    return "".join(map(_capital, value))


def _capital(letter: str) -> str:
    # Go maps one character to one; where Python makes several, the title form is Go's if it is one character (ᾳ → ᾼ)
    found = letter.upper()
    return found if len(found) == 1 else _title(letter)


def _title(letter: str) -> str:
    found = letter.title()
    return found if len(found) == 1 else letter


def lower(value: str) -> str:
    """Return small letters as Go makes them, character by character: no final sigma, İ becomes i."""
    return "".join(letter.lower()[0] for letter in value)


def title(value: str) -> str:
    """Return Go's strings.Title of the small letters: a word begins after what is no letter, digit or underscore."""
    made, before = [], " "
    for letter in lower(value):
        made.append(_title(letter) if _separates(before) else letter)
        before = letter
    return "".join(made)


def _separates(letter: str) -> bool:
    if letter.isascii():
        return not (letter.isalnum() or letter == "_")
    return not letter.isalnum() and letter.isspace()


def escape(value: Any) -> str:
    """Return a value's text for HTML."""
    made = text(value)
    for character, entity in _ENTITIES:
        made = made.replace(character, entity)
    return made


def _capfirst(value: Any, _argument: Any) -> str:
    shown = text(value) if length(value) > 0 else ""
    return upper(shown[:1]) + shown[1:]


def _titled(value: Any, _argument: Any) -> str:
    return title(value) if isinstance(value, str) else ""


def _truncatechars(value: Any, argument: Any) -> str:
    shown, most = text(value), integer(argument)
    if most >= len(shown):
        return shown
    return f"{shown[: most - 3]}..." if most >= 3 else shown[: max(most, 0)]  # the dots count


def _floatformat(value: Any, argument: Any) -> int | str:
    found, decimals = floating(value), -1 if argument is None else integer(argument)
    trims = not is_number(argument) or decimals <= 0
    if trims and found.is_integer():
        return integer(value)
    return f"{found:.{abs(decimals)}f}"


def _date(value: Any, argument: Any) -> str:
    if not isinstance(value, datetime):
        raise FilterError("filter input argument must be of type 'time.Time'")
    return formatted(value, text(argument))


def _join(value: Any, argument: Any) -> Any:
    return text(argument).join(map(text, value)) if is_series(value) else value


def _first(value: Any, _argument: Any) -> Any:
    return item(value, 0) if is_series(value) and value else ""


def _last(value: Any, _argument: Any) -> Any:
    return item(value, -1) if is_series(value) and value else ""


def _add(value: Any, argument: Any) -> Any:
    return value + argument if is_number(value) and is_number(argument) else text(value) + text(argument)


def _slice(value: Any, argument: Any) -> Any:
    ends = text(argument).split(":")
    if len(ends) != 2:
        raise FilterError("Slice string must have the format 'from:to' [from/to can be omitted, but the ':' is required]")
    if not is_series(value):
        return value
    start, end = min(integer(ends[0]), len(value)), integer(ends[1])
    if start < 0:
        raise FilterError("runtime error: slice bounds out of range")  # so up to v6; later versions count from the end
    return value[start : end if start <= end <= len(value) else len(value)]


def _yesno(value: Any, argument: Any) -> str:
    given = text(argument).split(",") if text(argument) else ["yes", "no"]
    if not 2 <= len(given) <= 3:
        many = "You cannot pass more than 3 options" if len(given) > 3 else "You must either pass no or at least 2 arguments"
        raise FilterError(f"{many} to the 'yesno'-filter (got: '{text(argument)}').")
    yes, no, maybe = (*given, "maybe")[:3]
    if truth(value):
        return yes
    return maybe if value is None else no


def _pluralize(value: Any, argument: Any) -> str:
    if not is_number(value):
        raise FilterError("Filter 'pluralize' does only work on numbers.")
    endings = text(argument).split(",") if length(argument) else ["s"]
    if len(endings) > 2:
        raise FilterError("You cannot pass more than 2 arguments to filter 'pluralize'.")
    one, many = endings if len(endings) == 2 else ("", endings[0])
    return one if integer(value) == 1 else many


def _addslashes(value: Any, _argument: Any) -> str:
    return re.sub(r"([\\\"'])", r"\\\1", text(value))


FILTERS: Mapping[str, Filter] = {
    "add": _add,
    "addslashes": _addslashes,
    "capfirst": _capfirst,
    "cut": lambda value, argument: text(value).replace(text(argument), "") if text(argument) else text(value),
    "date": _date,
    "default": lambda value, argument: value if truth(value) else argument,  # documented (sheet 3.4): fires on all that is false
    "default_if_none": lambda value, argument: argument if value is None else value,
    "e": lambda value, _argument: escape(value),
    "escape": lambda value, _argument: escape(value),
    "first": _first,
    "floatformat": _floatformat,
    "join": _join,
    "last": _last,
    "length": lambda value, _argument: length(value),
    "lower": lambda value, _argument: lower(text(value)),
    "pluralize": _pluralize,
    "safe": lambda value, _argument: value,
    "slice": _slice,
    "striptags": lambda value, _argument: _TAG.sub("", text(value)).strip(),
    "title": _titled,
    "truncatechars": _truncatechars,
    "upper": lambda value, _argument: upper(text(value)),
    "urlencode": lambda value, _argument: quote_plus(text(value), safe="~"),  # Go's QueryEscape: a blank is +
    "yesno": _yesno,
}
