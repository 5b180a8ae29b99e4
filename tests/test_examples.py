"""Every example runs as it stands."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from cli.conftest import franca  # noqa: F401 - the fixture
from franca.language import load_predicate

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_agency_is_valid_and_has_these_members(franca):  # noqa: F811
    """One project, three ESPs, real numbers."""
    assert franca("validate", "-p", EXAMPLES / "agency").out == "3 segments, 0 templates and 3 destinations are fine\n"
    shown = franca("preview", "-p", EXAMPLES / "agency", "--as-of", "2026-03-01", "-f", "json", "--no-remember")
    sizes = {row["segment"]: row["members"] for row in json.loads(shown.out)["segments"]}
    assert sizes == {"german_speaking": 1, "gold": 2, "silver": 1}


def test_the_agency_is_explained_for_every_esp(franca):  # noqa: F811
    """Native where exact, the wish where wished, members elsewhere; no network, no keys."""
    shown = franca("explain", "german_speaking", "-p", EXAMPLES / "agency").out
    assert "klaviyo: native" in shown
    assert "mailchimp: kept as" in shown
    assert "brevo: kept as" in shown


def test_python_and_yaml_say_the_same(capsys):
    """What the script prints reads back as the nodes it was made of."""
    from io import StringIO

    from ruamel.yaml import YAML

    from franca.language.dump import dump_text

    made = runpy.run_path(str(EXAMPLES / "from_python.py"), run_name="__main__")["segments"]
    written = YAML(typ="safe").load(StringIO(capsys.readouterr().out))["segments"]
    assert list(written) == [segment.key for segment in made]
    assert [load_predicate(dump_text(segment.where)) for segment in made] == [segment.where for segment in made]
