"""The MailerLite sandbox, used by the official SDK: what it makes, answers and refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import mailerlite
import pytest
import requests

from adapters.mailerlite.mailerlite_kit import KEY, Shop, emails


@pytest.fixture
def sdk(shop: Shop) -> Any:
    """The SDK on the account, as the vendor sheet says."""
    client = mailerlite.Client({"api_key": KEY, "timeout": 10})
    client.api_client.HOST = f"{shop.site.destination.settings['url']}/"
    return client


def refusal(call: Any) -> tuple[int, Any]:
    """Return status and body of a call that must fail."""
    with pytest.raises(requests.HTTPError) as caught:
        call()
    return caught.value.response.status_code, caught.value.response.json()


@pytest.mark.foreign_traffic("the SDK's own calls")
def test_the_sdk_makes_reads_renames_and_deletes_groups_and_fields(sdk: Any) -> None:
    """With its typed calls; ids are texts in answers and numbers in calls."""
    group = sdk.groups.create("One")["data"]
    sdk.groups.update(int(group["id"]), "Two")
    assert [each["name"] for each in sdk.groups.list(limit=10, page=1, filter={"name": "tw"}, sort="name")["data"]] == ["Two"]
    field = sdk.fields.create("My Field", "date")["data"]
    assert (field["key"], field["is_default"]) == ("my_field", False)
    assert sdk.fields.update(int(field["id"]), "Other")["data"]["key"] == "my_field"
    assert len(sdk.fields.list(limit=100, page=1)["data"]) == 9
    assert sdk.groups.delete(int(group["id"])) is True
    assert sdk.fields.delete(int(field["id"])) is True
    assert refusal(lambda: sdk.groups.delete(int(group["id"])))[0] == 404


@pytest.mark.foreign_traffic("the SDK's own calls")
def test_the_sdk_reads_people_and_assigns_them(sdk: Any, shop: Shop) -> None:
    """By id and by email; the count; a group's members with and without a status."""
    anna, bert = shop.seed(["anna@example.com"]) + shop.seed(["bert@example.com"], "unsubscribed")
    group = int(sdk.groups.create("One")["data"]["id"])
    for contact in (anna, bert):
        assert sdk.subscribers.assign_subscriber_to_group(int(contact.id), group)["data"]["id"] == str(group)
    assert [each["email"] for each in sdk.groups.get_group_subscribers(group, limit=10)["data"]] == ["anna@example.com"]
    found = sdk.groups.get_group_subscribers(group, filter={"status": "unsubscribed"}, limit=10)["data"]
    assert [each["email"] for each in found] == ["bert@example.com"]
    assert sdk.subscribers.count() == {"total": 2}
    assert [each["id"] for each in sdk.subscribers.get("anna@example.com")["data"]["groups"]] == [str(group)]
    assert sdk.subscribers.get(int(bert.id))["data"]["status"] == "unsubscribed"
    assert sdk.subscribers.unassign_subscriber_from_group(int(anna.id), group) is True


@pytest.mark.foreign_traffic("the SDK's own calls")
def test_a_batch_answers_in_order_whatever_failed(sdk: Any) -> None:
    """200, with the codes of the parts; the words of unknown people and paths are those that were seen."""
    parts = [
        {"method": "GET", "path": "api/subscribers/list"},
        {"method": "GET", "path": "api/x/y"},
        {"method": "GET", "path": "api/groups"},
    ]
    answer = sdk.batches.request(parts)
    assert [answer[name] for name in ("total", "successful", "failed")] == [3, 1, 2]
    assert [each["code"] for each in answer["responses"]] == [404, 404, 200]
    assert answer["responses"][0]["body"] == {"message": "No query results for model [App\\Models\\Subscriber\\Subscriber]"}
    assert answer["responses"][1]["body"] == {"message": "The route api/x/y could not be found."}
    assert refusal(lambda: sdk.batches.request(parts * 17))[0] == 422
    assert refusal(lambda: sdk.batches.request([{"method": "GET", "path": "groups"}]))[0] == 422


@pytest.mark.foreign_traffic("the SDK's own calls")
def test_segments_can_be_listed_and_not_made(sdk: Any, shop: Shop) -> None:
    """Those of a seed, made by hand; POST is not supported."""
    shop.seed(["anna@example.com"], fields={"country": "DE"})
    shop.sandbox.seed({"segments": [{"name": "Germans", "where": {"country": "DE"}}]})
    (segment,) = sdk.segments.list(limit=10, page=1)["data"]
    assert (segment["name"], segment["total"]) == ("Germans", 1)
    assert len(sdk.segments.get_subscribers(int(segment["id"]), limit=10)["data"]) == 1
    status, body = refusal(lambda: sdk.api_client.request("POST", "api/segments", None, {"name": "x"}))
    assert (status, "not supported" in body["message"]) == (405, True)
    assert refusal(lambda: sdk.segments.get_subscribers(1))[0] == 404


@pytest.mark.foreign_traffic("the SDK's own calls")
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "api/groups", {}, 422),
        ("POST", "api/groups", {"name": "x" * 256}, 422),
        ("POST", "api/fields", {"name": "x", "type": "boolean"}, 422),
        ("POST", "api/fields", {"name": "Country", "type": "text"}, 422),
        ("POST", "api/fields", {"name": "", "type": "text"}, 422),
        ("DELETE", "api/fields/1", None, 422),
        ("PUT", "api/groups/1", {"name": "x"}, 404),
        ("PUT", "api/fields/99", {"name": "x"}, 404),
        ("PUT", "api/subscribers/1", {"fields": {}}, 404),
        ("GET", "api/groups?limit=251", None, 422),
        ("GET", "api/groups?page=0", None, 422),
        ("GET", "api/subscribers?filter[status]=happy", None, 422),
        ("GET", "api/nothing", None, 404),
    ],
)
def test_what_mailerlite_refuses_is_refused(sdk: Any, method: str, path: str, body: Any, status: int) -> None:
    """With Laravel's form of errors."""
    found, said = refusal(lambda: sdk.api_client.request(method, path, None, body))
    assert (found, bool(said["message"])) == (status, True)
    assert ("errors" in said) is (status == 422)


@pytest.mark.foreign_traffic("another program writes statuses and groups")
def test_an_update_takes_the_status_and_replaces_groups(sdk: Any, shop: Shop) -> None:
    """As reported; which is why the adapter names neither. A value that does not fit is refused."""
    (anna,) = shop.seed(["anna@example.com"], fields={"age": 5, "born": date(1990, 5, 1)})
    group = sdk.groups.create("One")["data"]["id"]
    path = f"api/subscribers/{anna.id}"
    sdk.api_client.request("PUT", path, None, {"groups": [group], "status": "unsubscribed"})
    sdk.api_client.request("PUT", path, None, {"groups": [], "fields": {"age": "7", "born": "1991-01-02", "country": "", "new": "x"}})
    found = shop.person("anna@example.com")
    assert (found.status, found.fields) == ("unsubscribed", {"age": 7, "born": "1991-01-02", "country": None})
    assert not shop.sandbox.store.groups[group].members
    for wrong in ({"age": "many"}, {"born": "soon"}):
        assert refusal(lambda wrong=wrong: sdk.api_client.request("PUT", path, None, {"fields": wrong}))[0] == 422
    assert refusal(lambda: sdk.api_client.request("PUT", path, None, {"status": "happy"}))[0] == 422


@pytest.mark.foreign_traffic("without a key, and without pauses")
def test_the_window_is_120_calls_a_minute(sdk: Any, shop: Shop) -> None:
    """Headers on every answer; 429 with Retry-After, after which it goes on. A wrong key is 401 and costs nothing."""
    left = [sdk.api_client.request("GET", "api/groups").headers["X-RateLimit-Remaining"] for _ in range(120)]
    assert (left[0], left[-1]) == ("119", "0")
    with pytest.raises(requests.HTTPError) as caught:
        sdk.groups.list()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "60")
    shop.clock.advance(60)
    sdk.groups.list()
    sdk.api_client.headers["Authorization"] = "Bearer x"
    assert refusal(sdk.groups.list) == (401, {"message": "Unauthenticated."})


def test_a_name_is_taken_twice_unless_the_assumption_is_flipped(shop: Shop) -> None:
    """mailerlite.names-unique: the same group again."""
    shop.sandbox.assumptions["mailerlite.names-unique"] = True
    shop.group()
    shop.fail("POST /api/groups", kind="reset")  # not met: nothing is made twice
    assert len(shop.owned()) == 1


# -- seeds


def test_a_seed_is_stored_as_it_is(shop: Shop) -> None:
    """Types by the values: numbers, days and texts; booleans are numbers, instants are days."""
    values = {"age": 5, "spent": Decimal("1.5"), "member": True, "born": date(1990, 5, 1), "seen": datetime(2026, 1, 2, 3, tzinfo=UTC)}
    shop.seed(["anna@example.com"], fields={**values, "country": "DE"}, created_at="2025-01-01T00:00:00+00:00")
    types = {field.key: field.type for field in shop.sandbox.store.fields.values() if not field.default}
    assert types == {"age": "number", "spent": "number", "member": "number", "born": "date", "seen": "date"}
    found = shop.person("anna@example.com")
    assert found.fields == {"age": 5, "spent": 1.5, "member": 1, "born": "1990-05-01", "seen": "2026-01-02", "country": "DE"}
    assert found.created_at == "2025-01-01 00:00:00"


@pytest.mark.parametrize(
    "seed",
    [
        {"people": []},
        {"contacts": [{"email": "a@example.com", "name": "x"}]},
        {"contacts": [{"email": "a@example.com", "fields": {"tags": ["x"]}}]},
        {"segments": [{"name": "x", "where": {}, "filter": ""}]},
    ],
)
def test_a_seed_that_cannot_be_stored_is_refused_whole(shop: Shop, seed: Any) -> None:
    """Unknown keys, and lists, which MailerLite has no field for."""
    with pytest.raises(ValueError, match=r"unknown key|no field for"):
        shop.sandbox.seed({"contacts": [], **seed})
    assert not shop.sandbox.store.people


def test_nothing_is_ever_sent(shop: Shop) -> None:
    """Campaigns are not emulated."""
    with pytest.raises(ValueError, match="not emulated"):
        shop.sandbox.send({"campaign": 7})
    assert emails(0) == []
