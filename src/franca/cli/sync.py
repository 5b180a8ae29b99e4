"""`franca sync`: membership and markers as of now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import (
    HERE,
    AllowOption,
    AsOfOption,
    DestinationOption,
    EnvOption,
    ProjectOption,
    instant,
    load_checked,
    progress,
    sites,
    warn,
)

if TYPE_CHECKING:
    from franca.adapter import Site

NAME = "sync"


def run(  # noqa: PLR0917 - a command's options
    project: ProjectOption = HERE,
    destination: DestinationOption = None,
    env: EnvOption = None,
    as_of: AsOfOption = None,
    allow: AllowOption = None,
    full: Annotated[bool, typer.Option("--full", help="Compare with what the ESP holds, not with the ledger.")] = False,
) -> None:
    """Bring tags, lists and marker fields up to date: only what changed is written, in the fewest calls.

    Contacts are never made, and consent is never touched. Native segments need no sync. A destination that fails leaves the others alone.

    Example: franca sync --destination brevo
    """
    from franca.audience import evaluate
    from franca.cli.account import opened
    from franca.plan import each
    from franca.render import render_synced
    from franca.sync import Ledger, sync

    checked = load_checked(project, env)
    chosen = list(sites(checked, destination))
    with progress("evaluating") as advance, evaluate(checked, as_of=instant(as_of, checked), progress=advance) as evaluation:
        warn(evaluation.warnings)

        def synced(site: Site) -> None:
            with opened(site) as account:
                ledger = Ledger.open(checked, account.store)
                done = sync(
                    account.desired, evaluation, account.connection, account.store, ledger, full=full, allow=allow or (), progress=advance
                )
            typer.echo(render_synced(done))

        each(partial(synced, site) for site in chosen)
