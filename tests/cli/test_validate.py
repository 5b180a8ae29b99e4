"""`franca validate` warns of what is allowed and hardly meant."""

from __future__ import annotations

from pathlib import Path

from evaluator.kit import shop


def test_warnings_have_places_and_do_not_fail(franca, tmp_path: Path) -> None:
    """A segment without possible members is a warning with file and line; the project is still fine."""
    shop(tmp_path, {}, {"none": "{all: [{attribute: points, gte: 5}, {attribute: points, lt: 5}]}"})
    ended = franca("validate", "-p", tmp_path)
    assert ended.code == 0
    assert ended.err.startswith("segments/all.yaml:2:")
    assert "warning: segment 'none' can have no member" in ended.err
    assert ended.out.startswith("1 segments")
