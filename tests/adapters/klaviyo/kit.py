"""What the tests of the Klaviyo adapter share: a destination that maps everything, and a sandbox that holds the same facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import strategies
from evaluator import naive
from franca.adapter import Connection, Ref, Remote, Resource, Site, VirtualWaiter, replace_refs
from franca.definitions import Destination, EventMapping, FieldMapping, Kind, Predicate, Project
from franca.sandbox import Clock, Host, Running, serve
from franca_klaviyo.adapter import ADAPTER
from franca_klaviyo.sandbox import Sandbox

KEY_VARIABLE, KEY = "KLAVIYO_TEST_KEY", "pk_sandbox"

ATTRIBUTES = {
    **{
        name: FieldMapping(field=name) for name in ("email", "first_name", "gender", "birthday", "points", "credit", "score", "vip", "tags")
    },
    "country": FieldMapping(field="location['country']"),
    "created_at": FieldMapping(field="properties['Registered At']"),
    "last_seen": FieldMapping(field="Last Seen"),
}
_ORDER = {name: name.title() for name in ("sku", "quantity", "weight", "gift", "categories", "total")}
EVENTS = {
    "order": EventMapping(metric="Placed Order", integration="Shopify", value="total", properties=_ORDER),
    "cancellation": EventMapping(metric="Cancelled Order", value="total", properties={"total": "Total", "quantity": "Quantity"}),
    "view": EventMapping(metric="Viewed Page", properties={"page": "Page", "quantity": "Items"}),
}
COMPUTED = {
    "vip": FieldMapping(field="region['european_union']"),
    "score": FieldMapping(field="distance['USA 10001 miles']"),
    "credit": FieldMapping(field="predicted['total_clv']"),
    "points": FieldMapping(field="affinity['email priority']"),
    "birthday": FieldMapping(field="predicted['expected_date_of_next_purchase']"),
    "gender": FieldMapping(field="predicted['predicted_gender']", values={"f": "likely_female", "m": "likely_male", "d": "uncertain"}),
    "first_name": FieldMapping(field="affinity['push rank']"),
}
"""What Klaviyo computes, over some attributes in place of the properties above."""


def destination(url: str = "http://127.0.0.1:9", **changes: Any) -> Destination:
    """Return a destination that maps every fact of tests/strategies.py."""
    settings = {"api_key": f"env:{KEY_VARIABLE}", "url": url}
    return replace(Destination(name="klaviyo", adapter="klaviyo", settings=settings, attributes=ATTRIBUTES, events=EVENTS), **changes)


def site(segments: Mapping[str, Predicate] | None = None, *, timezone: str = "Europe/Berlin", **changes: Any) -> Site:
    """Return a site over the schema of tests/strategies.py."""
    target = destination(**changes)
    project = strategies.make_project(segments or {}, destinations={"klaviyo": target}, root=Path())
    return Site(project=replace(project, timezone=timezone), destination=target)


# -- facts


def seed(
    project: Project, tables: strategies.Tables, as_of: datetime, attributes: Mapping[str, FieldMapping] = ATTRIBUTES
) -> dict[str, Any]:
    """Return what a shop's integration would have put into Klaviyo: the same facts, for those who are in the universe."""
    inside, _ = naive.universe(project, tables, as_of)
    people = [person for person in naive.people(project, tables, as_of) if person.value("email") in inside]
    metrics = [{"name": mapping.metric, "integration": mapping.integration} for mapping in EVENTS.values()]
    return {
        "metrics": metrics,
        "contacts": [_contact(person, attributes) for person in people],
        "events": [event for person in people for event in _events(person)],
    }


def _contact(person: naive.Person, attributes: Mapping[str, FieldMapping]) -> dict[str, Any]:
    held = {name: _held(person, name) for name in attributes if name != "email"}
    fields = {attributes[name].field: attributes[name].values.get(str(value), value) for name, value in held.items() if value is not None}
    source = person.project.data.profile.consent["email"]
    status = naive._status(source, person.row)
    at = person.row[source.at]
    dated = None if at is None else naive.instant(at, ZoneInfo(source.zone)).isoformat()
    consent = {"status": str(status), "suppressed": bool(person.row[source.suppressed]), "at": dated}
    return {"email": person.value("email"), "fields": fields, "consent": consent}


def _held(person: naive.Person, name: str) -> Any:
    attribute = person.project.data.profile.attributes[name]
    raw = person.row[attribute.column]
    if attribute.type.kind is Kind.LIST and raw is not None:
        return [None if element is None else naive.nfc(element) for element in raw]  # Klaviyo keeps nulls inside lists
    return person.value(name)


def _events(person: naive.Person) -> Iterator[dict[str, Any]]:
    number = 0
    for name, mapping in EVENTS.items():
        for event in person.events[name]:
            number += 1
            values = {theirs: event.value(ours) for ours, theirs in mapping.properties.items()}
            yield {
                "email": person.value("email"),
                "metric": mapping.metric,
                "integration": mapping.integration,
                "id": f"{name}-{number}",
                "at": event.at.isoformat(),
                "value": event.value(mapping.value) if mapping.value else None,
                "properties": {theirs: value for theirs, value in values.items() if value is not None},
            }


# -- accounts


@dataclass(frozen=True)
class Account:
    """A sandbox account, and a connection to it through the SDK."""

    running: Running
    sandbox: Sandbox
    site: Site
    connection: Connection
    waiter: VirtualWaiter

    @property
    def host(self) -> Host:
        return self.running.host

    def resolver(self) -> Callable[[Resource], dict[str, Any]]:
        """Return what puts ids in place of references in a resource's body, as a plan does."""
        names = self.connection.read().names

        def find(ref: Ref) -> str:
            (identity,) = names[ref.kind, ref.name, ref.qualifier]
            return identity

        return lambda resource: replace_refs(resource.body, find)

    def make(self, resource: Resource) -> Remote:
        """Create a resource and read it back."""
        identity = self.connection.create(resource, self.resolver()(resource))
        return self.remote(identity)

    def remote(self, identity: str) -> Remote:
        (found,) = [remote for remote in self.connection.read().remotes if remote.id == identity]
        return found

    def calls(self, operation: str = "") -> list[Any]:
        """Return the recorded exchanges of one operation."""
        return [exchange for exchange in self.host.exchanges if operation in ("", exchange.operation)]


@contextmanager
def account(
    segments: Mapping[str, Predicate] | None = None,
    *,
    as_of: datetime = strategies.AS_OF,
    attributes: Mapping[str, FieldMapping] = ATTRIBUTES,
    **options: Any,
) -> Iterator[Account]:
    """Serve an empty account and connect to it; waiting moves the sandbox's clock."""
    clock = Clock(as_of)
    sandbox = Sandbox(clock, **options)
    with serve(Host(sandbox, clock)) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, KEY)
        place = site(segments, settings={"api_key": f"env:{KEY_VARIABLE}", "url": running.url}, attributes=attributes)
        waiter = VirtualWaiter(on_sleep=clock.advance)
        connection = ADAPTER.connect(place, waiter)
        try:
            yield Account(running, sandbox, place, connection, waiter)
        finally:
            connection.close()
