"""What changed since the last run: sizes, and, where there is a key for hashes, who entered a segment and who left it, as numbers.

What a run leaves behind is one Parquet file: sizes, fingerprints and the instant as metadata; and for each profile that is in some
segment the first 128 bits of the HMAC-SHA-256 of its key, with one bit for each segment. No key of a profile is in it, and its order is
that of the hashes, so that nobody can be found by place. It is sorted and compared by an embedded DuckDB, which puts on disk what does
not fit into memory.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from franca.audience.stream import ROWS
from franca.errors import FrancaError

VERSION = 1

_META = "franca"
_NO_NAMES: Mapping[str, str] = {}
_CONSTANT = b"franca preview key"
_DIGEST = 16
_WORD = 32
"""Bits of a profile's memberships in one column."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is remembered of a run.

    Attributes:
        as_of: its instant, in ISO 8601.
        key: what tells the key of its hashes from others; None when it kept none.
        sizes: segment → members.
        fingerprints: segment → the fingerprint of its definition.
    """

    as_of: str
    key: str | None
    sizes: Mapping[str, int]
    fingerprints: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One segment against the last run.

    Attributes:
        before: members then.
        entered: members who were none; None when that cannot be known.
        left: those who were members then and are not now; None when that cannot be known.
        redefined: its definition has another fingerprint.
    """

    before: int
    entered: int | None
    left: int | None
    redefined: bool


@dataclass(frozen=True, kw_only=True)
class Since:
    """The last run.

    Attributes:
        as_of: its instant.
        unknown: why entries and exits are not known; empty when they are.
        changes: segment → what changed; without those that the last run did not have.
    """

    as_of: str
    unknown: str
    changes: Mapping[str, Change]


@dataclass(frozen=True)
class Memory:
    """The file that a run leaves for the next one; *key* is that of the hashes."""

    path: Path
    key: bytes | None = field(default=None, repr=False)

    @property
    def key_id(self) -> str | None:
        """What tells one key from another without saying anything about it."""
        return None if self.key is None else hmac.digest(self.key, _CONSTANT, hashlib.sha256).hex()

    def last(self) -> Run | None:
        """Return the last run; None when there was none.

        Raises:
            FrancaError: the file is unreadable or of another version.
        """
        if not self.path.exists():
            return None
        try:
            found = json.loads(pq.read_schema(self.path).metadata[_META.encode()])
            version = found.pop("version")
            if version != VERSION:
                raise FrancaError(f"{self.path.name} has version {version}, not {VERSION}", remedy="upgrade Franca")
            return Run(**found)
        except (OSError, pa.ArrowInvalid, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self.broken(error) from error

    def broken(self, error: Exception) -> FrancaError:
        """Return what to tell of a file that cannot be read."""
        what = f"{self.path.name}, what the last preview left, cannot be read ({type(error).__name__})"
        return FrancaError(what, remedy="restore it, or delete it: the next preview begins anew")


class Recorder:
    """Records one run, batch by batch, in a folder of its own; compares it with the last one; and puts it in that one's place.

    Args:
        memory: where the last run is.
        segments: the keys of the segments.
        renamed: segment → its key before a rename.
    """

    def __init__(self, memory: Memory, segments: Sequence[str], renamed: Mapping[str, str] = _NO_NAMES) -> None:
        self.memory = memory
        self._segments = tuple(segments)
        self._renamed = renamed
        self._hash = _hashing(memory.key) if memory.key is not None else None
        self._folder = tempfile.TemporaryDirectory(prefix="franca-")
        self._columns = [f"m{number}" for number in range(-(-len(self._segments) // _WORD))]
        self._schema = pa.schema([("hash", pa.binary(_DIGEST)), *((column, pa.uint32()) for column in self._columns)])
        self._writer = pq.ParquetWriter(self._raw, self._schema, use_dictionary=self._columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._folder.cleanup()

    @property
    def _raw(self) -> Path:
        return Path(self._folder.name) / "now.parquet"

    def add(self, batch: pa.RecordBatch) -> None:
        """Record the members among one batch: `profile`, and a boolean column for each segment."""
        if self._hash is None or not self._segments:
            return
        words = np.zeros((len(self._columns), batch.num_rows), dtype=np.uint32)
        for number, segment in enumerate(self._segments):
            inside = batch.column(segment).fill_null(False).to_numpy(zero_copy_only=False)
            words[number // _WORD] |= inside.astype(np.uint32) << np.uint32(number % _WORD)
        members = words.any(axis=0)
        keys = batch.column("profile").filter(pa.array(members)).to_pylist()
        hashes = pa.array(map(self._hash, keys), type=pa.binary(_DIGEST))
        self._writer.write_batch(pa.record_batch([hashes, *(pa.array(row[members]) for row in words)], schema=self._schema))

    def compare(self, fingerprints: Mapping[str, str]) -> Since | None:
        """Return what changed since the last run; None when there was none."""
        self._writer.close()
        last = self.memory.last()
        if last is None:
            return None
        unknown, before = self._unknown(last), {key: old for key in self._segments if (old := self._old(key, last)) is not None}
        moved = dict.fromkeys(before, (None, None)) if unknown else self._moved(list(last.sizes), before)
        changes = {
            key: Change(
                before=last.sizes[old], entered=moved[key][0], left=moved[key][1], redefined=last.fingerprints[old] != fingerprints[key]
            )
            for key, old in before.items()
        }
        return Since(as_of=last.as_of, unknown=unknown, changes=changes)

    def _old(self, key: str, last: Run) -> str | None:
        """Return the key that a segment had in the last run; None when that did not have it."""
        return next((each for each in (key, self._renamed.get(key)) if each in last.sizes), None)

    def _unknown(self, last: Run) -> str:
        if self.memory.key is None:
            return "there is no key for hashes"
        if last.key is None:
            return "the last preview had no key for hashes"
        return "" if last.key == self.memory.key_id else "the last preview had another key for hashes"

    def _moved(self, columns: Sequence[str], before: Mapping[str, str]) -> dict[str, tuple[int | None, int | None]]:
        """Return segment → how many entered and left, by joining the two files on their hashes; *columns* are the last run's segments."""
        places = [(_place("n", self._segments.index(key)), _place("o", columns.index(old))) for key, old in before.items()]
        counts = np.zeros((len(places), 2), dtype=np.int64)
        try:
            with self._database() as database:
                for batch in database.sql(self._joined(len(columns))).to_arrow_reader(ROWS):
                    words = {name: column.to_numpy() for name, column in zip(batch.schema.names, batch.columns, strict=True)}
                    for row, (now, then) in enumerate(places):
                        inside, was = _bit(words, *now), _bit(words, *then)
                        counts[row] += np.count_nonzero(inside > was), np.count_nonzero(inside < was)
        except (OSError, duckdb.Error) as error:  # in the middle of a stream, Arrow passes on those of DuckDB as the former
            raise self.memory.broken(error) from None
        return {key: (int(entered), int(left)) for key, (entered, left) in zip(before, counts, strict=True)}

    def _joined(self, before: int) -> str:
        """Return SQL for the words of both runs side by side, 0 where a profile has no row; the last one had so many segments."""
        words = [f"n.{column}" for column in self._columns] + [f"o.m{number}" for number in range(-(-before // _WORD))]
        chosen = ", ".join(f"coalesce({word}, 0)::UINTEGER AS {word.replace('.', '')}" for word in words)
        files = f"read_parquet({_quoted(self._raw)}) n FULL JOIN read_parquet({_quoted(self.memory.path)}) o USING (hash)"
        return f"SELECT {chosen} FROM {files}"  # noqa: S608 - names and paths of our own

    def keep(self, run: Run) -> None:
        """Put this run in the last one's place: the whole file, or nothing.

        Raises:
            FrancaError: it cannot be written.
        """
        self._writer.close()
        path = self.memory.path
        beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        meta = json.dumps({"version": VERSION, **asdict(run)}, separators=(",", ":")).replace("'", "''")
        query = f"SELECT * FROM read_parquet({_quoted(self._raw)}) ORDER BY hash"  # noqa: S608 - a path of our own
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._database() as database:
                database.execute(f"COPY ({query}) TO {_quoted(beside)} (FORMAT parquet, KV_METADATA {{{_META}: '{meta}'}})")
            with beside.open("r+b") as file:
                os.fsync(file.fileno())
            beside.replace(path)
        except (OSError, duckdb.Error) as error:
            what = f"{path.name}, what this preview leaves for the next one, cannot be written ({type(error).__name__})"
            raise FrancaError(what, remedy=f"check the folder {path.parent.name}, or use --no-remember") from None
        finally:
            with suppress(OSError):
                beside.unlink()

    def _database(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(config={"temp_directory": self._folder.name})


def _hashing(key: bytes) -> Callable[[str], bytes]:
    """Return HMAC-SHA-256, cut to 128 bits; its two inner states are computed once, which halves the time of `hmac.digest`."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)).copy for pad in (0x36, 0x5C))

    def hashed(text: str) -> bytes:
        first, second = inner(), outer()
        first.update(text.encode())
        second.update(first.digest())
        return second.digest()[:_DIGEST]

    return hashed


def _place(table: str, number: int) -> tuple[str, int]:
    """Return the column of both runs that holds a segment's bit, and which of its bits that is."""
    return f"{table}m{number // _WORD}", number % _WORD


def _bit(words: Mapping[str, NDArray[np.uint32]], column: str, number: int) -> NDArray[np.uint32]:
    """Return a segment's bit for each profile: 0 or 1."""
    return (words[column] >> np.uint32(number)) & np.uint32(1)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
