"""Where tables are: an engine reads the columns that an evaluation needs, in the forms of `columns`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

from ibis import ir
from ibis.common.exceptions import (
    OperationNotDefinedError,
    TableNotFound,
    UnsupportedArgumentError,
    UnsupportedBackendType,
    UnsupportedOperationError,
)

from franca.audience.columns import Column, declared
from franca.audience.connections import connected, folding
from franca.audience.folder import Folder
from franca.audience.functions import ENGINES, KNOWN, Functions
from franca.definitions import Position, Project
from franca.errors import FrancaError


class Engine(Protocol):
    """Reads tables and computes expressions over them.

    Attributes:
        connection: the Ibis backend.
        own: whether the database is ours, so that results may be kept in it.
        errors: what it raises when a computation fails.
    """

    connection: Any
    own: bool
    errors: tuple[type[Exception], ...]

    def read(self, table: str, columns: Sequence[Column], position: Position | None) -> ir.Table:
        """Return *columns* of *table*, named c0, c1, …; raise `FrancaError` when one is missing, unreadable or of another type."""
        ...

    def explain(self, error: Exception) -> FrancaError:
        """Return what to tell the user about an error of the engine, without any value of the data."""
        ...

    def close(self) -> None:
        """Give back what was opened."""
        ...


_LACKS = (OperationNotDefinedError, UnsupportedOperationError, UnsupportedArgumentError, UnsupportedBackendType)
"""What Ibis raises before a statement is made."""


class Database:
    """An engine that the shop has, by the URL of its Ibis backend."""

    own = False
    errors: tuple[type[Exception], ...] = (Exception,)  # each backend has errors of its own, without a common ancestor

    def __init__(self, url: str, position: Position | None) -> None:
        scheme = url.partition("://")[0]
        self._open = ExitStack()
        try:
            self.connection = self._open.enter_context(connected(url))
        except FrancaError:
            raise
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own; the text may hold the URL's password
            raise FrancaError(
                f"data.connect: cannot open the {scheme} database ({type(error).__name__})",
                remedy=f'check the URL and that the extra for it is installed: pip install "ibis-framework[{scheme}]"',
                position=position,
            ) from None

    def read(self, table: str, columns: Sequence[Column], position: Position | None) -> ir.Table:
        """Return *columns* of *table*, which may be written as schema.table."""
        schema, _, name = table.rpartition(".")
        try:
            found = self.connection.table(name, database=schema or None)
        except TableNotFound:
            raise FrancaError(f"the database has no table {table!r}", remedy="write TABLE or SCHEMA.TABLE", position=position) from None
        folded = folding(self.connection, name, schema or None)
        for column in columns:
            if column.name in folded:
                raise FrancaError(
                    f"table {table!r}: column {column.name!r} has a collation that takes different texts for equal",
                    remedy="store it with another collation; ignore_case is written in a segment",
                    position=column.position,
                )
        return declared(found, columns, f"table {table!r}", functions_of(self))

    def explain(self, error: Exception) -> FrancaError:
        """Return what the engine lacks, as Ibis says it; else the error's kind only, because its text may quote the data."""
        name = self.connection.name
        if isinstance(error, _LACKS):
            return FrancaError(f"the engine {name} lacks what the segments need: {error}", remedy=KNOWN)
        return FrancaError(
            f"the {name} database refused the evaluation ({type(error).__name__})",
            remedy="see its log for the statement; franca evaluates DuckDB databases and folders of files without limits",
        )

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()


@contextmanager
def opened(project: Project) -> Iterator[Engine]:
    """Open `data.connect`: a folder relative to the project, or the URL of an Ibis backend."""
    data = project.data
    engine: Engine = Database(data.connect, data.position) if "://" in data.connect else Folder(project.root / data.connect, data.position)
    try:
        yield engine
    finally:
        engine.close()


def functions_of(engine: Engine) -> Functions:
    """Return what the engine can do beyond plain Ibis."""
    name = engine.connection.name
    return ENGINES.get(name, Functions)(name)
