"""Lengths in graphemes, with slots at their longest, and what mail clients show of a subject and a preview text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from franca_personalization.copy.guardrails.graphemes import graphemes
from franca_personalization.copy.guardrails.reading import LONGEST_PROFILE, Kind, Reading
from franca_personalization.copy.records import Field, Violation

SUBJECT_MAXIMUM, SUBJECT_SHOWN, OFFER_WITHIN = 78, 50, 33
PREVIEW_MINIMUM, PREVIEW_MAXIMUM = 35, 110
MAXIMA = {Field.HEADLINE: 60, Field.CTA: 25}
REPEATED = 80
"""The ratio in percent from which a preview text repeats its subject."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """How many characters of a subject and of a preview text a mail client shows, from narrow to wide.

    One figure is measured (iPhone 14: subject 48, preview 99, by emailtooltester); the others are published advice that agrees within five.
    Clients cut by pixels, so these are averages.
    """

    name: str
    subject: tuple[int, int]
    preview: tuple[int, int]


CLIENTS: tuple[Client, ...] = (
    Client(name="iPhone Mail", subject=(35, 48), preview=(80, 99)),
    Client(name="Gmail app", subject=(33, 43), preview=(40, 60)),
    Client(
        name="Outlook mobile", subject=(35, 45), preview=(40, 60)
    ),  # the preview is assumed to be as in Gmail's app; nothing is published
    Client(name="Yahoo mobile", subject=(30, 40), preview=(40, 60)),  # likewise
    Client(name="Gmail desktop", subject=(70, 77), preview=(90, 120)),
    Client(name="Outlook desktop", subject=(50, 73), preview=(55, 100)),
    Client(name="Apple Mail desktop", subject=(60, 75), preview=(120, 140)),
)


def shown_line(client: Client, subject: str, preview: str) -> tuple[str, str]:
    """Return what a client surely shows of a subject and of a preview text; what is cut ends with an ellipsis."""
    return _cut(subject, client.subject[0]), _cut(preview, client.preview[0])


def _cut(text: str, width: int) -> str:
    found = graphemes(text)
    return text if len(found) <= width else "".join(found[: width - 1]).rstrip() + "…"


def lengths(reading: Reading) -> Iterator[Violation]:
    """Yield lengths that clients or mail servers do not take."""
    if reading.field == Field.SUBJECT:
        yield from _subject(reading)
        yield from _offer(reading)
    elif reading.field == Field.PREVIEW_TEXT:
        yield from _preview(reading)
    elif reading.field in MAXIMA and (length := longest(reading)) > (most := MAXIMA[Field(reading.field)]):
        reason = f"the {reading.field} can have {length} characters, more than {most}"
        yield reading.breaks(f"length.{reading.field}_long", (0, len(reading.written)), reason, f"shorten it by {length - most}")


def longest(reading: Reading, until: int | None = None) -> int:
    """Return the graphemes of a text, or of what is written before a place, with slots at their longest."""
    parts, extra, at = [], 0, 0
    end = len(reading.written) if until is None else until
    for use in reading.uses:
        if use.span[1] > end:
            break
        filling = reading.setting.slots.get(use.name)
        profile = filling is not None and filling.kind is Kind.PROFILE
        extra += max(LONGEST_PROFILE, len(graphemes(filling.text))) if filling and profile else 0
        parts += [reading.written[at : use.span[0]], "" if profile else filling.text if filling else ""]
        at = use.span[1]
    return len(graphemes("".join([*parts, reading.written[at:end]]))) + extra


def _subject(reading: Reading) -> Iterator[Violation]:
    length, span = longest(reading), (0, len(reading.written))
    if length > SUBJECT_MAXIMUM:
        reason = f"the subject can have {length} characters, more than {SUBJECT_MAXIMUM}"
        yield reading.breaks("length.subject_long", span, reason, f"shorten it by {length - SUBJECT_MAXIMUM}")
    elif length > SUBJECT_SHOWN:
        narrow = [client.name for client in CLIENTS if client.subject[1] < length]
        reason = f"the subject can have {length} characters: cut by {', '.join(narrow)}"
        yield reading.breaks("length.subject_cut", span, reason, f"shorten it to {SUBJECT_SHOWN}")


def _offer(reading: Reading) -> Iterator[Violation]:
    for use in reading.uses:
        filling = reading.setting.slots.get(use.name)
        if filling and filling.kind is Kind.FACT and not filling.deadline:
            if (end := longest(reading, use.span[1])) > OFFER_WITHIN:
                reason = f"[[{use.name}]] ends at character {end}; many clients show {OFFER_WITHIN}"
                yield reading.breaks("length.offer_late", use.span, reason, "say the offer first")
            return


def _preview(reading: Reading) -> Iterator[Violation]:
    length, span = longest(reading), (0, len(reading.written))
    if 0 < length < PREVIEW_MINIMUM:
        reason = f"the preview text has {length} characters; clients fill the line with the beginning of the body"
        yield reading.breaks("length.preview_short", span, reason, f"write at least {PREVIEW_MINIMUM}")
    if length > PREVIEW_MAXIMUM:
        reason = f"the preview text can have {length} characters, more than {PREVIEW_MAXIMUM}"
        yield reading.breaks("length.preview_long", span, reason, f"shorten it by {length - PREVIEW_MAXIMUM}")
    subject = reading.wording.texts.get(Field.SUBJECT)
    if isinstance(subject, str) and _same(subject, reading.written):
        yield reading.breaks("length.preview_repeats", span, "the preview text repeats the subject", "say what the subject does not")


def _same(subject: str, preview: str) -> bool:
    return bool(preview.strip()) and fuzz.ratio(subject.casefold(), preview.casefold(), score_cutoff=REPEATED) > 0
