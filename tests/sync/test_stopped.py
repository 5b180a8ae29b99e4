"""A sync that was stopped, and other data when it runs again: what was sent and never noted is not forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from franca.adapter import TerminalError, TransientError, Written
from franca.adapter.erasing import Erased
from franca.adapter.jobs import LostJobError
from franca.errors import FrancaError
from franca.sync import Ledger, erase, sync
from plan.fake import Esp, FakeConnection, Fault, Killed, store
from sync.test_sync import KEY, People, World, emails, world

BEFORE = People({"a": emails("ann", "bob", "cyd"), "b": emails("dan", "eve", "gil")})
SENT = People({"a": emails("bob", "dan", "eve"), "b": emails("ann", "fay")}, others=emails("cyd", "gil"))
AFTER = People({"a": emails("ann", "bob"), "b": emails("dan", "gil")}, others=emails("cyd", "eve"))  # fay has left the data altogether


@dataclass
class Jobs(FakeConnection):
    """An ESP that takes values as a job and works on it later.

    Attributes:
        waiting: job → its field and the rows that are still to be written; of the account, so that they outlive a process.
        patience: False: a wait ends before the job does.
    """

    waiting: dict[str, list] = field(default_factory=dict)
    patience: bool = True
    on_job: object = lambda _job, _rows: None

    def write_field(self, remote, values) -> Iterator[Written]:
        for start in range(0, len(values), self.esp.batch):
            rows = list(values[start : start + self.esp.batch])
            job = f"job-{len(self.waiting)}"
            self.esp.call(f"start {len(rows)}", lambda job=job, rows=rows: self.waiting.update({job: (remote, rows)}))
            self.on_job(job, rows)
            yield self.resume_field(remote, job, rows)

    def resume_field(self, remote, job, rows) -> Written:
        if not self.patience:
            raise TransientError("Fake: the job is still under way")
        if job not in self.waiting:
            raise LostJobError("Fake: no such job", status=404)
        self.esp.call(f"look {len(rows)}", lambda: self.land(job))
        refused = {contact.email for contact, _ in rows} & self.esp.rejects.keys()
        return Written(
            added=tuple(contact.email for contact, _ in rows if contact.email not in refused),
            rejected=tuple((email, self.esp.rejects[email]) for email in sorted(refused)),
        )

    def under_way(self) -> list[str]:
        return [job for job, (_, rows) in self.waiting.items() if rows]

    def land(self, job: str) -> None:
        """Do a job, once."""
        remote, rows = self.waiting[job]
        self._write(remote, rows)
        self.waiting[job] = (remote, [])


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
    monkeypatch.setenv(KEY, "the key of the hashes")


def run(shop: World, people: People, jobs: Jobs | None = None, **more) -> list[str]:
    """Sync and return the calls."""
    shop.esp.calls.clear()
    allow = {"sync:list/a", "sync:list/b", "sync:field/g"}
    connection = FakeConnection(shop.esp) if jobs is None else jobs
    sync(shop.desired, people, connection, store(shop.root), Ledger.open(shop.desired.site.project, store(shop.root)), allow=allow, **more)
    return list(shop.esp.calls)


def fresh(folder, key=f"env:{KEY}") -> World:
    """Return an account that was synced before."""
    shop = world(folder, esp=Esp(), ledger_key=key, maximum="9")
    shop.esp.people(*emails("ann", "bob", "cyd", "dan", "eve", "fay", "gil"))
    run(shop, BEFORE)
    return shop


@pytest.mark.parametrize("key", [f"env:{KEY}", None])
@pytest.mark.parametrize("jobs", [False, True])
def test_stopped_anywhere_and_run_again_on_other_data(tmp_path, key, jobs):
    """Who was written just before the end, and is no member any more, is taken out again, without a full sync."""
    calm = fresh(tmp_path / "calm", key)
    run(calm, AFTER)
    counted = fresh(tmp_path / "count", key)
    calls = len(run(counted, SENT, Jobs(counted.esp) if jobs else None))
    assert calls > 8
    for number in range(1, calls + 1):
        for after in (False, True):
            shop, waiting = fresh(tmp_path / f"{number}{after}", key), dict[str, list]()
            shop.esp.faults = [Fault(number, Killed, after=after)]
            with pytest.raises(Killed):
                run(shop, SENT, Jobs(shop.esp, waiting=waiting) if jobs else None)
            shop.esp.faults = []
            esp = Jobs(shop.esp, waiting=waiting)
            run(shop, AFTER, esp if jobs else None)
            for job in esp.under_way():  # what the stopped run gave, and could not note any more
                esp.land(job)
            assert values(shop) == values(calm), (number, after)


def values(shop: World) -> tuple[set[str], set[str], dict[str, str]]:
    """Return what is held; no value is as good as none."""
    return shop.members("a"), shop.members("b"), {email: value for email, value in shop.values().items() if value != "-"}


def test_a_job_that_was_left_under_way_is_asked_for_and_not_sent_again(tmp_path):
    """Stopped between sending and looking: the next run looks, and sends the rest."""
    shop, waiting = fresh(tmp_path), {}
    (sent,) = [number for number, call in enumerate(run(fresh(tmp_path / "calm"), SENT), 1) if call == "write field 2"][:1]
    shop.esp.faults = [Fault(sent + 1, Killed)]
    with pytest.raises(Killed):
        run(shop, SENT, Jobs(shop.esp, waiting=waiting))
    assert shop.esp.calls[sent - 1 :] == ["start 2", "look 2"]
    shop.esp.faults = []
    calls = run(shop, SENT, Jobs(shop.esp, waiting=waiting))
    assert [call for call in calls if call.split()[0] in {"start", "look"}] == [
        "look 0",
        "look 2",
        "start 2",
        "look 2",
        "start 2",
        "look 2",
    ]
    assert run(shop, SENT) == []


def test_a_job_that_takes_too_long_is_waited_for_by_the_next_run(tmp_path):
    """Nothing is sent twice while it goes on; what the ESP refuses is reported when it is over."""
    shop, waiting = fresh(tmp_path), {}
    people = People({"a": BEFORE.of["a"], "b": BEFORE.of["b"] | emails("fay")})
    for _ in range(2):
        with pytest.raises(FrancaError, match="still under way"):
            run(shop, people, Jobs(shop.esp, waiting=waiting, patience=False))
    assert len(waiting) == 1
    shop.esp.rejects = {"fay@example.com": "no"}
    ledger = Ledger.open(shop.desired.site.project, store(shop.root))
    done = sync(shop.desired, people, Jobs(shop.esp, waiting=waiting), store(shop.root), ledger)
    assert [dict(held.rejected) for held in done.resources if held.rejected] == [{"no": 1}]
    assert len(waiting) == 1


def test_a_job_that_the_esp_forgot_is_sent_again(tmp_path):
    """What became of its rows is unknown: they are written once more."""
    shop, waiting = fresh(tmp_path), {}
    people = People({"a": BEFORE.of["a"], "b": BEFORE.of["b"] | emails("fay")})
    with pytest.raises(FrancaError):
        run(shop, people, Jobs(shop.esp, waiting=waiting, patience=False))
    waiting.clear()
    assert "start 1" in run(shop, people, Jobs(shop.esp, waiting=waiting))
    assert run(shop, people) == []


def test_notes_of_what_is_under_way_hold_hashes_alone(tmp_path):
    """Neither an email nor its plain hash is in any file of a run that was stopped."""
    shop = fresh(tmp_path)
    with pytest.raises(FrancaError):
        run(shop, SENT, Jobs(shop.esp, patience=False))
    files = [path.read_text() for path in (tmp_path / ".franca").iterdir() if path.is_file()]
    assert not [text for text in files if "@example" in text]
    lines = [json.loads(line) for line in (tmp_path / ".franca" / "shop.ledger.log.jsonl").read_text().splitlines()]
    assert any("job" in line and len(line["rows"]) == 2 for line in lines)


@dataclass
class Forgetful(Jobs):
    """It deletes people too."""

    def erase(self, email: str) -> Erased:
        del self.esp.contacts[email]
        return Erased.DONE


def test_nobody_is_erased_while_a_job_may_bring_them_back(tmp_path):
    """An import that a stopped sync left under way would make the contact again: erasing waits for it, or does nothing."""
    shop, waiting = fresh(tmp_path), dict[str, list]()
    with pytest.raises(FrancaError):
        run(shop, SENT, Jobs(shop.esp, waiting=waiting, patience=False))
    project = shop.desired.site.project
    ledger = Ledger.open(project, store(tmp_path))
    with pytest.raises(TransientError, match="still under way"):
        erase("bob@example.com", "shop", store(tmp_path), ledger, Forgetful(shop.esp, waiting=waiting, patience=False))
    assert "bob@example.com" in shop.esp.contacts
    assert any(ledger.hash("bob@example.com") in (ledger.held(entry) or {}) for entry in ledger.entries)
    shop.esp.calls.clear()
    done = erase("bob@example.com", "shop", store(tmp_path), ledger, Forgetful(shop.esp, waiting=waiting))
    assert shop.esp.calls == ["read", "look 0"]
    assert (done.there, done.entries) == (Erased.DONE, 2)
    again = Ledger.open(project, store(tmp_path))
    assert not any(again.hash("bob@example.com") in (again.held(entry) or {}) for entry in again.entries)


@dataclass
class Refusing(Jobs):
    """The key was taken away."""

    def resume_field(self, remote, job, rows) -> Written:
        raise TerminalError("Fake: look at the job: 401", status=401)


def test_a_refusal_is_not_taken_for_a_job_that_is_lost(tmp_path):
    """Whoever may not ask does not know whether it is over: nothing is read or written, and the error is told."""
    shop, waiting = fresh(tmp_path), {}
    with pytest.raises(FrancaError):
        run(shop, SENT, Jobs(shop.esp, waiting=waiting, patience=False))
    with pytest.raises(TerminalError, match="look at the job: 401"):
        run(shop, AFTER, Refusing(shop.esp, waiting=waiting))
    assert shop.esp.calls == ["read"]


@dataclass
class Twice(Jobs):
    """It takes a job and does not answer, so that it is given again; the first one is done much later."""

    def write_field(self, remote, values) -> Iterator[Written]:
        self.policy.unanswered += 1
        self.waiting["the first"] = (remote, list(values))
        yield from super().write_field(remote, values)


def test_a_job_that_was_perhaps_given_twice_is_waited_for_by_the_next_sync(tmp_path):
    """A write that was repeated for want of an answer may be under way a second time, under an id that nobody knows."""
    shop, waiting = fresh(tmp_path), {}
    run(shop, SENT, Twice(shop.esp, waiting=waiting))
    esp = Jobs(shop.esp, waiting=waiting)
    assert esp.under_way() == ["the first"]
    assert "look 0" in run(shop, AFTER, esp)
    assert esp.under_way() == []
    assert "look 0" not in run(shop, AFTER, esp)
