"""An ESP's own rules, by its emulator, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from franca.definitions import Part
from franca.errors import FrancaError
from franca.sandbox import Clock, emulator


def rendered(adapter: str, parts: Mapping[Part, str], person: Mapping[str, Any], now: datetime) -> dict[Part, str]:
    """Return what an ESP would make of a template for one contact.

    Raises:
        FrancaError: there is no emulator of it.
    """
    try:
        made: Any = emulator(adapter, Clock(now))
    except LookupError:
        raise FrancaError(f"there is no emulator of {adapter}", remedy="leave it out with --destination") from None
    return {part: made.render(text, person, markup=part is Part.HTML) for part, text in parts.items()}
