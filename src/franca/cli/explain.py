"""`franca explain`: what a segment means, and how each ESP keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, EnvOption, ProjectOption, load_checked, sites
from franca.errors import FrancaError, did_you_mean

if TYPE_CHECKING:
    from franca.definitions import Project

NAME = "explain"


def run(
    segment: Annotated[list[str] | None, typer.Argument(metavar="[SEGMENT]...")] = None,
    project: ProjectOption = HERE,
    env: EnvOption = None,
) -> None:
    """Say in English what a segment means, and for each destination how it is kept there, and why.

    Needs no network and no keys.

    Example: franca explain vip win_back
    """
    from franca.language import load

    checked, written = load_checked(project, env), load(project)
    for key in segment or checked.segments:
        if key not in checked.segments:
            raise FrancaError(f"there is no segment {key!r}", remedy=did_you_mean(key, checked.segments))
        typer.echo(_explained(written, checked, key))


def _explained(written: Project, project: Project, key: str) -> str:
    """Return the English of the segment as written, where other segments still have their names, and its realisations."""
    from franca.adapter import adapter
    from franca.language.english import sentence
    from franca.plan import Store, decide
    from franca.render import render_decision

    segment = project.segments[key]
    lines = [f"{segment.key}: {segment.name}", f"  {sentence(written.segments[key].where, written)}"]
    if project.destinations:
        for site in sites(project, None):
            measured = Store.of(project, site.destination.name).measured_here()
            decision, warnings = decide(segment, site, adapter(site.destination.adapter), measured)
            lines += [f"  {line}" for line in render_decision(decision, site.destination.name).splitlines()]
            lines += [f"    {warning}" for warning in warnings]
    return "\n".join(lines) + "\n"
