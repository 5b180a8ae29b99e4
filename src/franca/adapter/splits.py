"""Tests that an ESP cannot run itself: the audience split by a hash, one campaign for each arm. No network, no credentials."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial

from franca.adapter.protocol import Testing
from franca.adapter.registry import adapter
from franca.content import document
from franca.definitions import (
    CONTROL,
    SKIP,
    All,
    Campaign,
    Destination,
    Not,
    Part,
    Predicate,
    Project,
    Sample,
    Segment,
    Source,
    Template,
    Variant,
)
from franca.errors import FrancaError, Problem, ProblemsError, did_you_mean
from franca.language.content import partials

NATIVE, SPLIT = "native", "split"
"""What an adapter's setting `tests` may say: the ESP runs tests, or Franca splits the audience (an account may lack the plan for tests)."""


def testing_of(destination: Destination, wanted: str, testing: Testing) -> Testing:
    """Return what tests an account runs itself: none where the setting `tests` says `split`.

    Raises:
        FrancaError: it says something else.
    """
    if wanted not in (NATIVE, SPLIT):
        at = destination.setting_positions.get("tests") or destination.position
        what = f"destination {destination.name!r}: tests is {NATIVE} or {SPLIT}"
        raise FrancaError(what, remedy=did_you_mean(wanted, (NATIVE, SPLIT)), position=at)
    return testing if wanted == NATIVE else dataclasses.replace(testing, parts=frozenset(), arms=1, metrics=frozenset())


def with_splits(project: Project) -> Project:
    """Return a checked project in which every test that an ESP cannot run itself is a campaign and an audience for each arm.

    Raises:
        ProblemsError: a test that only the ESP could run, and it cannot.
    """
    campaigns, segments = dict(project.campaigns), dict(project.segments)
    problems: list[Problem] = []
    for key, campaign in project.campaigns.items():
        refused = {name: why for name, why in _refusals(project, campaign) if why}
        if not refused:
            continue
        problems.extend(_unsplittable(campaign, refused))
        goes = tuple(name for name in _destinations(project, campaign) if name not in refused)
        campaigns[key] = dataclasses.replace(campaign, destinations=goes)
        if not goes:
            del campaigns[key]
        for part, audience in _arms(project, campaign, refused):
            campaigns[part.key], segments[audience.key] = part, audience
    if problems:
        raise ProblemsError(problems)
    return dataclasses.replace(project, campaigns=campaigns, segments=segments)


def why_not(testing: Testing, title: str, campaign: Campaign, project: Project) -> str:
    """Return why the ESP cannot run a campaign's test itself; empty when it can, or when there is no test."""
    return next(_reasons(testing, title, campaign, project), "") if len(campaign.arms) > 1 else ""


def _reasons(testing: Testing, title: str, campaign: Campaign, project: Project) -> Iterator[str]:
    if testing.arms < 2:
        yield f"{title} runs no tests in this account"
    if len(campaign.arms) > testing.arms:
        yield f"{title} tests at most {testing.arms} arms"
    differing = _differing(campaign.arms, project.templates[campaign.template])
    if beyond := sorted(differing - testing.parts):
        yield f"{title} cannot test the {' and the '.join(beyond)}"
    if Part.SUBJECT in differing and Part.HTML not in testing.parts and _prints_subject(project, campaign.template):
        yield f"{title} cannot test the html, and this one holds {{{{ subject }}}} (MJML repeats what mj-title holds)"
    experiment, (least, most) = campaign.experiment, testing.shares
    if experiment.share < 1 and not least <= experiment.share <= most:
        yield f"{title} tests from {least:.0%} to {most:.0%} of an audience, or all of it"
    if experiment.share < 1 and experiment.metric not in testing.metrics:
        yield f"{title} cannot choose a winner by {experiment.metric}"


_PROBE = "franca-subject-probe"
_TITLE = re.compile(r"<title\b[^>]*>.*?</title\s*>", re.IGNORECASE | re.DOTALL)


def _prints_subject(project: Project, key: str) -> bool:
    """Whether the HTML holds the subject anywhere but in its title, which no mail client shows."""
    probed = dataclasses.replace(project.templates[key], subject=Source(text=_PROBE))
    try:
        found = document(project, probed, partial(partials, project.root))
    except ProblemsError:
        return False  # the plan tells what is wrong with it
    return _PROBE in _TITLE.sub("", found.markup)


def _differing(arms: tuple[Variant, ...], template: Template) -> set[Part]:
    parts: Mapping[Part, list[object]] = {
        Part.SUBJECT: [_text(arm.subject or template.subject) for arm in arms],
        Part.PREVIEW_TEXT: [_text(arm.preview_text or template.preview_text) for arm in arms],
        Part.HTML: [{name: _texts(each) for name, each in {**template.copy, **arm.copy}.items()} for arm in arms],
    }
    return {part for part, texts in parts.items() if any(each != texts[0] for each in texts[1:])}


def _text(source: Source | None) -> str:
    return source.text if source else ""


def _texts(source: Source | tuple[Source, ...]) -> list[str]:
    return [each.text for each in source] if isinstance(source, tuple) else [source.text]


def _destinations(project: Project, campaign: Campaign) -> Iterator[str]:
    """Yield where a campaign goes, as `franca.plan` has it."""
    wanted = campaign.destinations if campaign.destinations is not None else project.templates[campaign.template].destinations
    yield from (name for name in project.destinations if wanted is None or name in wanted)


def _refusals(project: Project, campaign: Campaign) -> Iterator[tuple[str, str]]:
    for name in _destinations(project, campaign):
        destination: Destination = project.destinations[name]
        found = adapter(destination.adapter)
        yield name, why_not(found.testing_at(destination), found.title, campaign, project)


def _unsplittable(campaign: Campaign, refused: Mapping[str, str]) -> Iterator[Problem]:
    if campaign.experiment.share < 1:
        for name, why in refused.items():
            what = f"campaign {campaign.key!r} at {name}: {why}; Franca's own split has no winner for the rest"
            yield Problem(
                what=what, remedy="let everybody take part: share: 100%", position=campaign.experiment.position or campaign.position
            )


def _arms(project: Project, campaign: Campaign, refused: Mapping[str, str]) -> Iterator[tuple[Campaign, Segment]]:
    audience = project.segments[campaign.audience]
    elsewhere = {name: SKIP for name in project.destinations if name not in refused}
    for arm in campaign.arms:
        key, name = f"{campaign.key}.{arm.key}", f"{campaign.name}, arm {arm.key}"
        where = All(of=(audience.where, *_share(campaign, arm)), position=campaign.position)
        yield (
            dataclasses.replace(
                campaign,
                key=key,
                name=name,
                audience=f"{key}.audience",
                arms=(arm,),
                arm=arm.key,
                of=campaign.of or campaign.key,
                destinations=tuple(refused),
                split=refused,
            ),
            Segment(key=f"{key}.audience", name=f"Audience of {name}", where=where, realise=elsewhere, position=campaign.position),
        )


def _share(campaign: Campaign, arm: Variant) -> Iterator[Predicate]:
    """Yield who is in an arm: below its upper edge and not below its lower one, of one hash for the whole campaign.

    The edges go by the arms' keys, the control first: writing the same arms in another order moves nobody.
    """
    arms, salt = len(campaign.arms), f"arms of {campaign.key}"
    number = sorted(campaign.arms, key=lambda each: (each.key != CONTROL, each.key)).index(arm)

    def below(edge: int) -> Sample:
        percent = (Decimal(100) * edge / arms).quantize(Decimal("0.0001"))
        return Sample(percent=percent, salt=salt, position=campaign.position)

    if number + 1 < arms:
        yield below(number + 1)
    if number:
        yield Not(of=below(number), position=campaign.position)
