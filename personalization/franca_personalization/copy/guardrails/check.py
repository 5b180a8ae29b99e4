"""The public entry: a copy and its brief in, violations out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from franca.definitions import Copy
from franca_personalization.copy.guardrails.characters import characters
from franca_personalization.copy.guardrails.claims import claims
from franca_personalization.copy.guardrails.diversity import diversity
from franca_personalization.copy.guardrails.emoji import emoji
from franca_personalization.copy.guardrails.language import language, lexicon_missing
from franca_personalization.copy.guardrails.length import lengths
from franca_personalization.copy.guardrails.lexicon import Lexicon, lexicon_of
from franca_personalization.copy.guardrails.markup import canary, markup, reply
from franca_personalization.copy.guardrails.names import names
from franca_personalization.copy.guardrails.reading import Reading, Setting, fillings
from franca_personalization.copy.guardrails.slots import declared, slots
from franca_personalization.copy.guardrails.spam import spam
from franca_personalization.copy.guardrails.structure import layout, shape
from franca_personalization.copy.guardrails.words import attributes, brand, history, offers, said, urgency
from franca_personalization.copy.records import Brief, Field, Violation

TextRule: TypeAlias = Callable[[Reading], Iterator[Violation]]
CopyRule: TypeAlias = Callable[[Setting], Iterator[Violation]]

COPY_RULES: tuple[CopyRule, ...] = (lexicon_missing, shape, declared, diversity)
TEXT_RULES: tuple[TextRule, ...] = (
    *(layout, slots, claims, said, urgency, offers, reply, lengths, spam, attributes, history),
    *(language, markup, canary, characters, emoji, brand, names),
)


def check(
    copy: Copy, brief: Brief | None, *, recent: Sequence[str] = (), lexicon: Lexicon | None = None, canary: str = ""
) -> tuple[Violation, ...]:
    """Return what a copy breaks, sorted by variant, field, paragraph and place.

    Args:
        copy: the texts, people's and a model's alike.
        brief: what may be said; None allows what the file's own slots say, and no urgency, since a file has no deadline.
        recent: subjects sent lately.
        lexicon: the words of the copy's language; None takes the one that is installed. Without any, `language.no_lexicon` is an error.
        canary: a marker of the prompt that no text may hold.

    Raises:
        FrancaError: the language has several lexicons, or its lexicon cannot be read.
    """
    words = lexicon or lexicon_of(copy.language) or Lexicon(language=copy.language)
    setting = Setting(copy=copy, brief=brief, lexicon=words, recent=tuple(recent), canary=canary, slots=fillings(copy, brief))
    found = dict.fromkeys(violation for violations in _all(setting) for violation in violations)
    return tuple(sorted(found, key=_order(copy)))


def _all(setting: Setting) -> Iterator[Iterator[Violation]]:
    for copy_rule in COPY_RULES:
        yield copy_rule(setting)
    for reading in _readings(setting):
        for text_rule in TEXT_RULES:
            yield text_rule(reading)


def _readings(setting: Setting) -> Iterator[Reading]:
    for wording in setting.copy.wordings:
        for field, text in wording.texts.items():
            for index, part in enumerate((text,) if isinstance(text, str) else text):
                yield Reading(setting=setting, wording=wording, field=str(field), index=index, written=part)


def _order(copy: Copy) -> Callable[[Violation], tuple[object, ...]]:
    variants = {wording.key: number for number, wording in enumerate(copy.wordings)}
    fields = {str(field): number for number, field in enumerate(Field)}

    def key(found: Violation) -> tuple[object, ...]:
        place = (fields.get(found.field, len(fields) if found.field else -1), found.field, found.index, found.span)
        return (variants.get(found.variant, -1), *place, found.rule, found.reason)

    return key
