"""Lists, tags and groups that people made, filled under trouble: whom others put in is never out, at any moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from contract.examples import USES, subject
from franca.adapter import Site
from franca.adapter.testing import Account, Subject, segment
from franca.adapter.testing.definitions import GERMAN
from franca.adapter.testing.story import GERMANS, PEOPLE, applied, desired_at, planned, seeds, synced
from franca.adapter.testing.subject import KEY_FILE, StoppedError, opened
from franca.errors import FrancaError
from franca.sandbox import Fault

OTHERS = {min(GERMANS), max(PEOPLE)}
"""Whom people put in: one is in the segment for a while, one never."""
TROUBLES: dict[str, Callable[[], Fault]] = {
    "an answer is lost": lambda: Fault(kind="reset-after", match="^(POST|PUT|PATCH|DELETE) ", times=1),
    "a request is lost": lambda: Fault(kind="reset", match="^(POST|PUT|PATCH|DELETE) ", times=1),
    "the ESP is down": lambda: Fault(status=503, times=2),
    "too many requests": lambda: Fault(status=429, times=2),
}


def adopting(account: Account, name: str, *more: Any) -> Site:
    """Return the project with one segment that adopts the list of that name."""
    one = replace(segment(GERMAN, "adopted", adopt={account.subject.name: True}), name=name)
    found = account.site(one, *more)
    return replace(found, project=replace(found.project, ledger_key=f"file:{KEY_FILE}"))


def handmade(account: Account, one: Subject) -> Any:
    """Return the list that people made, once they have put others in."""
    with account.connected(account.site()) as connection:
        lists = [each for each in connection.read().remotes if (each.kind, each.name) == (one.adapter.members_kind, "By hand")]
        list(connection.write_members(lists[0], list(connection.known(OTHERS).values()), []))
    return lists[0]


def inside(account: Account, site: Site, remote: Any) -> set[str]:
    """Return who is in it, as the ESP says."""
    desired, _ = desired_at(account, site)
    (address,) = desired.members.values()
    with account.connected(site) as connection:
        return {contact.email for contact in connection.members(remote, desired.resources[address])}


def told(account: Account, site: Site, remote: Any) -> None:
    """Adopt it, fill it, and empty it of ours again."""
    applied(account, site)
    synced(account, site, GERMANS)
    assert inside(account, site, remote) == GERMANS | OTHERS
    synced(account, site, frozenset(), allow=[f"sync:{remote.kind}/adopted"])


def ended(account: Account, site: Site, remote: Any) -> None:
    """Run again without trouble: theirs alone are in it, and nothing is left to do."""
    assert inside(account, site, remote) >= OTHERS
    applied(account, site)
    synced(account, site, frozenset(), allow=[f"sync:{remote.kind}/adopted"])
    assert inside(account, site, remote) == OTHERS
    assert planned(account, site).changes == ()


@pytest.mark.foreign_traffic("people put others into their list")
@pytest.mark.parametrize("esp", USES)
@pytest.mark.parametrize("part", [pytest.param(each, marks=[] if each == 3 else [pytest.mark.slow]) for each in range(1, 6)])
def test_a_stop_anywhere_leaves_theirs_alone(esp: str, part: int) -> None:
    """The process ends before a call of apply, of filling or of emptying: whom others put in is in it then and in the end."""
    one = subject(esp)
    with opened(one, *seeds(one)) as account:
        remote = handmade(account, one)
        site, before = adopting(account, remote.name), len(account.calls)
        told(account, site, remote)
        calls = len(account.calls) - before
    with opened(one, *seeds(one)) as account:
        remote = handmade(account, one)
        site = adopting(account, remote.name)
        account.stop = len(account.calls) + calls * part // 6
        with suppress(StoppedError):
            told(account, site, remote)
        assert account.stopped
        ended(account, site, remote)


@pytest.mark.foreign_traffic("people put others into their list")
@pytest.mark.parametrize("esp", USES)
@pytest.mark.parametrize(
    "trouble", [pytest.param(each, marks=[] if each == "an answer is lost" else [pytest.mark.slow]) for each in TROUBLES]
)
def test_trouble_with_the_esp_leaves_theirs_alone(esp: str, trouble: str) -> None:
    """Met by the filling, and again by the emptying; run again, it is as if there had been none."""
    one = subject(esp)
    with opened(one, *seeds(one)) as account:
        remote = handmade(account, one)
        site = adopting(account, remote.name)
        applied(account, site)
        for people in (GERMANS, frozenset[str]()):
            account.host.faults.add(TROUBLES[trouble]())
            with suppress(FrancaError):
                synced(account, site, people, allow=[f"sync:{remote.kind}/adopted"])
            assert any(each.fault for each in account.host.exchanges)
            account.host.faults.clear()
            assert inside(account, site, remote) >= OTHERS
            synced(account, site, people, allow=[f"sync:{remote.kind}/adopted"])
            assert inside(account, site, remote) == people | OTHERS
        ended(account, site, remote)
