"""The filters of templates, each with one defined result (docs/content.md has a table of examples, which is a test)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal

from franca.definitions import DataType, Kind

TEXTS = frozenset({Kind.TEXT})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
TIMES = frozenset({Kind.DATE, Kind.DATETIME})
LISTS = frozenset({Kind.LIST})


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
    """

    meaning: str
    on: frozenset[Kind]
    apply: Callable[..., Any]
    arguments: tuple[type, ...] = ()
    optional: bool = False


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


def date_form_problem(form: str) -> str | None:
    """Return what is wrong with the form of a date, or None."""
    unknown = [found for found in _DIRECTIVE.findall(form) if found not in {*_DIRECTIVES, "%"}]
    return f"date has no directive %{unknown[0]}" if unknown else None


FILTERS: Mapping[str, Filter] = {
    "upper": Filter(meaning="in capitals", on=TEXTS, apply=lambda v, _: v.upper()),
    "lower": Filter(meaning="in small letters", on=TEXTS, apply=lambda v, _: v.lower()),
    "title": Filter(meaning="every word with a capital", on=TEXTS, apply=_title),
    "capitalize": Filter(meaning="the first letter a capital, the rest small", on=TEXTS, apply=lambda v, _: v.capitalize()),
    "trim": Filter(meaning="without white space at both ends", on=TEXTS, apply=lambda v, _: v.strip()),
    "truncate": Filter(meaning="at most n characters; the last is … if any were cut", on=TEXTS, apply=_truncate, arguments=(int,)),
    "replace": Filter(
        meaning="with every occurrence of one text replaced by another",
        on=TEXTS,
        apply=lambda v, _, a, b: v.replace(a, b),
        arguments=(str, str),
    ),
    "number": Filter(meaning="with n decimals, as the locale writes numbers", on=NUMBERS, apply=_number, arguments=(int,), optional=True),
    "money": Filter(meaning="an amount of a currency, as the locale writes it", on=NUMBERS, apply=_money, arguments=(str,)),
    "date": Filter(meaning="by strftime's directives, names in the locale, in the project's zone", on=TIMES, apply=_date, arguments=(str,)),
    "urlencode": Filter(meaning="percent-encoded, all but letters, digits and -._~", on=TEXTS, apply=lambda v, _: quote(v, safe="")),
    "join": Filter(meaning="the items with a text between them", on=LISTS, apply=lambda v, _, by: by.join(v), arguments=(str,)),
    "length": Filter(meaning="how many items", on=LISTS, apply=lambda v, _: len(v)),
}


def missing(value: Any) -> bool:
    """Whether content sees nothing: null, an empty text, an empty list."""
    return value is None or value == "" or (isinstance(value, (list, tuple)) and not value)


def applicable(name: str, declared: DataType) -> bool:
    """Whether a filter takes values of a type."""
    return declared.kind in FILTERS[name].on
