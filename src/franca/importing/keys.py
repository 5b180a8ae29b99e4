"""Names that people gave → keys: letters, digits and underscores, none of them twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 60
_PLAIN = {
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "&": " and ",
    "%": " percent ",
    "+": " plus ",
}


def key_for(name: str, otherwise: str, taken: Collection[str]) -> str:
    """Return a key of small letters for *name*, which is none of *taken*, whatever their case.

    Args:
        name: as people wrote it, in any script.
        otherwise: the word when nothing of it can be written so.
        taken: keys that are in use.
    """
    spelled = unicodedata.normalize("NFKD", "".join(_PLAIN.get(letter, letter) for letter in name))
    plain = "".join(letter for letter in spelled if not unicodedata.combining(letter))
    key = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:LONGEST].strip("_") or otherwise
    used, number = {each.lower() for each in taken}, 1
    found = key
    while found in used:
        number += 1
        found = f"{key}_{number}"
    return found
