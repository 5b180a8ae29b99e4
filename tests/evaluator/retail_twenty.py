"""Twenty segments of a real shop (Online Retail, CC0), and SQL by hand that selects the same customers: for every engine.

The SQL is meant to be the same for DuckDB, PostgreSQL and Spark: instants are written out instead of calculated, a week begins on a Monday
wherever `date_trunc` is, and the only calculations with times add a number of days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

AS_OF = datetime.fromisoformat("2011-12-10T00:00:00Z")
TIMEZONE = "UTC"
SCHEMA = """\
    profile: {table: customers, key: customer, attributes: {country: {type: text}, joined: {type: date}, typical: {type: decimal}}}
    events:
      order: {table: orders, profile: customer, at: placed, id: invoice, properties: {total: {type: decimal}}}
      cancellation: {table: cancellations, profile: customer, at: moment, id: invoice}
      line:
        table: lines
        profile: customer
        at: moment
        where: {not: {property: invoice, starts_with: C}}
        properties: {code: {type: text}, pieces: {type: number}}
"""
_TABLES = {
    "orders": """SELECT CustomerID AS customer, InvoiceNo AS invoice, ts::TIMESTAMP AS placed, total::DECIMAL(18, 2) AS total
        FROM read_csv('{folder}/orders.csv.gz', all_varchar=true, header=true)""",
    "customers": """SELECT CustomerID AS customer, Country AS country,
        (SELECT min(placed)::DATE FROM orders o WHERE o.customer = CustomerID) AS joined,
        (SELECT min(total) FROM orders o WHERE o.customer = CustomerID) AS typical
        FROM read_csv('{folder}/customers.csv.gz', all_varchar=true, header=true)""",
    "cancellations": """SELECT CustomerID AS customer, InvoiceNo AS invoice, InvoiceDate::TIMESTAMP AS moment
        FROM read_csv('{folder}/cancellations.csv.gz', all_varchar=true, header=true)""",
    "lines": """SELECT split_part(CustomerID, '.', 1) AS customer, InvoiceNo AS invoice, StockCode AS code, Quantity::DOUBLE AS pieces,
        InvoiceDate::TIMESTAMP AS moment
        FROM read_csv('{folder}/lines.csv.gz', all_varchar=true, header=true) WHERE CustomerID IS NOT NULL""",
}
"""Typed, with names that need no quotes; two attributes are made of the orders: the day of the first one, the smallest total."""


def tables(folder: Path) -> dict[str, Any]:
    """Return the tables as Arrow, from the folder of Online Retail."""
    shown = str(folder).replace("'", "''")
    with duckdb.connect() as database:
        for name, query in _TABLES.items():
            database.execute(f"CREATE TABLE {name} AS {query.format(folder=shown)}")
        return {name: database.sql(f"SELECT * FROM {name}").to_arrow_table() for name in _TABLES}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A predicate as YAML, and SQL of the same customers; *other* has that of a dialect (by its name at SQLGlot) that needs other words."""

    where: str
    sql: str
    other: Mapping[str, str] = field(default_factory=dict)

    def query(self, dialect: str = "duckdb") -> str:
        """Return SQL that selects keys of customers, each once."""
        found = self.other.get(dialect, self.sql)
        return f"SELECT DISTINCT customer FROM ({found}) found WHERE customer IN (SELECT customer FROM customers)"


_RANKED = """SELECT customer, row_number() OVER (ORDER BY spent DESC, customer) AS place, count(*) OVER () AS number
    FROM (SELECT customer, sum(total) AS spent FROM orders WHERE placed > TIMESTAMP '2011-06-13 00:00:00' GROUP BY customer) spending"""
_PLACED = """SELECT customer, total, row_number() OVER (PARTITION BY customer ORDER BY placed {order}, invoice) AS place FROM orders"""
TWENTY: Mapping[str, Asked] = {
    "latest_was_large": Asked(
        where="{latest: order, having: {property: total, gte: 500}}",
        sql=f"SELECT customer FROM ({_PLACED.format(order='DESC')}) placed WHERE place = 1 AND total >= 500",
    ),
    "first_was_small": Asked(
        where="{first: order, having: {property: total, lt: 150}}",
        sql=f"SELECT customer FROM ({_PLACED.format(order='ASC')}) placed WHERE place = 1 AND total < 150",
    ),
    "regrets": Asked(
        where="{latest: order, followed_by: {event: cancellation, within: 7 days}}",
        sql="""SELECT o.customer FROM (SELECT customer, max(placed) AS placed FROM orders GROUP BY customer) o JOIN cancellations c
            ON c.customer = o.customer AND c.moment > o.placed AND c.moment <= o.placed + INTERVAL '7' DAY""",
    ),
    "came_back_after_a_cancellation": Asked(
        where="{sequence: [order, {event: cancellation, within: 3 days}, {event: order, within: 30 days}]}",
        sql="""SELECT a.customer FROM orders a
            JOIN cancellations c ON c.customer = a.customer AND c.moment > a.placed AND c.moment <= a.placed + INTERVAL '3' DAY
            JOIN orders b ON b.customer = a.customer AND b.placed > c.moment AND b.placed <= c.moment + INTERVAL '30' DAY""",
    ),
    "went_quiet_once": Asked(
        where="[{sequence: [order, {without: order, within: 90 days}]}, {event: order, last: 30 days}]",
        sql="""SELECT a.customer FROM orders a WHERE a.placed + INTERVAL '90' DAY <= TIMESTAMP '2011-12-10 00:00:00' AND NOT EXISTS
            (SELECT 1 FROM orders b WHERE b.customer = a.customer AND b.placed > a.placed AND b.placed <= a.placed + INTERVAL '90' DAY)
            AND EXISTS (SELECT 1 FROM orders b WHERE b.customer = a.customer AND b.placed > TIMESTAMP '2011-11-10 00:00:00')""",
    ),
    "twice_in_a_fortnight": Asked(
        where="""{sequence: [{event: order, where: {property: total, gte: 200}}, {event: order, where: {property: total, gte: 200},
            within: 14 days}], starting: {from: 2011-06-01, to: 2011-10-01}}""",
        sql="""SELECT a.customer FROM orders a JOIN orders b
            ON b.customer = a.customer AND b.placed > a.placed AND b.placed <= a.placed + INTERVAL '14' DAY
            WHERE a.total >= 200 AND b.total >= 200
            AND a.placed >= TIMESTAMP '2011-06-01 00:00:00' AND a.placed < TIMESTAMP '2011-10-01 00:00:00'""",
    ),
    "every_other_month": Asked(
        where="{regular: order, every: month, at_least: 6, of_last: 12}",
        sql="""SELECT customer FROM orders WHERE placed >= TIMESTAMP '2011-01-01 00:00:00'
            GROUP BY customer HAVING count(DISTINCT date_trunc('month', placed)) >= 6""",
    ),
    "large_on_average": Asked(
        where="{measure: {event: order, sum: total}, divided_by: {event: order}, gte: 500}",
        sql="SELECT customer FROM orders GROUP BY customer HAVING sum(total) >= 500 * count(*)",
    ),
    "cancels_half": Asked(
        where="{measure: {event: cancellation}, divided_by: {event: order}, gte: 0.5}",
        sql="""SELECT o.customer FROM (SELECT customer, count(*) AS number FROM orders GROUP BY customer) o
            JOIN (SELECT customer, count(DISTINCT invoice) AS number FROM cancellations GROUP BY customer) c
            ON c.customer = o.customer WHERE 2 * c.number >= o.number""",
    ),
    "top_tenth": Asked(
        where="{rank: {event: order, sum: total, last: 180 days}, top: 10%}",
        sql=f"SELECT customer FROM ({_RANKED}) ranked WHERE (place - 1) * 100 < 10 * number",
    ),
    "most_recent_quarter": Asked(
        where="{rank: {event: order, days_since_last: true}, tile: {of: 4, in: [1]}}",
        sql="""SELECT customer FROM (SELECT customer, ntile(4) OVER (ORDER BY latest DESC, customer) AS tile
            FROM (SELECT customer, max(placed) AS latest FROM orders GROUP BY customer) recent) tiled WHERE tile = 1""",
    ),
    "one_article_again_and_again": Asked(
        where="{event: line, per: code, count: {gte: 5}, last: 180 days}",
        sql="""SELECT customer FROM lines WHERE invoice NOT LIKE 'C%' AND moment > TIMESTAMP '2011-06-13 00:00:00'
            GROUP BY customer, code HAVING count(*) >= 5""",
    ),
    "good_on_average": Asked(
        where="{event: order, avg: {of: total, gte: 400}, count: {gte: 3}}",
        sql="SELECT customer FROM orders GROUP BY customer HAVING sum(total) >= 400 * count(*) AND count(*) >= 3",
    ),
    "in_between": Asked(
        where="{event: order, min: {of: total, gte: 150}, max: {of: total, lt: 1000}}",
        sql="SELECT customer FROM orders GROUP BY customer HAVING min(total) >= 150 AND max(total) < 1000",
    ),
    "many_articles": Asked(
        where="{event: line, distinct: {of: code, gte: 100}}",
        sql="SELECT customer FROM lines WHERE invoice NOT LIKE 'C%' GROUP BY customer HAVING count(DISTINCT code) >= 100",
    ),
    "twice_their_smallest": Asked(
        where="{event: order, where: {property: total, gte: {attribute: typical, times: 2.5}}, count: {gte: 2}}",
        sql="""SELECT o.customer FROM orders o JOIN customers c ON c.customer = o.customer WHERE o.total >= 2.5 * c.typical
            GROUP BY o.customer HAVING count(*) >= 2""",
    ),
    "anniversary_soon": Asked(
        where="{attribute: joined, anniversary: {next: 30 days}}",
        sql="""SELECT customer FROM
            (SELECT customer, 100 * extract(month FROM joined) + extract(day FROM joined) AS falls FROM customers) joined
            WHERE falls >= 1211 OR falls <= 109""",
    ),
    "sunday_afternoons": Asked(
        where="{event: order, where: [{time: weekday, is: sunday}, {time: hour, gte: 12}], previous: quarter}",
        sql="""SELECT customer FROM orders WHERE placed >= TIMESTAMP '2011-07-01 00:00:00' AND placed < TIMESTAMP '2011-10-01 00:00:00'
            AND placed >= date_trunc('week', placed) + INTERVAL '6' DAY AND extract(hour FROM placed) >= 12""",
    ),
    "cooling": Asked(
        where="{event: order, days_since_last: {between: [30, 90]}}",
        sql="""SELECT customer FROM orders GROUP BY customer
            HAVING max(placed) <= TIMESTAMP '2011-11-10 00:00:00' AND max(placed) > TIMESTAMP '2011-09-11 00:00:00'""",
    ),
    "busy_year": Asked(
        where="{event: [order, cancellation], count: {gte: 10}, this: year}",
        sql="""SELECT customer FROM (SELECT customer, placed AS moment FROM orders UNION ALL
            SELECT customer, min(moment) AS moment FROM cancellations GROUP BY customer, invoice) happened
            WHERE moment >= TIMESTAMP '2011-01-01 00:00:00' GROUP BY customer HAVING count(*) >= 10""",
    ),
}
