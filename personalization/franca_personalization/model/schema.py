"""From the JSON schema of a request to the check of what came back. Server-side enforcement is a hope; this is the check.

The subset is that of strict structured outputs (OpenAI; sheet of 2026-02): the root is an object, every property is required,
nothing else is allowed. A keyword outside of it is refused, never skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from franca.errors import FrancaError
from franca_personalization.model.records import Kind

_PROSE = {"title", "description", "$schema"}


def validator(schema: Mapping[str, Any]) -> SchemaValidator:
    """Return what checks JSON text against *schema*.

    Raises:
        FrancaError: the schema uses what strict mode does not allow.
    """
    if schema.get("type") != "object":
        raise _refused("the root must be an object")
    return SchemaValidator(_node(schema))


@dataclass(frozen=True)
class Parsed:
    """The data in a model's text, or the kind of failure that it is; *problems* quote nothing of it."""

    data: Any = field(default=None, repr=False)
    kind: Kind | None = None
    problems: str = ""


def parse(text: str, check: SchemaValidator, *, tolerant: bool) -> Parsed:
    """Return what a model's text holds; *tolerant*: its outermost object counts, whatever stands around."""
    try:
        return Parsed(check.validate_json(outermost(text) if tolerant else text))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
    if any(problem["type"] == "json_invalid" for problem in found):
        return Parsed(kind=Kind.INVALID_JSON, problems="it is not JSON")
    return Parsed(kind=Kind.WRONG_SHAPE, problems="; ".join(f"{_place(problem)}: {problem['type']}" for problem in found[:5]))


def outermost(text: str) -> str:
    """Return the text from its first brace to its last one; all of it when there is no such pair."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text.strip()


def _place(problem: Any) -> str:
    """Return where a problem is; the name of an additional key is the model's text, and is left out."""
    place = problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"]
    return ".".join(map(str, place)) or "the root"


def _node(schema: Mapping[str, Any]) -> CoreSchema:
    if "enum" in schema:
        _only(schema, "enum", "type")
        return core_schema.literal_schema(list(schema["enum"]))
    if "anyOf" in schema:
        _only(schema, "anyOf")
        return core_schema.union_schema([_node(choice) for choice in schema["anyOf"]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return core_schema.union_schema([_node({**schema, "type": one}) if one != "null" else core_schema.none_schema() for one in kind])
    if not isinstance(kind, str) or kind not in _TYPES:
        raise _refused(f"the type {kind!r} is not known")
    return _TYPES[kind](schema)


def _object(schema: Mapping[str, Any]) -> CoreSchema:
    _only(schema, "type", "properties", "required", "additionalProperties")
    properties = schema.get("properties", {})
    if set(schema.get("required", ())) != set(properties) or schema.get("additionalProperties") is not False:
        raise _refused("every property of an object must be required, and no other allowed")
    fields = {name: core_schema.typed_dict_field(_node(inner), required=True) for name, inner in properties.items()}
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid", strict=True)


def _array(schema: Mapping[str, Any]) -> CoreSchema:
    _only(schema, "type", "items")
    return core_schema.list_schema(_node(schema["items"]), strict=True)


def _plain(make: Callable[..., CoreSchema], **options: Any) -> Callable[[Mapping[str, Any]], CoreSchema]:
    def build(schema: Mapping[str, Any]) -> CoreSchema:
        _only(schema, "type")
        return make(**options)

    return build


_TYPES: Mapping[str, Callable[[Mapping[str, Any]], CoreSchema]] = {
    "object": _object,
    "array": _array,
    "string": _plain(core_schema.str_schema, strict=True),
    "integer": _plain(core_schema.int_schema, strict=True),
    "number": _plain(core_schema.float_schema, strict=True, allow_inf_nan=False),
    "boolean": _plain(core_schema.bool_schema, strict=True),
    "null": _plain(core_schema.none_schema),
}


def _only(schema: Mapping[str, Any], *known: str) -> None:
    if other := sorted(set(schema) - set(known) - _PROSE):
        raise _refused(f"{', '.join(other)} is not understood everywhere")


def _refused(why: str) -> FrancaError:
    return FrancaError(
        f"the schema for the model is not one of strict mode: {why}", remedy="keep to object, array, enum, anyOf and plain types"
    )
