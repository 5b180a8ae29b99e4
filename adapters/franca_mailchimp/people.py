"""Contacts: who is there, finding them by email, and whom a segment holds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from franca.adapter import Contact, Remote, Resource, TerminalError
from franca.adapter.standing import Standing
from franca_mailchimp.audience import Audience
from franca_mailchimp.client import Operation
from franca_mailchimp.segments import ALL

READ_CONTACTS = Operation("read contacts", "lists", "get_list_members_info")
READ_CONTACT = Operation("read contact", "lists", "get_list_member")
READ_MEMBERS = Operation("read segment members", "lists", "get_segment_members_list")
READ_SEGMENT = Operation("count segment", "lists", "get_segment")

# A contact that has not confirmed (pending) is in no segment, whatever the include_* parameters (guess: none of them names it), so it is
# outside the universe in which memberships are compared. Archived ones are hidden everywhere.
COUNTED = frozenset({"subscribed", "unsubscribed", "cleaned", "transactional"})
_STANDINGS = {
    **dict.fromkeys(("subscribed", "transactional"), Standing.MAILABLE),
    **dict.fromkeys(("unsubscribed", "cleaned"), Standing.SUPPRESSED),
}
_FIELDS = ("id", "email_address", "status")
# Oldest first: who comes while pages are read comes last. SDK: booleans in a query must be written as text.
_STABLE: Mapping[str, Any] = {"sort_field": "timestamp_signup", "sort_dir": "ASC"}
_EVERYBODY = {"include_unsubscribed": "true", "include_cleaned": "true", "include_transactional": "true"}


def subscriber_hash(email: str) -> str:
    """Return how paths name a contact: the md5 of the lower-cased address."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def contact(row: Mapping[str, Any]) -> Contact:
    """Return a row as a contact."""
    return Contact(email=str(row["email_address"]).strip().lower(), id=str(row["id"]))


def field_values(audience: Audience, tags: Mapping[str, str]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
    """Yield everybody whom segments can hold, with what they have in merge fields; *tags* are those by id."""
    rows = _rows(audience, *(f"merge_fields.{tag}" for tag in tags.values()))
    for row in filter(_is_counted, rows):
        found = row.get("merge_fields") or {}
        yield contact(row), {field: str(found[tag]) for field, tag in tags.items() if found.get(tag) not in (None, "")}


def known(audience: Audience, emails: Collection[str]) -> dict[str, Contact]:
    """Return those of *emails* that are there, in the fewest calls: pages of everybody, or one call each once that is less."""
    return {email: contact(row) for email, row in _found(audience, emails).items() if _is_counted(row)}


def standings(audience: Audience, emails: Collection[str]) -> dict[str, Standing]:
    """Return for those of *emails* that are there whether Mailchimp mails them; who has not confirmed, or is archived, is in no segment."""
    return {email: _STANDINGS.get(row["status"], Standing.OUTSIDE) for email, row in _found(audience, emails).items()}


def _found(audience: Audience, emails: Collection[str]) -> dict[str, Mapping[str, Any]]:
    missing, found = set(emails), dict[str, Mapping[str, Any]]()
    if len(missing) <= 1:
        return dict(_looked_up(audience, missing))
    # Without overlap, in the fewest calls: who is missed is asked for again by the next sync.
    for page in audience.client.pages(READ_CONTACTS, "members", audience.id, fields=_FIELDS, **_STABLE):
        here = ((contact(row).email, row) for row in page.rows)
        found |= {email: row for email, row in here if email in missing}
        missing -= found.keys()
        if len(missing) <= page.left:
            found |= dict(_looked_up(audience, missing))
            break
    return {email: found[email] for email in emails if email in found}


def members(audience: Audience, remote: Remote, resource: Resource) -> Iterator[Contact]:
    """Yield the members of a segment or tag."""
    fields = ("id", "email_address")
    rows = audience.client.rows(READ_MEMBERS, "members", audience.id, remote.id, fields=fields, overlap=True, **_included(resource))
    return map(contact, rows)


def count(audience: Audience, remote: Remote, resource: Resource) -> int:
    """Return Mailchimp's own count."""
    shown = audience.client.call(READ_SEGMENT, audience.id, remote.id, fields=["id", "name", "member_count"], **_included(resource))
    return int(shown["member_count"])


def _included(resource: Resource) -> Mapping[str, str]:
    return _EVERYBODY if resource.counted == ALL else {}


def _looked_up(audience: Audience, emails: Iterable[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for email in sorted(emails):
        try:
            row = audience.client.call(READ_CONTACT, audience.id, subscriber_hash(email), fields=list(_FIELDS))
        except TerminalError as error:
            if error.status != 404:
                raise
            continue
        yield email, row


def _rows(audience: Audience, *more: str) -> Iterator[Mapping[str, Any]]:
    return audience.client.rows(READ_CONTACTS, "members", audience.id, fields=(*_FIELDS, *more), overlap=True, **_STABLE)


def _is_counted(row: Mapping[str, Any]) -> bool:
    return row["status"] in COUNTED
