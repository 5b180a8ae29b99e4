"""PostgreSQL and Spark say the same as DuckDB: one project, three engines, the same members.

One evaluation asks for some dozens of trees at once, as a shop's segments do: hundreds in one would be megabytes of SQL, which engines plan
for minutes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.conftest import franca  # noqa: F401
from evaluator import engines, retail_twenty
from evaluator.agreement import INSTANTS, Batch, batch, evaluated
from evaluator.kit import shop
from evaluator.smaller import smallest
from files import write_parquet
from franca.audience import evaluate
from franca.audience.connections import _settle_postgres, connected
from franca.audience.functions import ENGINES
from franca.definitions import Op, Predicate, ValueTest
from franca.errors import FrancaError
from franca.logic import nodes
from schema import make_project

AS_OF = INSTANTS[0]
SECRET = "canary-password"
PEOPLE = "    profile: {table: customers, key: id, attributes: {name: {type: text}}}\n"
POINTS = "points: {type: integer}"
NUMBERS = """\
    profile: {table: customers, key: id, attributes: {points: {type: integer}, score: {type: number}}}
    events: {order: {table: orders, profile: customer, at: placed, id: number, properties: {pieces: {type: integer}}}}
"""
SHARED = os.environ.get("FRANCA_SHARED")
slow = pytest.mark.slow
pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # of PySpark, about itself
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


@slow
@pytest.mark.parametrize("start", range(4))
def test_postgres_has_the_members_that_duckdb_has(start: int, postgres: engines.Postgres, tmp_path: Path) -> None:
    """Four times sixty random trees over the whole language and random tables, at three instants, on edges or a second off."""
    of = batch(700 + start, INSTANTS[start % 3], on_edges=bool(start % 2), trees=60)
    assert compared(postgres, of, tmp_path).report() == ""


@slow
@pytest.mark.parametrize("start", range(6))
def test_spark_has_the_members_that_duckdb_has(start: int, spark: engines.Spark, tmp_path: Path) -> None:
    """Six times thirty random trees: Spark plans each evaluation for a minute or so."""
    of = batch(800 + start, INSTANTS[start % 3], on_edges=bool(start % 2), trees=30, shops=3)
    assert compared(spark, of, tmp_path).report() == ""


@slow
def test_patterns_are_refused_by_name(engine: Engine, tmp_path: Path) -> None:
    """`matches` is RE2, which neither engine has: it is refused before anything is computed, with its place in the file."""
    url = engine.load({"customers": pa.table({"id": ["a"], "name": ["Anna"]})})
    project = shop(tmp_path, {}, {"m": "{attribute: name, matches: ^A}"}, schema=PEOPLE, connect=url)
    with pytest.raises(FrancaError) as caught, evaluate(project, as_of=AS_OF) as evaluation:
        evaluation.sizes()
    assert f"the engine {engine.backend} is not known to match RE2 patterns" in str(caught.value)
    assert str(caught.value).startswith("segments/all.yaml:2:")


@slow
def test_text_is_ordered_by_code_point(engine: Engine, tmp_path: Path) -> None:
    """Capitals come before small letters and accents after both, in tests and in ranks, though the database's collation says otherwise."""
    names = pa.table({"id": ["b", "B", "é", "a"], "name": ["b", "B", "é", "a"], "points": [1, 1, 1, 1]})
    segments = {
        "small": "{attribute: name, gte: a}",
        "late": "{attribute: name, gt: b}",
        "early": "{attribute: name, lt: {attribute: other}}",
        "first": "{rank: {attribute: points}, top: 1}",
    }
    url = engine.load({"customers": names.append_column("other", pa.array(["B"] * 4))})
    schema = PEOPLE.replace("name: {type: text}", "name: {type: text}, other: {type: text}, points: {type: integer}")
    project = shop(tmp_path, {}, segments, schema=schema, connect=url)
    assert evaluated(project, AS_OF) == {"small": {"a", "b", "é"}, "late": {"é"}, "early": set(), "first": {"B"}}
    assert engine.ask("SELECT 'a' < 'B', 'é' < 'f'") == [engine.collates]


@slow
def test_a_collation_that_takes_different_texts_for_equal_is_refused(engine: Engine, tmp_path: Path) -> None:
    """Anna and ANNA would be one there; the column is named."""
    url = engine.load({"customers": pa.table({"id": ["a", "b"], "name": ["Anna", "ANNA"]})})
    engine.fold("customers", "name")
    project = shop(tmp_path, {}, {"anna": "{attribute: name, is: Anna}"}, schema=PEOPLE, connect=url)
    with pytest.raises(FrancaError, match="column 'name' has a collation that takes different texts for equal"):
        evaluated(project, AS_OF)


@slow
def test_products_of_decimals_are_exact(engine: Engine, tmp_path: Path) -> None:
    """A tenth of a billionth decides, and what has no room in 38 digits is refused instead of rounded."""
    one = pa.array([Decimal("1.0001"), Decimal("9e33")], pa.decimal128(38, 4))
    other = pa.array([Decimal("1.00011"), Decimal(1)], pa.decimal128(38, 5))
    table = pa.table({"id": ["a", "b"], "one": one, "other": other})
    schema = PEOPLE.replace("name: {type: text}", "one: {type: decimal(4)}, other: {type: decimal(5)}")
    segments = {"less": "{attribute: other, lt: {attribute: one, times: 1.00001}}"}
    few = shop(tmp_path / "few", {}, segments, schema=schema, connect=engine.load({"customers": table.slice(0, 1)}))
    assert evaluated(few, AS_OF) == {"less": {"a"}}
    huge = shop(tmp_path / "huge", {}, segments, schema=schema, connect=engine.load({"customers": table}))
    with evaluate(huge, as_of=AS_OF) as evaluation, pytest.raises(FrancaError, match="refused the evaluation"):
        evaluation.sizes()


@slow
@pytest.mark.skipif(not SHARED, reason="FRANCA_SHARED is not set: the Online Retail data is not here")
def test_twenty_segments_of_a_real_shop_are_those_of_sql_by_hand(engine: Engine, tmp_path: Path) -> None:
    """The same engine says so when it is asked in SQL that no part of Franca wrote, and the file that is written says it too."""
    url = engine.load(retail_twenty.tables(Path(SHARED or "", "data", "online_retail").resolve()))
    segments = {key: asked.where for key, asked in retail_twenty.TWENTY.items()}
    project = shop(tmp_path, {}, segments, schema=retail_twenty.SCHEMA, connect=url, timezone=retail_twenty.TIMEZONE)
    with evaluate(project, as_of=retail_twenty.AS_OF) as evaluation:
        evaluation.write(tmp_path / "members.parquet")
        sizes = evaluation.sizes()
    expected = {key: {row[0] for row in engine.ask(asked.query(engine.dialect))} for key, asked in retail_twenty.TWENTY.items()}
    rows = [(row["segment"], row["profile"]) for row in pq.read_table(tmp_path / "members.parquet").to_pylist()]
    assert rows == sorted((key, profile) for key, profiles in expected.items() for profile in profiles)
    assert sizes == {key: len(profiles) for key, profiles in expected.items()}
    assert min(sizes.values()) > 0


@slow
def test_the_command_line_reads_a_database_and_leaves_it_as_it_is(engine: Engine, tmp_path: Path, franca) -> None:  # noqa: F811
    """`preview` and `evaluate` work on the URL, create nothing there, and never show its password."""
    url = engine.load({"customers": pa.table({"id": ["a", "b"], "name": ["Anna", None]})}, password=SECRET)
    shop(tmp_path, {}, {"named": "{attribute: name, is_set: true}"}, schema=PEOPLE, connect=url)
    before = engine.relations()
    outcomes = [franca("preview", "--project", tmp_path), franca("evaluate", "--project", tmp_path, "--out", tmp_path / "members.parquet")]
    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert "wrote 1 members of 1 segments" in outcomes[1].out
    assert pq.read_table(tmp_path / "members.parquet").to_pylist() == [{"segment": "named", "profile": "a"}]
    assert engine.relations() == before
    text = (tmp_path / "franca.yaml").read_text(encoding="utf-8")
    (tmp_path / "franca.yaml").write_text(text.replace("table: customers", "table: nowhere"), encoding="utf-8")
    outcomes.append(franca("preview", "--project", tmp_path))
    assert (outcomes[2].code, "the database has no table 'nowhere'" in outcomes[2].err) == (1, True)
    assert all(SECRET not in outcome.out + outcome.err for outcome in outcomes)


@slow
def test_postgres_is_told_not_to_write(postgres: engines.Postgres) -> None:
    """The connection refuses to create a table, whoever asks."""
    with connected(postgres.load({})) as connection, pytest.raises(Exception, match="read-only transaction"):
        connection.raw_sql("CREATE TABLE x ()")


@slow
def test_a_session_of_spark_stays_and_computes_exactly(spark: engines.Spark) -> None:
    """Franca closes what it opened only; a cast that fails is an error, and decimals are not rounded."""
    with connected("pyspark://?spark.app.name=other"):
        pass
    assert spark.ask("SELECT typeof(CAST(1 AS DECIMAL(38, 5)) * CAST(1 AS DECIMAL(38, 5)))") == [("decimal(38,10)",)]
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        spark.ask("SELECT CAST('x' AS INT)")


# ── without a server


@pytest.mark.parametrize("own", [True, False])
def test_members_of_many_profiles_are_written_in_order(own: bool, tmp_path: Path) -> None:
    """Three times as many as pass through memory at once, in no order: from files of ours, and from a database that is asked once."""
    keys = [str(number * 7_919 % 200_003) for number in range(200_003)]
    people = pa.table({"id": keys, "points": list(range(200_003))})
    connect = "data" if own else f"duckdb://{tmp_path / 'shop.duckdb'}"
    if not own:
        with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
            database.from_arrow(people).create("customers")
    segments = {"late": "{attribute: points, gte: 3}", "all": "{everyone: true}"}
    project = shop(tmp_path, {"customers.parquet": people}, segments, schema=PEOPLE.replace("name: {type: text}", POINTS), connect=connect)
    with evaluate(project, as_of=AS_OF) as evaluation:
        assert evaluation.write(tmp_path / "members.parquet") == 2 * 200_003 - 3
    written = pq.read_table(tmp_path / "members.parquet")
    assert written["segment"].to_pylist() == ["all"] * 200_003 + ["late"] * 200_000
    assert written["profile"].to_pylist() == [*sorted(keys), *sorted(keys[3:])]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
def test_a_step_of_months_in_a_zone_is_some_pages_of_sql(dialect: str) -> None:
    """A zone's clock changes are searched twice for it; one search written into the other would be megabytes of SQL."""
    orders = ibis.table({"placed": "timestamp"}, name="orders")
    functions = ENGINES[dialect](dialect)
    wall = functions.to_utc(orders.placed, "America/New_York")
    sql = str(ibis.to_sql(orders.select(moved=functions.stepped(wall, 2, "Europe/Berlin")), dialect=dialect))
    assert 1_000 < len(sql) < 150_000


@pytest.mark.parametrize(("version", "encoding"), [(130_020, "UTF8"), (150_004, "LATIN1")])
def test_a_server_that_cannot_be_exact_is_refused(version: int, encoding: str) -> None:
    """PostgreSQL 13 has floating epochs, and a database in another encoding no normal forms: the user learns what is needed."""
    info = SimpleNamespace(server_version=version, parameter_status={"server_encoding": encoding}.get)
    with pytest.raises(FrancaError, match="14 or later and UTF8 are needed"):
        _settle_postgres(SimpleNamespace(con=SimpleNamespace(info=info)))


@pytest.mark.parametrize("dialect", ["postgres", "pyspark"])
def test_folded_text_is_asked_for_in_the_words_of_the_engine(dialect: str) -> None:
    """All 1,500 letters that case folding changes are in the SQL, and the normal form, which no engine calls alike."""
    people = ibis.table({"name": "string"}, name="people")
    functions = ENGINES[dialect](dialect)
    sql = str(ibis.to_sql(people.select(name=functions.folded(functions.normal_form(people.name))), dialect=dialect))
    assert {"ẞ", "ﬁ", "ſ"} <= set(sql)
    assert {"postgres": "NORMALIZE", "pyspark": "franca_nfc"}[dialect].lower() in sql.lower()


@pytest.mark.filterwarnings("ignore")  # of Ibis and pandas about each other
@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("{event: order, sum: {of: pieces, gte: 2}, last: 30 days}", ""),
        ("{event: order, per: pieces, count: 2}", ""),
        ("{attribute: points, between: [5, 6]}", ""),
        ("{attribute: score, lt: 2}", "Compilation rule for 'IsNan' operation is not defined"),
        ("{rank: {attribute: points}, top: 1}", "the engine sqlite is not known to order text by code point whatever its collation"),
        ("{sequence: [order, {event: order, within: 1 month}]}", "the engine sqlite is not known to step from month to month in a zone"),
        ("{sample: {percent: 50, salt: x}}", "the engine sqlite is not known to compute SHA-256"),
    ],
)
def test_another_engine_answers_or_names_what_it_lacks(where: str, said: str, tmp_path: Path) -> None:
    """SQLite computes numbers; each ability that it lacks is told by name, and nothing is approximated."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as database:
        database.execute("CREATE TABLE customers (id INTEGER, points INTEGER, score REAL)")
        database.execute("INSERT INTO customers VALUES (1, 5, 1.5), (2, 7, NULL)")
        database.execute("CREATE TABLE orders (number INTEGER, customer INTEGER, placed TIMESTAMP, pieces INTEGER)")
        database.execute("INSERT INTO orders VALUES (1, 1, '2026-03-20 10:00:00', 3), (2, 1, '2026-03-21 10:00:00', 3)")
        database.commit()
    project = shop(tmp_path, {}, {"s": where}, schema=NUMBERS, connect=f"sqlite://{tmp_path / 'shop.sqlite'}")
    if not said:
        assert evaluated(project, AS_OF) == {"s": {"1"}}
        return
    with pytest.raises(FrancaError) as caught, evaluate(project, as_of=AS_OF) as evaluation:
        evaluation.sizes()
    assert said in str(caught.value)
    assert "connect a folder of files, or a DuckDB, PostgreSQL or Spark database" in str(caught.value)
