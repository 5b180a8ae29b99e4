"""One contender in a process of its own: evaluates the fifty segments, prints its time, its peak memory and the counts as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from fifty import FIFTY, SOURCES, counting


def franca(root: Path, _data: Path) -> tuple[float, list[int]]:
    """Franca, from the files of the project to the sizes."""
    from franca.audience import evaluate
    from franca.language import check, load

    start = time.perf_counter()
    project = check(load(root))
    with evaluate(project, as_of=datetime(2026, 1, 1, tzinfo=UTC)) as evaluation:
        sizes = list(evaluation.sizes().values())
    return time.perf_counter() - start, sizes


def hand_written(_root: Path, data: Path) -> tuple[float, list[int]]:
    """One hand-written query."""
    return _queries(data, [counting(FIFTY)])


def one_by_one(_root: Path, data: Path) -> tuple[float, list[int]]:
    """A hand-written query per segment."""
    return _queries(data, [counting((pair,)) for pair in FIFTY])


def _queries(data: Path, queries: list[str]) -> tuple[float, list[int]]:
    import duckdb

    start = time.perf_counter()
    with duckdb.connect() as database:
        for table in ("customers", *SOURCES):
            database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{data / table}.parquet')")
        counts = [count for query in queries for count in database.execute(query).fetchall()[0]]
    return time.perf_counter() - start, counts


def _rules() -> Iterator[tuple[str, str]]:
    """Yield fifty segments that speak of attributes alone: in the language of the package rule-engine, and in ours."""
    for number in range(50, 550, 50):
        days = f"registered_at > $as_of - t'P{number}D' and registered_at <= $as_of"
        yield f"points >= {number}", f"{{attribute: points, gte: {number}}}"
        yield f"points >= {number} and country == 'DE'", f"[{{attribute: points, gte: {number}}}, {{attribute: country, is: DE}}]"
        yield f"country != 'FR' and points < {number}", f"[{{attribute: country, is_not: FR}}, {{attribute: points, lt: {number}}}]"
        yield days, f"{{attribute: registered_at, last: {number} days}}"
        yield (
            f"country in ['DE', 'AT', 'CH'] or points >= {number}",
            f"{{any: [{{attribute: country, in: [DE, AT, CH]}}, {{attribute: points, gte: {number}}}]}}",
        )


RULES, SAME_RULES = zip(*_rules(), strict=True)
SAMPLE = 5_000


def rule_engine(_root: Path, data: Path) -> tuple[float, list[int]]:
    """The package rule-engine over the first profiles, from rows that are in memory; the time is for as many as there are rows."""
    import duckdb
    import rule_engine as engine

    wanted = "customer_id, country, points, registered_at"
    rows = duckdb.sql(f"SELECT {wanted} FROM read_parquet('{data / 'customers'}.parquet')").fetchnumpy()
    number = len(rows["points"])
    cells = zip(rows["country"][:SAMPLE], rows["points"][:SAMPLE].tolist(), rows["registered_at"][:SAMPLE].astype("O"), strict=True)
    people = [{"country": country, "points": points, "registered_at": at.replace(tzinfo=UTC)} for country, points, at in cells]
    rules = [engine.Rule(rule.replace("$as_of", 'd"2026-01-01T00:00:00+00:00"')) for rule in RULES]
    start = time.perf_counter()
    counts = [sum(map(rule.matches, people)) for rule in rules]
    return (time.perf_counter() - start) * number / SAMPLE, counts


def within_sample(root: Path, _data: Path) -> tuple[float, list[int]]:
    """Franca's answer for the same first profiles, to compare: the time is of no interest."""
    from franca.audience import evaluate
    from franca.language import check, load

    with evaluate(check(load(root)), as_of=datetime(2026, 1, 1, tzinfo=UTC)) as evaluation:
        return 0.0, [sum(int(key) < SAMPLE for key in evaluation.members(segment)) for segment in check(load(root)).segments]


CONTENDERS: dict[str, Callable[[Path, Path], tuple[float, list[int]]]] = {
    "franca": franca, "hand_written": hand_written, "one_by_one": one_by_one, "rule_engine": rule_engine, "within_sample": within_sample,
}  # fmt: skip

if __name__ == "__main__":
    name, root, data = sys.argv[1:]
    seconds, counts = CONTENDERS[name](Path(root), Path(data))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux
    print(json.dumps({"seconds": seconds, "peak_mib": peak / 1024, "counts": counts}))
