"""`franca preview`: how large the segments are, how they come about, whom they share, what changed."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, AsOfOption, EnvOption, Format, FormatOption, ProjectOption, instant, load_checked, progress, warn
from franca.errors import FrancaError, did_you_mean

if TYPE_CHECKING:
    from franca.audience.changes import Memory
    from franca.audience.insight import Insight
    from franca.definitions import Project

NAME = "preview"
FILE = "preview.parquet"
"""In the project's state folder: what one preview leaves for the next one."""


def run(  # noqa: PLR0917 - a command's options
    segment: Annotated[list[str] | None, typer.Argument(metavar="[SEGMENT]...", show_default="all")] = None,
    project: ProjectOption = HERE,
    env: EnvOption = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
    pairs: Annotated[int, typer.Option("--overlap", min=0, metavar="N", help="Show the N pairs that overlap most.")] = 10,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also write a page with plots; it opens offline.")] = None,
    show_members: Annotated[
        int, typer.Option("--show-members", min=0, metavar="N", help="Also show the keys of N members; on a terminal only.")
    ] = 0,
    remember: Annotated[bool, typer.Option(help="Keep sizes, and keyed hashes of members, for the next preview.")] = True,
) -> None:
    """Show each segment's size and change, how it comes about, whom segments share, and what looks wrong.

    Never shows people, but for --show-members.

    Example: franca preview vip --project shop --as-of 2026-03-01 --html preview.html
    """
    from franca.render import Preview, render_preview

    _may_show(show_members, format_, html)
    if html is not None:
        from franca.render.insight_page import available

        available()
    checked = load_checked(project, env)
    insight, notes = _looked(checked, segment, instant(as_of, checked), show_members, remember=remember)
    width = shutil.get_terminal_size().columns if on_terminal() else None
    preview = Preview(insight=insight, notes=notes, pairs=pairs, width=width)
    typer.echo(render_preview(preview, format_.value))
    if html is not None:
        from franca.plan.files import write_whole
        from franca.render.insight_page import render_page

        write_whole(html, render_page(preview))
        typer.echo(f"wrote {html}", err=True)


def on_terminal() -> bool:
    """Return whether somebody reads the output on a terminal."""
    return sys.stdout.isatty()


def _may_show(members: int, form: Format, html: Path | None) -> None:
    """Insist that people are shown to nobody but who sits at a terminal."""
    if not members:
        return
    refusals = {
        "it goes with --format text only": form is not Format.TEXT,
        "it does not go with --html": html is not None,
        "its output is not a terminal": not on_terminal(),
    }
    why = next((why for why, true in refusals.items() if true), None)
    if why:
        raise FrancaError(f"--show-members: {why}; people are shown on a terminal only", remedy="`franca evaluate --out` writes them all")


def _looked(project: Project, wanted: list[str] | None, at: datetime, show: int, *, remember: bool) -> tuple[Insight, list[str]]:
    """Return the insight, and notes on what is remembered of it; remember it."""
    from franca.audience import evaluate
    from franca.audience.changes import Recorder
    from franca.audience.insight import look, run_of
    from franca.audience.reach import with_parts

    parts, (memory, notes) = with_parts(project, _chosen(project, wanted)), _memory(project)
    if wanted and remember:
        notes.append("not remembered for the next preview: it is of some segments only")
    with ExitStack() as stack:
        renamed = {key: old for key, each in project.segments.items() if (old := each.previously)}
        recorder = stack.enter_context(Recorder(memory, parts.segments, renamed))
        advance = stack.enter_context(progress("evaluating"))
        evaluation = stack.enter_context(evaluate(parts.evaluated, as_of=at, progress=advance))
        insight = look(evaluation, parts, recorder=recorder, show=show)
        if remember and not wanted:
            recorder.keep(run_of(insight, recorder.memory))
        warn(evaluation.warnings)
    return insight, notes


def _chosen(project: Project, wanted: list[str] | None) -> list[str]:
    for key in wanted or ():
        if key not in project.segments:
            raise FrancaError(f"there is no segment {key!r}", remedy=did_you_mean(key, project.segments))
    from franca.audience.evaluation import evaluable

    known = evaluable(project).segments
    for key in wanted or ():
        if key not in known:
            raise FrancaError(
                f"the segment {key!r} is native: an ESP alone knows who is in it", remedy="look there; `franca explain` says where"
            )
    return wanted or list(known)


def _memory(project: Project) -> tuple[Memory, list[str]]:
    """Return the file of the last preview, and what cannot be told for want of a key."""
    from franca.adapter import resolve
    from franca.audience.changes import Memory

    path, sizes_only = project.local / FILE, "only sizes are remembered, not who enters and leaves"
    if project.ledger_key is None:
        return Memory(path), [f"{sizes_only}: set ledger_key in franca.yaml"]
    try:
        return Memory(path, resolve(project.ledger_key, "ledger_key", project.root).reveal().encode()), []
    except FrancaError as error:
        return Memory(path), [f"{sizes_only}: {error.problem.what}"]
