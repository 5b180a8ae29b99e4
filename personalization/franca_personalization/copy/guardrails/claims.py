"""Claims outside slots; and the second net: every figure that readers see is one of the brief, with its qualifier and its unit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping

import regex

from franca_personalization.copy.guardrails.figures import Figure, figures
from franca_personalization.copy.guardrails.lexicon import Lexicon
from franca_personalization.copy.guardrails.numerals import Claim, numerals
from franca_personalization.copy.guardrails.phrases import Token
from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.guardrails.scanning import Scan, Span, Spans
from franca_personalization.copy.records import Violation

_LONE = regex.compile(r"[%‰]|\p{Sc}|#(?=\ufffc)")
_TYPED = regex.compile(r"(?<!\w)\p{Lu}[\p{Lu}\p{N}]+(?:_[\p{Lu}\p{N}]+)+(?!\w)")
_ODD = regex.compile(r"[\p{No}\p{Nl}]")

EMOJI: Mapping[str, str] = {
    **dict.fromkeys("🔟💯🔢", "claims.number"),
    **dict.fromkeys("🥇🥈🥉🏆🎖🏅", "claims.superlative"),
    **dict.fromkeys("🆓", "claims.free"),
    **dict.fromkeys("💲💵💶💷💴💰🤑", "claims.price"),
}
"""Emoji that make a claim → its rule."""

REMEDIES: Mapping[str, str] = {
    "claims.number": "use a slot for the fact that holds the number, or leave it out",
    "claims.percent": "use the slot of the discount: it brings its own qualifier",
    "claims.price": "use the slot of the price",
    "claims.date": "use the slot of the deadline or date",
    "claims.code": "use the slot of the code",
    "claims.superlative": "leave it out",
    "claims.free": "leave it out",
}


def claims(reading: Reading) -> Iterator[Violation]:
    """Yield claims outside slots, and figures that readers see though the brief does not have them."""
    outside = list(_outside(reading))
    yield from outside
    yield from _unfounded(reading, Spans(violation.span for violation in outside))


def _outside(reading: Reading) -> Iterator[Violation]:
    """Yield claims that stand outside slots, names and allowed phrases; a number inside a price or date is told once."""
    for scan in reading.scans:
        found = [claim for claim in _all(scan, reading) if not scan.permitted.hold((claim.start, claim.end))]
        special = Spans((claim.start, claim.end) for claim in found if claim.rule != "claims.number")
        for claim in _joined(scan, found):
            if claim.rule != "claims.number" or not special.hold((claim.start, claim.end)):
                yield _violation(reading, claim.rule, scan.span(claim.start, claim.end))
    for number, character in enumerate(reading.written):
        if character in EMOJI:
            yield _violation(reading, EMOJI[character], (number, number + 1))


def _violation(reading: Reading, rule: str, span: Span) -> Violation:
    what = rule.partition(".")[2]
    return reading.breaks(rule, span, f"{reading.quoted(span)} is a claim ({what}) outside a slot", REMEDIES[rule])


def _all(scan: Scan, reading: Reading) -> Iterator[Claim]:
    yield from numerals(scan)
    yield from (Claim(_symbol(found[0]), *found.span()) for found in _LONE.finditer(scan.view.folded))
    yield from _odd_digits(scan, reading)
    yield from _number_words(scan)
    for category, rule in _CATEGORIES.items():
        yield from (Claim(rule, hit.start, hit.end) for hit in scan.hits.get(category, ()))
    yield from _codes(scan, reading)


_CATEGORIES: Mapping[str, str] = {
    "amount": "claims.number",
    "percent": "claims.percent",
    "currency": "claims.price",
    "date": "claims.date",
}


def _symbol(written: str) -> str:
    return "claims.percent" if written in "%‰" else "claims.number" if written == "#" else "claims.price"


def _odd_digits(scan: Scan, reading: Reading) -> Iterator[Claim]:
    """Yield numerals that comparing turned into letters, such as Ⅷ."""
    for found in _ODD.finditer(reading.written):
        number = bisect_left(scan.view.starts, found.start())
        if number < len(scan.view.starts) and not scan.view.text[number].isnumeric():
            yield Claim("claims.number", number, number + 1)


def _number_words(scan: Scan) -> Iterator[Claim]:
    for token in scan.tokens:
        if token.number and not scan.is_innocent(token.first, token.last):
            yield Claim("claims.number", token.first, token.last)


def _joined(scan: Scan, found: list[Claim]) -> Iterator[Claim]:
    """Yield claims of one rule that touch, or have a blank, a hyphen or "and" between them, as one."""
    for rule in dict.fromkeys(claim.rule for claim in found):
        current: Claim | None = None
        for claim in sorted((each for each in found if each.rule == rule), key=lambda each: (each.start, each.end)):
            if current and (claim.start <= current.end or scan.view.folded[current.end : claim.start] in _GLUE):
                current = Claim(rule, current.start, max(current.end, claim.end))
                continue
            if current:
                yield current
            current = claim
        if current:
            yield current


_GLUE = (" ", "-", " and ", " und ", " - ", ", ")


# -- codes


def _codes(scan: Scan, reading: Reading) -> Iterator[Claim]:
    """Yield words that readers are told to type: in capitals behind "code" or "use" or before "at checkout", or marked behind "code"."""
    lexicon = reading.setting.lexicon
    yield from (Claim("claims.code", *found.span()) for found in _TYPED.finditer(scan.view.text))
    for number, token in enumerate(scan.tokens):
        before = scan.tokens[number - 1] if number else None
        marked = before is not None and lexicon.has("code", before.keys) and _marked(scan, before, token)
        if token.keys and (marked or (_looks_typed(scan, token) and _is_told(scan, number, lexicon))):
            yield Claim("claims.code", token.first, token.last)


def _is_told(scan: Scan, number: int, lexicon: Lexicon) -> bool:
    before, behind = scan.tokens[max(0, number - 3) : number], scan.tokens[number + 1 : number + 4]
    verbs = any(lexicon.has("code_verbs", each.keys) for each in before)
    return verbs or any(lexicon.has("till", each.keys) for each in (*before, *behind))


def _marked(scan: Scan, before: Token, token: Token) -> bool:
    return any(mark in scan.view.text[before.last : token.first] for mark in ":\"“”„'«»")


def _looks_typed(scan: Scan, token: Token) -> bool:
    word = scan.view.text[token.first : token.last]
    return token.last - token.first >= 4 and word.isalnum() and word.isupper() and not _shouted(scan, token)


def _shouted(scan: Scan, token: Token) -> bool:
    """Tell whether the words around are in capitals too."""
    near = scan.view.text[max(0, token.first - 40) : token.first] + scan.view.text[token.last : token.last + 40]
    letters = [letter for letter in near if letter.isalpha()]
    return bool(letters) and sum(map(str.isupper, letters)) > 0.6 * len(letters)


# -- the second net


def _unfounded(reading: Reading, told: Spans) -> Iterator[Violation]:
    """Yield figures that are none of the brief's, unless they were already told as a claim outside a slot."""
    known = reading.setting.founded
    values = {(figure.value, figure.unit) for figure in known}
    for figure, start, end in figures(reading.shown):
        span = reading.shown.span(start, end)
        if figure in known or told.meet(span):
            continue
        if (figure.value, figure.unit) in values:
            yield _changed(reading, figure, span)
        else:
            reason = f"readers see “{reading.shown.view.text[start:end]}”, which is no figure of the brief"
            yield reading.breaks(
                "claims.unfounded", span, reason, "say it with the slot of a fact alone, or correct what the file says of the slot"
            )


def _changed(reading: Reading, figure: Figure, span: tuple[int, int]) -> Violation:
    shown = " ".join(filter(None, (*figure.qualifiers, figure.value, figure.unit, figure.rate)))
    declared = sorted(_told(each) for each in reading.setting.founded if (each.value, each.unit) == (figure.value, figure.unit))
    reason = f"readers see “{shown}”, but the brief says {' or '.join(declared)}"
    return reading.breaks(
        "claims.qualifier", span, reason, "leave out what stands around the slot: a fact's text brings its own qualifier and unit"
    )


def _told(figure: Figure) -> str:
    return "“" + " ".join(filter(None, (*figure.qualifiers, figure.value, figure.unit, figure.rate))) + "”"
