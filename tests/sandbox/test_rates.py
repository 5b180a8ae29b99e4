"""Rate windows, their headers and page sizes of all sandboxes, against the vendors' documents and sheets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from contract import vendor
from contract.calls import routes
from franca.sandbox import Call, Clock, Host, Running, emulator, example_key, serve
from franca_klaviyo.sandbox.limits import tier_of

pytestmark = pytest.mark.foreign_traffic("plain requests, some of them refused: what Franca sends is tested elsewhere")

NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
HEADERS = {
    "klaviyo": {"Authorization": f"Klaviyo-API-Key {example_key('klaviyo')}", "revision": "2026-10-15"},
    "mailchimp": {"Authorization": f"Bearer {example_key('mailchimp')}"},
    "brevo": {"api-key": example_key("brevo")},
}


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Serve an empty account."""
    clock = Clock(NOW)
    with serve(Host(emulator(request.param, clock), clock)) as found:
        yield found


def get(running: Running, path: str) -> requests.Response:
    return requests.get(running.url + path, headers=HEADERS[running.host.emulator.name], timeout=30)


def test_klaviyos_rates_are_those_of_its_document() -> None:
    """Every operation that the vendor's document knows has its burst, steady and daily limits."""
    folder = vendor.folder()
    if folder is None:
        pytest.skip("FRANCA_SHARED is not set: rates are not compared with the vendor's document")
    paths = json.loads((folder / "klaviyo.json").read_text(encoding="utf-8"))["paths"]
    compared = 0
    for route in routes("klaviyo"):
        operation = paths.get(route.path, {}).get(route.method.lower())
        if operation is None:
            continue  # newer than the document
        _, tier = tier_of(route.name, Call(method=route.method, path=route.path))
        daily = {"daily": f"{tier.daily}/d"} if tier.daily else {}
        assert {"burst": f"{tier.burst}/s", "steady": f"{tier.steady}/m", **daily} == operation["x-klaviyo-ratelimit"], route.name
        compared += 1
    assert compared > 40


@pytest.mark.parametrize("running", ["klaviyo"], indirect=True)
def test_klaviyos_windows_fill_and_open_again(running: Running) -> None:
    """One call a second and fifteen a minute; a refusal has a whole Retry-After and no RateLimit headers, an answer the reverse."""
    first, second = get(running, "/api/accounts"), get(running, "/api/accounts")
    assert (first.status_code, first.headers["RateLimit-Limit"]) == (200, "15, 1;w=1, 15;w=60")
    assert "Retry-After" not in first.headers
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert "RateLimit-Limit" not in second.headers
    assert second.json()["errors"][0]["code"] == "throttled"
    for _ in range(14):
        running.host.clock.advance(1.0)
        assert get(running, "/api/accounts").status_code == 200
    running.host.clock.advance(1.0)
    full = get(running, "/api/accounts")
    assert (full.status_code, full.headers["Retry-After"]) == (429, "45")
    running.host.clock.advance(45.0)
    assert get(running, "/api/accounts").status_code == 200


@pytest.mark.parametrize("running", ["brevo"], indirect=True)
def test_brevos_hourly_bucket_is_shared(running: Running) -> None:
    """A hundred calls an hour for everything outside of contacts and templates; contacts go on, ten a second; no Retry-After."""
    for number in range(100):
        answer = get(running, "/v3/account" if number % 2 else "/v3/processes")
        assert (answer.status_code, answer.headers["x-sib-ratelimit-remaining"]) == (200, str(99 - number))
    full = get(running, "/v3/senders")
    assert (full.status_code, full.headers["x-sib-ratelimit-reset"]) == (429, "3600")
    assert "Retry-After" not in full.headers
    assert [get(running, "/v3/contacts").status_code for _ in range(11)] == [200] * 10 + [429]
    running.host.clock.advance(1.0)
    assert get(running, "/v3/contacts").headers["x-sib-ratelimit-limit"] == "10"
    running.host.clock.advance(3600.0)
    assert get(running, "/v3/account").status_code == 200


@pytest.mark.parametrize("running", ["mailchimp"], indirect=True)
def test_mailchimp_has_no_rate_and_no_headers(running: Running) -> None:
    """Two hundred calls in one instant are answered, none with a word on rates."""
    answers = [get(running, "/3.0/ping") for _ in range(200)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for answer in answers for name in answer.headers if "rate" in name.lower() or name.lower() == "retry-after"]


PAGES: dict[str, list[tuple[str, str, int]]] = {
    "klaviyo": [
        ("/api/segments", "page[size]", 10),
        ("/api/lists", "page[size]", 10),
        ("/api/templates", "page[size]", 10),
        ("/api/tags", "page[size]", 50),
        ("/api/profiles", "page[size]", 100),
        ("/api/campaigns", "page[size]", 100),
    ],
    "mailchimp": [("/3.0/lists", "count", 1000), ("/3.0/campaigns", "count", 1000), ("/3.0/templates", "count", 1000)],
    "brevo": [
        ("/v3/contacts/segments", "limit", 50),
        ("/v3/contacts/lists", "limit", 50),
        ("/v3/contacts/folders", "limit", 50),
        ("/v3/processes", "limit", 50),
        ("/v3/contacts", "limit", 1000),
        ("/v3/emailCampaigns", "limit", 100),
        ("/v3/smtp/templates", "limit", 1000),
    ],
}
"""Listing, parameter, and the largest page (documented; sheets of the vendors, section on protocol)."""


@pytest.mark.parametrize("running", PAGES, indirect=True)
def test_the_largest_page_is_answered_and_one_larger_is_refused(running: Running) -> None:
    """In every listing; what an ESP answers to a larger page is documented of Klaviyo, and a guess of the others."""
    found: dict[str, Any] = {}
    for path, parameter, most in PAGES[running.host.emulator.name]:
        running.host.clock.advance(60.0)
        found[path] = [get(running, f"{path}?{parameter}={size}").status_code for size in (most, most + 1)]
    assert found == {path: [200, 400] for path in found}
