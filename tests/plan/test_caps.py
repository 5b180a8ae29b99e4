"""What is left of an hour's or a day's calls, from one process to the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from franca.adapter import DestinationError, Failure, Policy, Verdict, VirtualWaiter, Window
from franca.errors import FrancaError
from franca.plan import Store, counted, used
from franca.plan.caps import Used

NOW = datetime(2026, 3, 1, 9, 15, 20, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture
def clock():
    """Seconds that several processes have in common."""
    return [0.0]


@pytest.fixture
def esp(tmp_path, clock):
    """Return the store, and what makes calls of a cap of three a day, as a process does."""
    store = Store(tmp_path, "shop")

    def advance(seconds: float) -> None:
        clock[0] += seconds

    def process(calls: int) -> int:
        waiter = VirtualWaiter(on_sleep=advance, elapsed=lambda: clock[0])
        policy = Policy(esp="ESP", waiter=waiter, read_failure=lambda _error: Verdict(failure=Failure.REFUSED, what="?"))
        window, made = Window(3, DAY, "create"), []
        with store.locked(), counted(store, policy):
            for _ in range(calls):
                policy.call("create", lambda: made.append(1), safe=False, windows=[window, Window(100, 60.0)])
        return len(made)

    return store, process


def gone(store: Store, clock: list[float]) -> int:
    """Return how many calls a plan would find used."""
    return used(store).within("create", DAY, VirtualWaiter(elapsed=lambda: clock[0]).now())


def test_a_second_process_knows_what_the_first_has_used(esp, clock):
    """Two calls, then two more on the same day: four are known. None is held back: whether the ESP's day has begun anew, it alone knows."""
    store, process = esp
    assert gone(store, clock) == 0
    assert process(2) == 2
    clock[0] += 3_600
    assert gone(store, clock) == 2
    assert process(2) == 2
    assert gone(store, clock) == 4
    clock[0] += DAY - 3_600 + 60
    assert gone(store, clock) == 2
    clock[0] += 3_600
    assert gone(store, clock) == 0


def test_a_call_is_noted_before_it_goes_out(esp, clock):
    """A process that is killed while the ESP works has used it all the same."""
    store, _ = esp
    policy = Policy(esp="ESP", waiter=VirtualWaiter(elapsed=lambda: clock[0]), read_failure=lambda _error: None)

    def killed() -> None:
        assert gone(store, clock) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), counted(store, policy):
        policy.call("create", killed, safe=False, windows=[Window(3, DAY, "create")])
    assert gone(store, clock) == 1


@pytest.mark.parametrize(("failure", "counts"), [(Failure.THROTTLED, 0), (Failure.UNSENT, 0), (Failure.UNKNOWN, 1), (Failure.REFUSED, 1)])
def test_a_call_that_the_esp_did_not_take_is_none(esp, clock, failure, counts):
    """A 429 and a call that was never sent use nothing up; one without an answer may have, and one that was refused was taken."""
    store, _ = esp
    verdict = Verdict(failure=failure, what="?", retry_after=7_200.0)
    policy = Policy(esp="ESP", waiter=VirtualWaiter(elapsed=lambda: clock[0]), read_failure=lambda _error: verdict)

    def failing() -> None:
        raise ValueError

    with pytest.raises(DestinationError), counted(store, policy):
        policy.call("create", failing, safe=False, windows=[Window(3, DAY, "create")])
    assert gone(store, clock) == counts


def test_only_caps_are_kept(tmp_path):
    """Windows of a second or a minute are over when the next process begins: no file is written for them."""
    store = Store(tmp_path, "shop")
    policy = Policy(esp="ESP", waiter=VirtualWaiter(), read_failure=lambda _error: None)
    with counted(store, policy):
        policy.call("read", lambda: None, safe=True, windows=[Window(10, 1.0)])
    assert not store.calls.exists()


def test_a_minute_counts_until_it_is_over(tmp_path):
    """The file knows minutes: a call never counts for less than its window, and at most a minute longer; what is older is dropped."""
    found = Used().plus("create", 1, NOW).plus("create", 1, NOW)
    made = NOW.replace(second=59)
    assert found.within("create", 3600, made + timedelta(seconds=3600)) == 2
    assert found.within("create", 3600, made + timedelta(seconds=3661)) == 0
    assert found.within("other", 3600, NOW) == 0
    assert dict(found.plus("create", 1, NOW + timedelta(days=2)).calls) == {("create", datetime(2026, 3, 3, 9, 15, tzinfo=UTC)): 1}


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1, "calls": {"create": {"yesterday": 1}}}', '{"version": 1}'])
def test_a_broken_file_says_what_to_do(tmp_path, text):
    """It is of no other use than this: it may be deleted."""
    store = Store(tmp_path, "shop")
    store.calls.write_text(text, encoding="utf-8")
    with pytest.raises(FrancaError, match=r"shop.calls.json cannot be read .*; delete it"):
        used(store)
    store.calls.write_text(json.dumps({"version": 2}), encoding="utf-8")
    with pytest.raises(FrancaError, match="has version 2, not 1; upgrade Franca"):
        used(store)
