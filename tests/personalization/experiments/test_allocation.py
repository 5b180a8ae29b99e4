"""Shares of the next batch."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from franca.errors import FrancaError
from franca_personalization.experiments.allocation import allocate, standings, thompson
from franca_personalization.experiments.bayes import Beta, chances, prior
from franca_personalization.experiments.counts import totals
from personalization.experiments.kit import counts, given, stratum


def test_floor_is_added():
    """Every arm keeps its floor, and what is left follows the probabilities."""
    assert thompson([0.7, 0.2, 0.1], 0.1) == pytest.approx((0.59, 0.24, 0.17))
    assert thompson([1.0, 0.0, 0.0, 0.0], 0.25) == pytest.approx((0.25, 0.25, 0.25, 0.25))


@pytest.mark.parametrize("floor", [-0.1, 0.4, float("nan")])
def test_floors_that_are_none(floor):
    """Floors of three arms are at most a third."""
    with pytest.raises(FrancaError, match=r"take at most 0\.333"):
        thompson([0.5, 0.3, 0.2], floor)


@given(
    st.lists(st.tuples(counts(), counts(), counts()), min_size=1, max_size=3),
    st.integers(0, 50_000),
    st.floats(0, 1 / 3),
    st.floats(0, 1),
    examples=12,
)
def test_everybody_is_allocated(batches, recipients, floor, even):
    """Whatever was counted, all recipients are shared out, the even part evenly, no arm below its floor; twice the same."""
    strata = [stratum(*each, key=str(number)) for number, each in enumerate(batches)]
    found = allocate(strata, recipients, floor=floor, even=even)
    assert sum(each.recipients + each.even for each in found.shares) == recipients
    assert max(each.even for each in found.shares) - min(each.even for each in found.shares) <= 1
    assert all(each.share >= floor - 1e-9 for each in found.shares)
    assert found == allocate(strata, recipients, floor=floor, even=even)


def test_one_batch_is_its_counts():
    """After one batch the shares follow the posterior of its counts."""
    batch = stratum((20, 1_000), (28, 1_000), (24, 990))
    found = allocate([batch], 10_000, floor=0.05, even=0, prior=prior(0.02, 50))
    expected = chances([prior(0.02, 50).after(arm.sample) for arm in batch.arms])
    assert [each.share for each in found.shares] == pytest.approx([0.05 + 0.85 * each.best for each in expected], abs=1e-12)
    assert [each.key for each in found.shares] == ["control", "a", "b"]


def test_good_days_do_not_make_a_good_arm():
    """An arm that was large on a good day is not preferred for it: batches are compared within themselves."""
    batches = [stratum((100, 1_000), (900, 9_000), key="sale"), stratum((180, 9_000), (20, 1_000), key="later")]
    found = allocate(batches, 1_000, floor=0, even=0)
    assert [each.share for each in found.shares] == pytest.approx([0.5, 0.5], abs=0.02)
    assert [each.rate for each in found.shares] == pytest.approx([0.06, 0.06])
    assert chances([Beta().after(arm.sample) for arm in totals(batches)])[1].best > 0.999


def test_old_batches_fade():
    """With decay the latest batch decides more than the first one."""
    batches = [stratum((100, 5_000), (150, 5_000), key="1"), stratum((150, 5_000), (100, 5_000), key="2")]
    steady, fading = allocate(batches, 100, decay=1.0), allocate(batches, 100, decay=0.5)
    assert steady.shares[0].chance.best == pytest.approx(0.5, abs=1e-9)
    assert fading.shares[0].chance.best > 0.9
    with pytest.raises(FrancaError, match="a decay of 0"):
        allocate(batches, 100, decay=0)


def test_settled():
    """An arm is settled on when choosing it costs less than half a percent of its rate; equal arms of few people are not."""
    assert allocate([stratum((200, 10_000), (300, 10_000))], 100).settled == "a"
    assert allocate([stratum((20, 1_000), (21, 1_000))], 100).settled is None
    assert allocate([stratum((20_000, 1_000_000), (20_010, 1_000_000))], 100).settled == "a"


def test_batches_that_cannot_be_compared():
    """An arm that got nothing in a batch is named, as are batches with other arms."""
    with pytest.raises(FrancaError, match="in 'monday' nothing was delivered of b"):
        allocate([stratum((1, 10), (2, 10), (0, 0), key="monday")], 10)
    with pytest.raises(FrancaError, match="two segments or batches have one name: all"):
        allocate([stratum((1, 10), (2, 10)), stratum((1, 10), (2, 10))], 10)
    with pytest.raises(FrancaError, match="the arms differ"):
        allocate([stratum((1, 10), (2, 10), key="1"), stratum((1, 10), (2, 10), (1, 10), key="2")], 10)
    with pytest.raises(FrancaError, match="split evenly"):
        allocate([stratum((1, 10), (2, 10))], 10, even=1.5)


def test_standings_of_segments():
    """Arms of segments stand as arms of batches do; a segment that an arm did not get is left out, and one must be left."""
    rows = [stratum((20, 1_000), (31, 1_000), key="vip"), stratum((9, 500), (0, 0), key="odd")]
    assert standings(rows) == standings(rows[:1])
    assert [each.rate for each in standings(rows)] == pytest.approx([0.02, 0.031])
    with pytest.raises(FrancaError, match="no segment or batch was delivered to by every arm"):
        standings(rows[1:])
