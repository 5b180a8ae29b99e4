"""Whether the copy of campaigns still says what its brief says: a brief that changed after the approval, an offer that has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from franca.errors import Problem, ProblemsError

if TYPE_CHECKING:  # a plan without copy loads none of it
    from franca.adapter import Site
    from franca.definitions import Copy, Project
    from franca_personalization.copy.records import Brief


def promises(site: Site, now: datetime) -> Iterator[Problem]:
    """Yield, for a plan, what the copy of a destination's campaigns promises and its brief does not (any more)."""
    name = site.destination.name
    campaigns = [each for each in site.project.campaigns.values() if each.copy and (each.destinations is None or name in each.destinations)]
    copies = {(each.copy.brief, each.copy.segment, each.copy.language): each.copy for each in campaigns if each.copy}
    for key in sorted({copy.brief for copy in copies.values()}):
        yield from _of_brief(site.project, key, [copy for _, copy in sorted(copies.items()) if copy.brief == key], now)


def _of_brief(project: Project, key: str, copies: list[Copy], now: datetime) -> Iterator[Problem]:
    from franca_personalization.copy.brief import load_brief
    from franca_personalization.copy.generate import judge
    from franca_personalization.copy.records import Severity

    if not (project.root / "briefs" / f"{key}.yaml").is_file():
        return  # copy that people wrote without one promises what it says
    try:
        brief = load_brief(project, key)
    except ProblemsError as error:
        yield from (replace(problem, warning=True) for problem in error.problems)
        return
    yield from _ended(project, brief, now)
    judging = judge(project, brief)
    for copy in copies:
        reasons = dict.fromkeys(violation.reason for violation in judging(copy) if violation.severity is Severity.ERROR)
        if reasons:
            which = f"the approved copy of {copy.brief!r} for {copy.segment!r} ({copy.language})"
            what = f"{which} is not what its brief allows now: {'; '.join(reasons)}"
            yield Problem(what=what, remedy="write it anew, or correct the brief, then approve it", position=copy.position, warning=True)


def _ended(project: Project, brief: Brief, now: datetime) -> Iterator[Problem]:
    if brief.ends is not None and brief.ends <= now:
        what = f"the offer of {brief.key!r} ended at {brief.ends.astimezone(project.zone):%Y-%m-%d %H:%M}"
        yield Problem(what=what, remedy="remove its campaigns, or give it a later deadline", position=brief.position, warning=True)
