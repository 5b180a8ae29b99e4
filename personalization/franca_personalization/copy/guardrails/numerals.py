"""Numerals as people write them, with what belongs to them, and what kind of claim each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from franca_personalization.copy.guardrails.scanning import Scan

_D = r"[\p{Nd}\p{No}\p{Nl}]"
CODES = "eur|usd|gbp|chf|sek|nok|dkk|pln|czk|huf|jpy|cny|inr|cad|aud|nzd|brl"
"""Currencies as ISO 4217 writes them; those that are words in some language are left out."""

NUMERAL = regex.compile(
    rf"(?:\p{{Sc}}\s?|\b(?:{CODES})\s?|[#№])?[\p{{L}}\p{{M}}]{{0,30}}{_D}"
    rf"(?:[\p{{L}}\p{{M}}]|{_D}|[.,:/'-](?={_D})| (?={_D}{{3}}(?!{_D})))*+"
    rf"(?:\s?[%‰]|\s?\p{{Sc}}|\s(?:{CODES})\b)?"
)
"""A numeral with what is written around it: "€39", "20-30%", "12k", "SAVE15", "1 299,00 EUR"."""

_DATE = regex.compile(
    rf"{_D}{{2}}/{_D}{{2}}(?:/(?:{_D}{{2}}){{1,2}})?|{_D}{{1,2}}\.{_D}{{1,2}}\.(?:{_D}{{2}}){{0,2}}|{_D}{{4}}-{_D}{{2}}(?:-{_D}{{2}})?"
    rf"|{_D}{{1,2}}:{_D}{{2}}(?:am|pm)?|{_D}{{1,2}}(?:am|pm|uhr)|(?:19|20){_D}{{2}}"
)
_CODE = regex.compile(r"[\p{Lu}\p{N}-]{5,}+")
_CAPITALS = regex.compile(r"\p{Lu}{2}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim by its rule, in a view's characters."""

    rule: str
    start: int
    end: int


def numerals(scan: Scan) -> Iterator[Claim]:
    """Yield what is written in digits."""
    for found in NUMERAL.finditer(scan.view.folded):
        yield Claim(_kind(found[0].strip(), scan, *found.span()), *found.span())


def _kind(folded: str, scan: Scan, start: int, end: int) -> str:
    written = scan.view.text[start:end]
    if _CODE.fullmatch(written) and _CAPITALS.search(written):
        return "claims.code"
    if "%" in folded or "‰" in folded:
        return "claims.percent"
    if regex.search(rf"\p{{Sc}}|\b(?:{CODES})\b", folded):
        return "claims.price"
    return "claims.date" if is_date(scan, start, end) else "claims.number"


def is_date(scan: Scan, start: int, end: int) -> bool:
    """Tell whether a numeral is a date or a time; "5.12." is one, "5.12" is not."""
    folded = scan.view.folded
    return any(_DATE.fullmatch(text) for text in (folded[start:end].strip(), folded[start : end + 1]))
