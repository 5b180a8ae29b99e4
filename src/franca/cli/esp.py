"""An ESP's own rules, by its emulator, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from franca.adapter import Dialect, Unsaid
from franca.content import Surroundings
from franca.content.nodes import BuiltIn, Link, Print
from franca.definitions import Part
from franca.errors import FrancaError
from franca.sandbox import Clock, emulator

_HEADERS = (Part.SUBJECT, Part.PREVIEW_TEXT)


def rendered(adapter: str, parts: Mapping[Part, str], person: Mapping[str, Any], now: datetime) -> dict[Part, str]:
    """Return what an ESP would make of a template for one contact.

    Raises:
        FrancaError: there is no emulator of it.
    """
    made = _emulator(adapter, now)
    return {part: made.render(text, person, markup=part is Part.HTML, header=part in _HEADERS) for part, text in parts.items()}


def filled_in(adapter: str, dialect: Dialect, now: datetime) -> Surroundings:
    """Return the links that an ESP fills in, so that the reference can be compared with what it renders."""
    made, usual = _emulator(adapter, now), Surroundings()
    return Surroundings(links={link: _filled(made, dialect, link, usual.links[link]) for link in Link})


def _filled(made: Any, dialect: Dialect, link: Link, otherwise: str) -> str:
    try:
        tag = dialect.value(Print(value=BuiltIn(link=link)), Part.TEXT).text
    except Unsaid:
        return otherwise
    return str(made.render(tag, {}, markup=False))


@cache
def _emulator(adapter: str, now: datetime) -> Any:
    try:
        return emulator(adapter, Clock(now))
    except LookupError:
        raise FrancaError(f"there is no emulator of {adapter}", remedy="leave it out with --destination") from None
