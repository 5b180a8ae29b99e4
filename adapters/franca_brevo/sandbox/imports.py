"""`POST /contacts/import`: asynchronous, silent about what it drops."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.attributes import Attributes
from franca_brevo.sandbox.errors import invalid, missing
from franca_brevo.sandbox.folders import Folders
from franca_brevo.sandbox.people import EMAIL, People
from franca_brevo.sandbox.processes import Processes
from franca_brevo.sandbox.reading import body_of, flag_in, ids_in, text_in
from franca_brevo.sandbox.values import Attribute, fitting, parsed

MOST_BYTES = 10 * 1024 * 1024  # documented: 10 MB
SOURCES = ("fileUrl", "fileBody", "jsonBody")
REPORTS = (  # documented: each a CSV address, null when there were none
    "invalid_emails",
    "duplicate_contact_id",
    "duplicate_ext_id",
    "duplicate_email_id",
    "duplicate_phone_id",
    "duplicate_whatsapp_id",
    "duplicate_landline_number_id",
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """One row to import; a field that is empty there is None."""

    email: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an import was asked to do; *text* says that its fields are CSV text."""

    people: Sequence[Person]
    text: bool
    lists: Sequence[int]
    update: bool
    erase: bool
    block_email: bool
    block_sms: bool


class Imports:
    """The import.

    Attributes:
        owner_mails: how many mails the owner of the account got because `disableNotification` was not true (documented).
    """

    def __init__(
        self, people: People, attributes: Attributes, folders: Folders, processes: Processes, assumptions: Mapping[str, bool]
    ) -> None:
        self._people, self._attributes, self._folders = people, attributes, folders
        self._processes, self._assumptions = processes, assumptions
        self.owner_mails = 0

    def routes(self) -> Sequence[Route]:
        """Return the one route."""
        return (Route("POST", "/v3/contacts/import", self._start, "importContacts"),)

    def _start(self, call: Call) -> Reply:
        body = body_of(call)
        if len(call.raw) > MOST_BYTES:
            raise invalid("The import cannot exceed 10 MB")  # the limit is documented, the answer a guess
        people = _people(body)
        flags = {key: flag_in(body, key, default=False) for key in ("emptyContactsAttributes", "emailBlacklist", "smsBlacklist")}
        order = Order(
            people=people,
            text="fileBody" in body,
            update=flag_in(body, "updateExistingContacts", default=True),
            erase=flags["emptyContactsAttributes"],
            block_email=flags["emailBlacklist"],
            block_sms=flags["smsBlacklist"],
            lists=self._lists(body, quiet=flag_in(body, "disableNotification", default=False)),
        )
        process = self._processes.start("IMPORTUSER", lambda number: self._run(order, number))
        return Reply(status=202, body={"processId": process})

    def _lists(self, body: Mapping[str, Any], *, quiet: bool) -> list[int]:
        lists = list(ids_in(body, "listIds"))
        for list_id in lists:
            self._folders.require_list(list_id)
        fresh = body.get("newList")
        if not lists and fresh is None:
            raise missing("listIds or newList")  # reported: a destination is mandatory, else 400
        if fresh is not None:
            if not isinstance(fresh, dict):
                raise invalid("newList should be an object")
            lists.append(self._folders.add_list(fresh.get("folderId"), text_in(fresh, "listName", "listName")))  # guess: at once
        self.owner_mails += not quiet
        return lists

    # -- the work itself

    def _run(self, order: Order, process: int) -> dict[str, Any]:
        known = self._attributes.known()
        reports: set[str] = set()
        done: set[str] = set()
        named = frozenset(name for person in order.people for name in person.fields)
        ids = self._people.by_email(person.email for person in order.people)
        for person in order.people:
            key = self._people.key(person.email)
            refused = _refused(key, done)
            if refused:
                reports.add(refused)
                continue
            done.add(key)
            self._take(order, person, ids.get(person.email), known, named)
        # documented: "completed" also when rows were rejected
        url = "https://files.example/imports"
        return {"import": {report: f"{url}/{process}/{report}.csv" if report in reports else None for report in REPORTS}}

    def _take(self, order: Order, person: Person, contact: int | None, known: Mapping[str, Attribute], named: frozenset[str]) -> None:
        if contact is None:
            self._people.change(contact := self._people.add(person.email), self._values(order, person, known))  # documented: creates
        elif order.update:
            self._people.change(contact, self._values(order, person, known) | self._erased(order, person, known, named))
        # every imported contact goes on the blocklist when that is asked (documented); that nobody leaves it otherwise is not said
        kept = None if self._assumptions["brevo.import-keeps-blocklist"] else False
        self._people.blocklist(contact, email=order.block_email or kept, sms=order.block_sms or kept)
        self._people.join(order.lists, [contact])  # documented: only adds; existing contacts also without an update (guess)

    def _values(self, order: Order, person: Person, known: Mapping[str, Attribute]) -> dict[str, Any]:
        """Return what is stored: unknown attributes and values of a wrong type are dropped without a word (documented)."""
        read = parsed if order.text else fitting
        given = {name: value for name, value in person.fields.items() if name in known and value is not None}
        values = {name: read(known[name], value) for name, value in given.items() if self._written(known[name])}
        return {name: value for name, value in values.items() if value is not None}

    def _written(self, attribute: Attribute) -> bool:
        # reported (APIv3-python-library#95, nodejs#114): booleans are not updated by an import
        return attribute.type != "boolean" or self._assumptions["brevo.import-writes-booleans"]

    def _erased(self, order: Order, person: Person, known: Mapping[str, Attribute], named: frozenset[str]) -> dict[str, None]:
        # documented: with emptyContactsAttributes "the empty fields in your import will erase"; whether a field that only other rows
        # name is empty here is not said, hence the assumption
        if not order.erase:
            return {}
        empty = {name for name, value in person.fields.items() if value is None}
        if not self._assumptions["brevo.import-absent-kept"]:
            empty |= named - set(person.fields)
        return {name: None for name in empty if name in known}


def _refused(key: str, done: set[str]) -> str | None:
    if not EMAIL.fullmatch(key):
        return "invalid_emails"
    return "duplicate_email_id" if key in done else None  # guess: the first row of an email wins


def _people(body: Mapping[str, Any]) -> Sequence[Person]:
    given = [key for key in SOURCES if key in body]
    if not given:
        raise missing("fileUrl, fileBody or jsonBody")
    if len(given) > 1:
        raise invalid("Only one of fileUrl, fileBody and jsonBody can be used")  # reported: two together are rejected
    if given[0] == "fileUrl":
        raise invalid("fileUrl cannot be read")  # this sandbox fetches nothing
    return _csv(body["fileBody"]) if given[0] == "fileBody" else _json(body["jsonBody"])


def _json(rows: object) -> Sequence[Person]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("attributes", {}), dict) for row in rows):
        raise invalid("jsonBody is invalid")
    return [Person(email=_email(row.get("email")), fields=_fields(row.get("attributes", {}))) for row in rows]


def _email(value: object) -> str:
    return value if isinstance(value, str) else ""


def _fields(attributes: Mapping[str, Any]) -> dict[str, Any]:
    # guess: "" and null are both an empty field
    return {name: None if value == "" else value for name, value in attributes.items()}


def _csv(text: object) -> Sequence[Person]:
    if not isinstance(text, str) or not text.strip():
        raise invalid("fileBody is invalid")
    reader = csv.DictReader(io.StringIO(text), delimiter=";", restval="")  # documented: semicolons
    if "EMAIL" not in (reader.fieldnames or ()):
        raise invalid("fileBody has no column EMAIL")
    return [
        Person(email=row["EMAIL"], fields=_fields({name: value for name, value in row.items() if name and name != "EMAIL"}))
        for row in reader
    ]
