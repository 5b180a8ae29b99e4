"""The host of all sandboxes: half-done batches, calls at once, and asynchronous work at another pace."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from franca.sandbox import Call, Clock, Fault, Faults, Host, Running, emulator, example_key, serve
from franca.sandbox.faults import halved

pytestmark = pytest.mark.foreign_traffic("plain requests: what Franca sends is tested elsewhere")

NOW = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
EMAILS = [f"person{number}@shop.test" for number in range(4)]


def run(esp: str) -> Iterator[Running]:
    clock = Clock(NOW)
    host = Host(emulator(esp, clock), clock)
    host.emulator.seed({"contacts": [{"email": email} for email in EMAILS]})
    with serve(host) as running:
        yield running


@pytest.fixture
def brevo() -> Iterator[Running]:
    """Serve an account at Brevo with four contacts."""
    yield from run("brevo")


@pytest.fixture
def mailchimp() -> Iterator[Running]:
    """Serve an account at Mailchimp with four contacts."""
    yield from run("mailchimp")


def call(running: Running, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, running.url + path, json=body, headers={"api-key": example_key("brevo")}, timeout=30)


def test_half_of_a_batch_is_done(brevo: Running) -> None:
    """Two of four emails are added, and the answer is a 500; what has no rows is answered as usual."""
    assert call(brevo, "POST", "/v3/contacts/folders", {"name": "F"}).status_code == 201
    brevo.host.faults.add(Fault(kind="half"))
    assert call(brevo, "POST", "/v3/contacts/lists", {"name": "L", "folderId": 1}).status_code == 201
    assert call(brevo, "POST", "/v3/contacts/lists/1/contacts/add", {"emails": EMAILS}).status_code == 500
    held = call(brevo, "GET", "/v3/contacts/lists/1/contacts").json()["contacts"]
    assert sorted(contact["email"] for contact in held) == EMAILS[:2]
    assert [exchange.fault for exchange in brevo.host.exchanges] == ["", "", "half", ""]


@pytest.mark.parametrize(
    ("body", "half"),
    [
        ({"data": {"attributes": {"profiles": {"data": [1, 2, 3, 4]}}}}, {"data": {"attributes": {"profiles": {"data": [1, 2]}}}}),
        ({"members_to_add": ["a", "b", "c"], "members_to_remove": []}, {"members_to_add": ["a"], "members_to_remove": []}),
        ({"operations": [{}, {}]}, {"operations": [{}]}),
    ],
)
def test_rows_are_found_wherever_an_esp_puts_them(body: Any, half: Any) -> None:
    """The body keeps its shape, and its bytes are those of the half."""
    found = halved(Call(method="POST", path="/", body=body))
    assert found.body == half
    assert json.loads(found.raw) == half


@pytest.mark.parametrize("body", [None, {"data": [1]}, {"condition_groups": [1, 2]}, {"definition": {"conditions": [{}, {}]}}, [1, 2]])
def test_a_definition_is_never_half_kept(body: Any) -> None:
    """Calls without several rows do not meet the fault, and do not use it up."""
    faults = Faults()
    faults.add(Fault(kind="half"))
    assert faults.meet(Call(method="POST", path="/", body=body)) is None
    assert faults.meet(Call(method="POST", path="/", body={"data": [1, 2]})) is not None


def test_mailchimp_answers_ten_calls_at_once(mailchimp: Running) -> None:
    """While ten calls wait for their answers, the eleventh gets a 429 without a body; when they are gone, it is answered."""
    key, all_there, seen = example_key("mailchimp"), threading.Event(), []
    request = f"GET /3.0/ping HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()

    def count(exchange: Any) -> None:
        seen.append(exchange)
        if len(seen) == 10:
            all_there.set()

    def ping() -> requests.Response:
        return requests.get(f"{mailchimp.url}/3.0/ping", headers={"Authorization": f"Bearer {key}"}, timeout=30)

    mailchimp.host.on_exchange = count
    mailchimp.host.faults.add(Fault(kind="hang", times=10))
    address = ("127.0.0.1", int(mailchimp.url.rpartition(":")[2]))
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(socket.create_connection(address)).sendall(request)
        assert all_there.wait(30)
        refused = ping()
        assert (refused.status_code, refused.content) == (429, b"")
    for _ in range(100):  # the server hears of closed connections in its own time
        if (answer := ping()).status_code == 200:
            break
    assert answer.json()["health_status"]


@pytest.mark.parametrize("slow", [1.0, 30.0])
def test_asynchronous_work_takes_as_long_as_the_clock_says(brevo: Running, slow: float) -> None:
    """A process of two seconds is done after two, or after sixty."""
    requests.post(f"{brevo.url}/_clock", json={"slow": slow}, timeout=30).raise_for_status()
    call(brevo, "POST", "/v3/contacts/folders", {"name": "F"})
    call(brevo, "POST", "/v3/contacts/lists", {"name": "L", "folderId": 1})
    body = {"jsonBody": [{"email": EMAILS[0]}], "listIds": [1], "updateExistingContacts": True}
    process = call(brevo, "POST", "/v3/contacts/import", body).json()["processId"]

    def status() -> str:
        return str(call(brevo, "GET", f"/v3/processes/{process}").json()["status"])

    brevo.host.clock.advance(2 * slow - 0.5)
    assert status() != "completed"
    brevo.host.clock.advance(0.5)
    assert status() == "completed"


WORDS = {"klaviyo": "Retry-After", "mailchimp": "", "brevo": "x-sib-ratelimit-reset", "mailerlite": "Retry-After"}


@pytest.mark.parametrize(("esp", "header"), WORDS.items())
def test_throttled_is_each_esps_own_429(esp: str, header: str) -> None:
    """It has a body, and names a second where the ESP names times."""
    reply = emulator(esp, Clock(NOW)).throttled()
    assert reply.status == 429
    assert reply.body
    assert not header or reply.headers[header] == "1"
