"""What our fields are called at MailerLite."""

from __future__ import annotations

import re

_PREFIX = "franca_"
_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def can_be_field(key: str) -> bool:
    """Return whether a marker's key survives the way into a field's key: MailerLite makes it from the name, in small letters (seen)."""
    return _KEY.fullmatch(key) is not None


def field_key(key: str) -> str:
    """Return the name and key of a marker's field, which is its ownership mark too: the key stays when somebody renames the field."""
    return f"{_PREFIX}{key}"


def marker_key(key: str) -> str | None:
    """Return the marker's key from one made by `field_key`; None for anybody else's."""
    found = key.removeprefix(_PREFIX)
    return found if key == field_key(found) and can_be_field(found) else None
