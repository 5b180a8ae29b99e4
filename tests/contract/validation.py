"""JSON Schema validation that looks at every distinct shape once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator, ValidationError
from jsonschema.exceptions import relevance
from jsonschema.protocols import Validator as Schema
from jsonschema.validators import extend

from contract.shapes import shape

FEW = 4
"""Shorter arrays are cheaper to validate than to tell apart."""


def validator(schema: Mapping[str, Any] | bool, *, draft: int) -> Schema:
    """Return a validator of draft 4 (OpenAPI 3.0 is closest to it) or of draft 2020-12, which descends into alike array items once."""
    base: Any = Draft4Validator if draft == 4 else Draft202012Validator
    made: Schema = extend(base, {"items": _items(base.VALIDATORS["items"])})(schema)
    return made


def problems(found: Schema, value: Any) -> list[str]:
    """Return what is wrong with *value*, one line each, outermost first; of alternatives the nearest one explains."""
    return [_line(error) for error in sorted(found.iter_errors(value), key=relevance)]


def _items(every: Any) -> Any:
    good: set[tuple[int, int]] = set()  # schemas live as long as their validator, so that their ids stay theirs

    def items(found: Any, schema: Any, value: Any, parent: Any) -> Iterator[ValidationError]:
        if not isinstance(schema, dict) or not isinstance(value, list) or len(value) <= FEW:
            yield from every(found, schema, value, parent) or ()
            return
        for index, item in enumerate(value):
            known = (id(schema), shape(item))
            if known not in good:
                broken = list(found.descend(item, schema, path=index))
                yield from broken
                good.update(() if broken else (known,))

    return items


def _line(error: ValidationError) -> str:
    while error.context:
        error = _telling(error.context)
    return f"{error.json_path}: {error.message[:300]}"


def _telling(context: Sequence[ValidationError]) -> ValidationError:
    """Return the error that explains best why no alternative fits: one of the alternative that failed at no word which names it."""
    alternatives: dict[Any, list[ValidationError]] = {}
    for each in context:
        alternatives.setdefault(each.relative_schema_path[0], []).append(each)
    nearest = min(alternatives.values(), key=lambda errors: (any(each.validator in ("enum", "const") for each in errors), len(errors)))
    return max(nearest, key=lambda each: len(each.relative_path))
