"""The whole way at MailerLite, by the command line: plan, apply, sync, plan again, erase; the core knows nothing of it."""

from __future__ import annotations

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
