"""The Brevo adapter under plan, apply and sync: lists and markers become what the segments are, also after a kill at any call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.brevo.brevo_kit import Shop, emails, opened, site_of
from franca.adapter import Secret, Site
from franca.definitions import Everyone, Realisation
from franca.plan import Store, apply, desire, make_plan
from franca.sync import Ledger, sync
from franca_brevo.adapter import ADAPTER
from sandbox.brevo.brevo_account import KEY, Stage

HELD = emails(160)


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation says: segment → emails."""

    found: Mapping[str, frozenset[str]]

    def emails(self) -> Mapping[str, frozenset[str]]:
        return self.found

    def universe(self) -> Collection[str]:
        return frozenset().union(*self.found.values(), HELD)

    def summary(self) -> Any:
        return SimpleNamespace(without_email=0, ambiguous_emails=0)


BEFORE = Evaluated({"loyal": frozenset(emails(155)), "vip": frozenset(emails(40))})
AFTER = Evaluated({"loyal": frozenset(emails(154, start=5)), "vip": frozenset(emails(45, start=3)) | {"stranger@example.com"}})


class KilledError(BaseException):
    """The process ends here."""


def site(url: str, root: Path) -> Site:
    """Return "loyal" as members and "vip" as a marker."""
    made = site_of({"loyal": Everyone(), "vip": Everyone()}, url=url)
    segments = {**made.project.segments, "vip": replace(made.project.segments["vip"], realise={"brevo": Realisation.MARKER})}
    return replace(made, project=replace(made.project, segments=segments, root=root))


def run(shop: Shop, audience: Evaluated) -> Any:
    """Plan, apply and sync as the command line does; return sync's report."""
    store = Store.of(shop.site.project, "brevo")
    desired = desire(shop.site, ADAPTER)
    apply(make_plan(desired, shop.connection.read(), store.load()), desired, shop.connection, store)
    ledger = Ledger(store.ledger, Secret("ledger key of the test"))
    ledger.load()
    return sync(desired, audience, shop.connection, store, ledger)  # type: ignore[arg-type]


def both(shop: Shop) -> None:
    """Run twice, with a change between."""
    run(shop, BEFORE)
    run(shop, AFTER)


def state(shop: Shop) -> tuple[list[str], set[str], dict[str, str]]:
    """Return what is at Brevo: lists, members, markers."""
    lists = {row["name"]: str(row["id"]) for row in shop.rows("SELECT id, name FROM lists")}
    markers = {email: value for email in HELD if (value := shop.attributes(email).get("FRANCA_VIP")) is not None}
    return sorted(lists), shop.inside(lists["Segment loyal [franca:loyal]"]), markers


def expected(audience: Evaluated, left: Collection[str] = ()) -> tuple[list[str], set[str], dict[str, str]]:
    """Return what should be there: who left a marker has the absent value."""
    lists = ["Marker imports, not for sending [franca:franca.markers]", "Segment loyal [franca:loyal]"]
    markers = {**dict.fromkeys(left, "-"), **dict.fromkeys(audience.found["vip"] & set(HELD), "vip")}
    return lists, set(audience.found["loyal"] & set(HELD)), markers


@pytest.fixture
def applied(brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """An account of 160 contacts, nothing applied yet."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    stage, url = brevo_stage
    with opened(stage, url, site(url, tmp_path)) as shop:
        shop.seed(HELD)
        yield shop


def test_apply_and_sync_make_brevo_what_the_segments_are(applied: Shop) -> None:
    """First and second sync; a stranger is counted and not created; a third, with nothing changed, writes nothing."""
    run(applied, BEFORE)
    assert state(applied) == expected(BEFORE)
    report = run(applied, AFTER)
    assert state(applied) == expected(AFTER, left=emails(3))
    assert {resource.segment: resource.unknown for resource in report.resources} == {"loyal": 0, "vip": 1}
    before = [call.operation for call in applied.calls() if call.call.method != "GET"]
    run(applied, AFTER)
    assert [call.operation for call in applied.calls() if call.call.method != "GET"] == before


@pytest.mark.parametrize("calls", range(1, 40, 3))
def test_a_kill_before_any_call_is_made_good_by_the_next_run(applied: Shop, calls: int) -> None:
    """No twins, no orphans, nobody lost: the next run ends where an undisturbed one does."""
    left = iter(range(calls))

    def killing(_operation: str) -> None:
        if next(left, None) is None:
            raise KilledError

    applied.connection.policy.before_call = killing
    with pytest.raises(KilledError):
        both(applied)
    applied.connection.policy.before_call = None
    both(applied)
    assert state(applied) == expected(AFTER, left=emails(3))
