"""Checking an answer against the schema that it was asked for, without repeating any of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from model_kit import SCHEMA

from franca.errors import FrancaError
from franca_personalization.model import Kind
from franca_personalization.model.schema import parse, validator

KINDS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "word": {"type": "string", "enum": ["a", "b"], "description": "one of them"},
        "maybe": {"type": ["string", "null"]},
        "either": {"anyOf": [{"type": "integer"}, {"type": "object", "properties": {}, "required": [], "additionalProperties": False}]},
        "number": {"type": "number"},
        "flag": {"type": "boolean"},
        "nothing": {"type": "null"},
        "list": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["word", "maybe", "either", "number", "flag", "nothing", "list"],
    "additionalProperties": False,
}
GOOD = {"word": "a", "maybe": None, "either": 3, "number": 1.5, "flag": True, "nothing": None, "list": [["x"]]}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9).filter(lambda x: not x.is_integer())
    | st.sampled_from(["a", "b", "c"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted(GOOD)), VALUES)
def test_it_agrees_with_json_schema(name: str, value: Any) -> None:
    """One property at a time is anything; the reference implementation of JSON Schema says the same."""
    data = {**GOOD, name: value}
    ours = parse(json.dumps(data), validator(KINDS), tolerant=False)
    assert (ours.kind is None) == Draft202012Validator(KINDS).is_valid(data)
    assert ours.kind in (None, Kind.WRONG_SHAPE)
    assert ours.kind or ours.data == data


@given(st.dictionaries(st.sampled_from([*SCHEMA["required"], "more"]), VALUES, max_size=3))
def test_keys_are_all_required_and_no_other_allowed(data: dict[str, Any]) -> None:
    """As the reference implementation says."""
    ours = parse(json.dumps(data), validator(SCHEMA), tolerant=False)
    assert (ours.kind is None) == Draft202012Validator(SCHEMA).is_valid(data)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('{"subject": "s3cret", "body": [1]}', "body.0: string_type"),
        ('{"subject": "s", "body": [], "s3cret": 1}', "the root: extra_forbidden"),
        ('["s3cret"]', "the root: dict_type"),
        ('{"subject": "s3cret"', "it is not JSON"),
        ('{"subject": NaN, "body": []}', "subject: string_type"),
    ],
)
def test_problems_name_places_and_quote_nothing(text: str, problems: str) -> None:
    """The name of an additional key is the model's text, and is not repeated either."""
    assert parse(text, validator(SCHEMA), tolerant=False).problems == problems


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {**SCHEMA, "additionalProperties": True},
        {**SCHEMA, "required": ["subject"]},
        {**SCHEMA, "properties": {**SCHEMA["properties"], "subject": {"type": "string", "maxLength": 50}}},
        {**SCHEMA, "properties": {**SCHEMA["properties"], "subject": {"$ref": "#/x"}}},
        {**SCHEMA, "allOf": []},
    ],
    ids=str,
)
def test_what_strict_mode_does_not_allow_is_refused(schema: dict[str, Any]) -> None:
    """A keyword that is not checked here is no promise."""
    with pytest.raises(FrancaError, match="not one of strict mode"):
        validator(schema)
