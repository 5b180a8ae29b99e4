"""`franca validate`: names, types, circles, settings; no network, no credentials."""

from __future__ import annotations

import typer

from franca.cli.common import HERE, EnvOption, ProjectOption, load_checked, warn

NAME = "validate"


def run(project: ProjectOption = HERE, env: EnvOption = None) -> None:
    """Check every file of a project: types, names, circles, settings.

    Needs no network and no keys. Every mistake is told with file, line, column and what to do, above the line that it is in.
    Without --env the destinations of all environments are checked. Segments that can have no member, that have everybody, or that always
    have the same members as another one are warnings.

    Example: franca validate --project shop
    """
    from franca.adapter import check_destinations
    from franca.logic.advice import advise
    from franca.plan.emails import documents

    checked = load_checked(project, env)
    for name in checked.environments if env is None else ():
        check_destinations(checked.taken_to(name))
    warn(advise(checked))
    warn(str(notice) for found in documents(checked).values() for notice in found.notices)
    typer.echo(
        f"{len(checked.segments)} segments, {len(checked.templates)} templates and {len(checked.destinations)} destinations are fine"
    )
