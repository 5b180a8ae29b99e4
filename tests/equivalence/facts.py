"""What a shop's integration would have put into each ESP: written from the raw tables, without a line of the evaluator.

The source's filter is applied, as an integration that sends what counts would do it. An order that was written twice is sent twice,
with one id: where the ESP promises to drop the second, it must.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.klaviyo import kit as klaviyo
from adapters.mailchimp import kit as mailchimp
from equivalence.shop import Shop
from franca.definitions import FieldMapping, Kind
from schema import ATTRIBUTES, EVENTS
from strategies import Row

STATUSES = {"SUBSCRIBED": "subscribed", "opted in": "subscribed", "UNSUBSCRIBED": "unsubscribed", "PENDING": "pending", None: "never"}
COUNTS: Mapping[str, Callable[[Row], bool]] = {
    "order": lambda row: row["status"] != "cancelled",
    "cancellation": lambda row: row["status"] == "cancelled",
    "view": lambda row: row["internal"] != 1,
}
"""The filters of the three sources, by hand."""


def seed(shop: Shop, name: str) -> dict[str, Any]:
    """Return the seed of one ESP's sandbox, in the format of `franca.sandbox.host`."""
    people = _people(shop)
    contacts = [_contact(row, _FIELDS[name](row)) for row in people.values()]
    if name == "klaviyo":  # an unknown date of consent is unknown there too
        contacts = [{**contact, "consent": {"at": None, **contact["consent"]}} for contact in contacts]
    return {"contacts": contacts, **({"metrics": _metrics(), "events": _events(shop)} if name == "klaviyo" else {})}


def _people(shop: Shop) -> dict[str, Row]:
    """Return whom the ESP holds: of several with one email the last one, and one without a key, who is no profile of ours, before all."""
    rows = sorted((*shop.held, *shop.strangers), key=lambda row: row["customer_id"] is not None)
    return {_email(row): row for row in rows}


def _email(row: Row) -> str:
    return _spelled(row).lower()


def _spelled(row: Row) -> str:
    return unicodedata.normalize("NFC", str(row["email"]).strip())


def _contact(row: Row, fields: Mapping[str, Any]) -> dict[str, Any]:
    at = row["email_status_at"]
    consent = {"status": STATUSES[row["email_status"]], "suppressed": row["email_suppressed"] is True}
    known = {**consent, "at": _instant(at, "UTC")} if at is not None else consent
    return {"email": _spelled(row), "fields": {key: value for key, value in fields.items() if value is not None}, "consent": known}


# -- fields


def _value(row: Row, name: str) -> Any:
    attribute = ATTRIBUTES[name]
    return _clean(row[attribute.column], attribute.type.kind, attribute.zone)


def _clean(value: Any, kind: Kind, zone: str) -> Any:
    """Return a cell as an integration sends it: composed texts, instants with an offset."""
    if value is None:
        return None
    if kind is Kind.TEXT:
        return unicodedata.normalize("NFC", value)
    if kind is Kind.LIST:  # Klaviyo keeps nulls inside lists
        return [None if each is None else unicodedata.normalize("NFC", each) for each in value]
    return _instant(value, zone) if kind is Kind.DATETIME else value


def _instant(at: datetime, zone: str) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC).isoformat()


def _klaviyo(row: Row) -> dict[str, Any]:
    return {mapping.field: _value(row, name) for name, mapping in klaviyo.ATTRIBUTES.items() if name != "email"}


def _mailchimp(row: Row) -> dict[str, Any]:
    return {mapping.field: _translated(_value(row, name), mapping) for name, mapping in mailchimp.ATTRIBUTES.items()}


def _translated(value: Any, mapping: FieldMapping) -> Any:
    return mapping.values[str(value).lower()] if mapping.values and value is not None else value


_FIELDS: Mapping[str, Callable[[Row], dict[str, Any]]] = {
    "klaviyo": _klaviyo,
    "mailchimp": _mailchimp,
    "brevo": lambda row: {"FIRSTNAME": _value(row, "first_name"), "POINTS": _value(row, "points")},
    "mailerlite": lambda row: {"name": _value(row, "first_name"), "points": _value(row, "points")},
}


# -- events


def _metrics() -> list[dict[str, Any]]:
    return [{"name": mapping.metric, "integration": mapping.integration} for mapping in klaviyo.EVENTS.values()]


def _events(shop: Shop) -> list[dict[str, Any]]:
    """Return what those did whom the ESP holds, in the order in which it happened."""
    people = _people(shop)
    emails = {row["customer_id"]: _spelled(people[_email(row)]) for row in (*shop.held, *shop.strangers) if row["customer_id"]}
    return sorted((event for name in EVENTS for event in _of_source(shop, name, emails)), key=lambda event: str(event["at"]))


def _of_source(shop: Shop, name: str, emails: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    source, mapping = EVENTS[name], klaviyo.EVENTS[name]
    for number, row in enumerate(shop.tables[source.table]):
        if row[source.profile] in emails and row[source.at] is not None and COUNTS[name](row):
            values = {ours: _clean(row[item.column], item.type.kind, item.zone) for ours, item in source.properties.items()}
            yield {
                "email": emails[row[source.profile]],
                "metric": mapping.metric,
                "integration": mapping.integration,
                "id": (row[source.id] if source.id else None) or f"row {number}",
                "at": _instant(row[source.at], source.zone),
                "value": values[mapping.value] if mapping.value else None,
                "properties": {theirs: values[ours] for ours, theirs in mapping.properties.items() if values[ours] is not None},
            }
