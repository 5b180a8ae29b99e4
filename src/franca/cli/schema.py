"""`franca schema`: what editors know of a project's files."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from franca.errors import FrancaError

NAME = "schema"
FOLDER = ".franca-schema"
"""Where `franca init` puts the schemas of a project, for the first lines of its files to name."""


class File(StrEnum):
    """Which files a schema is of."""

    PROJECT = "project"
    SEGMENTS = "segments"
    CAMPAIGN = "campaign"
    PLAN = "plan"


def run(
    file: Annotated[
        File | None,
        typer.Argument(
            help="Of franca.yaml, segments/*.yaml, campaigns/*.yaml, or of what `franca plan --out` writes.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write all of them into this folder.", show_default=False)
    ] = None,
) -> None:
    """Write the JSON Schema of a project's files: completion, hints and checks in an editor, without a network.

    An editor that speaks YAML (yaml-language-server) takes the first line of a file:

    # yaml-language-server: $schema=../.franca-schema/segments.json

    Example: franca schema --out .franca-schema
    """
    from franca.language.json_schema import schema_text, write_schemas

    if out is not None and file is None:
        for path in write_schemas(out):
            typer.echo(f"wrote {path}")
    elif file is not None and out is None:
        typer.echo(_of_plans() if file is File.PLAN else schema_text(file), nl=False)
    else:
        raise FrancaError("franca schema prints one schema or writes all of them", remedy="name one, or give --out and a folder")


def _of_plans() -> str:
    from franca.plan import plan_schema

    return json.dumps(plan_schema(), ensure_ascii=False, indent=1) + "\n"
