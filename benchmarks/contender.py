"""One contender in a process of its own: evaluates the fifty segments, prints its time, its peak memory and the counts as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
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


CONTENDERS: dict[str, Callable[[Path, Path], tuple[float, list[int]]]] = {
    "franca": franca, "hand_written": hand_written, "one_by_one": one_by_one,
}  # fmt: skip

if __name__ == "__main__":
    name, root, data = sys.argv[1:]
    seconds, counts = CONTENDERS[name](Path(root), Path(data))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux
    print(json.dumps({"seconds": seconds, "peak_mib": peak / 1024, "counts": counts}))
