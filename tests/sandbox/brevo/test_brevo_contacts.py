"""The Brevo sandbox: contacts, the filter, segments and attributes, through the official SDK."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from brevo_account import ANNA, BERT, CLEO, Account, people
from sib_api_v3_sdk.rest import ApiException

from contract import ours

# -- contacts


def test_contacts_page_by_50_at_most_1000(account: Account) -> None:
    """The account's contacts have the largest pages."""
    account.sandbox.seed(people(*(f"p{n}@example.com" for n in range(60))))
    first = account.call("GET", "/contacts")
    assert (first["count"], len(first["contacts"])) == (60, 50)
    assert len(account.call("GET", "/contacts", limit=1000)["contacts"]) == 60
    assert account.refusal("GET", "/contacts", limit=1001)[1] == "out_of_range"


def test_contacts_are_read_by_list_id_and_time(account: Account) -> None:
    """`listIds` are a union, `ids` name up to 20, `modifiedSince` and `createdSince` cut by time."""
    account.sandbox.seed(
        people(ANNA, BERT) | {"contacts": [*people(ANNA, BERT)["contacts"], {"email": CLEO, "created_at": "2020-01-01T00:00:00Z"}]}
    )
    one, two = account.new_list("one"), account.new_list("two")
    account.contacts.add_contact_to_list(one, {"emails": [ANNA]})
    account.contacts.add_contact_to_list(two, {"emails": [ANNA, BERT]})

    def read(**query: Any) -> list[str]:
        return sorted(contact["email"] for contact in account.call("GET", "/contacts", **query)["contacts"])

    assert read(listIds=[one]) == [ANNA]
    assert read(listIds=[one, two]) == [ANNA, BERT]
    assert read(ids=account.contact(CLEO)["id"]) == [CLEO]
    assert read(createdSince="2026-01-01T00:00:00.000Z") == [ANNA, BERT]
    assert read(modifiedSince="2026-03-30T12:37:12.000Z") == []
    assert account.refusal("GET", "/contacts", listIds=one, segmentId=1)[0] == 400
    assert account.refusal("GET", "/contacts", listIds=99)[:2] == (404, "document_not_found")
    assert account.refusal("GET", "/contacts", ids=list(range(1, 22)))[0] == 400
    assert account.refusal("GET", "/contacts", modifiedSince="yesterday")[0] == 400


def test_an_email_in_a_path_is_percent_encoded_and_digits_are_a_contact_id(account: Account) -> None:
    """Plus and slash survive the path; digits without `identifierType` are read as a contact id."""
    odd = "a+b/c@d.example"
    account.sandbox.seed(people(odd, NICK="x"))
    contact = account.contact(odd)
    assert contact["email"] == odd
    assert account.call("GET", f"/contacts/{contact['id']}")["email"] == odd
    assert account.refusal("GET", f"/contacts/{contact['id']}", identifierType="ext_id")[:2] == (404, "document_not_found")
    assert account.refusal("GET", "/contacts/1", identifierType="nickname")[0] == 400
    assert account.refusal("GET", "/contacts/nobody@example.com")[:2] == (404, "document_not_found")


@pytest.mark.foreign_traffic("it takes a contact out of a list by its record")
def test_a_contact_is_updated_with_what_fits_and_nothing_else(account: Account) -> None:
    """PUT sets fitting values of known attributes, adds to and takes out of lists, clears with an empty text."""
    account.sandbox.seed(people(ANNA, CITY="Bonn", POINTS=3))
    one, two = account.new_list("one"), account.new_list("two")
    account.contacts.add_contact_to_list(one, {"emails": [ANNA]})
    body = {"attributes": {"CITY": "Köln", "POINTS": "many", "UNKNOWN": "x"}, "listIds": [two], "unlinkListIds": [one]}
    account.contacts.update_contact(ANNA, body)
    assert account.fields(ANNA) == {"CITY": "Köln", "POINTS": 3}
    assert account.contact(ANNA)["listIds"] == [two]
    account.contacts.update_contact(ANNA, {"attributes": {"CITY": "", "POINTS": 0}})
    assert account.fields(ANNA) == {"POINTS": 0}
    assert account.refusal("PUT", f"/contacts/{ANNA}", {"listIds": [99]})[:2] == (404, "document_not_found")
    assert account.refusal("PUT", "/contacts/nobody@example.com", {"attributes": {}})[:2] == (404, "document_not_found")


def test_changing_the_email_of_a_blocklisted_contact_lifts_the_blocklisting(foreign: Account) -> None:
    """Brevo's consent trap: a new email resubscribes; an email in use is refused with the duplicate named."""
    foreign.sandbox.seed({"contacts": [{"email": ANNA, "consent": {"status": "never", "suppressed": True}}, {"email": BERT}]})
    assert foreign.contact(ANNA)["emailBlacklisted"] is True
    with pytest.raises(ApiException) as caught:
        foreign.contacts.update_contact(ANNA, {"attributes": {"EMAIL": BERT}})
    assert json.loads(caught.value.body)["metadata"] == {"duplicate_identifiers": ["email"]}
    foreign.contacts.update_contact(ANNA, {"attributes": {"EMAIL": CLEO}})
    assert foreign.contact(CLEO)["emailBlacklisted"] is False


def test_consent_is_changed_and_contacts_are_deleted_by_others_only(foreign: Account) -> None:
    """The API itself takes blocklist flags and deletes contacts; our request schemas forbid the flags."""
    foreign.sandbox.seed(people(ANNA))
    made = foreign.new_list()
    foreign.contacts.add_contact_to_list(made, {"emails": [ANNA]})
    foreign.contacts.update_contact(ANNA, {"emailBlacklisted": True, "smsBlacklisted": True})
    assert (foreign.contact(ANNA)["emailBlacklisted"], foreign.contact(ANNA)["smsBlacklisted"]) == (True, True)
    assert ours.body_problems("brevo", "updateContact", "request", {"emailBlacklisted": True})
    assert ours.body_problems("brevo", "updateContact", "request", {"attributes": {"EMAIL": CLEO}})
    foreign.call("DELETE", f"/contacts/{ANNA}")
    assert foreign.call("GET", f"/contacts/lists/{made}")["uniqueSubscribers"] == 0


def test_emails_match_in_any_case_until_the_assumption_is_flipped(account: Account) -> None:
    """Adding finds a contact stored in other letters; with the assumption flipped it does not."""
    account.sandbox.seed(people("Anna@Example.com"))
    made = account.new_list()
    account.sandbox.assumptions["brevo.email-case-ignored"] = False
    assert account.refusal("POST", f"/contacts/lists/{made}/contacts/add", {"emails": [ANNA]})[0] == 400
    account.sandbox.assumptions["brevo.email-case-ignored"] = True
    account.contacts.add_contact_to_list(made, {"emails": [ANNA]})
    assert account.members(made) == ["Anna@Example.com"]


# -- the filter

FILTERED = {
    "contacts": [
        {"email": ANNA, "fields": {"CITY": "Bonn", "POINTS": 5, "VIP": True, "BORN": date(1989, 11, 23), "LANDS": ["USA", "INDIA"]}},
        {"email": BERT, "fields": {"CITY": "bonn", "POINTS": 5.5, "VIP": False, "BORN": date(1989, 11, 24), "LANDS": ["USA"]}},
        {"email": CLEO, "fields": {}},
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('equals(CITY,"Bonn")', [ANNA]),
        ("equals(CITY,Bonn)", [ANNA]),
        ('equals(CITY,"")', []),
        ("equals(POINTS, 5)", [ANNA]),
        ('equals(POINTS,"5.5")', [BERT]),
        ("equals(VIP, true)", [ANNA]),
        ("equals(VIP, false)", [BERT]),
        ('equals(BORN, "1989-11-23")', [ANNA]),
        ('equals(LANDS,"USA")', [ANNA, BERT]),
        ('equals(LANDS,"USA, INDIA")', [ANNA]),
    ],
)
def test_the_filter_knows_one_operator(account: Account, text: str, expected: list[str]) -> None:
    """`equals` per type; several options are AND; a contact without the attribute never matches."""
    account.sandbox.seed(FILTERED)
    answer = account.call("GET", "/contacts", filter=text)
    assert expected == sorted(contact["email"] for contact in answer["contacts"])
    assert answer["count"] == len(expected)


@pytest.mark.parametrize(
    "text",
    [
        'notEquals(CITY,"Bonn")',
        'equals(CITY,"a") and equals(VIP,true)',
        'equals(NONE,"x")',
        "equals(VIP,1)",
        "equals(POINTS,x)",
        "",
        'equals(CITY,"a"b")',
    ],
)
def test_any_other_filter_is_refused(account: Account, text: str) -> None:
    """Other operators, combinations, unknown attributes and values of the wrong form answer 400."""
    account.sandbox.seed(FILTERED)
    assert account.refusal("GET", "/contacts", filter=text) == (400, "invalid_parameter", "Invalid filter")


# -- segments


def test_segments_are_read_only_names(account: Account) -> None:
    """Hand-made segments show id, name, category and date, newest first; names repeat; no rules, no counts."""
    account.sandbox.seed({"segments": [{"segmentName": "VIP", "categoryName": "Franca"}, {"segmentName": "VIP"}]})
    answer = account.call("GET", "/contacts/segments")
    assert answer["count"] == 2
    assert [(s["id"], s["segmentName"], s["categoryName"]) for s in answer["segments"]] == [(2, "VIP", "Default"), (1, "VIP", "Franca")]
    assert set(answer["segments"][0]) == {"id", "segmentName", "categoryName", "updatedAt"}


def test_a_segment_made_by_hand_on_a_marker_follows_the_marker(account: Account) -> None:
    """Contacts of a segment are evaluated when read; a segment nobody described is empty, an unknown one 404."""
    account.sandbox.seed(
        people(ANNA, BERT, FRANCA_GROUP="none")
        | {"segments": [{"segmentName": "VIP", "filter": 'equals(FRANCA_GROUP,"vip")'}, {"segmentName": "Other"}]}
    )
    assert account.call("GET", "/contacts", segmentId=1)["count"] == 0
    account.contacts.update_contact(ANNA, {"attributes": {"FRANCA_GROUP": "vip"}})
    assert [contact["email"] for contact in account.call("GET", "/contacts", segmentId=1)["contacts"]] == [ANNA]
    assert account.call("GET", "/contacts", segmentId=2)["count"] == 0
    assert account.refusal("GET", "/contacts", segmentId=3)[:2] == (404, "document_not_found")


# -- attributes


def test_attributes_of_every_category_are_created_and_shown(account: Account) -> None:
    """Each category has its body; category attributes show `valueStr` and no type; formulas show as `calculatedValue`."""
    bodies: dict[str, dict[str, Any]] = {
        "normal/SCORE": {"type": "float"},
        "normal/LANDS": {"type": "multiple-choice", "multiCategoryOptions": ["USA", "INDIA"]},
        "transactional/ORDER_ID": {"type": "id"},
        "category/GENDER": {"type": "category", "enumeration": [{"value": 1, "label": "male"}]},
        "calculated/TIMES": {"value": "COUNT[A,B,<,NOW()]"},
    }
    for path, body in bodies.items():
        data, status, _ = account.answer("POST", f"/contacts/attributes/{path}", body)
        assert (data, status) == (None, 201) or (data, status) == ("", 201)
    shown = {row["name"]: row for row in account.call("GET", "/contacts/attributes")["attributes"]}
    assert {"LASTNAME", "FIRSTNAME"} < set(shown)
    assert shown["SCORE"] == {"name": "SCORE", "category": "normal", "type": "float"}
    assert shown["LANDS"]["multiCategoryOptions"] == ["USA", "INDIA"]
    assert shown["GENDER"] == {"name": "GENDER", "category": "category", "enumeration": [{"value": 1, "label": "male", "valueStr": "1"}]}
    assert shown["TIMES"]["calculatedValue"] == "COUNT[A,B,<,NOW()]"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("normal/X", {"type": "integer"}, 400, "invalid_parameter"),
        ("normal/X", {"type": "datetime"}, 400, "invalid_parameter"),
        ("normal/X", {"type": "id"}, 400, "invalid_parameter"),
        ("transactional/X", {"type": "user"}, 400, "invalid_parameter"),
        ("normal/X", {}, 400, "missing_parameter"),
        ("normal/X", {"type": "multiple-choice"}, 400, "missing_parameter"),
        ("normal/X", {"type": "multiple-choice", "multiCategoryOptions": ["x" * 201]}, 400, "invalid_parameter"),
        ("category/X", {"type": "category", "enumeration": [{"value": "1", "label": "a"}]}, 400, "invalid_parameter"),
        ("category/X", {"type": "category"}, 400, "missing_parameter"),
        ("global/X", {}, 400, "missing_parameter"),
        ("odd/X", {"type": "text"}, 400, "invalid_parameter"),
        ("normal/A B", {"type": "text"}, 400, "invalid_parameter"),
        ("normal/EMAIL", {"type": "text"}, 400, "invalid_parameter"),
    ],
)
def test_attributes_of_the_wrong_form_are_refused(account: Account, path: str, body: dict[str, Any], status: int, code: str) -> None:
    """There is no integer and no datetime; `id` is transactional only; options and enumerations are checked."""
    assert account.refusal("POST", f"/contacts/attributes/{path.replace(' ', '%20')}", body)[:2] == (status, code)


def test_an_existing_attribute_is_refused_in_brevos_words(account: Account) -> None:
    """Creating a name again answers 400 `Attribute name must be unique`, whatever its type."""
    account.call("POST", "/contacts/attributes/normal/FRANCA_GROUP", {"type": "text"})
    refused = account.refusal("POST", "/contacts/attributes/normal/FRANCA_GROUP", {"type": "float"})
    assert refused == (400, "invalid_parameter", "Attribute name must be unique")


def test_an_attribute_changes_its_options_but_never_its_type(account: Account) -> None:
    """PUT adds options; a type is refused; one option can be deleted; an unknown attribute answers 404."""
    path = "/contacts/attributes/normal/LANDS"
    account.call("POST", path, {"type": "multiple-choice", "multiCategoryOptions": ["USA"]})
    account.call("PUT", path, {"multiCategoryOptions": ["INDIA", "USA"]})
    assert account.refusal("PUT", path, {"type": "text"})[0] == 400
    account.call("DELETE", "/contacts/attributes/multiple-choice/LANDS/USA")
    shown = {row["name"]: row for row in account.call("GET", "/contacts/attributes")["attributes"]}
    assert shown["LANDS"]["multiCategoryOptions"] == ["INDIA"]
    assert account.refusal("PUT", "/contacts/attributes/normal/NONE", {"multiCategoryOptions": ["A"]})[:2] == (404, "document_not_found")


def test_deleting_an_attribute_takes_its_values(account: Account) -> None:
    """After DELETE no contact has a value, also when the attribute is made anew."""
    account.sandbox.seed(people(ANNA, CITY="Bonn", NICK="A"))
    account.call("DELETE", "/contacts/attributes/normal/CITY")
    account.call("POST", "/contacts/attributes/normal/CITY", {"type": "text"})
    assert account.fields(ANNA) == {"NICK": "A"}


def test_the_typed_call_breaks_on_a_multiple_choice_attribute(account: Account) -> None:
    """The SDK's own defect shows here as it does at Brevo: `get_attributes` raises ValueError."""
    account.call("POST", "/contacts/attributes/normal/LANDS", {"type": "multiple-choice", "multiCategoryOptions": ["USA"]})
    with pytest.raises(ValueError, match="multiple-choice"):
        account.contacts.get_attributes()


# -- values


@pytest.mark.parametrize(
    ("kind", "kept", "dropped"),
    [
        ("text", ["x", "5"], [5, True, ["x"]]),
        ("float", [5, 5.5, 0, -1], ["5", True, ["x"]]),
        ("boolean", [True, False], ["true", 1, 0]),
        ("date", ["2024-02-29"], ["2023-02-29", "29.02.2024", "2024-02-29T00:00:00Z", 20240229]),
    ],
)
def test_values_that_do_not_fit_are_silently_ignored(account: Account, kind: str, kept: list[Any], dropped: list[Any]) -> None:
    """An import ends completed, keeps what fits the type and drops the rest without a word."""
    account.call("POST", "/contacts/attributes/normal/FIELD", {"type": kind})
    made = account.new_list()
    values = [*kept, *dropped]
    rows = [{"email": f"p{n}@example.com", "attributes": {"FIELD": value, "NO_SUCH": "x"}} for n, value in enumerate(values)]
    process = account.bring_in(rows, made)
    assert process["status"] == "completed"
    assert set(process["info"]["import"].values()) == {None}
    stored = [account.fields(row["email"]) for row in rows]
    assert stored == [{"FIELD": value} for value in kept] + [{} for _ in dropped]
