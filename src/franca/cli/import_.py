"""`franca import`: a vendor's templates become files of the project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.cli.common import HERE, Format, FormatOption, ProjectOption, load_checked, sites
from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.adapter import Lifted, Site

NAME = "import"


def run(
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="Whose templates they are.")],
    content: Annotated[list[Path], typer.Option("--content", metavar="FILE", help="A template of that ESP; may be given several times.")],
    project: ProjectOption = HERE,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to write.", show_default="the project's content/")] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Lift an ESP's templates into the portable language, where that is exact.

    What has no exact equal stays as it is, in a native block, and is listed with the reason. Files that are there are never overwritten.

    Example: franca import klaviyo --content exported/welcome.html
    """
    from franca.adapter import adapter

    checked = load_checked(project)
    site = next(sites(checked, [destination]))
    lifter = adapter(site.destination.adapter).lifter(site)
    folder = out or project / "content"
    targets = {file: folder / f"{_key(file)}.html" for file in content}
    for file, target in targets.items():
        if target.exists():
            raise FrancaError(
                f"{target} is there already", remedy=f"rename {file.name}, or write elsewhere with --out; nothing was written"
            )
    lifted = {file: lifter.lift(_read(file)) for file in content}
    folder.mkdir(parents=True, exist_ok=True)
    for file, found in lifted.items():
        targets[file].write_text(_front(file, site) + found.text, encoding="utf-8")
    typer.echo(_json(lifted, targets) if format_ is Format.JSON else _text(lifted, targets))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FrancaError(f"{file} cannot be read as text", remedy="export it again as HTML in UTF-8") from error


def _key(file: Path) -> str:
    return re.sub(r"\W+", "_", file.stem, flags=re.ASCII).strip("_") or "template"


def _front(file: Path, site: Site) -> str:
    name = json.dumps(file.stem.replace("_", " ").capitalize(), ensure_ascii=False)
    return f"---\nname: {name}\nsubject: {name}\ndestinations: [{site.destination.name}]\n---\n"


def _text(lifted: dict[Path, Lifted], targets: dict[Path, Path]) -> str:
    lines = []
    for file, found in lifted.items():
        lines.append(f"wrote {targets[file]}: " + (f"{len(found.kept)} parts stay native" if found.kept else "all of it is portable"))
        lines += [f"  {file.name}:{kept.line}: {kept.tag}: {kept.why}" for kept in found.kept]
    return "\n".join([*lines, "set the subject, then remove `destinations` from the front matter when it is to go elsewhere too"])


def _json(lifted: dict[Path, Lifted], targets: dict[Path, Path]) -> str:
    files = [
        {"file": str(targets[file]), "kept": [{"tag": kept.tag, "why": kept.why, "line": kept.line} for kept in found.kept]}
        for file, found in lifted.items()
    ]
    return json.dumps({"files": files}, indent=2, ensure_ascii=False)
