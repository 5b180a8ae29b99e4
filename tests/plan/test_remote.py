"""State at a URL: the same life as in a folder, with a lock that names its holder."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from franca.adapter import Address, ResourceKind, Secret, TransientError
from franca.errors import FrancaError
from franca.plan import Entry, Journal, LockedError, PartlyAppliedError, State, Store, apply, make_plan
from franca.plan.files import Lines
from franca.plan.remote import RemoteFolder
from franca.sync import Ledger, forgotten_stores
from plan.fake import FakeAdapter, FakeConnection, Fault, Killed, as_markers, as_members, project, segment, store, wanted

URL = "memory://bucket/acme"
STATE = State(account="acc", entries={Address(ResourceKind.SEGMENT, "vip"): Entry(id="1", fingerprint="f", title="VIP")})
SEGMENTS = (segment("fans"), segment("lapsed"), segment("vip"))


@pytest.fixture(autouse=True)
def _empty():
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    yield
    MemoryFileSystem.store.clear()


def remote(name: str = "shop", url: str = URL) -> Store:
    return Store(RemoteFolder.of(url), name)


def names() -> list[str]:
    return sorted(path.rpartition("/")[2] for path in MemoryFileSystem.store)


def test_a_state_at_a_url_is_read_as_it_was_written():
    """And no object is an empty state."""
    assert remote().load() == State()
    remote().save(STATE)
    assert remote().load() == STATE
    assert names() == ["shop.json"]


def test_a_project_says_where(tmp_path):
    """A URL is kept at; file:// is a folder of this machine, with all that it can; a plain path is below the project."""
    assert isinstance(Store.of(project(tmp_path, state=URL), "shop").folder, RemoteFolder)
    for state in (f"file://{tmp_path}/my%20state", f"local://{tmp_path}/my state", "my state"):
        assert Store.of(project(tmp_path, state=state), "shop").state == tmp_path / "my state" / "shop.json"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("s4://bucket", "Protocol not known: s4; name a folder, or a URL that fsspec knows"),
        ("s3://bucket/x", "(?i)install s3fs"),
        ("sftp://me:secret@host/x", "a password stands in the URL; leave it to the environment"),
    ],
)
def test_a_url_that_cannot_be_opened_is_told(tmp_path, monkeypatch, state, said):
    """Before anything is read, and without a password that stands in it."""
    monkeypatch.setitem(sys.modules, "s3fs", None)  # as if it were not installed
    with pytest.raises(FrancaError, match=said) as caught:
        Store.of(project(tmp_path, state=state), "shop")
    assert "secret" not in str(caught.value)


def test_a_whole_life_at_a_url_leaves_what_it_leaves_in_a_folder(tmp_path):
    """Apply, a change, a lost answer: state and journal say the same as those of a folder."""

    def live(at: Store, root: Path) -> tuple[object, object]:
        adapter = FakeAdapter(findings={**as_members("lapsed"), **as_markers("fans")})
        connection = FakeConnection(adapter.esp)
        for name in ("VIP", "Gold"):
            desired = wanted(root, adapter, segment("fans"), segment("lapsed"), segment("vip", name=name))
            plan = make_plan(desired, connection.read(), at.load())
            apply(plan, desired, connection, at)
        return json.loads(at.state.read_text()), list(Lines(at.journal).read())

    assert live(remote(), tmp_path / "r") == live(store(tmp_path), tmp_path / "l")


@dataclass
class Deadly:
    """A store whose write of that number kills the process, before or after the object is there."""

    number: int
    after: bool
    calls: int = 0
    write: Callable = MemoryFileSystem.pipe_file

    def pipe_file(self, fs, path, value, mode="overwrite", **more):
        self.calls += 1
        if self.calls != self.number or self.after:
            self.write(fs, path, value, mode=mode, **more)
        if self.calls == self.number:
            raise Killed


def writes(deadly: Deadly, root: Path, monkeypatch) -> bool:
    """Apply, and again after a kill; say whether there was one."""
    MemoryFileSystem.store.clear()
    adapter = FakeAdapter(findings={**as_members("lapsed"), **as_markers("fans")})
    connection, desired = FakeConnection(adapter.esp), wanted(root, adapter, *SEGMENTS)

    def run() -> None:
        apply(make_plan(desired, connection.read(), remote().load()), desired, connection, remote())

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(MemoryFileSystem, "pipe_file", lambda *values, **more: deadly.pipe_file(*values, **more))  # noqa: PLW0108 - is bound
        run()
    MemoryFileSystem.store.pop("/bucket/acme/shop.lock", None)  # as the refusal says
    run()
    assert make_plan(desired, connection.read(), remote().load()).changes == ()
    assert len(adapter.esp.objects) == len(remote().load().entries) == 5
    assert Journal(remote().journal).unfinished() == ()
    return deadly.calls >= deadly.number


def test_a_kill_at_any_write_of_an_object_is_made_good_by_the_next_run(tmp_path, monkeypatch):
    """Before or after the store has the object: once the dead run's lock is deleted, the next run converges, nothing is made twice."""
    last = next(number for number in count(1) if not writes(Deadly(number, after=False), tmp_path, monkeypatch))
    assert last > 10
    for number in range(1, last):
        assert writes(Deadly(number, after=True), tmp_path, monkeypatch)


def test_lines_are_one_object_each_and_keep_their_order():
    """More than ten, so that the order is not that of unpadded numbers; another file's lines are not theirs."""
    lines, other = Lines(remote().journal), Lines(remote("shop.journal").ledger)
    for number in range(12):
        lines.append({"n": number})
    other.append({"n": "other"})
    assert [each["n"] for each in lines.read()] == list(range(12))
    lines.clear()
    assert list(lines.read()) == []
    assert [each["n"] for each in other.read()] == ["other"]


def test_a_ledger_at_a_url_replays_its_log():
    """What a sync noted before it was stopped is known to the next one."""
    key = Secret("the ledger's key")
    first = Ledger(remote().ledger, key)
    first.begin({"list/1": {"a@shop.test": ""}})
    first.note("list/1", {"b@shop.test": ""}, [first.hash("a@shop.test")])
    second = Ledger(remote().ledger, key)
    second.load()
    assert second.held("list/1") == {second.hash("b@shop.test"): ""}
    second.save()
    assert names() == ["shop.ledger.json"]


def test_a_second_run_is_refused_with_who_and_since_when_and_the_way_out():
    """Another destination is free, and so is this one afterwards."""
    with remote().locked():
        with pytest.raises(LockedError, match="another run of Franca is writing to it from this state") as caught, remote().locked():
            pass
        assert "(host " in str(caught.value)
        assert " UTC)" in str(caught.value)
        assert "delete memory://bucket/acme/shop.lock" in str(caught.value)
        with remote("other").locked():
            pass
        assert "shop.lock" in names()
    assert names() == []
    with remote().locked():
        pass


def test_a_killed_runs_lock_stays_until_it_is_deleted():
    """There is no operating system to let go of it."""
    held = remote().locked()
    held.__enter__()
    with pytest.raises(LockedError, match="delete memory://"), remote().locked():
        pass
    fsspec.filesystem("memory").rm("/bucket/acme/shop.lock")
    with remote().locked():
        pass


def test_a_lock_that_somebody_took_over_is_not_released():
    """Deleted by hand and taken by another run: the first one leaves it alone."""
    with remote().locked():
        path = "/bucket/acme/shop.lock"
        fsspec.filesystem("memory").pipe_file(path, json.dumps({"token": "another", "host": "h"}).encode())
    assert names() == ["shop.lock"]


def test_what_stopped_a_run_is_told_although_its_lock_cannot_be_deleted(monkeypatch):
    """The store is gone for good: not that is told, but why the run stopped; after a run that went well it is told."""

    def fail(*_arguments, **_more):
        raise OSError

    def stopped(error: Exception | None) -> None:
        with remote().locked(), monkeypatch.context() as patch:
            patch.setattr(MemoryFileSystem, "cat_file", fail)
            patch.setattr(MemoryFileSystem, "rm_file", fail)
            if error:
                raise error

    monkeypatch.setattr(MemoryFileSystem, "rm_file", fail)
    with pytest.raises(PartlyAppliedError, match="stopped"):
        stopped(PartlyAppliedError("stopped"))
    MemoryFileSystem.store.clear()
    with pytest.raises(FrancaError, match=r"cannot be written: shop.lock: OSError"):
        stopped(None)


def test_a_store_that_fails_is_one_line(monkeypatch):
    """Whatever its own error is called; nothing of it is shown but its kind."""

    class VendorError(Exception):
        pass

    def fail(*_arguments, **_more):
        raise VendorError("secret details")

    monkeypatch.setattr(MemoryFileSystem, "cat_file", fail)
    with pytest.raises(FrancaError, match=r"^the state at memory://bucket/acme cannot be read: shop.json: VendorError; check") as caught:
        remote().load()
    assert "details" not in str(caught.value)


def test_a_store_that_says_in_its_own_words_that_the_lock_is_there(monkeypatch):
    """It is the same refusal; where nobody holds it, the failure is told as it is."""

    class PreconditionError(Exception):
        pass

    kept = MemoryFileSystem.pipe_file

    def pipe(self, path, value, mode="overwrite", **more):
        if mode == "create":
            raise PreconditionError
        kept(self, path, value, mode=mode, **more)

    with remote().locked():
        monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe)
        with pytest.raises(LockedError, match="another run of Franca is writing to it"), remote().locked():
            pass
    with pytest.raises(FrancaError, match=r"cannot be written: shop\.lock: PreconditionError"), remote().locked():
        pass


def test_a_store_that_remembers_listings_is_asked_anew():
    """Lines that another run added are seen, and overwritten by nobody."""

    class Remembering(MemoryFileSystem):
        listed: ClassVar[dict[str, list[str]]] = {}

        def ls(self, path, detail=True, **more):
            if path not in self.listed:
                self.listed[path] = super().ls(path, detail=detail, **more)
            return self.listed[path]

        def invalidate_cache(self, path=None):
            self.listed.clear()

    lines = Lines(Store(RemoteFolder(URL, Remembering(), "/bucket/acme"), "shop").journal)
    lines.append({"n": 1})
    Lines(remote().journal).append({"n": 2})
    lines.append({"n": 3})
    assert [each["n"] for each in lines.read()] == [1, 2, 3]


def test_a_folder_that_is_not_there_is_not_made(monkeypatch):
    """To some stores it would be a bucket."""

    def fail(*_arguments, **_more):
        raise FileNotFoundError

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", fail)
    with pytest.raises(FrancaError, match="the state's folder memory://bucket/acme is not there; make it"):
        remote().save(STATE)


def test_an_interrupted_apply_goes_on_from_a_state_at_a_url(tmp_path):
    """A refusal on the way: the next run makes the rest."""
    adapter = FakeAdapter()
    connection, desired = FakeConnection(adapter.esp), wanted(tmp_path, adapter, *SEGMENTS)
    adapter.esp.faults = [Fault(4, lambda: TransientError("Fake: 503"))]
    with pytest.raises(PartlyAppliedError, match=r"the place is in shop.journal.jsonl"):
        apply(make_plan(desired, connection.read(), remote().load()), desired, connection, remote())
    apply(make_plan(desired, connection.read(), remote().load()), desired, connection, remote())
    assert len(remote().load().entries) == 3


def test_a_listing_that_fails_is_one_line(monkeypatch):
    """Also where names are asked for, and no file of the state."""

    def fail(*_arguments, **_more):
        raise OSError

    monkeypatch.setattr(MemoryFileSystem, "ls", fail)
    with pytest.raises(FrancaError, match=r"^the state at memory://bucket/acme cannot be read: what is in it: OSError; check"):
        forgotten_stores(remote(), ["shop"])


def test_lines_that_another_run_takes_away_meanwhile_are_told(monkeypatch):
    """Who reads without the lock may come between a file written whole and the end of its log."""
    lines = Lines(remote().journal)
    lines.append({"n": 1})
    listed = [f"/bucket/acme/{name}" for name in names()]
    lines.clear()
    monkeypatch.setattr(MemoryFileSystem, "ls", lambda *_arguments, **_more: listed)
    with pytest.raises(
        FrancaError, match=r"^the state at memory://bucket/acme changed while it was read: shop\.journal\.jsonl; another run"
    ):
        list(lines.read())


@pytest.mark.parametrize("error", [FileExistsError, TimeoutError])
def test_a_lock_that_was_made_though_its_call_failed_is_held(monkeypatch, error):
    """The answer got lost; or the client asked again by itself, and was told that its own object is there."""
    kept = MemoryFileSystem.pipe_file

    def pipe(self, path, value, mode="overwrite", **more):
        kept(self, path, value, mode=mode, **more)
        if mode == "create":
            raise error

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe)
    with remote().locked():
        assert names() == ["shop.lock"]
    assert names() == []
