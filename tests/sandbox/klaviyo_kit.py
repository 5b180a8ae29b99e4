"""What both test files of the Klaviyo sandbox share: the SDK as the sheet advises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3
from klaviyo_api import KlaviyoAPI
from openapi_client.api_arg_options import USE_DICTIONARY_FOR_RESPONSE_DATA
from openapi_client.exceptions import ApiException

from franca.sandbox import Clock, Host, Running, serve
from franca_klaviyo.sandbox import Sandbox

NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
KNOWN = {"type": "profile-property", "property": "email", "filter": {"type": "existence", "operator": "is-set"}}
CONTACTS = {"contacts": [{"email": f"p{number:03}@x.de", "fields": {"plan": "pro"}} for number in range(25)]}


def sdk(url: str, key: str = "pk_sandbox") -> Any:
    """Return the official client: one attempt per call, dictionaries as answers."""
    client = KlaviyoAPI(key, max_retries=1, test_host=url, options={USE_DICTIONARY_FOR_RESPONSE_DATA: True})
    client.api_client.rest_client.pool_manager.connection_pool_kw["retries"] = urllib3.Retry(0)
    return client


@contextmanager
def sandbox(**options: Any) -> Iterator[tuple[Any, Running, Sandbox]]:
    """Serve a sandbox at NOW."""
    clock = Clock(NOW)
    emulator = Sandbox(clock, **options)
    host = Host(emulator, clock)
    with serve(host) as running:
        client = sdk(running.url)
        yield client, running, emulator
        client.api_client.rest_client.pool_manager.clear()


def segment(definition: Any, name: str = "Test") -> dict[str, Any]:
    """Return the body of a create."""
    return {"data": {"type": "segment", "attributes": {"name": name, "definition": definition}}}


def groups(*found: Sequence[Any]) -> dict[str, Any]:
    """Return a definition: each argument is one group of conditions."""
    return {"condition_groups": [{"conditions": list(conditions)} for conditions in found]}


def prop(name: str, kind: str, operator: str, **members: Any) -> dict[str, Any]:
    """Return a condition on a profile property."""
    return {"type": "profile-property", "property": name, "filter": {"type": kind, "operator": operator, **members}}


def pages(read: Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
    """Return the resources of all pages, following the bare cursor as the sheet advises."""
    found, cursor = [], None
    while True:
        answer = read(*args, **kwargs, **({"page_cursor": cursor} if cursor else {}))
        found += answer["data"]
        following = answer["links"].get("next")
        if not following:
            return found
        cursor = urllib3.util.parse_url(following).query.partition("page%5Bcursor%5D=")[2].partition("&")[0].replace("%3D", "=")


def identifiers(kind: str, ids: Sequence[str]) -> dict[str, Any]:
    """Return the body of a relationship call."""
    return {"data": [{"type": kind, "id": identity} for identity in ids]}


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return status, first error and headers (lower-case names) of a call that must be refused."""
    with pytest.raises(ApiException) as caught:
        call(*args, **kwargs)
    return (
        caught.value.status,
        json.loads(caught.value.body)["errors"][0],
        {name.lower(): value for name, value in caught.value.headers.items()},
    )


def raw(running: Any, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Return status and body of a plain call."""
    sent = {"Authorization": "Klaviyo-API-Key pk_sandbox", "revision": "2026-10-15", "Content-Type": "application/vnd.api+json", **headers}
    answer = urllib3.request(method, running.url + path, body=None if body is None else json.dumps(body), headers=sent, retries=False)
    return answer.status, json.loads(answer.data or "null")


def made(client: Any, running: Any, name: str = "Test", definition: Any = None) -> str:
    """Create a segment and wait until it is processed; return its id."""
    identity: str = client.Segments.create_segment(segment(definition or groups([KNOWN]), name))["data"]["id"]
    running.host.clock.advance(5)
    return identity
