"""`franca validate`: names, types, circles, settings; no network, no credentials."""

from __future__ import annotations

import typer

from franca.cli.common import HERE, ProjectOption, load_checked

NAME = "validate"


def run(project: ProjectOption = HERE) -> None:
    """Check every file of a project: types, names, circles, settings.

    Needs no network and no keys. Every mistake is one line with file, line, column and what to do.

    Example: franca validate --project shop
    """
    checked = load_checked(project)
    typer.echo(f"{len(checked.segments)} segments and {len(checked.destinations)} destinations are fine")
