"""`destinations:` of a project → definitions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from franca.definitions import Destination, EventMapping, FieldMapping
from franca.language.reader import Reader
from franca.language.source import Item, plain

DESTINATION_KEYS = ("adapter", "attributes", "events", "markers")
FIELD_KEYS = ("field", "values", "plain")
METRIC_KEYS = ("metric", "integration", "value", "properties")


def read_destination(reader: Reader, name: str, item: Item) -> Destination:
    """Return one destination; keys that are not the language's own are the adapter's, checked by `franca.adapter.check`."""
    entries = reader.mapping(item, f"destination {name!r}")
    fields = reader.fields(item, f"destination {name!r}", entries)
    settings = {key: entry for key, entry in entries.items() if key not in DESTINATION_KEYS}
    markers = fields.get("markers")
    return Destination(
        name=name,
        adapter=fields.text("adapter"),
        settings={key: plain(entry.item) for key, entry in settings.items()},
        attributes=reader.named(fields.get("attributes"), "attributes", partial(_field, reader)),
        events=reader.named(fields.get("events"), "events", partial(_metric, reader)),
        markers=tuple(reader.text(group, "markers") for group in reader.several(markers, "markers")) if markers else (),
        setting_positions={key: entry.key for key, entry in settings.items()},
        position=item.position,
    )


def _field(reader: Reader, name: str, item: Item) -> FieldMapping:
    if not isinstance(item.value, Mapping):
        return FieldMapping(field=reader.text(item, f"the field of {name!r}"), position=item.position)
    fields = reader.fields(item, f"the mapping of {name!r}", FIELD_KEYS)
    return FieldMapping(
        field=fields.text("field"),
        values=_texts(reader, fields.get("values"), "values"),
        plain=fields.flag("plain"),
        position=item.position,
    )


def _metric(reader: Reader, name: str, item: Item) -> EventMapping:
    if not isinstance(item.value, Mapping):
        return EventMapping(metric=reader.text(item, f"the metric of {name!r}"), position=item.position)
    fields = reader.fields(item, f"the mapping of {name!r}", METRIC_KEYS)
    return EventMapping(
        metric=fields.text("metric"),
        integration=fields.optional("integration"),
        value=fields.optional("value"),
        properties=_texts(reader, fields.get("properties"), "properties"),
        position=item.position,
    )


def _texts(reader: Reader, item: Item | None, what: str) -> dict[str, str]:
    return reader.named(item, what, lambda name, value: reader.text(value, f"{what}: {name}"))
