"""`franca import`: hand-made objects of an account become files, and a plan has nothing to do about them."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.request import Request, urlopen

import pytest

from cli.conftest import KEYS
from franca.language import load_and_check, load_predicate
from franca.logic import fingerprint
from franca.sandbox import Running
from franca_mailchimp.sandbox.records import Account

HAND = pytest.mark.foreign_traffic("people make segments in the ESP's own pages, by hand as it were")
KLAVIYO = {
    "Authorization": f"Klaviyo-API-Key {KEYS['klaviyo']}",
    "revision": "2026-10-15",
    "Content-Type": "application/vnd.api+json",
}
MAILCHIMP = {
    "Authorization": "Basic " + base64.b64encode(f"any:{KEYS['mailchimp']}".encode()).decode(),
    "Content-Type": "application/json",
}
IN_GERMANY = {"type": "string", "operator": "equals", "value": "DE"}
COUNTRY = {"type": "profile-property", "property": "properties['Country']"}


def call(url: str, headers: dict[str, str], body: Any = None) -> Any:
    """Ask a sandbox as somebody else would; return the answer."""
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data=data, headers=headers), timeout=60) as answer:
        return json.loads(answer.read())


def at_klaviyo(esp: Running, name: str, *conditions: dict[str, Any]) -> str:
    """Make a segment of one group, a minute after the one before; return its id."""
    esp.host.clock.advance(60)
    attributes = {"name": name, "definition": {"condition_groups": [{"conditions": list(conditions)}]}}
    return str(call(f"{esp.url}/api/segments", KLAVIYO, {"data": {"type": "segment", "attributes": attributes}})["data"]["id"])


def listed_at_klaviyo(url: str, name: str) -> None:
    """Make a list."""
    call(f"{url}/api/lists", KLAVIYO, {"data": {"type": "list", "attributes": {"name": name}}})


def ordered(url: str, unit: str, quantity: int) -> dict[str, Any]:
    """Return a condition on orders in a window."""
    (metric,) = [each["id"] for each in call(f"{url}/api/metrics", KLAVIYO)["data"] if each["attributes"]["name"] == "Placed Order"]
    return {
        "type": "profile-metric",
        "metric_id": metric,
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": "greater-than-or-equal", "value": 1},
        "timeframe_filter": {"type": "date", "operator": "in-the-last", "unit": unit, "quantity": quantity},
    }


def at_mailchimp(url: str, name: str, **more: Any) -> None:
    """Make a saved segment, or with `static_segment` a tag."""
    call(f"{url}/3.0/lists/{Account().audiences[0].id}/segments", MAILCHIMP, {"name": name, **more})


def said(**condition: str) -> dict[str, Any]:
    """Return the options of a saved segment of one condition."""
    return {"options": {"match": "all", "conditions": [{"field": "COUNTRY", "condition_type": "TextMerge", **condition}]}}


def planned(franca: Any, project: Any, destination: str) -> list[str]:
    """Return the addresses that a plan would change."""
    ended = franca("plan", "--project", project, "-d", destination, "--format", "json")
    assert ended.code == 0, ended.err
    document = json.loads(ended.out)
    plans = document["plans"] if isinstance(document, dict) else document
    return [change["address"] for plan in plans for change in plan["changes"]]


def imported(franca: Any, project: Any, destination: str, *more: str) -> dict[str, Any]:
    """Return what an import told."""
    ended = franca("import", destination, "--project", project, "--format", "json", *more)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


@HAND
def test_klaviyo_becomes_files_and_a_plan_is_empty(franca, connected, esps) -> None:
    """Exact ones in our language, the others by name with the reason; names and forms are kept, and nothing is to do or done there."""
    url = esps["klaviyo"].url
    assert franca("apply", "--project", connected, "--yes", "-d", "klaviyo").code == 0  # ours are not imported
    at_klaviyo(esps["klaviyo"], "Germany", {**COUNTRY, "filter": IN_GERMANY})
    at_klaviyo(esps["klaviyo"], "Germany!", {**COUNTRY, "filter": {**IN_GERMANY, "operator": "not-equals"}})
    at_klaviyo(esps["klaviyo"], "顧客", ordered(url, "hour", 720))
    at_klaviyo(esps["klaviyo"], "Ordered this month", ordered(url, "day", 30))
    at_klaviyo(esps["klaviyo"], "anna@shop.test and friends", {**COUNTRY, "filter": IN_GERMANY})
    secret = {"type": "profile-property", "property": "properties['anna@shop.test']", "filter": IN_GERMANY}
    at_klaviyo(esps["klaviyo"], "One of us", secret)
    listed_at_klaviyo(esps["klaviyo"].url, "Newsletter")
    writes = len([each for each in esps["klaviyo"].host.exchanges if each.call.method != "GET"])
    found = imported(franca, connected, "klaviyo")
    assert {each["key"]: (each["name"], each["native"]) for each in found["segments"]} == {
        "germany": ("Germany", False),
        "germany_2": ("Germany!", False),
        "segment": ("顧客", False),
        "ordered_this_month": ("Ordered this month", True),
        "newsletter": ("Newsletter", True),
        "one_of_us": ("One of us", True),
    }
    assert found["unmapped"] == []
    assert [(each["name"], each["why"]) for each in found["left_out"]] == [
        ("anna@shop.test and friends", "its name holds an email, which does not belong into a file: rename it there")
    ]
    text = (connected / "segments" / "imported_klaviyo.yaml").read_text("utf-8")
    assert "anna@" not in text
    assert "  # native, because Klaviyo cuts windows in days at midnight UTC, ours roll with the clock; --accept day-windows" in text
    assert "where: {attribute: country, is: DE}" in text
    assert "where: {native: {klaviyo: {list: Newsletter}}}" in text
    assert planned(franca, connected, "klaviyo") == []
    assert franca("apply", "--project", connected, "--yes", "-d", "klaviyo").code == 0
    assert planned(franca, connected, "klaviyo") == []
    assert writes == len([each for each in esps["klaviyo"].host.exchanges if each.call.method != "GET"])
    assert franca("validate", "--project", connected).code == 0


@HAND
def test_a_second_import_finds_what_is_new(franca, connected, esps) -> None:
    """What is known is not imported again, even when the state was lost; files that are there stay as they are."""
    at_klaviyo(esps["klaviyo"], "Germany", {**COUNTRY, "filter": IN_GERMANY})
    listed_at_klaviyo(esps["klaviyo"].url, "Newsletter")
    first = imported(franca, connected, "klaviyo")
    before = (connected / "segments" / "imported_klaviyo.yaml").read_bytes()
    again = imported(franca, connected, "klaviyo")
    assert (len(first["segments"]), again["segments"], again["file"], again["known"]) == (2, [], None, 2)
    (connected / ".franca" / "klaviyo.json").unlink()
    assert "segment/germany" in planned(franca, connected, "klaviyo")
    (told,) = imported(franca, connected, "klaviyo")["segments"]
    assert (told["key"], told["written"]) == ("germany", False)
    assert "segment/germany" not in planned(franca, connected, "klaviyo")
    listed_at_klaviyo(esps["klaviyo"].url, "Another")
    assert imported(franca, connected, "klaviyo")["file"].endswith("imported_klaviyo_2.yaml")
    assert (connected / "segments" / "imported_klaviyo.yaml").read_bytes() == before


@HAND
def test_a_changed_definition_changes_the_object_in_place(franca, connected, esps) -> None:
    """When somebody edits the file, the object that was made by hand is updated, and nothing is made anew."""
    identity = at_klaviyo(esps["klaviyo"], "Germany", {**COUNTRY, "filter": IN_GERMANY})
    imported(franca, connected, "klaviyo")
    file = connected / "segments" / "imported_klaviyo.yaml"
    file.write_text(file.read_text("utf-8").replace("is: DE", "in: [DE, AT]"), encoding="utf-8")
    assert "segment/germany" in planned(franca, connected, "klaviyo")
    assert franca("apply", "--project", connected, "--yes", "-d", "klaviyo").code == 0
    found = call(f"{esps['klaviyo'].url}/api/segments/{identity}", KLAVIYO)["data"]["attributes"]
    assert found["name"] == "Germany [franca:germany]"
    assert planned(franca, connected, "klaviyo") == []


@HAND
def test_windows_in_days_are_imported_with_consent(franca, connected, esps) -> None:
    """What is not exact is told in the file, above the segment that it is about."""
    url = esps["klaviyo"].url
    at_klaviyo(esps["klaviyo"], "Ordered this month", ordered(url, "day", 30))
    told = franca("import", "klaviyo", "--project", connected, "--dry-run", "--accept", "day-window").err
    assert "nothing that was imported needed --accept day-window" in told
    dry = imported(franca, connected, "klaviyo", "--dry-run", "--accept", "day-windows")
    assert dry["file"] is None
    assert not (connected / "segments" / "imported_klaviyo.yaml").exists()
    (found,) = imported(franca, connected, "klaviyo", "--accept", "day-windows")["segments"]
    assert list(found["approximated"]) == ["day-windows"]
    text = (connected / "segments" / "imported_klaviyo.yaml").read_text("utf-8")
    assert "# not exact, accepted at the import (day-windows): Klaviyo cuts windows in days at midnight UTC" in text
    assert "where: {event: order, last: 30 days}" in text
    assert "segment/ordered_this_month" not in planned(franca, connected, "klaviyo")


@HAND
def test_mailchimp_becomes_files_and_a_plan_is_empty(franca, connected, esps) -> None:
    """Saved segments by their meaning, tags by their names; fields without a mapping are told; then the same at Klaviyo."""
    url = esps["mailchimp"].url
    assert franca("apply", "--project", connected, "--yes", "-d", "mailchimp").code == 0
    at_mailchimp(url, "Germany", **said(op="is", value="DE"))
    at_mailchimp(url, "Nowhere", **said(op="blank"))
    at_mailchimp(url, "Wholesale: 2026", static_segment=[])
    call(f"{url}/3.0/lists/{Account().audiences[0].id}/interest-categories", MAILCHIMP, {"title": "Topics", "type": "checkboxes"})
    found = imported(franca, connected, "mailchimp")
    assert {each["key"]: each["native"] for each in found["segments"]} == {"germany": False, "nowhere": True, "wholesale_2026": True}
    unmapped = {each["field"]: each["type"] for each in found["unmapped"]}
    assert {**unmapped, "FNAME": "text", "interests:Topics": "list", "tags": "list"} == unmapped
    assert "COUNTRY" not in unmapped
    assert {each["field"]: each["attribute"] for each in found["unmapped"] if each["attribute"]} == {"FNAME": "first_name"}
    text = franca("import", "mailchimp", "--project", connected).out
    assert '  first_name: {field: "FNAME"}  # First Name, text' in text
    assert '  ATTRIBUTE: {field: "interests:Topics"}  # Topics, list' in text
    assert planned(franca, connected, "mailchimp") == []
    assert fingerprint(load_and_check(connected).segments["germany"].where) == fingerprint(load_predicate("{attribute: country, is: DE}"))
    assert "segment/germany" in set(planned(franca, connected, "klaviyo"))
    text = franca("parity", "mailchimp", "klaviyo", "--project", connected)
    assert text.code == 0, text.err
    assert "germany: exactly" in text.out
    assert "nowhere: not: not portable: made at mailchimp" in text.out


@HAND
def test_what_mailchimp_does_not_document_is_imported_with_consent(franca, connected, esps) -> None:
    """Campaign activity becomes events, and the file accepts what compiling it needs accepted: a change updates the segment in place."""
    file = connected / "franca.yaml"
    mapped = "{country: COUNTRY}\n    events: {order: {metric: open}}"
    file.write_text(file.read_text("utf-8").replace("{country: COUNTRY}", mapped), encoding="utf-8")
    opened = {"field": "aim", "condition_type": "Aim", "op": "noopen", "value": "any"}
    at_mailchimp(esps["mailchimp"].url, "Sleepy", options={"match": "all", "conditions": [opened]})
    assert "--accept recent-campaigns takes it" in imported(franca, connected, "mailchimp", "--dry-run")["segments"][0]["why"]
    (found,) = imported(franca, connected, "mailchimp", "--accept", "recent-campaigns")["segments"]
    assert (found["native"], list(found["approximated"])) == (False, ["recent-campaigns"])
    segment = load_and_check(connected).segments["sleepy"]
    assert fingerprint(segment.where) == fingerprint(load_predicate("{not: {event: order}}"))
    assert (segment.realise, segment.accept) == ({}, {"mailchimp": {"recent-campaigns": "accepted at the import"}})
    assert "segment/sleepy" not in planned(franca, connected, "mailchimp")


@HAND
def test_brevo_becomes_files_and_a_plan_is_empty(franca, connected, esps) -> None:
    """Segments and lists by their names, since the API shows no conditions; attributes without a mapping are told."""
    assert franca("apply", "--project", connected, "--yes", "-d", "brevo").code == 0
    esps["brevo"].host.emulator.seed({"segments": [{"segmentName": "Made by hand", "categoryName": "x"}]})
    found = imported(franca, connected, "brevo")
    assert {(each["key"], each["kind"], each["native"]) for each in found["segments"]} >= {("made_by_hand", "segment", True)}
    assert all("conditions" in each["why"] for each in found["segments"])
    assert "COUNTRY" in {each["field"] for each in found["unmapped"]}
    assert planned(franca, connected, "brevo") == []


@HAND
def test_what_is_told_to_people(franca, connected, esps) -> None:
    """Text and Markdown say what became of each object; foreign names are escaped."""
    at_klaviyo(esps["klaviyo"], "Ger|many\x1b", {**COUNTRY, "filter": IN_GERMANY})
    text = franca("import", "klaviyo", "--project", connected, "--dry-run").out
    assert "klaviyo: 1 imported: 1 in our language, 0 by name; 0 known already" in text
    assert "\x1b" not in text
    markdown = franca("import", "klaviyo", "--project", connected, "--dry-run", "--format", "markdown").out
    assert "| `ger_many` | segment Ger&#124;many" in markdown


@HAND
def test_what_is_wrong_elsewhere_does_not_stop_an_import(franca, connected, esps) -> None:
    """A segment that names a field which is not there stops a plan, and is nothing to an import."""
    file = connected / "franca.yaml"
    file.write_text(file.read_text("utf-8").replace("{country: COUNTRY}", "{country: COUNTRY, first_name: NOPE}"), encoding="utf-8")
    (connected / "segments" / "annas.yaml").write_text("segments: {annas: {name: Annas, where: {attribute: first_name, is: Anna}}}\n")
    at_mailchimp(esps["mailchimp"].url, "Germany", **said(op="is", value="DE"))
    assert "names the merge-field 'NOPE'" in franca("plan", "--project", connected, "-d", "mailchimp").err
    assert [each["key"] for each in imported(franca, connected, "mailchimp")["segments"]] == ["germany"]
    file.write_text(file.read_text("utf-8").replace("NOPE", "FNAME"), encoding="utf-8")
    assert "segment/germany" not in planned(franca, connected, "mailchimp")


def test_files_go_with_templates(franca, connected) -> None:
    """Segments are read from the account, and from nowhere else."""
    assert "add --content" in franca("import", "klaviyo", "x.html", "--project", connected).err
