"""The whole way, on an example shop: evaluate, plan, apply, sync, and let each ESP count for itself."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree, rmtree
from typing import NamedTuple

from franca.adapter import (
    Address,
    Choice,
    Connection,
    Marker,
    Remote,
    Resource,
    ResourceKind,
    Site,
    Snapshot,
    VirtualWaiter,
    adapter,
    with_splits,
)
from franca.adapter.reading import values_of
from franca.audience import Evaluation, evaluate
from franca.definitions import Destination, Project
from franca.demo.emails import subjects
from franca.demo.seeds import seed
from franca.demo.store import AS_OF, make_store, write_store
from franca.demo.store import Store as Shop
from franca.errors import FrancaError
from franca.language import check, load
from franca.plan import Desired, Store, apply, desire, make_plan
from franca.sandbox import Clock, Host, Running, emulator, example_key, serve
from franca.sync import Ledger, sync, winners

Say = Callable[[str], None]


class Row(NamedTuple):
    """One line of the demo's table.

    Attributes:
        ours: by Franca, of those whom the ESP holds.
        theirs: as the ESP itself counts.
        outside: of theirs, contacts that the shop does not know or cannot tell apart.
        equal: whether the rest are exactly the same people.
    """

    segment: str
    destination: str
    kept: str
    ours: int
    theirs: int
    outside: int
    equal: bool


def write_project(folder: Path, shop: Shop) -> None:
    """Write the example project with its data, and a seed for each ESP's sandbox, into *folder*."""
    with as_file(files("franca.demo") / "project") as project:
        copytree(project, folder, dirs_exist_ok=True)
    write_store(shop, folder / "data")
    (folder / "sandbox").mkdir(exist_ok=True)
    for name in check(load(folder)).destinations:
        (folder / "sandbox" / f"{name}.json").write_text(json.dumps(seed(shop, name)), encoding="utf-8")


def run_demo(folder: Path, say: Say, people: int = 10_000) -> list[Row]:
    """Run the demo in *folder* and return the table.

    Raises:
        FrancaError: *folder* is somebody's own, or something is left to do after everything was done.
    """
    fresh(folder)
    say(f"Writing a shop with {people:,} people and two years of orders to {folder}")
    write_project(folder, make_store(people))
    project = with_splits(check(load(folder)))
    with ExitStack() as stack:
        say(f"Starting {len(project.destinations)} ESPs on loopback, filled as the shop's integrations would have filled them")
        running = {name: stack.enter_context(sandbox(folder, name)) for name in project.destinations}
        project = local(project, running)
        evaluation = stack.enter_context(evaluate(project, as_of=AS_OF))
        say(f"Evaluating {len(project.segments)} segments as of {AS_OF.astimezone(project.zone).isoformat()}")
        return [row for name in project.destinations for row in _destination(project, name, running[name], evaluation, say)]


def fresh(folder: Path) -> None:
    """Make *folder* an empty one of the demo's.

    Raises:
        FrancaError: somebody else's files are in it.
    """
    mark = folder / ".franca-demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise FrancaError(f"{folder} is not empty and not a demo's", remedy="name another folder; nothing was written")
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.touch()


@contextmanager
def sandbox(folder: Path, name: str) -> Iterator[Running]:
    """Run a sandbox, seeded, with its clock frozen at the as-of instant."""
    clock = Clock(AS_OF)
    host = Host(emulator(name, clock), clock)
    host.emulator.seed(json.loads((folder / "sandbox" / f"{name}.json").read_text(encoding="utf-8")))
    with serve(host) as running:
        yield running


def local(project: Project, running: dict[str, Running]) -> Project:
    """Return *project* with every destination at its sandbox; the keys in the user's environment are not touched."""
    os.environ.setdefault("FRANCA_LEDGER_KEY", "a demo has no secrets")
    destinations = {name: _redirect(destination, running[name]) for name, destination in project.destinations.items()}
    return dataclasses.replace(project, destinations=destinations)


def _redirect(destination: Destination, running: Running) -> Destination:
    variable = f"FRANCA_DEMO_{destination.name.upper()}"
    os.environ[variable] = example_key(destination.adapter)
    return dataclasses.replace(destination, settings={**destination.settings, "url": running.url, "api_key": f"env:{variable}"})


def _destination(project: Project, name: str, running: Running, evaluation: Evaluation, say: Say) -> Iterator[Row]:
    site = Site(project=project, destination=project.destinations[name])
    found = adapter(site.destination.adapter)
    desired, store = desire(site, found), Store.of(project, name)
    connection = found.connect(site, VirtualWaiter(on_sleep=running.host.clock.advance))
    try:
        _make(desired, connection, store, evaluation, say)
        yield from _Proof(desired, connection, evaluation).rows()
        for line in subjects(desired, evaluation, connection, running.host.emulator):
            say(line)
        _nothing_left(desired, connection, store, evaluation, say)
    finally:
        connection.close()


def _make(desired: Desired, connection: Connection, store: Store, evaluation: Evaluation, say: Say) -> None:
    name = desired.site.destination.name
    plan = make_plan(desired, connection.read(), store.load())
    applied = apply(plan, desired, connection, store)
    synced = sync(desired, evaluation, connection, store, Ledger.open(desired.site.project, store))
    say(f"{name}: applied {len(applied.outcomes)} changes, synced {synced.written:,} rows")


def _nothing_left(desired: Desired, connection: Connection, store: Store, evaluation: Evaluation, say: Say) -> None:
    name = desired.site.destination.name
    left = make_plan(desired, connection.read(), store.load()).changes
    written = sync(desired, evaluation, connection, store, Ledger.open(desired.site.project, store)).written
    if left or written:
        raise FrancaError(f"{name}: a second plan has {len(left)} changes and a second sync {written} rows; both must be 0")
    say(f"{name}: planned and synced again: nothing is left to do")


class _Proof:
    """Lets an ESP count what was pushed, and compares people by people."""

    def __init__(self, desired: Desired, connection: Connection, evaluation: Evaluation) -> None:
        self._desired, self._connection = desired, connection
        self._emails = evaluation.emails()
        self._snapshot: Snapshot = connection.read()
        self._universe: AbstractSet[str] = {contact.email for contact in connection.contacts()} & evaluation.universe()

    def rows(self) -> Iterator[Row]:
        for segment, address in self._desired.counted.items():
            decision = self._desired.decisions[segment]
            yield self._counted(segment, str(decision.realisation), address, self._emails[segment])
        for marker, field in self._desired.markers.items():
            wanted = winners(self._emails, marker)
            for choice in marker.choices:
                people = {email for email, value in wanted.items() if value == choice.segment}
                yield self._marked(marker, choice, field, people)

    def _marked(self, marker: Marker, choice: Choice, field: Address, people: AbstractSet[str]) -> Row:
        """Count the native segment on a marker's value; where the ESP has none, those who carry the value."""
        label, segment = f"{marker.key} = {choice.segment}", Address(ResourceKind.SEGMENT, choice.key)
        if segment in self._desired.resources:
            return self._counted(label, "marker", segment, people)
        carrying = [contact.email for contact, held in values_of(self._connection, self._remote(field)) if held == choice.segment]
        return self._row(label, "marker", people, len(carrying), set(carrying))

    def _counted(self, label: str, kept: str, address: Address, people: AbstractSet[str]) -> Row:
        remote, resource = self._remote(address), self._resource(address)
        members = {contact.email for contact in self._connection.members(remote, resource)}
        return self._row(label, kept, people, self._connection.count(remote, resource), members)

    def _row(self, label: str, kept: str, people: AbstractSet[str], theirs: int, members: AbstractSet[str]) -> Row:
        ours, inside = people & self._universe, members & self._universe
        equal = ours == inside and theirs == len(members)
        return Row(label, self._desired.site.destination.name, kept, len(ours), theirs, len(members - self._universe), equal)

    def _remote(self, address: Address) -> Remote:
        return self._snapshot.owned()[address]

    def _resource(self, address: Address) -> Resource:
        return self._desired.resources[address]
