"""Memberships → a Parquet file of segment and profile, sorted by both, some rows at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis import ir

from franca.audience.stream import batches
from franca.errors import FrancaError
from franca.progress import Progress

SCHEMA = pa.schema([("segment", pa.string()), ("profile", pa.string())])


def write_members(connection: Any, table: ir.Table, columns: Mapping[str, str], path: Path, progress: Progress, *, own: bool) -> int:
    """Write the members of every segment, one segment after the other; return the number of rows.

    A database that is our *own* keeps the memberships in order meanwhile; another one is asked once, and they are copied.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with _ordered(connection, table, columns, own=own) as (ours, everybody), _writer(unfinished) as writer:
            rows = 0
            for done, key in enumerate(sorted(columns), start=1):
                rows += _write_segment(ours, everybody, key, columns[key], writer)
                progress(f"wrote {key}", done, len(columns))
        unfinished.replace(path)
    except OSError as error:
        raise FrancaError(f"cannot write {path.name} ({error.strerror})", remedy="name a file in a folder that you may write") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _writer(path: Path) -> pq.ParquetWriter:
    """Return a writer that seeks no repeated keys: there are none within a segment, and the search takes half of the time."""
    return pq.ParquetWriter(path, SCHEMA, use_dictionary=["segment"])


@contextmanager
def _ordered(connection: Any, table: ir.Table, columns: Mapping[str, str], *, own: bool) -> Iterator[tuple[Any, ir.Table]]:
    """Yield an embedded database, and the memberships in it in order of the keys: they are ordered once, and by code point."""
    asked = table.select("profile", *columns.values())
    if own:
        name = ibis.util.gen_name("members")
        yield connection, connection.create_table(name, asked.order_by("profile"), temp=True)
        connection.raw_sql(f'DROP TABLE "{name}"')  # Ibis 12 forgets the name that it is to drop
        return
    with tempfile.TemporaryDirectory(prefix="franca-") as folder:
        ours = ibis.duckdb.connect(Path(folder) / "members.duckdb")
        try:
            yield ours, ours.create_table("members", _copied(connection, asked, ours).order_by("profile"))
        finally:
            ours.disconnect()


def _copied(connection: Any, asked: ir.Table, ours: Any) -> ir.Table:
    table = ours.create_table("asked", schema=asked.schema())
    for batch in batches(connection, asked):
        ours.insert("asked", pa.Table.from_batches([batch]))
    return table


def _write_segment(ours: Any, everybody: ir.Table, key: str, column: str, writer: pq.ParquetWriter) -> int:
    """Write the members of one segment: a database that is embedded keeps the order in which rows came."""
    rows = 0
    for batch in batches(ours, everybody.filter(everybody[column]).select("profile")):
        writer.write_table(pa.table([pa.repeat(key, batch.num_rows), batch.column(0)], schema=SCHEMA))
        rows += batch.num_rows
    return rows
