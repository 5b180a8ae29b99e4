"""What the adapter does when Klaviyo, the network or the key fails: retried where safe, told in one line otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.klaviyo.kit import KEY, KEY_VARIABLE, Account, account, site
from franca.adapter import (
    Contact,
    DestinationError,
    Failure,
    Remote,
    Resource,
    Secret,
    TerminalError,
    TransientError,
    UnknownOutcomeError,
    VirtualWaiter,
)
from franca.adapter.reading import values_of
from franca.definitions import Everyone, Realisation, Segment
from franca.errors import FrancaError
from franca.sandbox import Fault
from franca_klaviyo import client
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.errors import reader


@pytest.fixture
def found() -> Iterator[Account]:
    with account() as opened:
        opened.sandbox.seed({"contacts": [{"email": f"p{number}@example.com"} for number in range(5)]})
        yield opened


def resource(found: Account, realisation: Realisation = Realisation.NATIVE) -> Resource:
    (made,) = ADAPTER.compile(Segment(key="all", name="All", where=Everyone()), realisation, found.site)
    return made


def create(found: Account, realisation: Realisation = Realisation.NATIVE) -> str:
    made = resource(found, realisation)
    return found.connection.create(made, made.body)


def one_line(error: FrancaError) -> str:
    text = str(error)
    assert "\n" not in text
    assert KEY not in text
    assert "@" not in text
    return text


TRANSIENT = {
    "429 without a body": Fault(status=429, times=2),
    "429 with seconds": Fault(status=429, headers={"Retry-After": "7"}, times=2),
    "429 with a fraction": Fault(status=429, headers={"Retry-After": "1.5"}, times=2),
    "500": Fault(status=500, times=2),
    "503 with a page": Fault(status=503, body="<html>busy</html>", times=2),
    "a reset": Fault(kind="reset", times=2),
    "a reset after the work": Fault(kind="reset-after", times=2),
    "half an answer": Fault(kind="truncate", times=2),
    "an empty answer": Fault(status=200, times=2),
    "a page for an answer": Fault(status=200, body="<html>hello</html>", times=2),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_reads_are_tried_again(found: Account, name: str) -> None:
    """A read that fails twice in any way works the third time."""
    found.host.faults.add(replace(TRANSIENT[name], match="GET /api/profiles"))
    assert len(list(found.connection.contacts())) == 5
    assert len(found.calls("get_profiles")) == 3
    assert found.waiter.ticks() > 0


@pytest.mark.parametrize("name", TRANSIENT)
def test_writes_of_members_are_tried_again(found: Account, name: str) -> None:
    """Adding members twice adds them once, so that an unknown outcome is tried again."""
    remote = found.remote(create(found, Realisation.MEMBERS))
    everybody = sorted(found.connection.contacts())
    found.host.faults.add(replace(TRANSIENT[name], match="POST /api/lists/.*/relationships"))
    (written,) = found.connection.write_members(remote, everybody, [])
    assert len(written.added) == 5
    if "answer" not in name:  # these calls have no answer that could be torn or empty
        assert sorted(found.connection.members(remote, resource(found))) == everybody


UNKNOWN = ("500", "503 with a page", "a reset", "a reset after the work", "half an answer", "an empty answer", "a page for an answer")


@pytest.mark.parametrize("realisation", [Realisation.NATIVE, Realisation.MEMBERS])
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_create_without_an_answer_is_never_repeated(found: Account, name: str, realisation: Realisation) -> None:
    """The outcome is unknown and says so after one call; what was made in spite of it can be found by its mark."""
    found.host.faults.add(replace(TRANSIENT[name], match="POST /api/(segments|lists)$", times=1))
    with pytest.raises(UnknownOutcomeError) as caught:
        create(found, realisation)
    assert "it looks first" in one_line(caught.value)
    assert len(found.calls("create_segment") + found.calls("create_list")) == 1
    worked = name in ("a reset after the work", "half an answer")
    assert [remote.key for remote in found.connection.read().remotes] == ["all"] * worked


@pytest.mark.parametrize("name", ["429 without a body", "429 with seconds", "429 with a fraction"])
def test_a_throttled_create_is_repeated(found: Account, name: str) -> None:
    """A 429 did nothing: the create is tried again after the pause that was asked for, and makes one segment."""
    found.host.faults.add(replace(TRANSIENT[name], match="POST /api/segments$"))
    create(found)
    assert [remote.key for remote in found.connection.read().remotes] == ["all"]
    assert found.waiter.ticks() >= (14 if name == "429 with seconds" else 1)


def test_a_pause_of_hours_is_an_error_with_the_time(found: Account) -> None:
    """A daily cap asks for hours: no sleep, but an error that says when."""
    found.host.faults.add(Fault(match="POST /api/segments$", status=429, headers={"Retry-After": "7200"}, times=None))
    with pytest.raises(TransientError) as caught:
        create(found)
    assert caught.value.retry_after == 7200
    assert "try again in 120 minutes" in one_line(caught.value)
    assert found.waiter.ticks() < 60
    assert len(found.calls("create_segment")) == 1


def test_an_interrupted_tagging_is_finished_by_the_next_update(found: Account) -> None:
    """A segment whose tag did not arrive is ours by its mark, differs by its tag, and the update only tags it."""
    found.host.faults.add(Fault(match="POST /api/tags/.*/relationships", status=500, times=None))
    with pytest.raises(UnknownOutcomeError, match="tag segment"):  # half made is neither made nor refused
        create(found)
    found.host.faults.clear()
    (half,) = found.connection.read().remotes
    assert (half.key, half.body["tag"]) == ("all", "")
    made = resource(found)
    found.connection.update(half, made, made.body)
    assert found.remote(half.id).body == made.body
    assert not found.calls("update_segment")


def test_a_marker_import_survives_a_lost_answer(found: Account) -> None:
    """The import is sent again: the same values twice are the same values."""
    field = Remote(kind=resource(found).kind, id="franca_tier", name="franca_tier")
    found.host.faults.add(Fault(kind="reset-after", match="POST /api/profile-bulk-import-jobs", times=1))
    everybody = sorted(found.connection.contacts())
    list(found.connection.write_field(field, [(each, "vip") for each in everybody]))
    assert dict(values_of(found.connection, field)) == dict.fromkeys(everybody, "vip")
    assert sorted(found.connection.contacts()) == everybody


def test_a_silent_server_ends_in_a_timeout(found: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer within the read timeout is an unknown outcome for a create, and a retry for a read."""
    monkeypatch.setattr(client, "TIMEOUT", (5, 1.0))
    found.host.faults.add(Fault(kind="hang", match="POST /api/segments$", times=1))
    with pytest.raises(UnknownOutcomeError, match="no answer in time"):
        create(found)
    found.host.faults.add(Fault(kind="hang", match="GET /api/profiles$", times=1))
    assert len(list(found.connection.contacts())) == 5


def test_a_failing_read_gives_up(found: Account) -> None:
    """After all attempts the error says what to do."""
    found.host.faults.add(Fault(match="GET /api/accounts", status=500, times=None))
    with pytest.raises(TransientError) as caught:
        found.connection.read()
    assert one_line(caught.value) == "Klaviyo: read account: HTTP 500; try again later"


# -- keys, networks, extras


def opened(settings: dict[str, Any]) -> Any:
    return ADAPTER.connect(site(settings={"api_key": f"env:{KEY_VARIABLE}", **settings}), VirtualWaiter())


def test_a_wrong_key_is_refused_in_one_line(found: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 401 names the setting and repeats no key."""
    monkeypatch.setenv(KEY_VARIABLE, "pk_wrong_canary")
    connection = opened({"url": found.running.url})
    with pytest.raises(TerminalError) as caught:
        connection.read()
    connection.close()
    assert "check api_key" in one_line(caught.value)
    assert "pk_wrong_canary" not in str(caught.value)
    assert caught.value.status == 401
    assert caught.value.request_id


def test_an_unreachable_host_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was sent, so it is tried again, and then told."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    connection = opened({"url": "http://127.0.0.1:9"})
    with pytest.raises(TransientError) as caught:
        connection.read()
    connection.close()
    assert one_line(caught.value) == "Klaviyo: read account: it cannot be reached; check the network and `url`"


def test_a_missing_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the destination's key and the variable."""
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(FrancaError, match=f"destinations.klaviyo.api_key: the environment variable {KEY_VARIABLE} is not set"):
        opened({})


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDK the error is the line to type."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    monkeypatch.setitem(sys.modules, "klaviyo_api", None)
    with pytest.raises(FrancaError, match=r'pip install "franca\[klaviyo\]"'):
        opened({})


# -- what errors may say


class _AnswerError(Exception):
    """Shaped as the SDK's."""

    def __init__(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(body)
        self.status, self.reason, self.body, self.headers = status, "", body, headers


@pytest.mark.parametrize(
    ("status", "body", "failure", "said"),
    [
        (
            400,
            '{"errors":[{"id":"e1","code":"invalid","title":"Invalid.","detail":"canary@example.com is invalid"}]}',
            Failure.REFUSED,
            "… is invalid",
        ),
        (400, '{"errors":[{"code":"invalid","detail":"+49 170 1234567 is no number"}]}', Failure.REFUSED, "… is no number"),
        (
            400,
            '{"errors":[{"code":"invalid","detail":"the key pk_canary is odd"}]}',
            Failure.REFUSED,
            "the answer repeats the API key and is not shown",
        ),
        (400, '{"errors":[{"code":"not_authenticated","title":"No."}]}', Failure.REFUSED, "the API key was refused (No.)"),
        (
            400,
            '{"errors":[{"detail":"Bad.","source":{"pointer":"/data/attributes/name"}}]}',
            Failure.REFUSED,
            "Bad. at /data/attributes/name",
        ),
        (400, '{"errors":[{"detail":"segment processing limit (5)"}]}', Failure.THROTTLED, "segment processing limit (5)"),
        (410, '{"errors":"odd"}', Failure.REFUSED, "HTTP 410"),
        (
            429,
            '{"errors":[{"detail":"Request was throttled. Expected available in 9 seconds."}]}',
            Failure.THROTTLED,
            "it asks for a pause",
        ),
        (502, "<html>", Failure.UNKNOWN, "HTTP 502"),
    ],
)
def test_answers_are_read_without_people_and_keys(status: int, body: str, failure: Failure, said: str) -> None:
    """Klaviyo's words are kept, emails, telephone numbers and keys in them are not."""
    verdict = reader(Secret("pk_canary"))(_AnswerError(status, body))
    assert verdict is not None
    assert (verdict.failure, verdict.what, verdict.status) == (failure, said, status)


def test_only_the_sdks_exceptions_are_read() -> None:
    """A bug of ours is not dressed up as a failure of Klaviyo's."""
    assert reader(Secret("k"))(KeyError("x")) is None


def test_a_refusal_that_concerns_no_single_profile_is_not_halved(found: Account) -> None:
    """Only unknown profiles make a batch smaller; any other refusal is an error after one call."""
    remote = found.remote(create(found, Realisation.MEMBERS))
    found.host.faults.add(Fault(match="POST /api/lists/.*/relationships", status=403, times=None))
    with pytest.raises(DestinationError):
        list(found.connection.write_members(remote, [Contact("a@example.com", "A"), Contact("b@example.com", "B")], []))
    assert len(found.calls("add_profiles_to_list")) == 1
