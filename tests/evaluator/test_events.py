"""Which rows are events, and what is counted and summed."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa

from evaluator.kit import AS_OF, members, shop
from franca.audience import evaluate

CUSTOMERS = "id\n1\n2\n3\n4\n"
ORDERS = "customer,placed,number,state,total,sku,pieces,weight,kinds\n"
BARE = """\
    profile: {table: customers, key: id, attributes: {}}
    events:
      order:
        table: orders
        profile: customer
        at: placed
        id: number
        where: {property: state, is_not: cancelled}
        properties: {total: {type: decimal}, sku: {type: text}, pieces: {type: integer}, weight: {type: number}, kinds: {type: list}}
"""


def found(tmp_path, orders: str, *wheres: str, schema: str = BARE) -> list[str]:
    files = {"customers.csv": CUSTOMERS, "orders.csv": ORDERS + orders}
    return list(members(shop(tmp_path, files, {f"s{n}": where for n, where in enumerate(wheres)}, schema=schema)).values())


def test_the_earliest_row_of_an_id_is_the_event(tmp_path):
    """Rows with one id are one event: the earliest, with its instant, its profile and its properties."""
    orders = "1,2026-03-02,A,,10,,,,\n2,2026-03-01,A,,99,,,,\n1,2026-03-03,B,,1,,,,\n"
    everything = ["{event: order}", "{event: order, sum: {of: total, is: 99}}", "{event: order, count: 1, from: 2026-03-02}"]
    assert found(tmp_path, orders, *everything) == ["1 2", "2", "1"]


def test_an_id_seen_before_a_window_is_not_in_it(tmp_path):
    """A repeated row does not move an event into a window that its earliest row precedes, nor out of it into the future."""
    orders = "1,2026-01-01,A,,1,,,,\n1,2026-03-30,A,,1,,,,\n2,2026-03-30,B,,1,,,,\n2,2026-05-01,B,,1,,,,\n"
    assert found(tmp_path, orders, "{event: order, last: 7 days}", "{event: order, count: 1}") == ["2", "1 2"]


def test_the_source_filter_comes_before_deduplication(tmp_path):
    """A cancelled first row does not hide a later valid one with the same id; a missing state is not cancelled."""
    orders = "1,2026-03-01,A,cancelled,1,,,,\n1,2026-03-02,A,,2,,,,\n2,2026-03-01,B,cancelled,1,,,,\n"
    assert found(tmp_path, orders, "{event: order, sum: {of: total, is: 2}}", "{event: order, count: 0}") == ["1", "2 3 4"]


def test_rows_without_an_id_are_events_of_their_own(tmp_path):
    """A missing id makes no two rows one."""
    assert found(tmp_path, "1,2026-03-01,,,1,,,,\n1,2026-03-01,,,1,,,,\n", "{event: order, count: 2}") == ["1"]


def test_a_unique_id_is_believed(tmp_path):
    """With `unique: true` nothing is deduplicated, so that a broken promise shows."""
    orders = "1,2026-03-01,A,,1,,,,\n1,2026-03-02,A,,1,,,,\n"
    assert found(tmp_path, orders, "{event: order, count: 2}", schema=BARE.replace("id: number", "id: number\n        unique: true")) == [
        "1"
    ]


def test_rows_without_profile_or_instant_or_of_strangers_are_no_events(tmp_path):
    """They hide no other row with their id either."""
    orders = ",2026-03-01,A,,1,,,,\n1,,A,,1,,,,\n1,2026-03-02,A,,2,,,,\n77,2026-03-02,C,,2,,,,\n"
    assert found(tmp_path, orders, "{event: order, sum: {of: total, is: 2}}", "{event: order}") == ["1", "1"]


def test_sums_are_exact_and_ignore_what_is_missing(tmp_path):
    """A thousand times 0.1 is 100 and not 99.9…; no events, or none with the property, sum to 0."""
    orders = "".join(f"1,2026-03-01,{number},,0.1,,1,0.25,\n" for number in range(1000)) + "2,2026-03-01,x,,,,,,\n"
    wheres = [
        "{event: order, sum: {of: total, is: 100}}",
        "{event: order, sum: {of: total, lt: 100.01, gt: 99.99}}",
        "{event: order, sum: {of: total, is: 0}}",
        "{event: order, sum: {of: pieces, is: 1000}, count: 1000}",
        "{event: order, sum: {of: weight, gte: 250}}",
        "{event: order, sum: {of: total, is: 0}, count: 1}",
    ]
    assert found(tmp_path, orders, *wheres) == ["1", "1", "2 3 4", "1", "1", "2"]


def test_where_is_about_one_event(tmp_path):
    """All tests of `where` hold for the same event; a test on a missing property is false, and its negation true."""
    orders = '1,2026-03-01,A,,5,X,,,"[""new""]"\n1,2026-03-01,B,,50,Y,,,\n2,2026-03-01,C,,50,X,,,\n3,2026-03-01,D,,50,,,,\n'
    wheres = [
        "{event: order, where: [{property: sku, is: X}, {property: total, gte: 50}]}",
        "{event: order, where: {property: sku, is_not: X}}",
        "{event: order, where: {not: {any: [{property: sku, is: X}, {property: sku, is: Y}]}}}",
        "{event: order, where: {property: kinds, has_any: new}}",
        "{event: order, count: 0, where: {property: sku, is: X}}",
        "{event: order, where: {none: [{property: total, lt: 50}]}, count: {gte: 1, lt: 2}}",
    ]
    assert found(tmp_path, orders, *wheres) == ["2", "1 3", "3", "1", "3 4", "1 2 3"]


def test_windows_since_the_latest_other_event(tmp_path):
    """`since: {latest: …}` counts after the latest event that its own filter chooses; without one, nothing counts."""
    orders = (
        "1,2026-03-01,A,,1,X,,,\n1,2026-03-02,B,,1,Y,,,\n2,2026-03-02,C,,1,X,,,\n2,2026-03-01,D,,1,Y,,,\n"
        "3,2026-03-01,E,,1,Y,,,\n2,2026-06-01,F,,1,Y,,,\n"
    )
    since = "since: {latest: order, where: {property: sku, is: X}}"
    assert found(tmp_path, orders, f"{{event: order, {since}}}", f"{{event: order, count: 0, {since}}}") == ["1", "2 3 4"]


def test_keys_compare_as_text_whatever_they_are_stored_as(tmp_path):
    """Integers, integers that became floats, and text meet; 07 is not 7."""
    customers = pa.table({"id": pa.array([1, 2, 7], pa.int32())})
    schema = """\
    profile: {table: customers, key: id, attributes: {}}
    events: {text: {table: t, profile: c, at: at}, float: {table: f, profile: c, at: at}, csv: {table: v, profile: c, at: at}}
"""
    at = pa.array([AS_OF.replace(tzinfo=None)] * 3, pa.timestamp("us"))
    files = {
        "customers.parquet": customers,
        "t.parquet": pa.table({"c": ["1", "07", None], "at": at}),
        "f.parquet": pa.table({"c": [1.0, 2.5, None], "at": at}),
        "v.csv": "c,at\n1.0,2026-03-01\n07,2026-03-01\n2,2026-03-01\n",
    }
    segments = {"text": "{event: text}", "float": "{event: float}", "csv": "{event: csv}"}
    assert members(shop(tmp_path, files, segments, schema=schema)) == {"text": "1", "float": "1", "csv": "1 2"}


def test_every_event_table_is_read_once_and_equal_measures_are_one(tmp_path):
    """Forty segments with three different measures make one group-by with three aggregates over one reading of the file."""
    windows = ["last: 7 days", "last: 30 days", "last: 7 days, where: {property: sku, is: X}"]
    segments = {
        f"s{n}_{at_least}": f"{{event: order, count: {{gte: {at_least}}}, {w}}}" for n, w in enumerate(windows) for at_least in range(2, 15)
    }
    project = shop(tmp_path, {"customers.csv": CUSTOMERS, "orders.csv": ORDERS}, segments, schema=BARE.replace("        id: number\n", ""))
    with evaluate(project, as_of=AS_OF) as evaluation:
        sql = ibis.to_sql(evaluation._membership.expression, dialect="duckdb")
        orders = evaluation._membership.tables.read("orders").op().parent.name
    assert sql.count(f'"{orders}"') == 1
    assert sql.count("COUNT(") == 3


def test_decimals_of_other_scales_compare_exactly(tmp_path):
    """A stored scale below the declared one is kept; a sum meets a constant with more places than either."""
    at = pa.array([AS_OF.replace(tzinfo=None)] * 2, pa.timestamp("ns"))
    files = {"customers.csv": CUSTOMERS, "orders.parquet": pa.table({
        "customer": ["1", "2"], "placed": at, "number": ["A", "B"], "state": ["x", "x"],
        "total": pa.array([Decimal("10.5"), Decimal("10.4")], pa.decimal128(9, 1)),
    })}  # fmt: skip
    segments = {"a": "{event: order, sum: {of: total, gte: 10.4001}}", "b": "{event: order, where: {property: total, lt: 10.4001}}"}
    assert members(shop(tmp_path, files, segments, schema=BARE)) == {"a": "1", "b": "2"}
