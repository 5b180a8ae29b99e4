"""The rules against the loopback model: it is by another author, and may not import them.

When the rules were first run over it, 68 of 1,370 wrong answers passed (a missing required slot hid ten more);
no good one was blocked.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from franca_personalization.copy.records import Angle
from franca_personalization.loopback import Task, adversarial, fitting
from personalization.guardrails.adversary import behaved, errors, hostile, task
from personalization.guardrails.figures import PROPERTY

INVENTED = ("number", "price", "date", "code", "urgency")
GROUPS = {"number": "claims", "price": "claims", "date": "claims", "code": "claims", "urgency": "urgency"}


def kind(way) -> str:
    return str(way.kind).partition(".")[0]


def sample(of: Task, every: int) -> list[str]:
    """Return what passes among every nth way to be wrong."""
    passed = []
    for number in range(0, len(fitting(of)), every):
        variants, way = adversarial(of, number, number)
        if not errors(of, variants):
            passed.append(f"{way.kind}: {way.text}")
    return passed


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sample_of_wrong_answers_is_blocked(language: str) -> None:
    """Of every ninth way to be wrong none passes."""
    assert not sample(task(language, deadline=False), 9)


@pytest.mark.parametrize("language", ["en", "de"])
def test_invented_facts_in_subjects_are_blocked(language: str) -> None:
    """Of over 100 subjects a language with an invented number, price, date, code or urgency none passes, each for its own fault."""
    of = replace(task(language, deadline=False), write=("subject",), angles=(Angle.BENEFIT,))
    ways = [number for number, way in enumerate(fitting(of)) if kind(way) in INVENTED]
    assert len(ways) > 100
    passed = []
    for number in ways:
        variants, way = adversarial(of, number, number)
        found = {violation.rule.partition(".")[0] for violation in errors(of, variants)}
        passed += [] if GROUPS[kind(way)] in found else [f"{way.kind}: {way.text}: {found}"]
    assert not passed


@pytest.mark.parametrize("language", ["en", "de"])
def test_good_answers_pass(language: str) -> None:
    """Nothing of what the model writes when it behaves is blocked."""
    blocked = [violation for _, found in behaved(task(language), range(6)) for violation in found]
    assert not blocked


@pytest.mark.slow
def test_no_wrong_answer_passes(record_property) -> None:
    """Of all ways to be wrong, in both languages, with a deadline and without, none passes."""
    tried, passed = 0, []
    for language in ("en", "de"):
        for deadline in (True, False):
            for way, found in hostile(task(language, deadline=deadline), seed=1):
                tried += 1
                passed += [] if found else [f"{language} {way.kind}: {way.text}"]
    record_property(PROPERTY, f"loopback model: {len(passed)} of {tried} wrong answers pass")
    assert tried >= 1000
    assert not passed


@pytest.mark.slow
def test_no_good_answer_is_blocked(record_property) -> None:
    """Of hundreds of variants that the model writes when it behaves, none is blocked, with emoji allowed or not."""
    tried, blocked = 0, []
    for language in ("en", "de"):
        for emoji in (True, False):
            for variants, found in behaved(task(language, emoji=emoji, angles=tuple(Angle)), range(20)):
                tried += len(variants)
                blocked += found
    record_property(PROPERTY, f"loopback model: {len(blocked)} errors on {tried} good variants")
    assert tried >= 400
    assert not blocked
