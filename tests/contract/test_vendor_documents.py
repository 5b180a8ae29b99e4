"""The vendors' own documents as validators (tests/contract/vendor.py): one visible skip for the whole file without them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from contract import vendor
from contract.calls import Request, routes
from contract.openapi import as_schema
from contract.relaxations import SPARSE, TABLE, UNDECLARED, Relaxation
from contract.validation import problems, validator
from franca.sandbox import emulators

if vendor.folder() is None:
    pytest.skip("FRANCA_SHARED is not set: nothing is validated against the vendors' own documents", allow_module_level=True)

described = pytest.mark.parametrize("esp", sorted(set(emulators()) - vendor.WITHOUT.keys()))


def request(esp: str, operation: str, body: Any = None, *query: tuple[str, str]) -> Request:
    """Return a request that met the route of an operation."""
    route = next(each for each in routes(esp) if each.name == operation)
    return Request(esp=esp, method=route.method, path=route.path, query=query, body=body, route=route)


@described
def test_every_route_of_a_sandbox_is_in_the_vendors_document(esp: str) -> None:
    """But for the operations that are listed as newer, each with its reason."""
    document = vendor.document(esp)
    missing = {route.name for route in routes(esp) if route.name and document.operation(route.method, route.path) is None}
    assert missing == {operation for name, operation in vendor.NEWER if name == esp}


@pytest.mark.parametrize("found", [*TABLE, SPARSE], ids=lambda each: each.id)
def test_a_relaxation_lets_through_what_the_document_wrongly_refuses(found: Relaxation) -> None:
    """Its example fails as the document stands, and passes relaxed."""
    esp = found.id.partition(".")[0]
    components = vendor.document(esp).data["components"]
    strict, relaxed = (validator(as_schema(found.node, components, changes, closed=False), draft=4) for changes in ((), (found.change,)))
    assert problems(strict, found.value)
    assert not problems(relaxed, found.value)


@described
def test_every_relaxation_is_needed_by_an_operation_of_the_sandbox(esp: str) -> None:
    """None outlives the defect that it names."""
    document, used = vendor.document(esp), Counter[str]()
    for route in routes(esp):
        operation = document.operation(route.method, route.path)
        for schema in _schemas(document, operation._item) if operation else ():
            used.update(_changed(document, schema, esp))
    assert used.keys() == {each.id for each in TABLE if each.id.startswith(f"{esp}.")}


def _schemas(document: vendor.Document, item: Any) -> list[Any]:
    parts = [item.get("requestBody", {}), *item["responses"].values()]
    return [media["schema"] for part in parts for media in document.resolved(part).get("content", {}).values() if "schema" in media]


def _changed(document: vendor.Document, schema: Any, esp: str) -> set[str]:
    ids: set[str] = set()

    def noting(each: Relaxation) -> Any:
        def change(node: Any) -> Any:
            changed = each.change(node)
            ids.update((each.id,) if changed != node else ())
            return changed

        return change

    as_schema(schema, document.data["components"], [noting(each) for each in TABLE if each.id.startswith(f"{esp}.")], closed=False)
    return ids


def test_undeclared_statuses_are_described_by_the_vendors_own_error() -> None:
    """They are forgiven for being missing, and not for their form."""
    found = request("brevo", "createList")
    assert {status for _, status in UNDECLARED} >= {401, 429}
    assert not vendor.response(found, 401, {"code": "unauthorized", "message": "Key not found"})
    assert vendor.response(found, 401, {"code": 7})
    assert vendor.response(found, 418, {"code": "teapot", "message": "x"}) == ["vendor's document: answered 418, which it does not declare"]


def klaviyo_list(**attributes: Any) -> Request:
    """Return the creation of a list at Klaviyo."""
    return request("klaviyo", "create_list", {"data": {"type": "list", "attributes": attributes}})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (klaviyo_list(name=1), "is not of type 'string'"),
        (
            klaviyo_list(name="x", color="red"),
            "'color' was unexpected",
        ),
        (request("klaviyo", "get_segments", None, ("page[size]", "11")), "11 is greater than the maximum of 10"),
        (request("klaviyo", "get_segments", None, ("fields[segment]", "name,colour")), "'colour' is not one of"),
        (request("mailchimp", "lists.create_segment", {"static_segment": []}), "'name' is a required property"),
        (request("mailchimp", "lists.get_all_lists", None, ("page", "2")), "query page: unknown"),
        (request("brevo", "createList", {"name": "VIP", "folderId": "1"}), "'1' is not of type 'integer'"),
        (request("brevo", "getLists", None, ("limit", "51")), "51 is greater than the maximum of 50"),
        (request("brevo", "deleteList", {"name": "VIP"}), "no body belongs here"),
    ],
    ids=lambda each: str(each)[:60],
)
def test_requests_outside_a_document_are_caught(found: Request, words: str) -> None:
    """A wrong type, an unknown key, a missing key, an unknown or excessive query, a body too many."""
    assert words in "\n".join(vendor.request(found))
