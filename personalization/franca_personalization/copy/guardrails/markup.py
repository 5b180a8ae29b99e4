"""Markup, addresses, feigned replies, and what comes back of a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import regex

from franca_personalization.copy.guardrails.reading import Reading
from franca_personalization.copy.records import Field, Violation

_SUFFIXES = """com net org info biz de at ch eu uk us fr it es nl be pl se dk io co me tv ly app dev shop store online site website club
xyz top link click life live world email news blog ai gg to cc"""
_SUFFIX = "|".join([*_SUFFIXES.split(), *_SUFFIXES.upper().split()])
_LINK = "use a link of the brief: [[link:name]]"

AS_WRITTEN: Mapping[str, tuple[regex.Pattern[str], str, str]] = {
    "html.tag": (regex.compile(r"<\s?/?\s?[a-zA-Z][^<>]{0,200}>?|<!|-->"), "is markup", "write text; code adds the markup"),
    "html.entity": (
        regex.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"),
        "is a character reference",
        "type the character itself",
    ),
    "html.markdown": (
        regex.compile(
            r"\*\*|__|~~|```|`[^`\n]{1,80}`|\]\(|^[ ]{0,3}(?:#{1,6}\s|>\s|[-*+]\s)|(?<![\w*])\*[^*\s][^*\n]{0,200}\*(?![\w*])",
            regex.MULTILINE,
        ),
        "is Markdown",
        "write text without marks",
    ),
    "injection.phrase": (
        regex.compile(
            r"^[^\S\n]{0,8}(?:#{1,6}[^\S\n]?)?[<\[]?\|?(?:system|assistant|user|developer)\|?[>\]]?\s?:|<\||\|>",
            regex.IGNORECASE | regex.MULTILINE,
        ),
        "is a role of a conversation with a model",
        "write copy; look for where the text came from",
    ),
}
"""Rule → what it looks for in the text as written, why, and what to do."""

AS_READ: Mapping[str, tuple[regex.Pattern[str], str, str]] = {
    "html.url": (
        regex.compile(
            r"(?:h(?:tt|xx)ps?|ftps?|file)\s?:\s?/|\w\s?:\s?//|\b(?:mailto|javascript|data|sms|tel|vbscript):(?=\S)|\bwww\.\w|(?<![\w:/])//\w"
            r"|(?<![\w@-])[\w-]{1,63}\.[a-z]{2,24}/\w",
            regex.IGNORECASE,
        ),
        "is an address",
        _LINK,
    ),
    "html.domain": (
        regex.compile(
            rf"(?<![\w@-])(?:[\p{{L}}\p{{N}}-]{{1,63}}\.){{1,6}}(?:{_SUFFIX})(?!\w|\.\w|'\w)"
            rf"|(?i:\b(?:dot|punkt)\s(?:com|net|org|de|io|shop|store|info)\b)|(?i:[\[(]\s?(?:\.|dot|punkt)\s?[\])])"
        ),
        "is a domain name",
        _LINK,
    ),
    "html.email": (
        regex.compile(r"[\w.+-]{1,64}@[\w-]|\b\w{1,64}\s?[\[(]\s?(?:at|ät|@)\s?[\])]\s?\w", regex.IGNORECASE),
        "is an email address",
        _LINK,
    ),
    "html.phone": (regex.compile(r"(?<![\w/.])\+?\(?\d(?:[ ()/.-]{0,3}\d){6,17}(?!\w)"), "is a telephone number", _LINK),
}
"""Rule → what it looks for in the text as readers take it, why, and what to do. Names of the brief (Booking.com) are left alone."""

_REPLY = regex.compile(
    r"^[^\p{L}\p{N}\[(]*(?:[\[(][^\])]{1,20}[\])]\s*)?(?:re|fwd?|fw|aw|wg|antw|sv|vs|tr|rv|res|enc|ynt|odp|wtr|pd)"
    r"\s*\.?\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*:",
    regex.IGNORECASE,
)
"""What mail programs put before the subject of an answer or a forwarded message, English, German, Nordic, Romance, Turkish, Polish."""


def markup(reading: Reading) -> Iterator[Violation]:
    """Yield markup, addresses and roles."""
    for rule, (pattern, what, remedy) in AS_WRITTEN.items():
        for found in pattern.finditer(reading.blanked):
            yield reading.breaks(rule, found.span(), f"{reading.quoted(found.span())} {what}", remedy)
    scan = reading.masked
    for rule, (pattern, what, remedy) in AS_READ.items():
        for found in pattern.finditer(scan.view.text):
            if not scan.named.hold(found.span()):
                span = scan.span(*found.span())
                yield reading.breaks(rule, span, f"{reading.quoted(span)} {what}", remedy)


def reply(reading: Reading) -> Iterator[Violation]:
    """Yield what makes a promotion look like an answer."""
    found = _REPLY.match(reading.masked.view.text) if reading.field in (Field.SUBJECT, Field.PREVIEW_TEXT, Field.HEADLINE) else None
    if found:
        span = reading.masked.span(*found.span())
        yield reading.breaks(
            "deceptive.reply", span, f"{reading.quoted(span)} feigns an answer or a forwarded message", "begin with the news"
        )


def canary(reading: Reading) -> Iterator[Violation]:
    """Yield the prompt's marker, however it is spaced."""
    marker = _core(reading.setting.canary.casefold())
    if marker and marker in _core(reading.masked.view.folded):
        reason = "the text holds the marker of the prompt: the model was made to give its instructions away"
        yield reading.breaks(
            "injection.canary", (0, len(reading.written)), reason, "discard the answer; look for the instruction in the data of the prompt"
        )


def _core(text: str) -> str:
    return "".join(filter(str.isalnum, text))
