"""`franca sync` against the three sandboxes: the guard, `--full`, and going on after a stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import AS_OF
from cli.test_reconcile import ESPS, by_hand, compared, found, of_kind, people, synced  # noqa: F401 - fixtures too
from franca.sandbox import Fault

NOW = ("--as-of", AS_OF.isoformat())
WRITES = {"klaviyo": "(POST|DELETE) /api/lists/.*", "mailchimp": "POST /3.0/lists/.*/segments/.*", "brevo": "POST /v3/contacts/lists/.*"}
KIND = {"klaviyo": "list", "mailchimp": "tag", "brevo": "list"}


def writes(running) -> int:
    """Return how many requests may have changed something."""
    return sum(exchange.call.method != "GET" for exchange in running.host.exchanges)


def strictly(folder: Path) -> None:
    """Let a sync change at most a fifth of a resource."""
    path = folder / "franca.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("maximum_change: 100%", "maximum_change: 20%"), encoding="utf-8")


@pytest.mark.parametrize("esp", ESPS)
def test_a_large_change_needs_its_word(franca, synced, esps, esp):  # noqa: F811
    """Exit code 3 and the word; nothing is written, until the word is given."""
    strictly(synced)
    people(synced, anna=0)
    before, word = writes(esps[esp]), f"--allow sync:{KIND[esp]}/vip"
    refused = franca("sync", "-p", synced, "-d", esp, *NOW)
    assert (refused.code, writes(esps[esp])) == (3, before)
    assert f"1 of 2 members of {KIND[esp]}/vip would change (50%, over 20%)" in refused.err
    assert word in refused.err
    words = refused.err.rpartition("add ")[2].split()
    assert franca("sync", "-p", synced, "-d", esp, *NOW, *words).code == 0
    assert of_kind(found(franca, synced, esp), "vip", KIND[esp])["theirs"] == 1


@pytest.mark.parametrize("esp", ESPS)
def test_full_undoes_what_was_done_by_hand(franca, synced, esp):  # noqa: F811
    """A plain sync trusts the ledger and makes no call at all for it; a full one reads, removes the stranger and counts it."""
    by_hand(synced, esp, add="emil@shop.test", remove="ben@shop.test")
    assert "0 rows written" in franca("sync", "-p", synced, "-d", esp, *NOW).out
    shown = franca("sync", "-p", synced, "-d", esp, *NOW, "--full").out
    assert f"{KIND[esp]}/vip: 3 wanted; 1 added, 1 removed, 1 of them foreign, 1 unchanged, 1 not known there" in shown
    assert of_kind(found(franca, synced, esp), "vip", KIND[esp])["there_alone"] == {}


@pytest.mark.parametrize("esp", ESPS)
def test_a_stopped_sync_goes_on_where_it_stopped(franca, synced, esps, esp):  # noqa: F811
    """Exit code 1 or 4 and one line while the ESP is down; afterwards the rest is written, and then nothing is left."""
    people(synced, anna=0, gil=600)
    esps[esp].host.faults.add(Fault(match=WRITES[esp], status=503, times=None))
    stopped = franca("sync", "-p", synced, "-d", esp, *NOW)
    assert stopped.code in {1, 4}, stopped.err
    assert len(stopped.err.strip().splitlines()) == 1 + ("warning" in stopped.err)
    esps[esp].host.faults.clear()
    assert franca("sync", "-p", synced, "-d", esp, *NOW).code == 0
    vip = of_kind(found(franca, synced, esp), "vip", KIND[esp])
    assert (vip["theirs"], vip["there_alone"]) == (2, {})
    assert "0 rows written" in franca("sync", "-p", synced, "-d", esp, *NOW).out


def test_the_ledger_holds_hashes_alone(franca, synced):  # noqa: F811
    """64 hex digits for each person, and no email."""
    for path in (synced / ".franca").glob("*.ledger.json"):
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"].values()
        hashes = [hashed for held in resources for hashed in [*held.get("members", ()), *held.get("values", ())]]
        assert hashes
        assert {len(hashed) for hashed in hashes} == {64}
        assert "@" not in path.read_text(encoding="utf-8")
