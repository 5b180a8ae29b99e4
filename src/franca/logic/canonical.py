"""One text per meaning of a node: the order in which normal forms are sorted and the input of fingerprints."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from franca.definitions import Distance, Duration, Node


def canonical(node: Node) -> str:
    """Return the text of *node*: stable across processes, free of positions, equal for equal numbers (1.0 and 1.00)."""
    return json.dumps(_plain(node), ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def _plain(value: Any) -> Any:
    """Return JSON-able data; constants carry their type, so that the text "5", the number 5 and true stay apart."""
    if isinstance(value, Node):
        return [type(value).__name__, _fields(value)]
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise TypeError(f"a {type(value).__name__} cannot stand in a definition")


def _fields(node: Node) -> dict[str, Any]:
    """Return the fields that differ from their default: a field added by a later version leaves old fingerprints alone."""
    return {
        name: _plain(value)
        for name, default in _defaults(type(node))  # type: ignore[arg-type]  # classes are hashable
        if (value := getattr(node, name)) != default
    }


@cache
def _defaults(kind: type[Node]) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(kind) if field.compare)


def _number(value: Decimal) -> list[str]:
    return ["decimal", format(value.normalize() + 0, "f")]


def _instant(value: datetime) -> list[str]:
    return ["datetime", (value.astimezone(UTC) if value.tzinfo else value).isoformat()]


# The order matters: an enum is a text, a boolean is an integer and a datetime is a date.
_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (type(None), lambda _: None),
    (Enum, lambda value: value.value),
    (str, lambda value: value),
    (bool, lambda value: ["boolean", value]),
    (int, lambda value: ["integer", str(value)]),
    (Decimal, _number),
    (float, lambda value: ["number", repr(value + 0.0)]),
    (datetime, _instant),
    (date, lambda value: ["date", value.isoformat()]),
    (Duration, lambda value: ["duration", value.amount, value.unit.value]),
    (Distance, lambda value: ["kilometres", _number(value.kilometres)]),
    (tuple, lambda value: ["tuple", *map(_plain, value)]),
)
