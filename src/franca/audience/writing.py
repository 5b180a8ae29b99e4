"""Memberships → a Parquet file of segment and profile, sorted by both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis import ir

from franca.errors import FrancaError
from franca.progress import Progress

SCHEMA = pa.schema([("segment", pa.string()), ("profile", pa.string())])


def write_members(connection: Any, table: ir.Table, columns: Mapping[str, str], path: Path, progress: Progress) -> int:
    """Write the members of every segment, one segment after the other; return the number of rows."""
    everybody = _sorted(connection, table, columns)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with pq.ParquetWriter(unfinished, SCHEMA) as writer:
            rows = 0
            for done, key in enumerate(sorted(columns), start=1):
                rows += _write_segment(everybody, key, columns[key], writer)
                progress(f"wrote {key}", done, len(columns))
        unfinished.replace(path)
    except OSError as error:
        raise FrancaError(f"cannot write {path.name} ({error.strerror})", remedy="name a file in a folder that you may write") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _sorted(connection: Any, table: ir.Table, columns: Mapping[str, str]) -> pa.Table:
    """Read the keys, and one bit for each segment, in one query; sorted here, by code point, whatever the engine's collation."""
    found = connection.to_pyarrow(table.select("profile", *columns.values()))
    found = found.set_column(found.schema.get_field_index("profile"), "profile", found["profile"].cast(pa.string()))
    return found.sort_by("profile")


def _write_segment(everybody: pa.Table, key: str, column: str, writer: pq.ParquetWriter) -> int:
    profiles = pc.filter(everybody["profile"], everybody[column]).combine_chunks()
    writer.write_table(pa.table([pa.repeat(key, len(profiles)), profiles], schema=SCHEMA))
    return len(profiles)
