"""No text makes the rules take more than time that grows with its length: counted in calls, not in seconds."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping

import pytest
import regex

from franca.definitions import CONTROL, Copy, Wording
from franca_personalization.copy import guardrails
from franca_personalization.copy.guardrails import check
from personalization.guardrails.labelled import SALE

NASTY = {
    "letters": "a",
    "words": "free spirits ",
    "spaced": "a b ",
    "digits": "1,",
    "digits and blanks": "1 000 ",
    "marks": "a" + "\u0301\u0316" * 40,
    "brackets": "[[",
    "slots": "[[discount]]",
    "unknown slots": "[[x]] ",
    "dots": "a.",
    "dashes": "a-",
    "stars": "*a",
    "angles": "<a",
    "ampersands": "&a",
    "at": "a@",
    "slashes": "//",
    "up to": "up to ",
    "qualified": "up to 20 % ",
    "urgency": "last chance! ",
    "capitals": "CODE ",
    "names": "Nordlicht ",
    "fact": "up to 20 % ",
    "emoji": "👩\u200d",
    "flags": "🇩",
    "mixed": "aа",
    "hidden": "a\u200b",
    "numbers": "zweihundert",
    "sentences": "You bought linen. ",
    "quotes": "'s",
    "newlines": "\n",
    "underscores": "A_",
}


def copy(text: str, language: str = "en") -> Copy:
    return Copy(brief="b", segment="all", language=language, wordings=(Wording(key=CONTROL, texts={"body": (text,), "subject": text}),))


def calls(text: str, language: str) -> int:
    """Return how many Python functions checking a text calls."""
    count = 0

    def counted(_frame, event, _argument) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    made = copy(text, language)
    sys.setprofile(counted)
    try:
        check(made, SALE)
    finally:
        sys.setprofile(None)
    return count


def linear(name: str, size: int, language: str = "en") -> None:
    piece = NASTY[name]
    check(copy(piece * 4, language), SALE)  # lexicons read, so that both lengths start alike
    short, long = (calls((piece * (length // len(piece) + 1))[:length], language) for length in (size, 4 * size))
    assert long <= 5 * short + 20_000, f"{name}: {short} calls, then {long} for four times the text"


@pytest.mark.parametrize("name", NASTY)
def test_calls_grow_with_the_length(name: str) -> None:
    """Four times the text takes at most five times the calls."""
    linear(name, 150)


@pytest.mark.parametrize("name", ["words", "numbers", "qualified", "urgency"])
def test_calls_grow_alike_in_german(name: str) -> None:
    """The same with the German lexicon."""
    linear(name, 150, "de")


@pytest.mark.slow
@pytest.mark.parametrize("name", NASTY)
def test_calls_grow_with_the_length_of_long_texts(name: str) -> None:
    """The same up to 20,000 characters; counting slows Python down."""
    linear(name, 5_000)


def patterns(of: object) -> Iterator[regex.Pattern[str]]:
    """Yield the patterns that a module keeps, also in its tables."""
    if isinstance(of, regex.Pattern):
        yield of
    elif isinstance(of, Mapping):
        for each in of.values():
            yield from patterns(each)
    elif isinstance(of, tuple):
        for each in of:
            yield from patterns(each)


def all_patterns() -> list[regex.Pattern[str]]:
    modules = [importlib.import_module(found.name) for found in pkgutil.iter_modules(guardrails.__path__, f"{guardrails.__name__}.")]
    found = [pattern for module in modules for value in vars(module).values() for pattern in patterns(value)]
    return list({pattern.pattern: pattern for pattern in found}.values())


def test_every_module_with_patterns_is_seen() -> None:
    """The patterns that the next test tries are those of the package."""
    assert len(all_patterns()) > 40


@pytest.mark.slow
@pytest.mark.parametrize("name", NASTY)
def test_no_pattern_runs_away(name: str) -> None:
    """Every pattern goes through 100,000 characters within five seconds, where a quadratic one would need minutes."""
    text = (NASTY[name] * 100_000)[:100_000]
    for pattern in all_patterns():
        try:
            for _ in pattern.finditer(text, timeout=5):
                pass
        except TimeoutError:
            pytest.fail(f"{pattern.pattern} on {name}")
