"""The command `franca`."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer

from franca import __version__
from franca.cli import (
    apply,
    capabilities,
    demo,
    diff,
    erase,
    evaluate,
    excerpt,
    explain,
    export_querybuilder,
    import_,
    import_querybuilder,
    init,
    parity,
    plan,
    preview,
    probe,
    reconcile,
    render,
    sandbox,
    schema,
    sync,
    validate,
    verify_content,
)
from franca.errors import FrancaError

app = typer.Typer(
    name="franca",
    help="Audiences as code: one definition of a segment, proven on your data, pushed natively to Mailchimp, Klaviyo and Brevo.",
    epilog="Start with `franca demo`, or `franca init shop && franca preview --project shop`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    init,
    validate,
    explain,
    evaluate,
    preview,
    diff,
    render,
    import_,
    export_querybuilder,
    import_querybuilder,
    parity,
    plan,
    apply,
    sync,
    reconcile,
    probe,
    erase,
    verify_content,
    sandbox,
    demo,
    capabilities,
    schema,
):
    app.command(verb.NAME)(verb.run)
for point in sorted(entry_points(group="franca.commands"), key=lambda each: each.name):
    point.load()(app)  # optional layers add their verbs; loading one imports no more than its options


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"franca {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Declare the options that stand before a verb."""


def main() -> None:
    """Run the command; a user's mistake is one line (or one line each), with the line of its file that it is in, never a traceback."""
    try:
        app()
    except FrancaError as error:
        typer.echo(excerpt.told(error), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("interrupted; running the same command again goes on from here", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
