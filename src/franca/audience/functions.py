"""Functions of an engine that Ibis has no word for, and their refusal where an engine is not known to have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

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
