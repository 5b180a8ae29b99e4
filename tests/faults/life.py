"""Running a shop against an account, stopping it anywhere, and comparing how it ends."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copytree
from typing import Any

from faults.mirror import Objects, mirror
from faults.shop import AS_OF, Shop, seed
from franca.adapter import Address, Site, VirtualWaiter
from franca.adapter.reading import values_of
from franca.cli.account import Account as Opened
from franca.cli.account import opened
from franca.plan import Applied, Journal, Plan, Store, apply
from franca.sandbox import Clock, Exchange, Host, emulator
from franca.sync import Ledger, Synced, sync
from sandbox.brevo.brevo_account import Stage


class StoppedError(BaseException):
    """The process ends here: nothing may catch it."""


@dataclass
class Seam:
    """Hears of every call before it goes out.

    Attributes:
        at: the number of the call that meets *trouble*, from 1.
        calls: the operations so far.
        dying: the next call is one too many.
    """

    at: int = 0
    trouble: Callable[[Seam], None] = lambda _seam: None
    calls: list[str] = field(default_factory=list)
    dying: bool = False

    def __call__(self, operation: str) -> None:
        if self.dying:
            raise StoppedError
        self.calls.append(operation)
        if len(self.calls) == self.at:
            self.trouble(self)


# -- how it ends

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class End:
    """What is there when everything is over.

    Attributes:
        world: table → rows: all that the ESP holds, contacts and their consent included.
        state: our state file.
        ledger: resource → whom it holds; generations take no part, nor does that the next sync is to ask for work under way.
        log: batches that are not in the ledger yet.
        unfinished: changes that the journal leaves open.
    """

    world: Mapping[str, Rows]
    state: Any
    ledger: Any
    log: str
    unfinished: tuple[str, ...]


@dataclass(frozen=True)
class Inside:
    """Behind an emulator: lets due work be done, its database, the table of such work, a column of seconds since the start, its ids.

    What is under `ids` has `getstate` and `setstate`: MailerLite's, which has no database, keeps all of its objects by them.
    """

    settle: Callable[[], None]
    database: Any
    work: str = ""
    ticks: str = ""
    ids: Any = None


INSIDES: Mapping[str, Callable[[Any], Inside]] = {
    "klaviyo": lambda e: Inside(e._imports.settle, e._world.store._db, "jobs", "ready_at", e._world.store.ids._random),
    "mailchimp": lambda e: Inside(e._batches.settle, e._context.store.db),
    "brevo": lambda e: Inside(e.processes.settle, e.processes._store._db, "processes"),
    "mailerlite": lambda e: Inside(lambda: None, mirror(e.store), ids=Objects(e.store)),
}

LONG = 100_000.0
"""Seconds in which any asynchronous work is done."""


def world(inside: Inside) -> dict[str, Rows]:
    """Return every row of an emulator's database, but for its record of asynchronous work."""
    tables = inside.database.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name")
    return {table: _rows(inside, table) for (table,) in tables.fetchall() if table != inside.work}


def _rows(inside: Inside, table: str) -> Rows:
    found = inside.database.execute(f"select * from {table}")
    kept = [place for place, column in enumerate(found.description) if column[0] != inside.ticks]
    return sorted((tuple(row[place] for place in kept) for row in found), key=repr)


# -- one account


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """An account and our folder as they were, to begin there again and again."""

    database: sqlite3.Connection
    ids: Any
    ticks: float
    folder: Path


@dataclass
class Account:
    """An account on stage, and the folder of our state of it."""

    esp: str
    host: Host
    clock: Clock
    folder: Path
    seam: Seam = field(default_factory=Seam)

    @classmethod
    def on(cls, stage: Stage, esp: str, folder: Path, data: Mapping[str, Any] | None = None) -> Account:
        """Put a fresh account on stage, filled by the shop's integration, or with *data*."""
        clock = Clock(AS_OF)
        host = Host(emulator(esp, clock), clock)
        host.emulator.seed(data or seed(esp))
        stage.host, host.abort = host, stage.abort
        return cls(esp, host, clock, folder)

    @property
    def inside(self) -> Inside:
        """What is behind the API."""
        return INSIDES[self.esp](self.host.emulator)

    @property
    def store(self) -> Store:
        """Our files."""
        return Store(self.folder, self.esp)

    # -- commands; each opens the account anew, as a process would

    @contextmanager
    def opened(self, shop: Shop) -> Iterator[Opened]:
        """Connect on a virtual clock, with the seam in the transport."""
        with opened(self.site(shop), VirtualWaiter(on_sleep=self.clock.advance)) as account:
            account.connection.policy.before_call = self.seam
            yield account

    def site(self, shop: Shop) -> Site:
        """Return the destination, with its state in this account's folder."""
        project = replace(shop.project, state=str(self.folder))
        return Site(project=project, destination=project.destinations[self.esp])

    def plan(self, shop: Shop) -> Plan:
        """Plan."""
        with self.opened(shop) as account:
            return account.plan()

    def apply(self, shop: Shop) -> Applied:
        """Plan, consent to all that needs a word, apply."""
        with self.opened(shop) as account:
            plan = account.plan()
            words = [reason.word for reason in plan.unsafe]
            return apply(plan, account.desired, account.connection, account.store, allow=words)

    def sync(self, shop: Shop) -> Synced:
        """Sync."""
        with self.opened(shop) as account:
            ledger = Ledger.open(account.desired.site.project, account.store)
            return sync(account.desired, shop, account.connection, account.store, ledger)

    # -- what came of it

    def writes(self) -> list[Exchange]:
        """Return the requests that may have changed something."""
        return [exchange for exchange in self.host.exchanges if may_change(exchange)]

    def held(self, shop: Shop, besides: Collection[str] = ()) -> dict[str, dict[str, str]]:
        """Return what the ESP itself shows: segment or marker → email → the marker's value, or nothing for a member.

        Segments of the keys *besides* are left out.
        """
        with self.opened(shop) as account:
            owned, resources = account.connection.read().owned(), account.desired.resources

            def members(address: Address) -> dict[str, str]:
                return {contact.email: "" for contact in account.connection.members(owned[address], resources[address])}

            def values(address: Address) -> dict[str, str]:
                return {contact.email: value for contact, value in values_of(account.connection, owned[address])}

            counted = {segment: members(address) for segment, address in account.desired.counted.items() if segment not in besides}
            return counted | {f"{marker.key} marker": values(address) for marker, address in account.desired.markers.items()}

    def end(self) -> End:
        """Return all that the ESP holds and all that we hold, once asynchronous work is done."""
        self.clock.advance(LONG)
        self.inside.settle()
        ledger, log = _document(self.store.ledger), self.store.ledger.with_name(f"{self.store.ledger.stem}.log.jsonl")
        return End(
            world=world(self.inside),
            state=_document(self.store.state),
            ledger=ledger and {entry: {**held, "writing": None} for entry, held in ledger["resources"].items()},
            log=log.read_text(encoding="utf-8") if log.exists() else "",
            unfinished=tuple(str(intent.address) for intent in Journal(self.store.journal).unfinished()),
        )

    # -- beginning again

    def snapshot(self, folder: Path) -> Snapshot:
        """Keep account and folder as they are, when no work is under way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        copytree(self.folder, folder)
        inside = self.inside
        ids = inside.ids.getstate() if inside.ids else None
        database = sqlite3.connect(":memory:")
        inside.database.backup(database)
        return Snapshot(database=database, ids=ids, ticks=self.clock.ticks(), folder=folder)

    def restore(self, kept: Snapshot) -> Account:
        """Make this fresh account what another one was."""
        inside = self.inside
        kept.database.backup(inside.database)
        if inside.ids:
            inside.ids.setstate(kept.ids)
        self.clock.advance(kept.ticks)
        copytree(kept.folder, self.folder)
        return self


def may_change(exchange: Exchange) -> bool:
    """Return whether a request is more than a look: MailerLite's batches are posted, and many of them only look people up."""
    parts = (exchange.call.body or {}).get("requests") or [{"method": exchange.call.method}]
    return any(part["method"] != "GET" for part in parts)


def _document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


# -- a shop's life

Command = Callable[[Account], Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of a shop's life, and the same command asked for once more, which must find nothing to do."""

    name: str
    run: Command
    again: Command


def steps(first: Shop, later: Shop) -> tuple[Step, ...]:
    """Return a shop's life: everything is made and filled; then a segment is renamed, one is dropped, and people move."""
    return (
        Step(name="first apply", run=lambda a: a.apply(first), again=lambda a: a.plan(first).changes),
        Step(name="first sync", run=lambda a: a.sync(first), again=lambda a: a.sync(first).written),
        Step(name="later apply", run=lambda a: a.apply(later), again=lambda a: a.plan(later).changes),
        Step(name="later sync", run=lambda a: a.sync(later), again=lambda a: a.sync(later).written),
    )


STEPS = ("first apply", "first sync", "later apply", "later sync")


@dataclass(frozen=True, kw_only=True)
class Course:
    """An undisturbed step.

    Attributes:
        before: where it begins.
        calls: its operations, in order.
        writes: the numbers (from 1) of those that change something.
        end: what is there afterwards.
    """

    step: Step
    before: Snapshot
    calls: tuple[str, ...]
    writes: frozenset[int]
    end: End


def courses(fresh: Callable[[Path], Account], life: Sequence[Step], folder: Path) -> Iterator[Course]:
    """Run every step undisturbed, each from a restored account, as all disturbed runs begin."""
    account = fresh(folder / "start")
    for number, step in enumerate(life):
        before = account.snapshot(folder / f"before-{number}")
        account = fresh(folder / f"run-{number}").restore(before)
        step.run(account)
        exchanges, calls = account.host.exchanges, tuple(account.seam.calls)
        assert len(calls) == len(exchanges), "every request goes through the policy, once"
        writes = frozenset(place for place, exchange in enumerate(exchanges, 1) if may_change(exchange))
        yield Course(step=step, before=before, calls=calls, writes=writes, end=account.end())
