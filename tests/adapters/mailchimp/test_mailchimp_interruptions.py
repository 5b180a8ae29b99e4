"""Making and replacing a test is several calls: stopped between any two, or without an answer to any, one draft is left in the end."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.mailchimp.trial import DRAFT, Trial, make_shop, opened, trial
from franca.adapter import DestinationError, UnknownOutcomeError
from franca.errors import FrancaError
from franca.plan import Journal
from franca.sandbox import Fault

PART = "{share: 50%, wait: 6 hours}"
Turn = Callable[[Trial], None]
TURNS: dict[str, tuple[Turn | None, Turn]] = {
    "made": (None, lambda at: at.test()),
    "plain becomes a test": (lambda at: at.plain(), lambda at: at.test()),
    "a test becomes plain": (lambda at: at.test(), lambda at: at.plain()),
    "fewer arms, a rest": (lambda at: at.test(), lambda at: at.test(experiment=PART, of=2)),
}


class StoppedError(BaseException):
    """The process ends here: nothing may catch it."""


@dataclass
class Beginning:
    """An account before a turn, to begin there again and again."""

    at: Trial
    kept: sqlite3.Connection
    folder: Path

    def again(self) -> None:
        """Make account and state what they were."""
        store = self.at.sandbox._context.store
        self.kept.backup(store.db)
        store.forget()
        shutil.rmtree(self.at.folder / ".franca", ignore_errors=True)
        if self.folder.exists():
            shutil.copytree(self.folder, self.at.folder / ".franca")
        self.at.running.host.faults.clear()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder, people=300)
    return folder


@pytest.fixture
def at(shop: Path, tmp_path: Path) -> Iterator[Trial]:
    with trial(shop, tmp_path) as found:
        yield found


def begin(at: Trial, turn: str) -> Beginning:
    """Bring the account to where the turn begins, and write what is wanted then."""
    before, after = TURNS[turn]
    if before:
        before(at)
        at.apply()
    kept, folder = sqlite3.connect(":memory:"), at.folder / "kept"
    at.sandbox._context.store.db.backup(kept)
    if (at.folder / ".franca").exists():
        shutil.copytree(at.folder / ".franca", folder)
    after(at)
    return Beginning(at, kept, folder)


def end(at: Trial) -> dict[str, Any]:
    """Return the only draft without what differs between two that are alike."""
    ours = {"id", "web_id", "archive_url", "long_archive_url", "variate_settings"}
    found = at.raw()
    settings = {**found.get("variate_settings", {}), "combinations": len(found.get("variate_settings", {}).get("combinations", ()))}
    content = at.others.campaigns.get_content(found["id"])
    return {**{key: value for key, value in found.items() if key not in ours}, "test": settings, "content": content}


def undisturbed(beginning: Beginning) -> tuple[dict[str, Any], list[str]]:
    """Return how the turn ends by itself, and the operations of its apply."""
    calls: list[str] = []
    with opened(beginning.at.folder, beginning.at.running, calls.append) as beginning.at.connection:
        beginning.at.apply()
    found = end(beginning.at)
    beginning.again()
    return found, calls


def stopped(at: Trial, number: int) -> None:
    """Apply in a process of its own that ends before its call *number*, from 1."""
    count = 0

    def ending(_operation: str) -> None:
        nonlocal count
        count += 1
        if count >= number:
            raise StoppedError

    with opened(at.folder, at.running, ending) as at.connection, pytest.raises(StoppedError):
        at.apply()


def finished(at: Trial, where: str) -> dict[str, Any]:
    """Apply in another process; show that nothing is left to do, and that state and journal know it."""
    with opened(at.folder, at.running) as at.connection:
        at.apply()
        assert at.changes() == [], where
        at.apply()
        assert at.store.load().entries[DRAFT].id == at.draft().id, where
    assert not Journal(at.store.journal).unfinished(), where
    return end(at)


def disturb(at: Trial, turn: str, chosen: Callable[[str], bool]) -> None:
    """Stop the turn before each call that is *chosen*, and before the next; each time the following apply ends as if nothing had been."""
    beginning = begin(at, turn)
    expected, calls = undisturbed(beginning)
    numbers = {place + more for place, call in enumerate(calls, 1) if chosen(call) for more in (0, 1) if place + more <= len(calls)}
    assert numbers
    for number in sorted(numbers):
        stopped(at, number)
        assert len(at.others.campaigns.list()["campaigns"]) <= 1, f"{turn}, before {calls[number - 1]}"
        assert finished(at, f"{turn}, before {calls[number - 1]}") == expected
        beginning.again()


@pytest.mark.parametrize("turn", ["plain becomes a test"])
def test_stopped_around_a_write_of_the_draft(at: Trial, turn: str) -> None:
    """Killed before or after each write of a campaign: never two drafts, and one as wanted in the end."""
    disturb(at, turn, lambda call: "campaign" in call and "read" not in call)


@pytest.mark.slow
@pytest.mark.parametrize("turn", TURNS)
def test_stopped_before_any_call(at: Trial, turn: str) -> None:
    """Killed before every single call of the apply."""
    disturb(at, turn, lambda _call: True)


LOST: dict[str, dict[str, Any]] = {
    "DELETE": {"kind": "reset-after", "match": "DELETE /3.0/campaigns/"},
    "POST": {"kind": "reset-after", "match": "POST /3.0/campaigns$"},
    "POST, not done": {"kind": "reset", "match": "POST /3.0/campaigns$"},
    "POST, 504": {"status": 504, "body": "<html></html>", "match": "POST /3.0/campaigns$"},
    "POST, half an answer": {"kind": "truncate", "match": "POST /3.0/campaigns$"},
    "PATCH": {"kind": "reset-after", "match": "PATCH /3.0/campaigns/"},
    "PUT": {"kind": "reset-after", "match": "PUT /3.0/campaigns/"},
    "the look after it": {"kind": "reset", "match": "GET /3.0/campaigns/"},
}
MET = {
    "made": ("POST", "POST, not done", "PUT", "the look after it"),
    "plain becomes a test": ("DELETE", "POST", "POST, not done", "POST, 504", "POST, half an answer", "PUT", "the look after it"),
    "a test becomes plain": ("DELETE", "POST", "PUT"),
    "fewer arms, a rest": ("PATCH", "PUT", "the look after it"),
}


@pytest.mark.parametrize(("turn", "lost"), [(turn, lost) for turn, every in MET.items() for lost in every])
def test_an_answer_that_is_lost_leaves_one_draft(at: Trial, turn: str, lost: str) -> None:
    """Once lost, the same apply goes on: it looks before it makes anything again."""
    beginning = begin(at, turn)
    expected, _ = undisturbed(beginning)
    fault = Fault(**LOST[lost])
    at.running.host.faults.add(fault)
    with opened(at.folder, at.running) as at.connection:
        at.apply()
        assert at.changes() == []
    assert fault.times == 0
    assert end(at) == expected


@pytest.mark.parametrize("turn", ["made", "plain becomes a test", "a test becomes plain"])
@pytest.mark.parametrize("kind", ["reset-after", "reset"])
def test_answers_that_stay_lost_stop_the_apply_and_the_next_one_goes_on(at: Trial, turn: str, kind: str) -> None:
    """Twice without an answer, and what was made cannot be seen either: it is unknown, said so, and settled by the next apply."""
    beginning = begin(at, turn)
    expected, _ = undisturbed(beginning)
    at.running.host.faults.add(Fault(kind=kind, match="POST /3.0/campaigns$", times=None))
    at.running.host.faults.add(Fault(status=500, match="GET /3.0/campaigns", after=_reads(turn), times=None))
    with opened(at.folder, at.running) as at.connection, pytest.raises(FrancaError) as unknown:
        at.apply()
    assert isinstance(unknown.value.__cause__ or unknown.value, DestinationError)
    at.running.host.faults.clear()
    assert len(at.others.campaigns.list()["campaigns"]) <= 1
    assert finished(at, turn) == expected


def _reads(turn: str) -> int:
    """Return how many reads of campaigns pass until the first POST: two plans read the list, and each draft of ours its content."""
    return {"made": 2, "plain becomes a test": 4 + 2, "a test becomes plain": 4 + 2}[turn]


def test_a_draft_without_an_answer_is_never_made_blindly_again(at: Trial) -> None:
    """At the level of the connection the unknown outcome is the caller's to look at: one POST."""
    at.test()
    resource = at.desired.resources[DRAFT]
    at.apply()
    body = {**resource.body, "audience": at.draft().body["audience"]}
    at.connection.delete(at.draft())
    at.running.host.faults.add(Fault(kind="reset-after", match="POST /3.0/campaigns$"))
    before = len(at.calls("campaigns.create"))
    with pytest.raises(UnknownOutcomeError, match="create campaign draft"):
        at.connection.create(resource, body)
    assert len(at.calls("campaigns.create")) - before == 1
