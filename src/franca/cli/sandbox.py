"""`franca sandbox`: the ESPs on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from franca.cli.common import EnvOption, Format, load_checked
from franca.errors import FrancaError, did_you_mean

if TYPE_CHECKING:
    from franca.sandbox import Clock, Fault

NAME = "sandbox"
FIRST_PORT = 8101
FIRST = ("klaviyo", "mailchimp", "brevo")
"""The order of ports."""
SLOW = "slow:"
HOW = "write KIND[:SHARE][@PATTERN], as throttled:0.1, 429, 500:0.02@POST, half:0.05, reset, reset-after, truncate or hang, or slow:30"


@dataclass(frozen=True, kw_only=True)
class Served:
    """One account that answers: at which ESP, as which destination of the project, where, and what opens it."""

    name: str
    esp: str
    url: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One account to be served; *number* tells those at one ESP apart."""

    name: str
    esp: str
    number: int
    seed: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What goes wrong: rules, and how many times longer asynchronous work takes."""

    faults: tuple[Fault, ...]
    slow: float


def run(  # noqa: PLR0917 - options
    esp: Annotated[list[str] | None, typer.Argument(metavar="[ESP]...", help="Only these; by default all.")] = None,
    port: Annotated[int, typer.Option(help="The first port; every further account takes the next.")] = FIRST_PORT,
    accounts: Annotated[int, typer.Option(min=1, max=9, help="How many accounts at each ESP, each with its own key.")] = 1,
    seed: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Fill accounts from FOLDER/ESP.json; or, in a project's folder, from its data and mappings."),
    ] = None,
    env: EnvOption = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="T", help="Freeze the sandboxes' clock at this instant.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[:SHARE][@PATTERN]", help="Let calls fail, as throttled:0.1, 500:0.02@POST, truncate; or slow:30. Repeatable."
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="How to write where they are: text, or json on one line.")
    ] = Format.TEXT,
) -> None:
    """Serve the ESPs' APIs on loopback, until you press Ctrl-C: no account needed, nothing leaves this machine.

    Any client talks to them. Switches: POST /_faults, /_clock, /_assumptions, /_seed; GET /_requests.

    Example: franca sandbox klaviyo --port 8101 --seed . --fault throttled:0.1 --fault 500:0.02@POST
    """
    if format_ is Format.MARKDOWN:
        raise FrancaError("there is no markdown of sandboxes", remedy="use --format text or json")
    trouble = _trouble(fault or [])
    from franca.sandbox import Clock

    with ExitStack() as stack:
        served = []
        for place, wanted in enumerate(_chosen(esp, accounts, seed, env, _instant(as_of))):
            served.append(_start(stack, wanted, port + place, Clock(_instant(as_of)), trouble))
            if format_ is Format.TEXT:
                typer.echo(f"{served[-1].name:<10} {served[-1].url}   key {served[-1].key}")
        if format_ is Format.JSON:
            typer.echo(json.dumps({"sandboxes": [asdict(each) for each in served]}))
        until_stopped()


def until_stopped() -> None:
    """Wait for Ctrl-C."""
    threading.Event().wait()


# -- which accounts


def _chosen(names: list[str] | None, accounts: int, seed: Path | None, env: str | None, as_of: datetime | None) -> Iterator[Wanted]:
    if seed is not None and not seed.is_dir():
        raise FrancaError(f"--seed: there is no folder {seed}", remedy="name a folder with ESP.json files, or a project's")
    project = seed is not None and (seed / "franca.yaml").is_file()
    if env and not project:
        raise FrancaError("--env needs a project's folder", remedy="give it with --seed")
    if project and accounts > 1:
        raise FrancaError("a project says itself which accounts there are", remedy="leave out --accounts: every destination has one")
    known = list(_of_project(seed, env, as_of) if project and seed else _of_files(accounts, seed))
    words = list(dict.fromkeys(word for wanted in known for word in (wanted.esp, wanted.name)))
    for name in names or ():
        if name not in words:
            raise FrancaError(f"there is no sandbox {name!r}", remedy=did_you_mean(name, words))
    return (wanted for wanted in known if not names or wanted.esp in names or wanted.name in names)


def _in_order(names: list[str]) -> list[str]:
    return [name for name in FIRST if name in names] + [name for name in names if name not in FIRST]


def _of_files(accounts: int, seed: Path | None) -> Iterator[Wanted]:
    """Yield every ESP's accounts, the first ones first, each filled from its ESP's file."""
    from franca.sandbox import emulators

    for number in range(1, accounts + 1):
        for esp in _in_order(emulators()):
            path = seed / f"{esp}.json" if seed else None
            filled = json.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else None
            yield Wanted(name=esp if number == 1 else f"{esp}-{number}", esp=esp, number=number, seed=filled)


def _of_project(folder: Path, env: str | None, as_of: datetime | None) -> Iterator[Wanted]:
    """Yield an account for each destination of a project, filled from its data."""
    from franca.demo.integration import seed_of
    from franca.sandbox import emulators

    project, known = load_checked(folder, env), emulators()
    numbers = dict.fromkeys(known, 0)
    found = [destination for destination in project.destinations.values() if destination.adapter in known]
    for esp in _in_order(known):
        for destination in found:
            if destination.adapter == esp:
                numbers[esp] += 1
                filled = seed_of(project, destination, as_of=as_of or datetime.now(UTC))
                yield Wanted(name=destination.name, esp=esp, number=numbers[esp], seed=filled)


# -- what goes wrong


def _trouble(texts: list[str]) -> Trouble:
    from franca.sandbox import Fault

    slow, faults = 1.0, []
    for number, text in enumerate(texts):
        try:
            if text.startswith(SLOW):
                slow = _factor(text.removeprefix(SLOW))
            else:
                faults.append(Fault.parse(text, seed=number))
        except ValueError as error:
            raise FrancaError(f"--fault: {error}", remedy=HOW) from None
    return Trouble(slow=slow, faults=tuple(faults))


def _factor(text: str) -> float:
    found = float(text)
    if not found >= 1:
        raise ValueError(f"{SLOW}{text} would not be slower")
    return found


# -- serving


def _instant(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise FrancaError(f"--as-of: {text!r} is not an instant", remedy="write 2026-01-31T09:00:00Z") from None


def _start(stack: ExitStack, wanted: Wanted, port: int, clock: Clock, trouble: Trouble) -> Served:
    from franca.sandbox import Host, emulator, example_key, serve

    clock.slow = trouble.slow
    host = Host(emulator(wanted.esp, clock, number=wanted.number), clock)
    if wanted.seed is not None:
        _fill(host, wanted)
    for fault in trouble.faults:
        host.faults.add(replace(fault))  # rules count how often they struck: each account has its own
    try:
        running = stack.enter_context(serve(host, port))
    except OSError as error:
        raise FrancaError(f"port {port} cannot be used: {error.strerror}", remedy="choose another with --port") from None
    return Served(name=wanted.name, esp=wanted.esp, url=running.url, key=example_key(wanted.esp, wanted.number))


def _fill(host: Any, wanted: Wanted) -> None:
    try:
        host.emulator.seed(wanted.seed)
    except ValueError as error:
        raise FrancaError(
            f"{wanted.name}: the seed does not fit: {error}", remedy="the ESP could not hold it either: see its mapping"
        ) from None
    except KeyError as error:
        raise FrancaError(f"{wanted.name}: the seed lacks {error}", remedy="docs/sandboxes.md shows the format") from None
