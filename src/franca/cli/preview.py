"""`franca preview`: how large the segments are."""

from __future__ import annotations

import typer

from franca.cli.common import HERE, AsOfOption, Format, FormatOption, ProjectOption, instant, load_checked, progress, warn

NAME = "preview"


def run(project: ProjectOption = HERE, as_of: AsOfOption = None, format_: FormatOption = Format.TEXT) -> None:
    """Show the size of every segment, and its share of everybody and of those who may be mailed.

    Never shows people.

    Example: franca preview --project shop --as-of 2026-03-01 --format markdown
    """
    from franca.audience import evaluate
    from franca.render import Sizes, render_preview

    checked = load_checked(project)
    at = instant(as_of, checked)
    with progress("evaluating") as advance, evaluate(checked, as_of=at, progress=advance) as evaluation:
        sizes = Sizes(project=checked, as_of=at, summary=evaluation.summary(), sizes=evaluation.sizes())
        warn(evaluation.warnings)
    typer.echo(render_preview(sizes, format_.value))
