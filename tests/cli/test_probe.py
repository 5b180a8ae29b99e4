"""`franca probe` against the sandboxes: each answer, what becomes of it, and that nothing and nobody is left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import KEYS

PEOPLE = ("anna@shop.test", "emile@shop.test")
NOW = "2026-03-10T09:00:00Z"
MEASURED = {
    "klaviyo": {
        "klaviyo.hours-roll",
        "klaviyo.at-least-rolls",
        "klaviyo.between-rolls",
        "klaviyo.leap-days-in-february",
        "klaviyo.zero-events-count-zero",
    },
    "mailchimp": {
        "mailchimp.not-matches-blank",
        "mailchimp.less-skips-blank",
        "mailchimp.case-sensitive",
        "mailchimp.accents-distinct",
        "mailchimp.wildcards-literal",
        "mailchimp.number-compares-numerically",
    },
}
CONTACTS = [argument for email in PEOPLE for argument in ("--contact", email)]


@pytest.fixture
def probed(franca, connected, esps):
    """Return a function that probes an ESP and returns the answers by assumption."""
    from datetime import datetime

    for running in esps.values():
        running.host.clock.set(datetime.fromisoformat(NOW))

    def run(esp: str, *more: str) -> dict[str, dict]:
        ended = franca("probe", esp, "-p", connected, "--as-of", NOW, "-f", "json", *CONTACTS, *more)
        assert (ended.code, ended.err) == (0, "")
        return {each["assumption"]: each for each in json.loads(ended.out)["answers"]}

    return run


@pytest.mark.parametrize("esp", sorted(MEASURED))
def test_what_holds_is_told_so(probed, esp):
    """As the sandboxes are declared, every assumption that is measured holds, and the others have a reason."""
    found = probed(esp)
    assert {key for key, each in found.items() if each["holds"]} == MEASURED[esp]
    assert all(each["holds"] is None and each["why"] for key, each in found.items() if key not in MEASURED[esp])
