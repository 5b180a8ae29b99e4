"""One trial: some trees at one ESP, from `desire` over `apply` and `sync` to the ESP's own count, and what is not as evaluated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest

from equivalence.facts import seed
from equivalence.places import KEY_VARIABLE, LADDER, Place
from equivalence.shop import Shop, make_shop
from equivalence.trees import trees
from files import write_parquet
from franca.adapter import Address, Choice, Connection, Marker, Remote, ResourceKind, Secret, Site, VirtualWaiter
from franca.adapter.reading import values_of
from franca.audience import Summary, evaluate
from franca.definitions import SKIP, Predicate, Realisation, Segment
from franca.plan import Decision, Desired, Store, apply, desire, make_plan
from franca.sandbox import Clock, Emulator, Host, serve
from franca.sync import Ledger, sync
from schema import AS_OF, make_project

Wishes = Mapping[str, Realisation | str]
RUNGS = 3
"""Segments of the group that is a marker."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the evaluator says, kept: several accounts are compared with it."""

    members: Mapping[str, frozenset[str]]
    everybody: frozenset[str]
    numbers: Summary

    def emails(self) -> Mapping[str, frozenset[str]]:
        """Each segment's members."""
        return self.members

    def universe(self) -> Collection[str]:
        """Everybody who can be matched."""
        return self.everybody

    def summary(self) -> Summary:
        """Who is outside."""
        return self.numbers


@dataclass(frozen=True)
class Batch:
    """Trees for one ESP, over one shop, of a project in one time zone."""

    place: Place
    where: Mapping[str, Predicate]
    shop: Shop
    root: Path
    zone: str

    @cached_property
    def answer(self) -> Answer:
        """All segments in one evaluation, of the tables as files."""
        (self.root / "data").mkdir(parents=True)
        write_parquet(self.shop.tables, self.root / "data")
        with evaluate(make_project(self.where, root=self.root, timezone=self.zone), as_of=AS_OF) as found:
            return Answer(members=found.emails(), everybody=found.universe(), numbers=found.summary())

    def site(self, root: Path, wishes: Wishes | None = None, url: str = "http://127.0.0.1:9") -> Site:
        """Return the site of an account at *url*; the last segments of several are a group too: its marker reads everybody."""
        rungs = list(self.where)[-RUNGS:] if len(self.where) > 1 else []
        destination = replace(self.place.destination(url), markers=(LADDER,) if rungs else ())
        project = make_project(self.where, root=root, destinations={self.place.name: destination}, timezone=self.zone)
        segments = {key: _wished(segment, self.place.name, wishes or {}) for key, segment in project.segments.items()}
        grouped = {key: replace(segments[key], group=LADDER, priority=at) for at, key in enumerate(rungs)}
        return Site(project=replace(project, segments={**segments, **grouped}), destination=destination)

    def chosen(self) -> Mapping[str, Decision]:
        """Return what the core chooses when nothing is wished."""
        return desire(self.site(self.root), self.place.adapter).decisions


def _wished(segment: Segment, place: str, wishes: Wishes) -> Segment:
    return replace(segment, realise={place: wishes[segment.key]} if segment.key in wishes else {})


def batch(place: Place, number: int, start: int, root: Path, *more: Predicate, turn: int = 0) -> Batch:
    """Return *number* trees, and *more*, over a shop of their own; the ESP's zones take turns."""
    found = (*more, *trees(place.name, number, start))
    zone = place.zones[turn % len(place.zones)]
    return Batch(place, {f"s{at}": tree for at, tree in enumerate(found)}, make_shop(start), root, zone)


def sampled(decisions: Mapping[str, Decision], lists: int, markers: int) -> dict[str, Realisation | str]:
    """Return wishes: what is native stays, of the rest some are lists, some markers, and the others are left out."""
    rest = [key for key, decision in decisions.items() if decision.realisation is not Realisation.NATIVE]
    step = max(1, len(rest) // (lists + markers))
    taken = rest[::step][: lists + markers]
    wishes = {key: Realisation.MARKER if at < markers else Realisation.MEMBERS for at, key in enumerate(taken)}
    return {key: wishes.get(key, SKIP) for key in rest}


# -- at the ESP


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one tree came to.

    Attributes:
        assumptions: the ids of those that it leans on.
        wrong: what is not as evaluated; empty when all is.
    """

    key: str
    kept: Realisation
    assumptions: frozenset[str]
    wrong: str


@dataclass(frozen=True, kw_only=True)
class Account:
    """A sandbox account in which everything was applied and synced.

    Attributes:
        touched: the emails of those whose consent is another one than before.
    """

    batch: Batch
    desired: Desired
    connection: Connection
    remotes: Mapping[Address, Remote]
    touched: AbstractSet[str]

    def outcomes(self) -> list[Outcome]:
        """Let the ESP count every segment; compare within the universe."""
        universe = {contact.email for contact in self.connection.contacts()} & self.batch.answer.everybody
        fields = {marker: dict(self._held(address)) for marker, address in self.desired.markers.items()}
        marked = {email for held in fields.values() for email in held}
        return [*self._segments(universe, self.touched - marked), *self._marked(universe, fields)]

    def _held(self, field: Address) -> Iterator[tuple[str, str]]:
        return ((contact.email, value) for contact, value in values_of(self.connection, self.remotes[field]))

    def _segments(self, universe: AbstractSet[str], touched: AbstractSet[str]) -> Iterator[Outcome]:
        for key, address in self.desired.counted.items():
            kept = Realisation(str(self.desired.decisions[key].realisation))
            wrong = self._wrong(address, self.batch.answer.members[key] & universe, universe)
            yield self._outcome(key, wrong + _consents(touched), kept)

    def _marked(self, universe: AbstractSet[str], fields: Mapping[Marker, Mapping[str, str]]) -> Iterator[Outcome]:
        for marker, held in fields.items():
            for choice, wanted in self._winners(marker):
                carrying = {email for email, value in held.items() if value == choice.segment}
                segment = Address(ResourceKind.SEGMENT, choice.key)
                wrong = _difference(carrying & universe, wanted & universe, f"with {marker.key} = {choice.segment}")
                native = self._wrong(segment, wanted & universe, universe) if segment in self.remotes else ""
                yield self._outcome(choice.segment, wrong + native + _consents(self.touched & carrying), Realisation.MARKER)

    def _winners(self, marker: Marker) -> Iterator[tuple[Choice, AbstractSet[str]]]:
        """Yield each choice with those who are in it and in no earlier one."""
        taken: set[str] = set()
        for choice in marker.choices:
            members = self.batch.answer.members[choice.segment]
            yield choice, members - taken
            taken |= members

    def _wrong(self, address: Address, wanted: AbstractSet[str], universe: AbstractSet[str]) -> str:
        remote, resource = self.remotes[address], self.desired.resources[address]
        members = {contact.email for contact in self.connection.members(remote, resource)}
        counted = self.connection.count(remote, resource)
        miscount = "" if counted == len(members) else f"{address}: {counted} counted, {len(members)} shown\n"
        return miscount + _difference(members & universe, wanted, f"{address}: {resource.body}")

    def _outcome(self, key: str, wrong: str, kept: Realisation) -> Outcome:
        site = self.desired.site
        leaning = self.desired.adapter.assess(site.project.segments[key], site)[kept].assumptions
        text = f"{self.batch.where[key]}\n{wrong}" if wrong else ""
        return Outcome(key=key, kept=kept, assumptions=frozenset(each.id for each in leaning), wrong=text)


def _difference(found: AbstractSet[str], wanted: AbstractSet[str], what: str) -> str:
    """Say who is there and should not be, and who should be; the people are made up."""
    if found == wanted:
        return ""
    return f"{what}\n  there, and not evaluated: {sorted(found - wanted)}\n  evaluated, and not there: {sorted(wanted - found)}\n"


def _consents(touched: AbstractSet[str]) -> str:
    return f"their consent has changed: {sorted(touched)}\n" if touched else ""


@contextmanager
def opened(batch: Batch, root: Path, wishes: Wishes, flipped: str = "") -> Iterator[Account]:
    """Open a new account that holds the shop's facts; apply and sync everything. One assumption of the sandbox may be *flipped*."""
    clock = Clock(AS_OF)
    sandbox = batch.place.sandbox(clock)
    if flipped:
        sandbox.assumptions[flipped] = not sandbox.assumptions[flipped]
    sandbox.seed(seed(batch.shop, batch.place.name))
    with serve(Host(sandbox, clock)) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, batch.place.key)
        site = batch.site(root, wishes, running.url)
        connection = batch.place.adapter.connect(site, VirtualWaiter(on_sleep=clock.advance))
        try:
            yield _made(batch, desire(site, batch.place.adapter), connection, sandbox)
        finally:
            connection.close()


def _made(batch: Batch, desired: Desired, connection: Connection, sandbox: Emulator) -> Account:
    store, before = Store.of(desired.site.project, batch.place.name), batch.place.consents(sandbox)
    apply(make_plan(desired, connection.read(), store.load()), desired, connection, store)
    sync(desired, batch.answer, connection, store, Ledger(store.ledger, Secret("of this test")))
    after = batch.place.consents(sandbox)
    touched = {email.lower() for email in before.keys() | after.keys() if before.get(email) != after.get(email)}
    return Account(batch=batch, desired=desired, connection=connection, remotes=connection.read().owned(), touched=touched)
