"""The Brevo sandbox: the door, folders, lists and their members, through the official SDK."""

from __future__ import annotations

from typing import Any

import pytest
import sib_api_v3_sdk
from brevo_account import ANNA, BERT, Account, people

# -- the door


def test_a_wrong_key_and_a_missing_key_are_refused(account: Account) -> None:
    """Without the right key every call answers 401 `unauthorized`."""
    for key in ("wrong", ""):
        account.client.configuration.api_key["api-key"] = key
        status, code, _ = account.refusal("GET", "/account")
        assert (status, code) == (401, "unauthorized")


def test_the_account_is_read_by_the_typed_call(account: Account) -> None:
    """`GET /account` has all that the SDK's typed call requires, and names the account."""
    assert sib_api_v3_sdk.AccountApi(account.client).get_account().email == "owner@example.com"
    assert account.call("GET", "/account")["organization_id"] == "5fa2b8c123456789abcdef01"


@pytest.mark.foreign_traffic("it tries the call that Brevo removed")
def test_what_brevo_does_not_have_is_refused_in_its_words(account: Account) -> None:
    """A wrong method answers 405, an unknown path 404, the removed batch call 404; segments cannot be written."""
    assert account.refusal("POST", "/contacts/segments", {}) == (405, "method_not_allowed", "POST Method is not allowed on this path")
    assert account.refusal("PATCH", "/contacts/lists/1", {})[:2] == (405, "method_not_allowed")
    assert account.refusal("GET", "/nothing")[:2] == (404, "document_not_found")
    assert account.refusal("POST", "/contacts/batch", {"contacts": []})[:2] == (404, "document_not_found")


# -- folders and lists


def test_folders_are_created_renamed_and_deleted_with_their_lists(account: Account) -> None:
    """Deleting a folder deletes its lists; their members stay contacts."""
    account.sandbox.seed(people(ANNA))
    folder = account.contacts.create_folder({"name": "Franca"}).id
    inside = account.contacts.create_list({"name": "VIP", "folderId": folder}).id
    account.contacts.add_contact_to_list(inside, {"emails": [ANNA]})
    account.call("PUT", f"/contacts/folders/{folder}", {"name": "Renamed"})
    assert account.call("GET", f"/contacts/folders/{folder}")["name"] == "Renamed"
    assert [row["id"] for row in account.call("GET", f"/contacts/folders/{folder}/lists")["lists"]] == [inside]
    account.contacts.delete_folder(folder)
    assert account.call("GET", "/contacts/folders") == {"count": 0, "folders": []}
    assert account.refusal("GET", f"/contacts/lists/{inside}") == (404, "document_not_found", "List ID does not exist")
    assert account.contact(ANNA)["listIds"] == []


def test_a_list_needs_a_name_and_an_existing_folder(account: Account) -> None:
    """Creating a list without name, without folder or in an unknown folder is refused."""
    assert account.refusal("POST", "/contacts/lists", {"folderId": 1}) == (400, "missing_parameter", "List name is missing")
    assert account.refusal("POST", "/contacts/lists", {"name": "VIP"})[:2] == (400, "missing_parameter")
    assert account.refusal("POST", "/contacts/lists", {"name": "VIP", "folderId": "1"})[:2] == (400, "invalid_parameter")
    assert account.refusal("POST", "/contacts/lists", {"name": "VIP", "folderId": 1}) == (
        404,
        "document_not_found",
        "Folder ID does not exist",
    )


def test_a_list_takes_one_change_at_a_time(account: Account) -> None:
    """PUT changes name or folder; both together are refused and change nothing."""
    made, other = account.new_list("VIP"), account.contacts.create_folder({"name": "other"}).id
    assert account.refusal("PUT", f"/contacts/lists/{made}", {"name": "A", "folderId": other})[:2] == (400, "invalid_parameter")
    assert account.refusal("PUT", f"/contacts/lists/{made}", {})[:2] == (400, "missing_parameter")
    account.contacts.update_list(made, {"name": "Best"})
    account.contacts.update_list(made, {"folderId": other})
    shown = account.call("GET", f"/contacts/lists/{made}")
    assert ("Best", other) == (shown["name"], shown["folderId"])
    account.contacts.delete_list(made)
    assert account.call("GET", "/contacts/lists")["count"] == 0


def test_same_names_are_accepted_until_the_assumption_is_flipped(account: Account) -> None:
    """Folders and lists may share names; with `brevo.names-unique` they may not."""
    folders = [account.contacts.create_folder({"name": "Franca"}).id for _ in range(2)]
    lists = [account.contacts.create_list({"name": "VIP", "folderId": folders[0]}).id for _ in range(2)]
    assert len({*folders}) == len({*lists}) == 2
    account.sandbox.assumptions["brevo.names-unique"] = True
    assert account.refusal("POST", "/contacts/folders", {"name": "Franca"})[:2] == (400, "duplicate_parameter")
    assert account.refusal("POST", "/contacts/lists", {"name": "VIP", "folderId": folders[0]})[:2] == (400, "duplicate_parameter")
    elsewhere = account.contacts.create_list({"name": "VIP", "folderId": folders[1]}).id
    account.contacts.update_list(elsewhere, {"name": "VIP"})
    account.contacts.create_list({"name": "Best", "folderId": folders[1]})
    assert account.refusal("PUT", f"/contacts/lists/{elsewhere}", {"name": "Best"})[:2] == (400, "duplicate_parameter")
    account.call("PUT", f"/contacts/folders/{folders[1]}", {"name": "Other"})
    assert account.refusal("PUT", f"/contacts/folders/{folders[1]}", {"name": "Franca"})[:2] == (400, "duplicate_parameter")


def test_lists_and_folders_page_by_10_at_most_50_newest_first(account: Account) -> None:
    """The default page is 10, the largest 50, beyond it 400 `out_of_range`; order is newest first."""
    folder = account.contacts.create_folder({"name": "Franca"}).id
    ids = [account.contacts.create_list({"name": f"L{n}", "folderId": folder}).id for n in range(12)]
    first = account.call("GET", f"/contacts/folders/{folder}/lists")
    assert (12, ids[:1:-1]) == (first["count"], [row["id"] for row in first["lists"]])
    assert "folderId" not in first["lists"][0]
    assert [row["id"] for row in account.call("GET", "/contacts/lists", limit=50, offset=10)["lists"]] == ids[1::-1]
    assert [row["id"] for row in account.call("GET", "/contacts/lists", limit=2, sort="asc")["lists"]] == ids[:2]
    assert account.call("GET", "/contacts/lists", limit=0) == {"count": 12, "lists": []}
    for path in ("/contacts/lists", "/contacts/folders", f"/contacts/folders/{folder}/lists", "/contacts/segments", "/processes"):
        assert account.refusal("GET", path, limit=51) == (400, "out_of_range", "Limit exceeds max value")


@pytest.mark.parametrize("query", [{"limit": "x"}, {"limit": -1}, {"offset": "1.5"}, {"sort": "up"}, {"limit": "9" * 30}])
def test_a_page_that_is_none_is_refused(account: Account, query: dict[str, Any]) -> None:
    """Limits, offsets and orders of the wrong form answer 400."""
    assert account.refusal("GET", "/contacts", **query)[:2] == (400, "invalid_parameter")


def test_the_quota_of_lists_ends_creation(foreign: Account) -> None:
    """An account holds 300 lists; the next is refused."""
    folder = foreign.contacts.create_folder({"name": "Franca"}).id
    for n in range(300):
        foreign.sandbox.imports._folders.add_list(folder, f"L{n}")
    assert foreign.refusal("POST", "/contacts/lists", {"name": "one more", "folderId": folder})[:2] == (400, "out_of_range")


# -- members


def test_adding_nobody_new_is_an_error_with_one_message_for_two_situations(account: Account) -> None:
    """All already members, or all unknown: 400 with the same words; partly valid: 201 with `failure`."""
    account.sandbox.seed(people(ANNA, BERT))
    made = account.new_list()
    refused = (400, "invalid_parameter", "Contact already in list and/or does not exist")
    done = account.call("POST", f"/contacts/lists/{made}/contacts/add", {"emails": [ANNA]})
    assert done == {"contacts": {"success": [ANNA], "failure": []}}
    assert account.refusal("POST", f"/contacts/lists/{made}/contacts/add", {"emails": [ANNA]}) == refused
    assert account.refusal("POST", f"/contacts/lists/{made}/contacts/add", {"emails": ["nobody@example.com"]}) == refused
    done = account.call("POST", f"/contacts/lists/{made}/contacts/add", {"emails": [ANNA, BERT, "nobody@example.com"]})
    assert done == {"contacts": {"success": [BERT], "failure": [ANNA, "nobody@example.com"]}}
    assert account.members(made) == [ANNA, BERT]


def test_removing_nobody_is_an_error_with_its_own_message(account: Account) -> None:
    """Nobody to remove: 400; partly valid: 201 with `failure`."""
    account.sandbox.seed(people(ANNA, BERT))
    made = account.new_list()
    account.contacts.add_contact_to_list(made, {"emails": [ANNA]})
    refused = (400, "invalid_parameter", "Contact already removed from list and/or does not exist")
    assert account.refusal("POST", f"/contacts/lists/{made}/contacts/remove", {"emails": [BERT]}) == refused
    done = account.call("POST", f"/contacts/lists/{made}/contacts/remove", {"emails": [ANNA, BERT]})
    assert done == {"contacts": {"success": [ANNA], "failure": [BERT]}}
    assert account.members(made) == []


def test_members_are_named_by_email_id_or_external_id(account: Account) -> None:
    """`emails`, `ids` and `extIds` all find contacts; answers speak as the question did."""
    account.sandbox.seed(people(ANNA))
    made, anna = account.new_list(), account.contact(ANNA)["id"]
    account.sandbox.imports._people._store.run("UPDATE contacts SET ext_id = 'shop-1' WHERE id = ?", anna)
    add, remove = f"/contacts/lists/{made}/contacts/add", f"/contacts/lists/{made}/contacts/remove"
    assert account.call("POST", add, {"ids": [anna, anna + 1]})["contacts"] == {"success": [anna], "failure": [anna + 1]}
    assert account.call("POST", remove, {"extIds": ["shop-1", "shop-2"]})["contacts"] == {"success": ["shop-1"], "failure": ["shop-2"]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"emails": []},
        {"emails": [ANNA], "ids": [1]},
        {"emails": ANNA},
        {"emails": [1]},
        {"ids": ["1"]},
        {"ids": [True]},
        {"emails": [f"p{n}@example.com" for n in range(151)]},
    ],
)
def test_members_must_be_named_in_exactly_one_way_and_by_150_at_most(account: Account, body: dict[str, Any]) -> None:
    """Bodies of the wrong form answer 400 on add and on remove."""
    made = account.new_list()
    for verb in ("add", "remove"):
        assert account.refusal("POST", f"/contacts/lists/{made}/contacts/{verb}", body)[0] == 400


def test_150_members_are_added_in_one_call(account: Account) -> None:
    """The documented maximum of a batch is accepted."""
    emails = [f"p{n}@example.com" for n in range(150)]
    account.sandbox.seed(people(*emails))
    made = account.new_list()
    assert account.contacts.add_contact_to_list(made, {"emails": emails}).contacts.success == emails
    assert account.call("GET", f"/contacts/lists/{made}")["uniqueSubscribers"] == 150


def test_removing_all_is_a_process(account: Account) -> None:
    """`all: true` answers with total and process; the members are there until the process is done."""
    account.sandbox.seed(people(ANNA, BERT))
    made = account.new_list()
    account.contacts.add_contact_to_list(made, {"emails": [ANNA, BERT]})
    answer = account.call("POST", f"/contacts/lists/{made}/contacts/remove", {"all": True})["contacts"]
    assert answer["total"] == 2
    assert account.members(made) == [ANNA, BERT]
    account.clock.advance(2)
    assert account.members(made) == []
    assert account.call("GET", f"/processes/{answer['processId']}")["status"] == "completed"


def test_an_unknown_list_answers_404(account: Account) -> None:
    """Adding, removing and reading members of an unknown list is refused."""
    for method, path in (("POST", "/add"), ("POST", "/remove"), ("GET", "")):
        assert account.refusal(method, f"/contacts/lists/77/contacts{path}", {"emails": [ANNA]})[:2] == (404, "document_not_found")


def test_a_list_counts_blocklisted_members_until_the_assumption_is_flipped(account: Account) -> None:
    """Members may be blocklisted; `uniqueSubscribers` counts them, the two dropped counters are 0."""
    account.sandbox.seed(people(ANNA) | {"contacts": [{"email": ANNA}, {"email": BERT, "consent": {"status": "unsubscribed"}}]})
    made = account.new_list()
    account.contacts.add_contact_to_list(made, {"emails": [ANNA, BERT]})
    shown = account.call("GET", f"/contacts/lists/{made}")
    assert tuple(shown[key] for key in ("uniqueSubscribers", "totalSubscribers", "totalBlacklisted")) == (2, 0, 0)
    account.sandbox.assumptions["brevo.unique-includes-blocklisted"] = False
    assert account.call("GET", f"/contacts/lists/{made}")["uniqueSubscribers"] == 1
    assert account.call("GET", f"/contacts/lists/{made}/contacts")["count"] == 2


def test_members_page_by_50_at_most_500(account: Account) -> None:
    """List members have their own page sizes, and pages do not overlap."""
    emails = [f"p{n:03}@example.com" for n in range(120)]
    account.sandbox.seed(people(*emails))
    made = account.new_list()
    account.contacts.add_contact_to_list(made, {"emails": emails})
    path = f"/contacts/lists/{made}/contacts"
    assert account.refusal("GET", path, limit=501)[1] == "out_of_range"
    pages = [account.call("GET", path, offset=offset) for offset in (0, 50, 100)]
    assert [(page["count"], len(page["contacts"])) for page in pages] == [(120, 50), (120, 50), (120, 20)]
    assert sorted(contact["email"] for page in pages for contact in page["contacts"]) == emails
