"""What a member of a draft's audience would read, as the ESP itself renders it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from franca.adapter import ABSENT
from franca.audience import Evaluation, Individual
from franca.content import Document, Renderer, Setting
from franca.content.needs import attributes_of, segments_of
from franca.content.reference import Person, person
from franca.definitions import Part
from franca.errors import FrancaError
from franca.plan import Desired
from franca.plan.emails import documents


def subjects(desired: Desired, evaluation: Evaluation, esp: Any) -> Iterator[str]:
    """Yield, for each campaign, the subject of one member of its audience.

    Raises:
        FrancaError: the ESP renders any part of the email otherwise than the reference does.
    """
    site = desired.site
    found = documents(site.project)
    for campaign in site.project.campaigns.values():
        document = found[campaign.template]
        somebody = _member(desired, evaluation, document, campaign.audience)
        if somebody is None:
            continue
        subject = _rendered(desired, document, somebody, esp)
        yield f"{site.destination.name}: the draft {campaign.key} greets one of its audience with {subject!r}"


def _member(desired: Desired, evaluation: Evaluation, document: Document, audience: str) -> Individual | None:
    site = desired.site
    names = {*attributes_of(document.parts.values()), *site.destination.attributes, "email"}
    segments = {audience, *segments_of(document.parts.values(), site.project), *_grouped(desired)}
    people = evaluation.people(sorted(names), sorted(segments))
    return next((each for each in people if audience in each.segments and each.values.get("first_name")), None)


def _grouped(desired: Desired) -> Iterator[str]:
    for group in desired.site.destination.markers:
        yield from (segment.key for segment in desired.site.project.group(group))


def _rendered(desired: Desired, document: Document, each: Individual, esp: Any) -> str:
    project, site = desired.site.project, desired.site
    setting, somebody = Setting(locale=project.locale, zone=project.zone), person(project, each.values, each.segments)
    dialect = desired.adapter.dialect(site)
    said = dialect.translate(document)
    held = dialect.person(each.values, _fields(said.computed, said.groups, somebody, setting))
    subject = Renderer(document.parts[Part.SUBJECT], setting)(somebody).text
    shown: str = esp.render(said.parts[Part.SUBJECT], held, markup=False, header=True)
    if shown != subject:
        raise FrancaError(f"{site.destination.name}: the subject is {shown!r} there and {subject!r} by the reference")
    return shown


def _fields(computed: Any, groups: Any, somebody: Person, setting: Setting) -> Mapping[str, str]:
    texts = {each.key: Renderer(each.pieces, setting)(somebody).text or ABSENT for each in computed}
    return {**texts, **{group: somebody.primary.get(group, ABSENT) for group in groups}}
