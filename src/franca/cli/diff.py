"""`franca diff`: what a change of definitions does to the segments."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, AsOfOption, Format, FormatOption, ProjectOption, instant, progress, warn

if TYPE_CHECKING:
    from franca.logic.comparison import Comparison, Version

NAME = "diff"
DIFFERS = 2
"""The exit code for --exit-code, as that of `plan`."""


def run(  # noqa: PLR0917 - a command's options
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder, a git revision, or OLD..NEW.")],
    new: Annotated[str | None, typer.Argument(metavar="[NEW]", show_default="the project's folder")] = None,
    project: ProjectOption = HERE,
    as_of: AsOfOption = None,
    data: Annotated[bool, typer.Option("--data/--no-data", help="Count who enters and leaves.")] = True,
    format_: FormatOption = Format.TEXT,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 2 when something differs.")] = False,
) -> None:
    """Say of each segment whether two versions of the project mean the same.

    Same: the definitions have one normal form. Different members now: so many enter and leave, by both definitions on the data of the new
    version (of a revision: the data in the project's folder). Not shown to be the same: the conditions differ, and the members do not now.
    People are counted, never shown.

    Example: franca diff main.. --project shop --format markdown
    """
    from franca.cli.revisions import chosen, version
    from franca.logic.comparison import compare
    from franca.render.diff import Diff, render_diff

    first, second = chosen(old, new)
    with TemporaryDirectory() as scratch:
        before, after = version(first, project, Path(scratch, "old")), version(second, project, Path(scratch, "new"))
    found = compare(before, after)
    if data:
        found = _counted(found, after, as_of)
    diff = Diff(old=before, new=after, comparisons=found, counted=data)
    typer.echo(render_diff(diff, format_.value))
    if exit_code and any(each.changed for each in found):
        raise typer.Exit(DIFFERS)


def _counted(comparisons: tuple[Comparison, ...], new: Version, as_of: str | None) -> tuple[Comparison, ...]:
    from franca.audience import evaluate
    from franca.logic.comparison import counted, question

    asked = question(comparisons, new)
    if not asked.project.segments:
        return counted(comparisons, asked, {})
    with progress("evaluating") as advance, evaluate(asked.project, as_of=instant(as_of, new.checked), progress=advance) as evaluation:
        sizes = evaluation.sizes()
        warn(evaluation.warnings)
    return counted(comparisons, asked, sizes)
