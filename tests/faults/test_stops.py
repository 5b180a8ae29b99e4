"""Stopped between any two requests and started again, a run ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import rmtree

import pytest

from faults.conftest import Theatre
from faults.life import STEPS, Account, Course, Seam, StoppedError
from faults.schedules import CONSENT
from faults.shop import ESPS, HELD, NATIVE
from franca.adapter import ABSENT
from franca.sandbox import Fault

pytestmark = [pytest.mark.usefixtures("_no_loss_of_power"), pytest.mark.parametrize("esp", ESPS)]


@pytest.fixture(params=STEPS)
def course(theatre: Theatre, esp: str, request: pytest.FixtureRequest) -> Course:
    """One command of the shop's life, undisturbed."""
    return theatre.course(esp, request.param)


def emails(*names: str) -> dict[str, str]:
    return {f"{name}@shop.test": "" for name in names}


BUYERS, GERMANS, VIPS = ("anna", "clara", "dora", "fay", "gina"), ("anna", "clara", "emil", "gina"), ("anna", "dora", "gina")
TIERS = {**dict.fromkeys(BUYERS, "buyers"), "emil": "germany", "ben": ABSENT, "jo": ABSENT}
VIP_VALUES = {**dict.fromkeys(VIPS, "vip"), "ben": ABSENT}


def test_an_undisturbed_life_ends_as_the_definitions_say(theatre: Theatre, esp: str, tmp_path: Path) -> None:
    """Members and markers are those that one works out by hand; nobody was made, and nobody's consent changed."""
    account = theatre.account(esp, tmp_path)
    before = consents(account)
    for step in theatre.life():
        step.run(account)
    held = account.held(theatre.later)
    germans = emails(*GERMANS) | ({"stranger@elsewhere.test": ""} if esp in NATIVE else {})  # native: the ESP counts strangers too
    assert held["buyers"] == emails(*BUYERS)
    assert held["germany"] == germans
    assert held.get("vip", emails(*VIPS)) == emails(*VIPS)  # the others have no segment on a marker
    assert held["tier marker"] == {f"{name}@shop.test": value for name, value in TIERS.items()}
    assert held["vip marker"] == {f"{name}@shop.test": value for name, value in VIP_VALUES.items()}
    assert consents(account) == before
    assert len(before) == len(HELD)


def consents(account: Account) -> set[tuple[object, ...]]:
    """Return who is there, with whatever the ESP knows of their consent."""
    return {tuple(row) for row in account.inside.database.execute(CONSENT[account.esp])}


def disturbed(theatre: Theatre, esp: str, course: Course, numbers: Iterable[int], folder: Path, trouble: Callable) -> None:
    """Run the command once for each boundary, with trouble there; then again where it stopped; compare the ends."""
    for number in numbers:
        account = theatre.account(esp, folder / "case").restore(course.before)
        trouble(account, course, number)
        where = f"{course.step.name}, call {number} of {len(course.calls)}: {course.calls[number - 1]}"
        assert account.end() == course.end, where
        nothing_left(account, course, where)
        rmtree(folder / "case")


def stop(account: Account, course: Course, seam: Seam) -> None:
    """Run into the end of the process, and start again."""
    account.seam = seam
    with pytest.raises(StoppedError):
        course.step.run(account)
    account.host.faults.clear()
    account.seam = Seam()
    course.step.run(account)


def nothing_left(account: Account, course: Course, where: str) -> None:
    """Ask once more: the plan is empty, or the sync writes nothing, and no request could have changed anything."""
    before = len(account.writes())
    assert not course.step.again(account), where
    assert len(account.writes()) == before, where


def test_stopped_before_any_request(theatre: Theatre, esp: str, course: Course, tmp_path: Path) -> None:
    """Stopped before any of its requests, started again: the end is the undisturbed one."""

    def trouble(account: Account, course: Course, number: int) -> None:
        def end(_seam: Seam) -> None:
            raise StoppedError

        stop(account, course, Seam(number, end))

    disturbed(theatre, esp, course, range(1, len(course.calls) + 1), tmp_path, trouble)


def test_stopped_after_any_write_was_done(theatre: Theatre, esp: str, course: Course, tmp_path: Path) -> None:
    """The ESP does what it was asked, and the process ends before it hears of that: started again, the end is the undisturbed one.

    A read that was answered to nobody is a stop before the next request.
    """

    def trouble(account: Account, course: Course, number: int) -> None:
        def lose(seam: Seam) -> None:
            account.host.faults.add(Fault(kind="reset-after"))
            seam.dying = True

        stop(account, course, Seam(number, lose))

    disturbed(theatre, esp, course, sorted(course.writes), tmp_path, trouble)


def test_the_answer_to_any_write_may_be_lost(theatre: Theatre, esp: str, course: Course, tmp_path: Path) -> None:
    """The ESP does what it was asked, and the answer is lost: the same run goes on and comes to the undisturbed end.

    Reads without an answer are in test_faults.py.
    """

    def trouble(account: Account, course: Course, number: int) -> None:
        account.seam = Seam(number, lambda _seam: account.host.faults.add(Fault(kind="reset-after")))
        course.step.run(account)
        assert [exchange.fault for exchange in account.host.exchanges].index("reset-after") == number - 1

    disturbed(theatre, esp, course, sorted(course.writes), tmp_path, trouble)
