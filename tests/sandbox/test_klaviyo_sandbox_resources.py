"""The resources of the Klaviyo sandbox besides segments: metrics, lists, profiles, imports, tags; seeds and faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from klaviyo_kit import CONTACTS, KNOWN, groups, identifiers, made, pages, raw, refusal, sandbox, segment
from openapi_client.exceptions import ApiException


@pytest.fixture
def world() -> Iterator[tuple[Any, Any, Any]]:
    with sandbox() as found:
        found[2].seed(CONTACTS)
        yield found


@pytest.fixture
def unlimited() -> Iterator[tuple[Any, Any, Any]]:
    with sandbox(limited=False) as found:
        found[2].seed(CONTACTS)
        yield found


def _counted(**changes: Any) -> dict[str, Any]:
    alltime, positive = {"type": "date", "operator": "alltime"}, {"type": "numeric", "operator": "greater-than", "value": 0}
    condition = {"type": "profile-metric", "metric_id": "METRIC", "measurement": "count", "measurement_filter": positive}
    return {**condition, "timeframe_filter": alltime, **changes}


def test_names_of_metrics_may_repeat_and_cannot_be_filtered(world: Any) -> None:
    """A metric is its name and its integration; there is a filter on the integration only."""
    client, _, emulator = world
    for integration in ("Shopify", None):
        emulator.seed({"events": [{"email": "p001@x.de", "metric": "Viewed", "integration": integration, "at": "2026-01-01T00:00:00Z"}]})
    found = client.Metrics.get_metrics()["data"]
    assert [(each["attributes"]["name"], each["attributes"]["integration"]["name"]) for each in found] == [
        ("Viewed", "Shopify"),
        ("Viewed", "API"),
    ]
    assert len(client.Metrics.get_metrics(filter='equals(integration.name,"Shopify")')["data"]) == 1
    assert refusal(client.Metrics.get_metrics, filter='equals(name,"Viewed")')[0] == 400


def test_metrics_come_two_hundred_a_page(world: Any) -> None:
    """The page size is fixed; the cursor leads to the rest."""
    client, _, emulator = world
    emulator.seed({"metrics": [{"name": f"M{number}"} for number in range(205)]})
    assert len(client.Metrics.get_metrics()["data"]) == 200
    assert len(pages(client.Metrics.get_metrics)) == 205


def new_list(client: Any, name: str = "L") -> str:
    identity: str = client.Lists.create_list({"data": {"type": "list", "attributes": {"name": name}}})["data"]["id"]
    return identity


def everybody(client: Any) -> dict[str, str]:
    return {each["attributes"]["email"]: each["id"] for each in pages(client.Profiles.get_profiles, page_size=100)}


def test_lists_are_written_by_profile_id(world: Any) -> None:
    """Adding twice is adding once; removing takes only those named; both answer 204 without a body."""
    client, _, _ = world
    identity, ids = new_list(client), list(everybody(client).values())
    client.Lists.add_profiles_to_list(identity, identifiers("profile", ids))
    client.Lists.add_profiles_to_list(identity, identifiers("profile", ids[:3]))
    client.Lists.remove_profiles_from_list(identity, identifiers("profile", ids[:5]))
    assert {each["id"] for each in pages(client.Lists.get_profile_ids_for_list, identity)} == set(ids[5:])
    counted = client.Lists.get_list(identity, additional_fields_list=["profile_count"])
    assert counted["data"]["attributes"]["profile_count"] == 20


def test_unknown_profiles_and_too_many_are_refused_whole(world: Any) -> None:
    """One unknown id refuses the call with 404, more than 1000 ids with 400; nobody is added."""
    client, _, _ = world
    identity, ids = new_list(client), list(everybody(client).values())
    assert refusal(client.Lists.add_profiles_to_list, identity, identifiers("profile", [*ids, "01GONE"]))[0] == 404
    assert refusal(client.Lists.add_profiles_to_list, identity, identifiers("profile", ids[:1] * 1001))[0] == 400
    assert client.Lists.get_profile_ids_for_list(identity)["data"] == []


def test_a_list_is_renamed_and_deleted(world: Any) -> None:
    """PATCH changes the name; DELETE takes the list and its memberships."""
    client, _, _ = world
    identity = new_list(client)
    body = {"data": {"type": "list", "id": identity, "attributes": {"name": "M"}}}
    assert client.Lists.update_list(identity, body)["data"]["attributes"]["name"] == "M"
    assert [each["id"] for each in client.Lists.get_lists(filter='any(name,["L","M"])')["data"]] == [identity]
    client.Lists.delete_list(identity)
    assert refusal(client.Lists.get_list, identity)[0] == 404


def test_profiles_are_found_by_the_email_as_stored(world: Any) -> None:
    """any(email,[...]) and equals(email,...) compare exactly, and by the assumption in lower case; answers carry the email as stored."""
    client, running, emulator = world
    emulator.seed({"contacts": [{"email": "Upper@X.de"}]})
    read = client.Profiles.get_profiles
    found = read(filter='any(email,["p001@x.de","Upper@X.de","nobody@x.de"])', fields_profile=["email"])["data"]
    assert sorted(each["attributes"]["email"] for each in found) == ["Upper@X.de", "p001@x.de"]
    assert len(read(filter='equals(email,"upper@x.de")')["data"]) == 1
    emulator.assumptions["klaviyo.emails-lower-case"] = False
    assert read(filter='equals(email,"upper@x.de")')["data"] == []
    assert len(read(filter='equals(email,"Upper@X.de")')["data"]) == 1
    emulator.assumptions["klaviyo.emails-lower-case"] = True
    assert raw(running, "GET", "/api/profiles?page[size]=101")[0] == 400


def test_subscriptions_are_an_additional_field(world: Any) -> None:
    """Consent and suppression are shown on request only; suppressed people cannot receive."""
    client, _, emulator = world
    consent = {"status": "subscribed", "suppressed": True, "at": "2026-01-01T00:00:00Z"}
    emulator.seed({"contacts": [{"email": "p001@x.de", "consent": consent}]})
    only = {"filter": 'equals(email,"p001@x.de")'}
    assert "subscriptions" not in client.Profiles.get_profiles(**only)["data"][0]["attributes"]
    shown = client.Profiles.get_profiles(**only, additional_fields_profile=["subscriptions"])["data"][0]["attributes"]
    marketing = shown["subscriptions"]["email"]["marketing"]
    assert (marketing["consent"], marketing["can_receive_email_marketing"]) == ("SUBSCRIBED", False)
    assert marketing["suppression"] == [{"reason": "USER_SUPPRESSED", "timestamp": "2026-01-01T00:00:00+00:00"}]


# -- bulk import


def job(*profiles: dict[str, Any], lists: tuple[str, ...] = ()) -> dict[str, Any]:
    data: dict[str, Any] = {"type": "profile-bulk-import-job", "attributes": {"profiles": {"data": list(profiles)}}}
    return {"data": {**data, "relationships": {"lists": {"data": [{"type": "list", "id": each} for each in lists]}}} if lists else data}


def one(email: str, meta: Any = None, **attributes: Any) -> dict[str, Any]:
    profile: dict[str, Any] = {"type": "profile", "attributes": {"email": email, **attributes}}
    return {**profile, "meta": meta} if meta else profile


def imported(client: Any, running: Any, body: Any) -> dict[str, Any]:
    identity = client.Profiles.bulk_import_profiles(body)["data"]["id"]
    running.host.clock.advance(2)
    found: dict[str, Any] = client.Profiles.get_bulk_import_profiles_job(identity)["data"]
    return found


def profile_of(client: Any, email: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.Profiles.get_profiles(filter=f'equals(email,"{email}")', **more)["data"][0]["attributes"]
    return found


def test_an_import_is_done_later_and_null_clears(world: Any) -> None:
    """Queued, processing, complete; omission keeps, null clears, empty text is a value; unknown emails are created."""
    client, running, _ = world
    body = job(one("p001@x.de", properties={"tier": "gold", "note": ""}), one("p002@x.de", properties={"plan": None}), one("new@x.de"))
    identity = client.Profiles.bulk_import_profiles(body)["data"]["id"]
    states = []
    for _ in range(3):
        states.append(client.Profiles.get_bulk_import_profiles_job(identity)["data"]["attributes"]["status"])
        running.host.clock.advance(1)
    assert states == ["queued", "processing", "complete"]
    assert profile_of(client, "p001@x.de")["properties"] == {"plan": "pro", "tier": "gold", "note": ""}
    assert profile_of(client, "p002@x.de")["properties"] == {}
    fresh = profile_of(client, "new@x.de", additional_fields_profile=["subscriptions"])
    assert fresh["subscriptions"]["email"]["marketing"]["consent"] == "NEVER_SUBSCRIBED"


def test_an_import_by_id_never_creates(world: Any) -> None:
    """An unknown id and a broken address become import errors; the rest of the job is done; unset removes a property."""
    client, running, _ = world
    ids = everybody(client)
    known = {**one("p003@x.de", {"patch_properties": {"unset": ["plan"]}}), "id": ids["p003@x.de"]}
    done = imported(client, running, job(known, {**one("x@x.de"), "id": "01GONE"}, one("no address")))
    assert (done["attributes"]["completed_count"], done["attributes"]["failed_count"]) == (1, 2)
    errors = client.Profiles.get_errors_for_bulk_import_profiles_job(done["id"])["data"]
    assert [each["attributes"]["source"]["pointer"].rpartition("data/")[2] for each in errors] == ["1/id", "2/attributes/email"]
    assert profile_of(client, "p003@x.de")["properties"] == {}
    assert everybody(client).keys() == ids.keys()


def test_an_import_may_fill_lists_and_change_places(world: Any) -> None:
    """Profiles of the job join its lists; a location is merged by member; consent stays as it was."""
    client, running, emulator = world
    emulator.seed({"contacts": [{"email": "p001@x.de", "fields": {"location['city']": "Bonn"}, "consent": {"status": "unsubscribed"}}]})
    target = new_list(client)
    imported(client, running, job(one("p001@x.de", location={"country": "Germany"}, first_name="Ann"), lists=(target,)))
    assert len(client.Lists.get_profile_ids_for_list(target)["data"]) == 1
    found = profile_of(client, "p001@x.de", additional_fields_profile=["subscriptions"])
    assert (found["first_name"], found["location"]["city"], found["location"]["country"]) == ("Ann", "Bonn", "Germany")
    assert found["subscriptions"]["email"]["marketing"]["consent"] == "UNSUBSCRIBED"


@pytest.mark.foreign_traffic("it tries to import consent")
def test_an_import_refuses_what_the_contract_does_not_have(unlimited: Any) -> None:
    """Consent keys, a profile without an identifier, more than 10,000 profiles and more than 5 MB are 400."""
    _, running, _ = unlimited

    def status(body: Any) -> int:
        return raw(running, "POST", "/api/profile-bulk-import-jobs", body)[0]

    assert status(job(one("a@x.de", subscriptions={}))) == 400
    assert status(job({"type": "profile", "attributes": {"first_name": "Ann"}})) == 400
    assert status(job(*[one("a@x.de")] * 10_001)) == 400
    assert status(job(*[one("a@x.de", properties={"x": "y" * 90_000})] * 60)) == 400
    assert status(job(one("a@x.de", properties={"x": "y" * 100_000}))) == 400
    assert status(job(*[one("a@x.de")] * 10_000)) == 202


# -- tags


def test_tags_link_segments_and_lists(world: Any) -> None:
    """A tag is made once, put on segments and lists, read from both sides, and taken off."""
    client, running, _ = world
    tag = client.Tags.create_tag({"data": {"type": "tag", "attributes": {"name": "franca:acme"}}})["data"]["id"]
    running.host.clock.advance(1)
    assert refusal(client.Tags.create_tag, {"data": {"type": "tag", "attributes": {"name": "franca:acme"}}})[0] == 409
    target, group = made(client, running), new_list(client)
    client.Tags.tag_segments(tag, identifiers("segment", [target]))
    client.Tags.tag_lists(tag, identifiers("list", [group]))
    listed = client.Segments.get_segments(include=["tags"])
    assert listed["data"][0]["relationships"]["tags"]["data"] == [{"type": "tag", "id": tag}]
    assert [each["attributes"]["name"] for each in listed["included"]] == ["franca:acme"]
    assert client.Tags.get_segment_ids_for_tag(tag)["data"] == [{"type": "segment", "id": target}]
    assert client.Lists.get_lists(include=["tags"])["included"][0]["id"] == tag
    client.Tags.remove_tag_from_segments(tag, identifiers("segment", [target]))
    assert client.Tags.get_segment_ids_for_tag(tag)["data"] == []
    assert client.Tags.get_tags(filter='equals(name,"franca:acme")')["data"][0]["id"] == tag
    assert refusal(client.Tags.tag_segments, tag, identifiers("segment", ["NONE00"]))[0] == 404


# -- seeds and faults


def test_a_seed_adds_and_an_event_is_recorded_once(world: Any) -> None:
    """The same email updates; a repeated unique id is passed over; without one, one event a second; unknown people appear."""
    client, running, emulator = world
    at = {"metric": "M", "at": "2026-03-01T00:00:00.9Z"}
    events = [{"email": "p001@x.de", **at, "id": "1"}, {"email": "p001@x.de", **at, "id": "1"}, {"email": "new@x.de", **at}]
    seed = {"contacts": [{"email": "p001@x.de", "fields": {"plan": None, "n": 1}}], "events": [*events, {"email": "new@x.de", **at}]}
    assert urllib3.request("POST", running.url + "/_seed", json=seed).status == 204
    emulator.seed(seed)
    assert (len(everybody(client)), profile_of(client, "p001@x.de")["properties"]) == (26, {"n": 1})
    counted = _counted(metric_id=client.Metrics.get_metrics()["data"][0]["id"])
    counted["measurement_filter"] = {"type": "numeric", "operator": "equals", "value": 1}
    counted["timeframe_filter"] = {
        "type": "date",
        "operator": "between-static",
        "start": "2026-03-01T00:00:00Z",
        "end": "2026-03-01T00:00:00Z",
    }
    identity = made(client, running, definition=groups([counted]))
    assert len(client.Segments.get_profile_ids_for_segment(identity)["data"]) == 2


def test_seeding_is_never_rate_limited_and_needs_no_fields(world: Any) -> None:
    """Hundreds of seeds in one second pass; a contact without a field or an email is a profile."""
    for _ in range(200):
        world[2].seed({"contacts": [{"email": "bare@x.de"}]})
    world[2].seed({"contacts": [{"fields": {"plan": "x"}}]})
    found = pages(world[0].Profiles.get_profiles, page_size=100)
    assert [each["attributes"]["email"] for each in found].count(None) == 1
    assert len(found) == 27


def test_faults_strike_before_or_after_the_work(world: Any) -> None:
    """A status fault does nothing; a reset after the work has made the segment all the same."""
    client, running, _ = world
    faults = running.url + "/_faults"
    urllib3.request("POST", faults, json={"kind": "status", "status": 503, "match": "POST /api/segments"})
    with pytest.raises(ApiException) as caught:
        client.Segments.create_segment(segment(groups([KNOWN])))
    assert caught.value.status == 503
    urllib3.request("POST", faults, json={"kind": "reset-after", "match": "POST /api/segments"})
    with pytest.raises(urllib3.exceptions.HTTPError):
        client.Segments.create_segment(segment(groups([KNOWN])))
    assert len(client.Segments.get_segments()["data"]) == 1


def test_assumptions_are_flipped_by_switch(world: Any) -> None:
    """The switch shows and changes the named assumptions; an unknown name is refused."""
    url = world[1].url + "/_assumptions"
    assert set(urllib3.request("GET", url).json().values()) == {True}
    assert urllib3.request("POST", url, json={"klaviyo.hours-roll": False}).status == 204
    assert urllib3.request("GET", url).json()["klaviyo.hours-roll"] is False
    assert urllib3.request("POST", url, json={"klaviyo.nothing": False}).status == 400
