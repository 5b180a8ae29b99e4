"""The verbs that exchange segments with a visual query builder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluator.kit import shop
from franca.language import check, load
from franca.logic import fingerprint

SEGMENTS = {
    "vip": "{all: [{attribute: points, gte: 5}, {attribute: tags, has_any: [vip]}]}",
    "rich": "{any: [{segment: vip}, {attribute: credit, gt: 100.50}]}",
    "recent": "{event: order, last: 30 days}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shop(tmp_path, {}, SEGMENTS)
    return tmp_path


def test_segments_go_there_and_back(franca, folder: Path) -> None:
    """What is exported and imported again is a file of segments with the same fingerprints."""
    assert franca("export-querybuilder", "vip", "rich", "-p", folder, "-o", folder / "out.json").out.startswith("wrote 2 segments")
    ended = franca("import-querybuilder", folder / "out.json", "-p", folder, "-o", folder / "back.yaml")
    assert ended.code == 0, ended.err
    expected = check(load(folder)).segments
    (folder / "segments" / "all.yaml").unlink()
    (folder / "back.yaml").rename(folder / "segments" / "back.yaml")
    back = check(load(folder)).segments
    assert {key: fingerprint(each.where) for key, each in back.items()} == {
        key: fingerprint(expected[key].where) for key in ("vip", "rich")
    }


def test_what_cannot_be_held_is_left_out_or_refused(franca, folder: Path) -> None:
    """Without names it is told and left out; by name it is an error with the place."""
    ended = franca("export-querybuilder", "-p", folder)
    assert ended.code == 0
    assert [each["key"] for each in json.loads(ended.out)["segments"]] == ["vip", "rich"]
    assert ended.err.startswith("recent is left out: segments/all.yaml:")
    refused = franca("export-querybuilder", "recent", "-p", folder)
    assert refused.code == 1
    assert "holds tests on attributes" in refused.err
    assert franca("export-querybuilder", "vipp", "-p", folder).err == "there is no segment 'vipp'; did you mean \"vip\"?\n"


def test_a_plain_query_takes_the_name_of_its_file(franca, folder: Path) -> None:
    """A query that a builder saved is one segment, printed as YAML."""
    file = folder / "gold.json"
    file.write_text('{"combinator": "and", "rules": [{"field": "gold", "operator": "=", "value": true}]}', encoding="utf-8")
    ended = franca("import-querybuilder", file, "-p", folder)
    assert ended.out == "segments:\n  gold:\n    name: gold\n    where: {attribute: gold, is: true}\n"
    assert "silver:" in franca("import-querybuilder", file, "-p", folder, "--key", "silver").out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read as JSON"),
        ('{"combinator": "and", "rules": [{"field": "nobody", "operator": "=", "value": 1}]}', "q.json: $.rules[0].field: there is no"),
        ('{"segments": [{"query": {}}]}', "$.segments[0]: a segment has a `key`"),
        ('{"segments": [{"key": "a b", "query": {"rules": []}}]}', "'a b' is no key of a segment"),
        ('{"segments": [{"key": "a", "query": {"rules": [{}]}}]}', "q.json: $.segments[0].query.rules[0].field"),
    ],
)
def test_a_wrong_file_is_told(franca, folder: Path, text: str, told: str) -> None:
    """What cannot be read or meant is one line with the path in the JSON."""
    (folder / "q.json").write_text(text, encoding="utf-8")
    ended = franca("import-querybuilder", folder / "q.json", "-p", folder)
    assert ended.code == 1
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_no_file_is_overwritten_by_an_import(franca, folder: Path) -> None:
    """A file of segments that is there stays as it is."""
    (folder / "q.json").write_text('{"combinator": "and", "rules": []}', encoding="utf-8")
    ended = franca("import-querybuilder", folder / "q.json", "-p", folder, "-o", folder / "segments" / "all.yaml")
    assert ended.code == 1
    assert "is there already" in ended.err
