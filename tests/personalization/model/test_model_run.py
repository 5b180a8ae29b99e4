"""Many requests: a few at a time, within the budget, from the cache where it can, and nothing lost when it stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from model_kit import SCHEMA, USED, FakeModel, good, parts, request, settings

from franca.errors import FrancaError
from franca_personalization.model import (
    OFFLINE,
    Answer,
    Budget,
    Cache,
    Failure,
    Job,
    Kind,
    Model,
    OpenAIModel,
    Outcomes,
    Prices,
    Request,
    Usage,
    estimate,
    forecast,
    run,
)

SMALL = Usage(input=10, output=10)
PRICES = Prices.parse({"some-model": {"input": 10, "output": 100}})
CAP = 100


def job(number: int, **more: Any) -> Job:
    return Job(key=f"job {number}", request=request(f"user {number:03}", parts=parts(number)), **more)


def jobs(count: int) -> list[Job]:
    return [job(number) for number in range(count)]


def number_of(question: Request) -> int:
    return int(question.user.split()[1])


def done(model: Model, count: int = 10, *, concurrency: int = 4, **more: Any) -> Outcomes:
    return asyncio.run(run(jobs(count), model, settings(max_output_tokens=CAP, concurrency=concurrency), **more))


def need(prices: Prices | None = None) -> Any:
    return estimate([job(0).request], settings(max_output_tokens=CAP), prices or Prices())


def fails(number: int, failure: Failure) -> Callable[[Request], Answer | Failure]:
    return lambda question: failure if number_of(question) == number else good(usage=SMALL)


# -- concurrency, order, progress


@pytest.mark.parametrize("concurrency", [1, 4, 50])
def test_only_so_many_are_under_way(concurrency: int) -> None:
    """And as many as there may be."""
    model = FakeModel()
    done(model, 20, concurrency=concurrency)
    assert (model.busiest, len(model.asked)) == (min(concurrency, 20), 20)


def test_outcomes_stand_in_the_order_of_the_jobs() -> None:
    """Whatever comes first."""

    @dataclass
    class Reversed:
        waiting: list[asyncio.Event] = field(default_factory=list)

        async def complete(self, question: Request) -> Answer:
            mine = asyncio.Event()
            self.waiting.append(mine)
            if len(self.waiting) == 3:
                self.waiting.pop().set()
            await mine.wait()
            if self.waiting:
                self.waiting.pop().set()
            return good(question.user)

    finished: list[tuple[str, int, int]] = []
    found = done(Reversed(), 3, progress=lambda *step: finished.append(step))
    assert list(found.asked) == ["job 0", "job 1", "job 2"]
    assert [asked.data["subject"] for asked in found.asked.values()] == ["user 000", "user 001", "user 002"]
    assert finished == [("copy", 1, 3), ("copy", 2, 3), ("copy", 3, 3)]


def test_no_jobs_are_no_calls() -> None:
    """And cost nothing, which is known."""
    found = done(FakeModel(), 0)
    assert (found.asked, found.spent.calls, found.spent.cost) == ({}, 0, 0)


def test_two_jobs_of_one_name_are_refused() -> None:
    """The outcome of one would hide the other's."""
    with pytest.raises(FrancaError, match="same name"):
        asyncio.run(run([job(1), job(1)], FakeModel(), settings()))


# -- the budget


@pytest.mark.parametrize("concurrency", [1, 8])
def test_tokens_are_counted_before_a_call_as_if_it_used_all_that_it_may(concurrency: int) -> None:
    """Calls that use less than they may let others pass: as many are made one at a time as eight at a time."""
    model = FakeModel(lambda _: good(usage=SMALL))
    found = done(model, 10, concurrency=concurrency, budget=Budget(tokens=need().tokens + 3 * 20))
    assert len(model.asked) == found.spent.calls == 4
    assert (found.stopped and found.stopped.kind, len(found.missing)) == (Kind.BUDGET, 6)


def test_a_budget_is_never_exceeded_even_if_all_calls_use_all_that_they_may() -> None:
    """The check is on the most that calls under way and the next one can use."""
    most = need()
    model = FakeModel(lambda _: good(usage=most.usage))
    found = done(model, 10, concurrency=8, budget=Budget(tokens=3 * most.tokens + 1))
    assert (found.spent.calls, model.busiest) == (3, 3)


def test_a_budget_for_nothing_calls_nothing() -> None:
    """One job says that the budget is used up, the others that the run was stopped."""
    model = FakeModel()
    found = done(model, 3, budget=Budget(tokens=5))
    kinds = [asked.failure and asked.failure.kind for asked in found.asked.values()]
    assert (kinds, model.asked, found.spent.calls) == ([Kind.BUDGET, Kind.STOPPED, Kind.STOPPED], [], 0)


def test_cost_is_limited_by_the_price_table() -> None:
    """At 10 and 100 per million, a small call costs 0.0011."""
    most = need(PRICES).cost
    found = done(FakeModel(lambda _: good(usage=SMALL)), 10, prices=PRICES, budget=Budget(cost=most + Decimal("0.0022")))
    assert (found.spent.calls, found.spent.cost) == (3, Decimal("0.0033"))
    assert found.stopped
    assert "cost" in found.stopped.detail


def test_a_limited_cost_without_a_price_is_refused_before_anything_is_called() -> None:
    """It could not be kept."""
    model = FakeModel()
    with pytest.raises(FrancaError, match="some-model has no price; add its price"):
        done(model, 3, budget=Budget(cost=Decimal(1)))
    assert model.asked == []


def test_a_call_that_said_nothing_is_charged_in_full() -> None:
    """A timeout may have been billed; the report says how many there were."""
    failure = Failure(kind=Kind.TIMEOUT, detail="x")
    found = done(FakeModel(lambda _: failure), 10, budget=Budget(tokens=3 * need().tokens), concurrency=1)
    assert (found.spent.calls, found.spent.unreported, found.spent.usage) == (3, 3, Usage())


@pytest.mark.parametrize(
    "failure", [Failure(kind=Kind.RATE_LIMITED, detail="x", status=429), Failure(kind=Kind.HTTP, detail="x", status=422)]
)
def test_a_refused_call_is_charged_nothing(failure: Failure) -> None:
    """Nothing was generated."""
    found = done(FakeModel(lambda _: failure), 10, budget=Budget(tokens=need().tokens))
    assert (found.spent.calls, found.spent.unreported, found.stopped) == (10, 0, None)


def test_time_is_checked_before_every_call() -> None:
    """By the clock that is given."""
    ticks = iter(range(0, 1000, 10))
    found = done(FakeModel(), 10, concurrency=1, budget=Budget(seconds=45), clock=lambda: float(next(ticks)))
    assert found.stopped
    assert found.stopped.detail == "the budget of time is used up"
    assert 0 < found.spent.calls < 10


@dataclass
class Silent:
    """Never answers."""

    cancelled: int = 0

    async def complete(self, _question: Request) -> Answer:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1
        raise AssertionError


def test_a_call_under_way_is_given_up_when_time_is_up() -> None:
    """It may have been billed, so it counts; nothing new is called."""
    model = Silent()
    found = done(model, 5, concurrency=2, budget=Budget(seconds=0.01))
    kinds = sorted(str(asked.failure and asked.failure.kind) for asked in found.asked.values())
    assert (kinds, model.cancelled) == (["stopped"] * 3 + ["timeout"] * 2, 2)
    assert (found.spent.calls, found.spent.unreported) == (2, 2)


# -- stopping


@pytest.mark.parametrize(
    "failure",
    [
        Failure(kind=Kind.QUOTA, detail="x", status=429),
        Failure(kind=Kind.NOT_FOUND, detail="x", status=404),
        Failure(kind=Kind.HTTP, detail="x", status=401),
        Failure(kind=Kind.HTTP, detail="x", status=403),
    ],
    ids=lambda failure: failure.name,
)
def test_what_would_fail_again_stops_the_run_and_keeps_what_was_answered(failure: Failure) -> None:
    """An exhausted account is not asked a hundred times."""
    model = FakeModel(fails(2, failure))
    found = done(model, 10, concurrency=1)
    assert (found.stopped, len(model.asked)) == (failure, 3)
    assert [key for key in found.asked if found.asked[key].good] == ["job 0", "job 1"]
    assert {asked.failure and asked.failure.kind for asked in list(found.asked.values())[3:]} == {Kind.STOPPED}


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.TRUNCATED, Kind.RATE_LIMITED, Kind.TIMEOUT, Kind.PROVIDER_FAILED])
def test_other_failures_are_of_one_job(kind: Kind) -> None:
    """The others are asked all the same."""
    found = done(FakeModel(fails(2, Failure(kind=kind, detail="x"))), 5)
    assert (found.missing, found.stopped) == (["job 2"], None)


def test_the_kill_switch_stops_the_run_unless_all_is_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key and no SDK are needed for what was answered before."""
    done(FakeModel(), 5, cache=Cache(tmp_path))
    monkeypatch.setenv(OFFLINE, "1")
    offline = OpenAIModel(settings(api_key="env:NOT_SET"))
    found = done(offline, 5, cache=Cache(tmp_path))
    assert (found.missing, found.spent.calls, found.spent.stored) == ([], 0, 5)
    found = done(offline, 7, cache=Cache(tmp_path))
    assert (found.missing, found.spent.calls, found.stopped and found.stopped.kind) == (["job 5", "job 6"], 0, Kind.OFFLINE)


def test_a_missing_key_is_one_error_and_not_a_failure_of_each_job() -> None:
    """Not a group of errors either."""
    with pytest.raises(FrancaError, match="NOT_SET is not set"):
        done(OpenAIModel(settings(api_key="env:NOT_SET")), 5)


def test_a_cancelled_run_keeps_what_was_answered(tmp_path: Path) -> None:
    """The second run asks only for the rest."""

    @dataclass
    class Stuck(FakeModel):
        reached: asyncio.Event = field(default_factory=asyncio.Event)

        async def complete(self, question: Request) -> Answer:
            if number_of(question) == 3:
                self.reached.set()
                await asyncio.Event().wait()
            return await super().complete(question)

    async def go() -> Any:
        model = Stuck()
        task = asyncio.create_task(run(jobs(5), model, settings(max_output_tokens=CAP, concurrency=1), cache=Cache(tmp_path)))
        await model.reached.wait()
        task.cancel()
        return (await asyncio.gather(task, return_exceptions=True))[0]

    assert isinstance(asyncio.run(go()), asyncio.CancelledError)
    model = FakeModel()
    found = done(model, 5, cache=Cache(tmp_path))
    assert ([number_of(question) for question in model.asked], found.spent.stored, found.missing) == ([3, 4], 3, [])


# -- the cache


def test_a_second_run_calls_nothing_and_says_the_same(tmp_path: Path) -> None:
    """Re-asks are kept too: what a check finds wrong in a kept answer leads to the kept answer after it."""

    def bad_at_first(question: Request) -> Answer:
        return good("25 %" if question.round == 0 else "good")

    def work(model: Model) -> Outcomes:
        checked = [
            job(
                number,
                check=lambda data: {0: ("claims.number",)} if "%" in data["subject"] else {},
                again=lambda _, n=number: job(n).request,
            )
            for number in range(5)
        ]
        return asyncio.run(run(checked, model, settings(), cache=Cache(tmp_path)))

    first, model = work(FakeModel(bad_at_first)), FakeModel(bad_at_first)
    second = work(model)
    assert (first.spent.calls, second.spent.calls, second.spent.stored, model.asked) == (10, 0, 10, [])
    assert (second.spent.cost, second.spent.usage) == (0, Usage())
    assert {key: asked.data for key, asked in first.asked.items()} == {key: asked.data for key, asked in second.asked.items()}
    assert second.missing == []


def test_a_slip_is_kept_under_the_question_that_was_answered_at_last(tmp_path: Path) -> None:
    """Else the slip would be called for in every run."""
    slips = iter([Failure(kind=Kind.WRONG_SHAPE, detail="x")])
    done(FakeModel(lambda _: next(slips, good())), 1, cache=Cache(tmp_path))
    assert done(FakeModel(), 1, cache=Cache(tmp_path)).spent.calls == 0


def test_kept_answers_pass_the_rules_of_today(tmp_path: Path) -> None:
    """The rules are no part of the key: an answer that was good once is asked for again when it no longer is."""
    done(FakeModel(), 1, cache=Cache(tmp_path))
    stricter = job(0, check=lambda data: {} if data["subject"] == "new" else {0: ("new.rule",)}, again=lambda _: job(0).request)
    model = FakeModel(lambda _: good("new"))
    found = asyncio.run(run([stricter], model, settings(max_output_tokens=CAP), cache=Cache(tmp_path)))
    assert ([dict(question.failed) for question in model.asked], found.missing) == ([{0: ("new.rule",)}], [])


def test_damage_is_told_once(tmp_path: Path) -> None:
    """In the outcomes' warnings."""
    done(FakeModel(), 1, cache=Cache(tmp_path))
    next(tmp_path.iterdir()).write_text("{", encoding="utf-8")
    found = done(FakeModel(), 1, cache=Cache(tmp_path))
    assert (len(found.warnings), found.spent.calls) == (1, 1)


# -- what it cost


def test_failed_attempts_are_paid_for() -> None:
    """A refusal has its tokens."""
    found = done(FakeModel(fails(1, Failure(kind=Kind.REFUSED, detail="x", usage=SMALL))), 3, prices=PRICES)
    assert (found.spent.usage, found.spent.cost) == (Usage(input=30, output=30), Decimal("0.0033"))


def test_an_unknown_price_is_unknown() -> None:
    """Never 0, and it says of which model."""
    found = done(FakeModel(), 2)
    assert (found.spent.cost, found.spent.price) == (None, "unknown (no price for some-model-2026-04-01)")


def test_cost_without_all_usage_is_a_lower_bound() -> None:
    """It says how many calls did not tell."""
    found = done(FakeModel(fails(1, Failure(kind=Kind.TIMEOUT, detail="x"))), 3, prices=PRICES)
    assert found.spent.price == "at least 0.0022 USD (1 call without usage)"


def test_the_report_is_one_line() -> None:
    """Calls, cache, tokens, cost, seconds."""
    found = done(FakeModel(), 2, prices=PRICES, clock=lambda: 0.0)
    said = "2 calls, 0 from the cache; 240 tokens in (200 cached), 80 out (16 reasoning); cost 0.0104 USD; 0.0 s"
    assert str(found.spent) == said


def test_a_forecast_tells_the_most_that_a_run_can_use(tmp_path: Path) -> None:
    """Without what is kept; a run without re-asks stays below it."""
    asked = settings(max_output_tokens=CAP)
    ahead = forecast(jobs(4), asked, prices=PRICES)
    size = len("systemuser 000") + len(str(SCHEMA))
    assert (ahead.calls, ahead.usage) == (4, Usage(input=4 * -(-size // 3), output=400))
    assert ahead.cost == 4 * (Decimal(-(-size // 3)) * 10 + 100 * 100) / 1_000_000
    asyncio.run(run(jobs(3), FakeModel(), asked, cache=Cache(tmp_path)))
    assert forecast(jobs(4), asked, cache=Cache(tmp_path)).calls == 1
    assert forecast(jobs(4), asked).cost is None


# -- the log


def test_the_log_holds_seven_things_of_every_call_and_nothing_else(tmp_path: Path) -> None:
    """One entry for each call, good or failed, as JSON; kept answers are no calls."""
    lines: list[dict[str, Any]] = []
    model = FakeModel(fails(1, Failure(kind=Kind.HTTP, detail="x", status=503, request_id="req_2")))
    done(model, 2, cache=Cache(tmp_path), prices=PRICES, log=lines.append)
    done(FakeModel(), 1, cache=Cache(tmp_path), log=lines.append)
    assert len(lines) == 2
    fine, failed = json.loads(json.dumps(lines))
    assert fine.keys() == failed.keys() == {"prompt_version", "cache_key", "model", "usage", "cost", "request_id", "rule_ids"}
    assert (fine["prompt_version"], fine["model"], fine["cost"], fine["rule_ids"]) == ("v1", "some-model-2026-04-01", "0.0011", [])
    assert (tmp_path / f"{fine['cache_key']}.json").is_file()
    assert (failed["usage"], failed["cost"], failed["request_id"], failed["rule_ids"]) == (None, "unknown", "req_2", ["model.http_503"])


def test_the_log_names_rules_that_failed() -> None:
    """By their ids, each once."""
    lines: list[dict[str, Any]] = []
    checked = job(0, check=lambda _: {0: ("b.rule", "a.rule"), 1: ("b.rule",)})
    asyncio.run(run([checked], FakeModel(), settings(), log=lines.append, max_reasks=0))
    assert (lines[0]["rule_ids"], lines[0]["usage"]["input"]) == (["a.rule", "b.rule"], USED.input)
