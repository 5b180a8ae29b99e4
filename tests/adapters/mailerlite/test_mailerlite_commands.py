"""The whole way at MailerLite, by the command line: plan, apply, sync, plan again, erase; the core knows nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.mailerlite.mailerlite_kit import KEY
from cli.conftest import AS_OF, franca, shop  # noqa: F401 - fixtures
from contract.traffic import FOREIGN
from franca.adapter import VirtualWaiter
from franca.sandbox import Clock, Host, serve
from franca_mailerlite.sandbox import Sandbox
from franca_mailerlite.sandbox.store import Group

DESTINATION = """
ledger_key: env:FRANCA_LEDGER_KEY
destinations:
  mailerlite: {{adapter: mailerlite, api_key: env:MAILERLITE_KEY, url: "{url}"}}
"""
PEOPLE = ("anna", "ben", "clara", "emile")


@pytest.fixture
def mailerlite(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:  # noqa: F811
    """The starter project, its template for another ESP, with one destination whose account holds four of its customers."""
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock, api_key=KEY)
    sandbox.seed({"contacts": [{"email": f"{each}@shop.test"} for each in PEOPLE]})
    sandbox.seed({"contacts": [{"email": "clara@shop.test", "consent": {"status": "unsubscribed"}}]})
    monkeypatch.setenv("MAILERLITE_KEY", KEY)
    monkeypatch.setenv("FRANCA_LEDGER_KEY", "canary-ledger-key")
    monkeypatch.setattr("franca.cli.account.RealWaiter", lambda: VirtualWaiter(on_sleep=clock.advance))
    with serve(Host(sandbox, clock)) as running:
        with (shop / "franca.yaml").open("a", encoding="utf-8") as file:
            file.write(DESTINATION.format(url=running.url))
        yield sandbox


def without_templates(shop: Path) -> None:  # noqa: F811
    """Take the template out, as the refusal says."""
    (shop / "content" / "welcome.html").unlink()


def test_a_template_is_refused_with_the_way_out(franca: Any, shop: Path, mailerlite: Sandbox) -> None:  # noqa: F811
    """The plan names the template's line and what to write."""
    ended = franca("plan", "-p", shop)
    assert ended.code == 1
    assert "content/welcome.html" in ended.err
    assert "MailerLite's API keeps no templates" in ended.err
    assert "name the destinations that it is for in its front matter" in ended.err
    assert not mailerlite.store.groups


def test_plan_apply_sync_and_a_second_plan_is_empty(franca: Any, shop: Path, mailerlite: Sandbox) -> None:  # noqa: F811
    """Groups of our names with the members that the evaluation has; the second time there is nothing to do; statuses stay."""
    without_templates(shop)
    assert franca("plan", "-p", shop, "--exit-code").code == 2
    applied = franca("apply", "-p", shop, "--yes")
    assert applied.code == 0, applied.err
    assert franca("sync", "-p", shop, "--as-of", "2026-03-01T00:00:00Z").code == 0
    members = {group.name: {mailerlite.store.people[each].email for each in group.members} for group in mailerlite.store.groups.values()}
    assert members["VIP customers [franca:vip]"] == {"anna@shop.test", "clara@shop.test"}
    assert franca("plan", "-p", shop, "--exit-code").code == 0
    again = franca("sync", "-p", shop, "--as-of", "2026-03-01T00:00:00Z")
    assert again.code == 0, again.err
    assert {person.email: person.status for person in mailerlite.store.people.values()} == {
        **{f"{each}@shop.test": "active" for each in PEOPLE},
        "clara@shop.test": "unsubscribed",
    }


def test_deleting_needs_the_word_and_takes_ours_alone(franca: Any, shop: Path, mailerlite: Sandbox) -> None:  # noqa: F811
    """Without the segment, its group goes when that is allowed by name; a group that people made stays."""
    without_templates(shop)
    assert franca("apply", "-p", shop, "--yes").code == 0
    identity = mailerlite.store.new_id()
    mailerlite.store.groups[identity] = Group(id=identity, name="By hand", created_at=mailerlite.store.now())
    path = shop / "segments" / "loyalty.yaml"
    text = path.read_text(encoding="utf-8")
    head, vip, rest = text.partition("  vip:")
    path.write_text(head + rest[rest.index("  win_back:") :], encoding="utf-8")
    assert vip
    assert franca("apply", "-p", shop, "--yes").code == 3
    assert franca("apply", "-p", shop, "--yes", "--allow", "delete:list/vip").code == 0
    names = {group.name for group in mailerlite.store.groups.values()}
    assert "By hand" in names
    assert "VIP customers [franca:vip]" not in names


def changes(franca: Any, shop: Path) -> list[tuple[str, str, bool]]:  # noqa: F811
    """Return what a plan would do, why, and whether somebody did something by hand."""
    (plan,) = json.loads(franca("plan", "-p", shop, "-f", "json").out)["plans"]
    return [(change["action"], change["reason"], change["drift"]) for change in plan["changes"]]


def test_what_somebody_renames_or_deletes_by_hand_is_made_good(franca: Any, shop: Path, mailerlite: Sandbox) -> None:  # noqa: F811
    """Drift is told and made good; a segment that is renamed in its file keeps its group."""
    without_templates(shop)
    assert franca("apply", "-p", shop, "--yes").code == 0
    group = next(each for each in mailerlite.store.groups.values() if each.name == "VIP customers [franca:vip]")
    group.name = "By hand [franca:vip]"
    assert changes(franca, shop) == [("update", "somebody changed it at the destination", True)]
    assert franca("apply", "-p", shop, "--yes").code == 0
    path = shop / "segments" / "loyalty.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("  vip:\n", "  best:\n    previously: vip\n"), encoding="utf-8")
    assert changes(franca, shop) == [("update", "renamed from list/vip", False)]
    assert franca("apply", "-p", shop, "--yes").code == 0
    assert mailerlite.store.groups[group.id].name == "VIP customers [franca:best]"
    del mailerlite.store.groups[group.id]
    assert changes(franca, shop) == [("create", "somebody deleted it at the destination", True)]
    assert franca("apply", "-p", shop, "--yes").code == 0
    assert changes(franca, shop) == []


def test_reconcile_tells_who_differs_and_why(franca: Any, shop: Path, mailerlite: Sandbox) -> None:  # noqa: F811
    """Somebody whom others put in, and somebody whom they took out; that she has unsubscribed is no reason: groups hold whoever has."""
    without_templates(shop)
    assert franca("apply", "-p", shop, "--yes").code == 0
    assert franca("sync", "-p", shop, "--as-of", "2026-03-01T00:00:00Z").code == 0
    group = next(each for each in mailerlite.store.groups.values() if each.name == "VIP customers [franca:vip]")
    ids = {person.email: person.id for person in mailerlite.store.people.values()}
    group.members.discard(ids["clara@shop.test"])
    group.members.add(ids["ben@shop.test"])
    ended = franca("reconcile", "mailerlite", "-p", shop, "--as-of", "2026-03-01T00:00:00Z", "-f", "json")
    assert ended.code == 0, ended.err
    (vip,) = [each for each in json.loads(ended.out)["destinations"][0]["segments"] if each["address"] == "list/vip"]
    assert (vip["ours"], vip["theirs"], vip["here_alone"], vip["there_alone"]) == (2, 2, {"taken-out": 1}, {"put-in": 1})


@getattr(pytest.mark, FOREIGN)("franca erase is the one verb that deletes people")
def test_a_person_is_forgotten_on_request(franca: Any, shop: Path, mailerlite: Sandbox) -> None:  # noqa: F811
    """At the ESP and in the ledger; the others stay."""
    without_templates(shop)
    assert franca("apply", "-p", shop, "--yes").code == 0
    assert franca("sync", "-p", shop, "--as-of", "2026-03-01T00:00:00Z").code == 0
    ended = franca("erase", "anna@shop.test", "-p", shop, "--from", "mailerlite", "--yes")
    assert ended.code == 0, ended.err
    assert "anna" not in ended.out + ended.err
    assert {person.email for person in mailerlite.store.people.values()} == {f"{each}@shop.test" for each in PEOPLE[1:]}


def test_what_the_esp_can_do_is_told(franca: Any) -> None:  # noqa: F811
    """With the reasons; an ESP that runs no tests itself has none, and no empty list of what arms may differ in."""
    told = franca("capabilities", "mailerlite").out
    assert "segments made and changed through the API                      no\n" in told
    assert told.splitlines()[-2:] == ["A/B tests run by the ESP itself                                no", "    Franca splits the audience"]
    assert "MailerLite" in franca("capabilities").out
