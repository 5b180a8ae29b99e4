"""The whole way at the three sandboxes: drafts, a send, a report; every number against what really became of every recipient there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from franca.adapter import Address, ResourceKind, Site, VirtualWaiter, adapter, with_splits
from franca.audience import evaluate
from franca.definitions import Approval, Copy, Project, Wording
from franca.demo.run import local, sandbox, write_project
from franca.demo.store import AS_OF, make_store
from franca.language import check, load
from franca.language.copies import copy_digest, dump_copy
from franca.plan import Store, apply, desire, make_plan
from franca.sandbox import Running
from franca.sandbox.sending import Rates, Sent
from franca.sandbox.sending import send as send_to
from franca.sync import Ledger, sync
from franca_personalization.report.records import Counts, Part, Report, Standing
from franca_personalization.report.render import render_report
from franca_personalization.report.run import Asking, make_report

TRUE = {
    "control": {"click": 0.30, "order": 0.4, "unsubscribe": 0.03, "complaint": 0.02, "bounce": 0.05},
    "a": {"click": 0.45, "order": 0.3, "unsubscribe": 0.02, "complaint": 0.01, "bounce": 0.04},
    "b": {"click": 0.28, "order": 0.5, "unsubscribe": 0.05, "complaint": 0.03, "bounce": 0.06},
}
"""Rates so high that few recipients give every count something to be wrong about."""
SEGMENTS = ("vip", "newcomers")
SENDERS = ("franca_klaviyo.sandbox.sends", "franca_mailchimp.sandbox.sending", "franca_brevo.sandbox.sending")
READING_POSTS = {"/api/campaign-values-reports"}
AFTER = AS_OF + timedelta(days=5)


@dataclass
class World:
    """A project with its three sandboxes, and what became of everybody: (destination, campaign) → fates."""

    project: Project
    running: Mapping[str, Running]
    fates: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)
    _heard: list[tuple[Sent, ...]] = field(default_factory=list)

    def waiter(self) -> VirtualWaiter:
        return VirtualWaiter(on_sleep=lambda seconds: [each.host.clock.advance(seconds) for each in self.running.values()])  # type: ignore[func-returns-value]

    def draft(self) -> None:
        """Plan, apply and sync everywhere."""
        with evaluate(self.project, as_of=AS_OF) as evaluation:
            for name, destination in self.project.destinations.items():
                site = Site(project=self.project, destination=destination)
                found, store = adapter(destination.adapter), Store.of(self.project, name)
                desired, connection = desire(site, found), found.connect(site, self.waiter())
                apply(make_plan(desired, connection.read(), store.load()), desired, connection, store)
                sync(desired, evaluation, connection, store, Ledger.open(self.project, store))
                connection.close()

    def send(self, *names: str) -> None:
        """Press send at some ESPs."""
        for name in names:
            entries = Store.of(self.project, name).load().entries
            for part in self.parts(name):
                arms = [TRUE[arm.key] for arm in part.arms]
                self._heard.clear()
                data = {"campaign": _id(name, entries[Address(ResourceKind.CAMPAIGN, part.key)].id), "seed": 5, "arms": arms}
                self.running[name].host.emulator.send(data)  # type: ignore[attr-defined]
                self.fates[name, part.key] = [each for sent in self._heard for each in sent]

    def parts(self, name: str) -> list[Any]:
        return [each for each in self.project.campaigns.values() if each.of == "spring" and name in (each.destinations or (name,))]

    def hear(self, recipients: Sequence[str], arms: Sequence[Rates], seed: int, share: float = 1.0) -> tuple[Sent, ...]:
        found = send_to(recipients, arms, seed, share)
        self._heard.append(found)
        return found

    def tally(self, destination: str, part: Part, arm: int) -> Counts:
        """Count the fates of one arm."""
        own = [each for each in self.fates[destination, part.campaign] if each.arm == arm]
        return Counts(
            sent=len(own),
            delivered=sum(not each.bounced for each in own),
            clicked=sum(each.clicked for each in own),
            ordered=sum(each.ordered for each in own),
            revenue=sum((each.revenue for each in own), Decimal(0)),
            unsubscribed=sum(each.unsubscribed for each in own),
            complained=sum(each.complained for each in own),
            opened=sum(each.opened for each in own),
        )

    def report(self) -> Report:
        sites = tuple(Site(project=self.project, destination=each) for each in self.project.destinations.values())
        return make_report(Asking(project=self.project, campaign="spring", sites=sites, as_of=AFTER), waiter=self.waiter())


def _id(name: str, text: str) -> str | int:
    return int(text) if name == "brevo" else text


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return the shop with drafts at all three ESPs, of as many arms as the test wants."""
    arms = tuple(TRUE)[: request.param]
    write_project(tmp_path, make_store(1500))
    _bare(tmp_path)
    _write(tmp_path, arms)
    monkeypatch.setenv("FRANCA_LEDGER_KEY", "no secret")
    with ExitStack() as stack:
        project = check(load(tmp_path))
        running = {name: stack.enter_context(sandbox(tmp_path, name)) for name in project.destinations}
        made = World(with_splits(local(project, running)), running)
        for module in SENDERS:
            monkeypatch.setattr(f"{module}.send", made.hear)
        made.draft()
        yield made


def _write(folder: Path, arms: Sequence[str]) -> None:
    for segment in SEGMENTS:
        wordings = tuple(Wording(key=arm, texts={"subject": f"Spring, {arm} & co"}) for arm in arms)
        copy = Copy(brief="spring", segment=segment, language="en", wordings=wordings)
        copy = replace(copy, approval=Approval(by="Ann", at="2026-03-01", digest=copy_digest(copy)))
        path = folder / "copy" / "spring" / f"{segment}.en.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_copy(copy), encoding="utf-8")
    (folder / "campaigns" / "spring.yaml").write_text(_CAMPAIGN, encoding="utf-8")


_SEGMENTS = """\
segments:
  vip: {name: VIP, group: lifecycle, priority: 1, where: {attribute: country, is: DE}}
  newcomers: {name: Newcomers, group: lifecycle, priority: 2, where: {attribute: country, in: [AT, CH]}}
"""
_TEMPLATE = """\
---
name: News
subject: News
preview_text: Have a look
from_name: Demo Shop
reply_to: hello@demo-shop.example
---
<html lang="en"><head><title>News</title></head><body><h1>News</h1>
<p>{{ company_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
"""
_CAMPAIGN = """\
name: Spring
template: news
send_from: hello@demo-shop.example
variants: spring
audience: {include: [vip, newcomers], exclusively: lifecycle}
experiment: {baseline: 30%, effect: 50%}
"""


def _bare(folder: Path) -> None:
    """Leave the demo's people and accounts, with two segments and one template."""
    for each in ("segments", "content", "campaigns"):
        shutil.rmtree(folder / each)
        (folder / each).mkdir()
    (folder / "segments" / "all.yaml").write_text(_SEGMENTS, encoding="utf-8")
    (folder / "content" / "news.html").write_text(_TEMPLATE, encoding="utf-8")
    config = folder / "franca.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("    markers: [lifecycle]\n", ""), encoding="utf-8")


def compared(world: World, found: Report, destination: str) -> list[tuple[Part, Counts]]:
    """Return every part of a destination with the tally of its fates; the number of parts is that of segments by arms."""
    (told,) = [each for each in found.destinations if each.name == destination]
    assert told.error == ""
    order = {each.key: [arm.key for arm in each.arms] for each in world.parts(destination)}
    return [(part, world.tally(destination, part, order[part.campaign].index(part.arm))) for part in told.parts]


def differing(part: Part, tally: Counts) -> dict[str, tuple[Any, Any]]:
    """Return the counts that are told and not those of the tally."""
    assert part.counts is not None
    pairs = {name: (getattr(part.counts, name), getattr(tally, name)) for name in Counts.__dataclass_fields__}
    return {name: pair for name, pair in pairs.items() if pair[0] is not None and pair[0] != pair[1]}


@pytest.mark.slow
@pytest.mark.parametrize("world", [3], indirect=True)
def test_every_number_is_the_sandboxes_own(world: World) -> None:
    """Three arms: Klaviyo and Mailchimp test natively, Brevo by a hash; nothing is estimated but what the ESP words so."""
    world.send("klaviyo", "mailchimp", "brevo")
    found = world.report()
    for name in ("klaviyo", "mailchimp", "brevo"):
        pairs = compared(world, found, name)
        assert [(part.segment, part.arm) for part, _ in pairs] == [(segment, arm) for segment in SEGMENTS for arm in TRUE]
        assert {part.standing for part, _ in pairs} == {Standing.TOLD}, [part.note for part, _ in pairs]
        assert sum(tally.clicked for _, tally in pairs) > 20, "or else the comparison shows little"
        for part, tally in pairs:
            assert differing(part, tally) == {}, (name, part.segment, part.arm)
    told = {each.name: each.untold for each in found.destinations}
    assert told["klaviyo"] == ()
    assert set(told["mailchimp"]) <= {"ordered", "revenue"}
    assert set(told["brevo"]) == {"ordered", "revenue"}
    assert found.overall is not None
    assert len(found.overall.pooled) == 6


@pytest.mark.slow
@pytest.mark.parametrize("world", [2], indirect=True)
def test_derived_numbers_are_near_and_said_to_be_derived(world: World) -> None:
    """Two arms: Brevo tests natively and tells rates of its versions; what is made of them is right to the person, or is not told."""
    world.send("brevo")
    found = world.report()
    for part, tally in compared(world, found, "brevo"):
        assert "Brevo tells rates of a version and no numbers" in part.estimated
        assert differing(part, tally) == {}
    (brevo,) = [each for each in found.destinations if each.name == "brevo"]
    assert brevo.analysis is not None
    assert not brevo.analysis.ratio.checked
    waiting = {part.standing for each in found.destinations if each.name != "brevo" for part in each.parts}
    assert waiting == {Standing.WAITING}
    assert "brevo:" in found.conclusion
    assert "it is a draft: somebody has to send it at the ESP" in render_report(found)


@pytest.mark.parametrize("world", [2], indirect=True)
def test_a_report_writes_nothing_at_any_esp(world: World) -> None:
    """Every request reads: GET, and the one POST by which Klaviyo is asked for a report. What it told is what happened."""
    world.send("klaviyo")
    before = {name: len(each.host.exchanges) for name, each in world.running.items()}
    found = world.report()
    assert [differing(part, tally) for part, tally in compared(world, found, "klaviyo")] == [{}] * 4
    for name, each in world.running.items():
        asked = each.host.exchanges[before[name] :]
        assert asked, name
        writing = [
            f"{one.call.method} {one.call.path}"
            for one in asked
            if one.call.method != "GET" and one.call.path.rstrip("/") not in READING_POSTS
        ]
        assert writing == []
