"""Kept answers: found by everything that they depend on, and by nothing else; never trusted when damaged."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from model_kit import BASE, DATA, SCHEMA, TEXT, USED, FakeModel, good, parts, request, settings

from franca.errors import FrancaError
from franca_personalization.model import Answer, Cache, CachedModel, Failure, Kind, ModelError, Request, Wire, cache_key

ASKED = request(parts=parts())
KEY = cache_key(settings(), ASKED)


def now() -> datetime:
    return datetime(2026, 11, 5, 9, tzinfo=UTC)


def cache(folder: Path, heard: list[str] | None = None) -> Cache:
    return Cache(folder, now=now, warn=([] if heard is None else heard).append)


def test_the_prompt_itself_is_no_part_of_the_key() -> None:
    """It holds a delimiter of its own; what it is made from is in the key."""
    assert cache_key(settings(), replace(ASKED, system="other", user="another delimiter")) == KEY


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, parts=parts(profile="segment 2")),
        replace(ASKED, parts=parts(brief={"goal": "thank"})),
        replace(ASKED, parts=parts(prompts={"system.txt": "bb"})),
        replace(ASKED, parts=parts(prompt_version="v2")),
        replace(ASKED, parts=parts(locale="de")),
        replace(ASKED, parts=parts(dialect="other")),
        replace(ASKED, parts=parts(variants=2)),
        replace(ASKED, parts=parts(extra={"recent": ["Hello"]})),
        replace(ASKED, schema={**SCHEMA, "description": "words for the model"}),
        replace(ASKED, schema_name="other"),
        replace(ASKED, round=1),
        replace(ASKED, failed={0: ("claims.number",)}),
        replace(ASKED, failed={1: ("claims.number",)}),
    ],
    ids=range(13),
)
def test_whatever_changes_the_answer_changes_the_key(other: Request) -> None:
    """Else a wrong answer would be found."""
    assert cache_key(settings(), other) != KEY


@pytest.mark.parametrize(
    "other",
    [{"model": "other"}, {"wire": Wire.CHAT}, {"base_url": "https://other.test/v1"}, {"temperature": 0.2}, {"max_output_tokens": 9}],
    ids=str,
)
def test_so_do_the_settings_that_matter(other: dict[str, Any]) -> None:
    """Model, wire, server, sampling, cap."""
    assert cache_key(settings(**other), ASKED) != KEY


@pytest.mark.parametrize(
    "same", [{"api_key": "env:X"}, {"timeout": 5}, {"concurrency": 2}, {"max_retries": 1}, {"base_url": BASE + "/"}], ids=str
)
def test_and_those_that_do_not_matter_do_not(same: dict[str, Any]) -> None:
    """Another key for the account asks for the same copy."""
    assert cache_key(settings(**same), ASKED) == KEY


def test_the_key_is_a_hash_and_the_order_of_names_is_nothing() -> None:
    """Canonical JSON."""
    forward, backward = parts(brief={"a": 1, "b": 2}), parts(brief={"b": 2, "a": 1})
    assert cache_key(settings(), replace(ASKED, parts=forward)) == cache_key(settings(), replace(ASKED, parts=backward))
    assert len(KEY) == 64


@pytest.mark.parametrize("strange", [object(), float("nan"), now(), {1, 2}, "\ud800"], ids=lambda each: type(each).__name__)
def test_what_is_not_json_is_refused(strange: Any) -> None:
    """It would have no hash, or another one each time."""
    with pytest.raises(FrancaError, match="not JSON"):
        cache_key(settings(), replace(ASKED, parts=parts(brief=strange)))


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    """But for `stored`; one file, which says when it was written and holds neither key nor prompt."""
    kept = Answer(text=TEXT, data=DATA, usage=USED, model="m", request_id="r", warnings=("text_around_json",))
    cache(tmp_path / "deep").put(KEY, kept)
    assert cache(tmp_path / "deep").get(KEY, ASKED) == replace(kept, stored=True)
    (path,) = (tmp_path / "deep").iterdir()
    entry = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == f"{KEY}.json"
    assert entry["at"] == "2026-11-05T09:00:00+00:00"
    assert entry.keys() == {"version", "key", "at", "text", "usage", "model", "request_id", "warnings"}


def test_unknown_usage_stays_unknown(tmp_path: Path) -> None:
    """None is not 0."""
    cache(tmp_path).put(KEY, good(usage=None))
    found = cache(tmp_path).get(KEY, ASKED)
    assert found
    assert found.usage is None


def damage(text: str) -> list[str]:
    entry = json.loads(text)
    return [
        "",
        text[: len(text) // 2],
        "[]",
        "null",
        "\x00",
        "[" * 100_000,
        json.dumps({**entry, "version": 99}),
        json.dumps({**entry, "key": "0" * 64}),
        json.dumps({**entry, "text": '{"subject": "Hello"}'}),
        json.dumps({**entry, "text": 5}),
        json.dumps({**entry, "usage": {"input": "many"}}),
        json.dumps({**entry, "usage": {"input": None}}),
        json.dumps({**entry, "warnings": 7}),
        json.dumps({name: value for name, value in entry.items() if name != "model"}),
    ]


def test_a_damaged_entry_is_ignored_with_a_warning_and_written_anew(tmp_path: Path) -> None:
    """Half a file, another's, another version's, or one that is not of the schema's shape."""
    cache(tmp_path).put(KEY, good())
    path = tmp_path / f"{KEY}.json"
    for text in damage(path.read_text(encoding="utf-8")):
        path.write_text(text, encoding="utf-8")
        heard: list[str] = []
        model = FakeModel()
        answer = asyncio.run(CachedModel(model, settings(), cache(tmp_path, heard)).complete(ASKED))
        assert heard == [f"cache: {KEY}.json is damaged and was ignored; the model is asked again"], text[:60]
        assert (len(model.asked), answer.stored) == (1, False)
        assert cache(tmp_path).get(KEY, ASKED) == replace(good(), stored=True)


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    """Nor do they end the run."""
    heard: list[str] = []
    (tmp_path / f"{KEY}.json").write_bytes(b"\xff\xfe")
    assert cache(tmp_path, heard).get(KEY, ASKED) is None
    assert len(heard) == 1


def test_the_second_time_nothing_is_called(tmp_path: Path) -> None:
    """The answer is found by its key."""
    model = FakeModel()
    kept = CachedModel(model, settings(), cache(tmp_path))
    first, second = asyncio.run(kept.complete(ASKED)), asyncio.run(kept.complete(ASKED))
    assert (first.stored, second.stored, second.data, len(model.asked)) == (False, True, first.data, 1)


@pytest.mark.parametrize("kind", list(Kind))
def test_failures_are_never_kept(tmp_path: Path, kind: Kind) -> None:
    """Of whatever kind: a refusal, a truncation, an error."""
    model = FakeModel(lambda _: Failure(kind=kind, detail="x"))
    with pytest.raises(ModelError):
        asyncio.run(CachedModel(model, settings(), cache(tmp_path)).complete(ASKED))
    assert list(tmp_path.iterdir()) == []


def test_without_parts_nothing_is_kept(tmp_path: Path) -> None:
    """There is nothing to find it by."""
    asyncio.run(CachedModel(FakeModel(), settings(), cache(tmp_path)).complete(request()))
    assert list(tmp_path.iterdir()) == []


def test_a_killed_write_leaves_the_old_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is there whole or not at all."""
    cache(tmp_path).put(KEY, good("old"))

    def killed(_self: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        cache(tmp_path).put(KEY, good("new"))
    found = cache(tmp_path).get(KEY, ASKED)
    assert found
    assert found.data["subject"] == "old"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """It names the folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FrancaError, match=r"the cache cannot be written .*; check the folder file"):
        cache(tmp_path / "file").put(KEY, good())
