"""The Brevo adapter when things go wrong: what is repeated, what is not, what is said, and what is never said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from adapters.brevo.brevo_kit import OWN, Shop, emails, site_of, total
from franca.adapter import (
    DestinationError,
    Secret,
    TerminalError,
    TransientError,
    UnansweredError,
    UnknownOutcomeError,
    VirtualWaiter,
    Written,
)
from franca.definitions import Realisation
from franca_brevo import client
from franca_brevo.adapter import ADAPTER
from franca_brevo.errors import redacted

UNKNOWN = [
    {"status": 500},
    {"status": 503, "body": "<html>busy</html>"},
    {"kind": "reset"},
    {"kind": "reset-after"},
    {"kind": "truncate"},
    {"kind": "hang"},
]
IDS = ["500", "503-html", "reset", "reset-after", "truncate", "hang"]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging call ends soon, and a busy machine still answers in time."""
    monkeypatch.setattr(client, "TIMEOUT", (5, 1.5))


def fail(shop: Shop, match: str, **fault: Any) -> None:
    """Let the next call that matches go wrong."""
    shop.host._add_faults({"match": match, **fault})


# -- an unknown outcome


@pytest.mark.parametrize("fault", UNKNOWN, ids=IDS)
@pytest.mark.parametrize("path", ["POST /v3/contacts/lists$", "POST /v3/contacts/folders$", "POST /v3/contacts/attributes"])
def test_a_creation_without_an_answer_is_not_repeated(shop: Shop, fault: dict[str, Any], path: str) -> None:
    """Names are not unique: a second POST could make a twin. The error says so, and a reading finds what was made."""
    fail(shop, path, **fault)
    segment = shop.site.project.segments["vip"]
    resources = (*ADAPTER.compile(segment, Realisation.MEMBERS, shop.site), ADAPTER.compile_marker(OWN, shop.site)[-1])
    with pytest.raises(UnknownOutcomeError, match="the command again: it looks first"):
        shop.make(resources)
    assert len([call for call in shop.calls() if call.fault]) == 1
    shop.make(resources)
    assert set(shop.owned()) == {"folder/Franca", "list/vip", "field/vip"}


@pytest.mark.parametrize("fault", UNKNOWN, ids=IDS)
def test_reads_and_idempotent_writes_are_repeated(shop: Shop, fault: dict[str, Any]) -> None:
    """Reading, adding, removing, importing, deleting: each meets the fault once and comes to its end."""
    people, remote, field = shop.seed(emails(3)), shop.members_list(), shop.field()
    for path in (
        "GET /v3/contacts$",
        "GET /v3/contacts/lists$",
        "contacts/add",
        "contacts/remove",
        "contacts/import",
        "processes",
        "DELETE",
    ):
        fail(shop, path, **fault)
    assert len(shop.connection.known(emails(3))) == 3
    assert total(shop.connection.write_members(remote, people, [])) == Written(added=tuple(emails(3)))
    assert total(shop.connection.write_members(remote, [], people)) == Written(removed=tuple(emails(3)))
    assert total(shop.connection.write_field(field, [(contact, "vip") for contact in people])).added == tuple(emails(3))
    shop.connection.delete(remote)
    assert "list/vip" not in shop.owned()
    assert len([call for call in shop.calls() if call.fault]) == 7


def test_a_fault_that_stays_ends_in_a_transient_error(shop: Shop) -> None:
    """Five attempts, then words."""
    fail(shop, "GET /v3/account", status=502, times=None)
    with pytest.raises(TransientError, match="Brevo: read the account: 502; try again later"):
        shop.connection.read()
    assert len(shop.calls("getAccount")) == 5


# -- rate limits


@pytest.mark.parametrize("body", [None, "", {"code": "too_many_requests", "message": "Too many requests"}], ids=["none", "empty", "json"])
def test_a_429_waits_as_long_as_the_vendor_s_header_says(shop: Shop, body: Any) -> None:
    """There is no Retry-After: x-sib-ratelimit-reset is in seconds to go; a body may be missing."""
    fail(shop, "GET /v3/contacts", status=429, headers={"x-sib-ratelimit-reset": "33"}, body=body)
    before = shop.clock.ticks()
    assert list(shop.connection.contacts()) == []
    assert shop.clock.ticks() - before == 33


@pytest.mark.parametrize(("status", "headers"), [(429, {}), (429, {"x-sib-ratelimit-reset": "soon"}), (425, {})])
def test_without_a_time_it_is_tried_again_after_a_pause(shop: Shop, status: int, headers: dict[str, str]) -> None:
    """425 is a documented "try again" too, and safe: nothing was done, also by a creation."""
    fail(shop, "POST /v3/contacts/folders", status=status, headers=headers)
    assert set(shop.make(ADAPTER.compile(shop.site.project.segments["vip"], Realisation.MEMBERS, shop.site))) == {
        "folder/Franca",
        "list/vip",
    }


def test_an_hour_is_not_waited_for(shop: Shop) -> None:
    """The hourly bucket: the error names the time, and nobody sleeps."""
    fail(shop, "GET /v3/account", status=429, headers={"x-sib-ratelimit-reset": "3000"})
    before = shop.clock.ticks()
    with pytest.raises(TransientError, match="try again in 50 minutes") as caught:
        shop.connection.read()
    assert (caught.value.retry_after, shop.clock.ticks()) == (3000, before)


def test_our_own_windows_keep_below_the_limits(shop: Shop) -> None:
    """35 calls take three seconds: the account never has to say 429 (checked when the test ends)."""
    for _ in range(35):
        shop.connection.known(["nobody@example.com"])
    assert shop.clock.ticks() == 3


# -- listings that are cut short

PAGES = {
    "contacts": ("GET /v3/contacts$", "contacts", 1000, lambda shop, _: shop.connection._people.everybody()),
    "members": ("GET /v3/contacts/lists/[0-9]+/contacts", "contacts", 500, lambda shop, remote: shop.connection._people.members(remote.id)),
    "lists": ("GET /v3/contacts/lists$", "lists", 50, lambda shop, _: shop.connection._client.pages("r", "/contacts/lists", "lists", 50)),
}


@pytest.mark.parametrize("listing", PAGES)
def test_a_page_that_is_shorter_than_its_count_is_asked_for_again(shop: Shop, listing: str) -> None:
    """Two of three rows, or none: a truncated read would make a wrong delta, so it counts as no answer."""
    match, key, _, read = PAGES[listing]
    remote, people = shop.members_list(), shop.seed(emails(3))
    list(shop.connection.write_members(remote, people, []))
    whole = list(read(shop, remote))
    for body in ({key: [{"id": 1, "email": "a@example.com", "name": "a", "folderId": 1}], "count": 2}, {"count": 1}):
        fail(shop, match, status=200, body=body)
        assert list(read(shop, remote)) == whole
    fail(shop, match, status=200, body={key: [], "count": 7}, times=None)
    with pytest.raises(UnansweredError, match="a page holds fewer rows than its own count says; try again later"):
        list(read(shop, remote))


@pytest.mark.parametrize("listing", ["contacts", "members"])
def test_who_is_deleted_while_pages_are_read_hides_nobody(shop: Shop, listing: str) -> None:
    """The first contact goes, and another comes, between the first page and the second: the one who moved past the seam is read."""
    _, _, size, read = PAGES[listing]
    people, remote = shop.seed(emails(size + 2)), shop.members_list()
    shop.sandbox.imports._people.join([int(remote.id)], [int(contact.id) for contact in people])
    reading = iter(read(shop, remote))
    found = [next(reading)]
    shop.sandbox.imports._people.delete(int(people[0].id))
    shop.sandbox.imports._people.join([int(remote.id)], [int(contact.id) for contact in shop.seed(["late@example.com"])])
    found += reading
    assert {getattr(each, "email", None) or each[0].email for each in found} == {*(each.email for each in people), "late@example.com"}


# -- refusals


def test_a_wrong_key_is_one_line_without_the_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """401 is terminal: one call, one line that says what to check."""
    monkeypatch.setenv("BREVO_API_KEY", "xkeysib-wrong-canary")
    connection = ADAPTER.connect(shop.site, VirtualWaiter())
    with pytest.raises(TerminalError) as caught:
        connection.read()
    assert str(caught.value) == (
        "Brevo: read the account: 401 unauthorized: Key not found; check api_key: Brevo does not know it, or not from this address"
    )
    assert (caught.value.status, len(shop.calls())) == (401, 1)
    connection.close()


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("http://127.0.0.1:9", TransientError, r"not reached \(NewConnectionError\); check the network and url"),
        ("http://", TerminalError, "the address is not a URL; check url"),
    ],
)
def test_an_unreachable_host_is_one_line(monkeypatch: pytest.MonkeyPatch, url: str, error: type[DestinationError], words: str) -> None:
    """Nothing was sent, so it is tried again, then told; an address that is none is told at once."""
    monkeypatch.setenv("BREVO_API_KEY", "xkeysib-1")
    connection = ADAPTER.connect(site_of(url=url), VirtualWaiter())
    with pytest.raises(error, match=words) as caught:
        connection.create(ADAPTER.compile_marker(OWN, site_of())[0], {})
    assert "\n" not in str(caught.value)
    connection.close()


def test_a_redirect_is_refused_and_the_key_is_not_carried_on(shop: Shop) -> None:
    """The API does not redirect: who does is not Brevo."""
    fail(shop, "GET /v3/account", status=302, headers={"location": "http://127.0.0.1:9/elsewhere"})
    with pytest.raises(TerminalError, match="redirected; check url"):
        shop.connection.read()


# -- silence


def test_errors_hold_no_people_and_no_keys() -> None:
    """Brevo's messages echo what was sent: emails, keys and long numbers go, the rest stays on one line."""
    key = Secret("secret-of-ours")
    text = "contact Anna.B+x@example.com (id 123456, +49170123456)\nwith secret-of-ours or xkeysib-abc-1 is: bad " + "x" * 500
    assert redacted(text, key).startswith("contact … (id …, …) with … or … is: bad xxx")
    assert len(redacted(text, key)) == 200


CALLS: list[Callable[[Shop, Any, Any], Any]] = [
    lambda shop, people, _: shop.connection.known([people[0].email]),
    lambda shop, people, remote: list(shop.connection.write_members(remote, people, [])),
    lambda shop, people, _: list(shop.connection.write_field(shop.owned()["field/vip"], [(people[0], "vip")])),
]


@pytest.mark.parametrize("call", CALLS, ids=["known", "members", "field"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400, "body": {"code": "x", "message": "canary@example.com is bad"}},
        {"status": 502, "body": "canary@example.com"},
        {"kind": "reset"},
    ],
    ids=["400", "502", "reset"],
)
def test_no_email_and_no_key_in_errors_and_logs(
    shop: Shop, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], call: Any, fault: dict[str, Any]
) -> None:
    """The SDK logs bodies and urllib3 logs paths: with every log open, a canary appears nowhere, nor in the error's chain."""
    people, remote = shop.seed(["canary@example.com"]), shop.members_list()
    shop.field()
    caplog.set_level(logging.DEBUG)
    fail(shop, "(GET|POST) /v3/contacts/(canary|import|lists/[0-9]+/contacts)", times=None, **fault)
    with pytest.raises(DestinationError) as caught:
        call(shop, people, remote)
    told = [str(caught.value), repr(caught.value), str(caught.value.__cause__), caplog.text, *capsys.readouterr()]
    assert not any("canary" in each or "xkeysib" in each for each in told)


def test_the_sdk_s_log_handlers_are_removed(shop: Shop) -> None:
    """Every Configuration of the SDK adds a handler that writes to the error stream: none is left."""
    assert [
        handler
        for name in ("sib_api_v3_sdk", "urllib3")
        for handler in logging.getLogger(name).handlers
        if type(handler) is logging.StreamHandler
    ] == []
