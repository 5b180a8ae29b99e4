"""Rules that look for a lexicon's phrases, and for the emoji that say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from franca_personalization.copy.guardrails.phrases import Hit, Token
from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.guardrails.scanning import Scan, Span
from franca_personalization.copy.records import Violation

NEAR = 5
"""How many words may stand between a reader's "you" and an attribute for the two to be read together."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a category of phrases means: its rule, why, and what to do."""

    rule: str
    reason: str
    suggestion: str
    waivable: bool = True


SAYINGS: Mapping[str, Saying] = {
    "superlative": Saying(
        "claims.superlative", "{} is a superlative", "say what it does, or list the exact phrase under allowed in the brief"
    ),
    "loaded": Saying("claims.loaded", "{} needs proof", "leave it out, or list the exact phrase under allowed in the brief"),
    "free": Saying(
        "claims.free",
        "{} says that something costs nothing",
        "use a slot for the fact, or list the exact phrase under allowed in the brief",
    ),
    "transaction": Saying(
        "deceptive.transaction", "{} looks like a message on an order, an account or security", "say plainly that this is an offer or news"
    ),
    "address": Saying("people.address", "{} addresses readers as a group of people", "speak of the product, not of who reads"),
    "profanity": Saying("people.profanity", "{} is a swear word", "use another word"),
    "inclusive": Saying("people.inclusive", "{} leaves people out", "write: {}"),
    "scarcity": Saying(
        "urgency.scarcity", "{} says that little is left", "leave it out, or list the exact phrase under allowed in the brief"
    ),
    "placeholder": Saying("structure.placeholder", "{} was to be replaced", "write the text", waivable=False),
    "injection": Saying(
        "injection.phrase", "{} is an instruction to a model", "write copy; look for where the text came from", waivable=False
    ),
    "chatter": Saying("injection.chatter", "{} is what a model says about its answer", "keep the copy alone", waivable=False),
}
"""Category of phrases → its rule, for those that need nothing but the words."""


def said(reading: Reading) -> Iterator[Violation]:
    """Yield the phrases that no text may have."""
    for scan in reading.scans:
        for category, saying in SAYINGS.items():
            for hit in scan.hits.get(category, ()):
                if not (saying.waivable and scan.permitted.hold((hit.start, hit.end))):
                    yield _violation(reading, saying, scan.span(hit.start, hit.end), hit.phrase.advice)


def _violation(reading: Reading, saying: Saying, span: Span, advice: str) -> Violation:
    return reading.breaks(saying.rule, span, saying.reason.format(reading.quoted(span)), saying.suggestion.format(advice))


# -- urgency

URGENT_EMOJI = "⏰⏳⌛⏱⏲🚨"


def urgency(reading: Reading) -> Iterator[Violation]:
    """Yield urgency that no deadline of the brief backs."""
    spans = [scan.span(hit.start, hit.end) for scan in reading.scans for hit in scan.hits.get("urgency", ()) if not _permitted(scan, hit)]
    spans += [(number, number + 1) for number, character in enumerate(reading.written) if character in URGENT_EMOJI]
    if not spans or (backed := _backed(reading)):
        return
    for span in spans:
        if reading.setting.ends is None:
            reason, remedy = "but no fact of the brief has an end", "leave it out, or give a fact of the brief an end"
            yield reading.breaks("urgency.no_deadline", span, f"{reading.quoted(span)} is urgency, {reason}", remedy)
        elif not backed:
            reason = f"{reading.quoted(span)} is urgency, and this variant does not show the deadline"
            yield reading.breaks(
                "urgency.unbacked", span, reason, f"add {_deadlines(reading)}, or list the exact phrase under allowed in the brief"
            )


def _permitted(scan: Scan, hit: Hit) -> bool:
    return scan.permitted.hold((hit.start, hit.end))


def _backed(reading: Reading) -> bool:
    texts = reading.wording.texts.values()
    written = "\n".join(text if isinstance(text, str) else "\n".join(text) for text in texts)
    return reading.setting.ends is not None and any(f"[[{name}]]" in written for name in _names(reading))


def _names(reading: Reading) -> list[str]:
    return [name for name, filling in reading.setting.slots.items() if filling.deadline]


def _deadlines(reading: Reading) -> str:
    return " or ".join(f"[[{name}]]" for name in _names(reading))


# -- offers and codes that the brief does not have


def offers(reading: Reading) -> Iterator[Violation]:
    """Yield talk of an offer when no fact is one, and of a code when none is one."""
    missing = [name for name in ("offer", "code") if name not in reading.setting.kinds]
    for scan in reading.scans:
        for name in missing:
            for hit in scan.hits.get(name, ()):
                if not _permitted(scan, hit):
                    span = scan.span(hit.start, hit.end)
                    reason = f"{reading.quoted(span)} speaks of {_AN[name]} that the brief does not declare"
                    yield reading.breaks(f"claims.{name}", span, reason, f"leave it out, or declare {_AN[name]} as a fact of the brief")


_AN = {"offer": "an offer", "code": "a code"}


# -- people


def attributes(reading: Reading) -> Iterator[Violation]:
    """Yield attributes of people near the word for the reader."""
    for scan in reading.scans:
        for hit in scan.hits.get("attribute", ()):
            if not _permitted(scan, hit) and _near_reader(scan, hit, reading):
                span = scan.span(hit.start, hit.end)
                reason = f"{reading.quoted(span)} beside the word for the reader implies a personal attribute"
                yield reading.breaks("people.attribute", span, reason, "speak of the product and what it does")


def _near_reader(scan: Scan, hit: Hit, reading: Reading) -> bool:
    first, last = max(0, hit.first - NEAR - 1), min(len(scan.tokens), hit.last + NEAR + 1)
    near = [token for token in scan.tokens[first:last] if reading.setting.lexicon.belongs(token.keys, "YOU")]
    return any(_one_sentence(scan, token, hit.start, hit.end) for token in near)


def _one_sentence(scan: Scan, token: Token, start: int, end: int) -> bool:
    between = scan.view.text[min(token.last, end) : max(token.first, start)]
    return not any(mark in between for mark in ".!?")


def history(reading: Reading) -> Iterator[Violation]:
    """Yield sentences that tell a reader how often or when they did something."""
    scan, lexicon = reading.masked, reading.setting.lexicon
    exact = {number for hit in scan.hits.get("date", ()) for number in range(hit.first, hit.last)}
    for sentence in _sentences(scan):
        words = [scan.tokens[number] for number in sentence]
        told = any(number in exact or scan.tokens[number].number for number in sentence)
        acts = [token for token in words if lexicon.has("acts", token.keys)]
        if told and acts and any(lexicon.belongs(token.keys, "YOU") for token in words):
            span = scan.span(acts[0].first, acts[0].last)
            reason = f"the sentence with {reading.quoted(span)} tells a reader the count or date of what they did"
            yield reading.breaks("people.history", span, reason, "speak of what is new for them instead")


def _sentences(scan: Scan) -> Iterator[list[int]]:
    found: list[int] = []
    for number, token in enumerate(scan.tokens):
        if found and any(mark in scan.view.text[scan.tokens[found[-1]].last : token.first] for mark in ".!?"):
            yield found
            found = []
        found.append(number)
    yield found


# -- the brand's words


def brand(reading: Reading) -> Iterator[Violation]:
    """Yield words that the brand avoids."""
    for scan in reading.scans:
        for hit in reading.setting.avoided.hits(scan.view, scan.tokens, reading.setting.lexicon):
            if not _permitted(scan, hit):
                span = scan.span(hit.start, hit.end)
                yield reading.breaks("brand.avoid", span, f"the brand avoids {reading.quoted(span)}", "use another word")
