"""Trouble in the middle of a run: repeated where that is safe, otherwise told in one line that names the place; never left in halves."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from faults.conftest import Theatre
from faults.life import STEPS, Account, Course, Seam
from faults.shop import ESPS, environment, write
from faults.troubles import PAUSE, THROTTLED, TROUBLES, VENDORS_429, fault, give_up_soon
from franca.adapter import VirtualWaiter
from franca.cli import account as cli_account
from franca.cli.main import main
from franca.errors import FrancaError
from franca.plan import Applied, Result
from franca.sandbox import Fault

pytestmark = [pytest.mark.usefixtures("_no_loss_of_power"), pytest.mark.parametrize("esp", ESPS)]


@pytest.fixture(params=["first apply", "later sync"])
def course(theatre: Theatre, esp: str, request: pytest.FixtureRequest) -> Course:
    """One command of the shop's life, undisturbed."""
    return theatre.course(esp, request.param)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up after a second without an answer."""
    give_up_soon(monkeypatch)


def middle(course: Course, *, write: bool) -> int:
    """Return the number of a call in the middle."""
    numbers = sorted(course.writes if write else set(range(1, len(course.calls) + 1)) - course.writes)
    return numbers[len(numbers) // 2]


def one_line(error: FrancaError) -> str:
    """Return what a user is told: one line, without keys and people."""
    text = str(error)
    assert "\n" not in text
    assert "@" not in text
    assert not [value for value in environment().values() if value in text]
    return text


# -- trouble that passes


@pytest.mark.parametrize("name", [VENDORS_429, *TROUBLES])
@pytest.mark.parametrize("write", [True, False], ids=["write", "read"])
@pytest.mark.usefixtures("impatient")
def test_trouble_that_passes_is_survived(theatre: Theatre, esp: str, course: Course, name: str, write: bool, tmp_path: Path) -> None:
    """Two troubles in a row in the middle of a command: it goes on by itself, and comes to the undisturbed end."""
    account = theatre.account(esp, tmp_path / "case").restore(course.before)
    number, started = middle(course, write=write), account.clock.ticks()
    account.seam = Seam(number, lambda _seam: account.host.faults.add(fault(name, esp, 2)))
    course.step.run(account)
    struck = [place for place, exchange in enumerate(account.host.exchanges, 1) if exchange.fault]
    assert (len(struck), struck[0]) == (2, number)
    if name == VENDORS_429 and esp != "mailchimp":
        assert account.clock.ticks() - started >= 2 * PAUSE
    assert account.end() == course.end
    assert not course.step.again(account)


# -- trouble that stays

FIRST, MIDDLE = "first write", "a write in the middle"
LASTING = [
    *(
        (step, MIDDLE, name)
        for step in STEPS
        for name in ("429 without a body", "500", "a reset", "a reset after the work", "half an answer")
    ),
    ("first apply", MIDDLE, "a timeout"),
    ("first sync", MIDDLE, "a timeout"),
    *((step, FIRST, name) for step in ("first apply", "first sync") for name in ("429 without a body", "500")),
]


@pytest.mark.parametrize(("step", "place", "name"), LASTING)
@pytest.mark.usefixtures("impatient")
def test_trouble_that_stays_stops_the_run(theatre: Theatre, esp: str, step: str, place: str, name: str, tmp_path: Path) -> None:
    """The command stops with one line that names the place and the exit code of its kind; run again, it comes to the undisturbed end."""
    course = theatre.course(esp, step)
    account = theatre.account(esp, tmp_path / "case").restore(course.before)
    number = min(course.writes) if place == FIRST else middle(course, write=True)
    error = stopped(account, course, number, name)
    if step.endswith("apply"):
        stopped_apply(account, error)
    else:
        stopped_sync(account, error)
    # Klaviyo's marker fields come first and need no call; a create without an answer may have been done.
    nothing_done = place == FIRST and (step == "first sync" or (name == "429 without a body" and esp != "klaviyo"))
    assert error.exit_code == (1 if nothing_done else 4)
    goes_on(account, course)


def test_an_end_that_cannot_be_read_back_is_told(theatre: Theatre, esp: str, tmp_path: Path) -> None:
    """Everything is applied and the last look fails: exit code 4, since nobody has seen that it is as planned."""
    course = theatre.course(esp, "first apply")
    account = theatre.account(esp, tmp_path / "case").restore(course.before)
    error = stopped(account, course, max(course.writes) + 1, "500")
    assert error.exit_code == 4
    assert "changes were made, and could not be read back" in one_line(error)
    goes_on(account, course)


def stopped(account: Account, course: Course, number: int, name: str) -> FrancaError:
    """Run the command into trouble that stays from one call on."""
    account.seam = Seam(number, lambda _seam: account.host.faults.add(fault(name, account.esp, None)))
    with pytest.raises(FrancaError) as caught:
        course.step.run(account)
    return caught.value


def goes_on(account: Account, course: Course) -> None:
    """Lift the trouble and run the command again: the undisturbed end, and nothing left."""
    account.host.faults.clear()
    account.seam = Seam()
    course.step.run(account)
    assert account.end() == course.end
    assert not course.step.again(account)


def stopped_apply(account: Account, error: FrancaError) -> None:
    """The line names the change and the journal; the report says what became of each change."""
    line, report = one_line(error), getattr(error, "report", None)
    if report is None:
        assert error.exit_code == 1
        assert account.end().unfinished == ()
        return
    assert error.exit_code == 4
    assert isinstance(report, Applied)
    results = [outcome.result for outcome in report.outcomes]
    done = results.count(Result.APPLIED)
    if done == len(results):
        assert "could not be read back" in line
        return
    at = report.outcomes[done]
    assert results == [*[Result.APPLIED] * done, at.result, *[Result.SKIPPED] * (len(results) - done - 1)]
    assert done or at.result is Result.UNKNOWN
    assert f"stopped at {at.change.action} {at.change.address}, with {done} of {len(results)} changes made" in line
    assert account.store.journal.name in line
    assert account.end().unfinished == ((str(at.change.address),) if at.result is Result.UNKNOWN else ())


def stopped_sync(account: Account, error: FrancaError) -> None:
    """The line says how far it came; without a written row it is an error, with some the sync is partly done."""
    line, report = one_line(error), getattr(error, "report", None)
    assert error.exit_code == (1 if report is None else 4)
    assert report is None or f"stopped after {report.written} rows" in line
    assert report is None or report.written > 0
    assert account.end().unfinished == ()


def test_a_pause_of_hours_is_not_slept(theatre: Theatre, esp: str, tmp_path: Path) -> None:
    """A vendor that asks for two hours gets no sleeping process, but a stop that says when; Mailchimp names no time."""
    course = theatre.course(esp, "first apply")
    account = theatre.account(esp, tmp_path / "case").restore(course.before)
    headers = dict.fromkeys(THROTTLED[esp].headers, "7200")
    account.seam = Seam(middle(course, write=True), lambda _seam: account.host.faults.add(Fault(status=429, headers=headers, times=None)))
    before = account.clock.ticks()
    with pytest.raises(FrancaError, match="try again later" if esp == "mailchimp" else "try again in 120 minutes"):
        course.step.run(account)
    assert account.clock.ticks() - before < 120


# -- as a user sees it


def test_the_command_line_says_it_in_one_line(
    theatre: Theatre, esp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`franca apply` under a lasting 500 exits 4 with one line on the error stream; again, without it, 0; and once more finds nothing."""
    course, folder = theatre.course(esp, "first apply"), tmp_path / "shop"
    write(folder, theatre.url)
    account = theatre.account(esp, folder / ".franca")
    monkeypatch.setattr(cli_account, "RealWaiter", lambda: VirtualWaiter(on_sleep=account.clock.advance))
    number = middle(course, write=True)
    account.host.faults.add(replace(fault("500", esp, None), after=number - 1))

    def franca() -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["franca", "apply", "--yes", "--project", str(folder), "--destination", esp])
        capsys.readouterr()
        try:
            main()
        except SystemExit as ended:
            return int(str(ended.code or 0)), capsys.readouterr().err
        return 0, capsys.readouterr().err

    code, said = franca()
    assert code == 4
    assert said.count("\n") == 1
    assert f"{esp}: stopped at" in said
    assert f"{esp}.journal.jsonl" in said
    account.host.faults.clear()
    assert franca() == (0, "")
    assert account.end() == course.end
    assert franca() == (0, "")
