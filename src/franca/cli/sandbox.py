"""`franca sandbox`: the ESPs on loopback."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from franca.errors import FrancaError, did_you_mean

NAME = "sandbox"
FIRST_PORT = 8101
FIRST = ("klaviyo", "mailchimp", "brevo")
"""The order of ports."""


def run(
    esp: Annotated[list[str] | None, typer.Argument(metavar="[ESP]...", help="Only these; by default all.")] = None,
    port: Annotated[int, typer.Option(help="The first port; every further ESP takes the next.")] = FIRST_PORT,
    seed: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Fill each account from FOLDER/ESP.json.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="T", help="Freeze the sandboxes' clock at this instant.")] = None,
) -> None:
    """Serve the ESPs' APIs on loopback, until you press Ctrl-C: no account needed, nothing leaves this machine.

    The official SDKs talk to them. Switches: POST /_faults, /_clock, /_assumptions, /_seed; GET /_requests.

    Example: franca sandbox klaviyo --port 8101 --as-of 2026-03-30T12:37:11Z
    """
    from franca.sandbox import emulators

    known = emulators()
    for name in esp or ():
        if name not in known:
            raise FrancaError(f"there is no sandbox {name!r}", remedy=did_you_mean(name, known))
    order = [name for name in FIRST if name in known] + [name for name in known if name not in FIRST]
    with ExitStack() as stack:
        for number, name in enumerate(order):
            if not esp or name in esp:
                _start(stack, name, port + number, seed, _instant(as_of))
        threading.Event().wait()


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise FrancaError(f"--as-of: {text!r} is not an instant", remedy="write 2026-01-31T09:00:00Z") from None


def _start(stack: ExitStack, name: str, port: int, seed: Path | None, as_of: datetime | None) -> None:
    from franca.sandbox import Clock, Host, emulator, example_key, serve

    clock = Clock(as_of)
    host = Host(emulator(name, clock), clock)
    if seed and (path := seed / f"{name}.json").is_file():
        host.emulator.seed(json.loads(path.read_text(encoding="utf-8")))
    try:
        running = stack.enter_context(serve(host, port))
    except OSError as error:
        raise FrancaError(f"port {port} cannot be used: {error.strerror}", remedy="choose another with --port") from None
    typer.echo(f"{name:<10} {running.url}   key {example_key(name)}")
