"""A small shop with one campaign at one Klaviyo account: written, planned and applied as often as a test wants, stopped anywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.klaviyo.kit import KEY, KEY_VARIABLE
from faults.life import Seam
from franca.adapter import Remote, ResourceKind, Site, VirtualWaiter, with_splits
from franca.cli.account import Account as Opened
from franca.cli.account import opened
from franca.definitions import Approval, Copy, Project, Slot, Wording
from franca.demo.store import AS_OF
from franca.language import check, load
from franca.language.copies import copy_digest, dump_copy
from franca.plan import Applied, apply
from franca.sandbox import Clock, Host, Running, serve
from franca_klaviyo.sandbox import Sandbox
from franca_klaviyo.sandbox.world import Account as Company
from sandbox.brevo.brevo_account import Stage

PROJECT = """
project: trial
timezone: UTC
ledger_key: env:{variable}
policies: {{maximum_change: 100%}}
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes: {{email: {{type: text}}, points: {{type: integer}}, first_name: {{type: text}}}}
  events: {{order: {{table: orders, profile: customer_id, at: ordered_at, properties: {{total: {{type: decimal}}}}}}}}
destinations:
  klaviyo:
    adapter: klaviyo
    api_key: env:{variable}
    url: {url}
    attributes: {{points: "properties['Points']", first_name: first_name}}
    {events}
"""
EVENTS = "events: {order: {metric: Placed Order, integration: Shopify, value: total}}"
SEGMENTS = """
segments:
  buyers: {name: Buyers, where: {attribute: points, gte: 0}}
  rich: {name: Rich, where: {attribute: points, gte: 500}}
"""
TEMPLATE = """---
name: Offer
subject: Our offer
preview_text: New this week
from_name: Shop
copy: {headline: Hello}
---
<h1>{{ copy.headline }}</h1><p>For {{ profile.first_name | default("you") }}.</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>
<p>{{ company_address }}</p>
"""
CAMPAIGN = """
name: Spring
template: offer
send_from: shop@shop.example
audience: {{include: [{audience}]}}
"""

Variants = Mapping[str, Mapping[str, str]]
TWO: Variants = {"control": {"subject": "Our offer"}, "warm": {"subject": "An offer for you"}}
THREE: Variants = {**TWO, "short": {"subject": "Offer", "preview_text": "Short"}}
BODIES: Variants = {"control": {"subject": "Our offer"}, "warm": {"subject": "An offer for you", "headline": "Welcome back"}}
PEOPLE = 300


def email(number: int) -> str:
    """Return one person's address."""
    return f"p{number:03}@shop.test"


def seed(people: int = PEOPLE) -> dict[str, Any]:
    """Return everybody: each 10th unsubscribed, each 25th suppressed."""
    contacts = [
        {
            "email": email(number),
            "fields": {"properties['Points']": number * 4, "first_name": f"Name {number}"},
            "consent": {"status": "unsubscribed" if number % 10 == 3 else "subscribed", "suppressed": number % 25 == 7},
        }
        for number in range(people)
    ]
    return {"contacts": contacts, "metrics": [{"name": "Placed Order", "integration": "Shopify"}, {"name": "Clicked Email"}]}


def mailable(people: int = PEOPLE) -> list[str]:
    """Return whom Klaviyo may mail."""
    return [email(number) for number in range(people) if number % 10 != 3 and number % 25 != 7]


@dataclass
class Trial:
    """The shop's folder, the account, and a seam in every call."""

    folder: Path
    url: str
    sandbox: Sandbox
    host: Host
    seam: Seam = field(default_factory=Seam)

    # -- what the project says

    def write(self, variants: Variants | None = None, experiment: str = "", audience: str = "buyers", events: str = EVENTS) -> None:
        """Write the project; without *variants* the template is sent as it is."""
        for name in ("segments", "content", "campaigns", "data"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "franca.yaml").write_text(PROJECT.format(variable=KEY_VARIABLE, url=self.url, events=events), encoding="utf-8")
        (self.folder / "segments" / "all.yaml").write_text(SEGMENTS, encoding="utf-8")
        (self.folder / "content" / "offer.html").write_text(TEMPLATE, encoding="utf-8")
        rows = [f"{number},{email(number)},{number * 4},Name {number}" for number in range(PEOPLE)]
        (self.folder / "data" / "customers.csv").write_text("\n".join(["customer_id,email,points,first_name", *rows, ""]), encoding="utf-8")
        (self.folder / "data" / "orders.csv").write_text("customer_id,ordered_at,total\n0,2026-01-01T00:00:00Z,1.5\n", encoding="utf-8")
        lines = [
            CAMPAIGN.format(audience=audience),
            "variants: spring\n" if variants else "",
            f"experiment: {experiment}\n" if experiment else "",
        ]
        (self.folder / "campaigns" / "spring.yaml").write_text("".join(lines), encoding="utf-8")
        self._copy(variants or TWO)

    def _copy(self, variants: Variants) -> None:
        wordings = tuple(Wording(key=key, texts=texts) for key, texts in variants.items())
        made = Copy(
            brief="spring", segment="all", language="en", wordings=wordings, slots={"name": Slot(profile="first_name", default="you")}
        )
        approved = dataclasses.replace(made, approval=Approval(by="Ann", at="2026-03-01", digest=copy_digest(made)))
        (self.folder / "copy" / "spring").mkdir(parents=True, exist_ok=True)
        (self.folder / "copy" / "spring" / "all.en.yaml").write_text(dump_copy(approved), encoding="utf-8")

    @property
    def project(self) -> Project:
        """The project as a plan takes it."""
        return with_splits(check(load(self.folder)))

    # -- commands; each opens the account anew, as a process would

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Connect on a virtual clock, with the seam in the transport."""
        project = self.project
        with opened(
            Site(project=project, destination=project.destinations["klaviyo"]), VirtualWaiter(on_sleep=self.host.clock.advance)
        ) as found:
            found.connection.policy.before_call = self.seam
            yield found

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """Yield a Klaviyo connection."""
        with self.opened() as found:
            yield found.connection

    def changes(self) -> list[str]:
        """Plan; return what would change."""
        with self.opened() as found:
            return [f"{change.action} {change.address}" for change in found.plan().changes]

    def apply(self) -> Applied:
        """Plan, consent to all that needs a word, apply."""
        with self.opened() as found:
            plan = found.plan()
            return apply(plan, found.desired, found.connection, found.store, allow=[reason.word for reason in plan.unsafe])

    def ids(self) -> dict[str, str]:
        """Return address → id, as our state has it."""
        with self.opened() as found:
            return {str(address): entry.id for address, entry in found.store.load().entries.items()}

    # -- what is there

    def campaigns(self) -> list[Remote]:
        """Return the campaigns as the adapter reads them."""
        with self.connected() as connection:
            return [each for each in connection.read().remotes if each.kind is ResourceKind.CAMPAIGN]

    @property
    def campaign(self) -> Remote:
        """The only one."""
        (found,) = self.campaigns()
        return found

    def held(self) -> list[dict[str, Any]]:
        """Return what the account itself holds of campaigns, without ids: audience, test, and each variation's texts and HTML."""
        things, shelf = self.sandbox._things, self.sandbox._shelf
        found = []
        for campaign in things.of("campaign", ""):
            (audience,), (message,) = things.of("campaign-audience", campaign.id), things.of("campaign-message", campaign.id)
            variations = [
                (each.definition["name"], each.definition["details"]["subject"], shelf.held[each.definition["details"]["template_id"]].html)
                for each in things.of("campaign-variation", message.id)
            ]
            test = message.definition["ab_test"] or {"winner_percentage": 0, "winner_metric": None, "winner_wait_hours": None}
            found.append(
                {**campaign.definition, "audience": audience.definition["included"], "test": test, "variations": sorted(variations)}
            )
        return found

    def writes(self) -> list[str]:
        """Return the operations that changed campaigns since the record was last cleared."""
        return [each.operation for each in self.host.exchanges if each.call.method != "GET" and "campaign" in each.operation]

    def send(self, *arms: Mapping[str, float], seed: int = 7, identity: str = "") -> Any:
        """Let the campaign be sent, as by hand."""
        return self.sandbox.send({"campaign": identity or self.campaign.id, "seed": seed, "arms": list(arms)})


@contextmanager
def trial(folder: Path, *, timezone: str = "UTC", currency: str = "EUR", people: int = PEOPLE) -> Iterator[Trial]:
    """Serve an account with its people, and write the plain project."""
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock, account=Company(timezone=timezone, currency=currency))
    sandbox.seed(seed(people))
    host = Host(sandbox, clock)
    with serve(host) as running, keys():
        yield _written(Trial(folder, running.url, sandbox, host))


@contextmanager
def staged(stage: Stage, running: Running, folder: Path) -> Iterator[Trial]:
    """Put a fresh account on a server that is there already."""
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock)
    sandbox.seed(seed(5))
    host = Host(sandbox, clock)
    stage.host, host.abort = host, stage.abort
    yield _written(Trial(folder, running.url, sandbox, host))


def _written(made: Trial) -> Trial:
    made.write()
    return made


@contextmanager
def keys() -> Iterator[None]:
    """Set the account's key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, KEY)
        yield
