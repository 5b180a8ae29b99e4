"""The words that rules look for, by language: built in, from other packages, or from a project's own file."""

from __future__ import annotations

import functools
import itertools
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import regex

from franca.definitions import Position
from franca.errors import FrancaError, did_you_mean
from franca_personalization.copy.guardrails.phrases import Index, Phrase, parse

GROUP = "franca.lexicons"
_FOLDER = Path(__file__).parent / "lexicons"
_OTHERS = "others"
_MINIMUM_STOP_WORDS = 10
_MAXIMUM_BYTES = 1_000_000

WORDS: Final = ("stop", "you", "numbers", "ones", "parts", "endings", "joiners", "code", "code_verbs", "till", "acts", "capitals")
PHRASES: Final = (
    *("innocent", "amount", "percent", "currency", "date", "superlative", "loaded", "free", "offer", "code", "qualifier", "unit", "rate"),
    *("urgency", "scarcity", "transaction", "attribute", "address", "profanity", "injection", "chatter", "placeholder"),
)
INSTEAD: Final = "inclusive"
"""The category of the phrases of `[instead]`."""

_KEYS = ("language", "script", "letters", "transliterations", "nouns_are_capitals", "extends", "words", "phrases", "instead")


@dataclass(frozen=True, kw_only=True, eq=False)
class Lexicon:
    """One language's words (lexicons/README.md tells what each list is for).

    Attributes:
        script: what its letters belong to, as Unicode names it; empty when that is not known.
        letters: beyond a-z, those that are letters of their own.
    """

    language: str
    script: str = ""
    letters: str = ""
    transliterations: Mapping[str, str] = field(default_factory=dict)
    nouns_are_capitals: bool = False
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def latin(self) -> bool:
        """Whether its letters are Latin ones, so that look-alikes are taken for them."""
        return self.script == "Latin"

    def keys(self, word: str) -> tuple[str, ...]:
        """Return the forms under which a word may stand in the lexicon."""
        return _keys(word, self.letters)

    def forms(self, word: str) -> Iterable[str]:
        """Return how a word may be typed: without its accents, and with its letters transliterated."""
        typed = "".join(self.transliterations.get(letter, letter) for letter in word)
        return dict.fromkeys((_key(word, self.letters), _key(typed, self.letters)))

    def is_number(self, key: str) -> bool:
        """Tell whether a word is a number, by itself or glued of several."""
        return key in self._numbers or (self._glued is not None and self._glued.fullmatch(key) is not None)

    def belongs(self, keys: Iterable[str], group: str) -> bool:
        """Tell whether a word is of a class."""
        return not self._groups[group].isdisjoint(keys)

    def has(self, name: str, keys: Iterable[str]) -> bool:
        """Tell whether a word is in one of the lists of words."""
        return not self._lists[name].isdisjoint(keys)

    @cached_property
    def index(self) -> Index:
        """All phrases."""
        return Index(self._parsed)

    @cached_property
    def _parsed(self) -> tuple[Phrase, ...]:
        listed = [(text, category, "") for category, texts in self.phrases.items() for text in texts]
        advised = [(text, INSTEAD, advice) for text, advice in self.instead.items()]
        return tuple(phrase for text, category, advice in listed + advised for phrase in parse(text, category, self.forms, advice))

    @cached_property
    def _lists(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(form for word in self.words.get(name, ()) for form in self.forms(word)) for name in WORDS}

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return self._lists["numbers"]

    @cached_property
    def _groups(self) -> Mapping[str, frozenset[str]]:
        dates = (phrase.elements[0] for phrase in self._parsed if phrase.category == "date" and len(phrase.elements) == 1)
        alone = frozenset(word for element in dates if not element.mark for word in element.exact)
        return {"YOU": self._lists["you"], "N1": self._lists["ones"], "DATE": alone}

    @cached_property
    def _glued(self) -> regex.Pattern[str] | None:
        parts, endings = _choice(self._lists["parts"]), _choice(self._lists["endings"])
        if not self._lists["parts"]:
            return None
        glue = _choice(word for word in self._lists["joiners"] | self._lists["ones"] if len(word) > 1)
        return regex.compile(rf"(?=.{{0,60}}(?:{parts}))(?:{parts}|{glue})++(?:{endings})?")


def _choice(words: Iterable[str]) -> str:
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(map(regex.escape, ordered)) if ordered else "(?!)"


@functools.lru_cache(maxsize=65536)
def _keys(word: str, letters: str) -> tuple[str, ...]:
    key = _key(word, letters)
    return (key, key[:-2]) if key.endswith("'s") else (key,)


def _key(word: str, letters: str) -> str:
    plain = "".join(letter if letter in letters else _bare(letter) for letter in word.lower())
    return plain.replace("ß", "ss")


def _bare(letter: str) -> str:
    if letter.isascii():
        return letter
    return "".join(each for each in unicodedata.normalize("NFD", letter) if not unicodedata.combining(each))


# -- finding


def lexicon_of(language: str) -> Lexicon | None:
    """Return the lexicon of a language, or of what stands before its region ("de" for "de-AT"); None when nobody offers one.

    Raises:
        FrancaError: two offer one, or one cannot be read.
    """
    written = language.replace("_", "-").lower()
    return _offered(written) or _offered(written.partition("-")[0])


@functools.cache
def _offered(language: str) -> Lexicon | None:
    path = _FOLDER / f"{language}.toml"
    own = [str(path)] if language != _OTHERS and path.is_file() else []
    foreign = [_path(point.load()) for point in entry_points(group=GROUP) if point.name.lower() == language]
    if len(offers := sorted({*own, *foreign})) > 1:
        remedy = "remove one, or name the file that you mean"
        raise FrancaError(f"there are several lexicons of the language {language!r}: {', '.join(offers)}", remedy=remedy)
    return read_lexicon(Path(offers[0])) if offers else None


def _path(offered: Any) -> str:
    return str(offered() if callable(offered) else offered)


@functools.cache
def stop_words() -> Mapping[str, frozenset[str]]:
    """Return language → its frequent small words, for all languages of which any are kept here."""
    listed = {name: frozenset(words.split()) for name, words in _toml(_FOLDER / f"{_OTHERS}.toml").items()}
    own = (lexicon_of(path.stem) for path in sorted(_FOLDER.glob("*.toml")) if path.stem != _OTHERS)
    return listed | {lexicon.language: lexicon.words["stop"] for lexicon in own if lexicon}


# -- reading


def read_lexicon(path: Path) -> Lexicon:
    """Return the lexicon that a file holds.

    Raises:
        FrancaError: it cannot be read, or is none.
    """
    content, at = _toml(path), Position(str(path))
    _only(content, _KEYS, "a lexicon", at)
    found = _parts(content, at)
    if "extends" in content:
        found = _extended(_base(content["extends"], at), content, found)
    if len(found.words.get("stop", ())) < _MINIMUM_STOP_WORDS:
        raise FrancaError(
            f"a lexicon has at least {_MINIMUM_STOP_WORDS} words under words.stop", position=at, remedy="they tell its language from others"
        )
    _parses(found, at)
    return found


def _toml(path: Path) -> dict[str, Any]:
    at = Position(str(path))
    try:
        raw = path.read_bytes()
        if len(raw) > _MAXIMUM_BYTES:
            raise FrancaError(f"is larger than {_MAXIMUM_BYTES:,} bytes", position=at, remedy="split it, with extends")
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise FrancaError(f"cannot be read: {error.strerror}", position=at, remedy="check the path and its permissions") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FrancaError(f"is not TOML in UTF-8: {error}", position=at, remedy="its format is told beside the built-in lexicons") from None


def _only(table: Mapping[str, Any], known: Iterable[str], what: str, at: Position) -> None:
    for name in table:
        if name not in (names := tuple(known)):
            raise FrancaError(f"{what} has no key {name!r}", position=at, remedy=did_you_mean(name, names))


def _parts(content: Mapping[str, Any], at: Position) -> Lexicon:
    words, phrases, instead = (_table(content, name, at) for name in ("words", "phrases", "instead"))
    _only(words, WORDS, "words", at)
    _only(phrases, PHRASES, "phrases", at)
    return Lexicon(
        language=_text(content, "language", at),
        script=_text(content, "script", at, default="Latin"),
        letters=_text(content, "letters", at, default=""),
        transliterations=_table(content, "transliterations", at),
        nouns_are_capitals=content.get("nouns_are_capitals") is True,
        words={name: frozenset(text.split()) for name, text in words.items()},
        phrases={name: tuple(_lines(text)) for name, text in phrases.items()},
        instead=instead,
    )


def _text(content: Mapping[str, Any], name: str, at: Position, default: str | None = None) -> str:
    found = content.get(name, default)
    if not isinstance(found, str):
        raise FrancaError(f"a lexicon needs {name!r}, a text", position=at)
    return found


def _table(content: Mapping[str, Any], name: str, at: Position) -> dict[str, str]:
    found = content.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise FrancaError(f"{name!r} is a table of texts", position=at)
    return found


def _lines(text: str) -> Iterable[str]:
    without = (line.partition("//")[0] for line in text.splitlines())
    return filter(None, (each.strip() for line in without for each in line.split(",")))


def _base(name: Any, at: Position) -> Lexicon:
    base = lexicon_of(str(name))
    if base is None:
        raise FrancaError(f"there is no lexicon {name!r} to extend", position=at)
    return base


def _extended(base: Lexicon, content: Mapping[str, Any], own: Lexicon) -> Lexicon:
    return Lexicon(
        language=own.language,
        script=own.script if "script" in content else base.script,
        letters="".join(dict.fromkeys(base.letters + own.letters)),
        transliterations={**base.transliterations, **own.transliterations},
        nouns_are_capitals=content.get("nouns_are_capitals", base.nouns_are_capitals) is True,
        words={name: base.words.get(name, frozenset()) | own.words.get(name, frozenset()) for name in {*base.words, *own.words}},
        phrases={
            name: base.phrases.get(name, ()) + own.phrases.get(name, ())
            for name in dict.fromkeys(itertools.chain(base.phrases, own.phrases))
        },
        instead={**base.instead, **own.instead},
    )


def _parses(lexicon: Lexicon, at: Position) -> None:
    if not lexicon.script.isalpha() or not _is_script(lexicon.script):
        remedy = "name it as Unicode does: Latin, Cyrillic, Greek"
        raise FrancaError(f"there is no script {lexicon.script!r}", position=at, remedy=remedy)
    try:
        _ = lexicon.index
    except ValueError as error:
        raise FrancaError(f"the phrase {str(error)!r} asks for nothing", position=at, remedy="at least one of its words has no ?") from None


def _is_script(name: str) -> bool:
    try:
        regex.compile(rf"\p{{Script={name}}}")
    except regex.error:
        return False
    return True
