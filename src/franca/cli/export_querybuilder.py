"""`franca export-querybuilder`: segments for a visual query builder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from franca.cli.common import HERE, ProjectOption, load_checked
from franca.errors import FrancaError, did_you_mean

NAME = "export-querybuilder"


def run(
    segment: Annotated[list[str] | None, typer.Argument(metavar="[SEGMENT]...", show_default="all that can be held")] = None,
    project: ProjectOption = HERE,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to write.", show_default="the terminal")] = None,
) -> None:
    """Write segments as queries of react-querybuilder, with the list of fields for the builder.

    A builder holds tests on attributes and groups of them. A segment asked for by name that needs more is an error with the place and the
    reason; without names those that can be held are written, and the others are told.

    Example: franca export-querybuilder vip --project shop --out vip.json
    """
    from franca.language.querybuilder import fields, write_query
    from franca.plan.files import write_whole

    checked = load_checked(project)
    for key in segment or ():
        if key not in checked.segments:
            raise FrancaError(f"there is no segment {key!r}", remedy=did_you_mean(key, checked.segments))
    written = []
    for key in segment or [key for key in checked.segments if "." not in key]:  # audiences of campaigns have keys with a dot
        try:
            written.append({"key": key, "name": checked.segments[key].name, "query": write_query(checked.segments[key].where)})
        except FrancaError as error:
            if segment:
                raise
            typer.echo(f"{key} is left out: {error}", err=True)
    text = json.dumps({"fields": fields(checked), "segments": written}, indent=2, ensure_ascii=False)
    if out is None:
        typer.echo(text)
        return
    write_whole(out, text + "\n")
    typer.echo(f"wrote {len(written)} segments to {out}")
