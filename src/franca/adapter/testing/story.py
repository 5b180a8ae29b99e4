"""A project at an account, planned, applied and synced: what the checks of things that are made tell again and again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from franca.adapter.capabilities import Capability, Level
from franca.adapter.protocol import Site
from franca.adapter.resources import Snapshot
from franca.adapter.testing.definitions import GERMAN, segment
from franca.adapter.testing.subject import Account, Subject
from franca.definitions import Segment
from franca.plan import Desired, Plan, Store, apply, desire, make_plan
from franca.sync import Ledger, Synced, sync

PEOPLE: Mapping[str, Mapping[str, Any]] = {
    f"p{number}@shop.test": {"country": "DE" if number < 3 else "FR", "points": number} for number in range(5)
}
GERMANS = frozenset(email for email, values in PEOPLE.items() if values["country"] == "DE")
UNSUBSCRIBED = "p1@shop.test"
STRANGER = "stranger@elsewhere.test"
"""Somebody whom the ESP does not hold."""


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


def segments(subject: Subject) -> list[Segment]:
    """Return one segment of each realisation that the adapter declares, and one of a group."""
    native = subject.adapter.capabilities[Capability.NATIVE_SEGMENT].level is Level.YES
    kinds = ("native", "members", "marker") if native else ("members", "marker")
    return [*(segment(GERMAN, kind, realise={subject.name: kind}) for kind in kinds), segment(GERMAN, "gold", group="tier", priority=1)]


def whole(account: Account) -> Site:
    """Return the project with all of them."""
    return account.site(*segments(account.subject), markers=("tier",))


def desired_at(account: Account, site: Site) -> tuple[Desired, Store]:
    """Return what should be there, and the state."""
    return desire(site, account.subject.adapter), Store.of(site.project, account.subject.name)


def read(account: Account, site: Site) -> Snapshot:
    """Read what is there."""
    with account.connected(site) as connection:
        return connection.read()


def planned(account: Account, site: Site) -> Plan:
    """Plan."""
    desired, store = desired_at(account, site)
    return make_plan(desired, read(account, site), store.load())


def applied(account: Account, site: Site) -> Plan:
    """Plan and apply, with every word that is needed; return what was planned."""
    desired, store = desired_at(account, site)
    with account.connected(site) as connection:
        plan = make_plan(desired, connection.read(), store.load())
        apply(plan, desired, connection, store, allow=[each.word for each in plan.unsafe])
    return plan


def synced(account: Account, site: Site, people: frozenset[str], *, allow: Collection[str] = ()) -> Synced:
    """Let *people* be in every segment, and sync."""
    desired, store = desired_at(account, site)
    evaluated: Any = Evaluated(dict.fromkeys(site.project.segments, people))
    with account.connected(site) as connection:
        return sync(desired, evaluated, connection, store, Ledger.open(site.project, store), allow=allow)


def counted(account: Account, site: Site) -> dict[str, int]:
    """Return how many members the ESP counts, by segment."""
    desired, _ = desired_at(account, site)
    with account.connected(site) as connection:
        owned = connection.read().owned()
        return {key: connection.count(owned[each], desired.resources[each]) for key, each in desired.counted.items()}


def seeds(subject: Subject) -> list[dict[str, Any]]:
    """Return five people, of whom one has unsubscribed."""
    statuses = {UNSUBSCRIBED: "unsubscribed"}
    return [subject.contact(email, values, statuses.get(email, "subscribed")) for email, values in PEOPLE.items()]
