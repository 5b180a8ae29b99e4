"""YAML text as a tree of items that know where they stand. Plain YAML 1.2: no tags, bounded size, depth and aliases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from franca.definitions import Position
from franca.errors import FrancaError

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 60
MAXIMUM_ITEMS = 100_000  # after aliases are followed
MAXIMUM_DIGITS = 40
_TAG = "tag:yaml.org,2002:"
_COLLECTIONS = frozenset({_TAG + "map", _TAG + "seq"})
_RUN = re.compile(rf"(?:[\[{{]\s*){{{MAXIMUM_DEPTH + 1}}}")
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*|0[0-9]+)$")


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
    at = Position(shown)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FrancaError(f"cannot be read: {error.strerror}", position=at, remedy="check the path and its permissions") from None
    if len(raw) > MAXIMUM_BYTES:
        raise FrancaError(f"is larger than {MAXIMUM_BYTES:,} bytes", position=at, remedy="split it")
    try:
        return read_text(raw.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        raise FrancaError(f"is not UTF-8 (byte {error.start})", position=at, remedy="save it as UTF-8") from None


def read_text(text: str, shown: str) -> Item:
    """Return the content of YAML text.

    Raises:
        FrancaError: it is not plain YAML.
    """
    if _RUN.search(text):  # the scanner's time grows with the square of such a run
        raise FrancaError("is nested too deeply", position=Position(shown))
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(shown, mark.line + 1, mark.column + 1) if mark else Position(shown)
        raise FrancaError(f"is not valid YAML: {error.problem or error.context}", position=at) from None
    except RecursionError:
        raise FrancaError("is nested too deeply", position=Position(shown)) from None
    except YAMLError as error:
        raise FrancaError(f"is not valid YAML: {str(error).splitlines()[0]}", position=Position(shown)) from None
    return Item(None, Position(shown, 1, 1)) if node is None else _Composer(shown).item(node, 0)


class _Composer:
    """Turns ruamel's nodes into items; counts them, since aliases multiply."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._count = 0

    def item(self, node: Node, depth: int) -> Item:
        at = self._at(node)
        self._count += 1
        if depth > MAXIMUM_DEPTH:
            raise FrancaError("is nested too deeply", position=at)
        if self._count > MAXIMUM_ITEMS:
            raise FrancaError("holds too many values once its aliases are followed", position=at)
        if not isinstance(node, ScalarNode) and str(node.tag) not in _COLLECTIONS:
            raise FrancaError(f"the tag {node.tag} is not allowed", position=at, remedy="files are plain YAML")
        if isinstance(node, SequenceNode):
            return Item(tuple(self.item(child, depth + 1) for child in node.value), at)
        if isinstance(node, MappingNode):
            return Item(self._mapping(node, depth), at)
        assert isinstance(node, ScalarNode)  # noqa: S101 - YAML has three kinds of node
        return Item(_scalar(node, at), at)

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            at = self._at(key)
            if not isinstance(key, ScalarNode) or key.tag == _TAG + "merge":
                raise FrancaError("keys are plain words", position=at, remedy="write the mapping out")
            if key.value in entries:
                raise FrancaError(f'duplicate key "{key.value}"', position=at, remedy=f"the first is at {entries[key.value].key}")
            entries[key.value] = Entry(at, self.item(value, depth + 1))
        return entries

    def _at(self, node: Node) -> Position:
        return Position(self._shown, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: ScalarNode, at: Position) -> str | int | Decimal | bool | None:
    kind = str(node.tag).removeprefix(_TAG)
    text: str = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return _number(text, at)
    if kind in ("str", "timestamp", "value"):
        return text
    raise FrancaError(f"the tag {node.tag} is not allowed", position=at, remedy="files are plain YAML")


def _number(text: str, at: Position) -> int | Decimal | str:
    if len(text) > MAXIMUM_DIGITS:
        raise FrancaError(f"a number of more than {MAXIMUM_DIGITS} digits", position=at)
    if _INTEGER.match(text):
        return int(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text  # 0x1F, 1_000, .inf: not numbers of this language; types are checked later
    return number if number.is_finite() else text


def plain(item: Item) -> Any:
    """Return the value without positions."""
    if isinstance(item.value, Mapping):
        return {name: plain(entry.item) for name, entry in item.value.items()}
    return [plain(child) for child in item.value] if isinstance(item.value, tuple) else item.value
