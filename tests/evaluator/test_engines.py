"""PostgreSQL and Spark say the same as DuckDB: one project, three engines, the same members.

One evaluation asks for some dozens of trees at once, as a shop's segments do. All trees of a test in one would be some megabytes of SQL, which
engines plan for minutes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluator import engines, retail_twenty
from evaluator.agreement import INSTANTS, Batch, batch, evaluated
from evaluator.kit import shop
from evaluator.smaller import smallest
from files import write_parquet
from franca.audience import evaluate
from franca.audience.walk import nodes
from franca.definitions import Op, Predicate, ValueTest
from franca.errors import FrancaError
from schema import make_project

SHARED = os.environ.get("FRANCA_SHARED")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark"),
]
Engine = engines.Postgres | engines.Spark


@pytest.fixture(scope="module")
def postgres() -> Iterator[engines.Postgres]:
    if engines.postgres_programs() is None:
        pytest.skip("PostgreSQL is not here: apt-get install postgresql")
    with engines.postgres() as server:
        yield server


@pytest.fixture(scope="module")
def spark() -> Iterator[engines.Spark]:
    pytest.importorskip("pyspark", reason="pyspark is not here: pip install pyspark")
    if shutil.which("java") is None:
        pytest.skip("Java is not here: apt-get install openjdk-17-jre-headless")
    with engines.spark() as session:
        yield session


@pytest.fixture(params=["postgres", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


@dataclass(frozen=True)
class Comparison:
    """A batch of trees over tables in Parquet files, and the URL of an engine that has the same tables."""

    batch: Batch
    root: Path
    url: str

    def different(self, trees: tuple[Predicate, ...]) -> list[Predicate]:
        """Return the trees that do not have the same members on both."""
        segments = {f"s{number}": tree for number, tree in enumerate(trees)}
        expected = evaluated(make_project(segments, root=self.root), self.batch.as_of)
        found = evaluated(make_project(segments, root=self.root, connect=self.url), self.batch.as_of)
        return [tree for key, tree in zip(segments, trees, strict=True) if found[key] != expected[key]]

    def report(self) -> str:
        """Return the smallest part of a tree that differs; empty when none does."""
        wrong = self.different(tuple(tree for tree in self.batch.trees if not asks_for_patterns(tree)))
        return repr(smallest(min(wrong, key=lambda tree: len(repr(tree))), self._one)) if wrong else ""

    def _one(self, candidates: list[Predicate]) -> list[Predicate]:
        """Return the first one that differs, of those that can be asked at all."""
        for tree in candidates:
            try:
                if self.different((tree,)):
                    return [tree]
            except (FrancaError, ValueError, KeyError):
                continue
        return []


def asks_for_patterns(tree: Predicate) -> bool:
    return any(isinstance(node, ValueTest) and node.op is Op.MATCHES for node in nodes(tree))


def parquet(folder: Path) -> dict[str, pa.Table]:
    return {path.stem: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}


def compared(engine: Engine, of: Batch, root: Path) -> Comparison:
    (root / "data").mkdir()
    write_parquet(of.tables, root / "data")
    return Comparison(of, root, engine.load(parquet(root / "data")))


@pytest.mark.parametrize("start", range(4))
def test_postgres_has_the_members_that_duckdb_has(start: int, postgres: engines.Postgres, tmp_path: Path) -> None:
    """Four times sixty random trees over the whole language and random tables, at three instants, on edges or a second off."""
    of = batch(700 + start, INSTANTS[start % 3], on_edges=bool(start % 2), trees=60)
    assert compared(postgres, of, tmp_path).report() == ""


@pytest.mark.parametrize("start", range(6))
def test_spark_has_the_members_that_duckdb_has(start: int, spark: engines.Spark, tmp_path: Path) -> None:
    """Six times thirty random trees: Spark plans each evaluation for a minute or so."""
    of = batch(800 + start, INSTANTS[start % 3], on_edges=bool(start % 2), trees=30, shops=3)
    assert compared(spark, of, tmp_path).report() == ""
