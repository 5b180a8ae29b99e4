"""The Brevo sandbox: imports and processes, through the official SDK."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sib_api_v3_sdk
from brevo_account import ANNA, BERT, CLEO, Account, people

from contract import ours

# -- the import


def test_an_import_is_queued_then_processing_then_done(account: Account) -> None:
    """The call answers 202 with a process; contacts appear when it is completed."""
    made = account.new_list()
    body = {"jsonBody": [{"email": ANNA, "attributes": {"FIRSTNAME": "Anna"}}], "listIds": [made], "disableNotification": True}
    answer, status, _ = account.answer("POST", "/contacts/import", body)
    path = f"/processes/{answer['processId']}"
    assert (status, account.call("GET", path)["status"]) == (202, "queued")
    account.clock.advance(1)
    assert account.call("GET", path) == {"id": answer["processId"], "name": "IMPORTUSER", "status": "processing"}
    assert account.members(made) == []
    account.clock.advance(1)
    assert account.call("GET", path)["status"] == "completed"
    assert account.members(made) == [ANNA]
    assert account.fields(ANNA) == {"FIRSTNAME": "Anna"}
    assert account.sandbox.imports.owner_mails == 0


def test_an_import_creates_updates_and_never_removes(account: Account) -> None:
    """Unknown contacts are created, known ones updated, members that are not in the rows stay."""
    account.sandbox.seed(people(ANNA, BERT, CITY="Bonn"))
    made = account.new_list()
    account.contacts.add_contact_to_list(made, {"emails": [BERT]})
    account.bring_in([{"email": ANNA, "attributes": {"CITY": "Köln"}}, {"email": CLEO, "attributes": {}}], made)
    assert account.members(made) == [ANNA, BERT, CLEO]
    assert account.fields(ANNA) == {"CITY": "Köln"}
    account.bring_in([{"email": ANNA, "attributes": {"CITY": "Ulm"}}], made, updateExistingContacts=False)
    assert account.fields(ANNA) == {"CITY": "Köln"}


def test_empty_fields_erase_only_when_asked(account: Account) -> None:
    """`emptyContactsAttributes` decides whether an empty field clears; what a row does not name is kept, as assumed."""
    account.sandbox.seed(people(ANNA, BERT, CITY="Bonn", NICK="x"))
    made = account.new_list()
    rows: list[dict[str, Any]] = [{"email": ANNA, "attributes": {"CITY": ""}}, {"email": BERT, "attributes": {"NICK": None}}]
    account.bring_in(rows, made)
    assert account.fields(ANNA) == account.fields(BERT) == {"CITY": "Bonn", "NICK": "x"}
    account.bring_in(rows, made, emptyContactsAttributes=True)
    assert (account.fields(ANNA), account.fields(BERT)) == ({"NICK": "x"}, {"CITY": "Bonn"})
    account.sandbox.assumptions["brevo.import-absent-kept"] = False
    account.bring_in(rows, made, emptyContactsAttributes=True)
    assert (account.fields(ANNA), account.fields(BERT)) == ({}, {})


def test_booleans_are_imported_until_the_assumption_is_flipped(account: Account) -> None:
    """Booleans have been reported not to be updated by an import; the flipped assumption behaves so."""
    account.sandbox.seed(people(ANNA, VIP=False))
    made = account.new_list()
    account.sandbox.assumptions["brevo.import-writes-booleans"] = False
    account.bring_in([{"email": ANNA, "attributes": {"VIP": True}}], made)
    assert account.fields(ANNA) == {"VIP": False}
    account.sandbox.assumptions["brevo.import-writes-booleans"] = True
    account.bring_in([{"email": ANNA, "attributes": {"VIP": True}}], made)
    assert account.fields(ANNA) == {"VIP": True}


def test_a_completed_import_may_have_rejected_rows(account: Account) -> None:
    """Invalid and repeated emails are reported as addresses of CSV files; the status is completed all the same."""
    made = account.new_list()
    rows: list[dict[str, Any]] = [{"email": email, "attributes": {}} for email in ("no email", ANNA, ANNA.upper())]
    process = account.bring_in(rows, made)
    told = {name for name, address in process["info"]["import"].items() if address}
    assert ("completed", {"invalid_emails", "duplicate_email_id"}) == (process["status"], told)
    assert account.members(made) == [ANNA]


def test_a_file_body_is_csv_with_semicolons(account: Account) -> None:
    """`fileBody` rows become contacts; texts are read by the attribute's type, empty fields are empty."""
    account.sandbox.seed(people(ANNA, CITY="Bonn", POINTS=1, VIP=False))
    made = account.new_list()
    text = f"EMAIL;CITY;POINTS;VIP\n{ANNA};;2.5;yes\n{BERT};Ulm;x;\n"
    account.contacts.import_contacts({"fileBody": text, "listIds": [made], "disableNotification": True})
    account.clock.advance(2)
    assert account.fields(ANNA) == {"CITY": "Bonn", "POINTS": 2.5, "VIP": True}
    assert account.fields(BERT) == {"CITY": "Ulm"}


def test_an_import_can_make_its_list(account: Account) -> None:
    """`newList` with a folder is a destination."""
    folder = account.contacts.create_folder({"name": "Franca"}).id
    body = {
        "jsonBody": [{"email": ANNA, "attributes": {}}],
        "newList": {"listName": "new", "folderId": folder},
        "disableNotification": True,
    }
    account.call("POST", "/contacts/import", body)
    account.clock.advance(2)
    [made] = account.call("GET", f"/contacts/folders/{folder}/lists")["lists"]
    assert (made["name"], made["uniqueSubscribers"]) == ("new", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"listIds": None},
        {"listIds": []},
        {"listIds": ["1"]},
        {"jsonBody": None},
        {"fileBody": "EMAIL\na@b.example"},
        {"jsonBody": [1]},
        {"jsonBody": [{"email": ANNA, "attributes": []}]},
        {"newList": {"listName": "x"}},
        {"updateExistingContacts": "yes"},
        {"jsonBody": None, "fileBody": "NAME\nx"},
        {"jsonBody": None, "fileUrl": "https://example.com/x.csv"},
        {"jsonBody": [{"email": ANNA, "attributes": {"CITY": "x" * (10 * 1024 * 1024)}}]},
    ],
    ids=lambda change: re.sub(r"\W+", "-", str(change)[:40]),
)
def test_an_import_of_the_wrong_form_is_refused(account: Account, change: dict[str, Any]) -> None:
    """Exactly one source, a destination, right types, 10 MB at most: else 400 and no process."""
    made = account.new_list()
    body = {"jsonBody": [{"email": ANNA, "attributes": {}}], "listIds": [made], "disableNotification": True, **change}
    assert account.refusal("POST", "/contacts/import", {key: value for key, value in body.items() if value is not None})[0] == 400
    assert account.call("GET", "/processes") == {"count": 0, "processes": []}


def test_an_import_mails_the_owner_and_blocklists_when_told_so(foreign: Account) -> None:
    """Without `disableNotification` the owner gets a mail; `emailBlacklist` blocklists everybody: both are forbidden by our schemas."""
    made = foreign.new_list()
    body = {"jsonBody": [{"email": ANNA, "attributes": {}}], "listIds": [made], "emailBlacklist": True}
    foreign.call("POST", "/contacts/import", body)
    foreign.clock.advance(2)
    assert foreign.sandbox.imports.owner_mails == 1
    assert foreign.contact(ANNA)["emailBlacklisted"] is True
    assert ours.body_problems("brevo", "importContacts", "request", body)
    allowed = {key: value for key, value in body.items() if key != "emailBlacklist"} | {"disableNotification": True}
    assert not ours.body_problems("brevo", "importContacts", "request", allowed)


def test_an_unknown_process_answers_404_with_invalid_parameter(account: Account) -> None:
    """Brevo's odd pair of status and code; a process id that is no number answers 400."""
    assert account.refusal("GET", "/processes/99") == (404, "invalid_parameter", "processId is invalid")
    assert account.refusal("GET", "/processes/x")[:2] == (400, "invalid_parameter")


def test_the_typed_call_breaks_on_a_process_that_is_processing(account: Account) -> None:
    """The old SDK does not know the status `processing`."""
    made = account.new_list()
    body = {"jsonBody": [{"email": ANNA, "attributes": {}}], "listIds": [made], "disableNotification": True}
    process = account.contacts.import_contacts(body).process_id
    account.clock.advance(1)
    with pytest.raises(ValueError, match="processing"):
        sib_api_v3_sdk.ProcessApi(account.client).get_process(process)
