"""Copy of the loopback model, as the guardrails get it: it is written by code that does not know them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from franca.definitions import CONTROL, Copy, Wording
from franca_personalization.copy.guardrails import check
from franca_personalization.copy.records import Angle, Brief, Emoji, Fact, Field, ProfileSlot, Severity, Violation
from franca_personalization.loopback import Hostile, Task, adversarial, fitting
from franca_personalization.loopback.compose import good
from personalization.guardrails.labelled import ENDS

FACTS = {
    "discount": Fact(name="discount", texts={"en": "up to 20 %", "de": "bis zu 20 %"}),
    "deadline": Fact(name="deadline", texts={"en": "Sunday, 6 December", "de": "Sonntag, 6. Dezember"}, ends=ENDS),
    "code": Fact(name="code", texts={"": "LINEN20"}),
    "price": Fact(name="price", texts={"": "49 €"}),
    "shipping": Fact(name="shipping", texts={"en": "free shipping from 50 €", "de": "kostenloser Versand ab 50 €"}),
}
KINDS = {"discount": "discount", "deadline": "deadline", "code": "code", "price": "price", "shipping": "other"}
PHRASES = {"en": ("free returns",), "de": ("kostenlose Rückgabe",)}
ANGLES = (Angle.BENEFIT, Angle.CURIOSITY, Angle.NEWS)
CONTROLS = {"en": "A word from the workshop", "de": "Ein Wort aus der Werkstatt"}


def task(language: str, *, deadline: bool = True, emoji: bool = False, angles: Sequence[Angle] = ANGLES) -> Task:
    facts = {name: kind for name, kind in KINDS.items() if deadline or name != "deadline"}
    return Task(
        language=language,
        write=tuple(Field),
        angles=tuple(angles),
        limits={"subject": 50, "preview_text": 110, "headline": 60, "body": 400, "cta": 30},
        facts=facts,
        required=(),  # a slot that a spoiled text lacks would hide whether its own fault is found
        links=("shop",),
        profile=("first_name",),
        allowed=PHRASES[language],
        emoji=emoji,
        identity=f"{language} {deadline}",
    )


def brief(of: Task) -> Brief:
    return Brief(
        key="linen",
        name="Linen",
        goal="Sell linen.",
        facts={name: FACTS[name] for name in of.facts},
        links={"link:shop": "https://shop.example/linen"},
        profile={"first_name": ProfileSlot(name="first_name", attribute="first_name", defaults={"en": "there", "de": "du"})},
        allowed=PHRASES[of.language],
        required=of.required,
        languages=(of.language,),
        write=tuple(Field),
        variants=len(of.angles),
        emoji=Emoji.ONE if of.emoji else Emoji.NONE,
    )


def errors(of: Task, variants: Sequence[Mapping[str, Any]]) -> list[Violation]:
    """Return what blocks the variants of an answer."""
    control = Wording(key=CONTROL, texts={**dict.fromkeys(Field, CONTROLS[of.language]), Field.BODY: (CONTROLS[of.language],)})
    made = [_wording(f"v{number}", variant) for number, variant in enumerate(variants)]
    copy = Copy(brief="linen", segment="all", language=of.language, wordings=(control, *made))
    return [each for each in check(copy, brief(of)) if each.severity is Severity.ERROR and each.variant != CONTROL]


def _wording(key: str, variant: Mapping[str, Any]) -> Wording:
    texts = {name: tuple(text) if isinstance(text, list) else text for name, text in variant.items() if name != "angle"}
    return Wording(key=key, texts=texts, angle=variant["angle"])


def hostile(of: Task, seed: int) -> Iterator[tuple[Hostile, list[Violation]]]:
    """Yield every way to be wrong that fits a task, with what blocks it."""
    for number in range(len(fitting(of))):
        variants, way = adversarial(of, seed, number)
        yield way, errors(of, variants)


def behaved(of: Task, seeds: Sequence[int]) -> Iterator[tuple[list[Mapping[str, Any]], list[Violation]]]:
    """Yield answers that are meant to be good, with what blocks them."""
    for seed in seeds:
        variants = good(replace(of, identity=f"{of.identity} {seed}"), seed)
        yield list(variants), errors(of, variants)
