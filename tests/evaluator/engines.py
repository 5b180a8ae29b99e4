"""A PostgreSQL server and a Spark session of one's own, and tables in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

PORT = 54_321
"""Names the socket's file; nothing listens on a network."""
COLLATION = "und-x-icu"
"""An order of text that no computer makes by itself: case and accents come last, so that order by code point is really asked for."""
_OWNER = "postgres"
"""The user that runs the server, which refuses to be run by root."""


@cache
def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, which Debian keeps off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@dataclass
class Postgres:
    """A running server; each set of tables gets a schema of its own."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    schema: str = "public"
    backend: ClassVar[str] = "postgres"
    dialect: ClassVar[str] = "postgres"
    collates: ClassVar[tuple[bool, ...]] = (True, True)
    """Whether a small letter comes before a capital that follows it in the alphabet, and an accented one before the next."""

    def connect(self) -> Any:
        """Return a connection to the shop's database, where the schema that was loaded last is."""
        import psycopg

        options = f"-c search_path={self.schema}"
        return psycopg.connect(host=str(self.folder), port=PORT, user=_OWNER, dbname="shop", autocommit=True, options=options)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.connect() as connection:
            return list(connection.execute(query).fetchall())

    def fold(self, table: str, column: str) -> None:
        """Give a column a collation to which capitals are small letters."""
        with self.connect() as connection:
            connection.execute("CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
            connection.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE folding')

    def relations(self) -> list[tuple[Any, ...]]:
        """Return the names of all that is in the database."""
        return self.ask("SELECT relname FROM pg_class ORDER BY relname, oid")

    def load(self, tables: Mapping[str, pa.Table], password: str = "") -> str:
        """Write tables into a new schema; return the URL by which Franca reads them. The server asks for no password."""
        schema = self.schema = f"shop{next(self.numbers)}"
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {schema}")
            for name, table in tables.items():
                columns = ", ".join(f'"{each.name}" {_SQL(each.type)}' for each in table.schema)
                cursor.execute(f'CREATE TABLE {schema}."{name}" ({columns})')
                with cursor.copy(f'COPY {schema}."{name}" FROM STDIN') as copy:
                    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                        copy.write_row(row)
        return f"postgres://{_OWNER}:{password}@/shop/{schema}?host={quote(str(self.folder), safe='')}&port={PORT}"


def _SQL(kind: pa.DataType) -> str:  # noqa: N802
    if pa.types.is_list(kind):
        return f"{_SQL(kind.value_type)}[]"
    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp"
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    return {"string": "text", "int64": "bigint", "double": "double precision", "bool": "boolean", "date32[day]": "date"}[str(kind)]


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server on a socket in a temporary folder; stop it, and remove all, at the end."""
    folder = Path(tempfile.mkdtemp(prefix="franca-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _OWNER)
        data = folder / "data"
        _run("initdb", "--pgdata", data, "--username", _OWNER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        settings = ("listen_addresses=''", "fsync=off", "max_connections=20", "statement_timeout=300s", "timezone=Asia/Tokyo")
        options = " ".join([f"-k {folder} -p {PORT}", *(f"-c {setting}" for setting in settings)])
        _run("pg_ctl", "--pgdata", data, "--log", folder / "log", "--options", options, "--wait", "start")
        try:
            icu = "CREATE DATABASE shop TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C.UTF-8'"
            _run("psql", "--host", folder, "--port", str(PORT), "--username", _OWNER, "--command", icu, "postgres")
            yield Postgres(folder)
        finally:
            _run("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str | Path) -> None:
    programs = postgres_programs()
    assert programs is not None
    as_owner = ["setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*as_owner, programs / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")


@dataclass
class Spark:
    """A local session; the tables that were loaded last are the shop's."""

    session: Any
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    backend: ClassVar[str] = "pyspark"
    dialect: ClassVar[str] = "spark"
    collates: ClassVar[tuple[bool, ...]] = (False, False)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in self.session.sql(query).collect()]

    def fold(self, table: str, column: str) -> None:
        """Give a column a collation to which capitals are small letters."""
        found = self.session.table(table)
        found.selectExpr("*", f"{column} COLLATE UTF8_LCASE AS folded").drop(column).withColumnRenamed(
            "folded", column
        ).createOrReplaceTempView(table)

    def relations(self) -> list[tuple[Any, ...]]:
        """Return the names of all tables and views."""
        return sorted((table.name,) for table in self.session.catalog.listTables())

    def load(self, tables: Mapping[str, pa.Table], password: str = "") -> str:
        """Show tables to the session, from Parquet files; return the URL by which Franca reads them. There are no passwords."""
        del password
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        for name, table in tables.items():
            pq.write_table(table, folder / f"{name}.parquet")
            self.session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
        return "pyspark://"


@contextmanager
def spark() -> Iterator[Spark]:
    """Start a session on two cores, in UTC+9 until Franca asks for UTC; stop it at the end."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.session.timeZone": "Asia/Tokyo",
        "spark.sql.catalogImplementation": "in-memory",
    }
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[2]").appName("franca")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    try:
        with tempfile.TemporaryDirectory(prefix="franca-spark-") as folder:
            yield Spark(session, Path(folder))
    finally:
        session.stop()
