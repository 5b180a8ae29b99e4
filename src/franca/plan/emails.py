"""Templates and drafts of one destination, compiled, with the fields that they read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from franca.adapter import Adapter, Address, Arm, Assumption, Computed, Draft, Email, Marker, Resource, Site, Translation, why_not
from franca.content import Document, document, varied
from franca.definitions import Campaign, Project, Template, Variant
from franca.errors import Problem, ProblemsError
from franca.language.content import partials
from franca.language.copies import unapproved


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
    wanted = {key: found for key, found in documents(site.project).items() if _goes(found.template.destinations, site)}
    campaigns = list(_campaigns(site))
    problems = [problem for each in campaigns for problem in _unmet(each, site, adapter, wanted.keys(), audiences)]
    arms = [] if problems else [(_arm_key(each, arm), _arm(site.project, each, arm)) for each in campaigns for arm in each.arms]
    every, dialect = {**wanted, **dict(arms)}, adapter.dialect(site)
    said = {key: dialect.translate(found) for key, found in every.items()}
    problems += [problem for key, each in said.items() for problem in _unsaid(site, every[key], each)]
    if problems:
        raise ProblemsError(problems)
    made = {key: Email(template=every[key].template, parts=each.parts) for key, each in said.items()}
    fields = {computed.key: computed for translation in said.values() for computed in translation.computed}
    return Emails(
        resources=(
            *(adapter.compile_template(made[key], site) for key in wanted),
            *(found for each in campaigns for found in adapter.compile_draft(_draft(each, made, audiences), site)),
        ),
        computed={each: adapter.compile_marker(_marker(each), site) for _, each in sorted(fields.items())},
        assumptions=tuple(sorted({each for translation in said.values() for each in translation.assumptions})),
        notices=(*(notice for found in wanted.values() for notice in found.notices), *_splits(site, campaigns)),
    )


def _splits(site: Site, campaigns: Iterable[Campaign]) -> tuple[Problem, ...]:
    """Return, once for each test, why it is one draft for each arm."""
    found = {
        f"campaign {each.of!r} at {site.destination.name} is one draft for each arm: {each.split[site.destination.name]}": each.position
        for each in campaigns
        if each.arm
    }
    return tuple(Problem(what=what, position=at, warning=True) for what, at in found.items())


def _arm_key(campaign: Campaign, arm: Variant) -> str:
    """Return the key of an arm's own template, for ESPs that need one; no key that people write has a point in it."""
    return f"{campaign.key}.{arm.key}"


def _arm(project: Project, campaign: Campaign, arm: Variant) -> Document:
    """Return the campaign's template with one arm's texts.

    Raises:
        ProblemsError: all that is wrong with it.
    """
    template = varied(project.templates[campaign.template], arm)
    named = replace(template, key=_arm_key(campaign, arm), name=f"{campaign.name}, arm {arm.key}")
    return document(project, named, partial(partials, project.root))


def _draft(campaign: Campaign, made: Mapping[str, Email], audiences: Mapping[str, Address]) -> Draft:
    arms = tuple(Arm(key=arm.key, email=made[_arm_key(campaign, arm)]) for arm in campaign.arms)
    email = arms[0].email if arms else made[campaign.template]
    return Draft(campaign=campaign, email=email, audience=audiences[campaign.audience], arms=arms if len(arms) > 1 else ())


def _unsaid(site: Site, found: Document, said: Translation) -> Iterator[Problem]:
    for finding in said.findings:
        at = finding.position or found.template.position
        yield Problem(what=f"{site.destination.name}: {finding.what}", remedy=finding.fallback, position=at)


def _goes(destinations: tuple[str, ...] | None, site: Site) -> bool:
    return destinations is None or site.destination.name in destinations


def _campaigns(site: Site) -> Iterator[Campaign]:
    for campaign in site.project.campaigns.values():
        template: Template = site.project.templates[campaign.template]
        if _goes(campaign.destinations, site) and (campaign.destinations or _goes(template.destinations, site)):
            yield campaign


def _unmet(
    campaign: Campaign, site: Site, adapter: Adapter, templates: Collection[str], audiences: Mapping[str, Address]
) -> Iterator[Problem]:
    what = f"campaign {campaign.key!r} at {site.destination.name}"
    if campaign.copy and (wrong := unapproved(campaign.copy)):
        yield wrong
    metric, counts = campaign.experiment.metric, adapter.testing_at(site.destination).counts
    if campaign.arms and metric not in counts:
        told = f"use metric: {' or '.join(sorted(counts))}"
        yield Problem(
            what=f"{what}: {adapter.title} does not tell {metric} of each arm", remedy=told, position=campaign.experiment.position
        )
    if why := why_not(adapter.testing_at(site.destination), adapter.title, campaign, site.project):
        yield Problem(what=f"{what}: {why}", remedy="prepare the project with franca.adapter.with_splits", position=campaign.position)
    if campaign.template not in templates:
        yield Problem(
            what=f"{what}: its template does not go there", remedy="add the destination to the template", position=campaign.position
        )
    if campaign.audience not in audiences:
        remedy = "it is skipped there, or kept as a marker that no segment reads: realise it as members"
        yield Problem(
            what=f"{what}: the segment {campaign.audience!r} is nothing that can be sent to", remedy=remedy, position=campaign.position
        )
    if site.project.segments[campaign.audience].adopt.get(site.destination.name, False):
        told = f"the segment {campaign.audience!r} adopts what people made, which may hold people who are not in it"
        yield Problem(what=f"{what}: {told}", remedy="send it to a segment that adopts nothing there", position=campaign.position)


def _marker(computed: Computed) -> Marker:
    return Marker(key=computed.key, title=computed.title, choices=())
