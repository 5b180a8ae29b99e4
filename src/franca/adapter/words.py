"""A mapping's `values`: our values in the words of an ESP's field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from franca.adapter.findings import Finding
from franca.definitions import Constant, FieldMapping


def spelled(value: Any) -> str:
    """Return how `values` spell a value of ours: `true` and `false`, days and instants in ISO 8601, the rest as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def worded(mapping: FieldMapping, value: Any) -> Any:
    """Return what the field holds of a value, of a list for each element; a value without a word stays what it is."""
    if isinstance(value, list):
        return [worded(mapping, each) for each in value]
    return mapping.values.get(spelled(value), value)


def theirs(mapping: FieldMapping, constants: Iterable[Constant]) -> tuple[str, ...] | Finding:
    """Return the words of constants; a finding when one has none, or when a word stands for another value too."""
    ours = tuple(map(spelled, constants))
    for word in ours:
        if word not in mapping.values:
            return Finding(id="untranslated-value", what=f"the values of {mapping.field} are translated, and {word!r} is not among them")
    found = tuple(mapping.values[word] for word in ours)
    shared = [word for word, other in mapping.values.items() if other in found and word not in ours]
    if shared:
        return Finding(id="ambiguous-translation", what=f"{mapping.field} holds one value for {', '.join([*ours, *shared])}")
    return found
