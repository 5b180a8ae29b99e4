"""`franca apply`: do what the plan says, read back, show that nothing is left."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, AllowOption, DestinationOption, EnvOption, ProjectOption, load_checked, progress, sites
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.cli.account import Account
    from franca.plan import Plan

NAME = "apply"


def run(  # noqa: PLR0917 - a command's options
    saved: Annotated[
        Path | None, typer.Argument(metavar="[PLAN]", help="A file from `franca plan --out`; refused if anything changed since.")
    ] = None,
    project: ProjectOption = HERE,
    destination: DestinationOption = None,
    env: EnvOption = None,
    allow: AllowOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Make the destinations as planned, read them back, and show that a second plan is empty.

    Nothing is written while anything is unsafe or out of date at any of them. Each destination stops at its first failure; the others go
    on; running it again goes on from there.

    Example: franca plan --out plan.json && franca apply plan.json --yes
    """
    from franca.cli.account import opened
    from franca.plan import each, same_plan
    from franca.render import render_plan

    plans = _saved(saved) if saved else {}
    chosen = list(sites(load_checked(project, env), destination or list(plans) or None))
    with ExitStack() as stack:
        accounts = [stack.enter_context(opened(site)) for site in chosen]
        found = [account.plan() for account in accounts]
        for plan in found if saved else ():
            same_plan(_of(plans, plan.destination), plan)
        typer.echo(render_plan(found, "text"))
        _insist_on_words(found, allow or ())
        if any(plan.changes for plan in found):
            _confirm(yes=yes)
        each(partial(_apply, account, plan, allow or ()) for account, plan in zip(accounts, found, strict=True))


def _insist_on_words(plans: Sequence[Plan], allow: Collection[str]) -> None:
    """Refuse all while one is unsafe, with the words of every one of them."""
    from franca.plan import refuse

    missing = dict.fromkeys(reason for plan in plans for reason in plan.unsafe if reason.word not in allow)
    names = [plan.destination for plan in plans if any(reason in missing for reason in plan.unsafe)]
    refuse(", ".join(names), missing, allow)


def _apply(account: Account, plan: Plan, allow: Collection[str]) -> None:
    from franca.plan import Applied, PartlyAppliedError, apply
    from franca.render import render_applied

    try:
        with progress("applying") as advance:
            applied = apply(plan, account.desired, account.connection, account.store, allow=allow, progress=advance)
    except PartlyAppliedError as error:
        if isinstance(error.report, Applied):
            typer.echo(render_applied(error.report, after=error.retry_after, now=datetime.now(UTC)))
        raise
    typer.echo(render_applied(applied))


def _of(plans: Mapping[str, Plan], destination: str) -> Plan:
    if destination not in plans:
        raise FrancaError(f"the file holds no plan for {destination}", remedy="make it with `franca plan --out FILE`; nothing was written")
    return plans[destination]


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
