"""`franca apply`: do what the plan says, read back, show that nothing is left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, AllowOption, DestinationOption, ProjectOption, load_checked, progress, sites
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.plan import Plan

NAME = "apply"


def run(
    saved: Annotated[
        Path | None, typer.Argument(metavar="[PLAN]", help="A file from `franca plan --out`; refused if anything changed since.")
    ] = None,
    project: ProjectOption = HERE,
    destination: DestinationOption = None,
    allow: AllowOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make the destinations as planned, read them back, and show that a second plan is empty.

    Stops at the first failure; running it again goes on from there.

    Example: franca plan --out plan.json && franca apply plan.json --yes
    """
    from franca.cli.account import opened
    from franca.plan import apply
    from franca.render import render_applied, render_plan

    plans = _saved(saved) if saved else {}
    for site in sites(load_checked(project), destination or list(plans) or None):
        with opened(site) as account:
            plan = plans.get(site.destination.name) or account.plan()
            typer.echo(render_plan([plan], "text"))
            if plan.changes:
                _confirm(yes=yes)
            with progress("applying") as advance:
                applied = apply(plan, account.desired, account.connection, account.store, allow=allow or (), progress=advance)
            typer.echo(render_applied(applied))


def _saved(path: Path) -> dict[str, Plan]:
    from franca.plan import load_plans

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FrancaError(f"{path} cannot be read: {error}", remedy="make it with `franca plan --out FILE`") from None
    return {plan.destination: plan for plan in load_plans(text)}


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise FrancaError("nobody is there to ask", remedy="add --yes; nothing was written")
    if not typer.confirm("Apply?"):
        raise FrancaError("not applied: nothing was written")
