"""The loopback model: what it says when it behaves, when it does not, and what it knows."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from loopback_kit import ANGLES, BRIEF, FIELDS, block, prompt

import franca_personalization.loopback as package
from franca_personalization.loopback import Task, adversarial, catalogue, fitting, read
from franca_personalization.loopback.compose import good
from franca_personalization.loopback.prompt import NoBlockError

SLOT = re.compile(r"\[\[([^\[\]]*)\]\]")


def task(**more: Any) -> Task:
    return read(prompt(block(**more)))


def texts(variant: dict[str, Any]) -> list[str]:
    return [text for name, value in variant.items() if name != "angle" for text in (value if isinstance(value, list) else [value])]


# -- the prompt


def test_the_last_block_of_a_prompt_is_read() -> None:
    """Whatever its delimiter, and whatever stands in front, a block of another delimiter included."""
    text = "Rules: <<<x\n{}\nx>>>\n" + prompt(block(language="de-AT"), "a+b(c")
    assert read(text).language == "de"


@pytest.mark.parametrize("text", ["", "Write.", "<<<a\n{}\nb>>>", "<<<a\n[]\na>>>", "<<<a\n{\na>>>", prompt({}) + "more"])
def test_without_a_block_nothing_is_understood(text: str) -> None:
    """No block, another end, no object, no JSON, or something behind it."""
    with pytest.raises(NoBlockError):
        read(text)


# -- good copy


TASKS = [
    (f"{language}-{'+'.join(write)}-{segment}", {"language": language, "write": write, "segment": {"id": segment}, **more})
    for language in ("en", "de")
    for write, more in (
        (FIELDS, {}),
        (["subject", "preview_text"], {"angles": ANGLES, "variants": 5}),
        (["subject"], {"brief": {"facts": {}}}),
        (
            FIELDS,
            {
                "brief": {**BRIEF, "facts": {"price": "", "gift": ""}, "required": ["gift"], "links": [], "use": [], "allowed_phrases": []},
                "angles": ANGLES,
                "variants": 5,
            },
        ),
    )
    for segment in range(8)
]


@pytest.mark.parametrize("more", [each[1] for each in TASKS], ids=[each[0] for each in TASKS])
def test_good_copy_keeps_to_what_is_asked(more: dict[str, Any]) -> None:
    """Fields, angles, limits, slots that exist and each once, no digit, no variant like another."""
    asked = task(**more)
    variants = good(asked, 1)
    allowed = {*asked.facts, *asked.profile, *(f"link:{name}" for name in asked.links)}
    assert [variant["angle"] for variant in variants] == list(asked.angles)
    assert len({str(variant.get("subject")) for variant in variants}) == len(variants)
    for variant in variants:
        slots = SLOT.findall(" ".join(texts(variant)))
        assert list(variant) == ["angle", *asked.write]
        assert set(slots) <= allowed
        assert len(slots) == len(set(slots))
        assert set(asked.required) <= set(slots)
        assert not any(letter.isdigit() for text in texts(variant) for letter in text)
        assert all(
            len(SLOT.sub("x" * 15, text)) <= asked.limits[name] for name in asked.write if name != "body" for text in [variant[name]]
        )


def test_copy_depends_on_the_seed_and_the_prompt_and_on_nothing_else() -> None:
    """The same twice; the delimiter is no matter."""
    first, again = read(prompt(block())), read(prompt(block(), "other"))
    assert good(first, 1) == good(again, 1)
    assert good(first, 1) != good(first, 2)
    assert good(first, 1) != good(task(segment={"id": "segment 2"}), 1)


def test_when_asked_again_it_writes_what_failed_anew() -> None:
    """With the angle of the place, in other words than before, and unlike the variants that stay."""
    before = good(task(), 1)
    after = good(task(variants=2, failed={"0": ["claims.number"], "2": ["claims.number"]}), 1)
    assert [variant["angle"] for variant in after] == [before[0]["angle"], before[2]["angle"]]
    subjects = [variant["headline"] for variant in (before[1], *after)]
    assert len(set(subjects)) == 3


def test_words_to_avoid_are_avoided() -> None:
    """As long as there are other words."""
    subjects = {
        variant["subject"]
        for number in range(30)
        for variant in good(task(segment=number, brief={"facts": {}}, angles=["benefit"], variants=1), 1)
    }
    assert any("comfort" in subject.lower() for subject in subjects)
    for number in range(30):
        avoiding = task(segment=number, brief={"facts": {}, "avoid": ["Comfort", "easy"]}, angles=["benefit"], variants=1)
        assert not any(word in good(avoiding, 1)[0]["subject"].lower() for word in ("comfort", "easy"))


def test_an_emoji_comes_only_where_it_may() -> None:
    """One, in news."""
    subjects = [
        good(task(brief={"facts": {}, "emoji": emoji}, angles=["news"], variants=1), 1)[0]["subject"] for emoji in ("none", "at most one")
    ]
    assert (subjects[0].isascii(), subjects[1].isascii()) == (True, False)


# -- bad copy


@pytest.mark.parametrize("language", ["en", "de"])
def test_there_are_hundreds_of_ways_to_be_wrong(language: str) -> None:
    """All different, of every kind that is known to go wrong."""
    ways = catalogue(language)
    assert len({(way.text, way.field, way.kind) for way in ways}) == len(ways) >= 300
    assert len({way.text for way in ways if not way.spoil}) >= 300
    assert {way.kind for way in ways} >= {
        "number.percent",
        "price",
        "date",
        "code",
        "urgency",
        "token",
        "invisible",
        "look_alike",
        "attribute",
    }


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("write", [FIELDS, ["subject"]], ids=len)
def test_each_is_the_only_thing_that_is_wrong(language: str, write: list[str]) -> None:
    """Exactly one text of the good copy is replaced, or a whole variant by another; the shape is kept."""
    asked = task(language=language, write=write)
    right = good(asked, 1)
    for number in range(len(fitting(asked))):
        variants, way = adversarial(asked, 1, number)
        changed = [(place, name) for place, variant in enumerate(variants) for name in variant if variant[name] != right[place][name]]
        assert 1 <= len({place for place, _ in changed}) == 1, way
        assert way.kind == "duplicate" or len(changed) == 1, way
        assert [list(variant) for variant in variants] == [list(variant) for variant in right]


def test_what_the_brief_allows_is_not_wrong() -> None:
    """No urgency with a deadline, no text with an allowed phrase, no duplicate of one variant."""

    def kinds(**more: Any) -> set[str]:
        return {way.kind for way in fitting(task(**more))}

    bare = {"facts": {"discount": "x"}}
    assert "urgency" in kinds(brief=bare)
    assert "urgency" not in kinds()
    assert "duplicate" not in kinds(variants=1)
    freely = {way.text for way in fitting(task(brief={**bare, "allowed_phrases": ["free shipping"]}))}
    assert "Free shipping on all linen" not in freely


def test_it_knows_nothing_of_the_guardrails() -> None:
    """What they say of its copy is worth something: it imports its own modules, how errors are told, and how to serve on loopback."""
    for path in Path(package.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        ours = {name for name in names if name.startswith("franca")}
        assert all(name in ("franca.errors", "franca.sandbox") or name.startswith("franca_personalization.loopback") for name in ours), (
            path.name,
            ours,
        )


# -- the command


def test_the_command_serves_and_says_where() -> None:
    """A port is taken, and the models are listed."""
    with subprocess.Popen(
        [sys.executable, "-m", "franca_personalization.loopback", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = process.stdout.readline().split()[0]
        with urllib.request.urlopen(f"{url}/models") as answer:
            names = [each["id"] for each in json.load(answer)["data"]]
        process.terminate()
    assert names == ["loopback", "loopback-good", "loopback-mixed", "loopback-adversarial"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [("refusel", "--fault: there is no 'refusel'; did you mean \"refusal\"?"), ("refusal:x", "'x' is no number of times")],
)
def test_a_mistake_is_one_line(fault: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It names what there is."""
    from franca_personalization.loopback.__main__ import main

    monkeypatch.setattr(sys, "argv", ["loopback", "--fault", fault])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert said in capsys.readouterr().err
