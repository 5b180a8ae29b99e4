"""Prompts as the loopback model reads them."""

from __future__ import annotations

import json
from typing import Any

FIELDS = ["subject", "preview_text", "headline", "body", "cta"]
ANGLES = ["benefit", "curiosity", "social_proof", "news", "urgency"]
LIMITS = {"subject": 50, "preview_text": 90, "headline": 60, "body": 400, "cta": 25}
BRIEF = {
    "goal": "sell linen",
    "facts": {"discount": "what is off", "deadline": "until when", "code": "for the checkout", "shipping": "what it costs"},
    "required": ["discount"],
    "links": ["shop"],
    "profile_slots": ["first_name"],
    "use": ["Leinen"],
    "avoid": [],
    "allowed_phrases": ["free returns"],
    "emoji": "none",
}


def prompt(data: Any, delimiter: str = "k3x9") -> str:
    return f"Write.\n\n<<<{delimiter}\n{json.dumps(data, indent=1, ensure_ascii=False)}\n{delimiter}>>>\n"


def block(**more: Any) -> dict[str, Any]:
    given = {
        "brief": BRIEF,
        "segment": {"id": "segment 1"},
        "language": "en",
        "write": FIELDS,
        "variants": 3,
        "angles": ANGLES[:3],
        "limits": LIMITS,
    }
    return {**given, **more}
