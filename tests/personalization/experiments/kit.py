"""Arms and strata from counts."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies as st

from franca_personalization.experiments.counts import Arm, Stratum

KEYS = ("control", "a", "b", "c", "d", "e")


def given(*strategies, examples=100):
    """Hypothesis, with the same examples in every run and no clock."""
    fixed = hypothesis.settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    return lambda test: fixed(hypothesis.given(*strategies)(test))


def arm(successes, delivered, key="a", sent=None):
    return Arm(key=key, sent=delivered if sent is None else sent, delivered=delivered, successes=successes)


def stratum(*counts, key="all"):
    """Successes and delivered of each arm, the control first."""
    arms = zip(KEYS, counts, strict=False)
    return Stratum(key=key, arms=tuple(arm(int(successes), int(delivered), name) for name, (successes, delivered) in arms))


def pair(control, variant):
    """Successes and delivered of the control, and of the variant."""
    return arm(*map(int, control), "control"), arm(*map(int, variant))


@st.composite
def counts(draw, most=3_000, least=1):
    delivered = draw(st.integers(least, most))
    return draw(st.integers(0, delivered)), delivered


rates = st.floats(0.001, 0.999)
