"""The URL of a database → an Ibis connection with the settings on which meanings lean."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ibis

from franca.errors import FrancaError


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """Open the Ibis backend of *url*, and close it at the end."""
    scheme = url.partition("://")[0]
    with _OPEN.get(scheme, _any)(url) as connection:
        _SETTLE.get(connection.name, _as_it_is)(connection)
        yield connection


@contextmanager
def _any(url: str) -> Iterator[Any]:
    connection = ibis.connect(url)
    try:
        yield connection
    finally:
        connection.disconnect()


@contextmanager
def _spark(url: str) -> Iterator[Any]:
    """Use the session that is there, which stays, or make one with the settings in the URL.

    Ibis 12 sets all of them a second time on the session, which Spark 4 refuses. What Spark logs may quote the data.
    """
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    there, parts = SparkSession.getActiveSession(), urlsplit(url)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers need the libraries that are here, not those of the path's Python
    PySparkLogger.getLogger("SQLQueryContextLogger").setLevel("CRITICAL")
    builder = SparkSession.builder
    for name, value in [*parse_qsl(parts.query), *([("spark.sql.warehouse.dir", parts.path)] if parts.path.strip("/") else [])]:
        builder = builder.config(name, value)
    session = there or builder.getOrCreate()
    if there is None:
        session.sparkContext.setLogLevel("OFF")
    try:
        yield ibis.pyspark.connect(session)
    finally:
        if there is None:
            session.stop()


def _settle_postgres(connection: Any) -> None:
    """Let nothing be written; Ibis sets the zone to UTC. Before PostgreSQL 14 epochs are floating numbers."""
    info = connection.con.info
    version, encoding = info.server_version // 10_000, info.parameter_status("server_encoding")
    if version < 14 or encoding != "UTF8":
        raise FrancaError(
            f"data.connect: this is PostgreSQL {version} with a database in {encoding}", remedy="14 or later and UTF8 are needed"
        )
    connection.raw_sql("SET default_transaction_read_only = on").close()


def _settle_spark(connection: Any) -> None:
    """Fail on what cannot be computed exactly, where Spark may be told to make it null or to round; Ibis sets the zone to UTC."""
    for name, value in _SPARK.items():
        connection._session.conf.set(name, value)  # noqa: SLF001 - Ibis has no other way to the session that is its own


def folding(connection: Any, table: str, schema: str | None) -> frozenset[str]:
    """Return the columns of *table* in which the database takes different texts for equal, whatever is asked."""
    return _FOLDING.get(connection.name, _none)(connection, table, schema)


def _none(_connection: Any, _table: str, _schema: str | None) -> frozenset[str]:
    return frozenset()


def _folding_postgres(connection: Any, table: str, schema: str | None) -> frozenset[str]:
    name = ".".join(f'"{part}"' for part in (schema, table) if part is not None)
    query = """SELECT attname FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE attrelid = to_regclass(%s) AND NOT collisdeterministic"""
    return frozenset(column for (column,) in connection.con.execute(query, (name,)).fetchall())


def _folding_spark(connection: Any, table: str, schema: str | None) -> frozenset[str]:
    fields = connection._session.table(table if schema is None else f"{schema}.{table}").schema.fields  # noqa: SLF001 - as above
    return frozenset(field.name for field in fields if " collate " in field.dataType.simpleString())


def _as_it_is(_connection: Any) -> None:
    """Leave the settings of an engine that is not proven alone."""


_SPARK: Mapping[str, str] = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.legacy.decimal.retainFractionDigitsOnTruncate": "true",
    "spark.sql.parser.escapedStringLiterals": "false",
}
_OPEN: Mapping[str, Callable[[str], AbstractContextManager[Any]]] = {"pyspark": _spark}
_SETTLE: Mapping[str, Callable[[Any], None]] = {
    "duckdb": lambda connection: connection.raw_sql("SET TimeZone = 'UTC'"),
    "postgres": _settle_postgres,
    "pyspark": _settle_spark,
}
_FOLDING: Mapping[str, Callable[[Any, str, str | None], frozenset[str]]] = {"postgres": _folding_postgres, "pyspark": _folding_spark}
