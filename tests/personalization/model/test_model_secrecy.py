"""A planted prompt, answer and key appear in no error, repr, log or file but where they belong."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest
from model_kit import Line, answered, chat_body, error_body, request, responses_body, settings

from franca_personalization.model import Cache, Job, ModelError, OpenAIModel, Outcomes, Parts, Request, Wire, run

KEY, PROMPT, ANSWER = "sk-canary-7f3a", "canary-prompt-91b2", "canary-answer-c4d8"
CANARIES = (KEY, PROMPT, ANSWER)
ECHO = f"You sent {KEY} and {PROMPT}; I said {ANSWER}"


def said(wire: Wire, text: str | None, **more: Any) -> dict[str, Any]:
    """What the model said on a wire."""
    ends = {"incomplete": "length"}
    if wire is Wire.RESPONSES:
        return responses_body(text, **more)
    return chat_body(text, finish=ends.get(more.get("status", ""), "stop"), refusal=more.get("refusal"))


def bodies(wire: Wire) -> list[httpx.Response]:
    """Every kind of answer, with the canaries wherever a server can put them."""
    return [
        answered(said(wire, json.dumps({"subject": ANSWER, "body": [ANSWER]}))),
        answered(said(wire, json.dumps({"subject": ANSWER, ANSWER: 1}))),
        answered(said(wire, json.dumps({"subject": 1, "body": [{ANSWER: 1}]}))),
        answered(said(wire, ANSWER)),
        answered(said(wire, f"{{{ANSWER}")),
        answered(said(wire, ANSWER, status="incomplete")),
        answered(said(wire, None, refusal=ECHO)),
        answered({"error": ECHO}),
        answered(f"<html>{ECHO}</html>"),
        answered(f'{{"x": "{ECHO}'.encode()),
        *(answered(error_body(code, PROMPT, ECHO), status) for status in (400, 401, 404, 429, 500) for code in (None, ANSWER, "x")),
        answered({"detail": [{"input": PROMPT, "msg": ECHO}]}, 422),
        answered(error_body("insufficient_quota", message=ECHO), 429),
        answered(ECHO, 502),
        answered({}, 429, retry_after=ECHO),
    ]


def question() -> Request:
    kept = Parts(
        prompt_version="v1", prompts={"system.txt": "aa"}, brief={"goal": PROMPT}, profile=PROMPT, locale="en", extra={"x": PROMPT}
    )
    return request(PROMPT, system=PROMPT, parts=kept)


@pytest.fixture
def everything(either: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """All that can be seen of a run over every kind of answer: logs, reprs, errors with their whole chain."""
    monkeypatch.setenv("CANARY_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx", "httpx2", "httpcore", "httpcore2", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    seen: list[str] = []
    asked = settings(either.wire, api_key="env:CANARY_KEY", concurrency=1)
    jobs = [Job(key=str(number), request=question(), check=lambda _: {0: ("a.rule",)}) for number in range(len(bodies(either.wire)))]

    async def go(again: Any) -> Outcomes:
        async with OpenAIModel(asked, http_client=httpx.AsyncClient() if either.legacy else None) as model:
            seen.append(repr(model))
            return await run(again, model, asked, max_reasks=0, log=lambda entry: seen.append(json.dumps(entry)))

    for number, body in enumerate(bodies(either.wire)):
        either.route.mock(return_value=body)
        found = asyncio.run(go(jobs[number : number + 1]))
        (asked_one,) = found.asked.values()
        seen += [repr(found), str(found.spent), *map(repr, asked_one.attempts)]
        seen += [str(asked_one.failure), _told(ModelError(asked_one.failure))] if asked_one.failure else []
    return [*seen, *(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)]


def _told(error: BaseException) -> str:
    return f"{error} {error!r} {''.join(traceback.format_exception(error))}"


def test_nothing_planted_is_seen(everything: list[str]) -> None:
    """Whatever the server echoes."""
    assert len(everything) > 60
    assert [line for line in everything for canary in CANARIES if canary in line] == []


def test_errors_have_no_past(either: Line) -> None:
    """What the SDK raised holds the request with its key; the error that leaves has neither cause nor context."""
    for body in bodies(either.wire)[1:]:
        either.route.mock(return_value=body)

        async def go() -> None:
            async with OpenAIModel(settings(either.wire)) as model:
                await model.complete(question())

        if either.legacy:
            continue
        with pytest.raises(ModelError) as caught:
            asyncio.run(go())
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        assert not any(canary in _told(caught.value) for canary in CANARIES)


def test_the_key_is_sent_and_not_kept(either: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the header of the call, and in no file."""
    monkeypatch.setenv("CANARY_KEY", KEY)
    either.route.mock(return_value=bodies(either.wire)[0])
    asked = settings(either.wire, api_key="env:CANARY_KEY")

    async def go() -> None:
        async with OpenAIModel(asked, http_client=httpx.AsyncClient() if either.legacy else None) as model:
            await run([Job(key="a", request=question())], model, asked, cache=Cache(tmp_path))

    asyncio.run(go())
    assert either.router.calls[0].request.headers["authorization"] == f"Bearer {KEY}"
    (kept,) = tmp_path.iterdir()
    text = kept.read_text(encoding="utf-8")
    assert (ANSWER in text, PROMPT in text, KEY in text) == (True, False, False)
