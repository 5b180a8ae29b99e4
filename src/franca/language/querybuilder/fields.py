"""The list of fields that a query builder is set up with: one for each attribute of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from franca.definitions import Attribute, Kind, Project

_EQUAL, _ORDERED = ("=", "!=", "in", "notIn"), ("<", "<=", ">", ">=", "between", "notBetween")
_TEXTUAL = ("contains", "beginsWith", "endsWith", "doesNotContain", "doesNotBeginWith", "doesNotEndWith")
_PRESENCE = ("null", "notNull")
_SCALAR = (*_EQUAL, *_ORDERED, *_PRESENCE)

OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    **dict.fromkeys([Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER, Kind.DATE, Kind.DATETIME], _SCALAR),
    Kind.TEXT: (*_EQUAL, *_TEXTUAL, *_ORDERED, *_PRESENCE),
    Kind.BOOLEAN: ("=", "!=", *_PRESENCE),
    Kind.LIST: _PRESENCE,
}
"""The builder's operators that a type takes; the elements of lists are tested by match modes."""

_LABELS = {
    "null": "is missing",
    "notNull": "is set",
    "notIn": "not in",
    "notBetween": "not between",
    "beginsWith": "begins with",
    "endsWith": "ends with",
    "doesNotContain": "does not contain",
    "doesNotBeginWith": "does not begin with",
    "doesNotEndWith": "does not end with",
}
_INPUTS = {
    **dict.fromkeys([Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER], "number"),
    Kind.DATE: "date",
    Kind.DATETIME: "datetime-local",
    Kind.TEXT: "text",
    Kind.LIST: "text",
}


def fields(project: Project) -> list[dict[str, Any]]:
    """Return the builder's `fields`: names, labels, editors, and the operators of each type.

    `comparator` names the key that two fields share when one can be the value of a rule on the other.
    """
    return [_field(attribute) for attribute in project.data.profile.attributes.values()]


def _field(attribute: Attribute) -> dict[str, Any]:
    kind = attribute.type.kind
    operators = [{"name": name, "label": _LABELS.get(name, name)} for name in OPERATORS[kind]]
    field = {"name": attribute.name, "label": attribute.name.replace("_", " "), "operators": operators}
    if kind is Kind.LIST:
        return {**field, "inputType": "text", "matchModes": ["some", "none"]}
    editor = {"valueEditorType": "checkbox"} if kind is Kind.BOOLEAN else {"inputType": _INPUTS[kind]}
    return {**field, **editor, "valueSources": ["value", "field"], "comparator": "compares_as", "compares_as": _INPUTS.get(kind, str(kind))}
