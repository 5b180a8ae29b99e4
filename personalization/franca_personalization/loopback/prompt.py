"""The data block at the end of a prompt: the one thing that the loopback model understands of it.

The block is one JSON object between the lines `<<<DELIM` and `DELIM>>>`, the last thing in the prompt; DELIM differs between prompts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FIELDS = ("subject", "preview_text", "headline", "body", "cta")
LIMITS: Mapping[str, int] = {"subject": 50, "preview_text": 110, "headline": 60, "body": 600, "cta": 30}
"""Where the block says nothing, in characters."""

_BLOCK = re.compile(r"^<<<(?P<delimiter>\S+)\n(?P<data>.*)\n(?P=delimiter)>>>\s*\Z", re.DOTALL | re.MULTILINE)
_KINDS: Mapping[str, Sequence[str]] = {
    "deadline": ("deadline", "ends", "until", "expires", "frist", "bis", "ende"),
    "discount": ("discount", "offer", "saving", "percent", "rabatt", "angebot"),
    "price": ("price", "preis", "cost"),
    "code": ("code", "coupon", "voucher", "gutschein"),
}


class NoBlockError(Exception):
    """The prompt ends with no data block."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a prompt asks for.

    Attributes:
        angles: one for each variant; when the model is asked again, up to the last that failed.
        facts: slot → its kind, `deadline`, `discount`, `price`, `code` or `other`, guessed from its name; required ones first.
        limits: characters of each text.
        failed: index of a variant → rules; not empty when the model is asked again.
        identity: what the answer depends on beside the seed: all of the block but what failed.
    """

    language: str
    write: tuple[str, ...]
    angles: tuple[str, ...]
    limits: Mapping[str, int]
    facts: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    emoji: bool = False
    failed: Mapping[int, Sequence[str]] = field(default_factory=dict)
    identity: str = ""

    @property
    def wanted(self) -> list[int]:
        """Return the places of the variants that are to be written."""
        return sorted(self.failed) or list(range(len(self.angles)))

    @property
    def has_deadline(self) -> bool:
        """Return whether the offer ends at some time."""
        return "deadline" in self.facts.values()


def read(prompt: str) -> Task:
    """Return what *prompt* asks for.

    Raises:
        NoBlockError: it ends with no data block.
    """
    found = _BLOCK.search(prompt)
    try:
        data = json.loads(found["data"]) if found else None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise NoBlockError
    brief, failed = data.get("brief", {}), {int(place): rules for place, rules in data.get("failed", {}).items()}
    return Task(
        language=str(data.get("language", "en")).partition("-")[0],
        write=tuple(name for name in FIELDS if name in data.get("write", ("subject",))),
        angles=_angles(data, max(failed) + 1 if failed else int(data.get("variants", 1))),
        limits={**LIMITS, **data.get("limits", {})},
        facts={name: _kind(name) for name in _ordered(brief)},
        required=tuple(brief.get("required", ())),
        links=tuple(brief.get("links", ())),
        profile=tuple(brief.get("profile_slots", ())),
        use=tuple(brief.get("use", ())),
        avoid=tuple(brief.get("avoid", ())),
        allowed=tuple(brief.get("allowed_phrases", ())),
        emoji=brief.get("emoji", "none") not in ("none", "", None),
        failed=failed,
        identity=json.dumps({name: value for name, value in data.items() if name not in ("failed", "variants")}, sort_keys=True),
    )


def _angles(data: Mapping[str, Any], count: int) -> tuple[str, ...]:
    known = tuple(data.get("angles", ())) or ("benefit",)
    return tuple(known[number % len(known)] for number in range(count))


def _ordered(brief: Mapping[str, Any]) -> list[str]:
    required = set(brief.get("required", ()))
    order = [*_KINDS, "other"]
    return sorted(brief.get("facts", {}), key=lambda name: (name not in required, order.index(_kind(name)), name))


def _kind(name: str) -> str:
    words = re.split(r"[^a-z]+", name.lower())
    return next((kind for kind, known in _KINDS.items() if any(word in words for word in known)), "other")
