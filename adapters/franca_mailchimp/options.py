"""A segment's `options` in canonical form: what is compiled and what is read back compare as equal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from franca.adapter import Ref

Condition = dict[str, Any]

FIELD, CONDITION_TYPE = "merge-field", "merge-condition"
"""Kinds of reference: a merge field's tag, and the condition type that goes with its type. Their qualifier is what the field must be."""
TEXT, FREE_TEXT, NUMBER, DATE, BIRTHDAY, ANY_DAY = "text", "free text", "number", "date", "birthday", "date or birthday"
STATIC_SEGMENT, CATEGORY, GROUP = "tag's segment", "interest category", "interest group"
"""Kinds of reference: the id of a tag, the field of an interest category, and a group's id, whose qualifier is its category."""

CONDITION_TYPES: Mapping[str, Mapping[str, str]] = {
    "text": {TEXT: "TextMerge", FREE_TEXT: "TextMerge"},
    # SelectMerge has no `starts` and no `ends` (sheet section 1.3)
    "dropdown": {TEXT: "SelectMerge"},
    "radio": {TEXT: "SelectMerge"},
    "number": {NUMBER: "TextMerge"},
    "date": {DATE: "DateMerge", ANY_DAY: "DateMerge"},
    "birthday": {BIRTHDAY: "BirthdayMerge", ANY_DAY: "BirthdayMerge"},
}
"""Merge field type → what it can stand for → the type of its conditions."""

MEMBER_HAS_EMAIL: Condition = {"field": "EMAIL", "condition_type": "EmailAddress", "op": "contains", "value": "@"}
MEMBER_HAS_NO_EMAIL: Condition = {**MEMBER_HAS_EMAIL, "op": "notcontain"}
"""Everybody and nobody: a segment needs a condition, and every member has an address."""

_KEYS = ("field", "condition_type", "op", "value", "extra")
_BY_ID = frozenset({"StaticSegment", "Interests"})
"""Types of conditions whose operands are ids, which say nothing about an order: they keep the one in which they are."""


def merge_condition(tag: str, stands_for: str, op: str, value: str | None = None) -> Condition:
    """Return a condition on the merge field *tag*, which must be of a type that can stand for *stands_for*."""
    head = {"field": Ref(FIELD, tag, stands_for), "condition_type": Ref(CONDITION_TYPE, tag, stands_for), "op": op}
    return head if value is None else {**head, "value": value}


def sent(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are sent: the API's description wants a `value` of dates, also where the operator takes none."""
    whole = ({**each, "value": each.get("value", "")} if each["condition_type"] == "Date" else each for each in options["conditions"])
    return {**options, "conditions": list(whole)}


def tag_of(condition: Mapping[str, Any]) -> str:
    """Return the merge tag that a condition names, resolved or not."""
    field = condition.get("field", "")
    return field.name if isinstance(field, Ref) else str(field)


def canonical(match: str, conditions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a segment's options: each condition once, in an order that does not depend on resolving; one alone is `all`."""
    unique: list[Condition] = []
    for each in map(_plain, sorted(conditions, key=_order)):
        if each not in unique:
            unique.append(each)
    return {"match": match if len(unique) > 1 else "all", "conditions": unique}


def read(options: Any) -> dict[str, Any]:
    """Return the options that Mailchimp shows. Of nested ones, made in its web application, no form is documented: they equal no other."""
    if not isinstance(options, Mapping) or not isinstance(options.get("conditions"), list):
        return {"match": "", "conditions": []}
    return canonical(str(options.get("match")), (each for each in options["conditions"] if isinstance(each, Mapping)))


def _order(condition: Mapping[str, Any]) -> tuple[str, str, str]:
    if condition.get("condition_type") in _BY_ID:
        return "", str(condition.get("op")), ""
    rest = {key: condition[key] for key in ("value", "extra") if key in condition}
    return tag_of(condition), str(condition.get("op")), json.dumps(_texts(rest), sort_keys=True)


def _plain(condition: Mapping[str, Any]) -> Condition:
    return _texts({key: condition[key] for key in _KEYS if condition.get(key) not in (None, "")})


def _texts(values: Mapping[str, Any]) -> Condition:
    """Write numbers as text: both forms are accepted, and which one comes back is not documented."""
    return {key: str(value) if isinstance(value, int | float) else value for key, value in values.items()}
