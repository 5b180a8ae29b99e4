"""What our things are called at Brevo."""

from __future__ import annotations

import re

LANDING = "franca.markers"
"""The key of the technical list; the dot keeps it apart from every segment's."""

LANDING_TITLE = "Marker imports, not for sending"

_PREFIX = "FRANCA_"
_KEY = re.compile(r"[a-z0-9_]+")


def can_be_attribute(key: str) -> bool:
    """Return whether a marker's key survives the way into an attribute's name and back: names are capitals only (documented)."""
    return _KEY.fullmatch(key) is not None


def attribute_name(key: str) -> str:
    """Return the name of a marker's attribute, which is its ownership mark too."""
    return f"{_PREFIX}{key.upper()}"


def attribute_key(name: str) -> str | None:
    """Return the marker's key from a name made by `attribute_name`; None for anybody else's."""
    key = name.removeprefix(_PREFIX).lower()
    return key if name == attribute_name(key) and can_be_attribute(key) else None
