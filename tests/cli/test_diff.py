"""`franca diff`: what a change of definitions does to the segments, between folders and git revisions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.kit import SCHEMA, shop

CUSTOMERS = """\
id,email,name,points,status,status_at,suppressed
a,a@x.example,Ann,1,SUB,,
b,b@x.example,Bob,5,SUB,,
c,c@x.example,Cay,9,SUB,,
d,d@x.example,Dan,,,,
"""
DATA = {"customers.csv": CUSTOMERS}
NOW = ("--as-of", "2026-03-30T12:37:11Z")
BEFORE = {
    "same": "{attribute: points, gt: 4}",
    "moved": "{attribute: points, gte: 5}",
    "words": "{attribute: points, gte: 9}",
    "gone": "{attribute: points, lt: 5}",
    "gold": "{attribute: points, is: 9}",
    "whole": "{any: [{segment: moved}, {attribute: name, is: Dan}]}",
}
AFTER = {
    "same": "{attribute: points, gte: 5}",
    "moved": "{attribute: points, lte: 5}",
    "words": "{attribute: points, gte: 8}",
    "fresh": "{attribute: points, is_set: false}",
    "whole": "{any: [{segment: moved}, {attribute: name, is: Dan}]}",
    "platinum": "{attribute: points, is: 9}",
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old", tmp_path / "new"
    shop(old, {}, BEFORE)
    shop(new, DATA, AFTER)
    _rename(new)
    return old, new


def _rename(folder: Path) -> None:
    file = folder / "segments" / "all.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.strip().startswith("platinum:"))
    file.write_text(text.replace(line, line.replace("{", "{previously: gold, ", 1)), encoding="utf-8")


def verdicts(franca: Callable, *arguments: object) -> dict[str, dict]:
    ended = franca("diff", *arguments, *NOW, "--format", "json")
    assert ended.code == 0, ended.err
    return {each["segment"]: each for each in json.loads(ended.out)["segments"]}


def test_every_kind_of_change_is_told_and_counted(franca, folders: tuple[Path, Path]) -> None:
    """Same, other members, only other words, added, removed, renamed, and changed through another segment."""
    old, new = folders
    found = verdicts(franca, old, new)
    assert {key: each["verdict"] for key, each in found.items()} == {
        "same": "same",
        "moved": "different members now",
        "words": "not shown to be the same",
        "fresh": "added",
        "whole": "different members now",
        "platinum": "same",
        "gone": "removed",
    }
    assert found["moved"]["counts"] == {"before": 2, "after": 2, "entered": 1, "left": 1}
    assert found["words"]["counts"] == {"before": 1, "after": 1, "entered": 0, "left": 0}
    assert found["whole"]["counts"] == {"before": 3, "after": 3, "entered": 1, "left": 1}
    assert found["fresh"]["counts"]["after"] == 1
    assert found["gone"]["counts"]["before"] == 1
    assert found["platinum"]["previously"] == "gold"
    assert found["platinum"]["settings"] == ["name"]


def test_the_text_says_it_in_english(franca, folders: tuple[Path, Path]) -> None:
    """One line for each change, the definitions of both versions, and how many are the same."""
    old, new = folders
    told = franca("diff", old, new, *NOW).out
    assert "moved: different members now: 1 enter, 1 leave (2 → 2)\n  before: Everyone whose points are at least 5." in told
    assert "words: not shown to be the same, with the same 1 member now" in told
    assert "gone: removed; 1 member now" in told
    assert "platinum: renamed from gold; same" in told
    assert told.endswith("1 segment is the same\n")
    assert "Ann" not in told
    assert "x.example" not in told


def test_markdown_is_a_comment_on_a_pull_request(franca, folders: tuple[Path, Path]) -> None:
    """A table of what changed; words of the files cannot become markup."""
    old, new = folders
    (new / "segments" / "evil.yaml").write_text("segments: {evil: {name: E, where: {attribute: name, is: '<b>|@me'}}}", encoding="utf-8")
    told = franca("diff", old, new, *NOW, "--format", "markdown").out
    assert "| moved | different members now | 2 | 2 | 1 | 1 |" in told
    assert "| evil | added |  | 0 |  |  |" in told
    assert "<b>" not in told
    assert "@me" not in told


def test_without_data_nothing_is_opened(franca, folders: tuple[Path, Path]) -> None:
    """--no-data compares definitions only: other conditions are not shown to be the same."""
    old, new = folders
    (new / "data" / "customers.csv").unlink()
    found = verdicts(franca, old, new, "--no-data")
    assert found["moved"]["verdict"] == "not shown to be the same"
    assert found["same"]["verdict"] == "same"
    assert all(each["counts"] is None for each in found.values())
    assert "members were not counted (--no-data)" in franca("diff", old, new, "--no-data").out


def test_the_exit_code_tells_when_asked(franca, folders: tuple[Path, Path]) -> None:
    """0 without a difference or without --exit-code, 2 with both."""
    old, new = folders
    assert franca("diff", old, new, "--no-data").code == 0
    assert franca("diff", old, new, "--no-data", "--exit-code").code == 2
    assert franca("diff", new, new, "--exit-code", *NOW).code == 0


def test_other_declarations_are_no_proof(franca, tmp_path: Path) -> None:
    """Equal conditions over a column or filter that is declared differently are not called the same."""
    segments = {"points": "{attribute: points, gte: 5}", "orders": "{event: order}", "named": "{attribute: name, is: Ann}"}
    old, new = tmp_path / "old", tmp_path / "new"
    shop(old, {}, segments)
    other = SCHEMA.replace("points: {type: integer}", "points: {type: integer, column: score}").replace("is_not: cancelled", "is_not: open")
    shop(new, {}, segments, schema=other)
    found = verdicts(franca, old, new, "--no-data")
    assert {key: each["redeclared"] for key, each in found.items()} == {
        "points": ["attribute 'points'"],
        "orders": ["event 'order'"],
        "named": [],
    }
    assert found["points"]["verdict"] == found["orders"]["verdict"] == "not shown to be the same"
    assert found["named"]["verdict"] == "same"


def test_an_old_definition_that_does_not_fit_is_told(franca, tmp_path: Path) -> None:
    """A definition over an attribute that is gone cannot be counted on the new data, and says why."""
    old, new = tmp_path / "old", tmp_path / "new"
    shop(old, {}, {"gold": "{attribute: gold, is: true}"})
    shop(new, DATA, {"gold": "{attribute: points, gte: 5}"}, schema=SCHEMA.replace("        gold: {type: boolean}\n", ""))
    found = verdicts(franca, old, new)
    assert found["gold"]["verdict"] == "not shown to be the same"
    assert "there is no attribute 'gold'" in found["gold"]["uncounted"]
    assert found["gold"]["redeclared"] == ["attribute 'gold'"]


# -- git


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose folder `shops/one` is the project; its data is not in git. Branch main, then a branch with the change."""
    project = tmp_path / "repo" / "shops" / "one"
    shop(project, DATA, BEFORE)
    (tmp_path / "repo" / ".gitignore").write_text("data/\n", encoding="utf-8")
    git(tmp_path, "init", "--initial-branch=main", "repo")
    git(tmp_path / "repo", "add", "-A")
    git(project, "commit", "-m", "one")
    git(project, "switch", "-c", "change")
    shop(project, DATA, AFTER)
    _rename(project)
    git(project, "commit", "-a", "-m", "two")
    return project


def test_revisions_are_compared_with_the_folder_and_with_each_other(franca, repository: Path) -> None:
    """A revision against the folder, two revisions, and the range that pull requests use say the same."""
    expected = verdicts(franca, "main", "-p", repository)
    assert expected["moved"]["counts"] == {"before": 2, "after": 2, "entered": 1, "left": 1}
    assert verdicts(franca, "main..", "-p", repository) == expected
    assert verdicts(franca, "main", "change", "-p", repository) == expected
    assert verdicts(franca, "main..change", "-p", repository) == expected
    assert {each["verdict"] for each in verdicts(franca, "HEAD", "-p", repository).values()} == {"same"}


def test_a_wrong_revision_is_one_line(franca, repository: Path, tmp_path: Path) -> None:
    """An unknown name, an option, a folder outside git, and a revision with mistakes are told."""
    for wrong in ("nowhere", "-x..", "nowhere.."):
        ended = franca("diff", "--no-data", "-p", repository, "--", wrong)
        assert ended.code == 1
        assert "is neither a folder nor a revision" in ended.err
        assert "Traceback" not in ended.err
    (repository / "segments" / "all.yaml").write_text("segments: {a: {name: A, where: {attribute: nobody, is: x}}}", encoding="utf-8")
    git(repository, "commit", "-a", "-m", "broken")
    assert franca("diff", "HEAD", "main", "-p", repository).err.startswith("HEAD: segments/all.yaml:")
    shop(tmp_path / "outside", {}, {})
    assert "is neither a folder nor a revision" in franca("diff", "main", "-p", tmp_path / "outside").err


def test_nothing_is_left_behind(franca, repository: Path) -> None:
    """Comparing revisions writes nothing into the repository."""
    verdicts(franca, "main", "-p", repository)
    told = subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True, check=True, text=True).stdout
    assert told == ""
