"""Profiles: who is there, and finding them by email."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from franca.adapter import Contact
from franca_klaviyo.client import Client, L, Operation

PAGE = 100
"""Profiles of one page (contract), and emails of one look-up."""
LONGEST_FILTER = 6_000
"""Characters of a look-up in the URL: what web servers commonly take is 8,000."""

READ_PROFILES = Operation("read profiles", "Profiles", "get_profiles", L)


def contact(profile: Mapping[str, Any]) -> Contact | None:
    """Return a profile as a contact; None without an email: those are in nobody's universe."""
    email = (profile["attributes"].get("email") or "").strip().lower()
    return Contact(email=email, id=profile["id"]) if email else None


def contacts_of(pages: Iterable[Mapping[str, Any]]) -> Iterator[Contact]:
    """Yield the contacts of pages of profiles, each once: a set that changes while it is paged may repeat rows."""
    seen: set[str] = set()
    for page in pages:
        for profile in page["data"]:
            found = contact(profile)
            if found and found.id not in seen:
                seen.add(found.id)
                yield found


def all_contacts(client: Client) -> Iterator[Contact]:
    """Yield everybody who has an email."""
    return contacts_of(client.pages(READ_PROFILES, page_size=PAGE, fields_profile=["email"]))


def known(client: Client, emails: Collection[str]) -> dict[str, Contact]:
    """Return those of *emails* that have a profile, 100 a call."""
    found: dict[str, Contact] = {}
    for batch in _batches(sorted(filter(None, map(quoted, set(emails))))):
        wanted = f"any(email,[{','.join(batch)}])"
        pages = client.pages(READ_PROFILES, filter=wanted, page_size=PAGE, fields_profile=["email"])
        found.update((each.email, each) for each in contacts_of(pages))
    return {email: found[email] for email in emails if email in found}


def quoted(text: str) -> str | None:
    """Return a text as a literal of the filter language; None when it cannot be one: no escape is documented."""
    if "\\" in text:
        return None
    return next((f"{mark}{text}{mark}" for mark in ('"', "'") if mark not in text), None)


def _batches(literals: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for literal in literals:
        length = len(quote(literal)) + 3
        if batch and (len(batch) == PAGE or size + length > LONGEST_FILTER):
            yield batch
            batch, size = [], 0
        batch.append(literal)
        size += length
    if batch:
        yield batch
