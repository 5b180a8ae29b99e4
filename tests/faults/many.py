"""`make faults N=1000`: random fault schedules by seed, for each ESP.

    PYTHONPATH=tests python -m faults.many [--schedules N] [--esp NAME]... [--folder FOLDER] [--large]

Resumable: verdicts are kept in FOLDER, one line each, and seeds that are there are not run again; delete the folder after a change of code.
Ends with 1 if any schedule did not end as it should.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.crowd import LARGE, Crowd
from faults.schedules import Lives, Verdict
from faults.shop import ESPS, keys
from faults.troubles import give_up_soon
from franca.sandbox import serve
from sandbox.brevo.brevo_account import Stage

COUNTED = ("duplicates", "lost", "foreign", "consent")


def main() -> None:
    """Run what is missing; print a summary of everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--esp", action="append", choices=ESPS)
    parser.add_argument("--folder", type=Path, default=Path("build/faults"))
    parser.add_argument("--large", action="store_true", help="62 segments and 100,000 people")
    options = parser.parse_args()
    crowd, folder = (LARGE, options.folder / "large") if options.large else (Crowd(), options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    bad = sum(run(esp, options.schedules, folder, crowd) for esp in options.esp or ESPS)
    sys.exit(1 if bad else 0)


def run(esp: str, schedules: int, folder: Path, crowd: Crowd) -> int:
    """Run the seeds below *schedules* that are not known yet; return how many of all went wrong."""
    path = folder / f"{esp}.jsonl"
    path.touch()
    known = {verdict.seed: verdict for verdict in read(path)}
    missing = [seed for seed in range(schedules) if seed not in known]
    with path.open("a", encoding="utf-8") as file:
        for verdict in verdicts(esp, missing, crowd):
            file.write(json.dumps(verdict.as_json()) + "\n")
            file.flush()
            known[verdict.seed] = verdict
            if not verdict.good:
                say(f"{esp} seed {verdict.seed}: {verdict.why}")
    asked = [known[seed] for seed in range(schedules)]
    say(summary(esp, asked))
    return sum(not verdict.good for verdict in asked)


def say(line: str) -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def read(path: Path) -> Iterator[Verdict]:
    """Yield the verdicts of a file; a last line that a stop cut off is passed over."""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield Verdict(**json.loads(line))


def verdicts(esp: str, seeds: Iterable[int], crowd: Crowd) -> Iterator[Verdict]:
    """Run schedules on one server and one evaluated shop."""
    stage: Any = Stage()
    with tempfile.TemporaryDirectory() as made, keys(), serve(stage) as running, pytest.MonkeyPatch.context() as patch:
        give_up_soon(patch, crowd.patience)
        patch.setattr(os, "fsync", lambda _handle: None)  # a process that ends is no loss of power
        lives = Lives.of(stage, running.url, Path(made), crowd)
        for seed in seeds:
            yield lives.disturbed(esp, seed, Path(made) / "lives" / str(seed))


def summary(esp: str, found: list[Verdict]) -> str:
    """Say in one line how they ended."""
    troubles, stops, runs = (sum(getattr(verdict, name) for verdict in found) for name in ("troubles", "stops", "runs"))
    wrong = ", ".join(f"{sum(getattr(verdict, name) for verdict in found)} {name}" for name in COUNTED)
    seconds = sum(verdict.seconds for verdict in found) / max(1, len(found))
    return (
        f"{esp}: {sum(verdict.converged for verdict in found)} of {len(found)} schedules converged; {wrong}; "
        f"{troubles} troubles and {stops} stops in {runs} runs of commands; {seconds:.2f} s each"
    )


if __name__ == "__main__":
    main()
