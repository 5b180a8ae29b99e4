"""Work that a stopped sync left at an ESP (imports, batches) is waited for by the next one, and not sent again.

MailerLite is given no work that outlasts its call: what a stop between two of them leaves there is in test_stops.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faults.conftest import Theatre
from faults.life import Account, Course, Seam, StoppedError
from franca.errors import FrancaError

STARTS = {"klaviyo": "bulk_import_profiles", "mailchimp": "batches.start", "brevo": "importContacts"}
WORDS = {"klaviyo": "write marker", "mailchimp": "write markers", "brevo": "import a marker"}

pytestmark = [pytest.mark.usefixtures("_no_loss_of_power"), pytest.mark.parametrize("esp", STARTS)]


def starts(account: Account) -> int:
    """Return how many jobs the ESP was given."""
    return sum(exchange.operation == STARTS[account.esp] for exchange in account.host.exchanges)


def stopped(theatre: Theatre, esp: str, course: Course, folder: Path) -> Account:
    """Return an account at which a sync was stopped between giving a job to the ESP and looking at it."""
    account = theatre.account(esp, folder).restore(course.before)
    number = course.calls.index(WORDS[esp]) + 2

    def end(_seam: Seam) -> None:
        raise StoppedError

    account.seam = Seam(number, end)
    with pytest.raises(StoppedError):
        course.step.run(account)
    account.seam = Seam()
    return account


def test_a_job_is_given_once(theatre: Theatre, esp: str, tmp_path: Path) -> None:
    """Stopped between giving and looking, the same sync again: as many jobs as an undisturbed one gives, and its end."""
    course = theatre.course(esp, "first sync")
    account = stopped(theatre, esp, course, tmp_path / "case")
    assert starts(account) == 1
    course.step.run(account)
    assert starts(account) == course.calls.count(WORDS[esp])
    assert account.end() == course.end


def test_a_job_that_outlasts_our_patience_is_given_once(theatre: Theatre, esp: str, tmp_path: Path) -> None:
    """The sync says that it goes on there and gives up; hours later the next one takes over what came of it, and sends the rest."""
    course = theatre.course(esp, "first sync")
    account = theatre.account(esp, tmp_path / "case").restore(course.before)
    account.clock.slow = 10_000.0
    for _ in range(2):
        with pytest.raises(FrancaError, match=r"not done yet|still being processed"):
            course.step.run(account)
    assert starts(account) == 1
    account.clock.advance(100_000.0)
    account.clock.slow = 1.0
    course.step.run(account)
    assert starts(account) == course.calls.count(WORDS[esp])
    assert account.end() == course.end


def test_what_is_kept_of_a_job_names_nobody(theatre: Theatre, esp: str, tmp_path: Path) -> None:
    """Our files know the ESP's id of the job, keyed hashes and values of the marker."""
    account = stopped(theatre, esp, theatre.course(esp, "first sync"), tmp_path / "case")
    log = (account.folder / f"{esp}.ledger.log.jsonl").read_text(encoding="utf-8")
    assert [line for line in map(json.loads, log.splitlines()) if "job" in line]
    assert "@" not in log
