"""Results of an engine, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from ibis import ir

ROWS = 65_536
"""Rows of a batch: a multiple of 64, so that bits fill whole words; some hundred columns of bits stay in a processor's cache."""


_ERRORS: Mapping[str, type[duckdb.Error]] = {
    "Conversion Error": duckdb.ConversionException,
    "Out of Memory Error": duckdb.OutOfMemoryException,
    "Out of Range Error": duckdb.OutOfRangeException,
}
"""How the text of DuckDB's errors begins: Arrow, which passes them on in the middle of a stream, keeps no more of them."""


def batches(connection: Any, expression: ir.Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows of *expression* as the engine computes them."""
    if connection.name != "duckdb":
        yield from connection.to_pyarrow_batches(expression, chunk_size=ROWS)
        return
    try:
        # Ibis 12 calls a method that connections of DuckDB 2 no longer have; its relation is what `to_pyarrow` reads, too
        yield from connection._to_duckdb_relation(expression).to_arrow_reader(ROWS)  # noqa: SLF001
    except OSError as error:
        raise _ERRORS.get(str(error).partition(":")[0], duckdb.Error)(str(error)) from None


def whole(connection: Any, expression: ir.Table) -> pa.Table:
    """Return all rows of *expression*."""
    if connection.name != "duckdb":
        return connection.to_pyarrow(expression)
    # What Ibis does, but for its import of pandas, which takes longer than most of the queries
    return connection._to_duckdb_relation(expression).to_arrow_table().cast(expression.schema().to_pyarrow())  # noqa: SLF001
