"""A shop with a campaign of two segments and three arms, and ESPs that tell what a test wants them to tell."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from franca.adapter import ArmResult, Remote, ResourceKind, Results, Site, Snapshot, adapter, owned_name, with_splits
from franca.adapter import Testing as Ability
from franca.definitions import Approval, Copy, Metric, Part, Project, Wording
from franca.language import check, load
from franca.language.copies import copy_digest, dump_copy
from franca_personalization.report.records import Report
from franca_personalization.report.run import Asking, make_report

SENT_AT = "2026-03-01T09:00:00+00:00"
AFTER = datetime(2026, 3, 5, 9, tzinfo=UTC)
EARLY = datetime(2026, 3, 1, 15, tzinfo=UTC)
ARMS = ("control", "a", "b")
SEGMENTS = ("vip", "newcomers")

NATIVE = Ability(
    parts=frozenset({Part.SUBJECT}),
    arms=8,
    counts=frozenset(Metric),
    metrics=frozenset(Metric),
    shares=(Decimal("0.1"), Decimal("0.9")),
    source="a test",
)
NONE = replace(NATIVE, parts=frozenset(), arms=1)

PROJECT = """\
project: shop
timezone: Europe/Berlin
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes: {email: {type: text}, points: {type: integer}, country: {type: text}}
destinations:
  mailchimp: {adapter: mailchimp, api_key: env:KEY, audience: Customers}
  klaviyo: {adapter: klaviyo, api_key: env:KEY}
"""
SEGMENT_FILE = """\
segments:
  vip: {name: VIP, group: lifecycle, priority: 1, where: {attribute: points, gte: 100}}
  newcomers: {name: Newcomers, group: lifecycle, priority: 2, where: {attribute: points, gte: 10}}
"""


def make_shop(
    folder: Path, *, arms: Sequence[str] = ARMS, people: int = 60, angles: Mapping[str, str] | None = None, **campaign: str
) -> Project:
    """Write the shop and return it checked and split; *angles* are of arm a, by segment.

    Of *people*, half have 100 points and nine tenths at least 10.
    """
    for name in ("data", "segments", "content", "campaigns"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "franca.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "segments" / "all.yaml").write_text(SEGMENT_FILE, encoding="utf-8")
    (folder / "content" / "news.html").write_text("---\nname: News\nsubject: News\n---\n<p>News</p>{{ unsubscribe_url }}", encoding="utf-8")
    _write_people(folder / "data" / "customers.csv", people)
    for segment in SEGMENTS if arms else ():
        _write_copy(folder, segment, arms, (angles or {}).get(segment, ""))
    told = {
        "name": "Spring sale",
        "template": "news",
        "send_from": "shop@shop.test",
        **({"variants": "spring"} if arms else {}),
        **campaign,
    }
    lines = "".join(f"{key}: {value}\n" for key, value in told.items())
    audience = "audience: {include: [vip, newcomers], exclusively: lifecycle}\n"
    (folder / "campaigns" / "spring.yaml").write_text(lines + audience, encoding="utf-8")
    return loaded(folder)


def loaded(folder: Path) -> Project:
    return with_splits(check(load(folder)))


def _write_people(path: Path, people: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_id", "email", "points", "country"])
        for number in range(people):
            points = 100 if number % 2 else 10 if number % 10 else 0
            writer.writerow([f"c{number}", f"canary{number}@secret.test", points, "DE"])


def _write_copy(folder: Path, segment: str, arms: Sequence[str], angle: str) -> None:
    wordings = tuple(Wording(key=arm, texts={"subject": f"Subject {arm}"}, angle=angle if arm == "a" else "") for arm in arms)
    copy = Copy(brief="spring", segment=segment, language="en", wordings=wordings)
    copy = replace(copy, approval=Approval(by="Ann", at="2026-03-01", digest=copy_digest(copy)))
    path = folder / "copy" / "spring" / f"{segment}.en.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump_copy(copy), encoding="utf-8")


def arm(key: str, sent: int, clicked: int, **more: Any) -> ArmResult:
    """Return an arm's result; one of a hundred bounced, and everything is told unless *more* says otherwise."""
    told: dict[str, Any] = {
        "opened": sent // 3,
        "ordered": clicked // 10,
        "revenue": Decimal(clicked // 10) * 50,
        "unsubscribed": sent // 500,
    }
    told |= {"complained": 0, "delivered": sent - sent // 100, **more}
    return ArmResult(subject=f"Subject {key}", sent=sent, clicked=clicked, **told)


def results(*arms: ArmResult, sent_at: str = SENT_AT, **more: str) -> Results:
    return Results(arms=arms, sent_at=sent_at, currency=more.pop("currency", "EUR"), **more)


def three(sent: int, *clicked: int, keys: Sequence[str] = ARMS, **more: Any) -> Results:
    """Return a test's results: each arm was sent to as many."""
    return results(*(arm(key, sent, count, **more) for key, count in zip(keys, clicked, strict=True)))


@dataclass
class FakeConnection:
    """An account that can only be read: whatever would write is missing, so that calling it fails."""

    told: Mapping[str, Results | None]
    drafts: Sequence[str] = ()
    account: str = "acc-1"
    closed: bool = False
    asked: list[str] = field(default_factory=list)
    marks: bool = True

    def read(self) -> Snapshot:
        self.asked.append("read")
        return Snapshot(account=self.account, remotes=tuple(self._remotes()))

    def _remotes(self) -> Iterator[Remote]:
        for key in (*self.told, *self.drafts):
            settled = "its status is sent" if key in self.told else ""
            mark = key if self.marks else None
            yield Remote(kind=ResourceKind.CAMPAIGN, id=f"id-{key}", name=owned_name("Spring", key), key=mark, settled=settled)
        yield Remote(kind=ResourceKind.CAMPAIGN, id="foreign", name="Somebody's own", settled="its status is sent")

    def results(self, remote: Remote) -> Results | None:
        self.asked.append(f"results {remote.id}")
        return self.told.get(remote.id.removeprefix("id-"))

    def close(self) -> None:
        self.closed = True


Told = Mapping[str, Results | None]


@pytest.fixture
def abilities(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let every ESP test whatever it wants natively; the returned function changes what one of them can do."""

    def able(name: str, testing: Ability) -> None:
        monkeypatch.setattr(type(adapter(name)), "testing_at", lambda *_: testing)

    for name in ("mailchimp", "klaviyo", "brevo"):
        able(name, NATIVE)
    return able


@pytest.fixture
def esps(monkeypatch: pytest.MonkeyPatch, abilities: Callable[..., None]) -> Callable[..., dict[str, FakeConnection]]:
    """Return a function that puts a fake account in place of each named destination's; the other one has nothing of ours."""

    def put(**told: Told | FakeConnection | Exception) -> dict[str, FakeConnection]:
        made = {}
        for name in ("mailchimp", "klaviyo"):
            found = told.get(name, {})
            made[name] = found if isinstance(found, (FakeConnection, Exception)) else FakeConnection(found)
            monkeypatch.setattr(type(adapter(name)), "connect", _connecting(made[name]))
        return made

    return put


def _connecting(found: FakeConnection | Exception) -> Callable[..., FakeConnection]:
    def connect(_self: object, _site: Site, _waiter: object) -> FakeConnection:
        if isinstance(found, Exception):
            raise found
        return found

    return connect


def report(project: Project, *names: str, as_of: datetime = AFTER, with_data: bool = False) -> Report:
    """Return the report of the campaign at the named destinations, or all of them."""
    sites = tuple(Site(project=project, destination=each) for name, each in project.destinations.items() if not names or name in names)
    return make_report(Asking(project=project, campaign="spring", sites=sites, as_of=as_of, with_data=with_data))
