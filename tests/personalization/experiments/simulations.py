"""Simulated tests: how many, how clicks come in, and how outcomes are counted."""

from __future__ import annotations

import numpy as np
import pytest

from personalization.experiments.figures import Found

LOOKS = 10


def runs(short, long=10_000):
    """The number of simulated tests: few of them always, many when slow tests are wanted."""
    return pytest.mark.parametrize("runs", [short, pytest.param(long, marks=pytest.mark.slow)])


def counted(what, outcomes):
    hits = [bool(each) for each in outcomes]
    return Found(what, sum(hits), len(hits))


def holds(interval, truth):
    return interval.low <= truth <= interval.high


def always_on(random, runs, people, rates):
    """Clicks and delivered at every look: the list grows. → (runs, looks, arms) and (looks, arms)"""
    parts = np.array(people) // LOOKS
    clicks = random.binomial(parts, rates, size=(runs, LOOKS, len(people))).cumsum(axis=1)
    return clicks, np.outer(np.arange(1, LOOKS + 1), parts)


def single_send(random, runs, people, rates):
    """The same when everything is out at the first look, and only clicks come in."""
    arms = []
    for n, rate in zip(people, rates, strict=True):
        windows = [rate / LOOKS] * LOOKS + [1 - rate]
        arms.append(random.multinomial(n, windows, size=runs)[:, :LOOKS].cumsum(axis=1))
    return np.stack(arms, axis=2), np.tile(np.array(people), (LOOKS, 1))


SENDS = {"always-on": always_on, "single send": single_send}
