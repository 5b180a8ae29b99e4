"""A seeded shop in Parquet: profiles, orders (one in fifty repeated, one in twenty cancelled), views, opens. Written by DuckDB, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

SEED = 20260101
AS_OF = "2026-01-01 00:00:00"
_DAYS = 730


@dataclass(frozen=True)
class Size:
    """How many rows; of the events a fifth are orders, half are views, the rest are opens."""

    profiles: int = 1_000_000
    events: int = 20_000_000

    @property
    def orders(self) -> int:
        return self.events // 5

    @property
    def views(self) -> int:
        return self.events // 2

    @property
    def opens(self) -> int:
        return self.events - self.orders - self.views


def generate(cache: Path, size: Size) -> Path:
    """Return the folder of the data, which is written if it is not there yet."""
    folder = cache / f"shop-{size.profiles}-{size.events}-{SEED}"
    folder.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect()
    for name, sql in _tables(size).items():
        target = folder / f"{name}.parquet"
        if not target.exists():
            unfinished = target.with_suffix(".unfinished")
            database.execute(f"COPY ({sql}) TO '{unfinished}' (FORMAT parquet, COMPRESSION snappy)")
            unfinished.rename(target)
    return folder


def _random(salt: int) -> str:
    """Return a number in [0, 1) that depends on the row i and the seed alone."""
    return f"((hash(i * 1000 + {salt} + {SEED}) >> 11) / 9007199254740992.0)"


def _instant(rows: int, salt: int) -> str:
    """Return an instant that grows with i, as rows of an event table do, with a day of disorder."""
    return (
        f"(TIMESTAMP '{AS_OF}' - INTERVAL {_DAYS} DAY"
        f" + to_microseconds(CAST((i / {rows}.0 * {_DAYS} + {_random(salt)} - 0.5) * 86400e6 AS BIGINT)))"
    )


def _customer(size: Size, salt: int) -> str:
    """Return a customer's number; a few customers do most."""
    return f"CAST(floor(power({_random(salt)}, 2) * {size.profiles}) AS BIGINT)"


def _tables(size: Size) -> dict[str, str]:
    # a repeated row has the id of one that is a few hundred thousand rows away at most, and is hours or days later
    order = f"CASE WHEN {_random(11)} < 0.02 THEN greatest(i - CAST({_random(12)} * 50000 AS BIGINT), 0) ELSE i END"
    return {
        "customers": f"""
            SELECT i AS customer_id, 'c' || i || '@shop.example' AS email,
                ['DE', 'FR', 'AT', 'CH', 'NL', 'IT'][1 + CAST(floor({_random(1)} * 6) AS INTEGER)] AS country,
                CAST(floor({_random(2)} * 1000) AS INTEGER) AS points,
                TIMESTAMP '{AS_OF}' - to_microseconds(CAST({_random(3)} * {_DAYS} * 86400e6 AS BIGINT)) AS registered_at,
                CASE WHEN {_random(4)} < 0.6 THEN 'SUBSCRIBED' WHEN {_random(4)} < 0.8 THEN 'UNSUBSCRIBED' END AS email_status,
                {_random(5)} < 0.03 AS email_suppressed
            FROM range({size.profiles}) r(i)""",
        "orders": f"""
            SELECT {order} AS order_id, {_customer(size, 13)} AS customer_id, {_instant(size.orders, 14)} AS ordered_at,
                CAST({_random(15)} * 200 AS DECIMAL(10, 2)) AS total,
                'sku-' || CAST(floor({_random(16)} * 200) AS INTEGER) AS sku,
                CASE WHEN {_random(17)} < 0.05 THEN 'cancelled' ELSE 'paid' END AS status
            FROM range({size.orders}) r(i)""",
        "views": f"""
            SELECT {_customer(size, 21)} AS customer_id, {_instant(size.views, 22)} AS viewed_at,
                'page-' || CAST(floor({_random(23)} * 50) AS INTEGER) AS page
            FROM range({size.views}) r(i)""",
        "opens": f"""
            SELECT {_customer(size, 31)} AS customer_id, {_instant(size.opens, 32)} AS opened_at
            FROM range({size.opens}) r(i)""",
    }
