"""One CSV file → a table of the embedded DuckDB, checked cell by cell, with file and line for what is wrong.

UTF-8, a header, commas, quotes doubled inside quotes. An empty cell is missing; a quoted empty cell is the empty text.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis import ir

from franca.audience.cells import WANTED, cell
from franca.audience.columns import Column, require
from franca.audience.functions import some
from franca.audience.stream import whole
from franca.definitions import Position
from franca.errors import FrancaError

_LINE = re.compile(r"CSV Error on Line: (\d+)")


def read_csv(connection: Any, file: Path, columns: Sequence[Column]) -> ir.Table:
    """Return *columns* of *file*, named c0, c1, …, kept in *connection*.

    Raises:
        FrancaError: the file is not such a file, has no such column, or a value does not parse.
    """
    header = _header(file)
    require(header, columns, file.name)
    _refuse_twins(header, columns, file)
    name = ibis.util.gen_name("franca_csv")
    raw = _raw(connection, file, len(header), f"{name}_raw").select(
        **{f"c{number}": ibis._[f"r{header.index(column.name)}"] for number, column in enumerate(columns)}
    )
    cells = {f"c{number}": cell(raw[f"c{number}"], column) for number, column in enumerate(columns)}
    typed = {key: well_formed.ifelse(value, ibis.null(value.type())) for key, (well_formed, value) in cells.items()}
    bad = {f"bad_{key}": ~well_formed for key, (well_formed, _) in cells.items()}
    try:
        table = connection.create_table(name, raw.select(**typed, bad=some(bad.values())), temp=True)
        if whole(connection, table.aggregate(bad=table.bad.any()))["bad"][0].as_py():
            raise _bad_cell(connection, raw.mutate(row=ibis.row_number()).select("row", **bad), file, columns)
    except duckdb.Error as error:
        raise _unreadable(error, file) from None
    return table.drop("bad")


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of each record that is not blank; slow, for the header and for errors."""
    opened = gzip.open if file.name.endswith(".gz") else open
    with opened(file, "rt", encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader, line = csv.reader(stream, strict=True), 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def _header(file: Path) -> list[str]:
    try:
        first = next(_records(file), None)
    except (OSError, EOFError, csv.Error) as error:
        raise FrancaError(
            f"not readable as CSV ({type(error).__name__})", remedy="save it as UTF-8 CSV with commas", position=Position(file.name, 1)
        ) from None
    if first is None:
        raise FrancaError("the file is empty", remedy="its first line must name the columns", position=Position(file.name, 1))
    return first[1]


def _refuse_twins(header: Sequence[str], columns: Sequence[Column], file: Path) -> None:
    for column in columns:
        if header.count(column.name) > 1:
            raise FrancaError(f"two columns are named {column.name!r}", remedy="rename one of them", position=Position(file.name, 1))


def _raw(connection: Any, file: Path, width: int, name: str) -> ir.Table:
    """Make a view of the file's cells as text, named r0, r1, …, and return it."""
    names = ", ".join(f"'r{number}': 'VARCHAR'" for number in range(width))
    options = "auto_detect=false, header=true, delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false"
    path = one_file(file).replace("'", "''")
    # by name and not by guess: DuckDB misses the ending of a path with a question mark in it
    compression = "gzip" if file.name.endswith(".gz") else "none"
    source = f"read_csv('{path}', {options}, compression='{compression}', columns={{{names}}})"
    try:
        connection.raw_sql(f"CREATE TEMP VIEW {name} AS SELECT * FROM {source}")  # noqa: S608 - the path is quoted, the names are ours
    except duckdb.Error as error:
        raise _unreadable(error, file) from None
    return connection.table(name)


def one_file(file: Path) -> str:
    """Return the pattern that matches just this file, since DuckDB takes every path for a pattern."""
    return re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", str(file))


def _bad_cell(connection: Any, flagged: ir.Table, file: Path, columns: Sequence[Column]) -> FrancaError:
    """Return the error for the first cell that does not parse: where it is and what belongs there, never what it holds."""
    flags = [name for name in flagged.columns if name != "row"]
    found = whole(connection, flagged.filter(some(flagged[name] for name in flags)).order_by("row").limit(1)).to_pylist()[0]
    column = columns[next(number for number, name in enumerate(flags) if found[name])]
    line = next(line for number, (line, _) in enumerate(_records(file)) if number == found["row"] + 1)
    wanted = WANTED[column.type.kind] if column.type else "a key"
    return FrancaError(
        f"column {column.name!r} is declared {column.type}, and this value is not",
        remedy=f"write {wanted}",
        position=Position(file.name, line),
    )


def _unreadable(error: duckdb.Error, file: Path) -> FrancaError:
    """Return the error for a line that is no record; DuckDB's own text quotes the line, so only its number is taken."""
    line = _LINE.search(str(error))
    return FrancaError(
        "not readable as CSV: a line has too few or too many cells, a stray quote, or is not UTF-8",
        remedy="save it as UTF-8 CSV with commas",
        position=Position(file.name, int(line[1]) if line else 0),
    )
