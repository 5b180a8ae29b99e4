"""`franca apply`: do what the plan says, read back, show that nothing is left."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
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
    from franca.plan import refuse, same_plan
    from franca.render import render_plan

    plans = _saved(saved) if saved else {}
    chosen = list(sites(load_checked(project, env), destination or list(plans) or None))
    with ExitStack() as stack:
        accounts = [stack.enter_context(opened(site)) for site in chosen]
        found = [account.plan() for account in accounts]
        for plan in found if saved else ():
            same_plan(_of(plans, plan.destination), plan)
        typer.echo(render_plan(found, "text"))
        for plan in found:
            refuse(plan.destination, plan.unsafe, allow or ())
        if any(plan.changes for plan in found):
            _confirm(yes=yes)
        _apply(list(zip(accounts, found, strict=True)), allow or ())


def _apply(planned: Sequence[tuple[Account, Plan]], allow: Collection[str]) -> None:
    """Apply plans, each whatever becomes of the others; then fail with the error of the only one, or with what they have in common."""
    from franca.plan import apply
    from franca.render import render_applied

    failures: list[FrancaError] = []
    for account, plan in planned:
        try:
            with progress("applying") as advance:
                applied = apply(plan, account.desired, account.connection, account.store, allow=allow, progress=advance)
            typer.echo(render_applied(applied))
        except FrancaError as error:
            _tell(error)
            failures.append(error)
    if failures:
        raise failures[0] if len(planned) == 1 else _several(failures, len(planned))


def _tell(error: FrancaError) -> None:
    """Say what was made until then, and when to go on."""
    from franca.plan import Applied, PartlyAppliedError
    from franca.render import render_applied

    if isinstance(error, PartlyAppliedError) and isinstance(error.report, Applied):
        typer.echo(render_applied(error.report, after=error.retry_after, now=datetime.now(UTC)))


def _several(failures: Sequence[FrancaError], of: int) -> FrancaError:
    """Return one error for several destinations: partly applied, unless nothing was written anywhere."""
    from franca.plan import PartlyAppliedError

    what = "\n".join(map(str, failures))
    if len(failures) == of and all(error.exit_code == 1 for error in failures):
        return FrancaError(what)
    return PartlyAppliedError(what)


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
