"""YAML text as a tree of items that know where they stand. Plain YAML 1.2: no tags, bounded size, depth and aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent

from franca.definitions import Position
from franca.errors import FrancaError

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 60
MAXIMUM_ITEMS = 50_000  # after aliases are followed; a second of reading and checking
MAXIMUM_DIGITS = 28
"""What decimals are reckoned with exactly: by Python, and with room for their places by databases, which have 38."""

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's parser: thirty times as fast as those in Python. Only its events are used, so that what a scalar means is decided here."""

_PLAIN = "files are plain YAML"
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
"""Words without quotes that are no text."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
"""Numbers of this language; 0x1F, 1_000 and .inf are texts, and types are checked later."""

_ODD = re.compile(r"\x85|[\ud800-\udfff]|^%TAG\b", re.MULTILINE)
_TOO_DEEP = "is nested too deeply"


@dataclass(frozen=True, slots=True)
class Item:
    """One value: a scalar, a tuple of items, or a mapping of names to entries."""

    value: str | int | Decimal | bool | tuple[Item, ...] | Mapping[str, Entry] | None
    position: Position


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a mapping: where its key stands, and its value."""

    key: Position
    item: Item


def read_file(path: Path, shown: str) -> Item:
    """Return the content of a YAML file; *shown* is its name in messages.

    Raises:
        FrancaError: it cannot be read, is too large, or is not plain YAML.
    """
    try:
        text = file_text(path, remedy="split it")
    except FrancaError as error:
        raise FrancaError(error.problem.what, position=Position(shown), remedy=error.problem.remedy) from None
    return read_text(text, shown)


def file_text(path: Path, remedy: str) -> str:
    """Return a file's text; no more of it is read than may be.

    Raises:
        FrancaError: it is no file, cannot be read, is too large (*remedy* says what to do then), or is not UTF-8.
    """
    if path.exists() and not path.is_file():
        raise FrancaError("is not a file", remedy="remove it, or move it elsewhere")
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise FrancaError(f"cannot be read: {error.strerror}", remedy="check the path and its permissions") from None
    if len(raw) > MAXIMUM_BYTES:
        raise FrancaError(f"is larger than {MAXIMUM_BYTES:,} bytes", remedy=remedy)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FrancaError(f"is not UTF-8 (byte {error.start})", remedy="save it as UTF-8") from None


def read_text(text: str, shown: str) -> Item:
    """Return the content of YAML text.

    Raises:
        FrancaError: it is not plain YAML.
    """
    try:
        return _Composer(shown, events(text, shown)).document()
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text, shown) from None
    except yaml.reader.ReaderError as error:
        at = _place(text.encode()[: error.position].decode(errors="ignore"), shown)
        raise FrancaError(f"is not valid YAML: the character U+{error.character:04X} may not stand in it", position=at) from None


def events(text: str, shown: str) -> Iterator[Any]:
    """Return the parser's events of YAML text.

    Raises:
        FrancaError: it holds what readers disagree about.
        yaml.YAMLError: from some event on, it is no YAML.
    """
    _refuse_oddities(text, shown)
    return yaml.parse(text, Loader=_LOADER)


def _refuse_oddities(text: str, shown: str) -> None:
    """Refuse what readers of YAML disagree about, what is no character, and directives whose number libyaml squares."""
    found = _ODD.search(text)
    if found is None:
        return
    at = _place(text[: found.start()], shown)
    if found[0] == "%TAG":
        raise FrancaError("tags are not allowed", position=at, remedy=_PLAIN)
    if found[0] == "\x85":
        raise FrancaError("the character U+0085 ends a line for some readers only", position=at, remedy='write "\\N" in double quotes')
    raise FrancaError(f"U+{ord(found[0]):04X} is half a character", position=at, remedy="save it as UTF-8")


def _place(before: str, shown: str) -> Position:
    """Return the place after *before*."""
    return Position(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _not_yaml(error: yaml.MarkedYAMLError, text: str, shown: str) -> FrancaError:
    """Return the error at its place; what is missing at the end of the text is told where it began."""
    mark = error.problem_mark
    if error.context_mark and (mark is None or mark.index >= len(text)):
        mark = error.context_mark
    at = Position(shown, mark.line + 1, mark.column + 1) if mark else Position(shown)
    told = " ".join(filter(None, [error.problem, error.context]))
    if "nesting" in told:  # libyaml's own maximum of a thousand, which a run of brackets reaches before the first event
        return FrancaError(_TOO_DEEP, position=at)
    return FrancaError(f"is not valid YAML: {told}", position=at)


class _Anchored(NamedTuple):
    """What an alias stands for: an item, how many items it holds, and how deep."""

    item: Item
    size: int
    height: int


class _Composer:
    """Turns the parser's events into items; counts them, since aliases multiply."""

    def __init__(self, shown: str, events: Iterator[Any]) -> None:
        self._shown = shown
        self._events = events
        self._count = 0
        self._anchors: dict[str, _Anchored] = {}

    def document(self) -> Item:
        next(self._events)
        if isinstance(next(self._events), StreamEndEvent):
            return Item(None, Position(self._shown, 1, 1))
        item, _ = self._item(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, StreamEndEvent):
            raise FrancaError("a second document begins here", position=self._at(after), remedy="a file is one: remove the line ---")
        return item

    def _item(self, event: Any, depth: int) -> tuple[Item, int]:
        """Return the item that begins with *event*, and how many levels are below it."""
        at = self._at(event)
        if isinstance(event, AliasEvent):
            return self._aliased(event, at, depth)
        before = self._count
        self._add(1, depth, at)
        if event.tag is not None:
            raise FrancaError(f"the tag {event.tag} is not allowed", position=at, remedy=_PLAIN)
        if isinstance(event, ScalarEvent):
            item, height = Item(_scalar(event, at), at), 0
        else:
            value, height = (self._mapping if isinstance(event, MappingStartEvent) else self._sequence)(depth + 1)
            item = Item(value, at)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(item, self._count - before, height)
        return item, height

    def _add(self, number: int, depth: int, at: Position) -> None:
        self._count += number
        if depth > MAXIMUM_DEPTH:
            raise FrancaError(_TOO_DEEP, position=at)
        if self._count > MAXIMUM_ITEMS:
            raise FrancaError(
                f"holds too many values: more than {MAXIMUM_ITEMS:,}, counted wherever aliases repeat them", position=at, remedy="split it"
            )

    def _aliased(self, event: Any, at: Position, depth: int) -> tuple[Item, int]:
        found = self._anchors.get(event.anchor)
        if found is None:
            raise FrancaError(
                f"*{event.anchor} stands for nothing that ends before it", position=at, remedy=f"mark what it means with &{event.anchor}"
            )
        self._add(found.size, depth + found.height, at)
        return found.item, found.height

    def _sequence(self, depth: int) -> tuple[tuple[Item, ...], int]:
        found, height = [], 0
        while not isinstance(event := next(self._events), SequenceEndEvent):
            item, below = self._item(event, depth)
            found.append(item)
            height = max(height, below + 1)
        return tuple(found), height

    def _mapping(self, depth: int) -> tuple[dict[str, Entry], int]:
        entries: dict[str, Entry] = {}
        height = 0
        while not isinstance(event := next(self._events), MappingEndEvent):
            at = self._at(event)
            name = self._name(event, at)
            if name in entries:
                raise FrancaError(f'duplicate key "{name}"', position=at, remedy=f"the first is at {entries[name].key}")
            item, below = self._item(next(self._events), depth)
            entries[name] = Entry(at, item)
            height = max(height, below + 1)
        return entries, height

    def _name(self, event: Any, at: Position) -> str:
        if (
            not isinstance(event, ScalarEvent)
            or event.tag is not None
            or event.anchor is not None
            or (event.value == "<<" and not event.style)
        ):
            raise FrancaError("keys are plain words", position=at, remedy="write the mapping out")
        return event.value

    def _at(self, event: Any) -> Position:
        return Position(self._shown, event.start_mark.line + 1, event.start_mark.column + 1)


def _scalar(event: ScalarEvent, at: Position) -> str | int | Decimal | bool | None:
    text: str = event.value
    if event.style:  # quoted, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text, at) if _NUMBER.fullmatch(text) else text


def _number(text: str, at: Position) -> int | Decimal:
    if len(text) > 2 * MAXIMUM_DIGITS or _digits(number := Decimal(text)) > MAXIMUM_DIGITS:
        raise FrancaError(f"a number of more than {MAXIMUM_DIGITS} digits", position=at)
    return int(text) if _INTEGER.fullmatch(text) else number


def _digits(number: Decimal) -> int:
    """Return how many digits a number has when it is written out."""
    _, digits, exponent = number.as_tuple()
    return max(len(digits) + max(int(exponent), 0), -int(exponent))


def plain(item: Item) -> Any:
    """Return the value without positions."""
    if isinstance(item.value, Mapping):
        return {name: plain(entry.item) for name, entry in item.value.items()}
    return [plain(child) for child in item.value] if isinstance(item.value, tuple) else item.value
