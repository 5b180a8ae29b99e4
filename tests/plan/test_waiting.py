"""How the transport waits: apart from other runs in life, the same in every run of a test, and never too short."""

import pytest

from franca.adapter import Failure, Policy, RealWaiter, TransientError, UnansweredError, UnknownOutcomeError, Verdict, VirtualWaiter, Window


def policy(verdict: Verdict, **more) -> Policy:
    return Policy(esp="Fake", waiter=more.pop("waiter", VirtualWaiter()), read_failure=lambda _error: verdict, **more)


def failing() -> None:
    raise OSError


def test_runs_that_were_refused_together_do_not_come_back_together():
    """Two runs draw different numbers; the virtual waiter's are the same each time."""
    real = [[RealWaiter().jitter() for _ in range(5)] for _ in range(2)]
    assert real[0] != real[1]
    virtual = [[waiter.jitter() for _ in range(5)] for waiter in (VirtualWaiter(), VirtualWaiter())]
    assert virtual[0] == virtual[1]
    assert all(0 <= each < 1 for each in (*real[0], *virtual[0]))


SAID = {119.2: "in 120 seconds", 121: "in 3 minutes", 7200: "in 120 minutes", 86_340: "in 23 hours and 59 minutes"}


@pytest.mark.parametrize(("seconds", "said"), SAID.items())
def test_the_time_to_go_on_is_in_words_and_never_too_early(seconds, said):
    """Rounded up: whoever comes back then is let in."""
    throttled = policy(Verdict(failure=Failure.THROTTLED, what="429", retry_after=seconds), longest_wait=1.0)
    with pytest.raises(TransientError) as caught:
        throttled.call("ask", failing, safe=True)
    assert caught.value.problem.remedy == f"try again {said}"
    assert caught.value.retry_after == seconds


def test_a_safe_call_without_an_answer_says_that_it_may_be_done():
    """After the last attempt; a call that must not be repeated says so after the first."""
    unknown = policy(Verdict(failure=Failure.UNKNOWN, what="timeout"))
    with pytest.raises(UnansweredError):
        unknown.call("change", failing, safe=True)
    with pytest.raises(UnknownOutcomeError):
        unknown.call("make", failing, safe=False)


def test_a_full_long_window_is_not_waited_for():
    """A day's calls are used up: a typed refusal with the seconds until the first of them is a day old."""
    window, done = Window(2, 86_400.0), policy(Verdict(failure=Failure.REFUSED, what="no"))
    for _ in range(2):
        done.call("make", lambda: None, safe=False, windows=(window,))
    with pytest.raises(TransientError, match="the rate limit is used up") as caught:
        done.call("make", lambda: None, safe=False, windows=(window,))
    assert caught.value.retry_after == 86_400.0
