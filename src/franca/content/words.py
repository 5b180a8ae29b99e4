"""Conditions as an author would write them, for messages and previews."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from franca.content.nodes import (
    AttributeValue,
    BuiltIn,
    Compare,
    Condition,
    Contains,
    Coupon,
    Defaulted,
    Defined,
    Either,
    Every,
    Feed,
    Filtered,
    ItemValue,
    ListItem,
    Member,
    Negation,
    PrimaryValue,
    Value,
)


def words(of: Condition | Value) -> str:
    """Return the text of a condition or value."""
    return _WORDS[type(of)](of)


def _constant(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False, default=str)


def _filtered(value: Filtered) -> str:
    arguments = ", ".join(map(_constant, value.arguments))
    return f"{words(value.of)} | {value.filter}" + (f"({arguments})" if arguments else "")


def _joined(word: str) -> Callable[[Every | Either], str]:
    return lambda found: word.join(f"({words(each)})" if isinstance(each, (Every, Either)) else words(each) for each in found.of)


def _negation(found: Negation) -> str:
    inner = words(found.of)
    return f"not ({inner})" if isinstance(found.of, (Every, Either)) else f"not {inner}"


_WORDS: Mapping[type, Callable[[Any], str]] = {
    AttributeValue: lambda value: f"profile.{value.name}",
    PrimaryValue: lambda value: f'primary("{value.group}")',
    BuiltIn: lambda value: str(value.link),
    Coupon: lambda value: f'coupon("{value.name}")',
    Feed: lambda value: f'feed("{value.name}")',
    ItemValue: lambda value: ".".join(("item", *value.path)),
    ListItem: lambda _: "item",
    Filtered: _filtered,
    Defaulted: lambda value: f"{words(value.of)} | default({_constant(value.default)})",
    Compare: lambda found: f"{words(found.of)} {found.op} {_constant(found.constant)}",
    Contains: lambda found: f"{_constant(found.constant)} in {words(found.of)}",
    Defined: lambda found: f"{words(found.of)} is defined",
    Member: lambda found: f'in_segment("{found.segment}")',
    Every: _joined(" and "),
    Either: _joined(" or "),
    Negation: _negation,
}
