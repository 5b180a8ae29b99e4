"""Copies and briefs in a line."""

from __future__ import annotations

from dataclasses import replace

from franca.definitions import CONTROL, Copy, Slot, Wording
from franca_personalization.copy.guardrails import check
from franca_personalization.copy.records import Angle, Brief, Field, Violation
from personalization.guardrails.labelled import SALE

GOOD = {Field.SUBJECT: "Save [[discount]] on linen", Field.PREVIEW_TEXT: "Breathable fabrics in calm colours, cut for long days at home."}


def variant(key: str, angle: str = "", **texts: str | tuple[str, ...]) -> Wording:
    return Wording(key=key, texts=texts, angle=angle)


def control(**texts: str | tuple[str, ...]) -> Wording:
    return variant(CONTROL, **texts)


def copy(*wordings: Wording, language: str = "en", slots: dict[str, Slot] | None = None) -> Copy:
    return Copy(brief="b", segment="all", language=language, wordings=wordings, slots=slots or {})


def brief(**changes) -> Brief:
    return replace(SALE, **changes)


def found(made: Copy, of: Brief | None = SALE, **more) -> dict[str, Violation]:
    """Return the violations by rule; of several of one rule the first."""
    return {each.rule: each for each in reversed(check(made, of, **more))}


def subject(text: str, of: Brief | None = SALE, language: str = "en", **more) -> dict[str, Violation]:
    return found(copy(control(subject=text), language=language), of, **more)


ANGLES = (Angle.BENEFIT, Angle.NEWS)
