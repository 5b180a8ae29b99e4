"""Seeds: people as a shop's integration would have put them there, and segments as somebody made them by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from franca.sandbox import check_seed
from franca_mailerlite.sandbox.errors import RefusedError
from franca_mailerlite.sandbox.fields import Fields
from franca_mailerlite.sandbox.people import People, fitting
from franca_mailerlite.sandbox.store import Segment, Store, stamp

KEYS = frozenset({"contacts", "events", "segments"})
CONTACT_KEYS = frozenset({"email", "created_at", "fields", "consent"})
SEGMENT_KEYS = frozenset({"name", "where"})
STATUS: Mapping[str, str] = {"subscribed": "active", "unsubscribed": "unsubscribed", "pending": "unconfirmed", "never": "unconfirmed"}
"""A seed's consent as MailerLite has it; whoever is suppressed has bounced."""

_TYPES: Sequence[tuple[type | tuple[type, ...], str]] = (
    ((bool, int, float, Decimal), "number"),
    ((date, datetime), "date"),
    (str, "text"),
)


class Seeding:
    """Takes seeds. Events are accepted and not kept: MailerLite holds none."""

    def __init__(self, store: Store, people: People, fields: Fields) -> None:
        self._store, self._people, self._fields = store, people, fields

    def take(self, data: Mapping[str, Any]) -> None:
        """Add people and segments; a known email is updated. `segments` are `{"name", "where": {FIELD: value}}`.

        Raises:
            ValueError: something could not be stored as it is; nothing was taken.
        """
        contacts, segments = data.get("contacts") or (), data.get("segments") or ()
        _refuse_unknown("seed", data, KEYS)
        check_seed(data)
        for segment in segments:
            _refuse_unknown("segment", segment, SEGMENT_KEYS)
        missing = self._missing(contacts)
        kinds = {**{field.key: field.type for field in self._store.fields.values()}, **missing}
        for contact in contacts:
            _check_contact(contact, kinds)
        for name, kind in missing.items():
            self._fields.add(name, kind)
        for contact in contacts:
            self._store_one(contact)
        for segment in segments:
            made = Segment(id=self._store.new_id(), name=segment["name"], created_at=self._store.now(), where=segment["where"])
            self._store.segments[made.id] = made

    def _missing(self, contacts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Return the fields that a seed needs and the account has not, with their types."""
        found: dict[str, str] = {}
        for contact in contacts:
            for name, value in (contact.get("fields") or {}).items():
                if self._store.by_key(name) is None and value is not None:
                    found.setdefault(name, _type(name, value))
        return found

    def _store_one(self, contact: Mapping[str, Any]) -> None:
        person = self._people.add(contact["email"])
        consent = contact.get("consent")
        if consent is not None:
            person.status = "bounced" if consent.get("suppressed") else STATUS[consent["status"]]
        if at := contact.get("created_at"):
            person.created_at = stamp(at if isinstance(at, datetime) else datetime.fromisoformat(at))
        person.fields |= {name: _plain(value) for name, value in (contact.get("fields") or {}).items()}


def _check_contact(contact: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    _refuse_unknown("contact", contact, CONTACT_KEYS)
    if not contact.get("email"):
        raise ValueError("a contact of the seed has no email")
    for name, value in (contact.get("fields") or {}).items():
        try:
            fitting(kinds.get(name, "text"), _plain(value))
        except RefusedError:
            raise ValueError(f"a value of the seed does not fit the field {name} ({kinds[name]})") from None


def _refuse_unknown(what: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"unknown key of a {what}: {', '.join(unknown)}")


def _type(name: str, value: Any) -> str:
    kind = next((kind for types, kind in _TYPES if isinstance(value, types)), None)
    if kind is None:
        raise ValueError(f"{name}: MailerLite has no field for a {type(value).__name__}")
    return kind


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return float(value)
    return str(value)[:10] if isinstance(value, (date, datetime)) else value
