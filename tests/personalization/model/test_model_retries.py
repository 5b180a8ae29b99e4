"""Trying again: the SDK's way, without waiting for real; what ends a call, and that it can be cancelled."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import httpx2
import pytest
from model_kit import TEXT, Line, answered, chat_body, error_body, line, request, responses_body, settings

from franca_personalization.model import Kind, OpenAIModel, Wire

BUSY = error_body("rate_limit_exceeded")


def success(mocked: Line) -> httpx.Response:
    return answered(responses_body(TEXT) if mocked.wire is Wire.RESPONSES else chat_body(TEXT))


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry_after": "2"}, 2.0),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after_ms": "250", "retry_after": "9"}, 0.25),
        ({"retry_after": "120"}, 120.0),
    ],
)
def test_retry_after_is_waited_for_exactly(either: Line, slept: list[float], headers: dict[str, str], waited: float) -> None:
    """Milliseconds before seconds, up to two minutes."""
    either.route.mock(side_effect=[answered(BUSY, 429, **headers), success(either)])
    assert either.ask(max_retries=1).text == TEXT
    assert slept == [waited]


@pytest.mark.parametrize("header", ["0", "-5", "soon", format_datetime(datetime(2020, 1, 1, tzinfo=UTC))])
def test_without_a_usable_retry_after_the_wait_grows_and_is_short(either: Line, slept: list[float], header: str) -> None:
    """Half a second, then one, each up to a quarter less."""
    either.route.mock(side_effect=[answered(BUSY, 429, retry_after=header), answered({}, 500), success(either)])
    either.ask(max_retries=2)
    assert 0.375 <= slept[0] <= 0.5
    assert 0.75 <= slept[1] <= 1.0


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("121", "too many requests, to be asked again in 121 seconds"),
        ("100000", "too many requests, to be asked again in 100000 seconds"),
        (format_datetime(datetime(2100, 1, 1, tzinfo=UTC)), "too many requests"),
    ],
)
def test_a_longer_wait_is_not_waited(either: Line, slept: list[float], header: str, said: str) -> None:
    """The call ends at once, and says what the server asked for when that is a number."""
    route = either.route.mock(side_effect=[answered(BUSY, 429, retry_after=header), success(either)])
    failure = either.failure(max_retries=2)
    assert (failure.kind, failure.detail, slept, route.call_count) == (Kind.RATE_LIMITED, said, [], 1)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 501, 503])
def test_these_are_tried_again(either: Line, slept: list[float], status: int) -> None:
    """They may pass."""
    either.route.mock(side_effect=[answered({}, status), success(either)])
    assert either.ask(max_retries=1).text == TEXT
    assert len(slept) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_these_are_not(either: Line, slept: list[float], status: int) -> None:
    """They would fail again."""
    route = either.route.mock(side_effect=[answered({}, status), success(either)])
    either.failure(max_retries=2)
    assert (slept, route.call_count) == ([], 1)


def test_an_exhausted_account_is_asked_once(either: Line, slept: list[float]) -> None:
    """The SDK alone would ask three times; the kind ends the run."""
    route = either.route.mock(return_value=answered(error_body("insufficient_quota"), 429, retry_after="1"))
    failure = either.failure(max_retries=2)
    assert (failure.kind, failure.ends_run, slept, route.call_count) == (Kind.QUOTA, True, [], 1)


def test_a_timeout_is_tried_again(either: Line, slept: list[float]) -> None:
    """It may have been billed, and may be billed again: the SDK sends no key that would prevent it."""
    timeout = (httpx if either.legacy else httpx2).ReadTimeout("x")
    route = either.route.mock(side_effect=[timeout, success(either)])
    assert either.ask(max_retries=1).text == TEXT
    assert route.call_count == 2
    assert "idempotency-key" not in either.router.calls[1].request.headers


def test_a_redirect_is_not_followed() -> None:
    """The prompt goes to the server that was named and to no other."""
    with line(Wire.CHAT, legacy=False) as mocked:
        mocked.route.mock(return_value=answered({}, 307, location="https://elsewhere.test/v1/chat/completions"))
        other = mocked.router.post("https://elsewhere.test/v1/chat/completions").mock(return_value=success(mocked))
        failure = mocked.failure()
    assert (failure.name, other.called) == ("http_307", False)
    assert "base URL" in failure.remedy


@pytest.mark.parametrize("wire", list(Wire))
def test_a_call_can_be_cancelled_in_its_wait(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    """Cancelling ends the SDK's wait between attempts, and nothing is left open."""

    async def go() -> object:
        waiting = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        monkeypatch.setattr("openai._base_client.anyio.sleep", sleep)
        async with OpenAIModel(settings(wire, max_retries=2)) as model:
            task = asyncio.create_task(model.complete(request()))
            await waiting.wait()
            task.cancel()
            return (await asyncio.gather(task, return_exceptions=True))[0]

    with line(wire, legacy=False) as mocked:
        mocked.route.mock(return_value=answered({}, 500))
        assert isinstance(asyncio.run(go()), asyncio.CancelledError)
