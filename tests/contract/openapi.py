"""Schemas of OpenAPI 3.0 as JSON Schema draft 4, which is what they are but for `nullable` and the place of shared parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Node = dict[str, Any]
Change = Callable[[Node], Node]
SILENT = frozenset(["nullable", "example", "default", "discriminator", "description", "title"])
"""What says nothing about values, or is said otherwise (`nullable`)."""
COMPONENT = "#/components/schemas/"


def as_schema(root: Mapping[str, Any], components: Mapping[str, Any], changes: Iterable[Change], *, closed: bool) -> Node:
    """Return *root* with the components that it reaches, every node passed through *changes*.

    Args:
        closed: objects that list their properties take no other ones.
    """
    writing = _Writing(components, (*changes, *((_closed,) if closed else ())))
    made: Node = writing.node(root)
    while writing.pending:
        name = writing.pending.pop()
        writing.made[name] = writing.node(components["schemas"][name])
    return {**made, "definitions": writing.made}


class _Writing:
    def __init__(self, components: Mapping[str, Any], changes: tuple[Change, ...]) -> None:
        self.components, self.changes = components, changes
        self.made: dict[str, Any] = {}
        self.pending: list[str] = []

    def node(self, source: Any, *, whole: bool = True) -> Any:
        """Return one schema rewritten; *whole* is false for a part of an allOf, which may not refuse what its siblings name."""
        if not isinstance(source, Mapping):
            return source
        if "$ref" in source:
            return _nullable({"$ref": self._reference(source["$ref"])}, source)
        made = {key: self._value(key, value) for key, value in source.items() if key not in SILENT}
        for change in self.changes:
            made = made if change is _closed and not whole else change(made)
        return _nullable(made, source)

    def _value(self, key: str, value: Any) -> Any:
        if key == "properties":
            return {name: self.node(each) for name, each in value.items()}
        if key in ("oneOf", "anyOf", "allOf"):
            return [self.node(each, whole=key != "allOf") for each in value]
        return self.node(value) if key in ("items", "not", "additionalProperties") else value

    def _reference(self, target: str) -> str:
        name = target.removeprefix(COMPONENT)
        if name not in self.made and name not in self.pending:
            self.made[name] = {}
            self.pending.append(name)
        return f"#/definitions/{name}"


def _nullable(made: Node, source: Mapping[str, Any]) -> Node:
    return {"anyOf": [made, {"type": "null"}]} if source.get("nullable") else made


def _closed(node: Node) -> Node:
    listed = "properties" in node and "additionalProperties" not in node and "allOf" not in node
    return {**node, "additionalProperties": False} if listed else node
