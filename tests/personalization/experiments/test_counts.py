"""Counts that cannot be are refused."""

from __future__ import annotations

import pytest

from franca.errors import FrancaError
from franca_personalization.experiments.counts import Arm, Stratum, pairs, totals
from personalization.experiments.kit import arm, stratum


@pytest.mark.parametrize("counts", [(-1, 10, 10), (1.0, 10, 10), (True, 10, 10), (11, 10, 10), (1, 11, 10)])
def test_impossible_counts(counts):
    """Successes, delivered and sent are whole numbers, none larger than the next; the message names the arm."""
    successes, delivered, sent = counts
    with pytest.raises(FrancaError, match=r"the arm 'a'.*count people, not events"):
        Arm(key="a", sent=sent, delivered=delivered, successes=successes)


def test_events_are_the_rarer():
    """A rate of 99 % stands on its failures."""
    assert (arm(990, 1_000).events, arm(10, 1_000).events) == (10, 10)


def test_no_rate_without_recipients():
    """An arm of which nothing was delivered has no rate."""
    with pytest.raises(FrancaError, match="nothing was delivered"):
        _ = arm(0, 0).sample


@pytest.mark.parametrize(("keys", "message"), [(["control"], "1 arms"), (["control", "a", "a"], "two arms of one name")])
def test_arms_of_a_stratum(keys, message):
    """A stratum has two arms or more, of different names."""
    with pytest.raises(FrancaError, match=message):
        Stratum(key="vip", arms=tuple(arm(1, 2, key) for key in keys))


def test_strata_have_the_same_arms():
    """Arms in another order are refused, not added up."""
    one = stratum((1, 10), (2, 10), key="vip")
    other = Stratum(key="new", arms=tuple(reversed(one.arms)))
    with pytest.raises(FrancaError, match="'vip' has control, a; 'new' has a, control"):
        totals([one, other])
    with pytest.raises(FrancaError, match="nothing to compare"):
        totals([])


def test_totals():
    """Arms are summed over strata."""
    found = totals([stratum((1, 10), (2, 20), key="vip"), stratum((3, 30), (4, 40), key="new")])
    assert [(each.successes, each.delivered, each.sent) for each in found] == [(4, 40, 40), (6, 60, 60)]


def test_pairs_leave_out_strata_with_one_arm():
    """A stratum where one of the two arms got nothing says nothing about them."""
    strata = [stratum((1, 10), (0, 0), (1, 5)), stratum((1, 10), (2, 10), (0, 0))]
    assert [len(pairs(strata, index)) for index in (1, 2)] == [1, 1]
