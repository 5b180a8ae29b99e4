"""A year of a real shop (Online Retail, CC0): members as independent SQL finds them in the same files."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from evaluator import retail_twenty
from evaluator.kit import shop
from franca.audience import evaluate

SHARED = os.environ.get("FRANCA_SHARED")
pytestmark = pytest.mark.skipif(not SHARED, reason="FRANCA_SHARED is not set: the Online Retail data is not here")

DATA = Path(SHARED or "", "data", "online_retail").resolve()
AS_OF = datetime.fromisoformat("2011-12-10T00:00:00Z")
SCHEMA = """\
    profile: {table: customers, key: CustomerID, attributes: {country: {type: text, column: Country}}}
    events:
      order: {table: orders, profile: CustomerID, at: ts, id: InvoiceNo, properties: {total: {type: decimal}}}
      cancellation: {table: cancellations, profile: CustomerID, at: InvoiceDate, id: InvoiceNo}
      line:
        table: lines
        profile: CustomerID
        at: InvoiceDate
        where: {not: {property: InvoiceNo, starts_with: C}}
        properties:
          code: {type: text, column: StockCode}
          text: {type: text, column: Description}
          pieces: {type: number, column: Quantity}
          price: {type: decimal(3), column: UnitPrice}
      invoice: {table: lines, profile: CustomerID, at: InvoiceDate, id: InvoiceNo}
"""
T = "TIMESTAMP '2011-12-10'"
BOUGHT = "SELECT DISTINCT customer FROM orders WHERE ts"
SEGMENTS = {
    # key: (the predicate, SQL that selects the same customers)
    "germany": ("{attribute: country, in: [Germany, Austria]}", "SELECT customer FROM customers WHERE country IN ('Germany', 'Austria')"),
    "abroad": ("{attribute: country, is_not: United Kingdom}", "SELECT customer FROM customers WHERE country <> 'United Kingdom'"),
    "lately": ("{event: order, last: 30 days}", f"{BOUGHT} > {T} - INTERVAL 30 DAY"),
    "regular": (
        "{event: order, count: {gte: 5}, last: 365 days}",
        f"SELECT customer FROM orders WHERE ts > {T} - INTERVAL 365 DAY GROUP BY ALL HAVING count(DISTINCT invoice) >= 5",
    ),
    "big": ("{event: order, sum: {of: total, gte: 1000}}", "SELECT customer FROM orders GROUP BY ALL HAVING sum(total) >= 1000"),
    "exactly_200": (
        "{event: order, sum: {of: total, between: [199.5, 200.55]}}",
        "SELECT customer FROM orders GROUP BY ALL HAVING sum(total) >= 199.50 AND sum(total) < 200.55",
    ),
    "vip": (
        "{any: [{event: order, count: {gte: 10}}, {event: order, sum: {of: total, gte: 5000}, last: 6 months}]}",
        f"""SELECT customer FROM orders GROUP BY ALL HAVING count(*) >= 10
            UNION SELECT customer FROM orders WHERE ts > {T} - INTERVAL 6 MONTH GROUP BY ALL HAVING sum(total) >= 5000""",
    ),
    "win_back": (
        "[{event: order, last: 365 days}, {event: order, count: 0, last: 180 days}]",
        f"{BOUGHT} > {T} - INTERVAL 365 DAY EXCEPT {BOUGHT} > {T} - INTERVAL 180 DAY",
    ),
    "autumn": (
        "{event: order, count: {gte: 2}, from: 2011-09-01, to: 2011-12-01}",
        "SELECT customer FROM orders WHERE ts >= '2011-09-01' AND ts < '2011-12-01' GROUP BY ALL HAVING count(*) >= 2",
    ),
    "not_in_spring": (
        "{event: order, count: 0, from: 2011-03-01, to: 2011-06-01}",
        "SELECT customer FROM customers EXCEPT SELECT customer FROM orders WHERE ts >= '2011-03-01' AND ts < '2011-06-01'",
    ),
    "cancels": (
        "[{event: cancellation, count: {gte: 2}}, {event: order, count: {lt: 10}}]",
        """SELECT customer FROM cancellations GROUP BY ALL HAVING count(DISTINCT invoice) >= 2
           EXCEPT SELECT customer FROM orders GROUP BY ALL HAVING count(*) >= 10""",
    ),
    "forgiving": (
        "{event: order, since: {latest: cancellation}}",
        """SELECT DISTINCT o.customer FROM orders o
           JOIN (SELECT customer, max(moment) AS moment FROM cancellations GROUP BY ALL) c
           ON o.customer = c.customer AND o.ts > c.moment""",
    ),
    "hearts": (
        "{event: line, count: {gte: 3}, where: {property: code, is: 85123A}}",
        "SELECT customer FROM lines WHERE code = '85123A' AND NOT starts_with(invoice, 'C') GROUP BY ALL HAVING count(*) >= 3",
    ),
    "lunch": (
        "{event: line, where: [{property: text, contains: LUNCH BAG}, {property: pieces, gte: 100}]}",
        "SELECT customer FROM lines WHERE text LIKE '%LUNCH BAG%' AND pieces >= 100 AND NOT starts_with(invoice, 'C')",
    ),
    "gifts": (
        "{event: line, where: {property: price, is: 0}}",
        "SELECT customer FROM lines WHERE price = 0 AND NOT starts_with(invoice, 'C')",
    ),
    "invoiced": (
        "{event: invoice, count: {gte: 20}, last: 1 year}",
        f"""SELECT customer FROM (
            SELECT invoice, arg_min(customer, moment) AS customer, min(moment) AS moment FROM lines WHERE customer IS NOT NULL
            GROUP BY invoice) WHERE moment > {T} - INTERVAL 1 YEAR GROUP BY ALL HAVING count(*) >= 20""",
    ),
}


@pytest.fixture(scope="module")
def sql():
    """The four files as a person would read them: DuckDB guesses nothing but the header; money is exact."""
    with duckdb.connect() as database:
        for name, columns in {
            "customers": "CustomerID AS customer, Country AS country",
            "orders": "CustomerID AS customer, InvoiceNo AS invoice, ts::TIMESTAMP AS ts, total::DECIMAL(18, 2) AS total",
            "cancellations": "CustomerID AS customer, InvoiceNo AS invoice, InvoiceDate::TIMESTAMP AS moment",
            "lines": "split_part(CustomerID, '.', 1) AS customer, InvoiceNo AS invoice, StockCode AS code, Description AS text, "
            "Quantity::DOUBLE AS pieces, InvoiceDate::TIMESTAMP AS moment, UnitPrice::DECIMAL(18, 3) AS price",
        }.items():
            path = str(DATA / f"{name}.csv.gz").replace("'", "''")
            rows = f"SELECT {columns} FROM read_csv('{path}', all_varchar=true, header=true)"
            database.execute(f"CREATE TABLE {name} AS {rows}")
        yield database


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    segments = {key: where for key, (where, _) in SEGMENTS.items()}
    project = shop(tmp_path_factory.mktemp("retail"), {}, segments, schema=SCHEMA, connect=str(DATA))
    with evaluate(project, as_of=AS_OF) as evaluation:
        return evaluation.sizes(), {key: set(evaluation.members(key)) for key in SEGMENTS}


@pytest.mark.parametrize("key", SEGMENTS)
def test_members_are_those_of_independent_sql(key, found, sql):
    """Same customers, not only as many; and neither nobody nor everybody, or the comparison would say little."""
    sizes, members = found
    customers = {row[0] for row in sql.execute("SELECT customer FROM customers").fetchall()}
    expected = {row[0] for row in sql.execute(SEGMENTS[key][1]).fetchall()} & customers
    assert members[key] == expected
    assert sizes[key] == len(expected)
    assert 0 < len(expected) < len(customers)


@pytest.fixture(scope="module")
def twenty():
    """The typed tables of the twenty."""
    return retail_twenty.tables(DATA)


@pytest.fixture(scope="module")
def answers(twenty, tmp_path_factory):
    """What the evaluator says of all twenty, from Parquet files."""
    segments = {key: asked.where for key, asked in retail_twenty.TWENTY.items()}
    files = {f"{name}.parquet": table for name, table in twenty.items()}
    project = shop(tmp_path_factory.mktemp("twenty"), files, segments, schema=retail_twenty.SCHEMA, timezone=retail_twenty.TIMEZONE)
    with evaluate(project, as_of=retail_twenty.AS_OF) as evaluation:
        return {key: set(evaluation.members(key)) for key in segments}


@pytest.mark.parametrize("key", retail_twenty.TWENTY)
def test_members_of_the_twenty_are_those_of_sql_by_hand(key, answers, twenty):
    """Latest and first, sequences, regularity, quotients, ranks, single articles, anniversaries: the same customers, some and not all."""
    with duckdb.connect() as database:
        for name, table in twenty.items():
            database.register(name, table)
        expected = {row[0] for row in database.execute(retail_twenty.TWENTY[key].query()).fetchall()}
        (everybody,) = database.execute("SELECT count(*) FROM customers").fetchone()
    assert answers[key] == expected
    assert 0 < len(expected) < everybody
