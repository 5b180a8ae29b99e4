"""Fifty segments twice: in Franca's language, and as a person would write them in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

T = "TIMESTAMP '2026-01-01 00:00:00'"
SCHEMA = """\
project: bench
timezone: UTC
data:
  connect: {folder}
  profile:
    table: customers
    key: customer_id
    attributes:
      email: {{type: text}}
      country: {{type: text}}
      points: {{type: integer}}
      registered_at: {{type: datetime}}
    consent:
      email: {{status: email_status, values: {{subscribed: [SUBSCRIBED], unsubscribed: [UNSUBSCRIBED]}}, suppressed: email_suppressed}}
  events:
    order:
      table: orders
      profile: customer_id
      at: ordered_at
      id: order_id
      where: {{property: status, is_not: cancelled}}
      properties: {{total: {{type: decimal}}, sku: {{type: text}}, status: {{type: text}}}}
    view: {{table: views, profile: customer_id, at: viewed_at, properties: {{page: {{type: text}}}}}}
    open: {{table: opens, profile: customer_id, at: opened_at}}
"""
SOURCES = {
    "orders": f"""
        SELECT customer_id, ordered_at AS ts, total, sku FROM orders
        WHERE status IS DISTINCT FROM 'cancelled' AND ordered_at <= {T}
        QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY ordered_at) = 1""",
    "views": f"SELECT customer_id, viewed_at AS ts, page FROM views WHERE viewed_at <= {T}",
    "opens": f"SELECT customer_id, opened_at AS ts FROM opens WHERE opened_at <= {T}",
}


def _last(days: int) -> str:
    return f"ts > {T} - INTERVAL {days} DAY"


AGGREGATES = {
    "orders": {
        "orders_ever": "count(*)",
        **{f"orders_{days}": f"count(*) FILTER (WHERE {_last(days)})" for days in (30, 90, 180, 365)},
        "orders_older": f"count(*) FILTER (WHERE ts > {T} - INTERVAL 365 DAY AND ts <= {T} - INTERVAL 180 DAY)",
        "spent_ever": "sum(total)",
        **{f"spent_{days}": f"sum(total) FILTER (WHERE {_last(days)})" for days in (30, 90, 180, 365)},
        "large_ever": "count(*) FILTER (WHERE total >= 150)",
        "large_90": f"count(*) FILTER (WHERE total >= 150 AND {_last(90)})",
        "sku_7": "count(*) FILTER (WHERE sku = 'sku-7')",
        "sku_set": "count(*) FILTER (WHERE sku IN ('sku-1', 'sku-2', 'sku-3'))",
        "sku_set_180": f"count(*) FILTER (WHERE sku IN ('sku-1', 'sku-2', 'sku-3') AND {_last(180)})",
    },
    "views": {
        **{f"views_{days}": f"count(*) FILTER (WHERE {_last(days)})" for days in (7, 14, 30, 90)},
        "page_1_30": f"count(*) FILTER (WHERE page = 'page-1' AND {_last(30)})",
        "page_set": "count(*) FILTER (WHERE page IN ('page-2', 'page-3'))",
    },
    "opens": {
        "opens_ever": "count(*)",
        **{f"opens_{days}": f"count(*) FILTER (WHERE {_last(days)})" for days in (7, 30, 90, 180)},
    },
}
MAILABLE = "email_status = 'SUBSCRIBED' AND NOT coalesce(email_suppressed, false)"


@dataclass(frozen=True)
class Pair:
    """One segment: as YAML, and as a condition over the aggregates that it names."""

    where: str
    sql: str
    uses: tuple[str, ...] = ()


def _order(days: int) -> str:
    return "{event: order, count: {gte: %d}, last: " + f"{days} days}}"


def pairs() -> Iterator[Pair]:
    """Yield the fifty segments."""
    for days, least in ((30, 1), (30, 2), (90, 1), (90, 3), (180, 2), (180, 5), (365, 3), (365, 8)):
        yield Pair(_order(days) % least, f"orders_{days} >= {least}", (f"orders_{days}",))
    for days in (30, 90, 180, 365):
        yield Pair(f"{{event: order, count: 0, last: {days} days}}", f"orders_{days} = 0", (f"orders_{days}",))
        yield Pair(f"{{event: order, sum: {{of: total, gte: {days}}}, last: {days} days}}", f"spent_{days} >= {days}", (f"spent_{days}",))
    for spent in (500, 1000):
        yield Pair(f"{{event: order, sum: {{of: total, gte: {spent}}}}}", f"spent_ever >= {spent}", ("spent_ever",))
    yield Pair("{event: order, count: 0}", "orders_ever = 0", ("orders_ever",))
    yield Pair("{event: order, count: {gte: 10}}", "orders_ever >= 10", ("orders_ever",))
    yield Pair("{event: order, where: {property: total, gte: 150}}", "large_ever >= 1", ("large_ever",))
    yield Pair("{event: order, count: {gte: 2}, last: 90 days, where: {property: total, gte: 150}}", "large_90 >= 2", ("large_90",))
    yield Pair("{event: order, where: {property: sku, is: sku-7}}", "sku_7 >= 1", ("sku_7",))
    skus = "where: {property: sku, in: [sku-1, sku-2, sku-3]}"
    yield Pair(f"{{event: order, {skus}}}", "sku_set >= 1", ("sku_set",))
    yield Pair(f"{{event: order, count: 0, last: 180 days, {skus}}}", "sku_set_180 = 0", ("sku_set_180",))
    yield Pair("{event: order, ago: [365 days, 180 days]}", "orders_older >= 1", ("orders_older",))
    yield Pair(
        "[{event: order, ago: [365 days, 180 days]}, {event: order, count: 0, last: 180 days}]",
        "orders_older >= 1 AND orders_180 = 0", ("orders_older", "orders_180"),
    )  # fmt: skip
    for days in (7, 14, 30, 90):
        yield Pair(f"{{event: view, count: {{gte: 3}}, last: {days} days}}", f"views_{days} >= 3", (f"views_{days}",))
    yield Pair("{event: view, last: 30 days, where: {property: page, is: page-1}}", "page_1_30 >= 1", ("page_1_30",))
    yield Pair("{event: view, count: {gte: 2}, where: {property: page, in: [page-2, page-3]}}", "page_set >= 2", ("page_set",))
    yield Pair(
        "[{event: view, count: {gte: 3}, last: 14 days}, {event: order, count: 0, last: 30 days}]",
        "views_14 >= 3 AND orders_30 = 0", ("views_14", "orders_30"),
    )  # fmt: skip
    for days in (7, 30, 90, 180):
        yield Pair(f"{{event: open, last: {days} days}}", f"opens_{days} >= 1", (f"opens_{days}",))
    yield Pair("{event: open, count: 0}", "opens_ever = 0", ("opens_ever",))
    yield Pair("{all: [{mailable: email}, {event: open, last: 90 days}]}", f"{MAILABLE} AND opens_90 >= 1", ("opens_90",))
    yield Pair(
        "[{mailable: email}, {event: open, count: {gte: 2}, last: 30 days}, {event: order, count: {gte: 1}, last: 365 days}]",
        f"{MAILABLE} AND opens_30 >= 2 AND orders_365 >= 1", ("opens_30", "orders_365"),
    )  # fmt: skip
    yield Pair("{mailable: email}", MAILABLE)
    yield Pair("{attribute: country, in: [DE, AT, CH]}", "country IN ('DE', 'AT', 'CH')")
    yield Pair("{attribute: country, is_not: FR}", "country IS DISTINCT FROM 'FR'")
    yield Pair("{attribute: points, gte: 500}", "points >= 500")
    yield Pair("{attribute: registered_at, last: 30 days}", f"registered_at > {T} - INTERVAL 30 DAY AND registered_at <= {T}")
    yield Pair(
        "[{attribute: registered_at, last: 90 days}, {event: order, count: 0}]",
        f"registered_at > {T} - INTERVAL 90 DAY AND registered_at <= {T} AND orders_ever = 0", ("orders_ever",),
    )  # fmt: skip
    yield Pair(
        "{any: [{event: order, count: {gte: 5}, last: 365 days}, {event: order, sum: {of: total, gte: 1000}}]}",
        "orders_365 >= 5 OR spent_ever >= 1000", ("orders_365", "spent_ever"),
    )  # fmt: skip
    yield Pair(
        "{all: [{attribute: country, is: DE}, {event: order, last: 90 days}, {not: {event: view, count: {gte: 3}, last: 30 days}}]}",
        "country = 'DE' AND orders_90 >= 1 AND NOT views_30 >= 3", ("orders_90", "views_30"),
    )  # fmt: skip
    yield Pair(
        "{any: [{event: open, last: 7 days}, {event: view, count: {gte: 3}, last: 7 days}]}",
        "opens_7 >= 1 OR views_7 >= 3", ("opens_7", "views_7"),
    )  # fmt: skip


FIFTY = tuple(pairs())


def write_project(root: Path, data: Path, wheres: Sequence[str] | None = None) -> None:
    """Write segments (by default the fifty) as a project in *root* over the tables in *data*."""
    (root / "segments").mkdir(parents=True, exist_ok=True)
    (root / "franca.yaml").write_text(SCHEMA.format(folder=data), encoding="utf-8")
    found = [pair.where for pair in FIFTY] if wheres is None else wheres
    lines = [f"  s{number}: {{name: s{number}, where: {where}}}" for number, where in enumerate(found)]
    (root / "segments" / "all.yaml").write_text("\n".join(["segments:", *lines, ""]), encoding="utf-8")


def five_hundred() -> list[str]:
    """Return the fifty segments, and each nine times more among those of one country and a number of points."""
    shops = [(country, points) for country in ("DE", "FR", "AT") for points in (100, 400, 700)]
    narrower = [
        f"{{all: [{_one(pair.where)}, {{attribute: country, is: {country}}}, {{attribute: points, gte: {points}}}]}}"
        for country, points in shops
        for pair in FIFTY
    ]
    return [pair.where for pair in FIFTY] + narrower


def _one(where: str) -> str:
    """Return a predicate for one place of a list."""
    return f"{{all: {where}}}" if where.startswith("[") else where


def counting(chosen: tuple[Pair, ...]) -> str:
    """Return one query that counts the members of *chosen*, as a person would write it: one group-by per table, one scan of profiles."""
    used = {name for pair in chosen for name in pair.uses}
    ctes, joins, columns = [], [], []
    for table, aggregates in AGGREGATES.items():
        mine = {name: sql for name, sql in aggregates.items() if name in used}
        if mine:
            measures = ", ".join(f"{sql} AS {name}" for name, sql in mine.items())
            ctes.append(f"{table}_by AS (SELECT customer_id, {measures} FROM ({SOURCES[table]}) GROUP BY customer_id)")
            joins.append(f"LEFT JOIN {table}_by USING (customer_id)")
            columns += [f"coalesce({name}, 0) AS {name}" for name in mine]
    head = f"WITH {', '.join(ctes)}" if ctes else ""
    counts = ", ".join(f"count(*) FILTER (WHERE {pair.sql})" for pair in chosen)
    inner = ", ".join(["customers.*", *columns])
    return f"{head} SELECT {counts} FROM (SELECT {inner} FROM customers {' '.join(joins)})"
