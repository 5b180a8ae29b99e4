"""Copy that does not behave: a catalogue of texts that are wrong, each in its own way and in nothing else.

It is written from what goes wrong with copy, not from what our guardrails look for: it may not import them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from franca_personalization.loopback.compose import Variant, good, number_of, phrases, table
from franca_personalization.loopback.prompt import FIELDS, Task

_ZERO_WIDTH = {
    "zero-width space": "\u200b",
    "joiner": "\u200d",
    "soft hyphen": "\u00ad",
    "override": "\u202e",
    "mark": "\ufeff",
    "isolate": "\u2066",
}
_LOOK_ALIKE = {"a": "а", "e": "е", "o": "ο", "i": "і", "c": "с", "p": "р"}  # Cyrillic, and a Greek omicron
_TOKENS = (
    "*|FNAME|*", "*|IF:FNAME|*", "{{ first_name }}", '{{ first_name|default:"you" }}', "{% if vip %}", "{{ contact.FIRSTNAME }}",
    "{{ params.code }}", "%recipient.name%", "%%FIRST_NAME%%", "${name}", "<%= name %>", "#{name}", "{name}", "{$name}", "[[secret]]",
    "[[discount", "discount]]", "[discount]", "[[ ]]", "[[link:evil]]", "[[[discount]]]", "[[discount|x]]", "%FIRSTNAME%", "<<First Name>>",
)  # fmt: skip
_STORMS = ("🎉🎉🎉", "🔥🔥 💥💥", "😀😃😄😁", "🛍️🛍️🛍️🛍️", "👩\u200d👩\u200d👧\u200d👦👩\u200d👩\u200d👧\u200d👦👨\u200d👩\u200d👧", "❤️🧡💛💚💙")


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One way to be wrong.

    Attributes:
        kind: in our words: `number.percent`, `token`, `duplicate`.
        text: what stands in the place of a good text; empty when *spoil* says what is done to the variants.
        field: where it stands; empty: wherever there is room.
        despite_deadline: whether it is wrong also where the brief has a deadline.
    """

    kind: str
    text: str = ""
    field: str = ""
    despite_deadline: bool = True
    spoil: Callable[[list[Variant], Task], None] | None = None


@cache
def catalogue(language: str) -> tuple[Hostile, ...]:
    """Return every way to be wrong in a language, all different."""
    found = [
        *_said(table("hostile", language)),
        *_invisible(language),
        *_look_alikes(language),
        *_tokens(language),
        *_storms(language),
        *_SPOILS,
    ]
    return tuple({(each.kind, each.text, each.field): each for each in found}.values())


def fitting(task: Task) -> list[Hostile]:
    """Return those that are wrong for *task* whatever else it asks for."""
    return [each for each in catalogue(task.language) if _wrong(each, task)]


def _wrong(way: Hostile, task: Task) -> bool:
    if way.kind == "duplicate":
        return len(task.wanted) > 1
    allowed = any(phrase.casefold() in way.text.casefold() for phrase in task.allowed)
    timely = not way.despite_deadline and task.has_deadline
    return not allowed and not timely and (not way.field or way.field in task.write)


def adversarial(task: Task, seed: int, number: int | None = None) -> tuple[list[Variant], Hostile]:
    """Return variants of which one is wrong or two are alike, and how; *number* picks the way among `fitting`, else the prompt does."""
    ways = fitting(task)
    way = ways[(number_of(seed, task.identity, "way") if number is None else number) % len(ways)]
    variants = good(task, seed)
    if way.spoil:
        way.spoil(variants, task)
    else:
        _put(variants[number_of(seed, way.text) % len(variants)], way, task)
    return variants, way


def _put(variant: Variant, way: Hostile, task: Task) -> None:
    places = [name for name in task.write if name in ("subject", "preview_text", "headline", "body")] or list(task.write)
    field = way.field or places[number_of(way.text) % len(places)]
    variant[field] = [*variant[field], way.text] if isinstance(variant[field], list) else way.text


def _said(kinds: Mapping[str, Any]) -> Iterator[Hostile]:
    for kind, given in kinds.items():
        texts = given if isinstance(given, list) else [line.replace("{x}", value) for line in given["say"] for value in given["of"]]
        field = {"deceptive": "subject"}.get(kind, "")  # "Re:" is a lie at the head of a subject alone
        yield from (Hostile(kind=kind, text=text, field=field, despite_deadline=kind != "urgency") for text in texts)


def _sample(language: str) -> Sequence[str]:
    """Return good subjects to spoil."""
    subjects: Sequence[str] = phrases(language)["angles"]["benefit"]["subject"]
    return subjects


def _invisible(language: str) -> Iterator[Hostile]:
    for text in _sample(language)[:2]:
        yield from (Hostile(kind="invisible", text=text[:4] + letter + text[4:]) for letter in _ZERO_WIDTH.values())


def _look_alikes(language: str) -> Iterator[Hostile]:
    for latin, other in _LOOK_ALIKE.items():
        text = next((each for each in _sample(language) if latin in each), "")
        yield from [Hostile(kind="look_alike", text=text.replace(latin, other, 1))] if text else []


def _tokens(language: str) -> Iterator[Hostile]:
    text = _sample(language)[1]
    yield from (Hostile(kind="token", text=f"{token} {text}") for token in _TOKENS)


def _storms(language: str) -> Iterator[Hostile]:
    text = _sample(language)[2]
    yield from (Hostile(kind="emoji", text=f"{text} {storm}", field="subject") for storm in _STORMS)


def _too_long(variants: list[Variant], task: Task) -> None:
    text = _sample(task.language)[0]
    variants[0]["subject"] = " ".join([text] * (120 // len(text) + 1))


def _emptied(name: str) -> Hostile:
    def spoil(variants: list[Variant], _task: Task) -> None:
        variants[-1][name] = [] if name == "body" else " "

    return Hostile(kind="blank", field=name, spoil=spoil)


def _alike(variants: list[Variant], task: Task) -> None:
    variants[1].update({name: variants[0][name] for name in task.write})


def _same_angle(variants: list[Variant], task: Task) -> None:
    _alike(variants, task)
    variants[1]["angle"] = variants[0]["angle"]


def _split_line(variants: list[Variant], _task: Task) -> None:
    variants[0]["subject"] += "\r\nBcc: everybody"


_SPOILS = (
    Hostile(kind="too_long", field="subject", spoil=_too_long),
    *(_emptied(name) for name in FIELDS),
    Hostile(kind="duplicate", spoil=_alike),
    Hostile(kind="duplicate", text="and of one angle", spoil=_same_angle),
    Hostile(kind="header", field="subject", spoil=_split_line),
)
