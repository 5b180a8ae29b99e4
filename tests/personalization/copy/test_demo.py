"""`franca demo --copy`: the whole way, on loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from franca.cli.main import app


@pytest.mark.slow
def test_the_demo_goes_from_a_brief_to_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key; three ESPs, two of which run the tests themselves; and a report of each and of all."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    done = CliRunner().invoke(app, ["demo", "--copy", "--people", "1000", "--folder", str(tmp_path / "demo")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "A second run asks nothing and changes nothing: 0 calls" in done.output
    assert done.output.count("each a test of 3 subjects by") == 2
    assert "brevo: applied" in done.output
    assert "6 drafts, since Brevo cannot run this test: the audience is split by a hash" in done.output
    assert done.output.count("somebody pressed send at the ESP") == 3
    assert "== all destinations together" in done.output
    assert "OPENAI_API_KEY" not in os.environ


def test_a_demo_that_is_not_installed_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With what to install."""
    monkeypatch.setattr("franca.cli.demo.entry_points", lambda **_: [])
    done = CliRunner().invoke(app, ["demo", "--copy", "--folder", str(tmp_path)])
    assert 'pip install "franca[copy]"' in str(done.exception)
