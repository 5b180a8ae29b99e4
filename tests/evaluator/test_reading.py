"""What files say, and the one line that is told when they cannot be read: where, what, what to do, and never a value."""

from __future__ import annotations

import gzip
from decimal import Decimal

import pyarrow as pa
import pytest

from evaluator.kit import AS_OF, members, shop
from franca.audience import evaluate
from franca.errors import FrancaError

SECRET = "canary-7731"
HEADER = "id,email,name,points,credit,score,gold,born,seen,made,tags,status,status_at,suppressed\n"
BARE = "    profile: {table: customers, key: id, attributes: {%s}}\n"
NAME = {"named": "{attribute: name, is_set: true}"}


def told(root, files, segments=None, **options) -> str:
    """Return what the user is told, checking that it is one line without any cell that holds the secret."""
    with pytest.raises(FrancaError) as caught, evaluate(shop(root, files, segments or {}, **options), as_of=AS_OF) as evaluation:
        evaluation.sizes()
    text = str(caught.value)
    assert "\n" not in text
    assert SECRET not in text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return text


CELLS = {
    # declared type: (cells that parse, cells that do not)
    "integer": (["0", "-5", "+7", "123456789012345678"], ["1.0", "1e3", "abc", " 5", "12345678901234567890", '""', "0x1"]),
    "decimal": (["0", "-1.5", ".25", "10.5000", "9999999999999999.99"], ["1.005", '"1,5"', "1e2", "abc", "9" * 20, '""', "."]),
    "decimal(4)": (["1.0050", "-0.0001"], ["0.00001", "abc"]),
    "number": (["0", "1.5", "-2e10", ".5", "1."], ["nan", "inf", "1e999", "abc", '""', "1_000"]),
    "boolean": (["true", "false", "True", "FALSE"], ["1", "0", "yes", "t", '""']),
    "date": (
        ["2026-01-31", "0001-01-01", "01-31", "02-29"],
        ["2026-02-30", "31.01.2026", "02-30", "13-01", "9996-01-01", "2026-1-1", "2026-01-31T00:00:00", '""'],
    ),
    "datetime": (
        [
            "2026-01-31", "2026-01-31 09:00", "2026-01-31T09:00:00.123456", "2026-01-31T09:00:00Z",
            "2026-01-31 09:00:00+0200", "2026-01-31 09:00:00-05:30",
        ],
        ["2026-02-30 00:00:00", "2026-01-31 25:00:00", "09:00", "1700000000", "2026-01-31 09:00 Europe/Berlin", '""'],
    ),
    "list": (['"[]"', '"[""a"", null]"', '"[ ""x,y"" ]"'], ["a", '"[1]"', '"{}"', '"null"', '"[[""a""]]"', '"[""a"""', '""']),
}  # fmt: skip


@pytest.mark.parametrize("declared", CELLS)
def test_a_cell_that_does_not_parse_is_an_error_with_its_line(declared, tmp_path):
    """What is well formed is read; the first cell that is not is told by file, line and column; its content is not."""
    good, bad = CELLS[declared]
    schema = BARE % f"name: {{type: {declared}}}"
    rows = "".join(f"{number},{cell}\n" for number, cell in enumerate([*good, ""]))
    found = members(shop(tmp_path / "good", {"customers.csv": f"id,name\n{rows}"}, NAME, schema=schema))
    assert found["named"].split() == sorted(str(number) for number in range(len(good)))
    for number, cell in enumerate(bad):
        content = f'id,name\n"two\nlines",\n{rows}x,{cell}\n'
        text = told(tmp_path / f"bad{number}", {"customers.csv": content}, NAME, schema=schema)
        assert text.startswith(f"customers.csv:{5 + len(good)}: column 'name' is declared {declared}, and this value is not; write ")


def test_only_needed_columns_are_read(tmp_path):
    """A column that no segment tests may hold anything, and its table need not even exist."""
    files = {"customers.csv": "id,points,name\na,many,x\n"}
    assert members(shop(tmp_path, files, NAME, schema=BARE % "points: {type: integer}, name: {type: text}")) == {"named": "a"}


def test_text_is_missing_only_when_the_cell_is_empty_and_unquoted(tmp_path):
    """A quoted empty cell is the empty text; quotes, commas and line breaks inside quotes are text; CRLF and a BOM are not."""
    content = b'\xef\xbb\xbfid,name\r\na,\r\nb,""\r\nc,"x, ""y""\r\nz"\r\n\r\nd,null\r\n'
    segments = NAME | {"odd": '{attribute: name, contains: "x, \\"y\\""}', "word": '{attribute: name, is: "null"}'}
    found = members(shop(tmp_path, {"customers.csv": content}, segments, schema=BARE % "name: {type: text}"))
    assert found == {"named": "b c d", "odd": "c", "word": "d"}


def test_all_kinds_of_files_are_tables(tmp_path):
    """CSV, gzipped CSV and Parquet hold the same facts; names of files and columns may look like patterns or SQL."""
    schema = BARE % 'name: {type: text, column: "it\'s [*] \\"x\\""}'
    csv_text = 'id,"it\'s [*] ""x"""\na,x\nb,\n'
    table = pa.table({"id": ["a", "b"], 'it\'s [*] "x"': ["x", None]})
    for number, files in enumerate(
        [{"customers.csv": csv_text}, {"customers.csv.gz": gzip.compress(csv_text.encode())}, {"customers.parquet": table}]
    ):
        root = tmp_path / f"it's [{number}] *?"
        assert members(shop(root, files, NAME, schema=schema)) == {"named": "a"}


def test_parquet_types_meet_their_declarations(tmp_path):
    """Native lists, instants with and without a zone, decimals of fewer places, integers and floats as declared; NaN is missing."""
    at = AS_OF.replace(tzinfo=None)
    table = pa.table({
        "id": [1, None],
        "tags": pa.array([["a", None], None], pa.list_(pa.string())),
        "seen": pa.array([at, None], pa.timestamp("ns", tz="America/New_York")),
        "made": pa.array([at, None], pa.timestamp("ms")),
        "credit": pa.array([Decimal("1.5"), None], pa.decimal128(5, 1)),
        "price": [1.1, None],
        "score": [float("nan"), 1.0],
        "points": pa.array([3, None], pa.uint8()),
    })  # fmt: skip
    schema = BARE % (
        "tags: {type: list}, seen: {type: datetime}, made: {type: datetime, zone: Europe/Berlin}, credit: {type: decimal}, "
        "price: {type: decimal}, score: {type: number}, points: {type: integer}"
    )
    segments = {
        "tags": "{attribute: tags, has_any: a}",
        "seen": "{attribute: seen, is: 2026-03-30T12:37:11Z}",
        "made": "{attribute: made, is: 2026-03-30T10:37:11Z}",
        "credit": "{attribute: credit, is: 1.5}",
        "price": "{attribute: price, is: 1.1}",
        "score": "{attribute: score, is_set: false}",
        "points": "{attribute: points, is: 3}",
    }
    assert members(shop(tmp_path, {"customers.parquet": table}, segments, schema=schema)) == dict.fromkeys(segments, "1")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "data.connect: the folder 'data' has no tables; put NAME.csv"),
        ({"customers.csv": "id\n", "customers.parquet": pa.table({"id": ["a"]})}, "customers.csv and customers.parquet are both table"),
        ({"customer.csv": "id\n"}, "data: there is no file for table 'customers'; did you mean \"customer\"?"),
        ({"customers.csv": "id,nam\n"}, "customers.csv has no column 'name'; did you mean \"nam\"?"),
        ({"customers.csv": "id;name\n1;x\n"}, "customers.csv has no column 'id'"),
        ({"customers.csv": "id,name,name\n"}, "customers.csv:1: two columns are named 'name'; rename one"),
        ({"customers.csv": ""}, "customers.csv:1: the file is empty"),
        ({"customers.csv": f"id,name\na,x\nb,{SECRET},z\n"}, "customers.csv:3: not readable as CSV"),
        ({"customers.csv": f'id,name\na,"{SECRET}\n'}, "customers.csv:2: not readable as CSV"),
        ({"customers.csv": b"id,name\na,caf\xe9\n"}, "customers.csv:2: not readable as CSV"),
        ({"customers.csv.gz": b"not gzip"}, "customers.csv.gz:1: not readable as CSV"),
        ({"customers.parquet": SECRET}, "customers.parquet: not readable as Parquet"),
        ({"customers.parquet": pa.table({"id": ["a"], "name": [1.5]})}, "column 'name' is stored as float64 and declared text"),
        ({"customers.parquet": pa.table({"id": [True], "name": ["x"]})}, "column 'id' is stored as boolean and used as a key"),
        ({"customers.csv": f"id,name\n{SECRET},x\n{SECRET},y\n"}, "table 'customers': 1 rows repeat a 'id'; one row per profile"),
    ],
)  # fmt: skip
def test_bad_files_are_one_line(files, expected, tmp_path):
    """Each says where, what and what to do."""
    assert expected in told(tmp_path, files, NAME, schema=BARE % "name: {type: text}")


def test_a_missing_folder_is_one_line(tmp_path):
    """The folder is named as the project names it."""
    assert "data.connect: the folder 'nowhere' cannot be read" in told(tmp_path, {"customers.csv": "id\n"}, connect="nowhere")


def test_a_consent_status_that_is_not_declared_is_an_error(tmp_path):
    """It is told by its column, not by its value, and not for rows that are no profiles."""
    row = "{},,,,,,,,,,,{},,\n"
    fine = shop(tmp_path / "fine", {"customers.csv": HEADER + row.format("a", "SUB") + row.format("", SECRET)}, {"m": "{mailable: email}"})
    assert members(fine) == {"m": "a"}
    text = told(tmp_path / "bad", {"customers.csv": HEADER + row.format("a", SECRET)}, {"m": "{mailable: email}"})
    assert "column 'status' has, in 1 rows, a value that is no known consent status; name every value" in text


def test_a_database_is_read_through_its_url(tmp_path):
    """Tables of a DuckDB file give the same members as files do, and a table that is not there is named."""
    import duckdb

    with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
        database.execute("CREATE TABLE customers AS SELECT 1 AS id, 'x' AS name UNION ALL SELECT 2, NULL")
    url = f"duckdb://{tmp_path / 'shop.duckdb'}?read_only=True"
    assert members(shop(tmp_path / "a", {}, NAME, schema=BARE % "name: {type: text}", connect=url)) == {"named": "1"}
    schema = (BARE % "name: {type: text}").replace("customers", "customer")
    assert "the database has no table 'customer'; write TABLE or SCHEMA.TABLE" in told(tmp_path / "b", {}, NAME, schema=schema, connect=url)


@pytest.mark.filterwarnings("ignore")  # of Ibis and pandas about each other
def test_what_an_engine_is_not_known_to_do_is_refused_by_name(tmp_path):
    """SQLite is not known to normalise text: a test on text is refused, one on integers is answered."""
    import sqlite3

    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        database.execute("CREATE TABLE customers (id INTEGER, name TEXT, points INTEGER)")
        database.execute("INSERT INTO customers VALUES (1, 'x', 5), (2, 'y', 6)")
    database.close()
    url, schema = f"sqlite://{tmp_path / 'shop.sqlite'}", BARE % "name: {type: text}, points: {type: integer}"
    found = members(shop(tmp_path / "a", {}, {"five": "{attribute: points, is: 5}"}, schema=schema, connect=url))
    assert found == {"five": "1"}
    text = told(tmp_path / "b", {}, {"x": "{attribute: name, is: x}"}, schema=schema, connect=url)
    assert "the engine sqlite is not known to compare text in Unicode normal form" in text


def test_a_database_that_cannot_be_opened_shows_no_password(tmp_path):
    """The URL may hold a password: only its scheme is told."""
    text = told(tmp_path, {}, connect=f"nosuchdatabase://user:{SECRET}@host/shop")
    assert text.startswith("franca.yaml:4:") or "data.connect: cannot open the nosuchdatabase database" in text
