"""`franca reconcile`: how many are in each segment here and at the ESP, and why they differ."""

from __future__ import annotations

from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, AsOfOption, EnvOption, Format, FormatOption, ProjectOption, instant, load_checked, progress, sites, warn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from franca.definitions import Project
    from franca.plan import Desired
    from franca.sync import Crowd

NAME = "reconcile"
DIFFERENT = 2
LONG = 60.0
"""Seconds of reading that are announced."""
LATELY = timedelta(hours=1)
"""Who came into a segment, or left it, since then may still be on the way at an ESP."""


def run(  # noqa: PLR0917 - a command's options
    destination: Annotated[list[str] | None, typer.Argument(metavar="[DESTINATION]...", help="Only these.", show_default="all")] = None,
    project: ProjectOption = HERE,
    env: EnvOption = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
    counts: Annotated[bool, typer.Option("--counts", help="Ask for each segment's own count as well: people without an email.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 2 when anything differs.")] = False,
) -> None:
    """Compare each segment with whom the ESP has in it, and say why they differ, most likely. Nothing is written, and no person is shown.

    Example: franca reconcile brevo --exit-code
    """
    from franca.audience import evaluate
    from franca.cli.account import opened
    from franca.render import render_reconciled
    from franca.sync import Ledger, reconcile

    checked = load_checked(project, env)
    chosen, now, found = list(sites(checked, destination)), instant(as_of, checked), []
    earlier = cache(partial(_emails, checked, now - LATELY))  # for all destinations
    with progress("evaluating") as advance, evaluate(checked, as_of=now, progress=advance) as evaluation:
        warn(evaluation.warnings)
        compare = partial(reconcile, counts=counts, earlier=earlier, progress=advance)
        for site in chosen:
            with opened(site) as account:
                ledger = Ledger.open(checked, account.store)
                _announce(account.desired, evaluation, counts=counts)
                found.append(compare(account.desired, evaluation, account.connection, account.store, ledger))
    typer.echo(render_reconciled(found, format_.value))
    if exit_code and any(each.differs for each in found):
        raise typer.Exit(DIFFERENT)


def _announce(desired: Desired, audience: Crowd, *, counts: bool) -> None:
    from franca.render.budget import duration
    from franca.sync import reading_time

    seconds = reading_time(desired, audience, counts=counts)
    if seconds is not None and seconds >= LONG:
        name, esp = desired.site.destination.name, desired.adapter.title
        typer.echo(f"{name}: reading takes about {duration(seconds)} at {esp}'s rate limits", err=True)


def _emails(checked: Project, then: datetime) -> Mapping[str, AbstractSet[str]]:
    from franca.audience import evaluate

    with evaluate(checked, as_of=then) as evaluation:
        return evaluation.emails()
