"""Definitions → the data and the text of a YAML file (language.md section 3): `load(dump(node)) == node`.

A mapping holds a key once: a node with two tests of one kind is written as all of two nodes, which means the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ruamel.yaml.comments import CommentedMap

from franca.definitions import Predicate, Segment
from franca.language.dump import events, predicates  # noqa: F401 - they fill the table of nodes
from franca.language.dump.core import Data, data, where
from franca.language.dump.text import WIDTH, styled, text

__all__ = ["WIDTH", "Data", "dump", "dump_segment", "dump_text", "dump_yaml"]


def dump(predicate: Predicate) -> Data:
    """Return the data of a predicate: dicts, lists, texts, booleans and numbers.

    A Decimal is written as a float that reads back as the same number; one with more digits than a float holds stays a Decimal,
    which `json.dumps` refuses rather than rounds, and which `dump_text` and `dump_yaml` write in full.

    Raises:
        FrancaError: YAML has no words for it, such as a window with two tests of one kind.
    """
    found: Data = _jsonable(data(predicate))
    return found


def dump_segment(segment: Segment) -> Data:
    """Return the data under a segment's key, as `dump` does, without what is left at its default."""
    found: Data = _jsonable(_segment(segment))
    return found


def dump_text(predicate: Predicate) -> str:
    """Return a predicate as YAML text."""
    return text(styled(data(predicate)))


def dump_yaml(segments: Iterable[Segment]) -> str:
    """Return the text of a file of segments: lists of predicates one below the other, each leaf on one line."""
    written = {segment.key: CommentedMap({name: styled(value) for name, value in _segment(segment).items()}) for segment in segments}
    return text(CommentedMap({"segments": CommentedMap(written)}))


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _jsonable(child) for name, child in value.items()}
    if isinstance(value, list):
        return list(map(_jsonable, value))
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    return value


def _segment(segment: Segment) -> Data:
    entries = {
        "name": segment.name,
        "description": segment.description,
        "where": where(segment.where),
        "group": segment.group,
        "priority": segment.priority,
        "realise": {destination: str(wish) for destination, wish in segment.realise.items()},
        "accept": {destination: dict(reasons) for destination, reasons in segment.accept.items()},
        "adopt": dict(segment.adopt),
        "previously": segment.previously,
    }
    return {name: value for name, value in entries.items() if value not in (None, "", {})}
