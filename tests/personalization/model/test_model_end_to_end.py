"""The client against the loopback model over real HTTP: both wires, all faults, the whole loop of asking again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from loopback_kit import ANGLES, block, prompt
from model_kit import parts

from franca_personalization.loopback import FAULTS, Fault, Loopback, Mode, catalogue, fitting, read, serve
from franca_personalization.loopback.compose import good
from franca_personalization.model import (
    Answer,
    Budget,
    Cache,
    Failed,
    Job,
    Kind,
    ModelError,
    ModelSettings,
    OpenAIModel,
    Outcomes,
    Request,
    Wire,
    run,
)

TEXT = {"type": "string"}
VARIANT = {"angle": TEXT, "subject": TEXT, "preview_text": TEXT, "headline": TEXT, "body": {"type": "array", "items": TEXT}, "cta": TEXT}
SCHEMA = {
    "type": "object",
    "properties": {
        "variants": {
            "type": "array",
            "items": {"type": "object", "properties": VARIANT, "required": list(VARIANT), "additionalProperties": False},
        }
    },
    "required": ["variants"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Loopback, str]]:
    app = Loopback(seed=3)
    with serve(app) as url:
        yield app, url


@pytest.fixture(params=list(Wire))
def there(request: pytest.FixtureRequest, served: tuple[Loopback, str]) -> tuple[Loopback, ModelSettings]:
    """A fresh server and how to reach it on each wire."""
    app, url = served
    app.mode, app.calls, app.busiest = Mode.GOOD, 0, 0
    app.faults.clear()
    app.requests.clear()
    return app, ModelSettings(model="loopback", base_url=url, wire=request.param, max_retries=0)


def question(**more: Any) -> Request:
    given = block(**more)
    kept = parts(profile=given["segment"], extra={"failed": given.get("failed")})
    return Request(system="Write copy.", user=prompt(given), schema=SCHEMA, schema_name="copy_variants", parts=kept)


def ask(settings: ModelSettings, asked: Request) -> Answer:
    async def go() -> Answer:
        async with OpenAIModel(settings) as model:
            return await model.complete(asked)

    return asyncio.run(go())


def work(settings: ModelSettings, jobs: list[Job], **more: Any) -> Outcomes:
    async def go() -> Outcomes:
        async with OpenAIModel(settings) as model:
            return await run(jobs, model, settings, **more)

    return asyncio.run(go())


def bad_ones(data: Any, right: list[dict[str, Any]]) -> Failed:
    """Stand in for the guardrails: what is not the good text is bad."""
    return {place: ("a.rule",) for place, variant in enumerate(data["variants"]) if variant != right[place]}


def test_good_copy_arrives(there: tuple[Loopback, ModelSettings]) -> None:
    """Checked against the schema, with usage and an id; nothing is stored, and no temperature sent."""
    app, settings = there
    answer = ask(settings, question())
    assert answer.data["variants"] == good(read(question().user), 3)
    assert answer.usage
    assert answer.usage.output > 0
    assert answer.request_id.startswith("req_")
    ((_, body),) = app.requests
    assert "temperature" not in body
    assert body.get("store", False) is False


KINDS = {
    "refusal": "refused",
    "truncated": "truncated",
    "no_message": "truncated",
    "content_filter": "content_filter",
    "failed": "provider_failed",
    "empty": "empty",
    "commentary": "empty",
    "fenced": "invalid_json",
    "prose": "invalid_json",
    "wrong_schema": "wrong_shape",
    "extra_key": "wrong_shape",
    "error_object": "endpoint_unsupported",
    "html": "not_json",
    "half_body": "not_json",
    "insufficient_quota": "quota",
    "rate_limited": "rate_limited",
    "server_error": "http_500",
    "unauthorized": "http_401",
    "not_found": "endpoint_or_model_not_found",
    "unsupported_value": "http_400",
    "timeout": "timeout",
}
ON_CHAT = {"failed": "endpoint_unsupported", "commentary": "invalid_json", "fenced": ""}


def test_every_fault_is_tried() -> None:
    """A new one needs a line here."""
    assert KINDS.keys() == FAULTS.keys()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_faults_arrive_as_what_they_are(there: tuple[Loopback, ModelSettings], name: str) -> None:
    """Over real HTTP, once each; the next call is fine."""
    app, settings = there
    app.faults.append(Fault(name=name, times=1))
    wanted = {**KINDS, **ON_CHAT}[name] if settings.on_wire is Wire.CHAT else KINDS[name]
    # Only `timeout` is waited for.
    impatient = replace(settings, timeout=0.2 if name == "timeout" else 20)
    try:
        found = ",".join(ask(impatient, question()).warnings)
    except ModelError as error:
        found = error.failure.name
    assert found == (wanted or "text_around_json")
    assert ask(settings, question()).data["variants"]


@pytest.mark.parametrize("name", ["rate_limited", "server_error"])
def test_passing_faults_are_tried_again(there: tuple[Loopback, ModelSettings], name: str, slept: list[float]) -> None:
    """By the SDK, after what the server asked for."""
    app, settings = there
    app.faults.append(Fault(name=name, times=2))
    assert ask(replace(settings, max_retries=2), question()).data["variants"]
    assert (app.calls, len(slept)) == (3, 2)
    assert name == "server_error" or slept == [1.0, 1.0]


def test_an_exhausted_account_ends_the_run(there: tuple[Loopback, ModelSettings], slept: list[float]) -> None:
    """After one call, and what was answered before is kept."""
    app, settings = there
    jobs = [Job(key=str(number), request=question(segment={"id": number})) for number in range(20)]
    one = replace(settings, concurrency=1, max_retries=2)
    assert work(one, jobs[:3]).missing == []
    app.faults.append(Fault(name="insufficient_quota"))
    found = work(one, jobs)
    assert (app.calls, found.stopped and found.stopped.kind, slept) == (4, Kind.QUOTA, [])


def test_bad_copy_is_asked_for_again_and_the_second_run_calls_nothing(there: tuple[Loopback, ModelSettings], tmp_path: Path) -> None:
    """Twelve segments in the mode `mixed`, a few at a time; each is wrong at first and right at last."""
    app, settings = there
    app.mode = Mode.MIXED

    def job(number: int) -> Job:
        segment = {"id": f"segment {number}"}
        first = question(segment=segment)
        right = good(read(first.user), 3)

        def again(failed: Failed) -> Request:
            return question(segment=segment, variants=len(failed), failed={str(place): list(rules) for place, rules in failed.items()})

        def merge(before: Any, now: Any, failed: Failed) -> Any:
            kept = list(before["variants"])
            for place, variant in zip(sorted(failed), now["variants"], strict=True):
                kept[place] = variant
                right[place] = variant
            return {"variants": kept}

        return Job(key=str(number), request=first, check=lambda data: bad_ones(data, right), again=again, merge=merge)

    first = work(replace(settings, concurrency=4), [job(number) for number in range(12)], cache=Cache(tmp_path))
    assert (first.missing, first.spent.calls, app.calls) == ([], 24, 24)
    assert 1 < app.busiest <= 4
    second = work(settings, [job(number) for number in range(12)], cache=Cache(tmp_path))
    assert (second.spent.calls, second.spent.stored, app.calls) == (0, 24, 24)
    assert {key: asked.data for key, asked in first.asked.items()} == {key: asked.data for key, asked in second.asked.items()}


def test_a_model_that_never_behaves_is_reported(there: tuple[Loopback, ModelSettings]) -> None:
    """Three attempts, then the variant is missing."""
    app, settings = there
    app.mode = Mode.ADVERSARIAL
    right = good(read(question().user), 3)
    job = Job(key="a", request=question(), check=lambda data: bad_ones(data, right), again=lambda failed: question())
    found = work(settings, [job])
    assert (found.missing, app.calls, len(found.asked["a"].failed)) == (["a"], 3, 1)


def test_every_way_to_be_wrong_can_be_asked_for_by_name(there: tuple[Loopback, ModelSettings]) -> None:
    """`loopback-adversarial-N`: all outputs differ, and there are more than two hundred."""
    _, settings = there
    ways = len(fitting(read(question().user)))
    seen = {json.dumps(ask(replace(settings, model=f"loopback-adversarial-{number}"), question()).data) for number in range(0, ways, 25)}
    assert len(seen) == len(range(0, ways, 25))
    assert 200 <= ways <= len(catalogue("en"))


@pytest.mark.slow
def test_all_ways_to_be_wrong_arrive(there: tuple[Loopback, ModelSettings]) -> None:
    """Each by its number, over the wire."""
    _, settings = there
    ways = len(fitting(read(question().user)))
    seen = {json.dumps(ask(replace(settings, model=f"loopback-adversarial-{number}"), question()).data) for number in range(ways)}
    assert len(seen) == ways


def test_the_cap_is_kept(there: tuple[Loopback, ModelSettings]) -> None:
    """Under whatever name the wire knows it."""
    _, settings = there
    with pytest.raises(ModelError, match="truncated"):
        ask(replace(settings, max_output_tokens=20), question())


def test_a_prompt_without_data_is_refused(there: tuple[Loopback, ModelSettings]) -> None:
    """As a request that cannot be served."""
    _, settings = there
    with pytest.raises(ModelError, match=r"http_400.*no_data_block"):
        ask(settings, replace(question(), user="Write something nice."))


def test_a_wrong_path_is_not_found(there: tuple[Loopback, ModelSettings]) -> None:
    """As at OpenAI."""
    _, settings = there
    with pytest.raises(ModelError, match="endpoint_or_model_not_found"):
        ask(replace(settings, base_url=settings.base_url.removesuffix("/v1")), question())


def test_a_server_that_is_not_there(there: tuple[Loopback, ModelSettings]) -> None:
    """One failure that names the address."""
    _, settings = there
    with pytest.raises(ModelError, match=r"connection: http://127\.0\.0\.1:9/v1 cannot be reached"):
        ask(replace(settings, base_url="http://127.0.0.1:9/v1"), question())


def test_a_budget_of_time_ends_calls_under_way(there: tuple[Loopback, ModelSettings]) -> None:
    """The server never answers; what was called is told as unreported."""
    app, settings = there
    app.faults.append(Fault(name="timeout"))
    jobs = [Job(key=angle, request=question(angles=[angle])) for angle in ANGLES]
    found = work(replace(settings, concurrency=2), jobs, budget=Budget(seconds=0.2))
    assert (found.stopped and found.stopped.kind, found.spent.calls, found.spent.unreported) == (Kind.BUDGET, 2, 2)
