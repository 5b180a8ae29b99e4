"""What a shop's own integration would have put into each ESP: written from the store's rows, never from our evaluator.

Each ESP holds most of the shop's people and some that the shop does not know; two people with one email are one contact there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from franca.demo.store import Happening, Person, Store

STRANGERS = 150
COUNTRY_NAMES = {"DE": "Germany", "AT": "Austria", "CH": "Switzerland", "FR": "France", "NL": "Netherlands", "PL": "Poland"}
_METRICS = {
    "order": ("Placed Order", "Shopify", "total", {"discount": "Discount Amount"}),
    "cart": ("Added to Cart", "API", "price", {}),
    "view": ("Viewed Product", "Shopify", None, {"sku": "SKU"}),
    "opened": ("Opened Email", "Klaviyo", None, {}),
    "clicked": ("Clicked Email", "Klaviyo", None, {"url": "URL"}),
}


def seed(store: Store, esp: str) -> dict[str, Any]:
    """Return the seed of one ESP's sandbox ("klaviyo", "mailchimp" or "brevo") in the format of `franca.sandbox.host`."""
    held = {person.key: person for person in store.people if person.email and _share(esp, person.email) < 0.93}
    contacts = {_email(person): _contact(person, esp) for person in held.values()}  # of two with one email the later one wins
    strangers = [_stranger(number, esp) for number in range(STRANGERS)]
    events = list(_events(store, held)) if esp == "klaviyo" else []
    return {"contacts": [*contacts.values(), *strangers], "events": events}


def _email(person: Person) -> str:
    return (person.email or "").strip().lower()


def _share(esp: str, email: str) -> float:
    """Return a number in [0, 1) that is the same for one email at one ESP."""
    return int(hashlib.sha256(f"{esp}:{email.strip().lower()}".encode()).hexdigest()[:8], 16) / 2**32


def _contact(person: Person, esp: str) -> dict[str, Any]:
    return {
        "email": _email(person),
        "created_at": _iso(person.registered_at),
        "fields": {name: value for name, value in _FIELDS[esp](person).items() if value is not None},
        "consent": {
            "status": (person.status or "never").lower(),
            "suppressed": bool(person.suppressed),
            **({"at": _iso(person.status_at)} if person.status_at else {}),
        },
    }


def _klaviyo(person: Person) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "location['country']": COUNTRY_NAMES.get(person.country or "", person.country),
        "properties['Loyalty Points']": person.points,
        "properties['Registered At']": _iso(person.registered_at),
    }


def _capitals(first_name: str) -> Callable[[Person], dict[str, Any]]:
    return lambda person: {first_name: person.first_name or None, "COUNTRY": person.country or None, "POINTS": person.points}


_FIELDS: dict[str, Callable[[Person], dict[str, Any]]] = {
    "klaviyo": _klaviyo,
    "mailchimp": _capitals("FNAME"),
    "brevo": _capitals("FIRSTNAME"),
}


def _stranger(number: int, esp: str) -> dict[str, Any]:
    """Return somebody whom the ESP holds and the shop does not know: in nobody's segment of ours, in Germany every second time."""
    fields = {"klaviyo": "location['country']"}.get(esp, "COUNTRY")
    country = "Germany" if esp == "klaviyo" else "DE"
    return {
        "email": f"stranger{number}@elsewhere.test",
        "fields": {fields: country} if number % 2 else {},
        "consent": {"status": "subscribed", "suppressed": False},
    }


def _events(store: Store, held: dict[str, Person]) -> Iterator[dict[str, Any]]:
    for name, rows in store.events.items():
        for row in rows:
            if row.key in held and row.values.get("status") != "cancelled":
                yield _event(name, row, _email(held[row.key]))


def _event(name: str, row: Happening, email: str) -> dict[str, Any]:
    metric, integration, value, properties = _METRICS[name]
    known = {theirs: row.values[ours] for ours, theirs in properties.items() if row.values.get(ours) is not None}
    return {
        "email": email,
        "metric": metric,
        "integration": integration,
        "at": _iso(row.at),
        "properties": {key: value if isinstance(value, str) else float(value) for key, value in known.items()},
        **({"id": row.id} if row.id else {}),
        **({"value": float(row.values[value])} if value else {}),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
