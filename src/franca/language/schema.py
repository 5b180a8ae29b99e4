"""`data:` of a project → definitions."""

from __future__ import annotations

import re
from functools import partial

from franca.definitions import (
    Attribute,
    ConsentSource,
    Data,
    DataType,
    EventSource,
    Kind,
    Location,
    Memberships,
    ProfileSource,
    Property,
    Status,
)
from franca.errors import did_you_mean
from franca.language.reader import Reader
from franca.language.source import Item
from franca.language.where import source_predicate

_DECIMAL = re.compile(r"decimal\(([0-9]{1,2})\)")

DATA_KEYS = ("connect", "profile", "events", "memberships")
PROFILE_KEYS = ("table", "key", "attributes", "consent", "location")
LOCATION_KEYS = ("latitude", "longitude")
MEMBERSHIPS_KEYS = ("table", "profile", "name")
ATTRIBUTE_KEYS = ("type", "column", "zone", "protected", "required")
PROPERTY_KEYS = ("type", "column", "zone")
EVENT_KEYS = ("table", "profile", "at", "zone", "id", "unique", "where", "properties")
CONSENT_KEYS = ("status", "values", "at", "zone", "suppressed")


def read_data(reader: Reader, item: Item) -> Data:
    """Return the shop's data as declared."""
    fields = reader.fields(item, "data", DATA_KEYS)
    memberships = fields.get("memberships")
    return Data(
        connect=fields.text("connect"),
        profile=_profile(reader, fields.need("profile")),
        events=reader.named(fields.get("events"), "events", partial(_event, reader)),
        memberships=_memberships(reader, memberships) if memberships else None,
        position=item.position,
    )


def _memberships(reader: Reader, item: Item) -> Memberships:
    fields = reader.fields(item, "memberships", MEMBERSHIPS_KEYS)
    return Memberships(table=fields.text("table"), profile=fields.text("profile"), name=fields.text("name"), position=item.position)


def _profile(reader: Reader, item: Item) -> ProfileSource:
    fields = reader.fields(item, "profile", PROFILE_KEYS)
    location = fields.get("location")
    return ProfileSource(
        table=fields.text("table"),
        key=fields.text("key"),
        attributes=reader.named(fields.get("attributes"), "attributes", partial(_attribute, reader)),
        consent=reader.named(fields.get("consent"), "consent", partial(_consent, reader)),
        location=_location(reader, location) if location else None,
        position=item.position,
    )


def _location(reader: Reader, item: Item) -> Location:
    fields = reader.fields(item, "location", LOCATION_KEYS)
    return Location(latitude=fields.text("latitude"), longitude=fields.text("longitude"), position=item.position)


def _type(reader: Reader, item: Item) -> DataType:
    text = reader.text(item, "type")
    if found := _DECIMAL.fullmatch(text):
        return DataType(Kind.DECIMAL, int(found[1]))
    if text not in set(Kind):
        reader.fail(item.position, f"there is no type {text!r}", did_you_mean(text, Kind))
    return DataType(Kind(text))


def _attribute(reader: Reader, name: str, item: Item) -> Attribute:
    fields = reader.fields(item, f"attribute {name!r}", ATTRIBUTE_KEYS)
    return Attribute(
        name=name,
        type=_type(reader, fields.need("type")),
        column=fields.text("column", name),
        zone=fields.text("zone", "UTC"),
        protected=fields.flag("protected"),
        required=fields.flag("required"),
        position=item.position,
    )


def _property(reader: Reader, name: str, item: Item) -> Property:
    fields = reader.fields(item, f"property {name!r}", PROPERTY_KEYS)
    return Property(
        name=name,
        type=_type(reader, fields.need("type")),
        column=fields.text("column", name),
        zone=fields.text("zone", "UTC"),
        position=item.position,
    )


def _event(reader: Reader, name: str, item: Item) -> EventSource:
    fields = reader.fields(item, f"event {name!r}", EVENT_KEYS)
    where = fields.get("where")
    return EventSource(
        name=name,
        table=fields.text("table"),
        profile=fields.text("profile"),
        at=fields.text("at"),
        zone=fields.text("zone", "UTC"),
        id=fields.optional("id"),
        unique=fields.flag("unique"),
        where=source_predicate(reader, where) if where else None,
        properties=reader.named(fields.get("properties"), "properties", partial(_property, reader)),
        position=item.position,
    )


def _consent(reader: Reader, channel: str, item: Item) -> ConsentSource:
    fields = reader.fields(item, f"consent {channel!r}", CONSENT_KEYS)
    values = reader.named(fields.need("values"), "values", lambda name, words: _words(reader, channel, name, words))
    return ConsentSource(
        channel=channel,
        status=fields.text("status"),
        values={Status(name): words for name, words in values.items()},
        at=fields.optional("at"),
        zone=fields.text("zone", "UTC"),
        suppressed=fields.optional("suppressed"),
        position=item.position,
    )


def _words(reader: Reader, channel: str, name: str, item: Item) -> tuple[str, ...]:
    if name not in set(Status):
        reader.fail(item.position, f"consent {channel!r}: there is no status {name!r}", did_you_mean(name, Status))
    return tuple(reader.text(word, f"values of {name}") for word in reader.several(item, f"values of {name}"))
