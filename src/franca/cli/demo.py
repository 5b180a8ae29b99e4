"""`franca demo`: the whole way in one command, without an account."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from franca.errors import FrancaError

if TYPE_CHECKING:
    from franca.demo.run import Row

NAME = "demo"
HEAD = ("segment", "destination", "kept as", "Franca", "ESP", "outside", "")


def run(
    folder: Annotated[Path, typer.Option("--folder", help="Where the example project is written.")] = Path("franca-demo"),
    people: Annotated[int, typer.Option(help="How many customers the example shop has.", min=1000)] = 10_000,
    copy: Annotated[bool, typer.Option("--copy", help="Show copy, tests and results instead: needs franca[copy], and no key.")] = False,
) -> None:
    """Write an example shop, start the three ESPs on loopback, push eight segments, and let each ESP count for itself.

    Ends with an error if any ESP counts other people than Franca does. With --copy a model on loopback writes subjects for two segments;
    they are checked, approved, tested at each ESP, sent by its sandbox to people who click at secret rates, and reported.

    Example: franca demo --folder /tmp/shop
    """
    from franca.demo.run import run_demo

    if copy:
        _optional("copy")(folder, typer.echo, people)
        return

    started = time.monotonic()
    rows = run_demo(folder, typer.echo, people)
    typer.echo()
    _table(rows)
    typer.echo("Franca: members whom the ESP holds. ESP: as it counts itself; outside: of these, contacts that the shop does not know,")
    typer.echo("or whose email several of its customers share.")
    different = [row for row in rows if not row.equal]
    if different:
        raise FrancaError(f"{len(different)} counts differ", remedy="this is a bug: please report the table")
    typer.echo(f"\nAll {len(rows)} counts are equal, person by person, after {time.monotonic() - started:.0f} s.")
    typer.echo(f"The project is in {folder}: try `franca explain --project {folder}` or `franca preview --project {folder}`.")


def _optional(name: str) -> Callable[[Path, Callable[[str], None], int], None]:
    """Return the demo of an optional layer."""
    found = [point for point in entry_points(group="franca.demos") if point.name == name]
    if not found:
        raise FrancaError(f"the demo {name!r} is not installed", remedy=f'pip install "franca[{name}]"')
    demo: Callable[[Path, Callable[[str], None], int], None] = found[0].load()
    return demo


def _table(rows: list[Row]) -> None:
    cells = [
        HEAD,
        *([r.segment, r.destination, r.kept, f"{r.ours:,}", f"{r.theirs:,}", f"{r.outside:,}", "=" if r.equal else "≠"] for r in rows),
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    for row in cells:
        line = "  ".join(c.ljust(w) if n < 3 else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True)))
        typer.echo(line.rstrip())
    typer.echo()
