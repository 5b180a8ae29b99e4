"""What a member of a draft's audience reads: the draft as it came out, rendered by the ESP with what it holds of somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from franca.adapter import ABSENT, Address, Connection, Contact, Remote, ResourceKind, Translation
from franca.adapter.reading import values_of
from franca.audience import Evaluation, Individual
from franca.content import Document, Renderer, Setting
from franca.content.needs import attributes_of, segments_of
from franca.content.reference import person
from franca.definitions import Part
from franca.errors import FrancaError
from franca.plan import Desired
from franca.plan.emails import documents


def subjects(desired: Desired, evaluation: Evaluation, connection: Connection, esp: Any) -> Iterator[str]:
    """Yield, for each draft, the subject that one member of its audience reads.

    Raises:
        FrancaError: the ESP renders another one than the reference does.
    """
    reading = _Reading(desired, evaluation, connection)
    found = documents(desired.site.project)
    for campaign in desired.site.project.campaigns.values():
        document = found[campaign.template]
        somebody = reading.member(desired.counted[campaign.audience], document)
        if somebody:
            # the subject alone is asked for, so that no other field is read
            document = replace(document, parts={Part.SUBJECT: document.parts[Part.SUBJECT]})
            shown = reading.subject(Address(ResourceKind.CAMPAIGN, campaign.key), document, *somebody, esp)
            yield f"{desired.site.destination.name}: the draft {campaign.key} greets one of its audience with {shown!r}"


class _Reading:
    """One destination as its members see it."""

    def __init__(self, desired: Desired, evaluation: Evaluation, connection: Connection) -> None:
        self._desired, self._evaluation, self._connection = desired, evaluation, connection
        self._remotes = connection.read().owned()

    def member(self, audience: Address, document: Document) -> tuple[Individual, Contact] | None:
        """Return somebody whom the ESP itself counts among the audience."""
        project, destination = self._desired.site.project, self._desired.site.destination
        found = self._connection.members(self._remotes[audience], self._desired.resources[audience])
        members = {contact.email: contact for contact in found}
        names = {*attributes_of(document.parts.values()), *destination.attributes}
        groups = (segment.key for group in destination.markers for segment in project.group(group))
        people = self._evaluation.people(sorted(names), sorted({*segments_of(document.parts.values(), project), *groups}))
        met = next((each for each in people if each.email in members and each.values.get("first_name")), None)
        return (met, members[str(met.email)]) if met else None

    def subject(self, draft: Address, document: Document, each: Individual, contact: Contact, esp: Any) -> str:
        """Return the draft's subject as the ESP renders it for somebody."""
        site, project = self._desired.site, self._desired.site.project
        dialect = self._desired.adapter.dialect(site)
        held = {key: self._held(field, contact) for key, field in self._fields(dialect.translate(document))}
        there: str = esp.render(self._remotes[draft].body["subject"], dialect.person(each.values, held), markup=False, header=True)
        setting = Setting(locale=project.locale, zone=project.zone)
        means = Renderer(document.parts[Part.SUBJECT], setting)(person(project, each.values, each.segments)).text
        if there != means:
            raise FrancaError(f"{site.destination.name}: the subject is {there!r} there and {means!r} by the reference")
        return there

    def _fields(self, said: Translation) -> Iterator[tuple[str, Remote]]:
        for computed, address in self._desired.computed.items():
            if computed in said.computed:
                yield computed.key, self._remotes[address]
        for marker, address in self._desired.markers.items():
            if marker.key in said.groups:
                yield marker.key, self._remotes[address]

    def _held(self, field: Remote, contact: Contact) -> str:
        """Return what sync has written for somebody."""
        return next((value for other, value in values_of(self._connection, field) if other.id == contact.id), ABSENT)
