"""The prompt: versioned files of the package, filled with the brief, an aggregate and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from string import Template
from typing import Any

from franca.errors import FrancaError
from franca_personalization.copy.aggregates import Aggregate
from franca_personalization.copy.brief import usable_angles
from franca_personalization.copy.privacy import personal
from franca_personalization.copy.records import Angle, Brief, Emoji, Field
from franca_personalization.model import Failed, Parts, Request

VERSION = "v1"
CANARY = "osprey-lantern-quartz"
"""It stands in the instructions alone: a text that holds it was written by somebody who made the model speak of them."""

LIMITS: Mapping[Field, int] = {Field.SUBJECT: 50, Field.PREVIEW_TEXT: 90, Field.HEADLINE: 60, Field.BODY: 400, Field.CTA: 25}
"""Characters of each text, with slots filled; phones show less, and the guardrails say where."""

_FILES = ("system.txt", "user.txt", "again.txt")


def _file(name: str) -> str:
    return (files("franca_personalization.copy") / "prompts" / VERSION / name).read_text(encoding="utf-8")


def question(brief: Brief, aggregate: Aggregate, language: str) -> Request:
    """Return what the model is asked for one segment in one language.

    Raises:
        FrancaError: the brief holds what looks like somebody's address or number.
    """
    count, data = brief.variants, _data(brief, aggregate, language)
    return Request(
        system=Template(_file("system.txt")).substitute(canary=CANARY),
        user=_filled("user.txt", data, variants=count, language=language),
        schema=schema(brief.write),
        schema_name="copy_variants",
        parts=Parts(
            prompt_version=VERSION,
            prompts={name: hashlib.sha256(_file(name).encode()).hexdigest() for name in _FILES},
            brief=data["brief"],
            profile=data["segment"],
            locale=language,
            variants=count,
            extra={key: data[key] for key in ("write", "angles", "limits")},
        ),
    )


def again(asked: Request, failed: Failed, meanings: Mapping[str, str]) -> Request:
    """Return the question for new variants in place of those that broke rules: the rules' ids and meanings, and no text of before.

    Args:
        asked: the first question.
        failed: variant → ids of the rules that it broke.
        meanings: rule id → one sentence.
    """
    data = {**_data_of(asked.user), "variants": len(failed), "failed": {str(index): list(rules) for index, rules in failed.items()}}
    broken = sorted({rule for rules in failed.values() for rule in rules})
    rules = "\n".join(f"- {rule}: {meanings.get(rule, '')}" for rule in broken)
    user = _filled("again.txt", data, variants=len(failed), language=data["language"], rules=rules)
    return replace(asked, user=user)


def _filled(name: str, data: Mapping[str, Any], **words: Any) -> str:
    """Return a prompt. The delimiter is a hash of the data: no text inside can hold it, and the same prompt is the same everywhere."""
    written = json.dumps(data, ensure_ascii=False, indent=1)
    if found := personal(written):
        what = f"the prompt would hold what looks like {' and '.join(found)}, and is not sent"
        raise FrancaError(what, remedy="take it out of the brief: copy needs no address, number or account of anybody")
    delimiter = hashlib.sha256(written.encode()).hexdigest()[:16]
    return Template(_file(name)).substitute(words, delimiter=delimiter, data=written)


def _data_of(user: str) -> dict[str, Any]:
    """Return the data block of a prompt of ours."""
    found: dict[str, Any] = json.loads(user[user.index("\n{") : user.rindex("}") + 1])
    return found


def _data(brief: Brief, aggregate: Aggregate, language: str) -> dict[str, Any]:
    return {
        "brief": {
            "goal": brief.goal,
            "tone": brief.tone,
            "facts": {name: fact.about for name, fact in brief.facts.items()},
            "required": list(brief.required),
            "links": [],
            "profile_slots": list(brief.profile),
            "names": list(brief.names),
            "use": list(brief.use),
            "avoid": list(brief.avoid),
            "allowed_phrases": list(brief.allowed),
            "emoji": "none" if brief.emoji is Emoji.NONE else "at most one",
        },
        "segment": told(aggregate),
        "language": language,
        "write": list(brief.write),
        "variants": brief.variants,
        "angles": list(usable_angles(brief))[: brief.variants],
        "limits": {field: LIMITS[field] for field in brief.write},
    }


def told(aggregate: Aggregate) -> dict[str, Any]:
    """Return an aggregate as the model reads it."""
    shares = {trait.words: f"about {trait.share} %" for trait in aggregate.traits}
    return {"id": f"segment {aggregate.number}", "size": aggregate.size or "not told", "traits": shares}


def schema(write: Sequence[Field]) -> dict[str, Any]:
    """Return the JSON schema of an answer, in the subset that strict mode allows; lengths are checked afterwards."""
    texts = {field: {"type": "array", "items": {"type": "string"}} if field is Field.BODY else {"type": "string"} for field in write}
    properties = {"angle": {"type": "string", "enum": [str(angle) for angle in Angle]}, **{str(name): each for name, each in texts.items()}}
    variant = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"variants": {"type": "array", "items": variant}},
        "required": ["variants"],
        "additionalProperties": False,
    }
