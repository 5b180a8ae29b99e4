"""Contacts and events as a shop's integration leaves them in an account (the format is `franca.sandbox.host`'s)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from franca.sandbox import check_seed
from franca_klaviyo.sandbox.catalog import API
from franca_klaviyo.sandbox.grammar import NATIVE, custom_name
from franca_klaviyo.sandbox.store import Store
from franca_klaviyo.sandbox.times import seconds_of

# Pending is a contact that has not confirmed: never subscribed, for Klaviyo.
COMPUTED = re.compile(r"(region|distance|predicted|affinity)\['[^']+'\]")
CONSENT = {"subscribed": "SUBSCRIBED", "unsubscribed": "UNSUBSCRIBED", "pending": "NEVER_SUBSCRIBED", "never": "NEVER_SUBSCRIBED"}


def seed(store: Store, data: Mapping[str, Any], now: float) -> None:
    """Add contacts (a known email is updated), metrics and events.

    `metrics`, beyond the common format, is a list of {"name", "integration"?} that exist before their first event.
    Fields `region['…']`, `distance['…']`, `predicted['…']` and `affinity['…']` are what Klaviyo would have computed.
    `channels` of a contact is its consent on other channels than email, each as `consent` is.
    Fields are well-known names, `location['...']`, `properties['...']`, or bare names of custom properties.

    Raises:
        ValueError: another format; nothing was taken.
    """
    check_seed(data)
    for metric in data.get("metrics", ()):
        store.metric(metric["name"], metric.get("integration") or API, now)
    for contact in data.get("contacts", ()):
        _contact(store, contact, now)
    _events(store, data.get("events", ()), now)


def _contact(store: Store, contact: Mapping[str, Any], now: float) -> None:
    created = _seconds(contact["created_at"]) if contact.get("created_at") else None
    row = _profile(store, contact.get("email"), now if created is None else created)
    if created is not None:
        store.run("update profiles set created = ? where row = ?", [(created, row)])
    fields = contact.get("fields") or {}
    computed = {name: _plain(value) for name, value in fields.items() if COMPUTED.fullmatch(name)}
    store.run("update profiles set computed = ? where row = ?", [(json.dumps(computed), row)])
    attributes, properties = _placed({name: value for name, value in fields.items() if name not in computed})
    store.write_profile(row, attributes, properties, now)
    if contact.get("consent"):
        _consent(store, row, contact["consent"], now)
    if contact.get("channels"):
        channels = {name: _channel(consent, now) for name, consent in contact["channels"].items()}
        store.run("update profiles set channels = ? where row = ?", [(json.dumps(channels), row)])
        store.profiles_version += 1


def _channel(consent: Mapping[str, Any], now: float) -> dict[str, Any]:
    status = CONSENT[consent["status"]]
    at = _seconds(consent["at"]) if consent.get("at") else now
    return {"status": status, "at": None if status == "NEVER_SUBSCRIBED" else at}


def _consent(store: Store, row: int, consent: Mapping[str, Any], now: float) -> None:
    at = _seconds(consent["at"]) if consent.get("at") else None
    # A status of which no date is given is dated now; one whose date is null, or of whoever never subscribed, has none.
    status = CONSENT[consent["status"]]
    undated = status == "NEVER_SUBSCRIBED" or ("at" in consent and at is None)
    dated = None if undated else now if at is None else at
    suppressed = (now if at is None else at) if consent.get("suppressed") else None
    values = (status, dated, suppressed, row)
    store.run("update profiles set consent = ?, consent_at = ?, suppressed_at = ? where row = ?", [values])
    store.profiles_version += 1


def _profile(store: Store, email: str | None, created: float) -> int:
    # Guess: an email identifies exactly as it is written; contacts without one are always new.
    found = store.one("select row from profiles where email = ?", email) if email else None
    return store.add_profile(email, created) if found is None else int(found["row"])


def _placed(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split fields into native attributes and custom properties."""
    attributes: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for name, value in fields.items():
        plain = _plain(value)
        if name.startswith("location['"):
            attributes.setdefault("location", {})[name[len("location['") : -len("']")]] = plain
        elif name in NATIVE:
            attributes[name] = plain
        else:
            properties[custom_name(name) or name] = plain
    return attributes, properties


# -- events


def _events(store: Store, events: Iterable[Mapping[str, Any]], now: float) -> None:
    profiles: dict[str, int] = {row["email"]: row["row"] for row in store.all("select email, row from profiles where email is not null")}
    metrics: dict[tuple[str, str], int] = {}

    def rows() -> Iterable[tuple[Any, ...]]:
        for event in events:
            key = (event["metric"], event.get("integration") or API)
            yield _event(event, profiles[event["email"]], metrics[key])

    events = list(events)
    for event in events:
        _prepare(store, event, profiles, metrics, now)
    # Documented: a unique id that comes again for the same profile and metric is passed over.
    store.run("insert or ignore into events values (?, ?, ?, ?, ?, ?)", rows())
    store.events_version += 1


def _prepare(store: Store, event: Mapping[str, Any], profiles: dict[str, int], metrics: dict[tuple[str, str], int], now: float) -> None:
    """Make the profile and the metric that an event is the first of (documented: an event of an unknown person makes a profile)."""
    key = (event["metric"], event.get("integration") or API)
    if event["email"] not in profiles:
        profiles[event["email"]] = store.add_profile(event["email"], now)
    if key not in metrics:
        metrics[key] = store.metric(*key, now)


def _event(event: Mapping[str, Any], profile: int, metric: int) -> tuple[Any, ...]:
    at = int(_seconds(event["at"]))  # documented: truncated to the second
    uid = str(event["id"]) if event.get("id") is not None else f"at:{at}"  # documented: the default id is the second
    value = None if event.get("value") is None else str(event["value"])
    return profile, metric, at, value, _ENCODER.encode(event.get("properties") or {}), uid


def _seconds(value: str | date) -> float:
    return seconds_of(value if isinstance(value, str) else value.isoformat())


def _plain(value: Any) -> Any:
    return _jsonable(value) if isinstance(value, (date, Decimal)) else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a field or property")


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_jsonable)
