"""Renames and drift at the three sandboxes: what keeps its id, and what somebody did by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from franca.adapter import Address, ResourceKind
from franca.cli.account import opened
from franca.cli.common import load_checked, sites

KINDS = {"klaviyo": ResourceKind.SEGMENT, "mailchimp": ResourceKind.TAG, "brevo": ResourceKind.LIST}
"""What the segment never_ordered is at each."""


@pytest.fixture(params=sorted(KINDS))
def esp(request) -> str:
    return request.param


def address(esp: str, key: str = "never_ordered") -> Address:
    return Address(KINDS[esp], key)


def account(folder, esp):
    (site,) = sites(load_checked(folder), [esp])
    return opened(site)


def changes(franca, folder, esp) -> list[dict]:
    """Return the changes of the plan, which exits with 2 while there are some."""
    ended = franca("plan", "-p", folder, "-d", esp, "--exit-code", "-f", "json")
    (plan,) = json.loads(ended.out)["plans"]
    assert ended.code == (2 if plan["changes"] else 0)
    return plan["changes"]


def test_a_renamed_segment_keeps_its_object_and_its_members(franca, connected, esp):
    """`previously`: one update, the same id, nobody is written again, and a second plan is empty."""
    rounds = (("apply", "-p", connected, "-d", esp, "--yes"), ("sync", "-p", connected, "-d", esp, "--as-of", "2026-03-01"))
    assert [franca(*each).code for each in rounds] == [0, 0]
    with account(connected, esp) as before:
        made = before.store.load().entries[address(esp)].id
    path = connected / "segments" / "loyalty.yaml"
    text = path.read_text(encoding="utf-8").replace("  never_ordered:\n", "  fresh:\n    previously: never_ordered\n")
    path.write_text(text, encoding="utf-8")
    (change,) = changes(franca, connected, esp)
    assert (change["action"], change["address"], change["id"]) == ("update", str(address(esp, "fresh")), made)
    assert change["reason"] == f"renamed from {address(esp)}"
    assert not change["drift"]
    assert franca(*rounds[0]).code == 0
    assert f"{esp}: 0 rows written" in franca(*rounds[1]).out or esp == "klaviyo"
    assert changes(franca, connected, esp) == []
    with account(connected, esp) as after:
        assert after.store.load().entries[address(esp, "fresh")].id == made


def test_what_somebody_renames_or_deletes_by_hand_is_shown_as_drift_and_made_good(franca, connected, esp):
    """`plan --exit-code` exits with 2 and says what and how; apply makes it good."""
    assert franca("apply", "-p", connected, "-d", esp, "--yes").code == 0
    with account(connected, esp) as found:
        resource = found.desired.resources[address(esp)]
        remote = found.connection.read().owned()[address(esp)]
        body = {key: value for key, value in remote.body.items() if not key.startswith("$")}
        found.connection.update(remote, replace(resource, title="By hand"), body)
    (change,) = changes(franca, connected, esp)
    assert (change["named"], change["reason"], change["drift"]) == (
        "By hand [franca:never_ordered]",
        "somebody changed it at the destination",
        True,
    )
    assert "1 to update; 1 changed by hand there" in franca("plan", "-p", connected, "-d", esp).out
    assert franca("apply", "-p", connected, "-d", esp, "--yes").code == 0
    with account(connected, esp) as found:
        found.connection.delete(found.connection.read().owned()[address(esp)])
    (change,) = changes(franca, connected, esp)
    assert (change["action"], change["reason"], change["drift"]) == ("create", "somebody deleted it at the destination", True)
    assert franca("apply", "-p", connected, "-d", esp, "--yes").code == 0
    assert changes(franca, connected, esp) == []
