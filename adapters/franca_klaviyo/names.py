"""What our objects are called at Klaviyo."""

from __future__ import annotations

import re

from franca.definitions import Project

TAG_PREFIX = "franca:"
_FIELD = re.compile(r"properties\['franca_([A-Za-z0-9_.]+)'\]")


def tag_name(project: Project) -> str:
    """Return the tag on everything that this project owns."""
    return f"{TAG_PREFIX}{project.name}"


def field_title(key: str) -> str:
    """Return the name of a marker's custom property."""
    return f"franca_{key}"


def custom_property(key: str) -> str:
    """Return how a condition names a marker's custom property."""
    return f"properties['{field_title(key)}']"


def marker_of(name: str) -> str | None:
    """Return the marker's key from the property that a condition names; None for any other property."""
    found = _FIELD.fullmatch(name)
    return found[1] if found else None
