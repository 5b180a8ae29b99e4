"""The measurement: probe objects are made, looked at and deleted, and the answers go into the state. No people are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from franca.adapter import Adapter, Connection, Contact, Resource, Site
from franca.adapter.probing import Probe, Probes, Probing
from franca.errors import FrancaError
from franca.plan import Measured, Store, check_account, counted, insist_on_own_account
from franca.probing.bench import Bench, insist_on_taken
from franca.progress import Progress

FEWEST, MOST = 2, 20
"""Probe contacts: two tell any two answers apart; more repeat the measurement."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of one assumption at the account.

    Attributes:
        holds: None when it was not measured.
        why: why it was not; empty otherwise.
    """

    assumption: str
    statement: str
    holds: bool | None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What was measured at one destination; *swept* counts what an earlier, interrupted probe had left there."""

    destination: str
    adapter: str
    account: str
    answers: tuple[Answer, ...]
    swept: int = 0


Outcome = bool | str
"""Whether it holds, or why that was not told."""


def measure(
    site: Site, adapter: Adapter, connection: Connection, store: Store, emails: Collection[str], *, now: datetime, progress: Progress
) -> Probed:
    """Measure what can be measured with the contacts of normalised *emails*, and note the answers in the state.

    Raises:
        FrancaError: too few contacts, one that is not there, an account that is another's, an ESP that refuses, or another run is at it.
    """
    wanted, destination = _probes(site, adapter, now), site.destination.name
    people = sorted(set(emails))
    _insist_on_a_handful(people)
    with store.locked(), counted(store, connection.policy):
        bench = Bench(destination=destination, connection=connection, fields=_fields(wanted), snapshot=connection.read())
        check_account(store.load(), bench.snapshot, destination)
        insist_on_own_account(site.project, destination, bench.snapshot.account)
        with _tidy(bench) as swept:
            found = dict(_measured(bench, wanted, _known(connection, people, destination), progress))
        _note(store, bench.snapshot.account, found, now)
    outcomes = {**wanted.unmeasured, **found}
    return Probed(
        destination=destination,
        adapter=adapter.name,
        account=bench.snapshot.account,
        answers=tuple(_answer(key, known.statement, outcomes[key]) for key, known in sorted(adapter.assumptions.items())),
        swept=swept,
    )


def _probes(site: Site, adapter: Adapter, now: datetime) -> Probes:
    if not isinstance(adapter, Probing):
        what = f"{site.destination.name}: nothing can be measured at {adapter.title} from here"
        raise FrancaError(what, remedy=f"its segments are kept by sync; probe a destination of another adapter than {adapter.name}")
    return adapter.probes(site, now)


def _insist_on_a_handful(people: Sequence[str]) -> None:
    if not FEWEST <= len(people) <= MOST:
        what = f"{len(people)} probe contacts are named, and a probe takes {FEWEST} to {MOST}"
        raise FrancaError(what, remedy="name contacts of your own that the ESP holds: --contact EMAIL --contact EMAIL; nothing was written")


def _fields(wanted: Probes) -> tuple[Resource, ...]:
    return tuple({each.field.address: each.field for each in wanted.probes if each.field}.values())


@contextmanager
def _tidy(bench: Bench) -> Iterator[int]:
    """Delete what an earlier probe left, and in the end whatever this one left, also where no answer told that it was made."""
    swept = bench.swept(bench.snapshot)
    try:
        yield swept
    finally:
        bench.swept(bench.connection.read())


def _known(connection: Connection, people: Sequence[str], destination: str) -> list[Contact]:
    found = connection.known(people)
    if missing := len(people) - len(found):
        what = f"{destination}: {missing} of the {len(people)} probe contacts are not there, or in no segment"
        raise FrancaError(what, remedy="name contacts that it holds and mails; a probe makes nobody, and nothing was written")
    return [found[email] for email in people]


def _measured(bench: Bench, wanted: Probes, contacts: Sequence[Contact], progress: Progress) -> Iterator[tuple[str, Outcome]]:
    if wanted.contacts is None:
        return
    with bench.holding(wanted.contacts) as (group,):
        for written in bench.connection.write_members(group, contacts, ()):
            insist_on_taken(written)
        for done, probe in enumerate(wanted.probes, 1):
            yield probe.assumption, _outcome(bench, probe, contacts)
            progress(f"measured {probe.assumption}", done, len(wanted.probes))


def _outcome(bench: Bench, probe: Probe, contacts: Sequence[Contact]) -> Outcome:
    mute = _inside(bench, probe.mute) if probe.mute else frozenset()
    ordered = sorted(contacts, key=lambda each: each.email in mute)  # whoever can tell gets the first value
    with bench.filled(probe, ordered):
        inside = _inside(bench, probe.segment)
    places = ((place % len(probe.values), each.email) for place, each in enumerate(ordered))
    return _judged(probe, {(place, email in inside) for place, email in places if email not in mute or place in probe.holds & probe.fails})


def _inside(bench: Bench, segment: Resource) -> frozenset[str]:
    with bench.holding(segment) as (remote,):
        return frozenset(each.email for each in bench.connection.members(remote, segment))


def _judged(probe: Probe, seen: Collection[tuple[int, bool]]) -> Outcome:
    """Return what the places that were seen inside and outside say; an answer that is neither of the two is none."""
    holds = all(inside == (place in probe.holds) for place, inside in seen)
    fails = all(inside == (place in probe.fails) for place, inside in seen)
    if holds and fails:
        return f"the contacts named cannot tell{': ' * bool(probe.needs)}{probe.needs}"
    if holds or fails:
        return holds
    return "the ESP answered neither what is expected if it holds nor what is expected if not"


def _note(store: Store, account: str, found: Mapping[str, Outcome], now: datetime) -> None:
    """Put the answers into the state; what was not measured this time keeps its earlier answer."""
    state, day = store.load(), now.astimezone(UTC).date()
    answers = {key: Measured(holds=outcome, at=day) for key, outcome in found.items() if isinstance(outcome, bool)}
    store.save(replace(state, account=account, measured={**state.measured, **answers}))


def _answer(assumption: str, statement: str, outcome: Outcome) -> Answer:
    if isinstance(outcome, bool):
        return Answer(assumption=assumption, statement=statement, holds=outcome)
    return Answer(assumption=assumption, statement=statement, holds=None, why=outcome)
