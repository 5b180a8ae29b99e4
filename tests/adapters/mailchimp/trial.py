"""A small shop with a campaign that tests variants, at the Mailchimp sandbox: what the tests of experiments share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from franca.adapter import Address, Connection, Remote, ResourceKind, Site, VirtualWaiter, adapter, with_splits
from franca.audience import evaluate
from franca.definitions import Approval, Copy, Position, Project, Wording
from franca.demo.run import local, write_project
from franca.demo.store import AS_OF, make_store
from franca.language import check, load
from franca.language.copies import copy_digest, dump_copy
from franca.plan import Desired, Plan, Store, apply, desire, make_plan
from franca.sandbox import Clock, Host, Running, example_key, serve
from franca.sync import Ledger, sync
from franca_mailchimp.sandbox import Sandbox
from sandbox.mailchimp_kit import sdk

NAME = "mailchimp"
DRAFT = Address(ResourceKind.CAMPAIGN, "offer")
SUBJECTS = {"control": "New this week", "warm": "Picked for you, [[first_name]]", "short": "Now"}

AUDIENCE_EDIT = ("include: [germans]", "include: [austrians]")

_SEGMENTS = "segments:\n  germans:\n    name: Germans\n    where: {attribute: country, is: DE}\n"
_SEGMENTS += "  austrians:\n    name: Austrians\n    where: {attribute: country, is: AT}\n"
_TEMPLATE = """---
name: Offer
subject: New this week
preview_text: Have a look
from_name: Demo Shop
reply_to: hello@demo-shop.example
language: en
copy: {headline: Our newest things}
---
<html lang="en"><head><title>{{ subject }}</title></head><body><h1>{{ copy.headline }}</h1>
<p>{{ company_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
"""
_CAMPAIGN = "name: Offer\ntemplate: offer\nsend_from: hello@demo-shop.example\naudience: {include: [germans]}\n"


def make_shop(folder: Path, people: int = 400) -> None:
    """Write the demo's people and data with one segment, one template and one campaign."""
    write_project(folder, make_store(people))
    for each in ("segments", "content", "campaigns"):
        shutil.rmtree(folder / each)
        (folder / each).mkdir()
    (folder / "segments" / "all.yaml").write_text(_SEGMENTS, encoding="utf-8")
    (folder / "content" / "offer.html").write_text(_TEMPLATE, encoding="utf-8")
    config = (folder / "franca.yaml").read_text(encoding="utf-8").replace("    markers: [lifecycle]\n", "")
    (folder / "franca.yaml").write_text(config, encoding="utf-8")


@dataclass
class Trial:
    """The project and the account; `plain` and `test` write what the campaign is."""

    folder: Path
    running: Running
    sandbox: Sandbox
    connection: Connection
    texts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def others(self) -> Any:
        """The SDK in the hands of somebody else."""
        return sdk(self.running.url, example_key(NAME))

    # -- what is wanted

    def plain(self) -> None:
        """Let the campaign send its template as it is."""
        (self.folder / "campaigns" / "offer.yaml").write_text(_CAMPAIGN, encoding="utf-8")

    def test(self, variants: Mapping[str, Any] | None = None, experiment: str = "", *, of: int = 3) -> None:
        """Let the campaign test *variants* (key → subject, or texts), the first *of* SUBJECTS by default; somebody approves the copy."""
        chosen = variants or dict(list(SUBJECTS.items())[:of])
        wordings = tuple(_wording(key, {"subject": each} if isinstance(each, str) else each) for key, each in chosen.items())
        copy = Copy(brief="offer", segment="all", language="en", wordings=wordings, slots=_slots(chosen))
        approval = Approval(by="Ada", at="2026-03-30", digest=copy_digest(copy))
        (self.folder / "copy" / "offer").mkdir(parents=True, exist_ok=True)
        (self.folder / "copy" / "offer" / "all.en.yaml").write_text(dump_copy(replace(copy, approval=approval)), encoding="utf-8")
        more = f"variants: offer\n{experiment and f'experiment: {experiment}'}\n"
        (self.folder / "campaigns" / "offer.yaml").write_text(_CAMPAIGN + more, encoding="utf-8")

    def edit(self, file: str, before: str, after: str) -> None:
        """Change a file of the project."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert before in text
        (self.folder / file).write_text(text.replace(before, after), encoding="utf-8")

    # -- commands

    @property
    def project(self) -> Project:
        """The project as files have it now, tests split where Mailchimp cannot run them."""
        return with_splits(_here(self.folder, self.running))

    @property
    def desired(self) -> Desired:
        """What should be at Mailchimp."""
        project = self.project
        return desire(Site(project=project, destination=project.destinations[NAME]), adapter(NAME))

    @property
    def store(self) -> Store:
        """State and journal."""
        return Store.of(self.project, NAME)

    def plan(self) -> Plan:
        """Plan."""
        return make_plan(self.desired, self.connection.read(), self.store.load())

    def changes(self) -> list[str]:
        """Return what a plan would do."""
        return [f"{change.action} {change.address}" for change in self.plan().changes]

    def apply(self) -> None:
        """Plan, consent to all that needs a word, apply; that a second plan is empty is part of it."""
        plan = self.plan()
        apply(plan, self.desired, self.connection, self.store, allow=[each.word for each in plan.unsafe])

    def sync(self) -> None:
        """Evaluate, and write members and markers."""
        desired = self.desired
        with evaluate(desired.site.project, as_of=AS_OF) as evaluation:
            sync(desired, evaluation, self.connection, self.store, Ledger.open(desired.site.project, self.store))

    # -- what is there

    def drafts(self) -> list[Remote]:
        """Return the campaigns, as the adapter sees them."""
        return [remote for remote in self.connection.read().remotes if remote.kind is ResourceKind.CAMPAIGN]

    def draft(self) -> Remote:
        """Return the only campaign."""
        (found,) = self.drafts()
        return found

    def raw(self) -> dict[str, Any]:
        """Return the only campaign as Mailchimp has it."""
        (found,) = self.others.campaigns.list()["campaigns"]
        return dict(found)

    def raw_of(self, identity: str) -> dict[str, Any]:
        """Return a campaign as Mailchimp has it."""
        return dict(self.others.campaigns.get(identity))

    def calls(self, operation: str) -> list[Any]:
        """Return the bodies sent to an operation."""
        return [exchange.call.body for exchange in self.running.host.exchanges if exchange.operation == operation]

    def send(self, *rates: Mapping[str, float], campaign: str = "", seed: int = 7) -> Any:
        """Send as somebody would by hand."""
        return self.sandbox.send({"campaign": campaign or self.draft().id, "seed": seed, "arms": list(rates)})


def _wording(key: str, texts: Mapping[str, Any]) -> Wording:
    return Wording(key=key, texts=texts, position=Position("copy/offer/all.en.yaml", 1, 1))


def _slots(chosen: Mapping[str, Any]) -> Any:
    from franca.definitions import Slot

    used = "[[first_name]]" in json.dumps(chosen)
    return {"first_name": Slot(profile="first_name", default="friend")} if used else {}


def _here(folder: Path, running: Running) -> Project:
    found = check(load(folder))
    return local(replace(found, destinations={NAME: found.destinations[NAME]}), {NAME: running})


@contextmanager
def trial(shop: Path, folder: Path, before_call: Callable[[str], None] | None = None) -> Iterator[Trial]:
    """Serve a seeded account, and open it through the adapter; waiting moves the sandbox's clock."""
    shutil.copytree(shop, folder, dirs_exist_ok=True)
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock, api_key=example_key(NAME))
    sandbox.seed(json.loads((folder / "sandbox" / "mailchimp.json").read_text(encoding="utf-8")))
    with serve(Host(sandbox, clock)) as running, opened(folder, running, before_call) as connection:
        yield Trial(folder, running, sandbox, connection)


@contextmanager
def opened(folder: Path, running: Running, before_call: Callable[[str], None] | None = None) -> Iterator[Connection]:
    """Open the account anew, as another process would."""
    project = _here(folder, running)
    site = Site(project=project, destination=project.destinations[NAME])
    connection = adapter(NAME).connect(site, VirtualWaiter(on_sleep=running.host.clock.advance))
    connection.policy.before_call = before_call
    try:
        yield connection
    finally:
        connection.close()
