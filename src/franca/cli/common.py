"""What every verb shares: options, loading, output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli import excerpt
from franca.errors import FrancaError, ProblemsError
from franca.progress import Progress

if TYPE_CHECKING:
    from franca.adapter import Site
    from franca.definitions import Project

ProjectOption = Annotated[Path, typer.Option("--project", "-p", help="The project's folder.", show_default="this folder")]
HERE = Path()


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="T", help="The instant that counts as now, as 2026-01-31T09:00:00Z.", show_default="now"),
]
DestinationOption = Annotated[
    list[str] | None,
    typer.Option("--destination", "-d", metavar="NAME", help="Only this one; may be given several times.", show_default="all"),
]
EnvOption = Annotated[
    str | None,
    typer.Option("--env", metavar="NAME", help="One of the project's environments, as staging.", show_default="the project as it stands"),
]
AllowOption = Annotated[
    list[str] | None, typer.Option("--allow", metavar="WORD", help="Consent to one unsafe change; `plan` shows the word.")
]


def load_checked(folder: Path, env: str | None = None) -> Project:
    """Return the checked project in *folder*, as it is in the environment *env*.

    Checked are names, types and the keys of its destinations; tests are split where an ESP cannot.
    """
    from franca.adapter import check_destinations, with_splits
    from franca.language import in_environment, load_and_check

    excerpt.project.set(folder)
    project = in_environment(load_and_check(folder), env)
    check_destinations(project)
    return with_splits(project)


def load_accounts(folder: Path, env: str | None = None) -> Project:
    """Return the project in *folder* as it is in the environment *env*, without segments and emails, whatever may be wrong with those.

    The keys of its destinations are not checked.
    """
    from franca.language import in_environment, read_project

    excerpt.project.set(folder)
    project, problems = read_project(folder)
    if project is None:
        raise ProblemsError(problems)
    return in_environment(replace(project, segments={}, templates={}, campaigns={}, copies={}), env)


def instant(text: str | None, project: Project) -> datetime:
    """Return the as-of instant; without an offset it is in the project's zone."""
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise FrancaError(f"--as-of: {text!r} is not an instant", remedy="write 2026-01-31T09:00:00Z") from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=project.zone)).astimezone(UTC)


def sites(project: Project, names: list[str] | None) -> Iterator[Site]:
    """Yield the destinations that were asked for, in the project's order."""
    from franca.adapter import Site
    from franca.errors import did_you_mean

    for name in names or ():
        if name not in project.destinations:
            raise FrancaError(f"there is no destination {name!r}", remedy=did_you_mean(name, project.destinations))
    if not project.destinations:
        where = f"environments: {project.environment}: destinations:" if project.environment else "destinations:"
        raise FrancaError("the project has no destinations", remedy=f"add one under `{where}` in franca.yaml")
    for name, destination in project.destinations.items():
        if not names or name in names:
            yield Site(project=project, destination=destination)


def warn(messages: Iterable[object]) -> None:
    """Write warnings to the error stream."""
    for message in messages:
        typer.echo(str(message), err=True)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Show a progress bar on a terminal's error stream, and nothing elsewhere."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step, done, total: bar.update(task, completed=done, total=total, description=step)
