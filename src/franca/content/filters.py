"""The filters of templates, each with one defined result (docs/content.md has a table of examples, which is a test)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, is_currency

from franca.definitions import Kind

TEXTS = frozenset({Kind.TEXT})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
TIMES = frozenset({Kind.DATE, Kind.DATETIME})
LISTS = frozenset({Kind.LIST})
_PLACES = 10


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What results depend on besides the value: the project's locale and zone."""

    locale: str = "en_US"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter.

    Attributes:
        meaning: for people.
        on: the kinds of value that it takes.
        arguments: the types of its arguments, all required unless *optional*.
        apply: value, setting, arguments → result.
        problem: arguments → what is wrong with them, or None.
    """

    meaning: str
    on: frozenset[Kind]
    apply: Callable[..., Any]
    arguments: tuple[type, ...] = ()
    optional: bool = False
    problem: Callable[..., str | None] = lambda *_: None


def show(value: Any) -> str:
    """Return a value as it is printed without a filter: numbers without exponent, times as ISO 8601."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _truncate(value: str, _setting: Setting, most: int) -> str:
    return value if len(value) <= most else value[: max(most - 1, 0)].rstrip() + "…"


def _title(value: str, _setting: Setting) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in re.split(r"([-\s({\[<]+)", value))


def _number(value: Any, setting: Setting, places: int = 0) -> str:
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=setting.locale)


def _money(value: Any, setting: Setting, currency: str) -> str:
    return format_currency(value, currency, locale=setting.locale)


_DIRECTIVES = {
    "d": "dd", "m": "MM", "Y": "yyyy", "y": "yy", "H": "HH", "M": "mm", "S": "ss", "j": "DDD",
    "B": "MMMM", "b": "MMM", "A": "EEEE", "a": "EEE", "-d": "d", "-m": "M", "-H": "H",
}  # fmt: skip
"""strftime's directives as patterns of CLDR, which knows the names of months and days in the project's locale."""
_DIRECTIVE = re.compile(r"%(-?.)")


def _date(value: date | datetime, setting: Setting, form: str) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(setting.zone) if value.tzinfo else value
    else:
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone

    def one(found: re.Match[str]) -> str:
        return "%" if found[1] == "%" else format_datetime(value, _DIRECTIVES[found[1]], locale=setting.locale)

    return _DIRECTIVE.sub(one, form)


def _date_problem(form: str) -> str | None:
    unknown = [found for found in _DIRECTIVE.findall(form) if found not in {*_DIRECTIVES, "%"}]
    known = " ".join(f"%{name}" for name in _DIRECTIVES)
    return f"date has no directive %{unknown[0]}; known: {known}" if unknown else None


def _money_problem(currency: str) -> str | None:
    return None if is_currency(currency) else f"{currency!r} is no currency: three capital letters, as in EUR"


def _number_problem(places: int = 0) -> str | None:
    return None if 0 <= places <= _PLACES else f"number shows from 0 to {_PLACES} decimals"


def _truncate_problem(most: int) -> str | None:
    return None if most > 0 else "truncate leaves at least one character"


def _replace_problem(old: str, _new: str) -> str | None:
    return None if old else "replace needs a text to look for"


FILTERS: Mapping[str, Filter] = {
    "upper": Filter(meaning="in capitals", on=TEXTS, apply=lambda v, _: v.upper()),
    "lower": Filter(meaning="in small letters", on=TEXTS, apply=lambda v, _: v.lower()),
    "title": Filter(meaning="every word with a capital", on=TEXTS, apply=_title),
    "capitalize": Filter(meaning="the first letter a capital, the rest small", on=TEXTS, apply=lambda v, _: v.capitalize()),
    "trim": Filter(meaning="without white space at both ends", on=TEXTS, apply=lambda v, _: v.strip()),
    "truncate": Filter(
        meaning="at most n characters; the last is … if any were cut",
        on=TEXTS,
        apply=_truncate,
        arguments=(int,),
        problem=_truncate_problem,
    ),
    "replace": Filter(
        meaning="with every occurrence of one text replaced by another",
        on=TEXTS,
        apply=lambda v, _, a, b: v.replace(a, b),
        arguments=(str, str),
        problem=_replace_problem,
    ),
    "number": Filter(
        meaning="with n decimals, as the locale writes numbers",
        on=NUMBERS,
        apply=_number,
        arguments=(int,),
        optional=True,
        problem=_number_problem,
    ),
    "money": Filter(
        meaning="an amount of a currency, as the locale writes it", on=NUMBERS, apply=_money, arguments=(str,), problem=_money_problem
    ),
    "date": Filter(
        meaning="by strftime's directives, names in the locale, in the project's zone",
        on=TIMES,
        apply=_date,
        arguments=(str,),
        problem=_date_problem,
    ),
    "urlencode": Filter(meaning="percent-encoded, all but letters, digits and -._~", on=TEXTS, apply=lambda v, _: quote(v, safe="")),
    "join": Filter(meaning="the items with a text between them", on=LISTS, apply=lambda v, _, by: by.join(v), arguments=(str,)),
    "length": Filter(meaning="how many items", on=LISTS, apply=lambda v, _: len(v)),
}


def missing(value: Any) -> bool:
    """Whether content sees nothing: null, an empty text, an empty list."""
    return value is None or value == "" or (isinstance(value, (list, tuple)) and not value)


def argument_problem(name: str, arguments: Sequence[Any]) -> str | None:
    """Return what is wrong with a filter's arguments, or None."""
    found = FILTERS[name]
    right = len(arguments) == len(found.arguments) or (found.optional and not arguments)
    if not right or not all(_is(given, kind) for given, kind in zip(arguments, found.arguments, strict=False)):
        wanted = " and ".join(_TYPES[kind] for kind in found.arguments)
        return f"the filter {name} takes {wanted or 'no argument'}"
    return found.problem(*arguments)


_TYPES: Mapping[type, str] = {str: "a text", int: "a whole number"}


def _is(given: Any, kind: type) -> bool:
    return isinstance(given, kind) and not isinstance(given, bool)


def of_constant(name: str, value: Any, arguments: Sequence[Any], setting: Setting) -> Any:
    """Return what a filter makes of a value of compile time, None where the value or the arguments are not for it."""
    if not any(_is(value, kind) for each in FILTERS[name].on for kind in _HELD[each]) or argument_problem(name, arguments):
        return None
    return FILTERS[name].apply(value, setting, *arguments)


_HELD: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.INTEGER: (int,),
    Kind.DECIMAL: (Decimal,),
    Kind.NUMBER: (float,),
    Kind.DATE: (date,),
    Kind.DATETIME: (datetime,),
    Kind.LIST: (),  # lists of compile time may hold anything: Jinja's own filters take them
}
