"""What should exist at a destination: every segment's realisation, compiled. No network, no credentials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from franca.adapter import Adapter, Address, Assumption, Choice, Computed, Holds, Marker, Resource, ResourceKind, Site, digest, fingerprint
from franca.definitions import Native, Realisation, Segment
from franca.errors import FrancaError, Problem, ProblemsError, did_you_mean
from franca.logic import fingerprint as meaning
from franca.plan.decision import Decision, decide
from franca.plan.emails import emails
from franca.plan.measured import Measured, weighed


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What should exist, and who holds what.

    Attributes:
        decisions: one for each segment of the project, by key.
        members: segment → the resource that sync makes equal to it.
        markers: marker → the field that sync writes.
        computed: the same for what templates read.
        counted: segment → the resource whose members are the segment's, as far as the ESP has one.
        renames: key → the key before a rename.
        assumptions: all that the realisations and the groups' markers lean on.
        warnings: what the user should know; nothing of it stops a plan.
        definitions: a digest of what the segments mean and become.
    """

    site: Site
    adapter: Adapter
    decisions: Mapping[str, Decision]
    resources: Mapping[Address, Resource]
    members: Mapping[str, Address]
    markers: Mapping[Marker, Address]
    computed: Mapping[Computed, Address]
    counted: Mapping[str, Address]
    renames: Mapping[str, str]
    assumptions: tuple[Assumption, ...]
    warnings: tuple[Problem, ...]
    definitions: str


def desire(site: Site, adapter: Adapter, measured: Mapping[str, Measured] | None = None) -> Desired:
    """Choose and compile all segments and markers of a checked project for one destination.

    Args:
        site: the destination.
        adapter: its.
        measured: what `franca probe` measured at its account, as the state has it.

    Raises:
        ProblemsError: wishes that cannot be met, all of them.
        FrancaError: an unknown group under `markers`, or an adapter's bug.
    """
    answers = measured or {}
    decisions, warnings = _decisions(site, adapter, answers)
    markers = {marker: adapter.compile_marker(marker, site) for marker in _markers(site, decisions)}
    compiled = _compiled(site, adapter, decisions)
    counted = _counted(compiled, markers)
    content = emails(site, adapter, counted)
    made = (*compiled.values(), *markers.values(), *content.computed.values(), content.resources)
    resources = _merge(resource for found in made for resource in found)
    return Desired(
        site=site,
        adapter=adapter,
        decisions=decisions,
        resources=resources,
        members={key: _holding(key, found, Holds.MEMBERS) for key, found in compiled.items() if _is(decisions[key], Realisation.MEMBERS)},
        markers={marker: _holding(marker.key, found, Holds.MARKER) for marker, found in markers.items()},
        computed={computed: _holding(computed.key, found, Holds.MARKER) for computed, found in content.computed.items()},
        counted=counted,
        renames=_renames(site),
        assumptions=tuple(sorted({*_assumptions(site, adapter, decisions, answers), *content.assumptions})),
        warnings=(*warnings, *content.notices, *_over_limits(adapter, site, resources)),
        definitions=_digest(site, decisions, resources),
    )


def _is(decision: Decision, realisation: Realisation) -> bool:
    return decision.realisation is realisation


def _decisions(site: Site, adapter: Adapter, measured: Mapping[str, Measured]) -> tuple[dict[str, Decision], tuple[Problem, ...]]:
    found = {key: decide(segment, site, adapter, measured) for key, segment in sorted(site.project.segments.items())}
    problems = [problem for _, of_one in found.values() for problem in of_one]
    if any(not problem.warning for problem in problems):
        raise ProblemsError(problem for problem in problems if not problem.warning)
    return {key: decision for key, (decision, _) in found.items()}, tuple(problems)


def _compiled(site: Site, adapter: Adapter, decisions: Mapping[str, Decision]) -> dict[str, tuple[Resource, ...]]:
    return {
        key: _resources(site.project.segments[key], decision.realisation, site, adapter)
        for key, decision in decisions.items()
        if decision.realisation in {Realisation.NATIVE, Realisation.MEMBERS}
    }


def _resources(segment: Segment, realisation: Realisation, site: Site, adapter: Adapter) -> tuple[Resource, ...]:
    found = segment.where.at(site.destination.name) if isinstance(segment.where, Native) else None
    if found is None:
        adopt = segment.adopt.get(site.destination.name, False)
        made = adapter.compile(segment, realisation, site)
        return tuple(replace(each, adopt=adopt) if each.holds is Holds.MEMBERS else each for each in made)
    kind, name = found
    return (Resource(kind=ResourceKind(kind), key=segment.key, title=name, segment=segment.key, theirs=True),)


def _markers(site: Site, decisions: Mapping[str, Decision]) -> list[Marker]:
    own = [_own(site.project.segments[key]) for key, decision in decisions.items() if _is(decision, Realisation.MARKER)]
    markers = [*(_group(site, name) for name in site.destination.markers), *own]
    for key, number in Counter(marker.key for marker in markers).items():
        if number > 1:
            raise FrancaError(f"{site.destination.name}: two markers have the key {key!r}", remedy="rename the group or the segment")
    return markers


def _own(segment: Segment) -> Marker:
    choice = Choice(segment=segment.key, key=segment.key, title=segment.name)
    return Marker(key=segment.key, title=segment.name, choices=(choice,))


def _group(site: Site, name: str) -> Marker:
    """Return a group's marker. A skipped segment keeps its place: without it the others would mean something else."""
    segments = site.project.group(name)
    if not segments:
        groups = {segment.group for segment in site.project.segments.values() if segment.group}
        what = f"destination {site.destination.name!r}: markers: there is no group {name!r}"
        raise FrancaError(what, remedy=did_you_mean(name, groups), position=site.destination.position)
    return Marker(
        key=name,
        title=name,
        choices=tuple(Choice(segment=s.key, key=f"{name}.{s.key}", title=f"{s.name}, exclusively") for s in segments),
    )


def _assumptions(
    site: Site, adapter: Adapter, decisions: Mapping[str, Decision], measured: Mapping[str, Measured]
) -> tuple[Assumption, ...]:
    grouped = [segment for name in site.destination.markers for segment in site.project.group(name)]
    marked = [weighed(adapter.assess(segment, site), measured).get(Realisation.MARKER) for segment in grouped]
    leaned = {known for found in marked if found for known in found.assumptions}
    return tuple(sorted(leaned.union(*(decision.assumptions for decision in decisions.values()))))


def _merge(found: Iterable[Resource]) -> dict[Address, Resource]:
    """Return resources by address; equal ones (a folder that many segments need) are one."""
    merged: dict[Address, Resource] = {}
    for resource in found:
        other = merged.setdefault(resource.address, resource)
        if other != resource:
            raise FrancaError(
                f"{resource.address} is compiled in two ways, for {other.segment!r} and {resource.segment!r}",
                remedy="rename one of them; if they do not share a key, this is a bug of the adapter",
            )
    return dict(sorted(merged.items()))


def _holding(key: str, found: Iterable[Resource], holds: Holds) -> Address:
    holding = [resource.address for resource in found if resource.holds is holds]
    if len(holding) != 1:
        raise FrancaError(f"{key}: the adapter compiled {len(holding)} resources that hold {holds}, not one: a bug of the adapter")
    return holding[0]


def _counted(compiled: Mapping[str, tuple[Resource, ...]], markers: Mapping[Marker, tuple[Resource, ...]]) -> dict[str, Address]:
    own = {marker.key: found for marker, found in markers.items() if marker.key == marker.choices[0].key}
    return {
        key: resource.address
        for key, found in {**compiled, **own}.items()
        for resource in found
        if resource.kind is ResourceKind.SEGMENT or resource.holds is Holds.MEMBERS or resource.theirs
    }


def _renames(site: Site) -> dict[str, str]:
    renamed = [segment for segment in site.project.segments.values() if segment.previously]
    plain = {segment.key: str(segment.previously) for segment in renamed}
    grouped = {f"{s.group}.{s.key}": f"{s.group}.{s.previously}" for s in renamed if s.group in site.destination.markers}
    return {**plain, **grouped}


def _over_limits(adapter: Adapter, site: Site, resources: Mapping[Address, Resource]) -> tuple[Problem, ...]:
    fields, limit = sum(address.kind is ResourceKind.FIELD for address in resources), adapter.limits.fields
    if limit is None or fields <= limit:
        return ()
    what = f"{site.destination.name}: {fields} fields are wanted, and {adapter.title} has {limit} for one account"
    return (Problem(what=what, remedy="realise fewer segments as markers", position=site.destination.position, warning=True),)


def _digest(site: Site, decisions: Mapping[str, Decision], resources: Mapping[Address, Resource]) -> str:
    return digest(
        {
            "segments": {key: [meaning(site.project.segments[key].where), d.realisation, dict(d.accepted)] for key, d in decisions.items()},
            "resources": {str(address): fingerprint(resource) for address, resource in resources.items()},
        }
    )
