"""A real `kill -9` while a request is under way, and the same command again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from faults.conftest import Theatre
from faults.life import STEPS, Account, Course
from faults.shop import AS_OF, ESPS, environment, write
from franca.sandbox import Exchange

pytestmark = pytest.mark.slow

POINTS = 5
FRANCA = (sys.executable, "-c", "from franca.cli.main import main; main()")
OLD = {"klaviyo": "delete:list/old", "mailchimp": "delete:tag/old", "brevo": "delete:list/old", "mailerlite": "delete:list/old"}
PATIENCE = 300
"""Seconds for one command: it waits for rate limits in real time."""


def start(esp: str, step: str, folder: Path) -> subprocess.Popen[str]:
    """Start one command of the shop's life as its own process."""
    verb = step.rsplit(maxsplit=1)[-1]
    more = ["--yes", "--allow", OLD[esp]] if verb == "apply" else ["--as-of", AS_OF.isoformat()]
    command = [*FRANCA, verb, "--project", str(folder), "--destination", esp, *more]
    return subprocess.Popen(command, env={**os.environ, **environment()}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def place(theatre: Theatre, esp: str, point: int) -> tuple[Course, int]:
    """Return the command, and the number of its request, at one of the points spread evenly over the shop's life."""
    life = [theatre.course(esp, step) for step in STEPS]
    at = sum(len(course.calls) for course in life) * point // (POINTS + 1)
    for course in life:
        if at < len(course.calls):
            return course, at + 1
        at -= len(course.calls)
    raise AssertionError("the points lie inside the life")


def killed(account: Account, esp: str, step: str, number: int, folder: Path) -> int:
    """Start the command, kill it when the ESP has done the work of its *number*-th request; return how it ended."""
    begun = len(account.host.exchanges)
    child = start(esp, step, folder)

    def strike(_exchange: Exchange) -> None:
        account.clock.advance(1.0)  # for asynchronous work and rate windows
        if len(account.host.exchanges) - begun == number:
            os.kill(child.pid, signal.SIGKILL)

    account.host.on_exchange = strike
    child.communicate(timeout=PATIENCE)
    account.host.on_exchange = lambda _exchange: account.clock.advance(1.0)
    return child.returncode


@pytest.mark.parametrize("point", range(1, POINTS + 1))
@pytest.mark.parametrize("esp", ESPS)
def test_killed_and_started_again(theatre: Theatre, esp: str, point: int, tmp_path: Path) -> None:
    """Killed when the ESP has just done what the n-th request asked for, then run again: the end is the undisturbed one."""
    course, number = place(theatre, esp, point)
    step, folder = course.step.name, tmp_path / "shop"
    write(folder, theatre.url, later="later" in step)
    account = theatre.account(esp, folder / ".franca").restore(course.before)
    assert killed(account, esp, step, number, folder) == -signal.SIGKILL
    again = start(esp, step, folder)
    _, said = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said
    assert account.end() == course.end
    assert not course.step.again(account)
