"""Warnings about segments that no data need be read for."""

from __future__ import annotations

from pathlib import Path

from evaluator.kit import SCHEMA, shop
from franca.logic.advice import advise

IN_TURN = "{all: [{attribute: points, gte: 5}, {attribute: points, lt: 5}]}"


def advice(root: Path, segments: dict[str, str]) -> list[str]:
    found = list(advise(shop(root, {}, segments, schema=SCHEMA)))
    assert all(problem.warning and problem.position and problem.remedy for problem in found)
    return [problem.what for problem in found]


def test_contradictions_and_tautologies_are_told(tmp_path: Path) -> None:
    """A segment that nobody or everybody must be in is told, unless it says so itself."""
    segments = {
        "none": IN_TURN,
        "all": "{any: [{event: order}, {event: order, count: 0}]}",
        "meant": "{everyone: true}",
        "nobody": "{not: {everyone: true}}",
        "some": "{attribute: points, gte: 5}",
    }
    assert advice(tmp_path, segments) == [
        "segment 'none' can have no member: its conditions exclude each other",
        "segment 'all' has every profile: its conditions hold for all",
    ]


def test_one_condition_in_two_segments_is_told_once(tmp_path: Path) -> None:
    """Two ways to write one condition are the same segment; two empty ones are only empty."""
    segments = {
        "one": "{event: order, days_since_last: {lt: 30}}",
        "other": "{event: order, last: 30 days}",
        "more": "{event: order, last: 31 days}",
        "empty": IN_TURN,
        "void": IN_TURN,
    }
    found = advice(tmp_path, segments)
    assert [what for what in found if "same members" in what] == [
        "segments 'one' and 'other' always have the same members: their conditions are the same"
    ]


def test_floating_sums_are_told_where_they_stand(tmp_path: Path) -> None:
    """Sums, means and ratios of a floating number are told, each once; decimals, largest values and counts are not."""
    segments = {
        "floats": "{any: [{event: order, sum: {of: weight, gt: 5}}, {event: order, sum: {of: weight, gt: 7}, last: 30 days}]}",
        "mean": "{not: {event: order, avg: {of: weight, gt: 5}}}",
        "ratio": "{measure: {event: order, sum: weight}, divided_by: {event: order}, gt: 2}",
        "rank": "{rank: {event: order, sum: weight}, top: 10%}",
        "exact": "{all: [{event: order, sum: {of: total, gt: 5}}, {event: order, max: {of: weight, gt: 5}}]}",
    }
    assert advice(tmp_path, segments) == [
        "segment 'floats' compares the sum of 'weight', which is a floating number",
        "segment 'mean' compares the mean of 'weight', which is a floating number",
        "segment 'ratio' compares the sum of 'weight', which is a floating number",
        "segment 'rank' compares the sum of 'weight', which is a floating number",
    ]
