"""Asking again: at most a few times, by the ids of the rules that failed, and keeping the best."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from model_kit import FakeModel, good, request

from franca_personalization.model import Answer, Asked, Attempt, Failed, Failure, Kind, Request, ask

RULE = {0: ("claims.number",)}
CANARY = "an invented 25 %"


def slip(kind: Kind) -> Failure:
    return Failure(kind=kind, detail="x")


def asked(said: Sequence[Answer | Failure], *, failing: Sequence[Failed] = (), **more: Any) -> tuple[FakeModel, Asked, list[Attempt]]:
    """Ask a model that says *said*, one after the other, and whose answers break what *failing* says."""
    answers, verdicts = iter(said), iter(failing)
    model, heard = FakeModel(lambda _: next(answers)), list[Attempt]()

    def again(failed: Failed) -> Request:
        return request(f"again: {sorted(failed.items())}")

    found = asyncio.run(ask(model, request("first"), lambda _: next(verdicts, {}), again, heard=heard.append, **more))
    return model, found, heard


def test_a_good_answer_is_asked_for_once() -> None:
    """Nothing more is called."""
    model, found, heard = asked([good()])
    assert (found.good, len(model.asked), len(heard)) == (True, 1, 1)


def test_the_question_after_failed_rules_holds_their_ids_and_nothing_of_the_answer() -> None:
    """No transcript: its cost grows, and it feeds bad copy back."""
    model, found, _ = asked([good(CANARY), good("better")], failing=[RULE])
    assert [each.user for each in model.asked] == ["first", "again: [(0, ('claims.number',))]"]
    assert (found.good, found.data["subject"]) == (True, "better")
    assert not any(CANARY in f"{each.system}{each.user}" for each in model.asked)


def test_each_round_is_another_question() -> None:
    """Else a kept answer to the first would be found for the second."""
    model, _, _ = asked([good()] * 3, failing=[RULE] * 3)
    assert [(each.round, dict(each.failed)) for each in model.asked] == [(0, {}), (1, RULE), (2, RULE)]


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_it_is_asked_again_so_often_and_no_more(most: int) -> None:
    """Then what still fails is told."""
    model, found, _ = asked([good()] * 9, failing=[RULE] * 9, max_reasks=most)
    assert (len(model.asked), found.failed, found.good, found.failure) == (most + 1, RULE, False, None)


def test_the_best_answer_wins_and_the_later_of_equals() -> None:
    """A worse one does not replace it, and what is asked again is what the best breaks."""
    two = {0: ("a",), 1: ("a",)}
    model, found, _ = asked([good("two"), good("one"), good("two again")], failing=[two, RULE, two])
    assert (found.data["subject"], found.failed) == ("one", RULE)
    _, found, _ = asked([good("one"), good("also one"), good("two")], failing=[RULE, {1: ("b",)}, two])
    assert (found.data["subject"], found.failed) == ("also one", {1: ("b",)})
    assert model.asked[2].failed == RULE


def test_new_answers_can_be_merged_into_the_old() -> None:
    """When only what failed is asked for again; what is checked is the whole."""
    checked: list[Any] = []

    def check(data: Any) -> Failed:
        checked.append(data)
        return RULE if len(checked) == 1 else {}

    def merge(before: Any, now: Any, failed: Failed) -> Any:
        return {**before, "subject": f"{before['subject']} + {now['subject']} for {sorted(failed)}"}

    model = FakeModel(lambda question: good("old" if question.round == 0 else "new"))
    found = asyncio.run(ask(model, request(), check, lambda _: request(), merge=merge))
    assert found.data["subject"] == checked[-1]["subject"] == "old + new for [0]"


@pytest.mark.parametrize("kind", [Kind.INVALID_JSON, Kind.WRONG_SHAPE, Kind.EMPTY])
def test_a_slip_is_asked_again_in_the_same_words(kind: Kind) -> None:
    """The model had the right question; the key of the answer stays the same."""
    model, found, heard = asked([slip(kind), good()])
    assert model.asked == [request("first"), request("first")]
    assert (found.good, [attempt.failure is None for attempt in heard]) == (True, [False, True])


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.INVALID_JSON, Kind.WRONG_SHAPE, Kind.EMPTY}))
def test_other_failures_end_the_asking(kind: Kind) -> None:
    """A refusal is an answer, a truncation would come again, and the rest is the server's."""
    model, found, _ = asked([slip(kind), good()])
    assert (len(model.asked), found.data, found.failure and found.failure.kind) == (1, None, kind)


def test_slips_count_as_attempts() -> None:
    """Three in all, then it is over."""
    model, found, _ = asked([slip(Kind.EMPTY)] * 5)
    assert (len(model.asked), found.failure and found.failure.kind, found.data) == (3, Kind.EMPTY, None)


def test_what_was_answered_before_a_failure_is_kept() -> None:
    """With the rules that it breaks, and why there is nothing better."""
    _, found, _ = asked([good("first"), slip(Kind.QUOTA)], failing=[RULE])
    assert (found.data["subject"], found.failed, found.failure and found.failure.kind) == ("first", RULE, Kind.QUOTA)


def test_every_attempt_is_told_with_what_it_cost() -> None:
    """Failed ones too."""
    costly = replace(slip(Kind.WRONG_SHAPE), usage=good().usage)
    _, found, heard = asked([costly, good(), good()], failing=[RULE])
    assert list(found.attempts) == heard
    assert [attempt.usage for attempt in heard] == [good().usage] * 3
    assert [dict(attempt.failed) for attempt in heard] == [{}, RULE, {}]
