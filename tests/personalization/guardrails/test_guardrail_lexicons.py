"""Lexicons: built in, from files, from packages; and what happens without one."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from franca.errors import FrancaError
from franca_personalization.copy.guardrails import lexicon, lexicon_of, read_lexicon
from franca_personalization.copy.guardrails.lexicon import PHRASES
from franca_personalization.copy.records import Severity
from personalization.guardrails.kit import control, copy, found, subject
from personalization.guardrails.labelled import PLAIN

STOP = 'stop = "le la les et est un une vous pour dans avec"'
FRENCH = f"""
language = "fr"
letters = "éèç"
[words]
{STOP}
numbers = "deux trois"
[phrases]
date = "lundi"
superlative = "meilleur*"
"""


@pytest.fixture(autouse=True)
def _forget():
    """What is offered is looked up once; tests start anew."""
    lexicon._offered.cache_clear()
    yield
    lexicon._offered.cache_clear()


def written(folder: Path, text: str) -> Path:
    path = folder / "words.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "de"])
def test_built_in_lexicons_are_complete(language: str) -> None:
    """English and German have words for every category of phrases."""
    assert set(lexicon_of(language).phrases) == set(PHRASES)
    assert lexicon_of(language).instead


@pytest.mark.parametrize(("language", "base"), [("en-GB", "en"), ("de_AT", "de"), ("DE", "de")])
def test_a_region_has_the_lexicon_of_its_language(language: str, base: str) -> None:
    """The lexicon of a language serves its regions."""
    assert lexicon_of(language) is lexicon_of(base)


def test_without_a_lexicon_nothing_passes() -> None:
    """A language without a lexicon is an error of the copy, and the rules that need no words run all the same."""
    raised = subject("Le lin à 25 % {{ x }} 5 €", PLAIN, language="fr")
    assert raised["language.no_lexicon"].severity is Severity.ERROR
    assert (raised["language.no_lexicon"].variant, raised["language.no_lexicon"].field) == ("", "")
    assert {"claims.percent", "claims.price", "slots.tag"} <= raised.keys()


def test_a_lexicon_of_the_caller_is_used(tmp_path: Path) -> None:
    """A lexicon that is passed finds its words, and there is no error for the language."""
    words = read_lexicon(written(tmp_path, FRENCH))
    raised = subject("Le meilleur lin, lundi à trois", PLAIN, language="fr", lexicon=words)
    assert {"claims.superlative", "claims.date", "claims.number"} <= raised.keys()
    assert "language.no_lexicon" not in raised


def test_a_lexicon_of_a_package_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package offers a lexicon by an entry point named as the language."""
    path = written(tmp_path, FRENCH)
    monkeypatch.setattr(EntryPoint, "load", lambda _: path)
    monkeypatch.setattr(lexicon, "entry_points", lambda group: [EntryPoint("fr", "x:PATH", group)])
    assert "claims.superlative" in subject("Le meilleur lin", PLAIN, language="fr-CA")


def test_two_lexicons_of_one_language_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package's lexicon for a language that has one is refused, with both named."""
    path = written(tmp_path, FRENCH)
    monkeypatch.setattr(EntryPoint, "load", lambda _: path)
    monkeypatch.setattr(lexicon, "entry_points", lambda group: [EntryPoint("de", "x:PATH", group)])
    with pytest.raises(FrancaError, match=r"several lexicons of the language 'de'.*name the file"):
        lexicon_of("de")


def test_a_lexicon_may_extend_another(tmp_path: Path) -> None:
    """A project's file adds to a built-in lexicon, and keeps all of it."""
    path = written(tmp_path, 'language = "en"\nextends = "en"\n[phrases]\nloaded = "bulletproof"\n[instead]\nlads = "all"\n')
    raised = subject("Bulletproof linen, guaranteed, lads", PLAIN, lexicon=read_lexicon(path))
    assert "claims.loaded" in raised
    assert "people.inclusive" in raised
    assert "claims.number" in subject("Seven of them", PLAIN, lexicon=read_lexicon(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("language = 1", "a lexicon needs 'language'"),
        ("language = ", "is not TOML"),
        (f'language = "fr"\nwrods = 1\n[words]\n{STOP}', "no key 'wrods'.*did you mean \"words\""),
        (f'language = "fr"\n[words]\n{STOP}\nnumber = "un"', "words has no key 'number'.*did you mean \"numbers\""),
        (f'language = "fr"\n[words]\n{STOP}\n[phrases]\nurgent = "vite"', "phrases has no key 'urgent'"),
        (f'language = "fr"\n[words]\n{STOP}\n[phrases]\ndate = ["lundi"]', "'phrases' is a table of texts"),
        (f'language = "fr"\n[words]\n{STOP}\n[phrases]\ndate = "lundi?"', "the phrase 'lundi\\?' asks for nothing"),
        ('language = "fr"\n[words]\nstop = "le la"', "at least 10 words under words.stop"),
        (f'language = "fr"\nscript = "Latn2"\n[words]\n{STOP}', "there is no script 'Latn2'"),
        (f'language = "fr"\nscript = "Latein"\n[words]\n{STOP}', "there is no script 'Latein'"),
        ('language = "fr"\nextends = "xx"', "there is no lexicon 'xx' to extend"),
    ],
)
def test_a_mistake_in_a_lexicon_is_told(tmp_path: Path, text: str, message: str) -> None:
    """A file that is no lexicon is refused with the file, what is wrong, and what to do."""
    path = written(tmp_path, text)
    with pytest.raises(FrancaError, match=message) as caught:
        read_lexicon(path)
    assert str(path) in str(caught.value)


def test_a_lexicon_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file is an error with its path."""
    with pytest.raises(FrancaError, match="cannot be read"):
        read_lexicon(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("notation", "taken", "left"),
    [
        ("green*", "Greenish linen", "Evergreen linen"),
        ("*proof", "Waterproof linen", "Proofread linen"),
        ("very nice", "Very, very... nice", "Nice and very soft"),
        ("zip-off", "A zip-off leg", "Zip, then off"),
        ("only N tables", "Only four tables", "Only the tables"),
        ("big ANY day", "A big linen day", "A big day"),
        ("so? long", "Long linen", "Lengthy linen"),
        ("^bloom", "The Bloom is here", "Bloom is here. A bloom"),
        ("<bloom", "Bloom is here", "The bloom is here"),
        ("_bloom", "The bloom is here", "The Bloom is here"),
        ("friends;", "Friends, it is here", "Friends of linen"),
        ("for YOU alone", "For you alone", "For them alone"),
    ],
)
def test_the_notation_means_what_its_table_says(tmp_path: Path, notation: str, taken: str, left: str) -> None:
    """Each sign of the notation takes what it should and leaves what it should."""
    text = f'language = "en"\n[words]\nstop = "a b c d e f g h i j"\nyou = "you"\nnumbers = "four"\n[phrases]\nloaded = "{notation}"\n'
    words = read_lexicon(written(tmp_path, text))
    assert "claims.loaded" in subject(taken, PLAIN, lexicon=words)
    assert "claims.loaded" not in subject(left, PLAIN, lexicon=words)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("zweihundertfünfzig", True),
        ("zweihundertfuenfzig", True),
        ("dreifach", True),
        ("einhundert", True),
        ("einfach", False),
        ("Achtung", False),
        ("Allein", False),
    ],
)
def test_german_numbers_are_glued(word: str, number: bool) -> None:
    """Number words that are glued of several are numbers, words that only begin like one are not."""
    assert ("claims.number" in found(copy(control(subject=f"Mit {word} dabei"), language="de"), PLAIN)) is number
