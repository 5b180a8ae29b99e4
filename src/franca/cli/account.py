"""A destination with everything that plan, apply and sync need of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from franca.adapter import Connection, RealWaiter, Site, Waiter, adapter
from franca.plan import Desired, Plan, Store, advice, desire, insist_on_own_account, make_plan, used


@dataclass(frozen=True, kw_only=True)
class Account:
    """What should exist at a destination, where its state is, and the open connection."""

    desired: Desired
    connection: Connection
    store: Store

    def plan(self) -> Plan:
        """Read the destination and return what must change there, with what other layers have to say of it."""
        spent = partial(used(self.store).within, now=self.connection.policy.waiter.now())
        plan, site = make_plan(self.desired, self.connection.read(), self.store.load(), spent), self.desired.site
        insist_on_own_account(site.project, site.destination.name, plan.account)
        told = (str(replace(problem, warning=False)) for problem in advice(site, datetime.now(UTC)))
        return replace(plan, warnings=(*plan.warnings, *told))


@contextmanager
def opened(site: Site, waiter: Waiter | None = None) -> Iterator[Account]:
    """Open a destination while the block runs."""
    store = Store.of(site.project, site.destination.name)
    desired = desire(site, adapter(site.destination.adapter), store.load().measured)
    with connected(site, waiter) as connection:
        yield Account(desired=desired, connection=connection, store=store)


@contextmanager
def connected(site: Site, waiter: Waiter | None = None) -> Iterator[Connection]:
    """Open a destination whatever should exist there, while the block runs."""
    connection = adapter(site.destination.adapter).connect(site, waiter or RealWaiter())
    try:
        yield connection
    finally:
        connection.close()
