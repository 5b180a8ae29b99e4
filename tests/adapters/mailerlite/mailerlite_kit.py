"""The MailerLite adapter connected to its sandbox over HTTP, on a virtual clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adapters.batches import OWN, emails, total
from franca.adapter import Contact, Remote, Resource, Site, VirtualWaiter
from franca.definitions import Destination, Everyone, Predicate, Realisation
from franca.sandbox import Clock, Exchange, Fault, Host
from franca_mailerlite.adapter import ADAPTER
from franca_mailerlite.sandbox import Sandbox
from sandbox.brevo.brevo_account import Stage
from schema import AS_OF, make_project

KEY = "sandbox-of-this-test"


def site_of(segments: Mapping[str, Predicate] | None = None, **settings: Any) -> Site:
    """Return a project with these segments and one destination, "mailerlite"."""
    destination = Destination(name="mailerlite", adapter="mailerlite", settings={"api_key": "env:MAILERLITE_KEY", **settings})
    project = make_project(segments or {"vip": Everyone()}, destinations={"mailerlite": destination})
    return Site(project=project, destination=destination)


@dataclass(kw_only=True)
class Shop:
    """An account, and the adapter's connection to it."""

    clock: Clock
    sandbox: Sandbox
    host: Host
    site: Site
    connection: Any

    def seed(self, emails: Iterable[str], status: str = "subscribed", **contact: Any) -> list[Contact]:
        """Put people into the account; return them as the adapter reads them."""
        emails, consent = list(emails), {"status": status, "suppressed": status == "bounced"}
        self.sandbox.seed({"contacts": [{"email": email, "consent": {**consent, "status": _said(status)}, **contact} for email in emails]})
        ids = {person.email: person.id for person in self.sandbox.store.people.values()}
        return [Contact(email=email.lower(), id=ids.get(email, ids.get(email.lower(), ""))) for email in emails]

    def person(self, email: str) -> Any:
        """Return somebody as the sandbox holds them."""
        (found,) = (person for person in self.sandbox.store.people.values() if person.email == email)
        return found

    def inside(self, remote: Remote) -> set[str]:
        """Return the emails in a group."""
        return {self.sandbox.store.people[each].email for each in self.sandbox.store.groups[remote.id].members}

    def calls(self, operation: str = "") -> list[Exchange]:
        """Return the recorded calls, or those of one operation."""
        return [exchange for exchange in self.host.exchanges if exchange.operation == (operation or exchange.operation)]

    def fail(self, match: str, **fault: Any) -> None:
        """Let the next call that matches go wrong; a status below 400, which no switch takes, is a wrong answer too."""
        made = Fault(match=match, **{name: each for name, each in fault.items() if name != "status"})
        made.status = fault.get("status", made.status)
        self.host.faults.add(made)

    def owned(self) -> dict[str, Remote]:
        """Read what is ours, by address."""
        return {str(address): remote for address, remote in self.connection.read().owned().items()}

    def make(self, resource: Resource) -> Remote:
        """Create a resource when it is not there; return what a reading finds."""
        if str(resource.address) not in self.owned():
            self.connection.create(resource, resource.body)
        return self.owned()[str(resource.address)]

    def group(self) -> Remote:
        """Return the group of the segment vip."""
        return self.make(ADAPTER.compile(self.site.project.segments["vip"], Realisation.MEMBERS, self.site)[0])

    def field(self) -> Remote:
        """Return the field of the marker vip."""
        return self.make(ADAPTER.compile_marker(OWN, self.site)[0])


def _said(status: str) -> str:
    return "subscribed" if status == "bounced" else status


@contextmanager
def opened(stage: Stage, url: str, site: Site | None = None) -> Iterator[Shop]:
    """Put one account on stage and connect to it; afterwards nobody was made and no status changed."""
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock, api_key=KEY)
    stage.host = host = Host(sandbox, clock)
    host.abort = stage.abort
    site = site or site_of(url=url)
    connection = ADAPTER.connect(site, VirtualWaiter(on_sleep=clock.advance))
    yield Shop(clock=clock, sandbox=sandbox, host=host, site=site, connection=connection)
    connection.close()


__all__ = ["KEY", "OWN", "Shop", "emails", "opened", "site_of", "total"]
