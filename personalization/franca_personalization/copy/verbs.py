"""`franca copy`: write variants with a language model, check, read and approve them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, AsOfOption, Format, FormatOption, ProjectOption, instant, progress, warn
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.definitions import Project
    from franca_personalization.copy.review import Reviewed
    from franca_personalization.copy.run import Asking, Limits
    from franca_personalization.model import ModelSettings

copy = typer.Typer(
    help="Write variants of copy for each segment with a language model; check, read and approve them. Plans never call a model.",
    epilog="Start with `franca copy generate BRIEF --dry-run`: it shows exactly what a model would be asked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PARTLY = 4

BriefArgument = Annotated[str, typer.Argument(metavar="BRIEF", help="The brief's key: its file's name in briefs/.")]
SegmentOption = Annotated[
    list[str] | None, typer.Option("--segment", "-s", metavar="KEY", help="Only this one; may be given several times.", show_default="all")
]
LanguageOption = Annotated[
    list[str] | None, typer.Option("--language", "-l", metavar="CODE", help="Only this one; several times.", show_default="all")
]
DayOption = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day that is written down.", show_default="today")]


ModelOption = Annotated[str, typer.Option("--model", envvar="FRANCA_MODEL", help="The model's name at the server.")]
UrlOption = Annotated[
    str, typer.Option("--base-url", envvar="FRANCA_MODEL_URL", help="The server; most end in /v1.", show_default="OpenAI's")
]
KeyOption = Annotated[
    str, typer.Option("--api-key", metavar="REFERENCE", help="env:NAME or file:PATH; never the key.", show_default="env:OPENAI_API_KEY")
]
WireOption = Annotated[str, typer.Option("--wire", help="responses or chat.", show_default="by the server")]
ConcurrencyOption = Annotated[int, typer.Option("--concurrency", min=1, help="Calls at a time.")]
AnswerOption = Annotated[int, typer.Option("--max-output-tokens", min=1, help="Of one answer, thinking included.")]
TokensOption = Annotated[int | None, typer.Option("--max-total-tokens", help="Stop before a call that could use more.")]
CostOption = Annotated[str, typer.Option("--max-cost", metavar="AMOUNT", help="Stop before a call that could cost more; needs --prices.")]
SecondsOption = Annotated[float | None, typer.Option("--max-seconds", help="Give up then; what was answered is kept.")]
PricesOption = Annotated[
    Path | None, typer.Option("--prices", metavar="FILE", help="YAML: MODEL: {input: …, output: …}, per million tokens.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Also write files anew that a person changed or approved.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print the exact requests, and call nothing.")]


@copy.command("generate")
def generate(  # noqa: PLR0917 - a command's options
    brief: BriefArgument,
    project: ProjectOption = HERE,
    segment: SegmentOption = None,
    language: LanguageOption = None,
    model: ModelOption = "",
    base_url: UrlOption = "",
    api_key: KeyOption = "",
    wire: WireOption = "",
    concurrency: ConcurrencyOption = 8,
    max_output_tokens: AnswerOption = 4000,
    max_tokens: TokensOption = None,
    max_cost: CostOption = "",
    max_seconds: SecondsOption = None,
    prices: PricesOption = None,
    overwrite: OverwriteOption = False,
    dry_run: DryRunOption = False,
    as_of: AsOfOption = None,
    on: DayOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Write copy/BRIEF/SEGMENT.LANGUAGE.yaml: the control and as many variants as the brief wants, checked, for people to read.

    The model is told the brief and shares of at least 50 people; facts are slots that code fills. A second run asks nothing again.

    Example: franca copy generate spring --segment vip --model gpt-5.6 --max-total-tokens 200000
    """
    from franca_personalization.copy.run import limits, settings

    asking = _asking(project, brief, segment, language, overwrite=overwrite, on=on)
    warn(asking.warnings)
    if dry_run:
        typer.echo(asking.dry_run(instant(as_of, asking.project)))
        return
    chosen = settings(model, base_url, api_key=api_key, wire=wire, concurrency=concurrency, max_output_tokens=max_output_tokens)
    _ask(asking, chosen, limits(max_tokens, max_cost, max_seconds, prices), instant(as_of, asking.project), format_)


def _asking(folder: Path, brief: str, segment: list[str] | None, language: list[str] | None, *, overwrite: bool, on: str | None) -> Asking:
    from franca_personalization.copy.run import Asking

    segments, languages = tuple(segment or ()), tuple(language or ())
    return Asking(project=_loaded(folder), brief=brief, segments=segments, languages=languages, overwrite=overwrite, on=_day(on))


def _ask(asking: Asking, chosen: ModelSettings, allowed: Limits, now: datetime, form: Format) -> None:
    from franca_personalization.copy.run import work

    with progress("copy") as advance:
        result = work(asking, chosen, allowed, now=now, progress=advance)
    warn(result.warnings)
    typer.echo(result.shown(form.value))
    if not result.complete:
        raise typer.Exit(PARTLY)


@copy.command("check")
def check(
    brief: BriefArgument,
    project: ProjectOption = HERE,
    segment: SegmentOption = None,
    language: LanguageOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Hold copy against every guardrail, whoever wrote it. Ends with 1 when an error is found.

    Example: franca copy check spring --format json
    """
    found = _reviewed(_loaded(project), brief, segment, language)
    _show(found, format_)
    if any(each.blocked for each in found):
        raise typer.Exit(1)


@copy.command("review")
def review(  # noqa: PLR0917 - a command's options
    brief: BriefArgument,
    project: ProjectOption = HERE,
    segment: SegmentOption = None,
    language: LanguageOption = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page that opens offline.")] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show variants as readers would see them: with facts filled in, as the line of common inboxes, with what the guardrails say.

    Example: franca copy review spring --html review.html
    """
    from franca_personalization.copy.review import render_review

    found = _reviewed(_loaded(project), brief, segment, language)
    if html:
        _write_page(html, render_review(found, "html"))
        typer.echo(f"wrote {html}")
        return
    _show(found, format_)


def _write_page(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise FrancaError(f"--html: the page cannot be written ({error.strerror})", remedy=f"check the path {path}") from None


@copy.command("approve")
def approve(  # noqa: PLR0917 - as above
    brief: BriefArgument,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who read it; stands in the file.")],
    project: ProjectOption = HERE,
    segment: SegmentOption = None,
    language: LanguageOption = None,
    on: DayOption = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Approve the present text of copy: editing it afterwards voids that, and a plan refuses copy that is not approved.

    Copy that breaks a rule of severity error is not approved, and then none of the others is either.

    Example: franca copy approve spring --segment vip --by "Ann Lee"
    """
    from franca_personalization.copy.store import approved, sign

    checked = _loaded(project)
    found = _reviewed(checked, brief, segment, language)
    blocked = [each for each in found if each.blocked]
    if blocked:
        _show(blocked, Format.TEXT)
        raise FrancaError(f"{len(blocked)} of {len(found)} files break a rule; nothing was approved", remedy="change the text or the brief")
    lines = []
    for each in found:
        path = sign(checked.root, approved(each.copy, by, _day(on)))
        lines.append({"file": path.relative_to(checked.root).as_posix(), "by": by})
    typer.echo(json.dumps(lines) if format_ is Format.JSON else "\n".join(f"approved {line['file']}" for line in lines))


def _loaded(folder: Path) -> Project:
    """Return the project as written: copy may be worked on while campaigns still wait for it."""
    from franca.language import load

    return load(folder)


def _reviewed(project: Project, brief: str, segment: list[str] | None, language: list[str] | None) -> list[Reviewed]:
    from franca_personalization.copy.run import reviewed

    return reviewed(project, brief, segment or (), language or ())


def _show(found: list[Reviewed], form: Format) -> None:
    from franca_personalization.copy.review import render_review

    typer.echo(render_review(found, form.value))


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FrancaError(f"--on: {text!r} is not a day", remedy="write 2026-01-31") from None
