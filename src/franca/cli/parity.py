"""`franca parity`: what of one ESP maps to another."""

from __future__ import annotations

from typing import Annotated

import typer

from franca.cli.common import HERE, EnvOption, Format, FormatOption, ProjectOption, load_checked
from franca.errors import FrancaError, did_you_mean

NAME = "parity"


def run(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The destination that has the segments.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The destination that is to have them.")],
    project: ProjectOption = HERE,
    env: EnvOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Tell what maps from one destination to another: exactly, with another realisation, or not, each with the reason.

    Attributes and events that the first has a mapping for and the second has not are listed: nothing about them is native there.
    Needs no network and no keys.

    Example: franca import mailchimp && franca parity mailchimp klaviyo --format markdown
    """
    from franca.importing import compare
    from franca.render.parity import render_parity

    checked = load_checked(project, env)
    for name in (source, target):
        if name not in checked.destinations:
            raise FrancaError(f"there is no destination {name!r}", remedy=did_you_mean(name, checked.destinations))
    typer.echo(render_parity(compare(checked, source, target), format_.value))
