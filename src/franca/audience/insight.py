"""Insight into segments: sizes, how they come about, whom they share, whom groups keep, what changed. One pass over memberships."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from franca.audience.bits import Bits, count, packed
from franca.audience.changes import Memory, Recorder, Run, Since
from franca.audience.evaluation import Evaluation, Summary
from franca.audience.groups import Share, Winners
from franca.audience.overlap import Pair, Shared
from franca.audience.reach import MAILABLE, Funnels, Parts, Reach
from franca.definitions import Project, Segment
from franca.logic import fingerprint


@dataclass(frozen=True, kw_only=True)
class Insight:
    """What a preview tells of some segments of a project at an instant.

    Attributes:
        project: the project, as it was checked.
        segments: the keys of the segments, in the project's order.
        sizes: segment → members.
        mailable: segment → members who may be mailed; None when the schema has no consent for email.
        reaches: segment → how it comes about.
        pairs: those of the segments that share somebody, the strongest first; audiences of campaigns are left out.
        groups: group → whom each of its segments keeps.
        since: what changed since the last run; None when there was none.
        members: segment → keys of some members, as they were asked for: the smallest by code point.
    """

    project: Project
    as_of: datetime
    summary: Summary
    segments: tuple[str, ...]
    sizes: Mapping[str, int]
    mailable: Mapping[str, int] | None
    reaches: Mapping[str, Reach]
    pairs: tuple[Pair, ...]
    groups: Mapping[str, tuple[Share, ...]]
    since: Since | None = None
    members: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)


def look(evaluation: Evaluation, parts: Parts, *, recorder: Recorder | None = None, show: int = 0) -> Insight:
    """Return the insight into the segments of *parts*, whose `evaluated` is what *evaluation* evaluates.

    Args:
        evaluation: of `parts.evaluated`.
        parts: the segments and their parts.
        recorder: compares with the last run; keeping this run is up to the caller.
        show: so many members of each segment are returned.
    """
    summary = evaluation.summary()
    funnels, shared, winners = Funnels(parts), Shared(compared(parts)), Winners(_groups(parts))
    mailable, members = _Mailable(parts), _Members(parts.segments, show)
    for batch in evaluation.stream():
        bits = packed(batch, list(parts.evaluated.segments))
        for each in (funnels, shared, winners, mailable):
            each.add(bits)
        members.add(batch)
        if recorder is not None:
            recorder.add(batch)
    reaches = funnels.reaches()
    sizes = {key: reach.alone for key, reach in reaches.items()}
    return Insight(
        project=parts.project,
        as_of=evaluation.as_of,
        summary=summary,
        segments=parts.segments,
        sizes=sizes,
        mailable=mailable.counts,
        reaches=reaches,
        pairs=shared.pairs(),
        groups=winners.shares(),
        since=recorder.compare(fingerprints(parts.project, parts.segments)) if recorder is not None else None,
        members=members.found,
    )


def run_of(insight: Insight, memory: Memory) -> Run:
    """Return what is to be remembered of an insight."""
    prints = fingerprints(insight.project, insight.segments)
    return Run(as_of=insight.as_of.isoformat(), key=memory.key_id, sizes=insight.sizes, fingerprints=prints)


def fingerprints(project: Project, segments: Iterable[str]) -> dict[str, str]:
    """Return segment → what tells its definition from others."""
    return {key: fingerprint(project.segments[key].where) for key in segments}


def compared(parts: Parts) -> list[str]:
    """Return the segments whose overlap is told: not the audiences of campaigns, whose keys alone have a point."""
    return [key for key in parts.segments if "." not in key]


def _groups(parts: Parts) -> dict[str, tuple[Segment, ...]]:
    names = dict.fromkeys(segment.group for key in parts.segments if (segment := parts.project.segments[key]).group)
    return {name: parts.project.group(name) for name in names if name}


class _Mailable:
    """Counts, batch by batch, the members of each segment who may be mailed."""

    def __init__(self, parts: Parts) -> None:
        self._column = parts.names.get(MAILABLE)
        self._counts = dict.fromkeys(parts.segments, 0)

    def add(self, bits: Bits) -> None:
        """Count one batch."""
        if self._column is not None:
            mailable = bits.of(self._column)
            for segment in self._counts:
                self._counts[segment] += count(bits.of(segment) & mailable)

    @property
    def counts(self) -> dict[str, int] | None:
        """Segment → how many; None when the schema has no consent for email."""
        return self._counts if self._column is not None else None


class _Members:
    """Collects, batch by batch, the smallest keys of each segment's members."""

    def __init__(self, segments: Sequence[str], most: int) -> None:
        self._most = most
        self.found: dict[str, list[str]] = {segment: [] for segment in segments} if most else {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Look through one batch."""
        for segment, found in self.found.items():
            keys = batch.column("profile").filter(batch.column(segment)).to_pylist()
            self.found[segment] = heapq.nsmallest(self._most, [*found, *keys])
