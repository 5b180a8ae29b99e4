"""The contacts of the account: finding, showing and changing rows."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from franca_brevo.sandbox.store import Store, array

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class People:
    """Rows of contacts and of their memberships."""

    def __init__(self, store: Store, assumptions: Mapping[str, bool]) -> None:
        self._store, self._assumptions = store, assumptions

    def key(self, email: str) -> str:
        """Return what two spellings of one email have in common; that case does not matter is an assumption."""
        return email.strip().lower() if self._assumptions["brevo.email-case-ignored"] else email.strip()

    def by_email(self, emails: Iterable[str]) -> dict[str, int]:
        """Return the ids of those emails that exist, by the spelling asked for."""
        wanted = {email: self.key(email) for email in emails}
        lower = array(key.lower() for key in wanted.values())
        rows = self._store.rows("SELECT id, email FROM contacts WHERE lower_email IN (SELECT value FROM json_each(?))", lower)
        ids = {self.key(row["email"]): row["id"] for row in rows}
        return {email: ids[key] for email, key in wanted.items() if key in ids}

    def by_id(self, ids: Iterable[int]) -> dict[int, int]:
        """Return those contact ids that exist."""
        return {
            row["id"]: row["id"]
            for row in self._store.rows("SELECT id FROM contacts WHERE id IN (SELECT value FROM json_each(?))", array(ids))
        }

    def by_ext_id(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the contact ids of those external ids that exist."""
        rows = self._store.rows("SELECT id, ext_id FROM contacts WHERE ext_id IN (SELECT value FROM json_each(?))", array(ids))
        return {row["ext_id"]: row["id"] for row in rows}

    def add(self, email: str, *, created_at: str | None = None) -> int:
        """Create a contact and return its id."""
        now = self._store.now()
        sql = "INSERT INTO contacts (email, lower_email, created_at, modified_at) VALUES (?, ?, ?, ?)"
        return self._store.insert(sql, email.strip(), email.strip().lower(), created_at or now, now)

    def change(self, contact: int, values: Mapping[str, Any]) -> None:
        """Set attributes; None takes the value away."""
        row = self._store.row("SELECT attributes FROM contacts WHERE id = ?", contact)
        if row is None or not values:
            return
        merged = json.loads(row["attributes"]) | values
        kept = {name: value for name, value in merged.items() if value is not None}
        text = json.dumps(kept, ensure_ascii=False)
        self._store.run("UPDATE contacts SET attributes = ?, modified_at = ? WHERE id = ?", text, self._store.now(), contact)

    def blocklist(self, contact: int, *, email: bool | None = None, sms: bool | None = None) -> None:
        """Set the two blocklist flags; None leaves one as it is."""
        for column, flag in (("email_blacklisted", email), ("sms_blacklisted", sms)):
            if flag is not None:
                self._store.run(f"UPDATE contacts SET {column} = ? WHERE id = ?", flag, contact)  # noqa: S608 - our own column names

    def join(self, lists: Iterable[int], contacts: Sequence[int]) -> None:
        """Add contacts to lists."""
        pairs = ((list_id, contact) for list_id in lists for contact in contacts)
        self._store.many("INSERT OR IGNORE INTO members (list_id, contact_id) VALUES (?, ?)", pairs)

    def leave(self, lists: Iterable[int], contacts: Sequence[int]) -> None:
        """Take contacts out of lists."""
        pairs = ((list_id, contact) for list_id in lists for contact in contacts)
        self._store.many("DELETE FROM members WHERE list_id = ? AND contact_id = ?", pairs)

    def delete(self, contact: int) -> None:
        """Delete a contact and its memberships."""
        self._store.run("DELETE FROM members WHERE contact_id = ?", contact)
        self._store.run("DELETE FROM contacts WHERE id = ?", contact)

    def shown(self, rows: Sequence[sqlite3.Row]) -> list[dict[str, Any]]:
        """Return contacts as the API shows them (documented: SPEC `getContacts`)."""
        lists: dict[int, list[int]] = {row["id"]: [] for row in rows}
        sql = "SELECT contact_id, list_id FROM members WHERE contact_id IN (SELECT value FROM json_each(?)) ORDER BY list_id"
        for member in self._store.rows(sql, array(lists)):
            lists[member["contact_id"]].append(member["list_id"])
        return [_shown(row, lists[row["id"]]) for row in rows]


def _shown(row: sqlite3.Row, lists: list[int]) -> dict[str, Any]:
    ext_id = {"EXT_ID": row["ext_id"]} if row["ext_id"] is not None else {}
    return {
        "id": row["id"],
        "email": row["email"],
        "emailBlacklisted": bool(row["email_blacklisted"]),
        "smsBlacklisted": bool(row["sms_blacklisted"]),
        "createdAt": row["created_at"],
        "modifiedAt": row["modified_at"],
        "listIds": lists,
        "listUnsubscribed": [],  # guess: an array also when nobody unsubscribed; unsubscribing from single lists is not emulated
        "attributes": json.loads(row["attributes"]) | ext_id,
    }
