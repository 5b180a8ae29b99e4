"""Parts of the schemas: mappings, lists, tests on values and times, as the loader's tables name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from franca.definitions import COMPARISONS, MANY, NamedDay, Op, Period, Status, Unit
from franca.language.json_schema.words import told
from franca.language.times import SINCE_KEYS, TIME_TESTS
from franca.language.values import ATTRIBUTE, CASED, FLAGS, LENGTH_TESTS, NUMBER_TESTS, PROPERTY, REFERENCE_KEYS, value_readers

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
CONSTANT: Schema = {"type": ["string", "number", "boolean"]}
PERCENT: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%$", "examples": ["10%"]}
KEY: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_]+$"}
PERIOD: Schema = {"enum": [period.value for period in Period]}
STATUS: Schema = {"enum": [status.value for status in Status]}

_UNITS = "|".join(f"{unit.value[:-1]}s?" for unit in Unit)
DURATION: Schema = {"type": "string", "pattern": rf"^\s*[0-9]{{1,6}} +({_UNITS})\s*$", "examples": ["30 days"]}
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT: Schema = {
    "type": "string",
    "pattern": f"^{_DATE}([T ][0-9]{{2}}:[0-9]{{2}}.*)?$",
    "examples": ["2026-01-31", "2026-01-31T09:00:00Z"],
}
DAY: Schema = {"anyOf": [{"enum": [day.value for day in NamedDay]}, {"type": "string", "pattern": f"^{_DATE}$"}]}


def ref(name: str) -> Schema:
    """Return a reference to a definition of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def mapping(place: str, parts: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """Return the schema of a mapping that has these keys and no others, each with what is told of it."""
    return {
        "type": "object",
        "properties": {name: {"description": told(name, place), **part} for name, part in parts.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def named(part: Schema, names: Schema | None = None) -> Schema:
    """Return the schema of a mapping of names to things of one kind."""
    return {"type": "object", "additionalProperties": part} | ({} if names is None else {"propertyNames": names})


def listed(part: Schema) -> Schema:
    """Return the schema of a list that has at least one item."""
    return {"type": "array", "items": part, "minItems": 1}


def one_or_listed(part: Schema) -> Schema:
    """Return the schema of a thing, or a list of several."""
    return {"anyOf": [part, listed(part)]}


def only(keys: Iterable[str], parts: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the parts of the loader's *keys*: one that has none is a mistake of ours."""
    return {key: parts[key] for key in keys}


def one_of(tests: Iterable[str]) -> Schema:
    """Return the demand for at least one of the keys."""
    return {"anyOf": [{"required": [name]} for name in tests]}


EVENTS = {"anyOf": [TEXT, {**listed(TEXT), "uniqueItems": True}]}
"""The name of an event, or several."""


# ── tests on a value ─────────────────────────────────────────────────────────

_TEXTS = frozenset({Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE})


def _operand(op: Op, reference: str) -> Schema:
    if op in FLAGS:
        return FLAG
    if op is Op.MATCHES:
        return TEXT
    if op is Op.BETWEEN:
        return {"type": "array", "items": CONSTANT, "minItems": 2, "maxItems": 2}
    if op in MANY:
        return one_or_listed(TEXT if op in _TEXTS else CONSTANT)
    return {"anyOf": [CONSTANT, ref(reference)]} if reference and op in COMPARISONS else CONSTANT


def value_parts(reference: str) -> dict[str, Schema]:
    """Return the part of every test on a value; *reference* is the definition of other values on the right side."""
    return {name: ref("length") if name == "length" else _operand(Op(name), reference) for name in value_readers()}


def number_parts(names: Iterable[str] = NUMBER_TESTS, reference: str = "attribute_value") -> dict[str, Schema]:
    """Return the parts of tests on a number."""
    return {name: _operand(Op(name), reference) for name in names}


IGNORE_CASE: Schema = {
    "if": {"properties": {"ignore_case": {"const": True}}, "required": ["ignore_case"]},
    "then": {"anyOf": [{"required": [op], "properties": {op: {"not": {"type": "object"}}}} for op in Op if op in CASED]},
}
"""`ignore_case: true` stands beside a test that it changes."""


def _reference(*kinds: str) -> Schema:
    parts = {ATTRIBUTE: TEXT, PROPERTY: TEXT, "times": NUMBER}
    keys = [key for key in REFERENCE_KEYS if key in (*kinds, "times")]
    return mapping("reference", only(keys, parts)) | {"oneOf": [{"required": [kind]} for kind in kinds]}


# ── tests on time ────────────────────────────────────────────────────────────

_AGO = {
    "anyOf": [
        {"type": "array", "items": DURATION, "minItems": 2, "maxItems": 2},
        mapping("ago", {"at_least": DURATION}, ["at_least"]),
    ]
}
_TIMES = {
    "last": DURATION,
    "next": DURATION,
    "ago": _AGO,
    "from": INSTANT,
    "to": INSTANT,
    "day": DAY,
    "this": PERIOD,
    "previous": PERIOD,
    "since": ref("since"),
    "anniversary": ref("anniversary"),
}
TIME_PARTS = only(TIME_TESTS, _TIMES)
_IN_A_YEAR = {name: part for name, part in TIME_PARTS.items() if name not in ("since", "anniversary")}
_SINCE = {"attribute": TEXT, "latest": EVENTS, "where": ref("where")}

PARTS: dict[str, Schema] = {
    "attribute_value": _reference(ATTRIBUTE),
    "property_value": _reference(PROPERTY),
    "any_value": _reference(ATTRIBUTE, PROPERTY),
    "length": mapping("length", number_parts(LENGTH_TESTS, "")) | {"minProperties": 1},
    "times": mapping("times", TIME_PARTS) | {"minProperties": 1},
    "anniversary": mapping("anniversary", _IN_A_YEAR) | {"minProperties": 1},
    "since": {
        "anyOf": [
            mapping("since", only(SINCE_KEYS[:1], _SINCE), ["attribute"]),
            mapping("since", only(SINCE_KEYS[1:], _SINCE), ["latest"]),
        ]
    },
}
"""Definitions that predicates refer to."""
