"""Whether variants differ, from each other and from what was sent lately."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import regex
from rapidfuzz import fuzz

from franca.definitions import Wording
from franca.language.copies import SLOT
from franca_personalization.copy.guardrails.reading import Setting
from franca_personalization.copy.guardrails.rules import RULES
from franca_personalization.copy.guardrails.views import MASK, Piece, view
from franca_personalization.copy.records import Field, Violation

ALIKE, SENT = 85, 90
"""Ratios in percent (rapidfuzz, indel similarity) from which two variants, or a variant and a sent subject, are alike."""

_REST = regex.compile(rf"[^\p{{L}}\p{{M}}\p{{N}}{MASK}]+")
_FIGURE = regex.compile(r"\p{Sc}?\s?\p{N}(?:[\p{N}.,]*\p{N})?\s?[%\p{Sc}]?")


def diversity(setting: Setting) -> Iterator[Violation]:
    """Yield variants that say again what another one or a sent subject says."""
    yield from _angles(setting)
    keys = [(wording, prepared(_compared(setting, wording))) for wording in setting.copy.wordings]
    for (first, before), (second, after) in itertools.combinations(keys, 2):
        if before and after and fuzz.ratio(before, after, score_cutoff=ALIKE) > 0:
            reason = f"it is nearly the text of {first.key!r}"
            yield _of(second, "diversity.similar", reason, "lead with another idea, in other words")
    yield from _sent(setting)


def prepared(text: str) -> str:
    """Return a text as it is compared: in small letters, slots masked, without punctuation (rapidfuzz itself prepares nothing)."""
    plain = view([Piece(SLOT.sub(MASK, text))], latin=False).folded
    return _REST.sub(" ", plain).strip()


def _angles(setting: Setting) -> Iterator[Violation]:
    seen: dict[str, str] = {}
    variants = setting.copy.wordings[1:]
    for wording in setting.copy.wordings:
        if wording.angle in seen:
            reason = f"{seen[wording.angle]!r} leads with {wording.angle} too"
            yield _of(wording, "diversity.angle", reason, "lead with another angle")
        elif wording.angle:
            seen[wording.angle] = wording.key
        elif len(variants) > 1 and wording in variants:
            yield _of(wording, "diversity.no_angle", "the variant does not say what it leads with", "declare its angle")


def _compared(setting: Setting, wording: Wording) -> str:
    """Return what readers choose by: the subject, or all texts where no subject is written."""
    subject = wording.texts.get(Field.SUBJECT)
    if isinstance(subject, str) and (setting.brief is None or Field.SUBJECT in setting.brief.write):
        return subject
    return "\n".join(text if isinstance(text, str) else "\n".join(text) for _, text in sorted(wording.texts.items()))


def _sent(setting: Setting) -> Iterator[Violation]:
    sent = [(text, _masked(text)) for text in setting.recent]
    for wording in setting.copy.wordings:
        subject = wording.texts.get(Field.SUBJECT)
        if isinstance(subject, str) and (key := _masked(_filled(setting, subject))):
            for text, other in sent:
                if fuzz.ratio(key, other, score_cutoff=SENT) > 0 or fuzz.ratio(_masked(subject), other, score_cutoff=SENT) > 0:
                    reason = f"it is nearly “{text}”, which was sent lately"
                    yield _of(wording, "diversity.recent", reason, "lead with another idea, in other words")
                    break


def _filled(setting: Setting, text: str) -> str:
    return SLOT.sub(lambda found: setting.slots[found[1]].text if found[1] in setting.slots else found[0], text)


def _masked(text: str) -> str:
    """Return a text as sent ones are compared: with its figures masked too, since a sent one holds what its slots stood for."""
    return _REST.sub(" ", _FIGURE.sub(MASK, prepared(text))).strip()


def _of(wording: Wording, rule: str, reason: str, suggestion: str) -> Violation:
    field = Field.SUBJECT if Field.SUBJECT in wording.texts and rule in ("diversity.similar", "diversity.recent") else ""
    return Violation(
        rule=rule,
        severity=RULES[rule].severity,
        variant=wording.key,
        field=str(field),
        span=(0, len(str(wording.texts[field]))) if field else (0, 0),
        reason=reason,
        suggestion=suggestion,
        position=wording.places.get(field, wording.position),
    )
