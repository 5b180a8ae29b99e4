"""Segments that people made in Brevo's own pages: named by a definition, counted, sent to, never changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.brevo.brevo_trial import Trial, emails, trial
from franca.adapter import Address, ResourceKind
from franca.errors import FrancaError
from sandbox.brevo.brevo_account import KEY, Stage

BY_HAND = Address(ResourceKind.SEGMENT, "germans")
THERE = "{native: {brevo: {segment: By hand}}}"
IN_IT = 7


@pytest.fixture
def shop(brevo_stage: tuple[Stage, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trial:
    """The shop, whose one segment is one that people made."""
    monkeypatch.setenv("BREVO_API_KEY", KEY)
    monkeypatch.setenv("BREVO_LEDGER_KEY", "a test has no secrets")
    made = trial(*brevo_stage, tmp_path / "shop", people=12)
    contacts = [{"email": email, "fields": {"COUNTRY": "DE"}} for email in emails()[:IN_IT]]
    made.sandbox.seed({"contacts": contacts, "segments": [_segment("By hand"), _segment("Nobody", None)]})
    made.edit("segments/all.yaml", "{attribute: country, is: DE}", THERE)
    return made


def _segment(name: str, condition: str | None = 'equals(COUNTRY,"DE")') -> dict[str, Any]:
    return {"segmentName": name, "filter": condition}


def test_it_is_counted_as_brevo_counts_it(shop: Trial) -> None:
    """Its members and their number are read by its id; nothing is made, and a project of nothing else has no folder."""
    assert shop.changes() == ["create template/news"]
    with shop.opened() as (desired, connection):
        (remote,) = [each for each in connection.read().remotes if each.name == "By hand"]
        resource = desired.resources[BY_HAND]
        assert {each.email for each in connection.members(remote, resource)} == set(emails()[:IN_IT])
        assert connection.count(remote, resource) == IN_IT
        (nobody,) = [each for each in connection.read().remotes if each.name == "Nobody"]
        assert (connection.count(nobody, resource), list(connection.members(nobody, resource))) == (0, [])
    assert shop.writes() == []


def test_a_draft_is_aimed_at_it(shop: Trial) -> None:
    """Its id goes where segments go, is read back from there, and a second plan is empty."""
    shop.plain()
    shop.apply()
    (segment,) = shop.sandbox.processes._store.rows("SELECT id FROM segments WHERE name = 'By hand'")
    recipients = shop.row(shop.only().id)["recipients"]
    assert {name: ids for name, ids in recipients.items() if ids} == {"segments": [segment["id"]]}
    assert shop.changes() == []


def test_a_test_is_aimed_at_it(shop: Trial) -> None:
    """So does a test of two subjects."""
    shop.test()
    shop.apply()
    assert shop.row(shop.only().id)["recipients"]["segments"]
    assert shop.changes() == []


def test_a_draft_moves_from_a_list_to_it_and_back(shop: Trial) -> None:
    """An audience that becomes a segment is changed in place: a list and a segment of one id are different things."""
    shop.plain()
    shop.edit("segments/all.yaml", THERE, "{attribute: country, is: DE}")
    shop.apply()
    made = shop.only().id
    shop.edit("segments/all.yaml", "{attribute: country, is: DE}", THERE)
    assert "update campaign/sale" in shop.changes()
    shop.apply()
    assert (shop.only().id, bool(shop.row(made)["recipients"]["segments"]), shop.row(made)["recipients"]["lists"]) == (made, True, [])
    shop.edit("segments/all.yaml", THERE, "{attribute: country, is: DE}")
    shop.apply()
    assert (shop.only().id, bool(shop.row(made)["recipients"]["lists"]), shop.row(made)["recipients"]["segments"]) == (made, True, [])


@pytest.mark.foreign_traffic("somebody changes the audience in Brevo's own pages")
@pytest.mark.parametrize("recipients", [{"exclusionListIds": [1]}, {"segmentIds": [1]}])
def test_an_audience_changed_by_hand_is_drift(shop: Trial, recipients: dict[str, list[int]]) -> None:
    """Somebody left out, or another segment beside ours, is another audience; an apply puts it right."""
    shop.plain()
    shop.edit("segments/all.yaml", THERE, "{attribute: country, is: DE}")
    shop.apply()
    campaign = shop.only().id
    lists = shop.row(campaign)["recipients"]["lists"]
    with shop.opened() as (_, connection):
        path = f"/emailCampaigns/{campaign}"
        connection._client.call("by hand", "PUT", path, safe=True, body={"recipients": {"listIds": lists, **recipients}})
    assert shop.changes() == ["update campaign/sale"]
    shop.apply()
    assert shop.changes() == []


@pytest.mark.parametrize(("name", "told"), [("By hands", 'did you mean "By hand"'), ("Twice", "2 are called so")])
def test_a_name_that_is_not_there_or_twice_is_an_error(shop: Trial, name: str, told: str) -> None:
    """Names of segments are not unique at Brevo (documented): several are no answer."""
    shop.sandbox.seed({"segments": [_segment("Twice"), _segment("Twice", None)]})
    shop.edit("segments/all.yaml", "By hand", name)
    with pytest.raises(FrancaError, match=told):
        shop.plan()


def test_segments_are_read_only_where_one_is_named(shop: Trial) -> None:
    """A project that names none spares the calls."""
    shop.edit("segments/all.yaml", THERE, "{attribute: country, is: DE}")
    before = len(shop.host.exchanges)
    shop.plan()
    assert "getSegments" not in [exchange.operation for exchange in shop.host.exchanges[before:]]
