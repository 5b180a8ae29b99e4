"""Work that a sync gave to an ESP just before it was killed, so that no file knows its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faults.conftest import Theatre
from faults.life import LONG, Account, StoppedError
from faults.shop import Shop
from franca.adapter import ABSENT
from franca.sync import Ledger

pytestmark = pytest.mark.usefixtures("_no_loss_of_power")

LATE = 500.0
"""Seconds by which that work is later than what is given after it."""


def _later_batches(emulator: Any) -> None:
    for batch in emulator._batches._batches.values():
        batch.begins += LATE  # batches go one at a time: what is given later has to wait for it


DELAYS: Mapping[str, Callable[[Any], Any]] = {
    "klaviyo": lambda emulator: emulator._world.store._db.execute("update jobs set due = due + ? where done = 0", [LATE]),
    "mailchimp": _later_batches,
    "brevo": lambda emulator: emulator.processes._store._db.execute("update processes set started = started + ?", [LATE]),
}
LISTINGS = {"klaviyo": "get_bulk_import_profiles_jobs", "mailchimp": "batches.list", "brevo": "getProcesses"}


def killed(account: Account, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync; the process ends when the ESP has taken the first job, before its id is noted."""

    def end(*_: object) -> None:
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "sent", end)
        with pytest.raises(StoppedError):
            account.sync(shop)


def settled(account: Account, shop: Shop) -> dict[str, dict[str, str]]:
    """Return what is held once all work is done; no value is as good as none."""
    account.clock.advance(LONG)
    account.inside.settle()
    held = account.held(shop)
    return {name: {email: value for email, value in found.items() if value != ABSENT} for name, found in held.items()}


@pytest.mark.parametrize("esp", DELAYS)
def test_work_that_nobody_noted_does_not_undo_the_next_sync(
    theatre: Theatre, esp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first job is done long after the second sync would have written other values: that one waits for it, and its values stay."""
    before, first = theatre.course(esp, "first sync").before, theatre.first
    moved = replace(first, emails_of={**first.emails_of, **theatre.later.emails_of})
    calm = theatre.account(esp, tmp_path / "calm").restore(before)
    calm.sync(moved)
    expected = settled(calm, first)

    account = theatre.account(esp, tmp_path / "case").restore(before)
    killed(account, first, monkeypatch)
    DELAYS[esp](account.host.emulator)
    ticks = account.clock.ticks()
    account.sync(moved)
    assert account.clock.ticks() - ticks >= LATE
    assert settled(account, first) == expected
    assert account.sync(moved).written == 0
    assert sum(exchange.operation == LISTINGS[esp] for exchange in account.host.exchanges) == 1


@pytest.mark.parametrize("esp", DELAYS)
def test_a_sync_that_nothing_stopped_looks_for_no_work(theatre: Theatre, esp: str) -> None:
    """The listing shares an hour's calls with much else at Brevo: it is asked for after a stop alone."""
    calls = {call for step in ("first sync", "later sync") for call in theatre.course(esp, step).calls}
    assert calls
    assert not {"look for imports", "read imports", "read batches"} & calls
