"""What random trees found where the evaluator and the naive interpreter did not agree, each as small as it gets."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from evaluator.kit import members, shop

PROFILE = "    profile: {table: customers, key: id, attributes: {points: {type: integer}}}\n    events:\n"
VISIT = PROFILE + "      visit: {table: visits, profile: customer, at: at}\n"
CUSTOMERS = "id,points\na,10\nb,11\n"
AT = pa.array([datetime(2026, 3, 1)] * 2, pa.timestamp("us"))  # noqa: DTZ001 - as files hold it


def test_a_step_of_months_is_planned_at_once(tmp_path: Path) -> None:
    """The zone's hundred clock changes stood in the SQL a hundred times each: gigabytes, and minutes."""
    files = {"customers.csv": CUSTOMERS, "visits.csv": "customer,at\na,2026-02-01\na,2026-03-01\nb,2026-01-01\nb,2026-03-01\n"}
    asked = {"s": "{sequence: [visit, {event: visit, within: 1 month}]}"}
    assert members(shop(tmp_path, files, asked, schema=VISIT))["s"] == "a"


def test_a_large_integer_compares_with_days(tmp_path: Path) -> None:
    """Days are compared as microseconds: the integer times those of a day is no integer of 64 bits."""
    files = {"customers.csv": f"id,points\na,{2**40}\nb,1\n", "visits.csv": "customer,at\na,2026-03-01\nb,2026-03-01\n"}
    asked = {"s": "{event: visit, days_since_last: {lt: {attribute: points}}}"}
    assert members(shop(tmp_path, files, asked, schema=VISIT))["s"] == "a"


def test_one_period_counts(tmp_path: Path) -> None:
    """With a single beginning, the number of the period was a constant."""
    files = {"customers.csv": CUSTOMERS, "visits.csv": "customer,at\na,2026-03-01\nb,2026-02-01\n"}
    asked = {"s": "{regular: visit, every: month, at_least: 1, of_last: 1}"}
    assert members(shop(tmp_path, files, asked, schema=VISIT))["s"] == "a"


def test_decimals_of_two_types_compare(tmp_path: Path) -> None:
    """Neither type holds the other: fourteen digits with two places, eighteen with one."""
    total = pa.array([Decimal("5.00")] * 2, pa.decimal128(14, 2))
    files = {"customers.csv": CUSTOMERS, "orders.parquet": pa.table({"customer": ["a", "b"], "at": AT, "total": total})}
    schema = PROFILE + "      order: {table: orders, profile: customer, at: at, properties: {total: {type: decimal}}}\n"
    asked = {"s": "{event: order, max: {of: total, gte: {attribute: points, times: 0.5}}}"}
    assert members(shop(tmp_path, files, asked, schema=schema))["s"] == "a"


def test_money_per_day_has_room(tmp_path: Path) -> None:
    """Cents times microseconds are more than eighteen digits."""
    files = {"customers.csv": CUSTOMERS, "carts.csv": "customer,at,total\na,2026-03-01,99999999.99\nb,2026-03-01,5.00\n"}
    schema = PROFILE + "      cart: {table: carts, profile: customer, at: at, properties: {total: {type: decimal}}}\n"
    asked = {"s": "{measure: {event: cart, max: total}, divided_by: {event: cart, days_since_first: true}, lte: 25}"}
    assert members(shop(tmp_path, files, asked, schema=schema))["s"] == "b"


def test_instants_with_and_without_an_offset_stand_in_one_sequence(tmp_path: Path) -> None:
    """Parquet holds both, and Ibis does not put them together by itself."""
    later = pa.array([datetime(2026, 3, 2), datetime(2026, 3, 9)], pa.timestamp("us", "UTC"))  # noqa: DTZ001 - the type has it
    orders, views = pa.table({"customer": ["a", "b"], "at": AT}), pa.table({"customer": ["a", "b"], "at": later})
    schema = PROFILE + (
        "      order: {table: orders, profile: customer, at: at}\n"
        "      view: {table: views, profile: customer, at: at, zone: Europe/Berlin}\n"
    )
    asked = {"s": "{sequence: [order, {without: view, within: 3 days}]}", "t": "{event: [order, view], count: 2}"}
    files = {"customers.csv": CUSTOMERS, "orders.parquet": orders, "views.parquet": views}
    assert members(shop(tmp_path, files, asked, schema=schema)) == {"s": "b", "t": "a b"}


def test_a_window_inside_where_may_begin_with_another_event(tmp_path: Path) -> None:
    """What the window says of the other event is read with that event's properties."""
    schema = PROFILE + (
        "      cart: {table: carts, profile: customer, at: at}\n"
        "      view: {table: views, profile: customer, at: at, properties: {page: {type: text}}}\n"
    )
    files = {
        "customers.csv": CUSTOMERS,
        "carts.csv": "customer,at\na,2026-03-02\nb,2026-03-02\n",
        "views.csv": "customer,at,page\na,2026-03-01,x\na,2026-03-05,y\nb,2026-03-05,x\n",
    }
    asked = {"s": "{event: cart, where: {time: at, since: {latest: view, where: {property: page, is: x}}}}"}
    assert members(shop(tmp_path, files, asked, schema=schema))["s"] == "a"


def test_the_year_one_is_a_year(tmp_path: Path) -> None:
    """0001-01-01 is what many systems write for "never"; only a day that is written without a year has none."""
    schema = "    profile: {table: customers, key: id, attributes: {born: {type: date}}}\n"
    files = {"customers.csv": "id,born\na,0001-01-01\nb,0004-03-05\nc,01-01\nd,9999-12-31\n"}
    asked = {"s": "{attribute: born, lt: 1990-01-01}", "t": "{attribute: born, gt: 1990-01-01}", "u": "{attribute: born, is_set: true}"}
    assert members(shop(tmp_path, files, asked, schema=schema)) == {"s": "a b", "t": "d", "u": "a b c d"}


def test_two_picks_may_each_compare_with_the_profile(tmp_path: Path) -> None:
    """One picks among the events of two kinds, the other among those of one of them; Ibis could not put the kinds together."""
    schema = (
        "    profile: {table: customers, key: id, attributes: {points: {type: integer}, score: {type: number}}}\n"
        "    events:\n"
        "      order: {table: orders, profile: customer, at: at, properties: {quantity: {type: integer}}}\n"
        "      view: {table: views, profile: customer, at: at, properties: {quantity: {type: integer}}}\n"
    )
    files = {
        "customers.csv": "id,points,score\na,10,10.0\nb,1,0.5\n",
        "orders.csv": "customer,at,quantity\na,2026-03-01T00:00:00Z,5\nb,2026-03-01T00:00:00Z,5\n",
        "views.csv": "customer,at,quantity\na,2026-03-02T00:00:00Z,5\nb,2026-03-02T00:00:00Z,5\n",
    }
    first = "{first: [order, view], having: {property: quantity, lt: {attribute: points}}}"
    latest = "{latest: view, having: {property: quantity, lt: {attribute: score}}}"
    assert members(shop(tmp_path, files, {"s": f"[{first}, {latest}]"}, schema=schema))["s"] == "a"
