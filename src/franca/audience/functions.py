"""Functions of an engine that Ibis has no word for, and their refusal where an engine is not known to have them.

DuckDB, PostgreSQL and Spark are proven to give equal memberships (tests/evaluator/test_engines.py); what another engine lacks is
refused by name, because text that is compared in another form is a wrong audience.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import ibis
from ibis import ir

from franca.audience import zones
from franca.definitions import Position
from franca.errors import FrancaError

KNOWN = "connect a folder of files, or a DuckDB, PostgreSQL or Spark database"
"""What to do where an engine is not known to do something."""
WHITE_SPACE = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
"""White space as Unicode (and Python) has it; engines trim less."""


_STAND_INS: Mapping[int, Any] = {1: lambda _a: None, 2: lambda _a, _b: None}


def _builtin(name: str, returns: str, *takes: str) -> Any:
    """Return a function that the engine has by that name."""
    stand_in: Any = _STAND_INS[len(takes)]  # Ibis counts its arguments
    stand_in.__name__ = name
    return ibis.udf.scalar.builtin(stand_in, name=name, signature=(takes, returns))


@dataclass(frozen=True)
class Functions:
    """What *engine* (an Ibis backend's name) can do beyond plain Ibis: of an unknown one, what plain SQL has."""

    engine: str

    def normal_form(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in Unicode normal form C."""
        del text
        raise self._lacks("compare text in Unicode normal form", position)

    def normal_list(self, texts: ir.ArrayValue, position: Position | None = None) -> ir.ArrayValue:
        """Return *texts* in normal form; nulls, which count for nothing, may be left out."""
        return texts.map(lambda one: self.normal_form(one, position))

    def ordered(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in a form that the engine orders by code point."""
        del text
        raise self._lacks("order text by code point whatever its collation", position)

    def ordered_text(self, text: str) -> str:
        """Return a constant in the form of `ordered`."""
        return text

    def stripped(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* without white space at its ends."""
        del text
        raise self._lacks("trim Unicode white space", position)

    def lower(self, text: ir.StringValue) -> ir.StringValue:
        """Return *text* in lower case, letter by letter; plain letters first, whatever the engine's locale makes of them."""
        one, two = self._plain(text), _mapped(text.replace("İ", "i̇"), *_lowering())
        return self.is_ascii(text).ifelse(one, two)

    def folded(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text*, in normal form, after Unicode case folding (the full one, as Python has it)."""
        del position
        letters, ligatures = _folding()
        return self.is_ascii(text).ifelse(self._plain(text), _mapped(text, letters, ligatures))

    def is_ascii(self, text: ir.StringValue) -> ir.BooleanValue:
        """Return whether *text* has no letter beyond ASCII."""
        return text.re_search("^[\\x01-\\x7f]*$")

    def _plain(self, text: ir.StringValue) -> ir.StringValue:
        return text.translate(ascii_uppercase, ascii_lowercase)

    def email(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return an email as it is compared: normal form, trimmed, lower-cased (İ as Python has it)."""
        return self.lower(self.stripped(self.normal_form(text, position), position))

    def matches(self, text: ir.StringValue, pattern: str, *, ignore_case: bool, position: Position | None = None) -> ir.BooleanValue:
        """Return whether RE2 finds *pattern* in *text*."""
        del text, pattern, ignore_case
        raise self._lacks("match RE2 patterns", position)

    def micros(self, instant: ir.TimestampValue) -> ir.IntegerValue:
        """Return the microseconds from 1970 to *instant* (naive, in UTC)."""
        return instant.truncate("s").epoch_seconds().cast("int64") * 1_000_000 + instant.microsecond()

    def to_utc(self, wall: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """Return the instant (naive, in UTC) of a wall-clock time in *zone*."""
        return zones.to_utc(wall, zone)

    def to_wall(self, instant: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """Return the wall-clock time in *zone* of an instant (naive, in UTC)."""
        return zones.to_wall(instant, zone)

    def stepped(self, instant: ir.TimestampValue, months: int, zone: str) -> ir.TimestampValue:
        """Return *instant* plus *months*, as the clock on a wall in *zone* steps, clamped to the month's end."""
        del instant, months, zone
        raise self._lacks("step from month to month in a zone", None)

    def place(self, moment: ir.TimestampValue, starts: Sequence[datetime]) -> ir.IntegerValue:
        """Return the number of the last of *starts*, which ascend, that is not after *moment*; 0 when all are."""
        return zones.search(moment, [(start, ibis.literal(number)) for number, start in enumerate(starts)])

    def among(self, table: ir.Table, others: ir.Table, *on: str) -> ir.Table:
        """Return the rows of *table* that agree in the columns *on* with a row of *others*, whose rows all differ in them.

        Not as a semi join: what SQLGlot makes of one for PostgreSQL is at times half of it.
        """
        joined = table.inner_join(others, [table[name] == others[name] for name in on])
        return joined.select(*(table[name] for name in table.columns))

    def without(self, table: ir.Table, others: ir.Table, on: str) -> ir.Table:
        """Return the other rows of *table*, those without a value among them."""
        joined = table.left_join(others, table[on] == others[on])
        return joined.filter(others[on].isnull()).select(*(table[name] for name in table.columns))

    def key(self, key: ir.Value) -> ir.StringValue:
        """Return a key as text, to be put beside keys of other tables."""
        return key if key.type().is_string() else key.cast("string")

    def sha256(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return the SHA-256 of *text* in UTF-8, as 64 lower-case hex digits."""
        del text
        raise self._lacks("compute SHA-256", position)

    def _lacks(self, ability: str, position: Position | None) -> FrancaError:
        return FrancaError(
            f"the engine {self.engine} is not known to {ability}",
            remedy=KNOWN,
            position=position,
        )


# ── DuckDB ───────────────────────────────────────────────────────────────────

_nfc_normalize = _builtin("nfc_normalize", "string", "string")
_trim = _builtin("trim", "string", "string", "string")
_duckdb_sha256 = _builtin("sha256", "string", "string")
_epoch_us = _builtin("epoch_us", "int64", "timestamp")


class DuckDB(Functions):
    """The embedded engine, and DuckDB databases."""

    def normal_form(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in Unicode normal form C."""
        del position
        normal: ir.StringValue = _nfc_normalize(text)
        return normal

    def ordered(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text*: the order is that of its bytes."""
        del position
        return text

    def stripped(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* without white space at its ends."""
        del position
        bare: ir.StringValue = _trim(text, WHITE_SPACE)
        return bare

    def lower(self, text: ir.StringValue) -> ir.StringValue:
        """Return *text* in lower case: DuckDB knows Unicode, and no locale."""
        return text.replace("İ", "i̇").lower()

    def matches(self, text: ir.StringValue, pattern: str, *, ignore_case: bool, position: Position | None = None) -> ir.BooleanValue:
        """Return whether RE2 finds *pattern* in *text*; Ibis lets a point match a line's end, RE2 does not."""
        del position
        return text.re_search(f"(?{'i' if ignore_case else ''}-s:{pattern})")

    def among(self, table: ir.Table, others: ir.Table, *on: str) -> ir.Table:
        """Return the rows of *table* that agree in the columns *on* with a row of *others*."""
        return table.semi_join(others, on)

    def without(self, table: ir.Table, others: ir.Table, on: str) -> ir.Table:
        """Return the other rows of *table*, those without a value among them."""
        return table.anti_join(others, on)

    def stepped(self, instant: ir.TimestampValue, months: int, zone: str) -> ir.TimestampValue:
        """Return *instant* plus *months* on the clock of *zone*; two searches would write *instant* out ten thousand times."""
        wall = zones.once(instant, lambda one: self.to_wall(one, zone) + ibis.interval(months=months))
        found: ir.TimestampValue = zones.once(wall, lambda one: self.to_utc(one, zone))
        return found

    def micros(self, instant: ir.TimestampValue) -> ir.IntegerValue:
        """Return the microseconds from 1970 to *instant*."""
        found: ir.IntegerValue = _epoch_us(instant)
        return found

    def sha256(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return the SHA-256 of *text* in UTF-8."""
        del position
        digest: ir.StringValue = _duckdb_sha256(text)
        return digest


# ── PostgreSQL ───────────────────────────────────────────────────────────────

_normalize = _builtin("normalize", "string", "string")
_btrim = _builtin("btrim", "string", "string", "string")
_convert_to = _builtin("convert_to", "binary", "string", "string")
_encode = _builtin("encode", "string", "binary", "string")
_width_bucket = _builtin("width_bucket", "int64", "timestamp", "array<timestamp>")
_pg_sha256 = _builtin("sha256", "binary", "binary")


class _Places(Functions):
    """An engine that writes out what stands in an expression twice, so that a search as a tree would grow beyond all bounds."""

    def to_utc(self, wall: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """Return the instant (naive, in UTC) of a wall-clock time in *zone*."""
        return self._shifted(wall, zones.wall_offsets(zone), -1)

    def to_wall(self, instant: ir.TimestampValue, zone: str) -> ir.TimestampValue:
        """Return the wall-clock time in *zone* of an instant (naive, in UTC)."""
        return self._shifted(instant, zones.utc_offsets(zone), 1)

    def stepped(self, instant: ir.TimestampValue, months: int, zone: str) -> ir.TimestampValue:
        """Return *instant* plus *months* on the clock of *zone*."""
        return self.to_utc(self.to_wall(instant, zone) + ibis.interval(months=months), zone)

    def _shifted(self, moment: ir.TimestampValue, offsets: zones.Offsets, sign: int) -> ir.TimestampValue:
        if len(offsets) == 1:
            return moment + _interval(sign * offsets[0][1])
        number = self.place(moment, [start for start, _ in offsets])
        found: dict[timedelta, list[int]] = {}
        for place, (_, offset) in enumerate(offsets):
            found.setdefault(offset, []).append(place)
        *others, most = sorted(found, key=lambda offset: len(found[offset]))
        step = _interval(sign * most)
        for offset in others:
            step = number.isin(found[offset]).ifelse(_interval(sign * offset), step)
        return moment + step


def _interval(offset: timedelta) -> ir.IntervalScalar:
    return ibis.interval(seconds=int(offset.total_seconds()))


class Postgres(_Places):
    """PostgreSQL 14 and later, with a database in UTF-8; its collations order as they like, so that order is that of the bytes."""

    def normal_form(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in Unicode normal form C."""
        del position
        normal: ir.StringValue = _normalize(text)
        return normal

    def ordered(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return the bytes of *text* in hex digits, which every collation orders alike."""
        del position
        digits: ir.StringValue = _encode(_convert_to(text, "UTF8"), "hex")
        return digits

    def micros(self, instant: ir.TimestampValue) -> ir.IntegerValue:
        """Return the microseconds from 1970 to *instant*: epochs are exact decimals."""
        return (instant.epoch_seconds().cast("decimal(38, 6)") * 1_000_000).cast("int64")

    def place(self, moment: ir.TimestampValue, starts: Sequence[datetime]) -> ir.IntegerValue:
        """Return the number of the last of *starts* that is not after *moment*, by the engine's binary search."""
        limits = ibis.literal("{" + ",".join(start.isoformat() for start in starts[1:]) + "}").cast("array<timestamp>")
        number: ir.IntegerValue = _width_bucket(moment, limits)
        return number

    def ordered_text(self, text: str) -> str:
        """Return the bytes of *text* in hex digits."""
        return text.encode().hex()

    def stripped(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* without white space at its ends."""
        del position
        bare: ir.StringValue = _btrim(text, WHITE_SPACE)
        return bare

    def sha256(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return the SHA-256 of *text* in UTF-8."""
        del position
        digest: ir.StringValue = _encode(_pg_sha256(_convert_to(text, "UTF8")), "hex")
        return digest


# ── Spark ────────────────────────────────────────────────────────────────────

_spark_btrim = _builtin("btrim", "string", "string", "string")
_sha2 = _builtin("sha2", "string", "string", "int32")
_unix_micros = _builtin("unix_micros", "int64", "timestamp('UTC')")


@lru_cache(maxsize=1)
def _workers() -> tuple[Any, Any]:
    """Return functions for Python workers: of a text, and of a list; made inside a function, they travel as code, without this package."""
    import unicodedata

    @ibis.udf.scalar.python(name="franca_nfc", signature=(("string",), "string"))
    def one(text):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return None if text is None else unicodedata.normalize("NFC", text)

    @ibis.udf.scalar.python(name="franca_nfc_list", signature=(("array<string>",), "array<string>"))
    def several(texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return None if texts is None else [None if text is None else unicodedata.normalize("NFC", text) for text in texts]

    return one, several


class Spark(_Places):
    """Spark with a session in UTC; it has no function for normal forms, so that Python workers make them."""

    def normal_form(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* in Unicode normal form C; workers get only what has letters beyond ASCII."""
        del position
        plain = self.is_ascii(text)
        strange: ir.StringValue = _workers()[0](plain.ifelse(ibis.null("string"), text))
        return plain.ifelse(text, strange)

    def normal_list(self, texts: ir.ArrayValue, position: Position | None = None) -> ir.ArrayValue:
        """Return *texts* in Unicode normal form C."""
        del position
        normal: ir.ArrayValue = _workers()[1](texts)
        return normal

    def ordered(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text*: the order is that of its bytes."""
        del position
        return text

    def stripped(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return *text* without white space at its ends."""
        del position
        bare: ir.StringValue = _spark_btrim(text, WHITE_SPACE)
        return bare

    def micros(self, instant: ir.TimestampValue) -> ir.IntegerValue:
        """Return the microseconds from 1970 to *instant*."""
        found: ir.IntegerValue = _unix_micros(instant.cast("timestamp('UTC')"))
        return found

    def place(self, moment: ir.TimestampValue, starts: Sequence[datetime]) -> ir.IntegerValue:
        """Return the number of the last of *starts* that is not after *moment*."""
        limits = ibis.array([ibis.literal(start, type="timestamp") for start in starts[1:]])
        number: ir.IntegerValue = zones.once(moment, lambda one: limits.filter(lambda limit: limit <= one).length())
        return number

    def sha256(self, text: ir.StringValue, position: Position | None = None) -> ir.StringValue:
        """Return the SHA-256 of *text* in UTF-8."""
        del position
        digest: ir.StringValue = _sha2(text, 256)
        return digest


ENGINES: Mapping[str, type[Functions]] = {"duckdb": DuckDB, "postgres": Postgres, "pyspark": Spark}
"""The engines whose functions are proven, by the name of their Ibis backend."""


# ── letters ──────────────────────────────────────────────────────────────────


def _letters(change: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return what *change* makes of letters: one letter, and several."""
    found = {chr(code): change(chr(code)) for code in range(sys.maxunicode) if change(chr(code)) != chr(code)}
    return {one: to for one, to in found.items() if len(to) == 1}, {one: to for one, to in found.items() if len(to) > 1}


@lru_cache(maxsize=1)
def _folding() -> tuple[dict[str, str], dict[str, str]]:
    return _letters(str.casefold)


@lru_cache(maxsize=1)
def _lowering() -> tuple[dict[str, str], dict[str, str]]:
    return _letters(str.lower)


def _mapped(text: ir.StringValue, letters: dict[str, str], ligatures: dict[str, str]) -> ir.StringValue:
    """Return *text* with every letter replaced, because engines know lower case only."""
    for letter, several in ligatures.items():
        text = text.replace(letter, several)
    return text.translate("".join(letters), "".join(letters.values()))


# ── many conditions ──────────────────────────────────────────────────────────


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
