"""`franca schema`, and what `franca init` writes for editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from franca.language.json_schema import SCHEMAS, schema_text
from franca.language.source import plain, read_file

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_printed_as_it_is_published(franca, name):
    """Nothing but the schema, the same that docs/schema/ has."""
    assert franca("schema", name).out == schema_text(name) == (PUBLISHED / f"{name}.json").read_text(encoding="utf-8")


def test_all_schemas_are_written_into_a_folder(franca, tmp_path):
    """The folder is made; every file is told."""
    shown = franca("schema", "--out", tmp_path / "deep" / "folder").out
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "deep" / "folder").iterdir()}
    assert written == {name: make() for name, make in SCHEMAS.items()}
    assert len(shown.splitlines()) == len(SCHEMAS)


@pytest.mark.parametrize("words", [(), ("segments", "--out", "x")])
def test_it_says_what_it_can_do(franca, words):
    """One is printed, or all are written."""
    shown = franca("schema", *words)
    assert shown.code == 1
    assert shown.err == "franca schema prints one schema or writes all of them; name one, or give --out and a folder\n"


@pytest.mark.parametrize("file", ["franca.yaml", "segments/loyalty.yaml"])
def test_the_files_of_a_new_project_name_a_schema_that_is_there_and_admits_them(franca, tmp_path, file):
    """An editor needs no network, and finds no mistake."""
    franca("init", tmp_path)
    path = tmp_path / file
    first = path.read_text(encoding="utf-8").splitlines()[0]
    schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(plain(read_file(path, file)))


def test_a_saved_plan_has_a_schema_too(franca, connected):
    """What `franca plan --format json` prints is valid under what `franca schema plan` prints."""
    schema = json.loads(franca("schema", "plan").out)
    Draft202012Validator.check_schema(schema)
    plan = json.loads(franca("plan", "-p", connected, "-d", "brevo", "-f", "json").out)
    assert plan["plans"][0]["budget"]["calls"] > 0
    Draft202012Validator(schema).validate(plan)
