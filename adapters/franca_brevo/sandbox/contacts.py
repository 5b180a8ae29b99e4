"""`/contacts` and `/contacts/{identifier}`: reading, changing and deleting; creating single contacts is not emulated."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from franca.sandbox import Call, Reply, Route
from franca_brevo.sandbox.attributes import Attributes, path_of
from franca_brevo.sandbox.errors import RefusedError, absent, invalid
from franca_brevo.sandbox.filters import Condition, condition
from franca_brevo.sandbox.folders import Folders
from franca_brevo.sandbox.people import EMAIL, People
from franca_brevo.sandbox.reading import LARGEST_ID, body_of, flag_in, ids_arg, ids_in, instant_arg, page_of
from franca_brevo.sandbox.segments import Segments
from franca_brevo.sandbox.store import Store, array
from franca_brevo.sandbox.values import fitting

MOST_IDS = 20  # documented
PHONES: Mapping[str, str] = {"phone_id": "SMS", "whatsapp_id": "WHATSAPP", "landline_number_id": "LANDLINE_NUMBER"}  # documented


class Contacts:
    """The calls on single contacts and on the whole account."""

    def __init__(self, store: Store, people: People, attributes: Attributes, folders: Folders, segments: Segments) -> None:
        self._store, self._people, self._attributes, self._folders, self._segments = store, people, attributes, folders, segments

    def routes(self) -> Sequence[Route]:
        """Return the routes of contacts; the identifier may hold slashes, so they come after all others."""
        one = "/v3/contacts/{identifier:path}"
        return (
            Route("GET", "/v3/contacts", self._list, "getContacts"),
            Route("GET", one, self._get, "getContactInfo"),
            Route("PUT", one, self._update, "updateContact"),
            Route("DELETE", one, self._delete, "deleteContact"),
        )

    # -- many

    def _list(self, call: Call) -> Reply:
        page = page_of(call, default=50, most=1000)
        conditions = [made for made in self._conditions(call) if made is not None]
        where = " AND ".join(f"({sql})" for sql, _ in conditions) or "1"
        values = [value for _, some in conditions for value in some]
        total = self._store.number(f"SELECT count(*) FROM contacts WHERE {where}", *values)  # noqa: S608 - conditions written here
        sql = f"SELECT * FROM contacts WHERE {where} ORDER BY id {page.order} LIMIT ? OFFSET ?"  # noqa: S608 - same
        return Reply(body={"contacts": self._people.shown(self._store.rows(sql, *values, page.limit, page.offset)), "count": total})

    def _conditions(self, call: Call) -> list[Condition | None]:
        return [
            self._members(call),
            self._chosen(call),
            self._filtered(call.arg("filter")),
            _since("modified_at", instant_arg(call, "modifiedSince")),
            _since("created_at", instant_arg(call, "createdSince")),
        ]

    def _members(self, call: Call) -> Condition | None:
        lists, segments = ids_arg(call, "listIds"), ids_arg(call, "segmentId")
        if lists and segments:
            raise invalid("listIds and segmentId cannot be used together")  # documented: one or the other; words are a guess
        if segments:
            return self._filtered(self._segments.filter_of(segments[-1])) or ("0", ())
        for list_id in lists:
            self._folders.require_list(list_id)
        # guess: several lists are a union
        sql = "id IN (SELECT contact_id FROM members WHERE list_id IN (SELECT value FROM json_each(?)))"
        return (sql, (array(lists),)) if lists else None

    def _chosen(self, call: Call) -> Condition | None:
        ids = ids_arg(call, "ids")
        if len(ids) > MOST_IDS:
            raise invalid(f"ids can hold {MOST_IDS} at most")
        return ("id IN (SELECT value FROM json_each(?))", (array(ids),)) if ids else None

    def _filtered(self, text: str | None) -> Condition | None:
        return condition(text, self._attributes.known()) if text is not None else None

    # -- one

    def _find(self, call: Call) -> sqlite3.Row:
        identifier, kind = call.params["identifier"], call.arg("identifierType")
        look = _LOOKUPS.get(kind or _guessed(identifier))
        if look is None:
            raise invalid("Invalid identifierType")
        row = self._store.row("SELECT * FROM contacts WHERE id = ?", look(self, identifier))
        if row is None:
            raise absent("Contact does not exist")
        return row

    def _by_email(self, text: str) -> int | None:
        return self._people.by_email([text]).get(text)

    def _by_ext_id(self, text: str) -> int | None:
        return self._people.by_ext_id([text]).get(text)

    def _by_phone(self, attribute: str, text: str) -> int | None:
        row = self._store.row("SELECT id FROM contacts WHERE json_extract(attributes, ?) = ?", path_of(attribute), text)
        return row["id"] if row else None

    def _get(self, call: Call) -> Reply:
        # documented: with statistics of the messages sent; nothing is ever sent here
        return Reply(body=self._people.shown([self._find(call)])[0] | {"statistics": {}})

    def _delete(self, call: Call) -> Reply:
        self._people.delete(self._find(call)["id"])
        return Reply(status=204)

    def _update(self, call: Call) -> Reply:
        row, body = self._find(call), body_of(call)
        joined, left = ids_in(body, "listIds"), ids_in(body, "unlinkListIds")
        for list_id in (*joined, *left):
            self._folders.require_list(list_id)
        flags = {key: flag_in(body, key, default=False) for key in ("emailBlacklisted", "smsBlacklisted") if key in body}
        given = body.get("attributes", {})
        if not isinstance(given, dict):
            raise invalid("attributes should be an object")
        identity = {key: given[key] for key in ("EMAIL", "EXT_ID") if key in given}
        if "ext_id" in body:
            identity["EXT_ID"] = body["ext_id"]
        self._reidentify(row, identity)
        self._people.change(row["id"], self._fitting(given))
        self._people.blocklist(row["id"], email=flags.get("emailBlacklisted"), sms=flags.get("smsBlacklisted"))
        self._people.join(joined, [row["id"]])
        self._people.leave(left, [row["id"]])
        return Reply(status=204)

    def _fitting(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is stored; unknown names and wrong types are ignored (documented), "" and null clear (guess; reported)."""
        known = self._attributes.known()
        values: dict[str, Any] = {name: given[name] for name in PHONES.values() if isinstance(given.get(name), str)}
        for name, value in given.items():
            if name not in known:
                continue
            fits = None if value is None or value == "" else fitting(known[name], value)
            if fits is not None or value is None or value == "":
                values[name] = fits
        return values

    def _reidentify(self, row: sqlite3.Row, identity: Mapping[str, Any]) -> None:
        email, ext_id = identity.get("EMAIL"), identity.get("EXT_ID")
        if email is not None and not (isinstance(email, str) and EMAIL.fullmatch(email)):
            raise invalid("Invalid email address")
        if ext_id is not None and not isinstance(ext_id, str):
            raise invalid("Invalid ext_id")
        taken = {"email": self._people.by_email([email] if email else []), "ext_id": self._people.by_ext_id([ext_id] if ext_id else [])}
        duplicates = [name for name, found in taken.items() if set(found.values()) - {row["id"]}]
        if duplicates:
            # documented shape (contract example); reported: since May 2026 the code may also be invalid_parameter
            message = f"{duplicates[0]} is already associated with another Contact"
            raise RefusedError(400, "duplicate_parameter", message, {"duplicate_identifiers": duplicates})
        if ext_id is not None:
            self._store.run("UPDATE contacts SET ext_id = ? WHERE id = ?", ext_id, row["id"])
        if email is not None and self._people.key(email) != self._people.key(row["email"]):
            # documented: changing the email of a blocklisted contact takes it off the blocklist
            sql = "UPDATE contacts SET email = ?, lower_email = ?, email_blacklisted = 0 WHERE id = ?"
            self._store.run(sql, email, email.lower(), row["id"])


def _since(column: str, instant: str | None) -> Condition | None:
    return (f"{column} >= ?", (instant,)) if instant else None


def _guessed(identifier: str) -> str:
    # documented without details: an email, a contact id, or an ext_id; reported: digits are read as a contact id
    return "email_id" if "@" in identifier else "contact_id" if identifier.isascii() and identifier.isdigit() else "ext_id"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_ID:
        raise invalid("Invalid contact id")
    return int(text)


_LOOKUPS: Mapping[str, Callable[[Contacts, str], int | None]] = {
    "email_id": Contacts._by_email,  # noqa: SLF001 - same module
    "contact_id": lambda _contacts, text: _number(text),
    "ext_id": Contacts._by_ext_id,  # noqa: SLF001 - same module
    **{kind: lambda contacts, text, name=name: contacts._by_phone(name, text) for kind, name in PHONES.items()},  # type: ignore[misc]  # noqa: SLF001
}
