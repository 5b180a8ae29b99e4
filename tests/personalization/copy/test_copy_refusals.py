"""What `franca copy` refuses before it asks, spends or writes: one line each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from franca.cli.main import app
from franca.errors import FrancaError
from franca_personalization.copy.run import limits
from franca_personalization.loopback import MODEL, Loopback, Mode, serve
from personalization.copy.shop import BRIEF, make_shop, person

WRITTEN = "variants: {control: {subject: Linen for the long days of summer}}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    make_shop(tmp_path, [person(n, points=100, country="DE", orders=1) for n in range(60)])
    return tmp_path


def franca(shop: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["copy", *words, "--project", str(shop)])


def refused(shop: Path, *words: str) -> str:
    """Return the one line of a refusal."""
    error = franca(shop, *words).exception
    assert isinstance(error, FrancaError), error
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize("cost", ["nan", "inf", "-inf", "-1", "sNaN", "two"])
def test_a_cost_that_limits_nothing_is_refused(cost: str) -> None:
    """A comparison with no number would let every call pass."""
    with pytest.raises(FrancaError, match=r"--max-cost: .* is no amount; write 2\.50"):
        limits(None, cost, None, None)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -0.5])
def test_seconds_that_limit_nothing_are_refused(seconds: float) -> None:
    """As for the cost."""
    with pytest.raises(FrancaError, match=r"--max-seconds: .* is no time; write 600"):
        limits(None, "", seconds, None)


def test_limits_of_nothing_are_limits() -> None:
    """Zero is a number: no call that costs anything is made."""
    assert (limits(None, "0", 0.0, None).budget.cost, limits(None, "0", 0.0, None).budget.seconds) == (0, 0.0)


@pytest.mark.parametrize("text", ["- {m: 1}\n", "m\n", "[]\n", "3\n"])
def test_prices_that_are_no_mapping_are_refused(tmp_path: Path, text: str) -> None:
    """With the form that they have."""
    path = tmp_path / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FrancaError, match="prices are no mapping of models; write MODEL: "):
        limits(None, "", None, path)


def test_a_file_of_no_prices_is_no_prices(tmp_path: Path) -> None:
    """As an empty mapping is."""
    path = tmp_path / "prices.yaml"
    path.write_text("# none yet\n", encoding="utf-8")
    assert limits(None, "", None, path).prices.models == {}


@pytest.mark.parametrize("state", [".franca", "var/franca"])
def test_a_key_in_a_file_is_below_the_project(shop: Path, state: str) -> None:
    """However deep the folder of the state is."""
    path = shop / "franca.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"state: {state}\n", encoding="utf-8")
    (shop / "key.txt").write_text("sk-test", encoding="utf-8")
    with serve(Loopback(seed=3, mode=Mode.MIXED)) as url:
        asked = ("generate", "spring", "--model", MODEL, "--base-url", url, "--api-key", "file:key.txt", "--on", "2026-03-30")
        done = franca(shop, *asked, "--segment", "vip", "--as-of", "2026-03-30T12:00:00Z")
    assert done.exit_code == 0, done.exception
    assert (shop / state / "copy-log.jsonl").is_file()


def generate(shop: Path) -> str:
    """Return the refusal of a run whose model nobody could reach."""
    return refused(shop, "generate", "spring", "--model", MODEL, "--base-url", "http://127.0.0.1:9", "--api-key", "env:NOT_READ")


@pytest.mark.parametrize("place", [".franca", ".franca/copy-cache", "copy", "copy/spring"])
def test_a_file_where_a_folder_is_to_be_is_refused_before_the_model_is_asked(shop: Path, place: str) -> None:
    """Else the answers are paid for and lost."""
    (shop / place).parent.mkdir(exist_ok=True)
    (shop / place).write_text("", encoding="utf-8")
    assert f"{place} is not a folder" in generate(shop)


def test_a_log_that_is_a_folder_is_refused_before_the_model_is_asked(shop: Path) -> None:
    """Without a traceback."""
    (shop / ".franca" / "copy-log.jsonl").mkdir(parents=True)
    assert "copy-log.jsonl cannot be written" in generate(shop)


@pytest.mark.parametrize("place", [".franca", "copy"])
def test_a_folder_that_cannot_be_written_is_refused_before_the_model_is_asked(
    shop: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The system says so; nothing is made to find out."""
    (shop / place).mkdir()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != shop / place and access(path, mode))
    assert f"{place} cannot be written" in generate(shop)
    assert list((shop / place).iterdir()) == []


def test_a_page_in_a_folder_that_is_not_there_is_one_line(shop: Path) -> None:
    """It names the option."""
    write(shop)
    assert "--html: the page cannot be written (No such file" in refused(shop, "review", "spring", "--html", str(shop / "no" / "r.html"))


def write(shop: Path) -> Path:
    """Write copy by hand."""
    path = shop / "copy" / "spring" / "vip.en.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(WRITTEN, encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [("check",), ("review",), ("approve", "--by", "Ann")])
def test_without_copy_the_verb_that_writes_it_is_named(shop: Path, words: tuple[str, ...]) -> None:
    """Also when its folder is there and empty."""
    told = "there is no copy of 'spring' yet; write it with `franca copy generate spring`"
    assert refused(shop, *words, "spring") == told
    (shop / "copy" / "spring").mkdir(parents=True)
    assert refused(shop, *words, "spring") == told


def test_copy_of_no_brief_names_what_is_near(shop: Path) -> None:
    """Of briefs and of copy."""
    assert "there is no copy of 'sprin'; did you mean \"spring\"?" in refused(shop, "check", "sprin")


@pytest.mark.parametrize("key", ["../spring", "briefs/spring", "spring.yaml", "..", "", "spring\n", "früh", "a b"])
@pytest.mark.parametrize("words", [("generate", "--dry-run"), ("check",), ("review",), ("approve", "--by", "Ann")])
def test_what_is_no_key_names_no_file(shop: Path, words: tuple[str, ...], key: str) -> None:
    """A brief is named by its key, never by a path."""
    assert f"{key!r} is no key of a brief; " in refused(shop, *words, key)


def test_a_segment_of_which_nothing_is_told_is_named_beside_the_request(shop: Path) -> None:
    """On the error stream; the request holds its number alone."""
    make_shop(shop, [person(n, gender="f", country="DE", orders=1) for n in range(60)], BRIEF.replace("[vip, german]", "[women]"))
    done = franca(shop, "generate", "spring", "--dry-run", "--as-of", "2026-03-30T12:00:00Z")
    assert "warning: nothing is told of the segment 'women', which leans on the protected attribute 'gender'" in done.stderr
    assert "about 100 %" not in done.stdout
    assert "under 1,000" not in done.stdout
