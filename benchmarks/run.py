"""`make bench`: ratios, side by side, in one run. Nothing is asserted but that all contenders count the same.

    python benchmarks/run.py [--profiles N] [--events N] [--rounds N]

The data is kept in the folder that FRANCA_BENCH_CACHE names; without it, it is generated into a temporary one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import copies
from fifty import FIFTY, write_project
from generate import Size, generate
from rich.console import Console
from rich.table import Table

import content

HERE = Path(__file__).parent
STARTS = 7


@dataclass(frozen=True)
class Result:
    """Medians of several runs of one contender."""

    seconds: float
    peak_mib: float


def main() -> None:
    """Generate, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--profiles", type=int, default=Size.profiles)
    parser.add_argument("--events", type=int, default=Size.events)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    size = Size(options.profiles, options.events)
    with cache() as folder:
        data = generate(folder, size)
        show(size, options.rounds, evaluations(data, options.rounds), startups())
    content.measure()
    copies.measure()


@contextlib.contextmanager
def cache() -> Iterator[Path]:
    """Yield the folder for generated data."""
    if kept := os.environ.get("FRANCA_BENCH_CACHE"):
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        yield Path(folder)


def evaluations(data: Path, rounds: int) -> dict[str, Result]:
    """Run the contenders in turn, several times; exit when their counts differ."""
    runs: dict[str, list[dict[str, object]]] = {"franca": [], "hand_written": [], "one_by_one": []}
    with tempfile.TemporaryDirectory(prefix="franca-bench-") as root:
        write_project(Path(root), data)
        for _ in range(rounds):
            for name, found in runs.items():
                command = [sys.executable, str(HERE / "contender.py"), name, root, str(data)]
                found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    different = [
        (pair.where, counts)
        for pair, *counts in zip(FIFTY, *(found[0]["counts"] for found in runs.values()), strict=True)  # type: ignore[call-overload]
        if len(set(counts)) > 1
    ]
    if different:
        sys.exit("\n".join(f"counts differ: {where}: {counts}" for where, counts in different))
    return {name: Result(_median(found, "seconds"), _median(found, "peak_mib")) for name, found in runs.items()}


def _median(found: list[dict[str, object]], key: str) -> float:
    return statistics.median(float(str(run[key])) for run in found)


def startups() -> dict[str, float]:
    """Return the median wall time of `franca --version`, and of a Python that imports typer."""
    commands = {
        "version": [str(Path(sys.executable).with_name("franca")), "--version"],
        "typer": [sys.executable, "-c", "import typer"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(several) for name, several in times.items()}


def show(size: Size, rounds: int, found: dict[str, Result], starts: dict[str, float]) -> None:
    """Print the ratios with what they were measured against."""
    franca, hand, each = found["franca"], found["hand_written"], found["one_by_one"]
    table = Table(title=f"{len(FIFTY)} segments, {size.profiles:,} profiles, {size.events:,} events; medians of {rounds}")
    for column in ("what", "franca", "other", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = [
        ("time / one hand-written query", franca.seconds, hand.seconds, "s", franca.seconds / hand.seconds, "≤ 1.25"),
        ("peak memory / the same", franca.peak_mib, hand.peak_mib, "MiB", franca.peak_mib / hand.peak_mib, "≤ 1.5"),
        ("one query per segment / time", franca.seconds, each.seconds, "s", each.seconds / franca.seconds, "≥ 3"),
        ("franca --version / import typer", starts["version"], starts["typer"], "s", starts["version"] / starts["typer"], "≤ 3"),
    ]
    for what, mine, other, unit, ratio, wanted in rows:
        table.add_row(what, f"{mine:,.2f} {unit}", f"{other:,.2f} {unit}", f"{ratio:.2f}", wanted)
    Console().print(table)


if __name__ == "__main__":
    main()
