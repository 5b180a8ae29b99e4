"""Which realisation a segment gets at a destination, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from franca.adapter import Adapter, Assessment, Assumption, Finding, Site
from franca.definitions import SKIP, Native, Realisation, Segment
from franca.errors import Problem
from franca.plan.measured import Measured, weighed

PREFERENCE = (Realisation.NATIVE, Realisation.MEMBERS, Realisation.MARKER)
"""When nothing is wished: native if exact, else members, else marker (language.md section 6)."""

Assessments = Mapping[Realisation, Assessment]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a segment becomes at one destination.

    Attributes:
        segment, name: its key and what people call it.
        realisation: None when it is skipped or refused.
        why: in a few words.
        kept_as: "tag" or "list" for members; empty otherwise.
        refused: no realisation is possible; *findings* say why.
        findings: what stands in the way of a better realisation, or is accepted or warned about in this one.
        accepted: finding id → the reason that the user gave, as far as a finding needs it.
        assumptions: what the realisation leans on.
    """

    segment: str
    name: str
    realisation: Realisation | None
    why: str
    kept_as: str = ""
    refused: bool = False
    findings: tuple[Finding, ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()


def decide(
    segment: Segment, site: Site, adapter: Adapter, measured: Mapping[str, Measured] | None = None
) -> tuple[Decision, tuple[Problem, ...]]:
    """Choose a segment's realisation; the problems are a wish that cannot be met (an error) and unused accepts (warnings).

    Args:
        segment: of a checked project.
        site: the destination.
        adapter: its.
        measured: what `franca probe` measured at its account, by the assumption's id.
    """
    destination = site.destination.name
    adopts = segment.adopt.get(destination, False)
    wish = Realisation.MEMBERS if adopts else segment.realise.get(destination)
    if wish == SKIP:
        return Decision(segment=segment.key, name=segment.name, realisation=None, why="skipped: wished for"), ()
    if isinstance(segment.where, Native):
        return _kept_there(segment, segment.where, destination), ()
    assessments = weighed(adapter.assess(segment, site), measured or {})
    accept = segment.accept.get(destination, {})
    problems = tuple(_unused(segment, destination, assessments))
    if wish is not None:
        decision = _wished(segment, Realisation(wish), assessments, accept)
        problems = (*problems, *_unmet(segment, destination, wish, assessments))
    else:
        decision = _chosen(segment, assessments, accept)
    kept_as = adapter.members_kind.value if decision.realisation is Realisation.MEMBERS else ""
    why = f"adopts the {kept_as} {segment.name!r} if it is there, which may hold more than the segment" if adopts else decision.why
    return replace(decision, kept_as=kept_as, why=why), problems


def _kept_there(segment: Segment, where: Native, destination: str) -> Decision:
    """Return what becomes of a segment that people made at an ESP: itself there, and nothing anywhere else."""
    found = where.at(destination)
    if found is not None:
        why = f"not portable: the {found[0]} {found[1]!r} there, as people made it"
        return Decision(segment=segment.key, name=segment.name, realisation=Realisation.NATIVE, why=why)
    places = " and ".join(place for place, _, _ in where.objects)
    finding = Finding(id="not-portable", what=f"it is made at {places}, and what it means is not known here", position=where.position)
    why = f"not portable: made at {places}"
    return Decision(segment=segment.key, name=segment.name, realisation=None, refused=True, why=why, findings=(finding,))


def _wished(segment: Segment, wish: Realisation, assessments: Assessments, accept: Mapping[str, str]) -> Decision:
    found = assessments.get(wish, Assessment(realisation=wish))
    return _decision(segment, found, "wished for", found.findings, accept)


def _chosen(segment: Segment, assessments: Assessments, accept: Mapping[str, str]) -> Decision:
    accepted, obstacles = frozenset(accept), list[Finding]()
    for realisation in PREFERENCE:
        found = assessments.get(realisation)
        if found is None:
            continue
        opened = found.open(accepted)
        if not opened:
            return _decision(segment, found, _reason(found, obstacles), (*obstacles, *found.findings), accept)
        obstacles.extend(opened)
    why = f"no realisation: {_ids(obstacles)}"
    return Decision(segment=segment.key, name=segment.name, realisation=None, refused=True, why=why, findings=tuple(obstacles))


def _decision(segment: Segment, found: Assessment, why: str, findings: tuple[Finding, ...], accept: Mapping[str, str]) -> Decision:
    needed = {finding.id for finding in found.findings}
    return Decision(
        segment=segment.key,
        name=segment.name,
        realisation=found.realisation,
        why=why,
        findings=tuple(dict.fromkeys(findings)),
        accepted={key: reason for key, reason in accept.items() if key in needed},
        assumptions=found.assumptions,
    )


def _reason(found: Assessment, obstacles: list[Finding]) -> str:
    if found.realisation is Realisation.NATIVE:
        accepted = ", ".join(finding.id for finding in found.open())
        return f"exact but for what is accepted: {accepted}" if accepted else "exact"
    better = " nor ".join(PREFERENCE[: PREFERENCE.index(found.realisation)])
    return f"{'neither' if ' nor ' in better else 'not'} {better}: {_ids(obstacles)}"


def _ids(findings: Iterable[Finding]) -> str:
    return ", ".join(dict.fromkeys(finding.id for finding in findings)) or "the adapter offers none"


def _unused(segment: Segment, destination: str, assessments: Assessments) -> Iterator[Problem]:
    needed = {finding.id for found in assessments.values() for finding in found.findings}
    for key in segment.accept.get(destination, {}):
        if key not in needed:
            what = f"segment {segment.key!r} accepts {key!r} at {destination}, and no finding needs it"
            yield Problem(what=what, remedy="remove the accept", position=segment.position, warning=True)


def _unmet(segment: Segment, destination: str, wish: str, assessments: Assessments) -> Iterator[Problem]:
    what = f"segment {segment.key!r} cannot be {wish} at {destination}"
    found = assessments.get(Realisation(wish))
    if found is None:
        yield Problem(what=f"{what}: its adapter has no such realisation", remedy="remove the wish", position=segment.position)
        return
    for finding in found.open(frozenset(segment.accept.get(destination, {}))):
        remedy = f"remove the wish, or consent with accept: {{{destination}: {{{finding.id}: the reason}}}}"
        yield Problem(what=f"{what}: {finding.what} ({finding.id})", remedy=remedy, position=finding.position or segment.position)
