"""From a brief to approved copy, by the command line, against a model on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from franca.cli.main import app
from franca.language import load
from franca.language.copies import unapproved
from franca_personalization.copy.guardrails import check
from franca_personalization.copy.records import Severity
from franca_personalization.loopback import MODEL, Loopback, Mode, serve
from personalization.copy.shop import make_shop, person

ON = ("--on", "2026-03-30")
AS_OF = ("--as-of", "2026-03-30T12:00:00Z")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    make_shop(tmp_path, [person(n, points=100, country="DE" if n < 60 else "AT", orders=1) for n in range(120)])
    return tmp_path


@pytest.fixture
def model() -> Iterator[str]:
    """The address of a model whose first answers break rules."""
    with serve(Loopback(seed=3, mode=Mode.MIXED)) as url:
        yield url


def franca(shop: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["copy", *words, "--project", str(shop)], catch_exceptions=True)


def generate(shop: Path, model: str, *words: str) -> Result:
    return franca(shop, "generate", "spring", "--model", MODEL, "--base-url", model, *AS_OF, *ON, *words)


def files(shop: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((shop / "copy" / "spring").glob("*"))}


def test_bad_first_answers_are_asked_for_again_and_good_copy_is_written(shop: Path, model: str) -> None:
    """Each file has the control, and the variants that were wanted; nothing in them breaks a rule."""
    done = generate(shop, model)
    assert done.exit_code == 0, done.output
    assert list(files(shop)) == ["german.en.yaml", "vip.en.yaml"]
    for copy in load(shop).copies["spring"]:
        assert [wording.key for wording in copy.wordings] == ["control", "a", "b"]
        assert copy.provenance["model"] == MODEL
        assert copy.provenance["attempts"] == "2"
        assert not [each for each in check(copy, None) if each.severity is Severity.ERROR and each.rule.startswith(("html", "characters"))]


def test_a_second_run_asks_nothing_and_changes_nothing(shop: Path, model: str) -> None:
    """Not a byte, and not a call."""
    generate(shop, model)
    before = files(shop)
    done = generate(shop, model, "--format", "json")
    told = json.loads(done.stdout)
    assert told["calls"] == 0
    assert [each["changed"] for each in told["files"]] == [False, False]
    assert files(shop) == before


def test_what_people_changed_or_approved_is_kept(shop: Path, model: str) -> None:
    """Without a call; `--overwrite` writes it anew."""
    generate(shop, model)
    path = shop / "copy" / "spring" / "vip.en.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("angle: benefit", "angle: news"), encoding="utf-8")
    edited = path.read_text(encoding="utf-8").replace("  a:\n", "  a_person_was_here:\n")
    path.write_text(edited, encoding="utf-8")
    assert franca(shop, "approve", "spring", "--segment", "german", "--by", "Ann", *ON).exit_code == 0
    done = generate(shop, model)
    assert "vip.en: kept, since a person has changed it" in done.output
    assert "german.en: kept, since it is approved" in done.output
    assert path.read_text(encoding="utf-8") == edited
    assert generate(shop, model, "--overwrite").exit_code == 0
    assert path.read_text(encoding="utf-8") != edited


def test_a_dry_run_prints_the_exact_request_and_needs_no_key(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the same, to the letter; nothing is written."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    first, second = (franca(shop, "generate", "spring", "--dry-run", *AS_OF) for _ in range(2))
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    assert '"ordered lately": "about 100 %"' in first.stdout
    assert "--- schema" in first.stdout
    assert not (shop / "copy").exists()


def test_without_a_model_or_a_key_one_line_says_what_to_set(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert "no model is named" in str(franca(shop, "generate", "spring", *AS_OF).exception)
    assert "OPENAI_API_KEY" in str(franca(shop, "generate", "spring", "--model", "m", *AS_OF).exception)


def test_what_breaks_a_rule_at_every_attempt_is_missing_and_told(shop: Path) -> None:
    """One of two variants is hostile each time: it is not written, its rules are named, and the exit code is 4."""
    with serve(Loopback(seed=3, mode=Mode.ADVERSARIAL)) as url:
        done = generate(shop, url)
    assert done.exit_code == 4
    assert done.output.count("written; 1 variant is missing: every attempt broke ") == 2
    for copy in load(shop).copies["spring"]:
        assert [wording.key for wording in copy.wordings] in (["control", "a"], ["control", "b"])
    assert franca(shop, "check", "spring").exit_code == 0


def test_a_budget_stops_before_the_call_that_could_break_it(shop: Path, model: str) -> None:
    """And what was answered by then is kept."""
    done = generate(shop, model, "--max-total-tokens", "10")
    assert done.exit_code == 4
    assert "stopped early: the budget of tokens is used up" in done.output


def test_approval_is_of_all_or_none_and_editing_voids_it(shop: Path, model: str) -> None:
    """Copy that breaks a rule keeps all others waiting."""
    generate(shop, model)
    path = shop / "copy" / "spring" / "vip.en.yaml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("subject: Our [[discount]]", "subject: 50% off, Our [[discount]]"), encoding="utf-8")
    refused = franca(shop, "approve", "spring", "--by", "Ann", *ON)
    assert "1 of 2 files break a rule; nothing was approved" in str(refused.exception)
    assert franca(shop, "check", "spring").exit_code == 1
    path.write_text(good, encoding="utf-8")
    assert franca(shop, "check", "spring").exit_code == 0
    assert franca(shop, "approve", "spring", "--by", "Ann", *ON).exit_code == 0
    assert all(unapproved(copy) is None for copy in load(shop).copies["spring"])
    path.write_text(path.read_text(encoding="utf-8").replace("Our [[discount]]", "Your [[discount]]"), encoding="utf-8")
    assert "== spring · vip · en: stale" in franca(shop, "review", "spring").output


def test_reviews_are_text_json_markdown_and_a_page(shop: Path, model: str) -> None:
    """The page shows what each client shows of a subject, and opens offline."""
    generate(shop, model)
    told = json.loads(franca(shop, "review", "spring", "--format", "json").stdout)
    assert [each["state"] for each in told] == ["draft", "draft"]
    assert told[0]["variants"][0]["texts"]["subject"] == "Our up to 20 % on linen"
    assert "| control | subject |" in franca(shop, "review", "spring", "--format", "markdown").stdout
    assert franca(shop, "review", "spring", "--html", str(shop / "r.html")).exit_code == 0
    page = (shop / "r.html").read_text(encoding="utf-8")
    assert "Gmail app" in page
    assert "http" not in page
