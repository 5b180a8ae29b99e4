"""Copy that behaves: from phrases, a seed and what the prompt asks for. Facts stand in their slots, and each is said at most once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from franca_personalization.loopback.prompt import Task

Variant = dict[str, Any]

LANGUAGES = ("en", "de")
SLOT_ROOM = 20  # characters that the value of a slot may need, where a limit counts
_EMOJI = ("🌿", "✨", "🎁")


def good(task: Task, seed: int) -> list[Variant]:
    """Return the wanted variants. All differ, also from those that are not asked for again: they are thought of once more."""
    said: set[str] = set()
    kept = [number for number in range(len(task.angles)) if number not in task.wanted]
    for number in kept:
        _Writer(task, (seed, task.identity, number), said).variant(task.angles[number])
    return [
        _Writer(task, (seed, task.identity, number, task.failed.get(number)), said).variant(task.angles[number]) for number in task.wanted
    ]


def number_of(*parts: object) -> int:
    """Return a number that depends on nothing but *parts*."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:8])


@cache
def phrases(language: str) -> Mapping[str, Any]:
    """Return what can be said in a language; English for one that is not known."""
    return table("phrases", language)


def table(folder: str, language: str) -> Mapping[str, Any]:
    """Return the file of a language in *folder*."""
    name = language if language in LANGUAGES else "en"
    found: Mapping[str, Any] = YAML(typ="safe").load((files(__package__) / folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


class _Writer:
    """Writes one variant; what was said, and which facts, it does not say again."""

    def __init__(self, task: Task, salt: tuple[object, ...], said: set[str]) -> None:
        self._task, self._salt, self._said = task, salt, said
        self._phrases = phrases(task.language)
        self._facts = list(task.facts)
        self._angle = ""

    def variant(self, angle: str) -> Variant:
        """Return the variant, with the fields that are to be written."""
        self._angle = angle
        made = {"angle": angle, **{name: getattr(self, f"_{name}")() for name in self._task.write}}
        if "body" not in made and (left := [fact for fact in self._facts if fact in self._task.required]):
            last = self._task.write[-1] if "preview_text" not in made else "preview_text"
            made[last] = f"{made[last]} {', '.join(f'[[{fact}]]' for fact in left)}"
        return made

    def _subject(self) -> str:
        # The idea of curiosity and of social proof is not the offer: it waits for the preview.
        leads = self._facts and (self._angle not in ("curiosity", "social_proof") or len(self._task.required) > 1)
        text = self._with("subject") if leads else self._plain("subject")
        decorated = f"{text} {self._any(_EMOJI)}"
        return decorated if self._task.emoji and self._angle == "news" and self._fits("subject", decorated) else text

    def _preview_text(self) -> str:
        return self._with("preview_text") if self._facts else self._plain("preview_text")

    def _headline(self) -> str:
        return self._plain("headline")

    def _cta(self) -> str:
        return self._plain("cta")

    def _body(self) -> list[str]:
        extras, task = self._phrases["extras"], self._task
        lines = [extras["greeting"].format(slot="[[first_name]]")] if "first_name" in task.profile else []
        lines += [self._plain("body"), *([self._plain("body")] if number_of(*self._salt, "long") % 2 else [])]
        lines += [extras["word"].format(word=self._any(task.use))] if task.use else []
        lines += [extras["phrase"].format(phrase=self._any(task.allowed))] if task.allowed else []
        while self._facts:
            lines.append(self._with("body"))
        return [*lines, *([extras["link"].format(link=f"[[link:{task.links[0]}]]")] if task.links else [])]

    def _plain(self, name: str) -> str:
        angles: Mapping[str, Mapping[str, Sequence[str]]] = self._phrases["angles"]
        bank = angles.get(self._angle) or list(angles.values())[number_of(self._angle) % len(angles)]
        start = number_of(*self._salt, name) % len(bank[name])
        return self._fitting(name, [*bank[name][start:], *bank[name][:start]])

    def _with(self, name: str) -> str:
        """Say the next fact, in words that go with this variant's angle, so that no two variants say it in the same."""
        fact = self._facts.pop(0)
        texts = self._phrases["with"][self._task.facts[fact]][name]
        angles = list(self._phrases["angles"])
        start = (angles.index(self._angle) if self._angle in angles else number_of(self._angle)) % len(texts)
        return self._fitting(name, [text.format(slot=f"[[{fact}]]") for text in (*texts[start:], *texts[:start])])

    def _any(self, words: Sequence[str]) -> str:
        return words[number_of(*self._salt, *words) % len(words)]

    def _fitting(self, name: str, texts: Sequence[str]) -> str:
        """Return the first text that was not said, has no word to avoid and is short enough; if none is, the shortest."""
        fitting = (text for text in texts if text not in self._said and self._fits(name, text) and not self._avoided(text))
        chosen = next(fitting, None) or min(texts, key=len)
        self._said.add(chosen)
        return chosen

    def _fits(self, name: str, text: str) -> bool:
        slots = [fact for fact in self._task.facts if f"[[{fact}]]" in text]
        return len(text) + sum(SLOT_ROOM - len(fact) - 4 for fact in slots) <= self._task.limits[name]

    def _avoided(self, text: str) -> bool:
        return any(word.casefold() in text.casefold() for word in self._task.avoid)
