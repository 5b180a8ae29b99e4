"""Memberships → a Parquet file of segment and profile, sorted by both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ibis import ir

from franca.errors import FrancaError

SCHEMA = pa.schema([("segment", pa.string()), ("profile", pa.string())])


def write_members(
    connection: Any, table: ir.Table, columns: Mapping[str, str], path: Path, progress: Callable[[int, int, str], None]
) -> int:
    """Write the members of every segment, one segment after the other; return the number of rows."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with pq.ParquetWriter(unfinished, SCHEMA) as writer:
            rows = 0
            for done, key in enumerate(sorted(columns)):
                progress(done, len(columns), f"writing {key}")
                rows += _write_segment(connection, table, key, columns[key], writer)
        unfinished.replace(path)
    except OSError as error:
        raise FrancaError(f"cannot write {path.name} ({error.strerror})", remedy="name a file in a folder that you may write") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _write_segment(connection: Any, table: ir.Table, key: str, column: str, writer: pq.ParquetWriter) -> int:
    # a segment at a time: its members' keys fit into memory wherever `members()` does
    profiles = connection.to_pyarrow(table.filter(table[column]).select("profile").order_by("profile"))["profile"].cast(pa.string())
    writer.write_table(pa.table([pa.repeat(key, len(profiles)), profiles], schema=SCHEMA))
    return len(profiles)
