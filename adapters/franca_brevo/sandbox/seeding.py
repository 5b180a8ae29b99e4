"""Seeds: contacts as a shop's integration would have put them there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from franca.sandbox import check_seed
from franca_brevo.sandbox.attributes import NAME, Attributes
from franca_brevo.sandbox.errors import RefusedError
from franca_brevo.sandbox.filters import condition
from franca_brevo.sandbox.people import EMAIL, People
from franca_brevo.sandbox.reading import stamp
from franca_brevo.sandbox.segments import Segments
from franca_brevo.sandbox.values import Attribute, fitting

KEYS = {"contacts", "events", "segments"}
CONTACT_KEYS = {"email", "created_at", "fields", "consent"}

# a type by the Python type of the first value that is there; bool before int, since True is an int
_TYPES: Sequence[tuple[type | tuple[type, ...], str]] = (
    (bool, "boolean"),
    ((int, float, Decimal), "float"),
    ((date, datetime), "date"),
    (list, "multiple-choice"),
    (str, "text"),
)


class Seeding:
    """Takes seeds. Events are accepted and not kept: none of the emulated calls shows anything of events."""

    def __init__(self, people: People, attributes: Attributes, segments: Segments) -> None:
        self._people, self._attributes, self._segments = people, attributes, segments

    def take(self, data: Mapping[str, Any]) -> None:
        """Add contacts and hand-made segments; a known email is updated.

        Besides the neutral format, `segments` is a list of `{"segmentName", "categoryName"?, "filter"?}`, where *filter* is what the
        person who made the segment had in mind, as `equals(ATTR,value)`.

        Raises:
            ValueError: something in the seed could not be stored as it is; nothing of it was taken.
        """
        _refuse_unknown("seed", data, KEYS)
        check_seed(data)
        contacts: Sequence[Mapping[str, Any]] = data.get("contacts") or []
        for contact in contacts:
            _refuse_unknown("contact", contact, CONTACT_KEYS)
            if not EMAIL.fullmatch(contact["email"].strip()):
                raise ValueError("a contact of the seed has no valid email")
        attributes = self._needed(contacts)
        rows = [_values(contact.get("fields") or {}, attributes) for contact in contacts]
        known = self._attributes.known()
        segments: Sequence[Mapping[str, Any]] = data.get("segments") or []
        for segment in segments:
            _check_segment(segment, {**known, **attributes})
        for attribute in attributes.values():
            if attribute.name not in known:
                self._attributes.add(attribute)
        for contact, values in zip(contacts, rows, strict=True):
            self._store(contact, values)
        for segment in segments:
            self._segments.plant(segment["segmentName"], segment.get("categoryName", "Default"), segment.get("filter"))

    def _needed(self, contacts: Sequence[Mapping[str, Any]]) -> dict[str, Attribute]:
        """Return every attribute that the seed names: those of the account, and new ones by their values."""
        values: dict[str, list[Any]] = {}
        for contact in contacts:
            for name, value in (contact.get("fields") or {}).items():
                values.setdefault(name, []).append(value)
        wrong = [name for name in values if not NAME.fullmatch(name)]
        if wrong:
            raise ValueError(f"Brevo's attributes have names in capitals, not {', '.join(wrong)}")
        known = self._attributes.known()
        return {name: known.get(name) or _typed(name, found) for name, found in values.items()}

    def _store(self, contact: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        email = contact["email"]
        at = contact.get("created_at")
        found = self._people.by_email([email]).get(email)
        person = self._people.add(email, created_at=stamp(_instant(at)) if at else None) if found is None else found
        self._people.change(person, values)
        consent = contact.get("consent")
        if consent is not None:
            # an unsubscribed or suppressed contact is on Brevo's blocklist; "pending" and "never" have no counterpart
            self._people.blocklist(person, email=consent.get("status") == "unsubscribed" or bool(consent.get("suppressed")))


def _check_segment(segment: Mapping[str, Any], attributes: Mapping[str, Attribute]) -> None:
    _refuse_unknown("segment", segment, {"segmentName", "categoryName", "filter"})
    if segment.get("filter") is not None:
        try:
            condition(segment["filter"], attributes)
        except RefusedError as refused:
            raise ValueError(f"segment {segment['segmentName']!r}: {refused}") from None


def _refuse_unknown(what: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"unknown key of a {what}: {', '.join(unknown)}")


def _typed(name: str, values: Iterable[Any]) -> Attribute:
    present = [value for value in values if value is not None]
    first = present[0] if present else ""
    kind = next((kind for types, kind in _TYPES if isinstance(first, types)), None)
    if kind is None:
        raise ValueError(f"{name}: no attribute type for {type(first).__name__}")
    options = tuple(dict.fromkeys(option for value in present for option in value)) if kind == "multiple-choice" else ()
    return Attribute(name=name, category="normal", type=kind, options=options)


def _values(fields: Mapping[str, Any], attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    values = {name: _plain(value) for name, value in fields.items()}
    fits = {name: None if value is None else fitting(attributes[name], value) for name, value in values.items()}
    lost = [f"{name} ({attributes[name].type})" for name, value in values.items() if value is not None and fits[name] is None]
    if lost:
        raise ValueError(f"a value of the seed does not fit the attribute {', '.join(lost)}")
    return fits


def _plain(value: Any) -> Any:
    """Return a Python value as JSON would hold it; an instant is its UTC day, since Brevo has days only."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return stamp(value)[:10] if value.tzinfo else value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _instant(at: str | datetime) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromisoformat(at)
