"""Franca: audiences and dynamic email content as code."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from franca.definitions import Project, Segment
    from franca.language.builder import (
        all_of,
        any_of,
        at_least,
        attribute,
        consent,
        day_of_month,
        event,
        everyone,
        first,
        hour,
        latest,
        mailable,
        member_of,
        month,
        native,
        near,
        none_of,
        prop,
        rank,
        regular,
        sample,
        segment,
        sequence,
        step,
        together,
        weekday,
        when,
        without,
    )

__version__ = "0.1.0"

__all__ = [
    "Project",
    "Segment",
    "__version__",
    "all_of",
    "any_of",
    "at_least",
    "attribute",
    "consent",
    "day_of_month",
    "event",
    "everyone",
    "first",
    "hour",
    "latest",
    "mailable",
    "member_of",
    "month",
    "native",
    "near",
    "none_of",
    "prop",
    "rank",
    "regular",
    "sample",
    "segment",
    "sequence",
    "step",
    "together",
    "weekday",
    "when",
    "without",
]

_RECORDS = frozenset({"Project", "Segment"})


def __getattr__(name: str) -> object:
    """Load the Python front end when one of its names is first used, so that `import franca` stays light."""
    if name not in __all__:
        raise AttributeError(f"module 'franca' has no attribute {name!r}")
    module = importlib.import_module("franca.definitions" if name in _RECORDS else "franca.language.builder")
    return getattr(module, name)
