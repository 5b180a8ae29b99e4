"""Insight: all that a preview tells of 200 segments (19,900 pairs, every condition) against the evaluation of their sizes alone.

    python benchmarks/overlap.py [--profiles N] [--events N] [--segments N] [--rounds N]

Each run is a process of its own. The data is that of `make bench`, kept in the folder that FRANCA_BENCH_CACHE names.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from fifty import FIFTY, SCHEMA
from generate import Size, generate
from rich.console import Console
from rich.table import Table

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
COUNTRIES = ("DE", "FR", "AT", "CH", "NL", "IT")


def main() -> None:
    """Generate, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--profiles", type=int, default=Size.profiles)
    parser.add_argument("--events", type=int, default=Size.events)
    parser.add_argument("--segments", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contender", nargs=2, metavar=("NAME", "PROJECT"), help="run one, in this process")
    options = parser.parse_args()
    if options.contender:
        contend(options.contender[0], Path(options.contender[1]))
    else:
        measure(options)


def wheres(number: int) -> Iterator[str]:
    """Yield the fifty segments, then each of them narrowed to a country: conjunctions, of which every condition is told."""
    whole = (pair.where for pair in FIFTY)
    narrowed = (f"{{all: [{{attribute: country, is: {country}}}, {one(pair.where)}]}}" for country in COUNTRIES for pair in FIFTY)
    yield from islice((where for source in (whole, narrowed) for where in source), number)


def one(where: str) -> str:
    """Return a list of conditions as one."""
    return f"{{all: {where}}}" if where.startswith("[") else where


def write_project(root: Path, data: Path, segments: int) -> None:
    """Write the segments as a project in *root* over the tables in *data*."""
    (root / "segments").mkdir(parents=True, exist_ok=True)
    (root / "franca.yaml").write_text(SCHEMA.format(folder=data), encoding="utf-8")
    lines = [f"  s{number}: {{name: s{number}, where: {where}}}" for number, where in enumerate(wheres(segments))]
    (root / "segments" / "all.yaml").write_text("\n".join(["segments:", *lines, ""]), encoding="utf-8")


# -- contenders, each in a process of its own


def sizes(root: Path) -> dict[str, int]:
    """Evaluate the segments' sizes."""
    from franca.audience import evaluate
    from franca.language import check, load

    with evaluate(check(load(root)), as_of=AS_OF) as evaluation:
        return evaluation.sizes()


def overlap(root: Path) -> dict[str, int]:
    """The same, with all pairs; no conditions."""
    from franca.audience import evaluate
    from franca.audience.bits import packed
    from franca.audience.overlap import Shared
    from franca.language import check, load

    project = check(load(root))
    shared = Shared(list(project.segments))
    with evaluate(project, as_of=AS_OF) as evaluation:
        for batch in evaluation.stream():
            shared.add(packed(batch, list(project.segments)))
    found = {key: size for pair in shared.pairs() for key, size in zip((pair.first, pair.second), pair.sizes, strict=True)}
    return {key: found.get(key, 0) for key in project.segments}


def insight(root: Path) -> dict[str, int]:
    """The same, with all pairs and the reach of every condition."""
    return dict(_look(root, None))


def remembered(root: Path) -> dict[str, int]:
    """The same, with hashes: compared with the run before, and kept for the next one."""
    return dict(_look(root, b"a key"))


def _look(root: Path, key: bytes | None) -> dict[str, int]:
    from franca.audience import evaluate
    from franca.audience.changes import Memory, Recorder
    from franca.audience.insight import look, run_of
    from franca.audience.reach import with_parts
    from franca.language import check, load

    project = check(load(root))
    parts, memory = with_parts(project, list(project.segments)), Memory(root / ".franca" / "preview.parquet", key)
    with evaluate(parts.evaluated, as_of=AS_OF) as evaluation:
        if key is None:
            return dict(look(evaluation, parts).sizes)
        with Recorder(memory, parts.segments) as recorder:
            found = look(evaluation, parts, recorder=recorder)
            recorder.keep(run_of(found, memory))
    return dict(found.sizes)


CONTENDERS: dict[str, Callable[[Path], dict[str, int]]] = {
    "sizes": sizes, "overlap": overlap, "insight": insight, "remembered": remembered,
}  # fmt: skip


def contend(name: str, root: Path) -> None:
    """Run one contender; print its time, its peak memory and its sizes as JSON."""
    start = time.perf_counter()
    found = CONTENDERS[name](root)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)  # its peak is in KiB on Linux
    print(json.dumps({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024, "sizes": found}))


def measure(options: argparse.Namespace) -> None:
    """Run the contenders in turn, several times; exit when their sizes differ; print the ratios."""
    from run import cache

    runs: dict[str, list[dict[str, object]]] = {name: [] for name in CONTENDERS}
    with cache() as folder, tempfile.TemporaryDirectory(prefix="franca-bench-") as root:
        write_project(Path(root), generate(folder, Size(options.profiles, options.events)), options.segments)
        for _ in range(options.rounds):
            for name, found in runs.items():
                command = [sys.executable, __file__, "--contender", name, root]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                found.append(json.loads(done.stdout))
    if any(found[0]["sizes"] != runs["sizes"][0]["sizes"] for found in runs.values()):
        sys.exit("the sizes differ: the comparison would mean nothing")
    show(options, {name: {key: _median(several, key) for key in ("seconds", "cpu", "peak_mib")} for name, several in runs.items()})


def _median(found: list[dict[str, object]], key: str) -> float:
    return statistics.median(float(str(run[key])) for run in found)


def show(options: argparse.Namespace, found: dict[str, dict[str, float]]) -> None:
    """Print the ratios with what they were measured against; that of processor time does not depend on what else the machine does."""
    pairs = options.segments * (options.segments - 1) // 2
    data = f"{options.profiles:,} profiles, {options.events:,} events"
    table = Table(title=f"{options.segments} segments, {pairs:,} pairs, {data}; medians of {options.rounds}")
    for column in ("what", "seconds", "ratio", "processor", "ratio", "wanted", "peak MiB"):
        table.add_column(column, justify="left" if column == "what" else "right")
    labels = {"sizes": "sizes alone", "overlap": "with all pairs", "insight": "and every condition", "remembered": "and hashes"}
    alone = found["sizes"]
    for name, what in labels.items():
        times = [text for key in ("seconds", "cpu") for text in (f"{found[name][key]:.2f}", f"{found[name][key] / alone[key]:.2f}")]
        table.add_row(what, *times, "≤ 1.5" if name == "overlap" else "", f"{found[name]['peak_mib']:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
