"""`franca import-querybuilder`: queries of a visual query builder become segments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from franca.cli.common import HERE, ProjectOption, load_checked
from franca.errors import FrancaError, Problem, ProblemsError

if TYPE_CHECKING:
    from franca.definitions import Project, Segment

NAME = "import-querybuilder"

_KEY = re.compile(r"[A-Za-z0-9_]+")


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON of react-querybuilder, or of `franca export-querybuilder`.")],
    project: ProjectOption = HERE,
    key: Annotated[str | None, typer.Option("--key", help="The segment's key.", show_default="the file's name")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE.yaml", help="Where to write.", show_default="the terminal")
    ] = None,
) -> None:
    """Write the segments of a query of react-querybuilder as YAML, for the attributes of a project.

    `!=`, `notIn` and the like hold for people without a value, too. What Franca cannot mean is an error with its path in the JSON.

    Example: franca import-querybuilder vip.json --project shop --out shop/segments/vip.yaml
    """
    from franca.language.dump import dump_yaml
    from franca.plan.files import write_whole

    if out is not None and out.exists():
        raise FrancaError(f"{out} is there already", remedy="write elsewhere with --out; nothing was written")
    segments = _segments(_read(file), key or file.stem, load_checked(project), file.name)
    text = dump_yaml(segments)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_whole(out, text)
    typer.echo(f"wrote {len(segments)} segments to {out}")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FrancaError(
            f"{file} cannot be read as JSON: {error}", remedy="export it from the builder with formatQuery as json"
        ) from error


def _segments(data: Any, key: str, project: Project, shown: str) -> list[Segment]:
    from franca.definitions import Segment
    from franca.language.querybuilder import read_query

    found, problems = [], []
    for each, name, query, path in _queries(data, key):
        try:
            found.append(Segment(key=each, name=name, where=read_query(query, project, path)))
        except ProblemsError as error:
            problems += [Problem(what=f"{shown}: {problem.what}", remedy=problem.remedy) for problem in error.problems]
    if problems:
        raise ProblemsError(problems)
    return found


def _queries(data: Any, key: str) -> Iterator[tuple[str, str, Any, str]]:
    """Yield key, name, query and the query's path: of one query, or of each segment of an export."""
    if not isinstance(data, dict) or "segments" not in data:
        yield _known(key), key, data, "$"
        return
    listed = data["segments"]
    for at, each in enumerate(listed if isinstance(listed, list) else [listed]):
        path = f"$.segments[{at}]"
        if not isinstance(each, dict) or "query" not in each or not isinstance(each.get("key"), str):
            raise FrancaError(f"{path}: a segment has a `key` and a `query`")
        yield _known(each["key"]), str(each.get("name") or each["key"]), each["query"], f"{path}.query"


def _known(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise FrancaError(f"{key!r} is no key of a segment", remedy="give one of letters, digits and underscores with --key")
    return key
