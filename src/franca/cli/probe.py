"""`franca probe`: measure on an account what its adapter assumes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from franca.cli.common import HERE, AsOfOption, EnvOption, Format, FormatOption, ProjectOption, instant, load_checked, progress, sites
from franca.errors import FrancaError

NAME = "probe"


def run(  # noqa: PLR0917 - a command's options
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="The account to measure.")],
    contact: Annotated[
        list[str] | None,
        typer.Option("--contact", metavar="EMAIL", help="A contact of yours that is there; give at least two.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Read their emails from a file, one a line; - is standard input.")
    ] = None,
    project: ProjectOption = HERE,
    env: EnvOption = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Measure which undocumented behaviours hold at an account, with a handful of contacts that you name, and remember the answers.

    Fields, segments and a tag or list of Franca's own are made for the moment, and deleted in the end. Nobody is made, consent is never
    written, and no email is stored or shown. A plan made afterwards no longer leans on what was measured.

    Example: franca probe mailchimp --contact me@shop.example --contact test@shop.example
    """
    from franca.cli.account import opened
    from franca.probing import measure
    from franca.render.probed import render_probed
    from franca.sync import normalised

    checked = load_checked(project, env)
    (site,) = sites(checked, [destination])
    people = [normalised(each) for each in _named(contact or [], file)]
    with progress("probing") as advance, opened(site) as account:
        adapter, now = account.desired.adapter, instant(as_of, checked)
        found = measure(site, adapter, account.connection, account.store, people, now=now, progress=advance)
    typer.echo(render_probed(found, format_.value))


def _named(contacts: list[str], file: Path | None) -> Iterator[str]:
    yield from contacts
    if file is None:
        return
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FrancaError(f"{file} cannot be read ({type(error).__name__})", remedy="give a file with one email a line") from None
    yield from filter(None, map(str.strip, text.splitlines()))
