"""What an adapter makes at its emulator: read back, kept, never twice, never more than was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from franca.adapter.capabilities import Capability, Level
from franca.adapter.erasing import Erased, Erasing
from franca.adapter.protocol import Site
from franca.adapter.resources import Remote, Snapshot
from franca.adapter.standing import Standing, Telling
from franca.adapter.testing.definitions import GERMAN, segment
from franca.adapter.testing.demand import Check, demand
from franca.adapter.testing.rules import Sent
from franca.adapter.testing.subject import Account, Subject, opened
from franca.definitions import Segment
from franca.errors import FrancaError
from franca.plan import Desired, Plan, Store, apply, desire, make_plan
from franca.sandbox import Fault
from franca.sync import Ledger, Synced, sync

PEOPLE: Mapping[str, Mapping[str, Any]] = {
    f"p{number}@shop.test": {"country": "DE" if number < 3 else "FR", "points": number} for number in range(5)
}
GERMANS = frozenset(email for email, values in PEOPLE.items() if values["country"] == "DE")
UNSUBSCRIBED = "p1@shop.test"
STRANGER = "stranger@elsewhere.test"
"""Somebody whom the ESP does not hold."""

WRITES = "^(POST|PUT|PATCH) "
ROUNDS = 30
"""More than anybody needs to make a handful of things, each answer lost once."""


@dataclass(frozen=True)
class Evaluated:
    """Who is in which segment, as sync asks for it."""

    of: Mapping[str, frozenset[str]]

    def emails(self) -> Mapping[str, frozenset[str]]:
        """Return each segment's members."""
        return self.of

    def universe(self) -> frozenset[str]:
        """Return everybody who can be matched."""
        return frozenset().union(*self.of.values())

    def people(self, attributes: Any, segments: Any) -> tuple[Any, ...]:  # noqa: ARG002 - no template is synced here
        """Return nobody."""
        return ()

    def summary(self) -> Any:
        """Return that nobody is outside."""
        return SimpleNamespace(without_email=0, ambiguous_emails=0)


# -- a project at an account


def _segments(subject: Subject) -> list[Segment]:
    """Return one segment of each realisation that the adapter declares, and one of a group."""
    native = subject.adapter.capabilities[Capability.NATIVE_SEGMENT].level is Level.YES
    kinds = ("native", "members", "marker") if native else ("members", "marker")
    return [*(segment(GERMAN, kind, realise={subject.name: kind}) for kind in kinds), segment(GERMAN, "gold", group="tier", priority=1)]


def _whole(account: Account) -> Site:
    return account.site(*_segments(account.subject), markers=("tier",))


def _desired(account: Account, site: Site) -> tuple[Desired, Store]:
    return desire(site, account.subject.adapter), Store.of(site.project, account.subject.name)


def _read(account: Account, site: Site) -> Snapshot:
    with account.connected(site) as connection:
        return connection.read()


def _plan(account: Account, site: Site) -> Plan:
    desired, store = _desired(account, site)
    return make_plan(desired, _read(account, site), store.load())


def _applied(account: Account, site: Site) -> Plan:
    """Plan and apply, with every word that is needed; return what was planned."""
    desired, store = _desired(account, site)
    with account.connected(site) as connection:
        plan = make_plan(desired, connection.read(), store.load())
        apply(plan, desired, connection, store, allow=[each.word for each in plan.unsafe])
    return plan


def _synced(account: Account, site: Site, people: frozenset[str]) -> Synced:
    desired, store = _desired(account, site)
    evaluated: Any = Evaluated(dict.fromkeys(site.project.segments, people))
    with account.connected(site) as connection:
        return sync(desired, evaluated, connection, store, Ledger.open(site.project, store))


def _counts(account: Account, site: Site) -> dict[str, int]:
    desired, _ = _desired(account, site)
    with account.connected(site) as connection:
        owned = connection.read().owned()
        return {key: connection.count(owned[each], desired.resources[each]) for key, each in desired.counted.items()}


def _seeds(subject: Subject) -> list[dict[str, Any]]:
    """Return five people, of whom one has unsubscribed."""
    statuses = {UNSUBSCRIBED: "unsubscribed"}
    return [subject.contact(email, values, statuses.get(email, "subscribed")) for email, values in PEOPLE.items()]


# -- checks


def reads_back_what_it_makes(subject: Subject) -> None:
    """A segment of each realisation and a group's marker: a second plan and a second sync are empty; the ESP counts whom we count."""
    with opened(subject, *(subject.contact(email, values) for email, values in PEOPLE.items())) as account:
        site = _whole(account)
        demand(_applied(account, site).changes, "nothing was planned")
        left = [f"{change.action} {change.address}: {change.reason}" for change in _plan(account, site).changes]
        demand(not left, f"a second plan is not empty: {left}")
        demand(_synced(account, site, GERMANS).written > 0, "the first sync wrote nothing")
        demand(_synced(account, site, GERMANS).written == 0, "a second sync writes again")
        counts = _counts(account, site)
        wrong = {key: count for key, count in counts.items() if count != len(GERMANS)}
        demand(not wrong, f"the ESP counts {wrong}, and we {len(GERMANS)}")
        demand("members" in counts, "nothing counts the members")


def makes_nobody_and_changes_no_consent(subject: Subject) -> None:
    """A stranger in every segment, and somebody who unsubscribed: the same people with the same consents, and no request that could."""
    with opened(subject, *_seeds(subject)) as account:
        before = dict(subject.people(account.host.emulator))
        demand(set(before) == set(PEOPLE), f"`people` reads {sorted(before)} from an emulator with {sorted(PEOPLE)}")
        site = _whole(account)
        _applied(account, site)
        synced = _synced(account, site, GERMANS | {STRANGER})
        silent = [str(each.address) for each in synced.resources if each.unknown != 1]
        demand(not silent, f"sync does not report the one whom the ESP does not hold: {silent}")
        demand(dict(subject.people(account.host.emulator)) == before, "somebody was made or deleted, or a consent changed")
        sent = [Sent(method=each.call.method, path=each.call.path, body=each.call.body) for each in account.host.exchanges]
        found = [f"{each.method} {each.path}: {line}" for each in sent for line in subject.rules.violations(each)]
        demand(not found, f"forbidden requests: {found}")
        demand(len(sent) == len(account.calls), f"{len(sent)} requests went out, and {len(account.calls)} calls through the policy")


def deletes_only_what_is_ours(subject: Subject) -> None:
    """Everything of ours goes when nothing is wanted any more; what people made by hand stays as it was, to the letter."""
    with opened(subject, *_seeds(subject)) as account:
        site, nothing = _whole(account), account.site()
        foreign = _foreign(account, site)
        demand(not subject.by_hand or foreign, "what `by_hand` makes is not read, or is taken for ours")
        _applied(account, site)
        demand(_foreign(account, site) == foreign, "making ours changed what people made")
        _applied(account, nothing)
        left = sorted(map(str, _read(account, nothing).owned()))
        demand(not left, f"ours, not wanted, and still there: {left}")
        kept = _foreign(account, nothing)
        gone = [each.name for each in foreign if each not in kept]
        demand(not gone, f"made by hand, and gone or changed: {gone}")


def _foreign(account: Account, site: Site) -> list[Remote]:
    return sorted((each for each in _read(account, site).remotes if each.key is None), key=lambda each: (each.kind, each.id))


def makes_nothing_twice(subject: Subject) -> None:
    """Every write's answer is lost once, while things are made: run again until nothing is left, nothing is there twice."""
    with opened(subject, *_seeds(subject)) as account:
        site = _whole(account)
        for _ in range(ROUNDS):
            if not _plan(account, site).changes:
                break
            account.host.faults.add(Fault(kind="reset-after", match=WRITES))
            with suppress(FrancaError):  # whether an apply that looks itself ends well, or says to run again, is its own affair
                _applied(account, site)
            account.host.faults.clear()
        demand(any(each.fault for each in account.host.exchanges), "no answer was lost: the fault met no write")
        left = [str(change.address) for change in _plan(account, site).changes]  # raises when two things carry one mark
        demand(not left, f"after {ROUNDS} rounds there is still to do: {left}")


# -- people


def erases_whom_it_is_asked_to(subject: Subject) -> None:
    """Declared NO: no connection can. Else one person goes, for good or later, and nobody else; a stranger is nobody."""
    level, (gone, *others) = subject.adapter.capabilities[Capability.ERASURE].level, sorted(PEOPLE)
    with opened(subject, *_seeds(subject)) as account, account.connected(_whole(account)) as connection:
        before = dict(subject.people(account.host.emulator))
        demand(isinstance(connection, Erasing) is (level is not Level.NO), f"erasure is declared {level}, and the connection differs")
        if not isinstance(connection, Erasing):
            return
        nobody, outcome = connection.erase(STRANGER), connection.erase(gone)
        after = dict(subject.people(account.host.emulator))
        demand(nobody is Erased.NOBODY, f"of a stranger it says {nobody!r}")
        demand(outcome is not Erased.NOBODY, "of somebody whom the ESP holds it says that it does not")
        demand(outcome is Erased.ASKED or gone not in after, "it says that it erased somebody who is still there")
        wrong = [email for email in others if after.get(email) != before[email]]
        demand(not wrong, f"erasing one changed others: {wrong}")


def tells_who_is_mailed(subject: Subject) -> None:
    """Where a connection can be asked: who unsubscribed is not mailable, who subscribed is, and a stranger is not held."""
    with opened(subject, *_seeds(subject)) as account, account.connected(_whole(account)) as connection:
        if not isinstance(connection, Telling):
            return
        before = dict(subject.people(account.host.emulator))
        told = connection.standings([*PEOPLE, STRANGER])
        mailed = sorted(email for email, standing in told.items() if standing is Standing.MAILABLE)
        demand(set(told) == set(PEOPLE), f"it tells of {sorted(told)}, and holds {sorted(PEOPLE)}")
        demand(mailed == sorted(set(PEOPLE) - {UNSUBSCRIBED}), f"it calls mailable {mailed}; {UNSUBSCRIBED} unsubscribed")
        demand(dict(subject.people(account.host.emulator)) == before, "asking changed something")


MAKING: tuple[Check, ...] = (
    reads_back_what_it_makes,
    makes_nobody_and_changes_no_consent,
    deletes_only_what_is_ours,
    makes_nothing_twice,
    erases_whom_it_is_asked_to,
    tells_who_is_mailed,
)
