"""How segments do: against the others, over campaigns, and which of them hold the same people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from franca.definitions import All, Campaign, Metric, Project, Segment
from franca_personalization.experiments import Arm, newcombe, wilson
from franca_personalization.experiments.multiple import holm
from franca_personalization.experiments.significance import fixed_horizon
from franca_personalization.report.history import Kept
from franca_personalization.report.records import (
    Counts,
    Duplicate,
    Level,
    Part,
    Point,
    Range,
    SegmentRow,
    Standing,
    Trend,
    added,
    rates,
)
from franca_personalization.report.strata import by_segment, counts_of, instant
from franca_personalization.report.words import percent, ranged


@dataclass(frozen=True, kw_only=True)
class Judging:
    """How segments are judged, and what was kept of other campaigns.

    Attributes:
        alpha: of all segments of a destination together, once against each other and once against earlier campaigns.
        campaign: the key of this one.
    """

    metric: Metric
    alpha: float
    kept: tuple[Kept, ...]
    campaign: str
    destination: str


def rows(parts: Sequence[Part], judging: Judging) -> tuple[SegmentRow, ...]:
    """Return how each segment of a destination did, all arms together, with its level against the others and its trend.

    Segments of which a part is blended or contradicts itself are described and not judged.
    """
    segments = {key: found for key, found in by_segment(parts).items() if all(part.counts for part in found)}
    sums = {key: added(counts_of(part) for part in found) for key, found in segments.items()}
    arms = {key: arm for key, counts in sums.items() if sound(segments[key]) and (arm := _arm(counts, judging.metric))}
    judged = {key: sums[key] for key in arms}
    rate = {key: ranged(wilson(arm.sample, judging.alpha)) for key, arm in arms.items()}
    against, trends = _against_others(judged, judging), _trends(judged, segments, judging)
    return tuple(_row(key, counts, rate.get(key), against.get(key), trends.get(key)) for key, counts in sums.items())


def _row(key: str, counts: Counts, rate: Range | None, against: _Judged | None, trend: Trend | None) -> SegmentRow:
    row = SegmentRow(
        key=key,
        counts=counts,
        rates=rates(counts),
        rate=rate,
        others=against.first if against else None,
        against=against.difference if against else None,
        level=against.level if against else None,
        trend=trend,
    )
    return replace(row, suggestion=_suggestion(row))


def sound(parts: Sequence[Part]) -> bool:
    """Tell whether a segment can be judged: every part of it is told, as what it is, and none is blended."""
    return all(part.standing is Standing.TOLD and not part.blended for part in parts)


def _suggestion(row: SegmentRow) -> str:
    falls = bool(row.trend and row.trend.level is Level.BELOW)
    if row.level is Level.BELOW and row.rate:
        lately = " and lower than in earlier campaigns" if falls else ""
        return (
            f"{row.key} does worse than the others ({percent(row.rate.estimate)} against {percent(row.others)}){lately}: "
            "write copy for it alone, send to it less often, or let those go who have not clicked for long"
        )
    if falls:
        return f"{row.key} does worse than in earlier campaigns: send to it less often, or tell it something new"
    return ""


def _arm(counts: Counts, metric: Metric) -> Arm | None:
    """Return a segment's counts for the statistics; None when they are not told, make no sense, or nothing was delivered."""
    people = counts.of(metric)
    if people is None or not 0 <= people <= counts.delivered <= counts.sent or not counts.delivered:
        return None
    return Arm(key="", sent=counts.sent, delivered=counts.delivered, successes=people)


# -- against the others, and against earlier campaigns


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """The second of two against the first: the first one's rate, the difference, and what is decided after Holm's procedure."""

    first: float
    difference: Range
    level: Level


def _judged(pairs: Mapping[str, tuple[Arm, Arm]], alpha: float) -> dict[str, _Judged]:
    decisions = holm([fixed_horizon([pair]).p for pair in pairs.values()], alpha)
    found = {}
    for (key, (first, second)), decision in zip(pairs.items(), decisions, strict=True):
        higher = second.sample.rate > first.sample.rate
        level = (Level.ABOVE if higher else Level.BELOW) if decision.rejected else Level.OPEN
        difference = ranged(newcombe(first.sample, second.sample, decision.level))
        found[key] = _Judged(first=first.sample.rate, difference=difference, level=level)
    return found


def _against_others(sums: Mapping[str, Counts], judging: Judging) -> dict[str, _Judged]:
    """Return segment → it against all others together."""
    if len(sums) < 2:
        return {}
    others = {key: [counts for name, counts in sums.items() if name != key] for key in sums}
    metric = judging.metric
    return _judged({key: (_summed(others[key], metric), _summed([sums[key]], metric)) for key in sums}, judging.alpha)


def _trends(sums: Mapping[str, Counts], segments: Mapping[str, Sequence[Part]], judging: Judging) -> dict[str, Trend]:
    """Return segment → its trend, where an earlier campaign of it was kept."""
    points: dict[str, tuple[Point, ...]] = {}
    pairs: dict[str, tuple[Arm, Arm]] = {}
    for key, counts in sums.items():
        sent_at = max(part.sent_at for part in segments[key])
        if earlier := list(_earlier(key, sent_at, judging)):
            now = _summed([counts], judging.metric)
            points[key] = (*(point for point, _ in earlier), _point(judging.campaign, sent_at, now))
            pairs[key] = (_summed([each for _, each in earlier], judging.metric), now)
    return {key: Trend(points=points[key], change=each.difference, level=each.level) for key, each in _judged(pairs, judging.alpha).items()}


def _earlier(key: str, sent_at: str, judging: Judging) -> Iterator[tuple[Point, Counts]]:
    """Yield what earlier campaigns did in a segment, the oldest first."""
    now = instant(sent_at)
    found: list[tuple[datetime, Point, Counts]] = []
    for kept in judging.kept:
        sums = kept.destinations.get(judging.destination)
        moment = instant(sums.sent_at) if sums else None
        if kept.campaign == judging.campaign or sums is None or moment is None or now is None or moment >= now:
            continue
        counts = sums.segments.get(key)
        if counts and (arm := _arm(counts, judging.metric)):
            found.append((moment, _point(kept.campaign, sums.sent_at, arm), counts))
    yield from ((point, counts) for _, point, counts in sorted(found, key=lambda each: (each[0], each[1].campaign)))


def _point(campaign: str, sent_at: str, arm: Arm) -> Point:
    return Point(campaign=campaign, sent_at=sent_at, delivered=arm.delivered, rate=arm.sample.rate)


def _summed(found: Sequence[Counts], metric: Metric) -> Arm:
    arm = _arm(added(found), metric)
    if arm is None:
        raise ValueError("only counts that can be judged are summed")
    return arm


# -- the same people


def duplicates(project: Project, campaigns: Sequence[Campaign], as_of: datetime) -> tuple[Duplicate, ...]:
    """Return the pairs of a campaign's segments that hold nearly the same people, by `policies.maximum_overlap`.

    Only counts leave the data.

    Raises:
        FrancaError: the data cannot be read.
    """
    from franca.audience import evaluate

    keys = list(dict.fromkeys(key for campaign in campaigns for key in campaign.include))
    pairs = list(combinations(keys, 2))
    if not pairs:
        return ()
    where = {key: project.segments[key].where for key in keys}
    where |= {_both(a, b): All(of=(where[a], where[b])) for a, b in pairs}
    segments = {key: Segment(key=key, name=key, where=each) for key, each in where.items()}
    with evaluate(replace(project, segments=segments, templates={}, campaigns={}), as_of=as_of) as evaluation:
        sizes = evaluation.sizes()
    found = [(a, b, sizes[_both(a, b)], sizes[a] + sizes[b] - sizes[_both(a, b)]) for a, b in pairs]
    most = project.policies.maximum_overlap
    return tuple(_duplicate(a, b, inside / either) for a, b, inside, either in found if either and inside / either >= most)


def _both(a: str, b: str) -> str:
    """Return a key that no segment of people's has: theirs hold no point."""
    return f"{a}.{b}"


def _duplicate(a: str, b: str, share: float) -> Duplicate:
    suggestion = f"{a} and {b} share {share:.0%} of their people: merge them, or tell apart by what they are for"
    return Duplicate(first=a, second=b, share=share, suggestion=suggestion)
