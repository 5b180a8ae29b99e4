"""The vendors' own API documents ($FRANCA_SHARED/specs), as validators of requests, queries and responses. Loaded when first asked."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from jsonschema.protocols import Validator as Schema

from contract.calls import Query, Request
from contract.openapi import as_schema
from contract.relaxations import NEWER_PARAMETERS, SPARSE, UNDECLARED, relaxed
from contract.validation import problems, validator

NEWER: dict[tuple[str, str], str] = {
    ("mailchimp", "batches.results"): "an address outside the API, named by the answer about a batch",
    **dict.fromkeys(
        [
            ("klaviyo", name)
            for name in (
                "get_variations_for_campaign_message",
                "update_campaign_audience",
                "create_campaign_variation",
                "update_campaign_variation",
                "delete_campaign_variation",
            )
        ],
        "new in revision 2026-10-15; the document is of 2026-07-15",
    ),
}
"""Operations that the documents do not hold, and why."""

RESHAPED: dict[tuple[str, str], str] = dict.fromkeys(
    [("klaviyo", name) for name in ("get_campaigns", "get_campaign", "create_campaign", "update_campaign", "update_campaign_message")],
    "another shape since revision 2026-10-15: the SDK's own models read the requests, our schemas read both",
)
"""Operations that the documents hold in an older shape, and why."""

_ELSEWHERE = {**NEWER, **RESHAPED}
WITHOUT = {"mailerlite": "the vendor publishes no description that a machine can read: our schemas are all there is"}
"""ESPs without a document, and why."""

METHODS = frozenset(["get", "post", "put", "patch", "delete"])


def folder() -> Path | None:
    """Return where the documents are; None when FRANCA_SHARED is not set (make sets it empty)."""
    shared = os.environ.get("FRANCA_SHARED")
    return Path(shared) / "specs" if shared else None


def request(found: Request) -> list[str]:
    """Return where an accepted request, its query and its body, leaves the vendor's document."""
    if found.route is None or found.esp in WITHOUT or (found.esp, found.route.name) in _ELSEWHERE:
        return []
    operation = document(found.esp).operation(found.method, found.route.path)
    if operation is None:
        return ["accepted, and the vendor's document does not hold it"]
    newer = NEWER_PARAMETERS.get((found.esp, found.route.name), frozenset())
    query = tuple(pair for pair in found.query if pair[0] not in newer)
    return [*operation.query_problems(query), *operation.request_problems(found.body)]


def response(found: Request, status: int, body: Any) -> list[str]:
    """Return where an answer leaves the vendor's document."""
    if found.route is None or found.esp in WITHOUT or (found.esp, found.route.name) in _ELSEWHERE:
        return []
    operation = document(found.esp).operation(found.method, found.route.path)
    if operation is None:
        return []
    sparse = any(name.startswith("fields[") for name, _ in found.query)
    return operation.response_problems(status, body, sparse=sparse)


@cache
def document(esp: str) -> Document:
    """Return one vendor's document.

    Raises:
        LookupError: FRANCA_SHARED is not set.
    """
    found = folder()
    if found is None:
        raise LookupError("FRANCA_SHARED is not set")
    return Document(esp, json.loads((found / f"{esp}.json").read_text(encoding="utf-8")))


class Document:
    """One vendor's document: its operations by method and path, compiled when first used."""

    def __init__(self, esp: str, data: Mapping[str, Any]) -> None:
        self.esp, self.data = esp, data
        self._base = urlparse(data["servers"][0]["url"]).path
        self._found: dict[tuple[str, str], Operation | None] = {}

    def operation(self, method: str, template: str) -> Operation | None:
        """Return the operation of a route; placeholders may have other names, and the most literal path wins."""
        if (method, template) not in self._found:
            known = (path for path, item in self.data["paths"].items() if method.lower() in item)
            matching = [path for path in known if self._pattern(path).fullmatch(template)]
            best = min(matching, key=lambda path: path.count("{"), default=None)
            self._found[method, template] = None if best is None else Operation(self, best, method.lower())
        return self._found[method, template]

    def _pattern(self, path: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{[^}]+\}", "[^/]+", re.escape(self._base + path)))

    def compiled(self, schema: Mapping[str, Any], *, closed: bool = False, sparse: bool = False) -> Schema:
        """Return a validator of a schema of this document; *closed* refuses unknown keys, which OpenAPI lets through."""
        changes = (*relaxed(self.esp), *((SPARSE.change,) if sparse else ()))
        return validator(as_schema(schema, self.data["components"], changes, closed=closed), draft=4)

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference at the level of parameters, bodies and responses points to."""
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = self.data["components"][kind][name]
        return node


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    document: Document
    path: str
    method: str

    @property
    def _item(self) -> Any:
        return self.document.data["paths"][self.path][self.method]

    def request_problems(self, body: Any) -> list[str]:
        """Return where a request's body leaves the document."""
        compiled = _body(self)
        if compiled is None:
            return [] if body is None else ["vendor's document: no body belongs here"]
        return [f"vendor's document: {line}" for line in problems(compiled, body)]

    def response_problems(self, status: int, body: Any, *, sparse: bool = False) -> list[str]:
        """Return where an answer leaves the document."""
        key = self._status(status)
        if key is None:
            return [f"vendor's document: answered {status}, which it does not declare"]
        compiled = _answer(self, key, sparse=sparse)
        if compiled is None:
            return [] if body is None else [f"vendor's document: {status} has no body"]
        return [f"vendor's document: {line}" for line in problems(compiled, body)]

    def query_problems(self, query: Query) -> list[str]:
        """Return the query parameters that the document does not know, and those with other values."""
        return [f"vendor's document: query {line}" for name, value in query for line in self._parameter(name, value)]

    def _status(self, status: int) -> str | None:
        known = (key for key in (str(status), f"{str(status)[0]}XX", "default") if key in self._item["responses"])
        return next(known, UNDECLARED.get((self.document.esp, status)))

    def _parameter(self, name: str, value: str) -> Iterator[str]:
        compiled = _parameters(self).get(name)
        if compiled is None:
            yield f"{name}: unknown"
        else:
            yield from (f"{name}: {line}" for line in problems(compiled, _typed(compiled.schema, value)))


@cache
def _body(operation: Operation) -> Schema | None:
    content = operation.document.resolved(operation._item.get("requestBody", {})).get("content", {})
    schema = next((media["schema"] for media in content.values()), None)
    return None if schema is None else operation.document.compiled(schema, closed=True)


@cache
def _answer(operation: Operation, key: str, *, sparse: bool) -> Schema | None:
    responses = operation._item["responses"]
    content = operation.document.resolved(responses.get(key, {"$ref": key})).get("content", {})
    schema = next((media["schema"] for media in content.values() if "schema" in media), None)
    return None if schema is None else operation.document.compiled(schema, sparse=sparse)


@cache
def _parameters(operation: Operation) -> dict[str, Schema]:
    document = operation.document
    declared = [*document.data["paths"][operation.path].get("parameters", ()), *operation._item.get("parameters", ())]
    found = (document.resolved(each) for each in declared)
    return {each["name"]: document.compiled(each["schema"]) for each in found if each["in"] == "query"}


def _typed(schema: Any, text: str) -> Any:
    """Return a query's text as what its schema wants; arrays are written with commas."""
    kind = schema.get("type")
    if kind == "array":
        return [_typed(schema.get("items", {}), part) for part in text.split(",")]
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text.lower(), text) if kind == "boolean" else text
