"""What the page on CI shows works: the workflow is YAML, its commands exist with these options, and the project's YAML loads."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

from franca.cli.main import app
from franca.language import in_environment, load_and_check

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = sorted({line.strip() for line in re.findall(r"franca (?:validate|plan|apply|sync)[^\n>`;]*", BLOCKS[-1])})


def test_the_workflow_is_yaml_with_three_jobs():
    """One for pull requests, one for merges, one for the night; keys that can write are in the second alone."""
    jobs = YAML(typ="safe").load(BLOCKS[-1])["jobs"]
    assert list(jobs) == ["plan", "apply", "drift"]
    assert [name for name, job in jobs.items() if "WRITE_KEY" in str(job)] == ["apply"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_workflow_exists_with_its_options(command):
    """As `franca` itself parses them."""
    verb, *arguments = shlex.split(command)[1:]
    found = typer.main.get_command(app).commands[verb]
    found.make_context(verb, arguments)


def test_the_environments_of_the_page_are_those_of_the_language(connected):
    """Put in place of a project's destinations."""
    path = connected / "franca.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("\ndestinations:") + 1] + BLOCKS[1], encoding="utf-8")
    staging = in_environment(load_and_check(connected), "staging")
    assert staging.destinations["klaviyo"].settings["api_key"] == "env:KLAVIYO_STAGING_KEY"


def test_the_page_finds_the_comment_by_its_first_line():
    """What `plan` writes first is what the script looks for."""
    assert "first=$(head -n 1 plan.md)" in BLOCKS[-1]
    assert "<!-- franca plan: PROJECT -->" in PAGE
