"""Templates and drafts of one destination, compiled, with the fields that they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from franca.adapter import Adapter, Address, Assumption, Computed, Draft, Email, Marker, Resource, Site
from franca.content import Document, document
from franca.definitions import Campaign, Project, Template
from franca.errors import Problem, ProblemsError
from franca.language.content import partials


@dataclass(frozen=True, kw_only=True)
class Emails:
    """What the templates and campaigns of a project become at a destination.

    Attributes:
        computed: fields that sync fills, with what is made for each.
        notices: what is to be said of the HTML.
    """

    resources: tuple[Resource, ...] = ()
    computed: Mapping[Computed, tuple[Resource, ...]]
    assumptions: tuple[Assumption, ...] = ()
    notices: tuple[Problem, ...] = ()


def documents(project: Project) -> dict[str, Document]:
    """Return every template of a checked project without what Jinja could decide.

    Raises:
        ProblemsError: all that is wrong with any of them.
    """
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    for key, template in project.templates.items():
        try:
            found[key] = document(project, template, partial(partials, project.root))
        except ProblemsError as error:
            problems.extend(error.problems)
    if problems:
        raise ProblemsError(problems)
    return found


def emails(site: Site, adapter: Adapter, audiences: Mapping[str, Address]) -> Emails:
    """Compile the templates and campaigns of a checked project.

    Args:
        site: where.
        adapter: of the destination.
        audiences: segment → the resource whose members it is.

    Raises:
        ProblemsError: what the ESP's language cannot say, and audiences that do not exist there.
    """
    if not site.project.templates and not site.project.campaigns:
        return Emails(computed={})
    dialect = adapter.dialect(site)
    wanted = {key: found for key, found in documents(site.project).items() if _goes(found.template.destinations, site)}
    said = {key: dialect.translate(found) for key, found in wanted.items()}
    problems = [
        Problem(
            what=f"{site.destination.name}: {finding.what}",
            remedy=finding.fallback,
            position=finding.position or wanted[key].template.position,
        )
        for key, translation in said.items()
        for finding in translation.findings
    ]
    problems += [problem for campaign in _campaigns(site) for problem in _unmet(campaign, site, wanted.keys(), audiences)]
    if problems:
        raise ProblemsError(problems)
    made = {key: Email(template=wanted[key].template, parts=translation.parts) for key, translation in said.items()}
    drafts = [Draft(campaign=each, email=made[each.template], audience=audiences[each.audience]) for each in _campaigns(site)]
    fields = {computed.key: computed for translation in said.values() for computed in translation.computed}
    return Emails(
        resources=(
            *(adapter.compile_template(email, site) for email in made.values()),
            *(adapter.compile_draft(each, site) for each in drafts),
        ),
        computed={each: adapter.compile_marker(_marker(each), site) for _, each in sorted(fields.items())},
        assumptions=tuple(sorted({each for translation in said.values() for each in translation.assumptions})),
        notices=tuple(notice for found in wanted.values() for notice in found.notices),
    )


def _goes(destinations: tuple[str, ...] | None, site: Site) -> bool:
    return destinations is None or site.destination.name in destinations


def _campaigns(site: Site) -> Iterator[Campaign]:
    for campaign in site.project.campaigns.values():
        template: Template = site.project.templates[campaign.template]
        if _goes(campaign.destinations, site) and (campaign.destinations or _goes(template.destinations, site)):
            yield campaign


def _unmet(campaign: Campaign, site: Site, templates: object, audiences: Mapping[str, Address]) -> Iterator[Problem]:
    what = f"campaign {campaign.key!r} at {site.destination.name}"
    if campaign.template not in templates:  # type: ignore[operator]
        yield Problem(
            what=f"{what}: its template does not go there", remedy="add the destination to the template", position=campaign.position
        )
    if campaign.audience not in audiences:
        remedy = "it is skipped there, or kept as a marker that no segment reads: realise it as members"
        yield Problem(
            what=f"{what}: the segment {campaign.audience!r} is nothing that can be sent to", remedy=remedy, position=campaign.position
        )


def _marker(computed: Computed) -> Marker:
    return Marker(key=computed.key, title=computed.title, choices=())
