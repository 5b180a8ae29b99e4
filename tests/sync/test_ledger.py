"""The ledger: keyed hashes, and a log that a kill cannot spoil."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from franca.errors import FrancaError
from franca.sync import Ledger
from plan.fake import project, segment, store

KEY = "FRANCA_TEST_LEDGER_KEY"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(KEY, "k")


def opened(root, ledger_key=f"env:{KEY}") -> Ledger:
    return Ledger.open(project(root, segment("a"), ledger_key=ledger_key), store(root))


def holds(ledger, entry="list/1"):
    return dict(ledger.held(entry))


def test_a_hash_is_a_keyed_one(tmp_path, monkeypatch):
    """HMAC-SHA-256, as `openssl dgst -sha256 -hmac k` says; another key gives another hash."""
    first = opened(tmp_path).hash("ann@example.com")
    assert first == "812b5e65283998e47b49528ef531aea6e0a9f94ed9005c6c1cdec12579d7d459"
    monkeypatch.setenv(KEY, "other")
    assert first != opened(tmp_path).hash("ann@example.com")


def test_batches_are_known_after_a_kill(tmp_path):
    """Noted lines are found by the next process, before the file was written whole and after."""
    ledger = opened(tmp_path)
    ledger.begin({"list/1": {"ann": ""}})
    ledger.note("list/1", {"bob": ""}, [ledger.hash("ann")])
    assert holds(opened(tmp_path)) == {ledger.hash("bob"): ""}
    assert opened(tmp_path).complete("list/1") is False
    again = opened(tmp_path)
    again.finish(["list/1"])
    assert holds(opened(tmp_path)) == {ledger.hash("bob"): ""}
    assert opened(tmp_path).complete("list/1") is True
    assert opened(tmp_path).complete("list/2") is None


def test_a_log_of_an_older_file_is_ignored(tmp_path):
    """A kill between the new file and the end of the old log: the old lines are not applied on top of what was read since."""
    ledger = opened(tmp_path)
    ledger.begin({"list/1": {}})
    ledger.note("list/1", {"bob": ""}, [])
    log = next(path for path in (tmp_path / ".franca").iterdir() if path.name.endswith("log.jsonl"))
    old = log.read_text()
    ledger.begin({"list/1": {"cyd": ""}})
    log.write_text(old)
    assert holds(opened(tmp_path)) == {ledger.hash("cyd"): ""}


def test_without_a_key_nobody_is_kept(tmp_path):
    """Only that a first sync ended."""
    ledger = opened(tmp_path, None)
    ledger.begin({"list/1": {"ann@example.com": ""}})
    ledger.note("list/1", {"bob@example.com": ""}, [])
    ledger.finish(["list/1"])
    document = json.loads(store(tmp_path).ledger.read_text())
    assert document["resources"] == {"list/1": {"complete": True}}
    assert opened(tmp_path, None).held("list/1") is None


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}'])
def test_a_broken_ledger_is_one_line(tmp_path, text):
    """With the remedy."""
    store(tmp_path).ledger.parent.mkdir()
    store(tmp_path).ledger.write_text(text)
    with pytest.raises(FrancaError, match=r"^the ledger shop.ledger.json cannot be read .*delete it"):
        opened(tmp_path)


batches = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["x", "y"])), st.sets(st.sampled_from("abcdef"))), max_size=6
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(batches)
def test_the_ledger_is_what_its_batches_make_of_it(tmp_path_factory, written):
    """Random batches, reopened after each: the same as a plain dictionary; whole again after `finish`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY, "k")
        patch.setattr(os, "fsync", lambda _handle: None)
        root = tmp_path_factory.mktemp("ledger")
        opened(root).begin({"list/1": {}})
        model: dict[str, str] = {}
        for put, take in written:
            ledger = opened(root)
            out = take - put.keys()
            ledger.note("list/1", put, [ledger.hash(email) for email in sorted(out)])
            model = {email: value for email, value in {**model, **put}.items() if email not in out}
            assert holds(opened(root)) == {ledger.hash(email): value for email, value in model.items()}
        opened(root).finish(["list/1"])
        whole = opened(root)
        assert holds(whole) == {whole.hash(email): value for email, value in model.items()}


def test_under_another_key_a_job_in_the_log_leaves_no_hash_either(tmp_path, monkeypatch):
    """Its id stays, for the work goes on; whom it was about cannot be searched, and goes."""
    ledger = opened(tmp_path)
    ledger.begin({"field/1": {}})
    ledger.sent("field/1", "job 1", {"ann@example.com": "gold"})
    hashed = ledger.hash("ann@example.com")
    monkeypatch.setenv(KEY, "other")
    again = opened(tmp_path)
    again.forget("ann@example.com")
    assert again.jobs("field/1") == {"job 1": {}}
    assert not [path for path in (tmp_path / ".franca").iterdir() if hashed in path.read_text()]


def test_the_log_of_a_ledger_that_was_deleted_forgets_too(tmp_path):
    """The next sync would begin a new one; an erasure does not wait for it."""
    ledger = opened(tmp_path)
    ledger.begin({"list/1": {}})
    ledger.note("list/1", {"ann@example.com": ""}, [])
    ledger.path.unlink()
    assert opened(tmp_path).forget("ann@example.com") == 0
    assert list((tmp_path / ".franca").iterdir()) == []
