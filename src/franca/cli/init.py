"""`franca init`: a project to start from."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree
from typing import Annotated

import typer

from franca.errors import FrancaError

NAME = "init"


def run(folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path()) -> None:
    """Write a small project that works at once: a schema, three segments, a template, some data.

    Example: franca init shop && franca preview --project shop --as-of 2026-03-01
    """
    from franca.cli.schema import FOLDER
    from franca.language import PROJECT_FILE
    from franca.language.json_schema import write_schemas

    if (folder / PROJECT_FILE).exists():
        raise FrancaError(f"there is a {PROJECT_FILE} in {folder} already", remedy="choose another folder; nothing was written")
    with as_file(files("franca.cli") / "starter") as starter:
        copytree(starter, folder, dirs_exist_ok=True)
    write_schemas(folder / FOLDER)
    typer.echo(f"wrote {folder / PROJECT_FILE}, segments/, content/ and data/, and {FOLDER}/ for editors")
    typer.echo(f"next: franca preview --project {folder} --as-of 2026-03-01")
