"""Campaigns checked, and their audiences made segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from franca.definitions import All, AnyOf, Campaign, InSegment, NoneOf, Predicate, Project, Segment
from franca.errors import Problem, did_you_mean


def campaign_problems(project: Project) -> Iterator[Problem]:
    """Yield what is wrong with campaigns and the names that templates use."""
    for campaign in project.campaigns.values():
        yield from _names(project, campaign)
    attributes = project.data.profile.attributes
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


def with_audiences(project: Project) -> Project:
    """Return the project with a segment for each audience that is not a segment already; names are known to be right."""
    campaigns, segments = dict(project.campaigns), dict(project.segments)
    for key, campaign in project.campaigns.items():
        audience = _audience(project, campaign)
        if isinstance(audience, InSegment):
            campaigns[key] = dataclasses.replace(campaign, audience=audience.key)
            continue
        made = Segment(key=f"{key}_audience", name=f"Audience of {campaign.name}", where=audience, position=campaign.position)
        segments[made.key] = made
        campaigns[key] = dataclasses.replace(campaign, audience=made.key)
    return dataclasses.replace(project, campaigns=campaigns, segments=segments)


def _audience(project: Project, campaign: Campaign) -> Predicate:
    included = [_included(project, campaign, key) for key in campaign.include]
    one = included[0] if len(included) == 1 else AnyOf(of=tuple(included), position=campaign.position)
    if not campaign.exclude:
        return one
    without = NoneOf(of=tuple(InSegment(key=key, position=campaign.position) for key in campaign.exclude), position=campaign.position)
    return All(of=(one, without), position=campaign.position)


def _included(project: Project, campaign: Campaign, key: str) -> Predicate:
    segment = InSegment(key=key, position=campaign.position)
    if campaign.exclusively is None:
        return segment
    order = [each.key for each in project.group(campaign.exclusively)]
    before = tuple(InSegment(key=each, position=campaign.position) for each in order[: order.index(key)])
    return All(of=(segment, NoneOf(of=before, position=campaign.position)), position=campaign.position) if before else segment
