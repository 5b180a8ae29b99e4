"""Campaigns checked, and their audiences made segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from franca.definitions import All, AnyOf, Campaign, Copy, InSegment, NoneOf, Predicate, Project, Segment
from franca.errors import Problem, did_you_mean
from franca.language.copies import COPY_FOLDER, WHOLE, copy_problems, variants


def campaign_problems(project: Project) -> Iterator[Problem]:
    """Yield what is wrong with campaigns and the names that templates use."""
    if WHOLE in project.segments and project.copies:
        what = f"the segment {WHOLE!r} has the name of copy for everybody"
        yield Problem(what=what, remedy="give it another key", position=project.segments[WHOLE].position)
    for campaign in project.campaigns.values():
        yield from _names(project, campaign)
        yield from _copy_problems(project, campaign)
    attributes = project.data.profile.attributes
    for copy in (each for files in project.copies.values() for each in files):
        yield from copy_problems(copy, attributes)
    for template in project.templates.values():
        for name in template.uses or ():
            if name not in attributes:
                what = f"template {template.key!r} uses {name!r}, which is no attribute"
                yield Problem(what=what, remedy=did_you_mean(name, attributes), position=template.position)
        for name in template.destinations or ():
            if name not in project.destinations:
                what = f"template {template.key!r}: there is no destination {name!r}"
                yield Problem(what=what, remedy=did_you_mean(name, project.destinations), position=template.position)


def _names(project: Project, campaign: Campaign) -> Iterator[Problem]:
    what = f"campaign {campaign.key!r}"
    for key in (*campaign.include, *campaign.exclude):
        if key not in project.segments:
            known = did_you_mean(key, project.segments)
            yield Problem(what=f"{what}: there is no segment {key!r}", remedy=known, position=campaign.position)
    if campaign.template not in project.templates:
        known = did_you_mean(campaign.template, project.templates)
        yield Problem(what=f"{what}: there is no template {campaign.template!r}", remedy=known, position=campaign.position)
    for name in campaign.destinations or ():
        if name not in project.destinations:
            known = did_you_mean(name, project.destinations)
            yield Problem(what=f"{what}: there is no destination {name!r}", remedy=known, position=campaign.position)
    if "@" not in campaign.send_from:
        yield Problem(what=f"{what}: send_from is an email address", position=campaign.position)
    yield from _group(project, campaign)


def _group(project: Project, campaign: Campaign) -> Iterator[Problem]:
    if campaign.exclusively is None:
        return
    members = {segment.key for segment in project.group(campaign.exclusively)}
    groups = {segment.group for segment in project.segments.values() if segment.group}
    if not members:
        what = f"campaign {campaign.key!r}: there is no group {campaign.exclusively!r}"
        yield Problem(what=what, remedy=did_you_mean(campaign.exclusively, groups), position=campaign.position)
    for key in campaign.include:
        if members and key in project.segments and key not in members:
            what = f"campaign {campaign.key!r}: the segment {key!r} is not of the group {campaign.exclusively!r}"
            yield Problem(what=what, remedy=f"its segments: {', '.join(sorted(members))}", position=campaign.position)


# -- variants


def _copy_problems(project: Project, campaign: Campaign) -> Iterator[Problem]:
    """Yield why a campaign's variants cannot be told: files that are missing, people who would get two emails, keys that collide."""
    if campaign.brief is None or campaign.template not in project.templates:
        return
    what, at = f"campaign {campaign.key!r}", campaign.position
    if campaign.brief not in project.copies:
        yield Problem(
            what=f"{what}: there is no folder copy/{campaign.brief}", remedy=did_you_mean(campaign.brief, project.copies), position=at
        )
        return
    found, language = _copies(project, campaign), project.templates[campaign.template].language
    if WHOLE in found:
        yield from _both(campaign, found)
        return
    for key in campaign.include:
        if key not in found:
            file = f"{COPY_FOLDER}/{campaign.brief}/{key}.{language}.yaml"
            remedy = f"`franca copy generate {campaign.brief}` writes it; or write one for everybody: {WHOLE}.{language}.yaml"
            yield Problem(what=f"{what}: there is no {file}", remedy=remedy, position=at)
    if len(campaign.include) > 1 and campaign.exclusively is None:
        remedy = "name their group under exclusively"
        yield Problem(what=f"{what}: whoever is in two of its segments would get two emails", remedy=remedy, position=at)


def _both(campaign: Campaign, found: Mapping[str, Copy]) -> Iterator[Problem]:
    """Yield that a file for everybody stands beside files for segments: either could be meant."""
    for key in campaign.include:
        if key in found:
            what = f"campaign {campaign.key!r}: there is copy for {WHOLE!r}, and copy for {key!r}"
            yield Problem(what=what, remedy="keep one file for everybody, or one for each segment", position=found[key].position)


def _copies(project: Project, campaign: Campaign) -> dict[str, Copy]:
    """Return segment → the file of copy in the template's language."""
    language = project.templates[campaign.template].language
    return {each.segment: each for each in project.copies.get(campaign.brief or "", ()) if each.language == language}


def _parts(project: Project, campaign: Campaign) -> Iterator[Campaign]:
    """Yield the campaign, or one for each of its segments where each has its own copy; what is made has a point in its key."""
    if campaign.brief is None:
        yield campaign
        return
    copies = _copies(project, campaign)
    if WHOLE in copies or len(campaign.include) == 1:
        chosen = copies.get(WHOLE) or copies[campaign.include[0]]
        yield dataclasses.replace(campaign, copy=chosen, arms=variants(chosen))
        return
    for key in campaign.include:
        yield dataclasses.replace(
            campaign,
            key=f"{campaign.key}.{key}",
            name=f"{campaign.name}: {project.segments[key].name}",
            include=(key,),
            copy=copies[key],
            arms=variants(copies[key]),
            of=campaign.key,
        )


def with_audiences(project: Project) -> Project:
    """Return the project with a campaign for each audience, and a segment for each audience that is none; names are known to be right."""
    campaigns = {part.key: part for campaign in project.campaigns.values() for part in _parts(project, campaign)}
    segments = dict(project.segments)
    for key, campaign in list(campaigns.items()):
        audience = _audience(project, campaign)
        if isinstance(audience, InSegment):
            campaigns[key] = dataclasses.replace(campaign, audience=audience.key)
            continue
        made = Segment(key=f"{key}.audience", name=f"Audience of {campaign.name}", where=audience, position=campaign.position)
        segments[made.key] = made
        campaigns[key] = dataclasses.replace(campaign, audience=made.key)
    return dataclasses.replace(project, campaigns=campaigns, segments=segments)


def _audience(project: Project, campaign: Campaign) -> Predicate:
    included = [_included(project, campaign, key) for key in campaign.include]
    parts = [included[0] if len(included) == 1 else AnyOf(of=tuple(included), position=campaign.position)]
    if campaign.exclude:
        without = tuple(InSegment(key=key, position=campaign.position) for key in campaign.exclude)
        parts.append(NoneOf(of=without, position=campaign.position))
    if project.policies.email_cap is not None:
        parts.append(project.policies.email_cap)
    return parts[0] if len(parts) == 1 else All(of=tuple(parts), position=campaign.position)


def _included(project: Project, campaign: Campaign, key: str) -> Predicate:
    segment = InSegment(key=key, position=campaign.position)
    if campaign.exclusively is None:
        return segment
    order = [each.key for each in project.group(campaign.exclusively)]
    before = tuple(InSegment(key=each, position=campaign.position) for each in order[: order.index(key)])
    return All(of=(segment, NoneOf(of=before, position=campaign.position)), position=campaign.position) if before else segment
