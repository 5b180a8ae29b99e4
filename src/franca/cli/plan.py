"""`franca plan`: what would change, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from franca.cli.common import HERE, DestinationOption, EnvOption, Format, FormatOption, ProjectOption, load_checked, progress, sites

NAME = "plan"
PENDING = 2


def run(  # noqa: PLR0917 - a command's options
    project: ProjectOption = HERE,
    destination: DestinationOption = None,
    env: EnvOption = None,
    format_: FormatOption = Format.TEXT,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Also write the plan, for `franca apply FILE`.")] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 2 when something would change.")] = False,
) -> None:
    """Show what would change in which account, and what it costs. Nothing is written there.

    Each segment is shown with how it is kept, why, and what that leans on; what somebody changed by hand there is marked. Markdown is
    made for one comment on a pull request: its first line is the same each time, and it is short enough.

    Example: franca plan --destination klaviyo --format markdown
    """
    from franca.cli.account import opened
    from franca.plan import dump_plans
    from franca.plan.files import write_whole
    from franca.render import render_plan

    plans = []
    checked = load_checked(project, env)
    with progress("reading") as advance:
        for site in sites(checked, destination):
            with opened(site) as account:
                plans.append(account.plan())
            advance(f"read {site.destination.name}", len(plans), len(plans))
    of = "/".join(filter(None, (checked.name, checked.environment)))
    typer.echo(render_plan(plans, format_.value, of))
    if out:
        write_whole(out, dump_plans(plans))
    if exit_code and any(plan.changes for plan in plans):
        raise typer.Exit(PENDING)
