"""The Mailchimp sandbox's API through the official SDK: resources, paging, errors, batches and the quirks of the sheet."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import requests
from mailchimp_kit import LIST, Account, refusal, sandbox, sdk
from mailchimp_marketing.api_client import ApiClientError

from contract import ours
from franca.sandbox import Call, Fault
from franca_mailchimp.sandbox import API_KEY, Audience, Pace
from franca_mailchimp.sandbox import Account as MailchimpAccount

HAS_CITY = {"condition_type": "TextMerge", "field": "CITY", "op": "blank_not"}
OPTIONS = {"match": "all", "conditions": [HAS_CITY]}
STATUSES = {"sub": "subscribed", "unsub": "unsubscribed", "pend": "pending", "never": "never"}
SEED: dict[str, Any] = {
    "contacts": [
        *({"email": f"{name}@x.de", "fields": {"CITY": "Rome"}, "consent": {"status": status}} for name, status in STATUSES.items()),
        {"email": "gone@x.de", "fields": {"CITY": "Rome"}, "consent": {"status": "subscribed", "suppressed": True}},
        {"email": "Big.Cap@X.de", "fields": {"AGE": 7}, "consent": {"status": "subscribed"}},
    ]
}
INCLUDE_ALL = {"include_unsubscribed": "true", "include_cleaned": "true", "include_transactional": "true"}
SUB = hashlib.md5(b"sub@x.de").hexdigest()


@pytest.fixture
def shop() -> Iterator[Account]:
    with sandbox() as account:
        account.emulator.seed(SEED)
        yield account


def emails(answer: Any) -> list[str]:
    return [member["email_address"] for member in answer["members"]]


# -- account, keys, errors


def test_ping_account_and_audiences_answer(shop: Account) -> None:
    """The account shows its id, its zone and how many contacts are subscribed."""
    assert shop.sdk.ping.get() == {"health_status": "Everything's Chimpy!"}
    assert (shop.sdk.root.get_root()["account_timezone"], shop.sdk.root.get_root()["total_subscribers"]) == ("UTC", 2)
    listed = shop.sdk.lists.get_all_lists()["lists"]
    assert [(one["id"], one["stats"]["member_count"], one["stats"]["cleaned_count"]) for one in listed] == [(LIST, 2, 1)]
    assert shop.sdk.lists.get_list(LIST)["stats"]["merge_field_count"] == 6


def test_a_wrong_key_is_refused(shop: Account) -> None:
    """Another key, or none, is a 401; the key may come as Basic under any user name, or as Bearer."""
    assert refusal(sdk(shop.running.url, "f" * 32 + "-us19").ping.get)["title"] == "API Key Invalid"
    ping = f"{shop.running.url}/3.0/ping"
    assert requests.get(ping, timeout=9).status_code == 401
    assert requests.get(ping, headers={"Authorization": "Basic !"}, timeout=9).status_code == 401
    assert requests.get(ping, auth=("anybody", API_KEY), timeout=9).status_code == 200
    assert requests.get(ping, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=9).status_code == 200


def test_errors_are_problem_json(shop: Account) -> None:
    """Unknown resources are 404, wrong methods 405 with Allow, broken JSON 400; all are problem+json with a support id."""
    answers = [
        requests.request(method, f"{shop.running.url}/3.0{path}", data=data, auth=("any", API_KEY), timeout=9)
        for method, path, data in [("GET", "/lists/ffffffffff", None), ("PUT", "/lists", None), ("POST", f"/lists/{LIST}/segments", "{")]
    ]
    assert [answer.status_code for answer in answers] == [404, 405, 400]
    assert answers[1].headers["Allow"] == "GET"
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
        assert answer.json()["instance"]
    for call in (shop.sdk.lists.get_segment, shop.sdk.lists.get_list_merge_field, shop.sdk.lists.get_list_member):
        assert refusal(partial(call, LIST, "99"))["title"] == "Resource Not Found"


def test_a_post_without_a_body_is_refused_and_not_a_crash(shop: Account) -> None:
    """The SDK sends the text `null` for no body."""
    answer = requests.post(f"{shop.running.url}/3.0/lists/{LIST}/segments", data="null", auth=("any", API_KEY), timeout=9)
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Resource")


def test_there_are_no_rate_headers_and_429_is_a_fault(shop: Account) -> None:
    """A 429 without a body reaches the SDK as a value, as the sheet warns; no answer speaks of rates."""
    shop.running.host.faults.add(Fault(status=429, match="GET /3.0/ping"))
    answer = shop.sdk.ping.get()
    assert (answer.status_code, answer.content) == (429, b"")
    headers = requests.get(f"{shop.running.url}/3.0/ping", auth=("any", API_KEY), timeout=9).headers
    assert not [name for name in headers if "rate" in name.lower() or name.lower() == "retry-after"]


@pytest.mark.parametrize("kind", ["reset", "reset-after", "truncate"])
def test_a_fault_of_the_network_reaches_the_client(shop: Account, kind: str) -> None:
    """A dropped connection is an ApiClientError without a status; what was done before the drop stays done."""
    shop.running.host.faults.add(Fault(kind=kind, match="POST .*/segments"))
    with pytest.raises(ApiClientError) as caught:
        shop.sdk.lists.create_segment(LIST, {"name": "cut", "static_segment": []})
    assert caught.value.status_code is None
    assert shop.sdk.lists.list_segments(LIST)["total_items"] == (0 if kind == "reset" else 1)


# -- paging and projection


def test_listings_have_ten_items_unless_asked_for_up_to_a_thousand(shop: Account) -> None:
    """count defaults to 10, offset skips, total_items is of all; more than 1,000 is refused."""
    for number in range(12):
        shop.tag(f"t{number:02}")
    assert len(shop.sdk.lists.list_segments(LIST)["segments"]) == 10
    last = shop.sdk.lists.list_segments(LIST, count=1000, offset=10)
    assert ([one["name"] for one in last["segments"]], last["total_items"]) == (["t10", "t11"], 12)
    raw = requests.get(f"{shop.running.url}/3.0/lists/{LIST}/segments?count=1001", auth=("any", API_KEY), timeout=9)
    assert (raw.status_code, raw.json()["errors"][0]["field"]) == (400, "count")
    worded = requests.get(f"{shop.running.url}/3.0/lists/{LIST}/segments?offset=-1", auth=("any", API_KEY), timeout=9)
    assert worded.json()["errors"][0]["field"] == "offset"


def test_fields_and_exclude_fields_cut_answers(shop: Account) -> None:
    """Both take dotted paths that go through arrays."""
    shop.tag("one")
    cut = shop.sdk.lists.list_segments(LIST, fields=["segments.id,segments.name", "total_items"])
    assert (list(cut), [sorted(one) for one in cut["segments"]]) == (["segments", "total_items"], [["id", "name"]])
    members = shop.sdk.lists.get_list_members_info(LIST, exclude_fields=["members.merge_fields.CITY", "members.tags"])
    assert all("tags" not in one and "CITY" not in one["merge_fields"] and "AGE" in one["merge_fields"] for one in members["members"])


# -- segments


def test_a_saved_segment_is_created_read_changed_and_deleted(shop: Account) -> None:
    """Conditions come back as they were sent; PATCH needs the name; names need not be unique."""
    made = shop.sdk.lists.create_segment(LIST, {"name": "Rome", "options": OPTIONS})
    again = shop.sdk.lists.create_segment(LIST, {"name": "Rome", "options": OPTIONS})
    assert (made["type"], made["member_count"], made["options"]) == ("saved", 1, OPTIONS)
    assert made["id"] != again["id"]
    assert refusal(lambda: shop.sdk.lists.update_segment(LIST, made["id"], {"options": OPTIONS}))["errors"][0]["field"] == "name"
    other = {"match": "any", "conditions": [{**HAS_CITY, "op": "blank"}]}
    changed = shop.sdk.lists.update_segment(LIST, made["id"], {"name": "Elsewhere", "options": other})
    assert (changed["name"], changed["options"], changed["member_count"]) == ("Elsewhere", other, 1)
    assert shop.sdk.lists.update_segment(LIST, made["id"], {"name": "Renamed"})["options"] == other
    assert shop.sdk.lists.delete_segment(LIST, made["id"]).status_code == 204
    assert [one["id"] for one in shop.sdk.lists.list_segments(LIST, type="saved")["segments"]] == [again["id"]]


def test_conditions_may_come_back_normalised(shop: Account) -> None:
    """With the echo assumption flipped numbers are strings and keys are sorted; the meaning is the same."""
    condition = {"op": "greater", "field": "rating", "condition_type": "MemberRating", "value": 1}
    made = shop.sdk.lists.create_segment(LIST, {"name": "x", "options": {"match": "all", "conditions": [condition]}})
    shop.emulator.assumptions["mailchimp.conditions-echoed"] = False
    read = shop.sdk.lists.get_segment(LIST, made["id"])
    assert list(read["options"]["conditions"][0].items()) == sorted({**condition, "value": "1"}.items())
    assert read["member_count"] == made["member_count"] == 2


def test_only_active_subscribers_count_unless_included(shop: Account) -> None:
    """Segments hold subscribed contacts; the include flags, as the text true, add the other statuses, and never pending ones."""
    assert shop.segment(HAS_CITY) == ["sub"]
    assert shop.segment(HAS_CITY, include_unsubscribed="true") == ["sub", "unsub"]
    assert shop.segment(HAS_CITY, include_cleaned="true") == ["sub", "gone"]
    assert shop.segment(HAS_CITY, include_transactional="true") == ["sub", "never"]
    assert shop.segment(HAS_CITY, **INCLUDE_ALL) == ["sub", "unsub", "never", "gone"]
    assert shop.segment(HAS_CITY, include_cleaned="True") == ["sub"]


def test_a_static_segment_is_a_tag(shop: Account) -> None:
    """It has no options, is found by tag search, shows on members, and deleting it deletes the tag."""
    tag = shop.tag("Gold VIP", "sub@x.de", "nobody@x.de")
    read = shop.sdk.lists.get_segment(LIST, tag)
    assert (read["type"], read["member_count"], "options" in read) == ("static", 1, False)
    assert shop.sdk.lists.tag_search(LIST, name="gold")["tags"] == [{"id": tag, "name": "Gold VIP"}]
    assert shop.sdk.lists.tag_search(LIST, name="VIP")["total_items"] == 0
    assert shop.sdk.lists.get_list_member(LIST, SUB)["tags"] == [{"id": tag, "name": "Gold VIP"}]
    shop.sdk.lists.delete_segment(LIST, tag)
    assert shop.sdk.lists.get_list_member(LIST, SUB)["tags_count"] == 0
    assert shop.sdk.lists.tag_search(LIST)["tags"] == []


def test_patching_static_segment_replaces_the_members(shop: Account) -> None:
    """A list of emails becomes the membership, unknown ones are ignored silently, and an empty one empties it."""
    tag = shop.tag("t", "sub@x.de")
    assert shop.sdk.lists.update_segment(LIST, tag, {"name": "t"})["member_count"] == 1
    shop.sdk.lists.update_segment(LIST, tag, {"name": "t", "static_segment": ["big.cap@x.de", "nobody@x.de"]})
    assert emails(shop.sdk.lists.get_segment_members_list(LIST, tag)) == ["Big.Cap@X.de"]
    assert shop.sdk.lists.update_segment(LIST, tag, {"name": "t", "static_segment": []})["member_count"] == 0


def test_members_are_added_and_removed_in_batches(shop: Account) -> None:
    """The answer is a 200 that names who moved and, in errors, which emails could not."""
    tag = shop.tag("t", "sub@x.de")
    body = {"members_to_add": ["unsub@x.de", "nobody@x.de", "sub@x.de"], "members_to_remove": ["sub@x.de"]}
    moved = shop.sdk.lists.batch_segment_members(body, LIST, tag)
    assert ([one["email_address"] for one in moved["members_added"]], moved["total_added"]) == (["unsub@x.de"], 1)
    assert ([one["email_address"] for one in moved["members_removed"]], moved["total_removed"]) == (["sub@x.de"], 1)
    assert ([one["email_addresses"] for one in moved["errors"]], moved["error_count"]) == ([["nobody@x.de"]], 1)
    assert emails(shop.sdk.lists.get_segment_members_list(LIST, tag, **INCLUDE_ALL)) == ["unsub@x.de"]


def test_a_batch_of_members_has_at_most_five_hundred(shop: Account) -> None:
    """501 are refused as a whole, 500 are taken."""
    tag = shop.tag("t")
    many = [f"n{number}@x.de" for number in range(501)]
    detail = refusal(lambda: shop.sdk.lists.batch_segment_members({"members_to_add": many}, LIST, tag))["detail"]
    assert "at most 500 items" in detail
    assert shop.sdk.lists.batch_segment_members({"members_to_add": many[1:]}, LIST, tag)["error_count"] == 500


def test_a_segment_keeps_its_kind(shop: Account) -> None:
    """Members cannot be added to a saved segment (with the misleading words), nor conditions to a static one, nor both given."""
    saved = shop.sdk.lists.create_segment(LIST, {"name": "s", "options": OPTIONS})["id"]
    problem = refusal(lambda: shop.sdk.lists.batch_segment_members({"members_to_add": ["sub@x.de"]}, LIST, saved))
    assert problem["detail"] == f"A Static Segment with an id of {saved} does not exist for this list."
    update, create = shop.sdk.lists.update_segment, shop.sdk.lists.create_segment
    assert refusal(lambda: update(LIST, saved, {"name": "s", "static_segment": []}))["status"] == 400
    assert refusal(lambda: update(LIST, shop.tag("t"), {"name": "t", "options": OPTIONS}))["status"] == 400
    assert refusal(lambda: create(LIST, {"name": "b", "options": OPTIONS, "static_segment": []}))["status"] == 400
    assert "Must provide either" in refusal(lambda: create(LIST, {"name": "b"}))["detail"]
    assert refusal(lambda: create(LIST, {"name": 5, "static_segment": []}))["errors"][0]["message"].startswith("Schema describes string")


# -- merge fields


def test_a_new_audience_has_the_default_fields_and_seeding_adds_typed_ones(shop: Account) -> None:
    """FNAME, LNAME, ADDRESS and PHONE come first; a seeded text makes a text field, a number a number field."""
    fields = shop.sdk.lists.get_list_merge_fields(LIST)["merge_fields"]
    assert [(one["tag"], one["type"]) for one in fields[:4]] == [
        ("FNAME", "text"),
        ("LNAME", "text"),
        ("ADDRESS", "address"),
        ("PHONE", "phone"),
    ]
    assert [(one["tag"], one["type"]) for one in fields[4:]] == [("CITY", "text"), ("AGE", "number")]


def test_merge_fields_are_created_changed_and_deleted(shop: Account) -> None:
    """The tag is MMERGEn when omitted; a PATCH needs the name and leaves the type; deleting drops the values."""
    lists = shop.sdk.lists
    made = lists.add_list_merge_field(LIST, {"name": "Plan", "type": "dropdown", "options": {"choices": ["a"]}})
    assert (made["tag"], made["options"]["choices"]) == ("MMERGE7", ["a"])
    assert refusal(lambda: lists.update_list_merge_field(LIST, made["merge_id"], {"tag": "PLAN"}))["errors"][0]["field"] == "name"
    changed = lists.update_list_merge_field(LIST, made["merge_id"], {"name": "Plan", "tag": "PLAN", "options": {"choices": ["a", "b"]}})
    assert (changed["merge_id"], changed["tag"], changed["type"], changed["options"]["choices"]) == (7, "PLAN", "dropdown", ["a", "b"])
    lists.update_list_member(LIST, SUB, {"merge_fields": {"PLAN": "b"}})
    lists.delete_list_merge_field(LIST, made["merge_id"])
    assert "PLAN" not in lists.get_list_member(LIST, SUB)["merge_fields"]


@pytest.mark.parametrize("tag", ["ELEVENCHARS", "lower", "MY-TAG", "EMAIL", "CITY"])
def test_a_malformed_reserved_or_taken_tag_is_refused(shop: Account, tag: str) -> None:
    """Tags have up to ten characters of A-Z, 0-9 and _, and are unique."""
    assert (
        refusal(lambda: shop.sdk.lists.add_list_merge_field(LIST, {"name": "x", "type": "text", "tag": tag}))["title"] == "Invalid Resource"
    )


def test_an_audience_has_thirty_fields_defaults_included(shop: Account) -> None:
    """The thirty-first field is refused, and an unknown type is."""
    assert refusal(lambda: shop.sdk.lists.add_list_merge_field(LIST, {"name": "x", "type": "list"}))["errors"][0]["field"] == "type"
    for number in range(24):
        shop.sdk.lists.add_list_merge_field(LIST, {"name": f"f{number}", "type": "text"})
    assert "maximum of 30" in refusal(lambda: shop.sdk.lists.add_list_merge_field(LIST, {"name": "x", "type": "text"}))["detail"]


# -- members


def test_consent_maps_to_one_status(shop: Account) -> None:
    """Suppressed is cleaned, never is transactional; a listing shows every status, or the one asked for."""
    found = {one["email_address"]: one["status"] for one in shop.sdk.lists.get_list_members_info(LIST)["members"]}
    assert [found[f"{name}@x.de"] for name in ("sub", "unsub", "pend", "never", "gone")] == [
        "subscribed",
        "unsubscribed",
        "pending",
        "transactional",
        "cleaned",
    ]
    assert emails(shop.sdk.lists.get_list_members_info(LIST, status="cleaned")) == ["gone@x.de"]
    assert emails(shop.sdk.lists.get_list_members_info(LIST, vip_only="true")) == []


def test_a_member_is_found_by_md5_or_address_whatever_the_case(shop: Account) -> None:
    """The id is the md5 of the lower-cased address; the address is kept as it was written."""
    by_address = shop.sdk.lists.get_list_member(LIST, "big.CAP@x.de")
    assert by_address == shop.sdk.lists.get_list_member(LIST, by_address["id"])
    assert (by_address["email_address"], by_address["merge_fields"]["AGE"], by_address["merge_fields"]["CITY"]) == ("Big.Cap@X.de", 7, "")


def test_patching_a_member_sets_only_the_fields_named(shop: Account) -> None:
    """Values are kept as their field's type, "" blanks, unknown tags are ignored, and nothing else changes."""
    lists = shop.sdk.lists
    lists.add_list_merge_field(LIST, {"name": "Since", "tag": "SINCE", "type": "date"})
    before = lists.get_list_member(LIST, SUB)
    after = lists.update_list_member(LIST, SUB, {"merge_fields": {"AGE": "41.50", "SINCE": "2026-01-02", "NOPE": "x"}})
    expected = {**before["merge_fields"], "AGE": 41.5, "SINCE": "2026-01-02"}
    assert (after["merge_fields"], after["status"]) == (expected, "subscribed")
    assert lists.update_list_member(LIST, SUB, {"merge_fields": {"CITY": ""}})["merge_fields"]["CITY"] == ""
    assert shop.segment(HAS_CITY) == []


@pytest.mark.parametrize(("tag", "value"), [("AGE", "old"), ("CITY", ["Rome"]), ("CITY", "x" * 256), ("ADDRESS", {"addr1": "1 Main St"})])
def test_a_value_that_its_field_does_not_take_is_refused(shop: Account, tag: str, value: Any) -> None:
    """The refusal names the tag, and the good values beside it are not kept either."""
    problem = refusal(lambda: shop.sdk.lists.update_list_member(LIST, SUB, {"merge_fields": {tag: value, "FNAME": "Ada"}}))
    assert (problem["detail"], problem["errors"][0]["field"]) == ("Your merge fields were invalid.", tag)
    assert shop.sdk.lists.get_list_member(LIST, SUB)["merge_fields"]["FNAME"] == ""


def test_required_fields_must_be_filled_unless_validation_is_skipped(shop: Account) -> None:
    """A member write fails while a required field is blank."""
    shop.sdk.lists.add_list_merge_field(LIST, {"name": "Must", "tag": "MUST", "type": "text", "required": True})
    write = {"merge_fields": {"FNAME": "Ada"}}
    assert refusal(lambda: shop.sdk.lists.update_list_member(LIST, SUB, write))["errors"][0]["field"] == "MUST"
    assert shop.sdk.lists.update_list_member(LIST, SUB, write, skip_merge_validation="true")["merge_fields"]["FNAME"] == "Ada"


@pytest.mark.foreign_traffic("it tries to subscribe people")
def test_an_unsubscribed_contact_cannot_be_subscribed_again(shop: Account) -> None:
    """It is in a compliance state."""
    for name in ("unsub", "gone"):
        problem = refusal(partial(shop.sdk.lists.update_list_member, LIST, f"{name}@x.de", {"status": "subscribed"}))
        assert problem["title"] == "Member In Compliance State"


@pytest.mark.foreign_traffic("it adds contacts, as a shop's integration does")
def test_put_adds_a_contact_and_patch_does_not(shop: Account) -> None:
    """PUT needs the address and status_if_new, which an existing contact ignores; PATCH of an unknown address is a 404."""
    lists, new = shop.sdk.lists, {"email_address": "new@x.de", "status_if_new": "subscribed"}
    assert refusal(lambda: lists.update_list_member(LIST, "new@x.de", {"merge_fields": {"CITY": "x"}}))["status"] == 404
    assert refusal(lambda: lists.set_list_member(LIST, "new@x.de", {"email_address": "new@x.de"}))["errors"][0]["field"] == "status_if_new"
    assert lists.set_list_member(LIST, "new@x.de", {**new, "merge_fields": {"CITY": "Bonn"}})["merge_fields"]["CITY"] == "Bonn"
    assert lists.set_list_member(LIST, "unsub@x.de", {**new, "email_address": "unsub@x.de"})["status"] == "unsubscribed"


# -- batches


def patches(count: int) -> dict[str, Any]:
    """Return a batch that sets FNAME of one contact *count* times."""
    body = [json.dumps({"merge_fields": {"FNAME": f"v{number}"}}) for number in range(count)]
    path = f"/lists/{LIST}/members/{SUB}"
    return {"operations": [{"method": "PATCH", "path": path, "body": one, "operation_id": str(place)} for place, one in enumerate(body)]}


def results(account: Account, batch: str) -> list[dict[str, Any]]:
    """Return every operation's result of a finished batch, from all files of the archive."""
    answer = requests.get(account.sdk.batches.status(batch)["response_body_url"], timeout=9)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(answer.content))) as archive:
        return [result for entry in archive for result in json.load(archive.extractfile(entry) or io.BytesIO(b"[]"))]


def test_a_batch_runs_later_and_its_results_are_an_archive(shop: Account) -> None:
    """Nothing is done at once; then every operation has a result by its id, errors with an empty instance, beside status finished."""
    body = patches(300)
    body["operations"][7]["path"] = f"/lists/{LIST}/members/{'0' * 32}"
    started = shop.sdk.batches.start(body)
    assert (started["status"], started["total_operations"], started["response_body_url"]) == ("preprocessing", 300, "")
    shop.clock.advance(60)
    done = shop.sdk.batches.status(started["id"])
    assert (done["status"], done["finished_operations"], done["errored_operations"]) == ("finished", 300, 1)
    found = {result["operation_id"]: result for result in results(shop, started["id"])}
    assert (len(found), found["7"]["status_code"]) == (300, 404)
    assert json.loads(found["7"]["response"])["instance"] == ""
    assert json.loads(found["299"]["response"])["merge_fields"]["FNAME"] == "v299"


def test_batches_run_one_at_a_time_and_go_through_their_states() -> None:
    """The second waits for the first; a batch that is deleted half way leaves half of it done."""
    with sandbox(pace=Pace(prepare=1, per_operation=1, finalize=1)) as account:
        account.emulator.seed(SEED)
        batches = account.sdk.batches
        first, second = batches.start(patches(2))["id"], batches.start(patches(9))["id"]
        seen = []
        for _ in range(7):
            seen.append((batches.status(first)["status"], batches.status(second)["status"]))
            account.clock.advance(1)
        assert seen == [
            ("preprocessing", "pending"),
            ("started", "pending"),
            ("started", "pending"),
            ("finalizing", "pending"),
            ("finished", "preprocessing"),
            ("finished", "started"),
            ("finished", "started"),
        ]
        assert batches.delete_request(second).status_code == 204
        account.clock.advance(60)
        assert account.sdk.lists.get_list_member(LIST, SUB)["merge_fields"]["FNAME"] == "v1"
        assert [one["id"] for one in batches.list()["batches"]] == [first]
        assert refusal(lambda: batches.status(second))["status"] == 404


def test_the_link_to_the_results_runs_out(shop: Account) -> None:
    """A link is short-lived and needs no key; asking for the status again gives a new one."""
    started = shop.sdk.batches.start(patches(1))["id"]
    shop.clock.advance(60)
    link = shop.sdk.batches.status(started)["response_body_url"]
    assert requests.get(link, timeout=9).status_code == 200
    shop.clock.advance(601)
    assert requests.get(link, timeout=9).status_code == 403
    assert len(results(shop, started)) == 1


def test_count_is_lost_in_a_batch(shop: Account) -> None:
    """An operation that asks for more than ten items gets ten."""
    for number in range(12):
        shop.tag(f"t{number}")
    operation = {"method": "GET", "path": f"/lists/{LIST}/segments", "params": {"count": 100, "type": "static"}}
    started = shop.sdk.batches.start({"operations": [operation]})["id"]
    shop.clock.advance(60)
    assert len(json.loads(results(shop, started)[0]["response"])["segments"]) == 10


def test_a_malformed_batch_is_refused(shop: Account) -> None:
    """A batch has 1 to 1,000 operations, with a known method, a path, and a body that is a text."""
    start = shop.sdk.batches.start
    assert refusal(lambda: start({}))["errors"][0]["field"] == "operations"
    assert refusal(lambda: start(patches(1001)))["errors"][0]["field"] == "operations"
    wrong = {"method": "PATCHY", "body": {"merge_fields": {}}}
    fields = [error["field"] for error in refusal(lambda: start({"operations": [wrong]}))["errors"]]
    assert fields == [f"operations.item:0.{key}" for key in ("method", "path", "body")]


def test_five_hundred_batches_may_wait() -> None:
    """One more is a 429 with a body."""
    with sandbox(pace=Pace(prepare=1e9)) as account:
        host = account.running.host
        start = next(route for route in host.emulator.routes() if route.name == "batches.start")
        first = account.sdk.batches.start(patches(1))
        call = host.exchanges[-1].call
        assert (first["status"], {start.handler(call).status for _ in range(499)}) == ("preprocessing", {200})
        assert refusal(lambda: account.sdk.batches.start(patches(1)))["status"] == 429


# -- seeding


def test_a_repeated_seed_adds_and_updates(shop: Account) -> None:
    """The same email is the same contact, whatever its case; fields that are not named stay; consent that is not named stays."""
    shop.emulator.seed({"contacts": [{"email": "SUB@x.de", "fields": {"FNAME": "Sue"}}, {"email": "late@x.de"}]})
    assert shop.sdk.lists.get_list_members_info(LIST)["total_items"] == 7
    sue = shop.sdk.lists.get_list_member(LIST, SUB)
    assert (sue["status"], sue["merge_fields"]["FNAME"], sue["merge_fields"]["CITY"]) == ("subscribed", "Sue", "Rome")


@pytest.mark.parametrize(
    "contact",
    [
        {"email": "a@x.de", "fields": {"TOO_LONG_A_TAG": "x"}},
        {"email": "a@x.de", "fields": {"AGE": "old"}},
        {"email": "a@x.de", "consent": {"status": "perhaps"}},
        {"email": "a@x.de", "created_at": "2026-01-01T00:00:00"},
        {"email": "a@x.de", "list_id": "ffffffffff"},
    ],
)
def test_a_seed_that_mailchimp_could_not_hold_is_refused_whole(shop: Account, contact: dict[str, Any]) -> None:
    """The switch answers 400 with the reason, and nothing of the seed is kept."""
    data = {"contacts": [{"email": "good@x.de", "fields": {"NEW": "x"}}, contact]}
    answer = requests.post(f"{shop.running.url}/_seed", json=data, timeout=9)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert shop.sdk.lists.get_list_members_info(LIST)["total_items"] == 6
    assert shop.sdk.lists.get_list_merge_fields(LIST)["total_items"] == 6


def test_a_seed_that_is_refused_renames_no_audience(shop: Account) -> None:
    """The audience's name is a part of the seed too."""
    data = {"audience": "Renamed", "contacts": [{"email": "a@x.de", "fields": {"AGE": "old"}}]}
    assert requests.post(f"{shop.running.url}/_seed", json=data, timeout=9).status_code == 400
    assert shop.sdk.lists.get_list(LIST)["name"] == "Customers"


def test_what_is_kept_in_memory_follows_every_rollback(shop: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that of a call which ends by what is no `Exception`, as when somebody presses Ctrl-C: the database undoes that one too."""
    store, (update,) = shop.emulator._context.store, [each for each in shop.emulator.routes() if each.name == "lists.update_list_member"]
    write = store.put_member

    def interrupted(*args: Any) -> int:
        write(*args)
        raise KeyboardInterrupt

    assert shop.sdk.lists.get_list_member(LIST, SUB)["merge_fields"]["CITY"] == "Rome"
    monkeypatch.setattr(store, "put_member", interrupted)
    params, body = {"list_id": LIST, "subscriber_hash": SUB}, {"merge_fields": {"CITY": "Oslo"}}
    with pytest.raises(KeyboardInterrupt):
        update.handler(Call(method="PATCH", path=update.path, params=params, body=body))
    assert shop.sdk.lists.get_list_member(LIST, SUB)["merge_fields"]["CITY"] == "Rome"


def test_audiences_are_separate() -> None:
    """A contact, a field and a segment of one audience do not exist in another."""
    other = "00112233aa"
    with sandbox(account=MailchimpAccount(audiences=(Audience(), Audience(id=other, name="Press")))) as account:
        account.emulator.seed({"contacts": [{"email": "a@x.de", "list_id": other, "fields": {"CITY": "Rome"}}]})
        tag = account.tag("t")
        assert refusal(lambda: account.sdk.lists.get_segment(other, tag))["status"] == 404
        assert [account.sdk.lists.get_list_members_info(one)["total_items"] for one in (LIST, other)] == [0, 1]
        assert [account.sdk.lists.get_list_merge_fields(one)["total_items"] for one in (LIST, other)] == [4, 5]


# -- contract


def test_the_contract_forbids_consent_and_unknown_keys() -> None:
    """No request that an adapter may send has room for a status."""
    assert not _against("lists.update_list_member", {"merge_fields": {"CITY": "x"}})
    for key in ("status", "status_if_new", "tags", "marketing_permissions"):
        assert _against("lists.update_list_member", {"merge_fields": {"CITY": "x"}, key: "subscribed"})
    assert _against("lists.create_segment", {"name": "x"})
    assert _against("lists.update_segment", {"name": "x", "options": OPTIONS, "static_segment": []})


def _against(operation: str, body: Any) -> list[str]:
    return ours.body_problems("mailchimp", operation, "request", body)
