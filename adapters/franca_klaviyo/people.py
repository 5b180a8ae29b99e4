"""Profiles: who is there, and finding them by email."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from franca.adapter import Contact
from franca.adapter.standing import Standing
from franca_klaviyo.client import Client, L, Operation

PAGE = 100
"""Profiles of one page (contract), and emails of one look-up."""
LONGEST_FILTER = 6_000
"""Characters of a look-up in the URL: what web servers commonly take is 8,000."""

RECEIVES = ("subscriptions", "email", "marketing", "can_receive_email_marketing")
"""Where a profile says whether Klaviyo mails it."""

READ_PROFILES = Operation("read profiles", "Profiles", "get_profiles", L)


def contact(profile: Mapping[str, Any]) -> Contact | None:
    """Return a profile as a contact; None without an email: those are in nobody's universe."""
    email = (profile["attributes"].get("email") or "").strip().lower()
    return Contact(email=email, id=profile["id"]) if email else None


def contacts_of(pages: Iterable[Mapping[str, Any]]) -> Iterator[Contact]:
    """Yield the contacts of pages of profiles, each once."""
    return (found for found, _ in _profiles(pages))


def field_values(client: Client, properties: Sequence[str]) -> Iterator[tuple[Contact, Mapping[str, str]]]:
    """Yield everybody who has an email, with their values of custom *properties*."""
    shown = ["email", "properties"] if properties else ["email"]
    for found, profile in _profiles(client.pages(READ_PROFILES, page_size=PAGE, fields_profile=shown)):
        values = profile["attributes"].get("properties") or {}
        yield found, {name: str(values[name]) for name in properties if values.get(name) is not None}


def _profiles(pages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Contact, Mapping[str, Any]]]:
    """Yield profiles that have an email, each once: a set that changes while it is paged may repeat rows."""
    seen: set[str] = set()
    for page in pages:
        for profile in page["data"]:
            found = contact(profile)
            if found and found.id not in seen:
                seen.add(found.id)
                yield found, profile


def known(client: Client, emails: Collection[str]) -> dict[str, Contact]:
    """Return those of *emails* that have a profile, 100 a call."""
    pages = _asked(client, emails, fields_profile=["email"])
    found = {each.email: each for each in contacts_of(pages)}
    return {email: found[email] for email in emails if email in found}


def standings(client: Client, emails: Collection[str]) -> dict[str, Standing]:
    """Return for those of *emails* that have a profile whether Klaviyo mails it, 100 a call."""
    more: dict[str, Any] = {"fields_profile": ["email", RECEIVES[0]], "additional_fields_profile": ["subscriptions"]}
    found: dict[str, Standing] = {}
    for page in _asked(client, emails, **more):
        for profile in page["data"]:
            if each := contact(profile):
                found[each.email] = Standing.MAILABLE if _receives(profile["attributes"]) else Standing.SUPPRESSED
    return {email: found[email] for email in emails if email in found}


def _receives(attributes: Mapping[str, Any]) -> bool:
    found: Any = attributes
    for name in RECEIVES:
        found = (found or {}).get(name)
    return bool(found)


def _asked(client: Client, emails: Collection[str], **more: Any) -> Iterator[Mapping[str, Any]]:
    for batch in _batches(sorted(filter(None, map(quoted, set(emails))))):
        yield from client.pages(READ_PROFILES, filter=f"any(email,[{','.join(batch)}])", page_size=PAGE, **more)


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
