"""What the sizes of segments, and whom they share, should make one think of: no members, too few, the same people, a part of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from franca.audience.insight import Insight
from franca.audience.overlap import Pair

_NAMED = 5
"""Segments that a text names before it counts the others."""


class About(StrEnum):
    """What a remark is about."""

    EMPTY = "empty"
    SMALL = "small"
    DUPLICATE = "duplicate"
    CONTAINED = "contained"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One warning: what it is about, which segments (the first is the one to look at), and the text."""

    about: About
    segments: tuple[str, ...]
    text: str


def remarks(insight: Insight) -> tuple[Remark, ...]:
    """Return the warnings, by what they are about."""
    return (*_sizes(insight), *_duplicates(insight), *_contained(insight))


def _sizes(insight: Insight) -> Iterator[Remark]:
    minimum = insight.project.policies.minimum_size
    for key, size in insight.sizes.items():
        if size == 0:
            yield Remark(about=About.EMPTY, segments=(key,), text=f"{key} has no members")
        elif size < minimum:
            text = f"{key} has {size:,} members, fewer than minimum_size {minimum:,}"
            yield Remark(about=About.SMALL, segments=(key,), text=text)


def _is_duplicate(insight: Insight, pair: Pair) -> bool:
    return pair.both == pair.either or pair.reaches(insight.project.policies.maximum_overlap)


def _duplicates(insight: Insight) -> Iterator[Remark]:
    most = insight.project.policies.maximum_overlap
    for pair in filter(lambda pair: _is_duplicate(insight, pair), insight.pairs):
        text = f"{pair.first} and {pair.second} are nearly the same people: {pair.jaccard:.1%} of those in either are in both"
        if pair.both == pair.either:
            text = f"{pair.first} and {pair.second} are the same people"
        yield Remark(about=About.DUPLICATE, segments=(pair.first, pair.second), text=f"{text} (maximum_overlap {most:.0%})")


def _contained(insight: Insight) -> Iterator[Remark]:
    """Yield which segments are parts of others; everybody is in a segment that has everybody, which says nothing."""
    around: dict[str, list[str]] = {key: [] for key in insight.segments}
    for pair in insight.pairs:
        smaller, larger = (pair.first, pair.second) if pair.sizes[0] < pair.sizes[1] else (pair.second, pair.first)
        if pair.both == min(pair.sizes) and max(pair.sizes) < insight.summary.profiles and not _is_duplicate(insight, pair):
            around[smaller].append(larger)
    for key, others in around.items():
        if others:
            named = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if len(others) > _NAMED else "")
            yield Remark(about=About.CONTAINED, segments=(key, *others), text=f"everybody in {key} is in {named} too")
