"""`franca erase`: remove one person from the ledgers, and where that is asked from the ESPs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, EnvOption, ProjectOption, load_accounts, sites
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.adapter import Connection, Site
    from franca.definitions import Project
    from franca.plan import Store
    from franca.sync import Erasure

    Step = Callable[[], Erasure]

NAME = "erase"


def run(  # noqa: PLR0917 - a command's options
    email: Annotated[
        str | None,
        typer.Argument(metavar="[EMAIL]", help="Of the person; without it, it is read from standard input.", show_default=False),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Read the email from a file instead.")] = None,
    from_: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="DESTINATION", help="Delete the contact at this ESP too, for good; may be given several times."),
    ] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Delete the contact at the ESPs of all destinations.")] = False,
    project: ProjectOption = HERE,
    env: EnvOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before an ESP deletes.")] = False,
) -> None:
    """Remove one person from the ledgers of all destinations, and with --from or --everywhere from the ESPs, for good.

    No other verb deletes a contact. The shop's own data are not changed, and the email stands in nothing that is printed or stored.

    Example: franca erase --everywhere --yes < email.txt
    """
    from franca.plan import each
    from franca.sync import normalised

    accounts = load_accounts(project, env)  # nobody waits for a segment to be mended
    there = _erasing(sites(accounts, from_)) if from_ or everywhere else frozenset()
    chosen = list(sites(accounts, None))
    person = normalised(_read(email, file))
    _confirm(sorted(there), yes=yes)
    _forget_preview(accounts)
    asked: Iterator[Step] = (partial(_erased, person, site, there=site.destination.name in there) for site in chosen)
    each(partial(_tell, step) for step in chain(asked, _left_over(person, chosen)))


def _tell(step: Step) -> None:
    from franca.render import render_erased

    typer.echo(render_erased(step()))


def _erasing(chosen: Iterable[Site]) -> frozenset[str]:
    """Return the names of destinations whose ESPs all delete people on request; nothing is done where one does not."""
    from franca.adapter import adapter, check_destinations
    from franca.sync import insist_on_erasing

    found = list(chosen)
    for site in found:
        check_destinations(replace(site.project, destinations={site.destination.name: site.destination}))
        insist_on_erasing(site.destination.name, adapter(site.destination.adapter))
    return frozenset(site.destination.name for site in found)


def _read(email: str | None, file: Path | None) -> str:
    """Return the email from where it stands; a shell keeps what is typed after a command, and other users may see it."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FrancaError(f"{file} cannot be read ({type(error).__name__})", remedy="give a file with one email") from None
    if email not in {None, "-"}:
        return str(email)
    return str(typer.prompt("Email", err=True, hide_input=True)) if sys.stdin.isatty() else sys.stdin.read()


def _confirm(there: Sequence[str], *, yes: bool) -> None:
    if yes or not there:
        return
    where = ", ".join(there)
    if not sys.stdin.isatty():
        raise FrancaError(f"nobody is there to ask whether the contact is to be deleted at {where}", remedy="add --yes; nothing was erased")
    if not typer.confirm(f"Delete the contact for good at {where}?"):
        raise FrancaError("not erased: nothing was done")


def _forget_preview(project: Project) -> None:
    """Delete what the last preview left: it knows people by a keyed hash of the profile's key, which no email tells."""
    from franca.cli.preview import FILE

    path = project.local / FILE
    if path.exists():
        path.unlink()
        typer.echo("deleted what the last preview had kept: the next one tells no changes")


def _erased(person: str, site: Site, *, there: bool) -> Erasure:
    from franca.cli.account import connected
    from franca.plan import Store

    store = Store.of(site.project, site.destination.name)
    if not there:
        return _forgotten(person, site.project, store)
    with connected(site) as connection:
        return _forgotten(person, site.project, store, connection)


def _left_over(person: str, chosen: Sequence[Site]) -> Iterator[Step]:
    """Yield what removes the person from ledgers of destinations that the project had once."""
    from franca.plan import Store
    from franca.sync import forgotten_stores

    project, names = chosen[0].project, [site.destination.name for site in chosen]
    for store in forgotten_stores(Store.of(project, names[0]), names):
        yield partial(_forgotten, person, project, store)


def _forgotten(person: str, project: Project, store: Store, connection: Connection | None = None) -> Erasure:
    from franca.sync import Ledger, erase

    return erase(person, store.destination, store, Ledger.open(project, store), connection)
