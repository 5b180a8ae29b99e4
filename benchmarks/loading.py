"""Loading and checking a thousand segments, beside ruamel.yaml's bare parse of the same files. CPU seconds, in one process."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fifty import FIFTY, SCHEMA
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from franca.language import check, load

SEGMENTS, FILES, ROUNDS = 1_000, 20, 3


def write(root: Path) -> list[Path]:
    """Write the project: the fifty segments, twenty times, in a file each."""
    (root / "segments").mkdir()
    (root / "franca.yaml").write_text(SCHEMA.format(folder="data"), encoding="utf-8")
    for number in range(FILES):
        lines = [f"  s{number}_{at}: {{name: s{number} {at}, where: {pair.where}}}" for at, pair in enumerate(FIFTY[: SEGMENTS // FILES])]
        (root / "segments" / f"part{number}.yaml").write_text("\n".join(["segments:", *lines, ""]), encoding="utf-8")
    return [root / "franca.yaml", *sorted((root / "segments").iterdir())]


def measure() -> None:
    """Print the ratio."""
    with tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        root = Path(folder)
        files = write(root)
        runs: dict[str, Callable[[], object]] = {
            "franca": lambda: check(load(root)),
            "ruamel": lambda: [YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) for path in files],
        }
        taken: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                start = time.process_time()
                run()
                taken[name].append(time.process_time() - start)
    mine, bare = (statistics.median(taken[name]) for name in runs)
    table = Table(title=f"{SEGMENTS:,} segments in {FILES} files; CPU seconds, medians of {ROUNDS}")
    for column in ("what", "franca", "ruamel.yaml", "ratio", "wanted"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("load and check / bare parse", f"{mine:.2f} s", f"{bare:.2f} s", f"{mine / bare:.2f}", "≤ 2.5, ≤ 3 s")
    Console().print(table)


if __name__ == "__main__":
    measure()
