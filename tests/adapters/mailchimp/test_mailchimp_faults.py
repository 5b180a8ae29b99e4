"""What goes wrong on the way to Mailchimp: one line, no secret, no address; what may be repeated is, what may not is not."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.mailchimp.kit import KEY_VARIABLE, Account, a, account, segment, settings, site
from franca.adapter import (
    DestinationError,
    Marker,
    Resource,
    Secret,
    TerminalError,
    TransientError,
    UnansweredError,
    UnknownOutcomeError,
    VirtualWaiter,
)
from franca.adapter.protocol import Choice
from franca.definitions import Op, Realisation
from franca.errors import FrancaError
from franca.sandbox import Fault
from franca_mailchimp import client, markers
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.client import host
from franca_mailchimp.errors import UnreadableError, reader, words
from sandbox.mailchimp_kit import LIST

PROBLEM = {"type": "t", "title": "Invalid Resource", "status": 400, "detail": "anna@shop.test is bad", "instance": "abc-1"}
MARKER = Marker(key="tier", title="Tier", choices=(Choice(segment="vip", key="tier.vip", title="VIP"),))


@pytest.fixture
def found() -> Iterator[Account]:
    with account() as one:
        one.make_fields()
        yield one


def native() -> Resource:
    (resource,) = ADAPTER.compile(segment(a("points", Op.GT, 5)), Realisation.NATIVE, site())
    return resource


def tag() -> Resource:
    (resource,) = ADAPTER.compile(segment(a("points", Op.GT, 5)), Realisation.MEMBERS, site())
    return resource


def create(found: Account) -> Callable[[], str]:
    resolved = found.resolver()(native())
    return lambda: found.connection.create(native(), resolved)


def made(found: Account) -> int:
    return len(found.others.lists.list_segments("a1b2c3d4e5", count=1000)["segments"])


SAFE = (
    Fault(status=429),  # without a body: the SDK returns it as a result
    Fault(status=403),
    Fault(status=429, body={**PROBLEM, "title": "Too Many Requests", "status": 429}),
    Fault(status=403, body="<html>Access Denied</html>"),  # as a firewall does
    Fault(status=500, body=PROBLEM),
    Fault(status=502, body="<html>Bad Gateway</html>"),
    Fault(status=504),
    Fault(kind="reset"),
    Fault(kind="reset-after"),
    Fault(kind="truncate"),
    Fault(status=200, body="<html>proxy</html>"),
    Fault(status=200),
)


@pytest.mark.parametrize("fault", SAFE, ids=lambda fault: f"{fault.kind} {fault.status} {bool(fault.body)}")
def test_reading_survives_what_passes(found: Account, fault: Fault) -> None:
    """A read is repeated, after a pause, whatever went wrong."""
    found.host.faults.add(replace(fault, match="GET .*/segments"))
    assert found.connection.read().remotes
    assert found.waiter.ticks() > 0


def test_a_pause_that_does_not_end_is_a_transient_error(found: Account) -> None:
    """Five attempts without an answer that helps end in one line that says so."""
    found.host.faults.add(Fault(status=429, match="segments", times=None))
    with pytest.raises(TransientError, match=r"Mailchimp: read segments: it asks for a pause"):
        found.connection.read()
    assert len([each for each in found.calls() if each.fault]) == 5


@pytest.mark.parametrize("fault", [Fault(status=429), Fault(status=403)], ids=["429", "403"])
def test_creating_is_repeated_where_nothing_was_done(found: Account, fault: Fault) -> None:
    """A call that was turned away did nothing: it goes out again."""
    call = create(found)
    found.host.faults.add(replace(fault, match="POST"))
    call()
    assert made(found) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="reset-after"),
        Fault(kind="truncate"),
        Fault(kind="reset"),
        Fault(status=500),
        Fault(status=504, body="<html></html>"),
        Fault(status=200),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status}",
)
def test_creating_is_never_repeated_blindly(found: Account, fault: Fault) -> None:
    """Without an answer it is unknown whether the segment was made: one call, and the caller looks."""
    call = create(found)
    found.host.faults.add(replace(fault, match="POST"))
    with pytest.raises(UnknownOutcomeError, match="create segment"):
        call()
    assert made(found) == (1 if fault.kind in ("reset-after", "truncate") else 0)


def test_a_call_that_hangs_ends_in_time(found: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's two minutes are not waited for: the time limit is ours."""
    call = create(found)
    monkeypatch.setattr(client, "TIMEOUT", (5, 1.0))
    found.host.faults.add(Fault(kind="hang", match="POST"))
    with pytest.raises(UnknownOutcomeError, match="no answer in time"):
        call()


def test_an_update_and_a_write_of_members_may_be_repeated(found: Account) -> None:
    """Making equal, deleting, adding and removing change nothing more when they are done twice."""
    contacts = found.seed(3)
    remote = found.make(tag())
    found.host.faults.add(Fault(kind="reset-after", match="POST .*/segments/"))
    (written,) = found.connection.write_members(remote, contacts, [])
    assert len(written.added) == 3
    found.host.faults.add(Fault(kind="reset-after", match="POST .*/segments/"))
    (written,) = found.connection.write_members(remote, [], contacts)
    assert (len(written.removed), written.rejected) == (3, ())  # the second time they were out already
    found.host.faults.add(Fault(kind="reset-after", match="PATCH"))
    found.connection.update(remote, replace(tag(), title="Other"), {})
    found.host.faults.add(Fault(kind="reset-after", match="DELETE"))
    found.connection.delete(remote)


def test_batches_survive_what_passes(found: Account) -> None:
    """A marker is written though the start, the looks and the download of the results each fail once."""
    contacts = found.seed(5)
    field = found.make(ADAPTER.compile_marker(MARKER, found.site)[0])
    for match in ("POST /3.0/batches", "GET /3.0/batches/", "GET /batch-results"):
        found.host.faults.add(Fault(kind="reset-after", match=match))
    found.host.faults.add(Fault(status=503, match="GET /batch-results"))
    (written,) = found.connection.write_field(field, [(each, "vip") for each in contacts])
    assert len(written.added) == 5


def test_results_behind_an_expired_address_are_fetched_from_a_new_one(found: Account) -> None:
    """The address of the results is short-lived; a look at the batch gives another."""
    contacts = found.seed(1)
    field = found.make(ADAPTER.compile_marker(MARKER, found.site)[0])
    found.host.faults.add(Fault(status=403, match="GET /batch-results", body="<Error>AccessDenied</Error>"))
    (written,) = found.connection.write_field(field, [(contacts[0], "vip")])
    assert written.added == (contacts[0].email,)


def test_the_key_does_not_go_where_results_are(found: Account) -> None:
    """The results lie at another host, whose address is its own key."""
    contacts = found.seed(1)
    field = found.make(ADAPTER.compile_marker(MARKER, found.site)[0])
    list(found.connection.write_field(field, [(contacts[0], "vip")]))
    (download,) = found.calls("batches.results")
    assert "authorization" not in download.call.headers
    assert all("authorization" in each.call.headers for each in found.calls("batches.status"))


def test_a_batch_that_never_ends_is_given_up(found: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour the batch counts as stuck: the next run goes on."""
    contacts = found.seed(1)
    field = found.make(ADAPTER.compile_marker(MARKER, found.site)[0])
    monkeypatch.setattr(found.waiter, "on_sleep", lambda _seconds: None)  # the sandbox's clock stands still
    with pytest.raises(TransientError, match="still being processed"):
        list(found.connection.write_field(field, [(contacts[0], "vip")]))
    assert found.waiter.ticks() >= markers.LONGEST_WORK
    assert len(found.calls("batches.status")) < 150


def test_results_that_are_no_archive_are_an_error(found: Account) -> None:
    """Results that cannot be read are not taken for success."""
    contacts = found.seed(1)
    field = found.make(ADAPTER.compile_marker(MARKER, found.site)[0])
    found.host.faults.add(Fault(status=200, match="GET /batch-results", body="nonsense"))
    with pytest.raises(TransientError, match="could not be read"):
        list(found.connection.write_field(field, [(contacts[0], "vip")]))


# -- what the user sees


def test_a_wrong_key_is_one_line() -> None:
    """It names what to check, and neither the key nor anything of the body."""
    with account(key="ffffffffffffffffffffffffffffffff-us19") as found, pytest.raises(TerminalError) as caught:
        found.connection.read()
    assert_one_line(str(caught.value), "the API key was refused", "check api_key")
    assert "ffff" not in str(caught.value)
    assert (caught.value.status, len(found.calls())) == (401, 1)
    assert re.fullmatch(r"[0-9a-f-]{36}", caught.value.request_id)


def test_an_unreachable_host_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens there: it was not sent, is tried again, and then told in one line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv(KEY_VARIABLE, "k-us1")
    connection = ADAPTER.connect(site(settings=settings(f"http://127.0.0.1:{port}")), VirtualWaiter())
    with pytest.raises(TransientError) as caught:
        connection.read()
    connection.close()
    assert_one_line(str(caught.value), "it cannot be reached", "check the network")


@pytest.mark.parametrize("url", ["http://", "http://[::1]:port"])
def test_a_malformed_url_is_one_line(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """It is not tried again."""
    monkeypatch.setenv(KEY_VARIABLE, "k-us1")
    connection = ADAPTER.connect(site(settings=settings(url)), VirtualWaiter())
    with pytest.raises(TerminalError, match="its address is malformed"):
        connection.read()
    connection.close()


def assert_one_line(text: str, *parts: str) -> None:
    assert "\n" not in text
    assert text.startswith("Mailchimp: ")
    assert all(part in text for part in parts)


def test_the_data_centre_comes_from_the_key() -> None:
    """Without `url` the key's last part names the host; a key without one fails early, and is not shown."""
    assert host(Secret("0123-us19"), "", "x") == "https://us19.api.mailchimp.com/3.0"
    assert host(Secret("0123"), "http://127.0.0.1:8102/", "x") == "http://127.0.0.1:8102/3.0"
    assert host(Secret("0123"), "http://127.0.0.1:8102/3.0", "x") == "http://127.0.0.1:8102/3.0"
    for wrong in ("0123", "0123-", "0123-us19.evil.test/"):
        with pytest.raises(FrancaError, match="data centre") as caught:
            host(Secret(wrong), "", "destinations.m.api_key")
        assert "0123" not in str(caught.value)


def test_messages_hold_no_addresses_and_no_key() -> None:
    """What Mailchimp says is shown without emails, their hashes and long numbers, and never with the key."""
    assert words(PROBLEM) == "Invalid Resource: … is bad"
    errors = [{"field": "FNAME", "message": "too long for 5d41402abc4b2a76b9719d911017c592"}]
    assert words({**PROBLEM, "errors": errors}) == "Invalid Resource: FNAME: too long for …"
    assert words("no json") == words(None) == ""
    read = reader(Secret("s3cret-us1"))
    verdict = read(_error(400, '{"title": "Bad", "detail": "s3cret-us1 is wrong"}'))
    assert verdict is not None
    assert "s3cret" not in verdict.what
    assert read(ValueError("a bug of ours")) is None
    assert read(_error(None, ValueError("a bug of ours"))) is None
    assert read(UnreadableError()) is not None


def _error(status: int | None, text: Any) -> Exception:
    from mailchimp_marketing.api_client import ApiClientError

    return ApiClientError(text, status)


def test_what_mailchimp_refuses_is_told_with_its_fields(found: Account) -> None:
    """A 400 with problem+json, which the SDK hands over as text, becomes Mailchimp's words and its support id."""
    broken = {"match": "all", "conditions": [{"condition_type": "Nonsense", "field": "X", "op": "is", "value": "1"}]}
    with pytest.raises(TerminalError, match=r"create segment: Invalid Resource: .*conditions") as caught:
        found.connection.create(native(), broken)
    assert caught.value.status == 400
    assert caught.value.request_id


def test_errors_that_name_nobody_are_not_swallowed(found: Account) -> None:
    """A 200 with an error about an address that was not sent stops the run."""
    contacts = found.seed(1)
    remote = found.make(tag())
    answer = {"errors": [{"email_addresses": ["other@shop.test"], "error": "other@shop.test is odd"}], "total_added": 0, "total_removed": 0}
    found.host.faults.add(Fault(status=200, match="POST .*/segments/", body=answer))
    with pytest.raises(TerminalError, match="… is odd"):
        list(found.connection.write_members(remote, contacts, []))


@pytest.mark.parametrize("listing", ["contacts", "members"])
def test_a_page_that_is_shorter_than_its_count_is_asked_for_again(found: Account, listing: str) -> None:
    """Fewer rows than `total_items`, or no count at all: a truncated read would make a wrong delta, so it counts as no answer."""
    contacts, remote = found.seed(3), found.make(tag())
    list(found.connection.write_members(remote, contacts, []))
    match, read = {
        "contacts": ("GET /3.0/lists/[^/]*/members$", found.connection.contacts),
        "members": ("GET .*/segments/[0-9]*/members$", lambda: found.connection.members(remote, tag())),
    }[listing]
    rows = [{"id": "0" * 32, "email_address": "a@shop.test", "status": "subscribed"}]
    for body in ({"members": rows, "total_items": 3}, {"total_items": 1}, {"members": rows}):
        found.host.faults.add(Fault(status=200, match=match, body=body))
        assert list(read()) == contacts
    found.host.faults.add(Fault(status=200, match=match, body={"members": [], "total_items": 3}, times=None))
    with pytest.raises(UnansweredError, match="a page holds fewer rows than its own count says; try again later"):
        list(read())


@pytest.mark.foreign_traffic("somebody else deletes a contact")
@pytest.mark.parametrize("listing", ["contacts", "members"])
def test_who_is_deleted_while_pages_are_read_hides_nobody(found: Account, listing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first goes between the first page and the second: the one who moved past the seam is read."""
    monkeypatch.setattr(client, "PAGE", 3)
    contacts, remote = found.seed(5), found.make(tag())
    list(found.connection.write_members(remote, contacts, []))
    reading = found.connection.contacts() if listing == "contacts" else found.connection.members(remote, tag())
    first = next(reading)
    found.others.lists.delete_list_member_permanent(LIST, first.id)
    assert [first, *reading] == contacts


def test_every_error_is_a_destination_error(found: Account) -> None:
    """Whatever status comes back for a read, the error is typed and one line."""
    for status in (400, 404, 405, 414, 422, 426, 302):
        found.host.faults.add(Fault(status=status, match="merge-fields"))
        with pytest.raises(DestinationError) as caught:
            found.connection.read()
        assert_one_line(str(caught.value), "read merge fields")


def test_connections_are_reused(found: Account) -> None:
    """The SDK would open one for every call; ours is kept."""
    found.connection.read()
    found.connection.read()
    session: Any = found.connection
    pools = session._audience.client._session.get_adapter("http://").poolmanager.pools
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - urllib3's container is no mapping


def test_compiling_loads_no_sdk() -> None:
    """The adapter is imported, assesses and compiles without the SDK and without requests."""
    program = (
        "import sys; from franca_mailchimp.adapter import ADAPTER; "
        "sys.exit(any(name.split('.')[0] in ('mailchimp_marketing', 'requests') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDK, opening the account is one line with the command to type."""
    monkeypatch.setenv(KEY_VARIABLE, "k-us1")
    monkeypatch.setitem(sys.modules, "mailchimp_marketing", None)
    with pytest.raises(FrancaError, match=r'pip install "franca\[mailchimp\]"'):
        ADAPTER.connect(site(), VirtualWaiter())
