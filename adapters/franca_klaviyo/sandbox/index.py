"""Profiles and events laid out for counting: read once from the store, again when it has changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from franca_klaviyo.sandbox.grammar import custom_name
from franca_klaviyo.sandbox.store import Store
from franca_klaviyo.sandbox.times import iso

VALUE = "$value"  # documented: the property that `sum` adds up


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One profile: its row number, native attributes, custom properties and consent (instants in seconds).

    Attributes:
        computed: what Klaviyo computes of a profile, by the name of the seed's field.
        channels: the consent on other channels than email, `{"status", "at"}` by channel.
    """

    row: int
    created: float
    updated: float
    attributes: dict[str, Any]
    properties: dict[str, Any]
    consent: str
    consent_at: float | None
    suppressed_at: float | None
    channels: dict[str, dict[str, Any]]
    computed: dict[str, Any]

    def value(self, name: str) -> Any:
        """Return what a property of a condition reads here; None when it is not set."""
        custom = custom_name(name)
        if custom is not None:
            return self.properties.get(custom)
        if name.startswith("location["):
            return (self.attributes.get("location") or {}).get(name[len("location['") : -len("']")])
        return self.attributes.get(name)


@dataclass(frozen=True, kw_only=True)
class Events:
    """The events of one metric, by time; the same place in both lists is the same event."""

    times: list[int]
    profiles: list[int]


class Index:
    """Columns over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = (-1, -1)
        self._profiles: dict[int, Profile] | None = None
        self._events: dict[int, Events] = {}
        self._columns: dict[tuple[int, str], list[Any]] = {}

    def profiles(self) -> dict[int, Profile]:
        """Return every profile by its row number."""
        self._refresh()
        if self._profiles is None:
            self._profiles = {row["row"]: _profile(row) for row in self._store.stream("select * from profiles")}
        return self._profiles

    def events(self, metric: int) -> Events:
        """Return the events of a metric."""
        self._refresh()
        if metric not in self._events:
            rows = self._store.all("select at, profile from events where metric = ? order by at, rowid", metric)
            self._events[metric] = Events(times=[row["at"] for row in rows], profiles=[row["profile"] for row in rows])
        return self._events[metric]

    def column(self, metric: int, name: str) -> list[Any]:
        """Return one property of the events of a metric, in the order of `events`; None where it is not set.

        Objects read as not set: nested data cannot be segmented on (KHC 115005062847).
        """
        self._refresh()
        if (metric, name) not in self._columns:
            rows = self._store.stream("select value, properties from events where metric = ? order by at, rowid", metric)
            read = _amount if name == VALUE else lambda row: _top_level(json.loads(row["properties"]).get(name))
            self._columns[metric, name] = [read(row) for row in rows]
        return self._columns[metric, name]

    def _refresh(self) -> None:
        profiles, events = self._store.profiles_version, self._store.events_version
        if profiles != self._seen[0]:
            self._profiles = None
        if events != self._seen[1]:
            self._events.clear()
            self._columns.clear()
        self._seen = (profiles, events)


def _profile(row: Any) -> Profile:
    native = {"email": row["email"], "created": iso(row["created"]), "updated": iso(row["updated"])}
    return Profile(
        row=row["row"],
        created=row["created"],
        updated=row["updated"],
        attributes={**json.loads(row["attributes"]), **native},
        properties=json.loads(row["properties"]),
        consent=row["consent"],
        consent_at=row["consent_at"],
        suppressed_at=row["suppressed_at"],
        channels=json.loads(row["channels"]),
        computed=json.loads(row["computed"]),
    )


def _amount(row: Any) -> Decimal | None:
    # As it was written; how amounts are added is an assumption (klaviyo.decimal-sums).
    return None if row["value"] is None else Decimal(row["value"])


def _top_level(value: Any) -> Any:
    return None if isinstance(value, dict) else value
