"""What a shop's integrations would have told the ESP of a project: its own data, through its mappings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from franca.adapter.words import worded
from franca.audience.holdings import Holding, Holdings, held
from franca.definitions import Destination, EventMapping, Project, Status


def seed_of(project: Project, destination: Destination, *, as_of: datetime) -> dict[str, Any]:
    """Return the seed of a sandbox of *destination* in the format of `franca.sandbox.host`.

    Contacts are all profiles with an email (of several with the same, the one of the last key), with the mapped attributes and the
    consent for email; events are those of mapped kinds until *as_of*. What is not mapped, the ESP does not have.

    Raises:
        FrancaError: the data cannot be read.
    """
    with held(project, as_of=as_of) as holdings:
        people = {person.key: person for person in sorted(holdings.people(), key=lambda person: person.key)}
        contacts = {person.email: contact(project, destination, person) for person in people.values()}
        events = [event for name in destination.events for event in _events(holdings, destination, name, people)]
    audience = {"audience": destination.settings["audience"]} if "audience" in destination.settings else {}
    return {**audience, "contacts": list(contacts.values()), "events": events}


def contact(project: Project, destination: Destination, person: Holding) -> dict[str, Any]:
    """Return one contact."""
    mapped = {
        mapping.field: worded(mapping, person.values[name]) for name, mapping in destination.attributes.items() if name in person.values
    }
    return {"email": person.email, "fields": mapped, **_consent(project, person)}


def _consent(project: Project, person: Holding) -> dict[str, Any]:
    """Return what the schema says of consent for email; an ESP is told nothing where it says nothing."""
    source = project.data.profile.consent.get("email")
    if source is None:
        return {}
    word = next((str(status) for status, words in source.values.items() if person.status in words), str(Status.NEVER))
    dated = {"at": person.at} if person.at is not None else {}
    return {"consent": {"status": word, "suppressed": bool(person.suppressed), **dated}}


def _events(holdings: Holdings, destination: Destination, name: str, people: Mapping[str, Holding]) -> Iterator[dict[str, Any]]:
    mapping: EventMapping = destination.events[name]
    valued = (mapping.value,) if mapping.value else ()
    properties = tuple(dict.fromkeys([*valued, *mapping.properties]))
    for event in holdings.events(name, properties):
        if event.key not in people:
            continue
        value = event.values.get(mapping.value) if mapping.value else None
        yield {
            "email": people[event.key].email,
            "metric": mapping.metric,
            "at": event.at,
            "properties": {theirs: event.values[ours] for ours, theirs in mapping.properties.items() if ours in event.values},
            **({"integration": mapping.integration} if mapping.integration else {}),
            **({"id": event.id} if event.id is not None else {}),
            **({"value": value} if value is not None else {}),
        }
