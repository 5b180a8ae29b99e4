"""`franca evaluate`: who is in which segment, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from franca.cli.common import HERE, AsOfOption, EnvOption, ProjectOption, instant, load_checked, progress, warn

NAME = "evaluate"


def run(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.parquet", help="Where to write the members.")],
    project: ProjectOption = HERE,
    env: EnvOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Evaluate all segments on the shop's data and write their members.

    The file has two columns of text, `segment` and `profile`, sorted.

    Example: franca evaluate --project shop --as-of 2026-03-01 --out members.parquet
    """
    from franca.audience import evaluate

    checked = load_checked(project, env)
    with progress("evaluating") as advance, evaluate(checked, as_of=instant(as_of, checked), progress=advance) as evaluation:
        rows = evaluation.write(out)
        warn(evaluation.warnings)
    typer.echo(f"wrote {rows:,} members of {len(checked.segments)} segments to {out}")
