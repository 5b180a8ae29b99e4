"""`franca report` and `franca experiment`: what a test showed, how large it must be, how the next batch is shared out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import (
    HERE,
    AsOfOption,
    DestinationOption,
    Format,
    FormatOption,
    ProjectOption,
    instant,
    load_checked,
    progress,
    sites,
    warn,
)
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.definitions import Project
    from franca_personalization.report.records import Report
    from franca_personalization.report.sizing import Wanted

PARTLY = 4

experiment = typer.Typer(
    help="Plan an experiment, and share out the batches of an always-on send.",
    epilog="Start with `franca experiment size --baseline 2% --effect 20% --list vip=12000`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def report(  # noqa: PLR0917 - a command's options
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign's key: its file's name in campaigns/.")],
    project: ProjectOption = HERE,
    destination: DestinationOption = None,
    with_data: Annotated[bool, typer.Option("--with-data", help="Also look for segments that hold the same people.")] = False,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Keep the sums in the state folder, for later trends.")] = True,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots that opens offline.")] = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show what a campaign's test showed, from what the ESPs counted: per variant, per segment, and all together.

    Nothing is written at any ESP. Ends with 4 when some of the destinations could not be read, and with 1 when none could.

    Example: franca report spring --html spring.html
    """
    from franca.plan.files import write_whole
    from franca_personalization.report.page import render_page
    from franca_personalization.report.plots import available
    from franca_personalization.report.render import render_report
    from franca_personalization.report.run import unread

    if html:
        available()
        _insist_on_folder(html)
    found = _report(load_checked(project), campaign, destination, as_of, with_data=with_data, keep=keep)
    if html:
        write_whole(html, render_page(found))
        typer.echo(f"wrote {html}")
    else:
        typer.echo(render_report(found, format_.value))
    warn(f"{each.name} could not be read: {each.error}" for each in unread(found))
    if unread(found):
        raise typer.Exit(PARTLY)


def _insist_on_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise FrancaError(f"--html: there is no folder {path.parent}", remedy="make it, or name another file")
    if path.is_dir():
        raise FrancaError(f"--html: {path} is a folder", remedy="name a file in it")


def _report(project: Project, campaign: str, destination: list[str] | None, as_of: str | None, *, with_data: bool, keep: bool) -> Report:
    from franca_personalization.report import history
    from franca_personalization.report.run import Asking, make_report, sums

    places = tuple(sites(project, destination))
    asking = Asking(project=project, campaign=campaign, sites=places, as_of=instant(as_of, project), with_data=with_data)
    with progress("reading results") as advance:
        found = make_report(asking, progress=advance)
    if keep and (told := sums(found)):
        history.keep(project, told)
    return found


BaselineOption = Annotated[str | None, typer.Option("--baseline", metavar="SHARE", help="The control's rate.", show_default="2%")]
EffectOption = Annotated[str | None, typer.Option("--effect", metavar="SHARE", help="The relative lift worth finding.", show_default="20%")]
PowerOption = Annotated[
    str | None, typer.Option("--power", metavar="SHARE", help="The chance to find it, if it is there.", show_default="80%")
]
AlphaOption = Annotated[str | None, typer.Option("--alpha", metavar="SHARE", help="How many tests may err.", show_default="5%")]
ArmsOption = Annotated[int | None, typer.Option("--arms", help="With the control.", show_default="2")]
LooksOption = Annotated[
    int | None, typer.Option("--looks", help="How often anybody means to look; more than one costs recipients.", show_default="1")
]


@experiment.command("size")
def size(  # noqa: PLR0917 - a command's options
    campaign: Annotated[str | None, typer.Argument(metavar="[CAMPAIGN]", help="Take what its definition says.", show_default=False)] = None,
    project: ProjectOption = HERE,
    baseline: BaselineOption = None,
    effect: EffectOption = None,
    power: PowerOption = None,
    alpha: AlphaOption = None,
    arms: ArmsOption = None,
    looks: LooksOption = None,
    list_: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="[SEGMENT=]N", help="Delivered emails that one send makes; several times.", show_default=False),
    ] = None,
    with_data: Annotated[bool, typer.Option("--with-data", help="Count the campaign's segments in the shop's data.")] = False,
    weekly: Annotated[
        float | None, typer.Option("--weekly", metavar="N", help="Of an always-on send: delivered emails a week.", show_default=False)
    ] = None,
    as_of: AsOfOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show how large a test must be, what a list can find at all, and whether to pool its segments or not to test.

    Without a campaign no project is needed. Sizes are of delivered emails, by the pooled two-proportion formula.

    Examples: franca experiment size --baseline 2% --effect 20% --arms 3 --list vip=12000 --list newcomers=30000;
    franca experiment size spring --with-data
    """
    from franca_personalization.report.asked import Given, wanted
    from franca_personalization.report.sizing import render_sizing, sized

    shares = {"baseline": baseline, "effect": effect, "power": power, "alpha": alpha}
    given = Given(**shares, arms=arms, looks=looks, lists=tuple(list_ or ()), weekly=weekly)
    if with_data and campaign is None:
        raise FrancaError("--with-data counts a campaign's segments, and none is named", remedy="name it, or give --list")
    with progress("counting") as advance:
        found: tuple[Wanted, list[str]] = wanted(given, campaign, project, as_of, with_data=with_data, progress=advance)
    typer.echo(render_sizing(sized(*found), format_.value))


@experiment.command("allocate")
def allocate(  # noqa: PLR0917 - a command's options
    reports: Annotated[list[Path] | None, typer.Argument(metavar="[REPORT.json]...", help="Of earlier batches, oldest first.")] = None,
    batch: Annotated[
        list[str] | None,
        typer.Option("--batch", metavar="COUNTS", help="control=20/1000,a=31/1000; several times, oldest first.", show_default=False),
    ] = None,
    destination: Annotated[str, typer.Option("--destination", "-d", metavar="NAME", help="Only this one.", show_default="all")] = "",
    recipients: Annotated[int | None, typer.Option("--recipients", "-n", min=0, metavar="N", help="Of the next batch.")] = None,
    floor: Annotated[str, typer.Option("--floor", metavar="SHARE", help="What every arm keeps.")] = "10%",
    even: Annotated[str, typer.Option("--even", metavar="SHARE", help="Of all, split evenly whatever was learnt.")] = "10%",
    decay: Annotated[str, typer.Option("--decay", metavar="SHARE", help="What a batch weighs to the one after it.")] = "100%",
    format_: FormatOption = Format.TEXT,
) -> None:
    """Share out the next batch of an always-on send: Thompson sampling with a floor, the same every time it is asked.

    Batches are compared within themselves. Start one when the click window of the last has closed. For a single send, a test of 20 % and
    then its winner earns as much.

    Examples: franca experiment allocate --batch control=20/1000,a=31/1000 --recipients 5000;
    franca experiment allocate week1.json week2.json --floor 5%
    """
    from franca_personalization.report.allocating import from_counts, from_reports, next_batch, render_next
    from franca_personalization.report.asked import share

    if bool(reports) == bool(batch):
        raise FrancaError(
            "reports and --batch are two sources" if batch else "there is nothing to learn from",
            remedy="give reports, or --batch: one of them",
        )
    found = from_reports(reports, destination) if reports else from_counts(batch or ())
    result = next_batch(
        found, recipients=recipients, floor=share("--floor", floor), even=share("--even", even), decay=share("--decay", decay)
    )
    typer.echo(render_next(result, format_.value))
