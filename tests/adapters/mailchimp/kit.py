"""What the tests of the Mailchimp adapter share: a destination that maps what Mailchimp can hold, and a sandbox with the same facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import strategies
from evaluator import naive
from franca.adapter import Connection, Contact, Ref, Remote, Resource, Site, VirtualWaiter, replace_refs
from franca.definitions import (
    AttributeTest,
    Destination,
    FieldMapping,
    Kind,
    Op,
    Predicate,
    Project,
    Segment,
    TimeTest,
    ValueTest,
)
from franca.sandbox import Clock, Exchange, Host, Running, serve
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.sandbox import API_KEY, Sandbox
from sandbox.mailchimp_kit import LIST, sdk

KEY_VARIABLE = "MAILCHIMP_TEST_KEY"
AUDIENCE = "Customers"

TYPES = {Kind.TEXT: "text", Kind.INTEGER: "number", Kind.DECIMAL: "number", Kind.NUMBER: "number", Kind.DATE: "date"}
ATTRIBUTES = {
    "first_name": FieldMapping(field="FNAME"),
    "country": FieldMapping(field="COUNTRY"),
    "gender": FieldMapping(field="GENDER"),
    "birthday": FieldMapping(field="BORN"),
    "points": FieldMapping(field="POINTS"),
    "credit": FieldMapping(field="CREDIT"),
    "score": FieldMapping(field="SCORE"),
    "vip": FieldMapping(field="VIP", values={"true": "Yes", "false": "No"}),
}
"""What Mailchimp has fields for: no lists, no instants; booleans as texts."""

NOTHING: Mapping[str, Predicate] = {}


# -- a short way to write predicates


def a(name: str, op: Op, operand: Any) -> AttributeTest:
    return AttributeTest(attribute=name, tests=(ValueTest(op=op, operand=operand),))


def at(name: str, test: TimeTest) -> AttributeTest:
    return AttributeTest(attribute=name, tests=(test,))


def segment(where: Predicate, **changes: Any) -> Segment:
    return replace(Segment(key="vip", name="VIP customers", where=where), **changes)


# -- sites


def settings(url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    return {"api_key": f"env:{KEY_VARIABLE}", "url": url, "audience": AUDIENCE, **more}


def site(segments: Mapping[str, Predicate] = NOTHING, **changes: Any) -> Site:
    """Return a site over the schema of tests/strategies.py."""
    plain = Destination(name="mailchimp", adapter="mailchimp", settings=settings(), attributes=ATTRIBUTES)
    target = replace(plain, **changes)
    return Site(project=strategies.make_project(segments, destinations={"mailchimp": target}, root=Path()), destination=target)


# -- facts


def seed(project: Project, tables: strategies.Tables, as_of: datetime) -> dict[str, Any]:
    """Return what a shop's integration would have put into Mailchimp: the same facts, for those who are in the universe."""
    inside, _ = naive.universe(project, tables, as_of)
    people = [person for person in naive.people(project, tables, as_of) if person.value("email") in inside]
    return {"contacts": [_contact(person) for person in people]}


def _contact(person: naive.Person) -> dict[str, Any]:
    held = {mapping.field: _held(person, name, mapping) for name, mapping in ATTRIBUTES.items()}
    source = person.project.data.profile.consent["email"]
    consent = {"status": str(naive._status(source, person.row)), "suppressed": bool(person.row[source.suppressed])}
    return {"email": person.value("email"), "fields": {tag: value for tag, value in held.items() if value is not None}, "consent": consent}


def _held(person: naive.Person, name: str, mapping: FieldMapping) -> Any:
    value = person.value(name)
    return mapping.values[str(value).lower()] if mapping.values and value is not None else value


# -- accounts


@dataclass(frozen=True)
class Account:
    """A sandbox account, a connection to it through the adapter, and the official SDK beside it for what others do there."""

    running: Running
    sandbox: Sandbox
    clock: Clock
    site: Site
    connection: Connection
    waiter: VirtualWaiter

    @property
    def host(self) -> Host:
        return self.running.host

    @property
    def others(self) -> Any:
        """The SDK in the hands of somebody else."""
        return sdk(self.running.url)

    def make_fields(self) -> None:
        """Make the mapped merge fields that a new audience does not have, each of its attribute's type."""
        for name, mapping in ATTRIBUTES.items():
            if mapping.field != "FNAME":
                kind = "text" if mapping.values else TYPES[self.site.project.data.profile.attributes[name].type.kind]
                self.others.lists.add_list_merge_field(LIST, {"name": name, "tag": mapping.field, "type": kind})

    def seed(self, number: int, **fields: Any) -> list[Contact]:
        """Put that many subscribed contacts there; return them as the adapter sees them."""
        consent = {"status": "subscribed", "suppressed": False}
        self.sandbox.seed({"contacts": [{"email": f"c{n:05}@shop.test", "fields": fields, "consent": consent} for n in range(number)]})
        found = {each.email: each for each in self.connection.contacts()}
        return [found[f"c{n:05}@shop.test"] for n in range(number)]

    def resolver(self) -> Callable[[Resource], dict[str, Any]]:
        """Return what puts names in place of references in a resource's body, as a plan does."""
        names = self.connection.read().names

        def find(ref: Ref) -> str:
            (identity,) = names[ref.kind, ref.name, ref.qualifier]
            return identity

        return lambda resource: replace_refs(resource.body, find)

    def make(self, resource: Resource) -> Remote:
        """Create a resource and read it back."""
        return self.remote(self.connection.create(resource, self.resolver()(resource)))

    def remote(self, identity: str) -> Remote:
        (found,) = [remote for remote in self.connection.read().remotes if remote.id == identity and remote.key]
        return found

    def calls(self, operation: str = "") -> list[Exchange]:
        """Return the recorded exchanges of one operation."""
        return [exchange for exchange in self.host.exchanges if operation in ("", exchange.operation)]


@contextmanager
def account(segments: Mapping[str, Predicate] = NOTHING, *, key: str = API_KEY, more: Any = None, **options: Any) -> Iterator[Account]:
    """Serve an empty account and connect to it; waiting moves the sandbox's clock. tests/conftest.py checks all traffic."""
    clock = Clock(strategies.AS_OF)
    sandbox = Sandbox(clock, **options)
    with serve(Host(sandbox, clock)) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, key)
        place = site(segments, settings=settings(running.url, **(more or {})))
        waiter = VirtualWaiter(on_sleep=clock.advance)
        connection = ADAPTER.connect(place, waiter)
        try:
            yield Account(running, sandbox, clock, place, connection, waiter)
        finally:
            connection.close()
