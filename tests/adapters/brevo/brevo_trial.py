"""A small shop on disk whose campaign tests copy, at the Brevo sandbox: what the tests of experiments share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from franca.adapter import Address, Remote, ResourceKind, Results, Site, VirtualWaiter, with_splits
from franca.audience import evaluate
from franca.definitions import Approval, Copy, Project, Wording
from franca.language import check, load
from franca.language.copies import copy_digest, dump_copy
from franca.plan import Desired, Plan, Store, apply, desire, make_plan
from franca.sandbox import Clock, Host
from franca.sync import Ledger, sync
from franca_brevo.adapter import ADAPTER
from franca_brevo.sandbox import Sandbox
from sandbox.brevo.brevo_account import KEY, Stage
from schema import AS_OF

DRAFT = Address(ResourceKind.CAMPAIGN, "sale")
PEOPLE = 300
SUBJECTS = {"control": "New this week", "warm": "Picked for you"}

_PROJECT = """
project: trial
timezone: Europe/Berlin
ledger_key: env:BREVO_LEDGER_KEY
policies: {{maximum_change: 100%, minimum_size: 0}}
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes: {{email: {{type: text}}, first_name: {{type: text}}, country: {{type: text}}}}
destinations:
  brevo:
    adapter: brevo
    api_key: env:BREVO_API_KEY
    url: "{url}"
    sender: hello@shop.test
    company_address: Shop, Example Street 1, Berlin
    attributes: {{first_name: FIRSTNAME}}
"""
_SEGMENTS = "segments: {germans: {name: Germans, where: {attribute: country, is: DE}}}\n"
_TEMPLATE = """---
name: News
subject: New this week
preview_text: Have a look
from_name: Shop
reply_to: help@shop.test
copy: {headline: Our newest things}
---
<html lang="en"><head><title>{{ subject }}</title></head><body><h1>{{ copy.headline }}</h1>
<p>Hi {{ profile.first_name | default("there") }}, {{ company_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
"""
_CAMPAIGN = "name: Sale\ntemplate: news\nsend_from: hello@shop.test\naudience: {include: [germans]}\n"


def emails(people: int = PEOPLE) -> list[str]:
    """Return the customers; the last third is not German."""
    return [f"p{each:05}@shop.test" for each in range(people)]


def write_shop(folder: Path, url: str, people: int = PEOPLE) -> None:
    """Write a project with one segment and one template; `Trial.plain` and `Trial.test` write its campaign."""
    for each in ("data", "segments", "content", "campaigns", "copy/sale"):
        (folder / each).mkdir(parents=True)
    rows = [f"{key},{email},Ann,{'DE' if key < people * 2 // 3 else 'FR'}" for key, email in enumerate(emails(people))]
    (folder / "data" / "customers.csv").write_text("\n".join(["customer_id,email,first_name,country", *rows]) + "\n", encoding="utf-8")
    (folder / "franca.yaml").write_text(_PROJECT.format(url=url), encoding="utf-8")
    (folder / "segments" / "all.yaml").write_text(_SEGMENTS, encoding="utf-8")
    (folder / "content" / "news.html").write_text(_TEMPLATE, encoding="utf-8")


@dataclass
class Trial:
    """The project, the account, and what connects them; commands open the account anew, as a process would.

    Attributes:
        before_call: hears of every call of the next command.
    """

    folder: Path
    clock: Clock
    host: Host
    sandbox: Sandbox
    before_call: Callable[[str], None] = field(default=lambda _operation: None)

    # -- what is wanted

    def plain(self) -> None:
        """Let the campaign send its template as it is."""
        (self.folder / "campaigns" / "sale.yaml").write_text(_CAMPAIGN, encoding="utf-8")

    def test(self, variants: Mapping[str, Any] = SUBJECTS, experiment: str = "{share: 100%}") -> None:
        """Let the campaign test *variants*: key → subject, or all its texts. Somebody approves the copy."""
        texts = {key: {"subject": each} if isinstance(each, str) else each for key, each in variants.items()}
        wordings = tuple(Wording(key=key, texts=each) for key, each in texts.items())
        copy = Copy(brief="sale", segment="all", language="en", wordings=wordings)
        approval = Approval(by="Ada", at="2026-03-30", digest=copy_digest(copy))
        (self.folder / "copy" / "sale" / "all.en.yaml").write_text(dump_copy(replace(copy, approval=approval)), encoding="utf-8")
        more = f"variants: sale\nexperiment: {experiment}\n"
        (self.folder / "campaigns" / "sale.yaml").write_text(_CAMPAIGN + more, encoding="utf-8")

    def edit(self, file: str, before: str, after: str) -> None:
        """Change a file of the project."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert before in text
        (self.folder / file).write_text(text.replace(before, after), encoding="utf-8")

    # -- commands

    @property
    def project(self) -> Project:
        """The project as its files have it now."""
        return with_splits(check(load(self.folder)))

    @property
    def desired(self) -> Desired:
        """What should be at Brevo."""
        project = self.project
        return desire(Site(project=project, destination=project.destinations["brevo"]), ADAPTER)

    @property
    def store(self) -> Store:
        """State and journal."""
        return Store.of(self.project, "brevo")

    @contextmanager
    def opened(self) -> Iterator[tuple[Desired, Any]]:
        """Connect on the virtual clock."""
        desired = self.desired
        connection = ADAPTER.connect(desired.site, VirtualWaiter(on_sleep=self.clock.advance))
        connection.policy.before_call = self.before_call
        try:
            yield desired, connection
        finally:
            connection.close()

    def plan(self) -> Plan:
        """Plan."""
        with self.opened() as (desired, connection):
            return make_plan(desired, connection.read(), self.store.load())

    def changes(self) -> list[str]:
        """Return what a plan would do."""
        return [f"{change.action} {change.address}" for change in self.plan().changes]

    def apply(self) -> None:
        """Plan, give every word that is needed, apply."""
        with self.opened() as (desired, connection):
            plan = make_plan(desired, connection.read(), self.store.load())
            apply(plan, desired, connection, self.store, allow=[reason.word for reason in plan.unsafe])

    def sync(self) -> None:
        """Fill the lists."""
        project = self.project
        with self.opened() as (desired, connection), evaluate(project, as_of=AS_OF) as evaluation:
            sync(desired, evaluation, connection, self.store, Ledger.open(project, self.store))

    # -- what is there

    def drafts(self) -> list[Remote]:
        """Return every campaign of the account."""
        with self.opened() as (_, connection):
            return [remote for remote in connection.read().remotes if remote.kind is ResourceKind.CAMPAIGN]

    def only(self) -> Remote:
        """Return the account's one campaign."""
        (found,) = self.drafts()
        return found

    def row(self, campaign: str) -> Any:
        """Return a campaign as Brevo stores it."""
        (row,) = self.sandbox.processes._store.rows("SELECT * FROM campaigns WHERE id = ?", int(campaign))
        return json.loads(row["body"])

    def inside(self, segment: str) -> set[str]:
        """Return whom the list of a segment holds."""
        with self.opened() as (desired, connection):
            remote = connection.read().owned()[desired.counted[segment]]
        sql = "SELECT email FROM contacts JOIN members ON contact_id = id WHERE list_id = ?"
        return {row["email"] for row in self.sandbox.processes._store.rows(sql, int(remote.id))}

    def send(self, campaign: Remote, *arms: Mapping[str, float], seed: int = 7) -> Any:
        """Send a draft, as somebody would in Brevo's own pages."""
        return self.sandbox.send({"campaign": int(campaign.id), "seed": seed, "arms": list(arms)})

    def results(self, campaign: Remote) -> Results | None:
        """Read what became of a campaign."""
        with self.opened() as (_, connection):
            found: Results | None = connection.results(campaign)
            return found

    def writes(self) -> list[str]:
        """Return the requests that change something, in order."""
        return [exchange.operation for exchange in self.host.exchanges if exchange.call.method != "GET"]


def trial(stage: Stage, url: str, folder: Path, people: int = PEOPLE) -> Trial:
    """Put a fresh account with all customers on stage, and write the shop."""
    write_shop(folder, url, people)
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock, api_key=KEY)
    sandbox.seed({"contacts": [{"email": email, "fields": {"FIRSTNAME": "Ann"}} for email in emails(people)]})
    stage.host = host = Host(sandbox, clock)
    host.abort = stage.abort
    return Trial(folder=folder, clock=clock, host=host, sandbox=sandbox)
