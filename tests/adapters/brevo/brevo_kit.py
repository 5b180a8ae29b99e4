"""The Brevo adapter connected to its sandbox over HTTP, on a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.batches import OWN, emails, total
from franca.adapter import Contact, Marker, Remote, Resource, Site, VirtualWaiter, replace_refs
from franca.definitions import Destination, Everyone, Predicate, Realisation
from franca.sandbox import Clock, Exchange, Host
from franca_brevo.adapter import ADAPTER
from franca_brevo.client import Client
from franca_brevo.sandbox import Sandbox
from sandbox.brevo.brevo_account import KEY, Stage
from schema import AS_OF, make_project

CONSENT = ("blacklist", "unlink", "subscri", "consent", "doi", "forcemerge")
"""Parts of keys that would change somebody's consent."""


def site_of(segments: Mapping[str, Predicate] | None = None, **settings: Any) -> Site:
    """Return a project with these segments and one destination, "brevo"."""
    destination = Destination(name="brevo", adapter="brevo", settings={"api_key": "env:BREVO_API_KEY", **settings})
    project = make_project(segments or {"vip": Everyone()}, destinations={"brevo": destination})
    return Site(project=project, destination=destination)


@dataclass(kw_only=True)
class Shop:
    """An account, and the adapter's connection to it."""

    clock: Clock
    sandbox: Sandbox
    host: Host
    site: Site
    connection: Any
    seeded: set[str] = field(default_factory=set)
    crowded: bool = False  # others use the account too, so that it may say 429

    # -- the account as its owner sees it

    def seed(self, emails: Iterable[str], **contact: Any) -> list[Contact]:
        """Put contacts into the account; return them as the adapter reads them."""
        emails = list(emails)
        self.seeded |= set(emails)
        self.sandbox.seed({"contacts": [{"email": email, **contact} for email in emails]})
        found = self.rows("SELECT id, email FROM contacts")
        ids = {row["email"]: str(row["id"]) for row in found}
        return [Contact(email=email.lower(), id=ids[email]) for email in emails]

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Look into the sandbox's store, past its API."""
        self.sandbox.processes.settle()
        return self.sandbox.processes._store.rows(sql, *values)

    def attributes(self, email: str) -> Any:
        """Return a contact's attributes."""
        (row,) = self.rows("SELECT attributes FROM contacts WHERE email = ?", email)
        return json.loads(row["attributes"])

    def inside(self, list_id: str) -> set[str]:
        """Return the emails in a list."""
        sql = "SELECT email FROM contacts JOIN members ON contact_id = id WHERE list_id = ?"
        return {row["email"] for row in self.rows(sql, int(list_id))}

    def folder(self, name: str) -> str:
        """Make a folder by hand."""
        return self.connection._client.call("by hand", "POST", "/contacts/folders", safe=False, body={"name": name}, needs=("id",))["id"]

    def list_in(self, folder: Any, name: str) -> str:
        """Make a list by hand."""
        body = {"name": name, "folderId": int(folder)}
        return str(self.connection._client.call("by hand", "POST", "/contacts/lists", safe=False, body=body, needs=("id",))["id"])

    # -- traffic

    def calls(self, operation: str = "") -> list[Exchange]:
        """Return the recorded calls, or those of one operation."""
        return [exchange for exchange in self.host.exchanges if exchange.operation == (operation or exchange.operation)]

    # -- resources

    def make(self, resources: Iterable[Resource]) -> dict[str, Remote]:
        """Create resources in their order and return what a reading finds, by address."""
        for resource in resources:
            if str(resource.address) not in self.owned():
                self.connection.create(resource, self.resolved(resource))
        return self.owned()

    def resolved(self, resource: Resource) -> dict[str, Any]:
        """Return a body with ids."""
        return dict(replace_refs(resource.body, lambda ref: self.owned()[f"{ref.kind}/{ref.name}"].id))

    def owned(self) -> dict[str, Remote]:
        """Read what is ours, by address."""
        return {str(address): remote for address, remote in self.connection.read().owned().items()}

    def members_list(self, key: str = "vip") -> Remote:
        """Return the list of a segment, made when it is not there."""
        resources = ADAPTER.compile(self.site.project.segments[key], Realisation.MEMBERS, self.site)
        return self.make(resources)[f"list/{key}"]

    def field(self, marker: Marker = OWN) -> Remote:
        """Return the attribute of a marker, made with its technical list when it is not there."""
        return self.make(ADAPTER.compile_marker(marker, self.site))[f"field/{marker.key}"]


@contextmanager
def opened(stage: Stage, url: str, site: Site | None = None) -> Iterator[Shop]:
    """Put one account on stage and connect to it; afterwards check what no traffic may ever hold."""
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock, api_key=KEY)
    stage.host = host = Host(sandbox, clock)
    host.abort = stage.abort
    site = site or site_of(url=url)
    connection = ADAPTER.connect(site, VirtualWaiter(on_sleep=clock.advance))
    shop = Shop(clock=clock, sandbox=sandbox, host=host, site=site, connection=connection)
    yield shop
    connection.close()
    for exchange in host.exchanges:
        assert not (found := list(consent_keys(exchange.call.body))), found
        assert exchange.reply is None or exchange.reply.status != 429 or exchange.fault or shop.crowded
    assert sandbox.imports.owner_mails == 0
    assert {row["email"] for row in shop.rows("SELECT email FROM contacts")} <= shop.seeded


def consent_keys(body: Any) -> Iterator[str]:
    """Yield the keys inside a request that have to do with consent."""
    if isinstance(body, dict):
        for key, value in body.items():
            if any(part in key.lower() for part in CONSENT):
                yield key
            yield from consent_keys(value)
    elif isinstance(body, list):
        for item in body:
            yield from consent_keys(item)


__all__ = ["KEY", "OWN", "Client", "Shop", "emails", "opened", "site_of", "total"]
