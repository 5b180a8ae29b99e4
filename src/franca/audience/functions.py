"""Functions of an engine that Ibis has no word for, and their refusal where an engine is not known to have them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce

import ibis
from ibis import ir

from franca.definitions import Position
from franca.errors import FrancaError

WHITE_SPACE = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
"""White space as Unicode (and Python) has it; engines trim less."""


@ibis.udf.scalar.builtin(name="nfc_normalize")  # type: ignore[untyped-decorator]
def _nfc(text: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="trim")  # type: ignore[untyped-decorator]
def _trim(text: str, characters: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="sha256")  # type: ignore[untyped-decorator]
def _sha256(text: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="epoch_us", signature=(("timestamp",), "int64"))
def _epoch_us(instant): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202


@lru_cache(maxsize=1)
def _foldings() -> tuple[dict[str, str], dict[str, str]]:
    """Return what case folding makes of letters: one letter, and several."""
    found = {chr(code): chr(code).casefold() for code in range(sys.maxunicode) if chr(code).casefold() != chr(code)}
    return {one: to for one, to in found.items() if len(to) == 1}, {one: to for one, to in found.items() if len(to) > 1}


def fold(text: ir.StringValue) -> ir.StringValue:
    """Return *text* after case folding, letter by letter, because engines know lower case only."""
    letters, ligatures = _foldings()
    for letter, folded in ligatures.items():
        text = text.replace(letter, folded)
    return text.translate("".join(letters), "".join(letters.values()))


def _is_ascii(text: ir.StringValue) -> ir.BooleanValue:
    return text.re_search("^[\\x00-\\x7f]*$")


@dataclass(frozen=True)
class Functions:
    """What *engine* (an Ibis backend's name) can do beyond plain Ibis; DuckDB is the engine whose functions are proven."""

    engine: str

    def normal_form(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in Unicode normal form C."""
        self._need("compare text in Unicode normal form", position)
        return _nfc(text)

    def ordered(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in a form that the engine orders by code point."""
        self._need("order text by code point whatever its collation", position)
        return text

    def stripped(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* without white space at its ends."""
        self._need("trim Unicode white space", position)
        return _trim(text, WHITE_SPACE)

    def email(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return an email as it is compared: normal form, trimmed, lower-cased (İ as Python has it)."""
        return self.stripped(self.normal_form(text, position), position).replace("İ", "i̇").lower()

    def folded(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text*, in normal form, after Unicode case folding (the full one, as Python has it)."""
        self._need("fold case", position)
        return _is_ascii(text).ifelse(text.lower(), fold(text))

    def matches(self, text: ir.StringValue, pattern: str, *, ignore_case: bool, position: Position | None = None) -> ir.BooleanValue:
        """Return whether RE2 finds *pattern* in *text*."""
        self._need("match RE2 patterns", position)
        # Ibis lets a point match a line's end, RE2 does not
        return text.re_search(f"(?{'i' if ignore_case else ''}-s:{pattern})")

    def micros(self, instant: ir.TimestampValue) -> ir.IntegerValue:
        """Return the microseconds from 1970 to *instant* (naive, in UTC)."""
        self._need("count microseconds", None)
        return _epoch_us(instant)

    def key(self, key: ir.Value) -> ir.StringValue:
        """Return a key as text, to be put beside keys of other tables."""
        return key if key.type().is_string() else key.cast("string")

    def sha256(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return the SHA-256 of *text* in UTF-8, as 64 lower-case hex digits."""
        self._need("compute SHA-256", position)
        return _sha256(text)

    def _need(self, ability: str, position: Position | None) -> None:
        if self.engine != "duckdb":
            raise FrancaError(
                f"the engine {self.engine} is not known to {ability}",
                remedy="connect a folder of files or a DuckDB database",
                position=position,
            )


def every(parts: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """Return the AND of *parts*, true for none."""
    return _balanced(list(parts), empty=True)


def some(parts: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """Return the OR of *parts*, false for none."""
    return _balanced(list(parts), empty=False)


def _balanced(parts: list[ir.BooleanValue], *, empty: bool) -> ir.BooleanValue:
    """Fold as a tree, because a chain of a thousand parts would be a thousand levels deep in the SQL."""
    if not parts:
        return ibis.literal(empty)
    if len(parts) <= 8:
        return reduce(lambda left, right: left & right if empty else left | right, parts)
    middle = len(parts) // 2
    left, right = _balanced(parts[:middle], empty=empty), _balanced(parts[middle:], empty=empty)
    return left & right if empty else left | right
