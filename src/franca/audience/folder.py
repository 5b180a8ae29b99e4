"""A folder of files as a database: NAME.csv, NAME.csv.gz, NAME.parquet are tables NAME, read by an embedded DuckDB."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import ibis
from ibis import ir
from ibis.common.exceptions import IbisError

from franca.audience.columns import Column, declared
from franca.audience.csvfile import read_csv
from franca.audience.functions import DuckDB
from franca.definitions import Position
from franca.errors import FrancaError, did_you_mean

_SUFFIXES = (".csv.gz", ".csv", ".parquet")


class Folder:
    """The files of one folder; CSV files are read once into the embedded database, Parquet files are read where they lie."""

    own = True
    errors: tuple[type[Exception], ...] = (duckdb.Error, IbisError)

    def __init__(self, path: Path, position: Position | None) -> None:
        self._files = _tables(path, position)
        self._folder = path
        self._spill = tempfile.TemporaryDirectory(prefix="franca-")
        # what does not fit into memory goes to the spill
        self.connection = ibis.duckdb.connect(temp_directory=self._spill.name)
        self.connection.raw_sql("SET TimeZone = 'UTC'")

    def read(self, table: str, columns: Sequence[Column], position: Position | None) -> ir.Table:
        """Return *columns* of the file for *table*."""
        if table not in self._files:
            raise FrancaError(
                f"{self._folder.name}: there is no file for table {table!r}", remedy=did_you_mean(table, self._files), position=position
            )
        file = self._files[table]
        if file.name.endswith(".parquet"):
            return declared(self._parquet(file), columns, file.name, DuckDB(self.connection.name))
        return read_csv(self.connection, file, columns)

    def _parquet(self, file: Path) -> ir.Table:
        try:
            return self.connection.read_parquet(str(file))
        except (duckdb.Error, OSError):
            raise FrancaError(
                "not readable as Parquet", remedy="write it again, or check its permissions", position=Position(file.name)
            ) from None

    def explain(self, error: Exception) -> FrancaError:
        """Return the error's kind, and the file when the engine names it: its text may quote the data."""
        name = next((file.name for file in self._files.values() if file.name in str(error)), None)
        if isinstance(error, duckdb.OutOfMemoryException):
            return FrancaError("the evaluation needs more memory than there is", remedy="free some, or evaluate on a database")
        if isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException)):
            return FrancaError("a number in the data is too large for its declared type", remedy="declare number in place of decimal")
        if isinstance(error, IbisError):
            what = f"these segments together are more than Ibis translates into SQL ({type(error).__name__})"
            return FrancaError(what, remedy="ask for them one by one, as `franca preview SEGMENT` does, and please report them")
        return FrancaError(
            f"the files could not be evaluated ({type(error).__name__})",
            remedy="check that they are complete and not being written",
            position=Position(name) if name else None,
        )

    def close(self) -> None:
        """Forget the database and its spilled pages."""
        self.connection.disconnect()
        self._spill.cleanup()


def _tables(path: Path, position: Position | None) -> dict[str, Path]:
    try:
        names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    except OSError as error:
        raise FrancaError(
            f"data.connect: the folder {path.name!r} cannot be read ({error.strerror})",
            remedy="name a folder relative to franca.yaml, or the URL of a database",
            position=position,
        ) from None
    found: dict[str, Path] = {}
    for name in names:
        table = _table(name)
        if table is not None and table in found:
            raise FrancaError(
                f"{path.name}: {found[table].name} and {name} are both table {table!r}", remedy="keep one of them", position=position
            )
        if table is not None:
            found[table] = path / name
    if not found:
        raise FrancaError(
            f"data.connect: the folder {path.name!r} has no tables",
            remedy="put NAME.csv, NAME.csv.gz or NAME.parquet into it",
            position=position,
        )
    return found


def _table(name: str) -> str | None:
    suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), None)
    return re.sub(f"{re.escape(suffix)}$", "", name) or None if suffix else None
