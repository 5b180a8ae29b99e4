"""How the Klaviyo sandbox speaks: resources, pages, errors, limits, asynchronous work, through the official SDK over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from klaviyo_kit import CONTACTS, KNOWN, groups, made, pages, prop, raw, refusal, sandbox, sdk, segment
from openapi_client.exceptions import ApiException

from franca_klaviyo.sandbox.world import Account


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


# -- who may call


def test_a_wrong_key_is_refused_on_every_route(world: Any) -> None:
    """401 with a JSON:API error, and nothing happens."""
    stranger = sdk(world[1].url, "pk_wrong")
    status, error, _ = refusal(stranger.Segments.create_segment, segment(groups([KNOWN])))
    assert (status, error["code"]) == (401, "authentication_failed")
    assert world[0].Segments.get_segments()["data"] == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"revision": ""}, 400),
        ({"revision": "2024-10-15"}, 410),
        ({"revision": "2026-07-15.pre"}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer pk_sandbox"}, 401),
    ],
)
def test_the_key_and_a_live_revision_are_required(world: Any, headers: dict[str, str], expected: int) -> None:
    """A missing revision is 400, a retired one 410, a missing or foreign credential 401."""
    assert raw(world[1], "GET", "/api/segments", **headers)[0] == expected


def test_an_unknown_path_is_a_json_api_404(world: Any) -> None:
    """The body has errors with id, code, title and detail."""
    status, body = raw(world[1], "GET", "/api/nothing")
    assert status == 404
    assert body["errors"][0].keys() >= {"id", "code", "title", "detail", "source"}


def test_bodies_must_be_json_of_the_right_media_type(world: Any) -> None:
    """415 for another media type, 400 for what is not JSON."""
    body = segment(groups([KNOWN]))
    assert raw(world[1], "POST", "/api/segments", body, **{"Content-Type": "text/plain"})[0] == 415
    world[1].host.clock.advance(1)
    answer = urllib3.request(
        "POST",
        world[1].url + "/api/segments",
        body=b"{",
        headers={"Authorization": "Klaviyo-API-Key pk_sandbox", "revision": "2026-10-15", "Content-Type": "application/json"},
    )
    assert answer.status == 400


def test_the_account_names_itself_and_seeds_the_ids(world: Any) -> None:
    """Ids of metrics are stable for one account and differ between accounts."""
    assert world[0].Accounts.get_accounts()["data"][0]["id"] == "SaNd01"
    assert _metric_id() == _metric_id()
    assert _metric_id() != _metric_id(account=Account(id="Other1"))


def _metric_id(**options: Any) -> str:
    with sandbox(**options) as (client, _, emulator):
        emulator.seed({"metrics": [{"name": "Placed Order"}]})
        identity: str = client.Metrics.get_metrics()["data"][0]["id"]
        return identity


# -- segments


def test_a_segment_is_read_back_with_explicit_nulls(world: Any) -> None:
    """Omitted optional members come back as null; the definition is in list and get by default."""
    client, _, emulator = world
    emulator.seed({"metrics": [{"name": "Placed Order"}]})
    metric = client.Metrics.get_metrics()["data"][0]["id"]
    counted = {
        "type": "profile-metric",
        "metric_id": metric,
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": "greater-than", "value": 0},
        "timeframe_filter": {"type": "date", "operator": "alltime"},
    }
    status = {"subscription": "subscribed"}
    consent = {
        "type": "profile-marketing-consent",
        "consent": {"channel": "email", "can_receive_marketing": True, "consent_status": status},
    }
    answer = client.Segments.create_segment(segment(groups([counted, consent])))["data"]
    conditions = answer["attributes"]["definition"]["condition_groups"][0]["conditions"]
    assert conditions[0] == {**counted, "metric_filters": None}
    assert conditions[1]["consent"]["consent_status"] == {"subscription": "subscribed", "filters": None}
    assert client.Segments.get_segments()["data"][0]["attributes"] == answer["attributes"]
    assert (answer["attributes"]["is_active"], answer["attributes"]["is_starred"]) == (True, False)


def test_an_update_replaces_the_whole_definition_and_keeps_the_rest(world: Any) -> None:
    """PATCH changes what it names; a new definition is processed again, a new name is not."""
    client, running, _ = world
    identity = made(client, running)
    body = {"data": {"type": "segment", "id": identity, "attributes": {"name": "New"}}}
    renamed = client.Segments.update_segment(identity, body)["data"]["attributes"]
    assert (renamed["name"], renamed["is_processing"]) == ("New", False)
    running.host.clock.advance(1)
    nobody = groups([prop("email", "existence", "not-set")])
    body = {"data": {"type": "segment", "id": identity, "attributes": {"definition": nobody}}}
    changed = client.Segments.update_segment(identity, body)["data"]["attributes"]
    assert (changed["name"], changed["definition"], changed["is_processing"]) == ("New", nobody, True)


def test_deactivating_must_travel_alone(world: Any) -> None:
    """is_active false with anything else is 400; alone it works, and true brings the segment back."""
    client, running, _ = world
    identity = made(client, running)

    def patch(**attributes: Any) -> Any:
        running.host.clock.advance(1)
        return client.Segments.update_segment(identity, {"data": {"type": "segment", "id": identity, "attributes": attributes}})

    assert refusal(patch, is_active=False, name="x")[0] == 400
    assert patch(is_active=False)["data"]["attributes"]["is_active"] is False
    assert client.Segments.get_segments(filter="equals(is_active,false)")["data"] != []
    assert patch(is_active=True)["data"]["attributes"]["is_active"] is True


def test_a_deleted_segment_is_gone(world: Any) -> None:
    """DELETE is 204, a second one and a read are 404."""
    client, running, _ = world
    identity = made(client, running)
    client.Segments.delete_segment(identity)
    assert refusal(client.Segments.delete_segment, identity)[0] == 404
    assert refusal(client.Segments.get_segment, identity)[1]["code"] == "not_found"


def test_names_of_segments_may_repeat(world: Any) -> None:
    """Two segments of one name are two segments; a filter on the name finds both, spaces kept."""
    client, running, _ = world
    ids = {made(client, running, "VIP customers"), made(client, running, "VIP customers")}
    made(client, running, "VIPcustomers")
    assert {each["id"] for each in client.Segments.get_segments(filter='equals(name,"VIP customers")')["data"]} == ids


def test_lists_of_segments_have_ten_on_a_page_and_a_cursor(unlimited: Any) -> None:
    """page[size] beyond 10 is 400; the cursor walks all pages; the SDK's way of passing a whole link works too."""
    client, running, _ = unlimited
    ids = [made(client, running, f"S{number:02}") for number in range(23)]
    status, body = raw(running, "GET", "/api/segments?page[size]=11")  # the SDK would not send it
    assert (status, body["errors"][0]["source"]) == (400, {"parameter": "page[size]"})
    assert sorted(each["id"] for each in pages(client.Segments.get_segments)) == sorted(ids)
    assert [each["attributes"]["name"] for each in pages(client.Segments.get_segments, sort="-name")][:2] == ["S22", "S21"]
    first = client.Segments.get_segments(sort="name")
    second = client.Segments.get_segments(sort="name", page_cursor=first["links"]["next"])
    assert second["data"][0]["attributes"]["name"] == "S10"
    assert refusal(client.Segments.get_segments, page_cursor="nonsense")[0] == 400


@pytest.mark.parametrize("text", ["equals(name,VIP)", 'contains(name,"V")', 'equals(nothing,"V")', 'equals(name,"V"', 'equals(name,"V")x'])
def test_a_filter_that_is_not_allowed_is_refused(world: Any, text: str) -> None:
    """Unquoted text, an operator or field that the endpoint does not have, and broken syntax are 400."""
    assert refusal(world[0].Segments.get_segments, filter=text)[1]["source"] == {"parameter": "filter"}


def test_the_count_is_read_one_segment_at_a_time(world: Any) -> None:
    """profile_count is an additional field of GET one; the list refuses it; the read falls to one call a second."""
    client, running, _ = world
    identity = made(client, running)
    read = client.Segments.get_segment
    assert "profile_count" not in read(identity)["data"]["attributes"]
    assert read(identity, additional_fields_segment=["profile_count"])["data"]["attributes"]["profile_count"] == 25
    assert refusal(read, identity, additional_fields_segment=["profile_count"])[0] == 429
    assert raw(running, "GET", "/api/segments?additional-fields[segment]=profile_count")[0] == 400


def test_members_are_read_a_hundred_at_a_time(world: Any) -> None:
    """Twenty by default, at most 100; ids alone through relationships; a filter on the email."""
    client, running, _ = world
    identity = made(client, running)
    assert len(client.Segments.get_profiles_for_segment(identity)["data"]) == 20
    assert len(client.Segments.get_profiles_for_segment(identity, page_size=100)["data"]) == 25
    assert raw(running, "GET", f"/api/segments/{identity}/profiles?page[size]=101")[0] == 400
    assert len(pages(client.Segments.get_profile_ids_for_segment, identity)) == 25
    found = client.Segments.get_profiles_for_segment(identity, filter='equals(email,"p003@x.de")')["data"]
    assert [each["attributes"]["email"] for each in found] == ["p003@x.de"]
    assert "joined_group_at" in found[0]["attributes"]


def _counted(**changes: Any) -> dict[str, Any]:
    alltime, positive = {"type": "date", "operator": "alltime"}, {"type": "numeric", "operator": "greater-than", "value": 0}
    condition = {"type": "profile-metric", "metric_id": "METRIC", "measurement": "count", "measurement_filter": positive}
    return {**condition, "timeframe_filter": alltime, **changes}


def _without(condition: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in condition.items() if key != name}


MEMBER = {"type": "profile-group-membership", "is_member": False, "group_ids": ["LIST"]}
REFUSED = [
    ({"type": "profile-attribute"}, "invalid", "/type"),
    ({"type": "profile-metric-funnel"}, "sandbox_not_interpreted", ""),
    ({"type": "profile-region", "in_region": True, "region": "europe"}, "invalid", "/region"),
    ({"type": "profile-region", "in_region": True, "region_id": "european_union"}, "invalid", "/region"),
    ({"type": "profile-predictive-analytics", "dimension": "happiness"}, "invalid", "/dimension"),
    ({"type": "profile-sample"}, "invalid", "/type"),
    (prop("plan", "existence", "is-set"), "invalid", "/property"),
    (prop("properties['it's']", "existence", "is-set"), "invalid", "/property"),
    (prop("properties['x']", "boolean", "not-equals", value=True), "invalid", "/filter"),
    (prop("properties['x']", "list", "contains-any", value=["a"]), "invalid", "/filter"),
    (prop("properties['x']", "string", "equals", value=5), "invalid", "/filter/value"),
    (prop("properties['x']", "numeric", "equals", value="5"), "invalid", "/filter/value"),
    (prop("properties['x']", "date", "after", value="2026-01-01"), "invalid", "/filter/date"),
    (prop("properties['x']", "date", "in-the-last", unit="month", quantity=1), "invalid", "/filter/unit"),
    (prop("properties['x']", "date", "alltime"), "invalid", "/filter"),
    (prop("properties['x']", "string", "regex", value="("), "invalid", "/filter"),
    (prop("properties['x']", "string", "phone-country-code-in", value=["DE"]), "sandbox_not_interpreted", "/filter"),
    (_without(_counted(), "timeframe_filter"), "invalid", "/timeframe_filter"),
    (_counted(metric_id="NONE00"), "invalid", "/metric_id"),
    (_counted(measurement="avg"), "invalid", "/measurement"),
    (
        _counted(metric_filters=[{"property": "a", "filter": {"type": "list", "operator": "contains", "value": "x"}}]),
        "invalid",
        "/metric_filters/0/filter",
    ),
    (
        _counted(metric_filters=[{"property": "a", "filter": {"type": "existence", "operator": "is-set"}}] * 11),
        "invalid",
        "/metric_filters",
    ),
    (_counted(surplus=1), "invalid", "/surplus"),
    ({**MEMBER, "timeframe_filter": {"type": "date", "operator": "alltime"}}, "invalid", "/timeframe_filter"),
    ({**MEMBER, "group_ids": ["LIST", "LIST"]}, "invalid", "/group_ids"),
    ({**MEMBER, "group_ids": ["SEGMENT"]}, "invalid", "/group_ids"),
]


def test_definitions_outside_the_contract_are_refused_with_a_pointer(unlimited: Any) -> None:
    """Unknown types, missing keys, wrong types, foreign ids: 400 that points into the definition, and nothing is made."""
    client, running, emulator = unlimited
    emulator.seed({"metrics": [{"name": "M"}]})
    metric = client.Metrics.get_metrics()["data"][0]["id"]
    a_list = client.Lists.create_list({"data": {"type": "list", "attributes": {"name": "L"}}})["data"]["id"]
    a_segment = made(client, running)
    for condition, code, pointer in REFUSED:
        spelled = json.dumps(condition).replace("METRIC", metric).replace("LIST", a_list).replace("SEGMENT", a_segment)
        _, error = raw(running, "POST", "/api/segments", segment(groups([json.loads(spelled)])))
        found = (error["errors"][0]["code"], error["errors"][0]["source"]["pointer"])
        assert found == (code, "/data/attributes/definition/condition_groups/0/conditions/0" + pointer), condition
    assert len(client.Segments.get_segments()["data"]) == 1


def test_a_segment_has_at_most_a_hundred_conditions(world: Any) -> None:
    """100 pass, 101 are 400; so is an unknown attribute of the segment."""
    client, running, _ = world
    made(client, running, definition=groups(*[[KNOWN]] * 100))
    assert refusal(client.Segments.create_segment, segment(groups([KNOWN] * 101)))[0] == 400
    running.host.clock.advance(1)
    body = segment(groups([KNOWN]))
    body["data"]["attributes"]["is_stared"] = True
    assert raw(running, "POST", "/api/segments", body)[1]["errors"][0]["source"]["pointer"] == "/data/attributes/is_stared"


# -- asynchronous processing and limits


def test_members_are_partial_while_a_segment_is_processed(world: Any) -> None:
    """is_processing holds for two seconds of ticks; until then the count grows."""
    client, running, _ = world
    identity = client.Segments.create_segment(segment(groups([KNOWN])))["data"]["id"]
    seen = []
    for _ in range(3):
        found = client.Segments.get_segment(identity, additional_fields_segment=["profile_count"])["data"]["attributes"]
        seen.append((found["is_processing"], found["profile_count"]))
        running.host.clock.advance(1)
    assert seen == [(True, 0), (True, 12), (False, 25)]


def test_the_sixth_segment_in_processing_is_refused_with_400() -> None:
    """Five are processed at a time; the refusal is a 400 that passes with time."""
    with sandbox(processing_seconds=60) as (client, running, _):
        for _ in range(5):
            client.Segments.create_segment(segment(groups([KNOWN])))
            running.host.clock.advance(1)
        status, error, _headers = refusal(client.Segments.create_segment, segment(groups([KNOWN])))
        assert (status, "segment processing limit (5)" in error["detail"]) == (400, True)
        running.host.clock.advance(60)
        client.Segments.create_segment(segment(groups([KNOWN])))


def test_a_full_window_answers_429_with_retry_after(world: Any) -> None:
    """One create a second, fifteen a minute, a hundred a day; the wait is an integer and enough."""
    client, running, _ = world
    waits: list[int] = []
    while not waits or waits[-1] < 3600:
        running.host.clock.advance(waits[-1] if waits else 0)
        while _created(client):
            pass
        _, error, headers = refusal(client.Segments.create_segment, segment(groups([KNOWN])))
        assert error["detail"].startswith(f"Request was throttled. Expected available in {headers['retry-after']} second")
        assert not [name for name in headers if name.startswith("ratelimit")]
        waits.append(int(headers["retry-after"]))
    assert {1, 46} <= set(waits)
    assert len(pages(client.Segments.get_segments)) == 100


def _created(client: Any) -> bool:
    try:
        client.Segments.create_segment(segment(groups([KNOWN])))
    except ApiException as refused:
        if refused.status != 429:
            raise
        return False
    return True


def test_admitted_calls_carry_the_rate_headers(world: Any) -> None:
    """RateLimit-Limit, -Remaining and -Reset are on answers that are not 429, and Remaining falls."""
    client, _, _ = world
    headers = [client.Lists.get_lists_with_http_info().headers for _ in range(2)]
    assert [each["ratelimit-remaining"] for each in headers] == ["749", "748"]
    assert headers[0].keys() >= {"ratelimit-limit", "ratelimit-reset"}


def test_virtual_waiting_moves_no_window_of_meaning(world: Any) -> None:
    """Ticks refill rates; the instant that conditions see stays."""
    before = world[1].host.clock.now()
    world[1].host.clock.advance(86_400)
    assert world[1].host.clock.now() == before
