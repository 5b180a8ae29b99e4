"""Reading items into records: every mistake is collected with its place, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeVar

from franca.definitions import Position
from franca.errors import FrancaError, Problem, Problems, ProblemsError, did_you_mean
from franca.language.source import Entry, Item, read_file

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_PERCENT = re.compile(r"[0-9]+(\.[0-9]+)?%")


class _Stop(Exception):  # noqa: N818 - a jump to the nearest guard, not an error of its own
    pass


class Reader:
    """Collects problems. `fail` leaves the part being read; the nearest `guard` goes on with the next."""

    def __init__(self) -> None:
        self.problems = Problems()

    def note(self, position: Position | None, what: str, remedy: str = "") -> None:
        """Add a problem and go on."""
        self.problems.append(Problem(what=what, remedy=remedy, position=position))

    def fail(self, position: Position | None, what: str, remedy: str = "") -> NoReturn:
        """Add a problem and leave the part being read."""
        self.note(position, what, remedy)
        raise _Stop

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Read one part; a failure inside ends this part only."""
        with suppress(_Stop):
            yield

    def collect(self, items: Iterable[Item], read: Callable[[Item], T]) -> tuple[T, ...]:
        """Read each item under its own guard."""
        found: list[T] = []
        for item in items:
            with self.guard():
                found.append(read(item))
        return tuple(found)

    def finish(self) -> None:
        """Raise what was collected.

        Raises:
            ProblemsError: something was.
        """
        if self.problems:
            raise ProblemsError(self.problems)

    def file(self, path: Path, shown: str) -> Item:
        """Return a file's content."""
        try:
            return read_file(path, shown)
        except FrancaError as error:
            self.problems.append(error.problem)
            raise _Stop from None

    # -- scalars

    def text(self, item: Item, what: str) -> str:
        """Return a text."""
        if not isinstance(item.value, str):
            self.fail(item.position, f"{what} is a text", "put it in quotes" if isinstance(item.value, (int, Decimal)) else "")
        return item.value

    def flag(self, item: Item, what: str) -> bool:
        """Return true or false."""
        if not isinstance(item.value, bool):
            self.fail(item.position, f"{what} is true or false")
        return item.value

    def integer(self, item: Item, what: str) -> int:
        """Return a whole number."""
        if isinstance(item.value, bool) or not isinstance(item.value, int):
            self.fail(item.position, f"{what} is a whole number")
        return item.value

    def number(self, item: Item, what: str) -> Decimal:
        """Return a number."""
        if isinstance(item.value, bool) or not isinstance(item.value, (int, Decimal)):
            self.fail(item.position, f"{what} is a number", "write it without quotes" if isinstance(item.value, str) else "")
        return Decimal(item.value)

    def percent(self, item: Item, what: str) -> Decimal:
        """Return what is written before the sign of "30%"."""
        if isinstance(item.value, str) and _PERCENT.fullmatch(item.value):
            return Decimal(item.value[:-1])
        self.fail(item.position, f"{what} is a share such as 30%")

    def share(self, item: Item, what: str) -> Decimal:
        """Return a share written as "30%" as a fraction of 1."""
        return self.percent(item, what) / 100

    def choice(self, item: Item, words: Iterable[str], what: str) -> str:
        """Return one of these words."""
        known = tuple(words)
        if isinstance(item.value, (tuple, Mapping)):
            self.fail(item.position, f"{what} is one word", f"known: {', '.join(sorted(known))}")
        if item.value not in known:
            self.fail(item.position, f"{what}: there is no {item.value!r}", did_you_mean(str(item.value), known))
        return str(item.value)

    def word(self, item: Item, words: type[E], what: str) -> E:
        """Return one of an enumeration's words."""
        return words(self.choice(item, words, what))

    # -- collections

    def sequence(self, item: Item, what: str) -> tuple[Item, ...]:
        """Return a list's items; it has at least one."""
        if not isinstance(item.value, tuple):
            self.fail(item.position, f"{what} is a list")
        if not item.value:
            self.fail(item.position, f"{what} is empty", "a list here has at least one item")
        return item.value

    def several(self, item: Item, what: str) -> tuple[Item, ...]:
        """Return a list's items, or the one value as a list."""
        return self.sequence(item, what) if isinstance(item.value, tuple) else (item,)

    def mapping(self, item: Item, what: str) -> Mapping[str, Entry]:
        """Return a mapping's entries."""
        if not isinstance(item.value, Mapping):
            self.fail(item.position, f"{what} is a mapping of keys and values")
        return item.value

    def fields(self, item: Item, what: str, known: Iterable[str]) -> Fields:
        """Return a mapping whose keys are known beforehand; others are noted as mistakes."""
        return Fields(self, item, what, tuple(known))

    def named(self, item: Item | None, what: str, read: Callable[[str, Item], T]) -> dict[str, T]:
        """Read a mapping of names to things, each under its own guard; nothing when *item* is None."""
        found: dict[str, T] = {}
        if item is None or item.value is None:
            return found
        for name, entry in self.mapping(item, what).items():
            with self.guard():
                found[name] = read(name, entry.item)
        return found


class Fields:
    """A mapping with known keys."""

    def __init__(self, reader: Reader, item: Item, what: str, known: tuple[str, ...]) -> None:
        self._reader, self._what = reader, what
        self.position = item.position
        self.entries = reader.mapping(item, what)
        self._unknown = [name for name in self.entries if name not in known]
        for name in self._unknown:
            reader.note(self.entries[name].key, f"{what} has no key {name!r}", did_you_mean(name, known))

    def get(self, name: str) -> Item | None:
        """Return the value of a key, or None; a key without a value counts as absent."""
        entry = self.entries.get(name)
        return entry.item if entry and entry.item.value is not None else None

    def need(self, name: str) -> Item:
        """Return the value of a key that must be there; one that was told as misspelt is not told again as missing."""
        item = self.get(name)
        if item is None and get_close_matches(name, self._unknown, cutoff=0.6):
            raise _Stop
        if item is None:
            self._reader.fail(self.position, f"{self._what} needs {name!r}")
        return item

    def demand(self, found: Sequence[object], what: str, remedy: str) -> None:
        """Leave when nothing was *found*; a key that was already told as unknown is reason enough."""
        if not found and self._unknown:
            raise _Stop
        if not found:
            self._reader.fail(self.position, what, remedy)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; required when there is no default."""
        item = self.get(name) if default is not None else self.need(name)
        return self._reader.text(item, f"{self._what}: {name}") if item else default or ""

    def optional(self, name: str) -> str | None:
        """Return a text, or None."""
        item = self.get(name)
        return self._reader.text(item, f"{self._what}: {name}") if item else None

    def flag(self, name: str) -> bool:
        """Return true or false; absent is false."""
        item = self.get(name)
        return self._reader.flag(item, f"{self._what}: {name}") if item else False
