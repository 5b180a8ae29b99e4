"""plan, apply, sync against the three sandboxes: exit codes, and nothing left to do."""

from __future__ import annotations

import json

import pytest

NOW = ("--as-of", "2026-03-01")


def test_plan_writes_nothing_and_says_with_2_that_something_is_pending(franca, connected, esps):
    """`plan --exit-code` is what CI asks."""
    before = {name: len(running.host.exchanges) for name, running in esps.items()}
    ended = franca("plan", "-p", connected, "--exit-code")
    assert ended.code == 2
    assert not (connected / ".franca").exists()
    for name, running in esps.items():
        methods = {exchange.call.method for exchange in running.host.exchanges[before[name] :]}
        assert methods == {"GET"}


def test_apply_and_sync_leave_nothing_to_do(franca, connected):
    """After apply a second plan is empty; after sync a second sync writes nothing."""
    assert franca("apply", "-p", connected, "--yes").code == 0
    assert franca("plan", "-p", connected, "--exit-code").code == 0
    assert franca("sync", "-p", connected, *NOW).code == 0
    again = franca("sync", "-p", connected, *NOW, "-d", "brevo")
    assert again.code == 0


def test_a_saved_plan_is_applied_as_reviewed(franca, connected, tmp_path):
    """`plan --out` then `apply FILE`; when a definition changed in between, apply refuses."""
    saved = tmp_path / "plan.json"
    assert franca("plan", "-p", connected, "-d", "brevo", "--out", saved).code == 0
    assert franca("apply", saved, "-p", connected, "--yes").code == 0
    assert franca("plan", "-p", connected, "-d", "klaviyo", "--out", saved).code == 0
    path = connected / "segments" / "loyalty.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("gte: 5", "gte: 4"), encoding="utf-8")
    ended = franca("apply", saved, "-p", connected, "--yes")
    assert ended.code == 1
    assert "out of date" in ended.err


def test_removing_a_segment_needs_a_word(franca, connected):
    """A delete is unsafe: exit 3 names the word, and with the word it goes."""
    assert franca("apply", "-p", connected, "--yes", "-d", "klaviyo").code == 0
    path = connected / "segments" / "loyalty.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  never_ordered")], encoding="utf-8")
    assert franca("plan", "-p", connected, "-d", "klaviyo").code == 0
    refused = franca("apply", "-p", connected, "--yes", "-d", "klaviyo")
    assert refused.code == 3
    assert "--allow delete:segment/never_ordered" in refused.err
    assert franca("apply", "-p", connected, "--yes", "-d", "klaviyo", "--allow", "delete:segment/never_ordered").code == 0


@pytest.mark.parametrize("form", ["json", "markdown", "text"])
def test_plans_come_in_three_forms(franca, connected, form):
    """Text for people, Markdown for pull requests, JSON for machines."""
    shown = franca("plan", "-p", connected, "-d", "klaviyo", "-f", form).out
    assert "vip" in shown
    if form == "json":
        assert json.loads(shown)


def test_no_secret_and_no_person_is_ever_shown_or_stored(franca, connected):
    """Keys and emails appear in no output, no state, no plan."""
    shown = []
    for arguments in (("plan",), ("apply", "--yes"), ("sync", *NOW), ("plan", "-f", "json"), ("explain",)):
        ended = franca(*arguments, "-p", connected)
        shown += [ended.out, ended.err]
    stored = [path.read_text(encoding="utf-8") for path in (connected / ".franca").iterdir()]
    for text in [*shown, *stored]:
        assert "canary" not in text.replace("env:", "")
        assert "@shop.test" not in text


def test_apply_does_not_ask_when_nobody_is_there(franca, connected):
    """In CI without --yes: one line, nothing written."""
    ended = franca("apply", "-p", connected)
    assert ended.code == 1
    assert "add --yes" in ended.err
