"""`python -m franca_personalization.loopback`: the loopback model until Ctrl-C."""

from __future__ import annotations

import sys
import threading
from typing import Annotated

import typer

from franca.errors import FrancaError, did_you_mean
from franca_personalization.loopback import Fault, Loopback, Mode, serve
from franca_personalization.loopback.answers import FAULTS

PORT = 8110


def run(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = PORT,
    seed: Annotated[int, typer.Option(help="Another seed writes other copy.")] = 0,
    mode: Annotated[Mode, typer.Option(help="How the model behaves; mixed: badly until it is asked again.")] = Mode.GOOD,
    latency: Annotated[float, typer.Option(metavar="SECONDS", help="Added to every answer.")] = 0.0,
    fault: Annotated[list[str] | None, typer.Option(metavar="NAME[:TIMES]", help=f"What goes wrong: {', '.join(sorted(FAULTS))}.")] = None,
) -> None:
    """Serve a language model that needs no key and sends nothing anywhere: it writes email copy from a seed.

    It speaks OpenAI's /v1/responses and /v1/chat/completions, and reads the data block at the end of Franca's prompts.

    Example: python -m franca_personalization.loopback --mode mixed --fault rate_limited:2
    """
    app = Loopback(seed=seed, mode=mode, latency=latency, faults=[_fault(text) for text in fault or ()])
    try:
        with serve(app, port) as url:
            typer.echo(f"{url}   any key, any model; Ctrl-C ends it")
            threading.Event().wait()
    except OSError as error:
        raise FrancaError(f"port {port} cannot be used: {error.strerror}", remedy="choose another with --port") from None


def _fault(text: str) -> Fault:
    name, _, times = text.partition(":")
    if name not in FAULTS:
        raise FrancaError(f"--fault: there is no {name!r}", remedy=did_you_mean(name, FAULTS))
    if times and not times.isdigit():
        raise FrancaError(f"--fault: {times!r} is no number of times", remedy=f"write {name}:2")
    return Fault(name=name, times=int(times) if times else None)


def main() -> None:
    """Run the command; a user's mistake is one line."""
    try:
        typer.run(run)
    except FrancaError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
