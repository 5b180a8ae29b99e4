"""`franca import`: an account's segments, lists, tags and templates become files of the project."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, EnvOption, Format, FormatOption, ProjectOption, load_checked, sites
from franca.cli.import_segments import import_segments
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.adapter import Content, Lifted, Site

NAME = "import"


def run(  # noqa: PLR0917 - a command's options
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="Whose emails they are.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Exported templates.", show_default="what the account holds")
    ] = None,
    content: Annotated[bool, typer.Option("--content", help="Import templates, and not segments.")] = False,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="ID", help="Consent to one thing that is not exact, as day-windows.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what segments would be imported; write nothing.")] = False,
    project: ProjectOption = HERE,
    env: EnvOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where templates are written.", show_default="the project's content/")
    ] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Turn what people made in an account into files of the project, in our language where that is exact.

    Segments, lists and tags become segments/imported_DESTINATION.yaml, and the project's state learns of them: they stay as they are, and
    `franca plan` has nothing to do about them. What has no exact equal is kept by its name (native), and templates in a native block,
    each with the reason. Files that are there are never overwritten. Fields that no attribute is mapped to are listed.

    Example: franca import mailchimp && franca plan -d mailchimp && franca parity mailchimp klaviyo

    Example: franca import klaviyo --content exported/welcome.html
    """
    if content:
        typer.echo(_templates(next(sites(load_checked(project, env), [destination])), files, out or project / "content", format_))
        return
    if files or out:
        raise FrancaError("files and --out go with templates", remedy="add --content, or leave them out")
    typer.echo(import_segments(destination, project, env=env, accepted=accept or (), dry_run=dry_run, form=format_))


def _templates(site: Site, files: list[Path] | None, folder: Path, format_: Format) -> str:
    from franca.adapter import adapter

    lifter = adapter(site.destination.adapter).lifter(site)
    found = {folder / f"{_key(each.name)}.html": each for each in (_exported(files) if files else _held(site))}
    for target, each in found.items():
        if target.exists():
            raise FrancaError(
                f"{target} is there already", remedy=f"rename {each.name!r}, or write elsewhere with --out; nothing was written"
            )
    folder.mkdir(parents=True, exist_ok=True)
    lifted = {target: (each, lifter.lift(each.html)) for target, each in found.items()}
    for target, (each, made) in lifted.items():
        target.write_text(_front(each, lifter.lift(each.subject).text, site) + made.text, encoding="utf-8")
    return _json(lifted) if format_ is Format.JSON else _text(lifted)


def _exported(files: list[Path]) -> list[Content]:
    from franca.adapter import Content

    return [Content(name=file.stem, html=_read(file)) for file in files]


def _held(site: Site) -> list[Content]:
    from franca.adapter import RealWaiter, adapter

    connection = adapter(site.destination.adapter).connect(site, RealWaiter())
    try:
        return list(connection.contents())
    finally:
        connection.close()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FrancaError(f"{file} cannot be read as text", remedy="export it again as HTML in UTF-8") from error


def _key(name: str) -> str:
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "template"


def _front(each: Content, subject: str, site: Site) -> str:
    name, shown = (json.dumps(text, ensure_ascii=False) for text in (each.name, subject or each.name))
    return f"---\nname: {name}\nsubject: {shown}\ndestinations: [{site.destination.name}]\n---\n"


def _text(lifted: Mapping[Path, tuple[Content, Lifted]]) -> str:
    lines = [] if lifted else ["the account holds no email that is not ours"]
    for target, (each, found) in lifted.items():
        lines.append(f"wrote {target}: " + (f"{len(found.kept)} parts stay native" if found.kept else "all of it is portable"))
        lines += [f"  {each.name}:{kept.line}: {kept.tag}: {kept.why}" for kept in found.kept]
    return "\n".join([*lines, "look at the subjects, then remove `destinations` from the front matter of what is to go elsewhere too"])


def _json(lifted: Mapping[Path, tuple[Content, Lifted]]) -> str:
    files = [
        {"file": str(target), "name": each.name, "kept": [{"tag": kept.tag, "why": kept.why, "line": kept.line} for kept in found.kept]}
        for target, (each, found) in lifted.items()
    ]
    return json.dumps({"files": files}, indent=2, ensure_ascii=False)
