"""Where the vendors' documents are wrong, entry by entry: the one table of what validation forgives.

Defects that no validator sees (Mailchimp's `discriminator` with a `type` key, its mangled example dates, Brevo's examples without the
`contacts` wrapper) need no entry: keywords that say nothing about values are left out of every schema (contract/openapi.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """One defect of one vendor's document.

    Attributes:
        defect: what is wrong.
        source: where that is known from (section of the vendor sheet).
        change: rewrites a schema node that has the defect, and returns any other as it is.
        node, value: an example: a node of the document that wrongly refuses a value.
    """

    id: str
    defect: str
    source: str
    change: Callable[[Node], Node]
    node: Node
    value: Any


def relaxed(esp: str) -> tuple[Callable[[Node], Node], ...]:
    """Return the changes of one vendor's document."""
    return tuple(each.change for each in TABLE if each.id.startswith(f"{esp}."))


def _any_of(node: Node) -> Node:
    return {**{key: value for key, value in node.items() if key != "oneOf"}, "anyOf": node["oneOf"]}


def _alternatives(node: Node) -> list[str]:
    return sorted(str(each.get("type")) for each in node.get("oneOf", ()) if isinstance(each, dict))


def _integer_or_number(node: Node) -> Node:
    return _any_of(node) if _alternatives(node) == ["integer", "number"] else node


def _empty_arrays(node: Node) -> Node:
    return _any_of(node) if _alternatives(node) == ["array", "array"] else node


def _null_links(node: Node) -> Node:
    properties = node.get("properties", {})
    if properties.keys() != {"self", "prev", "next"}:
        return node
    nulls = {name: {"anyOf": [properties[name], {"type": "null"}]} for name in ("prev", "next")}
    return {**node, "properties": {**properties, **nulls}}


def _sparse(node: Node) -> Node:
    attributes = node.get("properties", {}).get("attributes", {})
    if "required" not in attributes:
        return node
    optional = {key: value for key, value in attributes.items() if key != "required"}
    return {**node, "properties": {**node["properties"], "attributes": optional}}


def _import_files(node: Node) -> Node:
    properties = node.get("properties", {})
    if "duplicate_ext_id" not in properties:
        return node
    return {**node, "properties": {name: {"type": ["string", "null"]} for name in properties}}


def _process_names(node: Node) -> Node:
    return {"type": "string"} if "IMPORTUSER" in node.get("enum", ()) else node


def _error_codes(node: Node) -> Node:
    return {"type": "string"} if "invalid_parameter" in node.get("enum", ()) else node


def _campaign_statistics(node: Node) -> Node:
    required = node.get("required", ())
    return {**node, "required": ["recipients"]} if set(required) == {"recipients", "statistics"} else node


def _numeric_text(node: Node) -> Node:
    value = node.get("properties", {}).get("value", {})
    if "condition_type" not in node.get("properties", {}) or value.get("type") not in ("number", "integer"):
        return node
    either = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}]}
    return {**node, "properties": {**node["properties"], "value": either}}


def _flat_conditions(node: Node) -> Node:
    conditions = node.get("properties", {}).get("conditions", {})
    inner = conditions.get("items", {}).get("items") if isinstance(conditions.get("items"), dict) else None
    return {**node, "properties": {**node["properties"], "conditions": {**conditions, "items": inner}}} if inner else node


_URL = "https://files.example/invalid_emails.csv"

TABLE = (
    Relaxation(
        id="klaviyo.one-of-integer-number",
        defect="numeric values are oneOf integer and number, and every integer is both",
        source="klaviyo.md section 0, defects of the contract files (measured)",
        change=_integer_or_number,
        node={"oneOf": [{"type": "integer"}, {"type": "number"}]},
        value=5,
    ),
    Relaxation(
        id="klaviyo.null-links",
        defect="the first page has no previous one and the last no next one; the links may not be null",
        source="klaviyo.md 1.7: the server returns explicit nulls for omitted optionals",
        change=_null_links,
        node={"properties": {"self": {"type": "string"}, "prev": {"type": "string"}, "next": {"type": "string"}}},
        value={"self": "https://a.klaviyo.com/api/lists", "prev": None, "next": None},
    ),
    Relaxation(
        id="brevo.empty-results",
        defect="success and failure are oneOf two kinds of array, and an empty one is both",
        source="brevo.md 2.3: 201 {contacts: {success, failure}}",
        change=_empty_arrays,
        node={"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}]},
        value=[],
    ),
    Relaxation(
        id="brevo.import-files",
        defect="info.import holds numbers; it is the address of a CSV file each, null when there are none",
        source="brevo.md 2.2 (SDK 5 and live output)",
        change=_import_files,
        node={"properties": {"invalid_emails": {"type": "integer"}, "duplicate_ext_id": {"type": "integer"}}},
        value={"invalid_emails": _URL, "duplicate_ext_id": None},
    ),
    Relaxation(
        id="brevo.process-names",
        defect="the names of processes are a closed list that lacks the one that empties a list",
        source="brevo.md 2.2 and 6: names are examples, enumerations are open in SDK 5",
        change=_process_names,
        node={"enum": ["IMPORTUSER", "SEARCH_EXPORT_USERS"]},
        value="REMOVE_LIST_CONTACTS",
    ),
    Relaxation(
        id="brevo.error-codes",
        defect="the codes of errors are a closed list that lacks the one of 429",
        source='brevo.md, pitfall 24: "error code is not a closed set and changes"',
        change=_error_codes,
        node={"enum": ["invalid_parameter", "missing_parameter"]},
        value="too_many_requests",
    ),
    Relaxation(
        id="brevo.campaign-statistics",
        defect="campaigns are said to hold statistics always; since 2023 they do only when asked for",
        source="brevo.md 4.3: statistics are not returned unless requested (changelog 2023/2/7)",
        change=_campaign_statistics,
        node={"properties": {"recipients": {"type": "object"}}, "required": ["recipients", "statistics"]},
        value={"recipients": {}},
    ),
    Relaxation(
        id="mailchimp.numeric-text",
        defect='numbers in conditions may be written as text since 2026: "number or numeric string"',
        source="mailchimp.md section 0 (spec-2026)",
        change=_numeric_text,
        node={"properties": {"condition_type": {"enum": ["StaticSegment"]}, "value": {"type": "number"}}},
        value={"condition_type": "StaticSegment", "value": "48433"},
    ),
    Relaxation(
        id="mailchimp.update-conditions",
        defect="PATCH of a segment takes a list of lists of conditions; POST, and every answer, a list",
        source="measured: the document's own POST /lists/{list_id}/segments, and mailchimp.md 1.2",
        change=_flat_conditions,
        node={"properties": {"conditions": {"items": {"type": "array", "items": {"type": "object"}}}}},
        value={"conditions": [{"condition_type": "TextMerge"}]},
    ),
)

SPARSE = Relaxation(
    id="klaviyo.sparse-fields",
    defect="attributes are required that a query with fields[...] leaves out",
    source="the document itself: the parameters fields[...], and developers.klaviyo.com api-overview, sparse fieldsets",
    change=_sparse,
    node={"properties": {"attributes": {"required": ["is_starred"]}}},
    value={"attributes": {"is_processing": False}},
)
"""Only for answers to such queries."""

_ERROR = "#/components/responses/errorModel"
UNDECLARED: dict[tuple[str, int], str] = {("brevo", 401): _ERROR, ("brevo", 404): _ERROR, ("brevo", 405): _ERROR, ("brevo", 429): _ERROR}
"""Statuses that a vendor answers with and its document leaves out for some operations (brevo.md section 5) → what describes them."""

NEWER_PARAMETERS: dict[tuple[str, str], frozenset[str]] = {("brevo", "getContacts"): frozenset(["ids"])}
"""Query parameters that are newer than the document: `ids` is in SDK 5 (brevo.md section 6)."""
