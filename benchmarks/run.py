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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import copies
import loading
from contender import SAME_RULES
from fifty import FIFTY, five_hundred, write_project
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
        found = evaluations(data, options.rounds)
        show(size, options.rounds, found, startups())
        show_more(found["franca"], many(data, options.rounds), rules(data, options.rounds))
    loading.measure()
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
    runs = _runs(("franca", "hand_written", "one_by_one"), data, rounds, None)
    different = [
        (pair.where, counts)
        for pair, *counts in zip(FIFTY, *(found[0]["counts"] for found in runs.values()), strict=True)  # type: ignore[call-overload]
        if len(set(counts)) > 1
    ]
    if different:
        sys.exit("\n".join(f"counts differ: {where}: {counts}" for where, counts in different))
    return {name: Result(_median(found, "seconds"), _median(found, "peak_mib")) for name, found in runs.items()}


def _runs(names: Sequence[str], data: Path, rounds: int, wheres: Sequence[str] | None) -> dict[str, list[dict[str, object]]]:
    """Run contenders in turn over a project of these segments (None: the fifty), each time in a process of its own."""
    runs: dict[str, list[dict[str, object]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="franca-bench-") as root:
        write_project(Path(root), data, wheres)
        for _ in range(rounds):
            for name, found in runs.items():
                command = [sys.executable, str(HERE / "contender.py"), name, root, str(data)]
                found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return runs


def many(data: Path, rounds: int) -> Result:
    """Evaluate five hundred segments."""
    found = _runs(("franca",), data, rounds, five_hundred())["franca"]
    return Result(_median(found, "seconds"), _median(found, "peak_mib"))


def rules(data: Path, rounds: int) -> tuple[Result, Result]:
    """Return Franca's and rule-engine's time for the same rules on attributes; exit when their counts differ."""
    within = _runs(("within_sample",), data, 1, SAME_RULES)["within_sample"][0]["counts"]
    found = _runs(("franca", "rule_engine"), data, rounds, SAME_RULES)
    if within != found["rule_engine"][0]["counts"]:
        sys.exit(f"counts differ from rule-engine's: {within}, {found['rule_engine'][0]['counts']}")
    mine, other = (Result(_median(found[name], "seconds"), _median(found[name], "peak_mib")) for name in found)
    return mine, other


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
        ("time / one hand-written query", franca.seconds, hand.seconds, "s", franca.seconds / hand.seconds, "≤ 1.15"),
        ("peak memory / the same", franca.peak_mib, hand.peak_mib, "MiB", franca.peak_mib / hand.peak_mib, "≤ 1.3"),
        ("one query per segment / time", franca.seconds, each.seconds, "s", each.seconds / franca.seconds, "≥ 3"),
        ("franca --version / import typer", starts["version"], starts["typer"], "s", starts["version"] / starts["typer"], "≤ 3"),
    ]
    for what, mine, other, unit, ratio, wanted in rows:
        table.add_row(what, f"{mine:,.2f} {unit}", f"{other:,.2f} {unit}", f"{ratio:.2f}", wanted)
    Console().print(table)


def show_more(fifty: Result, five_hundred: Result, rules: tuple[Result, Result]) -> None:
    """Print what ten times as many segments cost, and the rate beside that of rules in Python."""
    mine, other = rules
    table = Table(title="more segments; rules on attributes in Python (rule-engine, from rows in memory)")
    for column in ("what", "franca", "other", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = [
        ("500 segments / 50 segments", five_hundred.seconds, fifty.seconds, five_hundred.seconds / fifty.seconds, "< 4"),
        (f"profiles a second, {len(SAME_RULES)} rules / rule-engine", mine.seconds, other.seconds, other.seconds / mine.seconds, "≥ 200"),
    ]
    for what, here, there, ratio, wanted in rows:
        table.add_row(what, f"{here:,.2f} s", f"{there:,.2f} s", f"{ratio:.1f}", wanted)
    Console().print(table)


if __name__ == "__main__":
    main()
