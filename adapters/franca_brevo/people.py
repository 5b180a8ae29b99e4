"""Reading contacts: everybody, some, the members of a list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from franca.adapter import Contact
from franca.adapter.paging import Page, pages
from franca.adapter.standing import Standing
from franca_brevo.client import Client, Row

CONTACTS_PAGE = 1000  # documented
MEMBERS_PAGE = 500  # documented
IDS = 20
"""Contacts that one read can ask for by id (documented)."""

T = TypeVar("T")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class People:
    """The contacts of one account."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._total: int | None = None
        self._spelling: dict[str, str] = {}

    def everybody(self) -> Iterator[tuple[Contact, Row]]:
        """Yield all contacts that have an email, whatever their consent, with all that Brevo shows of them."""
        for page in self._pages(overlap=True):
            yield from self._contacts(page.rows)

    def known(self, emails: Collection[str]) -> dict[str, Contact]:
        """Return those of *emails* that Brevo holds."""
        return {email: contact for email, (contact, _) in self._found(emails).items()}

    def standings(self, emails: Collection[str]) -> dict[str, Standing]:
        """Return for those of *emails* that Brevo holds whether it mails them."""
        found = self._found(emails).items()
        return {email: Standing.SUPPRESSED if row.get("emailBlacklisted") else Standing.MAILABLE for email, (_, row) in found}

    def _found(self, emails: Collection[str]) -> dict[str, tuple[Contact, Row]]:
        """Return contacts page by page, until asking for the rest one by one is fewer calls."""
        missing = {email for email in emails if _EMAIL.fullmatch(email)}
        found: dict[str, tuple[Contact, Row]] = {}
        if len(missing) > self._least():
            # Without overlap, in the fewest calls: who is missed is asked for again by the next sync.
            for page in self._pages(overlap=False):
                found |= {pair[0].email: pair for pair in self._contacts(page.rows) if pair[0].email in missing}
                missing -= found.keys()
                if len(missing) <= page.left:
                    break
            else:
                return found
        return found | {email: pair for email in sorted(missing) for pair in self._by_email(email)}

    def rows(self, contacts: Sequence[Contact]) -> Iterator[tuple[Contact, Row]]:
        """Yield those of *contacts* that are still there, read again in the fewest calls."""
        if len(contacts) > IDS and pages(len(contacts), IDS) > pages(self._held(), CONTACTS_PAGE):
            wanted = {contact.id for contact in contacts}
            yield from (pair for pair in self.everybody() if pair[0].id in wanted)
            return
        for part in batched(contacts, IDS):
            query = (*(("ids", contact.id) for contact in part), ("limit", IDS))
            yield from self._contacts(self._client.get("read contacts", "/contacts", query=query).get("contacts") or ())

    def row(self, contact: Contact) -> Row | None:
        """Return one contact as it is now, None when it is gone."""
        query = (("identifierType", "contact_id"),)
        return self._client.find("read a contact", "/contacts/{identifier}", query=query, names={"identifier": contact.id})

    def members(self, list_id: str) -> Iterator[Contact]:
        """Yield the members of a list."""
        path = f"/contacts/lists/{list_id}/contacts"
        for page in self._client.pages("read list members", path, "contacts", MEMBERS_PAGE, overlap=True):
            yield from (contact for contact, _ in self._contacts(page.rows))

    def count(self, list_id: str) -> int:
        """Return how many members a list has; its own counters may be 0 or leave out the blocklisted (sheet 1.4)."""
        path = f"/contacts/lists/{list_id}/contacts"
        return int(self._client.get("count list members", path, query=(("limit", 1),), needs=("count",))["count"])

    # `listIds` and `segmentId` exclude each other (documented). Of an empty segment the call was seen to time out (sheet 2.4).

    def members_of_segment(self, segment_id: str) -> Iterator[Contact]:
        """Yield whom Brevo counts in a segment."""
        query = (("segmentId", segment_id),)
        for page in self._client.pages("read segment members", "/contacts", "contacts", CONTACTS_PAGE, query=query, overlap=True):
            yield from (contact for contact, _ in self._contacts(page.rows))

    def count_of_segment(self, segment_id: str) -> int:
        """Return how many Brevo counts in a segment."""
        query = (("segmentId", segment_id), ("limit", 1))
        return int(self._client.get("count segment members", "/contacts", query=query, needs=("count",))["count"])

    def spelling(self, contact: Contact) -> str:
        """Return the email as Brevo stores it."""
        return self._spelling.get(contact.id, contact.email)

    # -- one by one

    def _by_email(self, email: str) -> Iterator[tuple[Contact, Row]]:
        # Without the type, a name that looks like a number is read as a contact's id (sheet, trap 21).
        query = (("identifierType", "email_id"),)
        row = self._client.find("look up a contact", "/contacts/{identifier}", query=query, names={"identifier": email})
        yield from (pair for pair in self._contacts([row] if row else []) if pair[0].email == email)

    # -- all

    def _least(self) -> int:
        """Return the fewest calls that paging may take, as far as it is known."""
        return 1 if self._total is None else pages(self._total, CONTACTS_PAGE)

    def _held(self) -> int:
        if self._total is None:
            self._total = int(self._client.get("count contacts", "/contacts", query=(("limit", 1),), needs=("count",))["count"])
        return self._total

    def _pages(self, *, overlap: bool) -> Iterator[Page]:
        for page in self._client.pages("read contacts", "/contacts", "contacts", CONTACTS_PAGE, overlap=overlap):
            self._total = page.total
            yield page

    def _contacts(self, rows: Sequence[Row]) -> Iterator[tuple[Contact, Row]]:
        for row in rows:
            stored = row.get("email") or ""
            contact = Contact(email=unicodedata.normalize("NFC", stored).strip().lower(), id=str(row["id"]))
            if stored != contact.email:
                self._spelling[contact.id] = stored
            if contact.email:  # some have a phone number only
                yield contact, row


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield *items* in parts of *size*."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
