"""The MailerLite adapter when things go wrong: what is repeated, what is not, what is said, and what is never said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.mailerlite.mailerlite_kit import OWN, Shop, emails, site_of, total
from franca.adapter import (
    DestinationError,
    Resource,
    ResourceKind,
    Secret,
    TerminalError,
    TransientError,
    UnknownOutcomeError,
    VirtualWaiter,
    Written,
)
from franca.errors import FrancaError
from franca_mailerlite import client
from franca_mailerlite.adapter import ADAPTER
from franca_mailerlite.errors import said

ANY = Resource(kind=ResourceKind.LIST, key="vip", title="")
UNKNOWN = [
    {"status": 500},
    {"status": 503, "body": "<html>busy</html>"},
    {"status": 200, "body": "<html>welcome</html>"},
    {"kind": "reset"},
    {"kind": "reset-after"},
    {"kind": "truncate"},
    {"kind": "hang"},
]
IDS = ["500", "503-html", "200-html", "reset", "reset-after", "truncate", "hang"]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hanging call ends soon, and a busy machine still answers in time."""
    monkeypatch.setattr(client, "TIMEOUT", (5, 1.5))


def again(shop: Shop) -> Shop:
    """Connect anew, so that the shorter time-out counts."""
    shop.connection = ADAPTER.connect(shop.site, VirtualWaiter(on_sleep=shop.clock.advance))
    return shop


# -- an unknown outcome


@pytest.mark.parametrize("fault", UNKNOWN, ids=IDS)
@pytest.mark.parametrize("make", [Shop.group, Shop.field], ids=["group", "field"])
def test_a_creation_without_an_answer_is_not_repeated(shop: Shop, fault: dict[str, Any], make: Callable[[Shop], Any]) -> None:
    """Names are not unique: a second POST could make a twin. The error says so, and a reading finds what was made."""
    again(shop).fail("POST /api/(groups|fields)$", **fault)
    with pytest.raises(UnknownOutcomeError, match="the command again: it looks first"):
        make(shop)
    assert len([call for call in shop.calls() if call.fault]) == 1
    make(shop)
    assert len(shop.owned()) == 1


@pytest.mark.parametrize("fault", [*UNKNOWN[:-1], pytest.param(UNKNOWN[-1], marks=pytest.mark.slow)], ids=IDS)
def test_reads_and_idempotent_writes_are_repeated(shop: Shop, fault: dict[str, Any]) -> None:
    """Reading, adding, removing, writing values, deleting: each meets the fault once and comes to its end."""
    people, remote, field = again(shop).seed(emails(3)), shop.group(), shop.field()
    shop.fail("POST /api/batch", **fault)
    assert len(shop.connection.known(emails(3))) == 3
    shop.fail("POST /api/batch", **fault)
    assert total(shop.connection.write_members(remote, people, [])) == Written(added=tuple(emails(3)))
    shop.fail("POST /api/batch", **fault)
    assert total(shop.connection.write_members(remote, [], people)) == Written(removed=tuple(emails(3)))
    shop.fail("POST /api/batch", **fault)
    assert total(shop.connection.write_field(field, [(contact, "vip") for contact in people])).added == tuple(emails(3))
    shop.fail("GET /api/groups", **fault)
    shop.fail("DELETE", **fault)
    shop.connection.delete(remote)
    assert set(shop.owned()) == {"field/vip"}
    assert len([call for call in shop.calls() if call.fault]) == 6


@pytest.mark.parametrize("code", [429, 408, 500, 503])
def test_a_part_that_was_not_done_is_asked_for_again(shop: Shop, code: int) -> None:
    """A batch answers 200: a part of it that was throttled or broke down makes the whole be asked for again."""
    people, remote = shop.seed(emails(2)), shop.group()
    responses = [{"code": 200, "body": {}}, {"code": code, "body": {"message": "x"}}]
    shop.fail("POST /api/batch", status=200, body={"total": 2, "successful": 1, "failed": 1, "responses": responses})
    assert total(shop.connection.write_members(remote, people, [])).added == tuple(emails(2))
    assert shop.inside(remote) == set(emails(2))


@pytest.mark.parametrize("body", [{}, {"responses": []}, {"responses": [{"code": "200"}] * 2}, {"responses": ["x"] * 2}, []])
def test_a_batch_whose_answer_is_none_is_asked_for_again(shop: Shop, body: Any) -> None:
    """Too few answers, and answers that are none, are no answer."""
    people, remote = shop.seed(emails(2)), shop.group()
    shop.fail("POST /api/batch", status=200, body=body)
    assert total(shop.connection.write_members(remote, people, [])).added == tuple(emails(2))


def test_a_fault_that_stays_ends_in_a_transient_error(shop: Shop) -> None:
    """Five attempts, then words."""
    shop.fail("GET /api/groups", status=502, times=None)
    with pytest.raises(TransientError, match="MailerLite: read groups: 502; try again later"):
        shop.connection.read()
    assert len(shop.calls("listGroups")) == 5


# -- answers of another form


_META = {"current_page": 1, "last_page": 1, "next_cursor": None}


@pytest.mark.parametrize("body", [{}, {"data": []}, {"meta": _META}, {"data": [], "meta": {}}, {"data": {}, "meta": _META}])
def test_a_listing_of_another_form_is_asked_for_again(shop: Shop, body: Any) -> None:
    """It says neither who is in nor whether more follow: taken for an empty one, members and whole groups would be lost."""
    people, remote = shop.seed(emails(3)), shop.group()
    list(shop.connection.write_members(remote, people, []))
    shop.fail(f"GET /api/groups/{remote.id}/subscribers", status=200, body=body)
    assert {each.email for each in shop.connection.members(remote, ANY)} == set(emails(3))
    shop.fail("GET /api/groups$", status=200, body=body)
    assert "list/vip" in shop.owned()


@pytest.mark.parametrize("part", [{}, {"data": None}, {"data": []}, {"data": {}}])
def test_a_part_that_shows_nobody_is_asked_for_again(shop: Shop, part: Any) -> None:
    """Somebody found is not taken for unknown, and nobody who is in for one who was taken out."""
    (anna,), remote = shop.seed(["anna@example.com"]), shop.group()
    list(shop.connection.write_members(remote, [anna], []))
    garbled = {"total": 1, "successful": 1, "failed": 0, "responses": [{"code": 200, "body": part}]}
    shop.fail("POST /api/batch", status=200, body=garbled)
    assert shop.connection.known([anna.email]) == {anna.email: anna}
    refused = {"total": 1, "successful": 0, "failed": 1, "responses": [{"code": 403, "body": {"message": "No."}}]}
    shop.fail("POST /api/batch", status=200, body=refused)
    shop.fail("POST /api/batch", status=200, body=garbled)
    with pytest.raises(TerminalError, match=r"remove group members: 403 No\."):
        list(shop.connection.write_members(remote, [], [anna]))


# -- rate limits


@pytest.mark.parametrize("body", [None, "", {"message": "Too Many Attempts."}], ids=["none", "empty", "json"])
def test_a_429_waits_as_long_as_retry_after_says(shop: Shop, body: Any) -> None:
    """In seconds; also before a creation, since nothing was done. A body may be missing."""
    before = shop.clock.ticks()
    shop.fail("POST /api/groups", status=429, headers={"Retry-After": "33"}, body=body)
    assert shop.group().name.endswith("[franca:vip]")
    assert shop.clock.ticks() - before == 33


def test_our_own_window_keeps_below_the_limit(shop: Shop) -> None:
    """121 calls take a minute: the account never has to say 429."""
    for _ in range(121):
        list(shop.connection.known(["nobody@example.com"]))
    assert shop.clock.ticks() == 60
    assert {exchange.reply.status for exchange in shop.calls() if exchange.reply} == {200}


# -- refusals


def test_a_wrong_key_is_one_line_without_the_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """401 is terminal: one call, one line that says what to check."""
    monkeypatch.setenv("MAILERLITE_KEY", "wrong-canary")
    with pytest.raises(TerminalError) as caught:
        ADAPTER.connect(shop.site, VirtualWaiter()).read()
    assert str(caught.value) == (
        "MailerLite: read groups: 401 Unauthenticated.; check api_key: MailerLite does not know it, or the user who made it is gone"
    )
    assert (caught.value.status, len(shop.calls())) == (401, 1)


@pytest.mark.parametrize(
    ("key", "url"), [("a b", "http://127.0.0.1:9"), ("ä", "http://127.0.0.1:9"), ("k", "ftp://127.0.0.1"), ("k", "http://[::1")]
)
def test_what_cannot_be_a_key_or_an_address_is_told_before_any_call(monkeypatch: pytest.MonkeyPatch, key: str, url: str) -> None:
    """And the key is not in the words."""
    monkeypatch.setenv("MAILERLITE_KEY", key)
    with pytest.raises(FrancaError, match=r"characters that no key has|not a web address"):
        ADAPTER.connect(site_of(url=url), VirtualWaiter())


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("http://127.0.0.1:9", TransientError, r"not reached \(ConnectionError\); check the network and url"),
        ("http://", TerminalError, "the address is not a URL; check url"),
    ],
)
def test_an_unreachable_host_is_one_line(monkeypatch: pytest.MonkeyPatch, url: str, error: type[DestinationError], words: str) -> None:
    """Nothing was sent, so it is tried again, then told; an address that is none is told at once."""
    monkeypatch.setenv("MAILERLITE_KEY", "k")
    connection = ADAPTER.connect(site_of(url=url), VirtualWaiter())
    (field,) = ADAPTER.compile_marker(OWN, site_of())
    with pytest.raises(error, match=words) as caught:
        connection.create(field, field.body)
    assert "\n" not in str(caught.value)


def test_a_redirect_is_refused(shop: Shop) -> None:
    """The API does not redirect, and a redirected write would be a read: an answer from elsewhere is none."""
    shop.fail("GET /api/groups", status=302, headers={"location": "/api/fields"})
    with pytest.raises(TerminalError, match="redirected; check url"):
        shop.connection.read()


def test_an_answer_that_names_nothing_made_is_told(shop: Shop) -> None:
    """A creation whose answer has another form."""
    shop.fail("POST /api/groups", status=201, body={"data": []})
    with pytest.raises(TerminalError, match="the answer names nothing that was made"):
        shop.group()


def test_without_the_sdk_the_line_to_type_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is one line."""

    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setenv("MAILERLITE_KEY", "k")
    monkeypatch.setattr(client, "importlib", SimpleNamespace(import_module=missing))
    with pytest.raises(FrancaError, match=r'needs mailerlite; pip install "franca\[mailerlite\]"'):
        ADAPTER.connect(site_of(url="http://127.0.0.1:9"), VirtualWaiter())


# -- silence


def test_words_hold_no_people_and_no_keys() -> None:
    """Messages and errors by field on one line: emails, keys and long numbers go."""
    body = {"message": "bad", "errors": {"email": ["anna@example.com\nis taken by 139790464455804492", "secret-of-ours"]}}
    assert said(body, Secret("secret-of-ours")) == "bad; email: … is taken by …; email: …"
    assert said(["x"], Secret("k")) == ""
    assert len(said({"message": "x" * 500}, Secret("k"))) == 200


CALLS: list[Callable[[Shop, Any, Any, Any], Any]] = [
    lambda shop, people, _, __: shop.connection.known([people[0].email]),
    lambda shop, people, remote, _: list(shop.connection.write_members(remote, people, [])),
    lambda shop, people, _, field: list(shop.connection.write_field(field, [(people[0], "vip")])),
]


@pytest.mark.parametrize("call", CALLS, ids=["known", "members", "field"])
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 422, "body": {"message": "canary@example.com is bad", "errors": {"email": ["canary@example.com"]}}},
        {"status": 502, "body": "canary@example.com"},
        {"kind": "reset"},
    ],
    ids=["422", "502", "reset"],
)
def test_no_email_and_no_key_in_errors_and_logs(
    shop: Shop, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], call: Any, fault: dict[str, Any]
) -> None:
    """urllib3 logs paths: with every log open, a canary appears nowhere, nor in the error's chain."""
    people, remote, field = shop.seed(["canary@example.com"]), shop.group(), shop.field()
    caplog.set_level(logging.DEBUG)
    shop.fail("POST /api/batch", times=None, **fault)
    with pytest.raises(DestinationError) as caught:
        call(shop, people, remote, field)
    told = [str(caught.value), repr(caught.value), str(caught.value.__cause__), caplog.text, *capsys.readouterr()]
    assert not any("canary" in each or "sandbox-of-this-test" in each for each in told)
