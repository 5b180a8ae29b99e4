"""Two commands at once against one destination: the first ends as if it were alone, the other is refused and writes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import Theatre
from faults.life import Account, Course
from faults.shop import AS_OF, ESPS, write
from franca.adapter import Policy, VirtualWaiter
from franca.cli import account as cli_account
from franca.cli.main import main

pytestmark = [pytest.mark.usefixtures("_no_loss_of_power"), pytest.mark.parametrize("esp", ESPS)]

REFUSED = "another run of Franca is writing to it"
Franca = Callable[[str], tuple[int, str]]


@pytest.fixture
def franca(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, esp: str) -> Franca:
    """Return a function that runs `franca VERB` on the shop in *tmp_path*, and returns the exit code and the error stream."""
    more = {"apply": ["--yes", "--allow", "delete:list/old", "--allow", "delete:tag/old"], "sync": ["--as-of", AS_OF.isoformat()]}

    def run(verb: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["franca", verb, "--project", str(tmp_path), "--destination", esp, *more[verb]])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        return int(str(code)), capsys.readouterr().err

    return run


def meanwhile(monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], None]) -> None:
    """Let *do* happen before the call of that number goes out, with its own calls not counted."""
    attempt, calls = Policy._attempt, []

    def counted(policy: Policy, *args: object, **options: object) -> object:
        calls.append(args)
        if len(calls) == number:
            do()
        return attempt(policy, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Policy, "_attempt", counted)


def on_stage(theatre: Theatre, course: Course, esp: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Put the account of the command on stage, with the project in *folder*, and let the command line wait on its clock."""
    write(folder, theatre.url, later="later" in course.step.name)
    account = theatre.account(esp, folder / ".franca").restore(course.before)
    monkeypatch.setattr(cli_account, "RealWaiter", lambda: VirtualWaiter(on_sleep=account.clock.advance))
    return account


@pytest.mark.parametrize(("step", "first"), [("first apply", "apply"), ("later sync", "sync")])
def test_the_second_run_is_refused(
    theatre: Theatre, esp: str, step: str, first: str, franca: Franca, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one command is before its last write, neither another of its kind nor one of the other kind writes a thing."""
    course, refused = theatre.course(esp, step), []
    account = on_stage(theatre, course, esp, tmp_path, monkeypatch)

    def others() -> None:
        before = len(account.writes())
        refused.extend(franca(verb) for verb in ("apply", "sync"))
        assert len(account.writes()) == before

    meanwhile(monkeypatch, max(course.writes), others)
    code, said = franca(first)
    assert code == 0, said
    assert [(code, REFUSED in said) for code, said in refused] == [(1, True), (1, True)]
    assert account.end() == course.end
