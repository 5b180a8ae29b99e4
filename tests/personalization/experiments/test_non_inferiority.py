"""Unsubscribes and complaints."""

from __future__ import annotations

import pytest

from franca.errors import FrancaError
from franca_personalization.experiments.guardrails import Guardrail, Harm, non_inferior
from franca_personalization.experiments.intervals import newcombe
from personalization.experiments.kit import stratum


def guarded(*arms, margin=0.001):
    return non_inferior(Guardrail(metric="unsubscribes", strata=(stratum(*arms),), margin=margin))


@pytest.mark.parametrize(
    ("arms", "harm"),
    [
        (((20, 10_000), (20, 10_000)), Harm.OPEN),
        (((200, 100_000), (205, 100_000)), Harm.NONE),
        (((20, 10_000), (50, 10_000)), Harm.WORSE),
        (((200, 100_000), (290, 100_000)), Harm.WORSE),
        (((2_000, 1_000_000), (2_400, 1_000_000)), Harm.NONE),
        (((0, 100), (0, 100)), Harm.OPEN),
    ],
)
def test_harm(arms, harm):
    """Few people show nothing; many show that a rise is within the margin, though it is one; a rise beyond chance is worse."""
    assert [each.harm for each in guarded(*arms)] == [harm]


def test_over_segments():
    """Segments are weighted as for the primary metric, and the interval is Newcombe's."""
    rows = (stratum((5, 2_000), (9, 2_000), (4, 2_000), key="vip"), stratum((30, 9_000), (70, 9_000), (33, 9_000), key="new"))
    found = non_inferior(Guardrail(metric="complaints", strata=rows, margin=0.002))
    assert [(each.arm, each.harm) for each in found] == [("a", Harm.WORSE), ("b", Harm.NONE)]
    one = guarded((30, 9_000), (70, 9_000))[0].interval
    assert one == newcombe(*(arm.sample for arm in rows[1].arms[:2]))


def test_nothing_delivered():
    """An arm of which nothing was delivered harms nobody that we know of."""
    assert [(each.interval, each.harm) for each in guarded((1, 10), (0, 0))] == [(None, Harm.OPEN)]


def test_margins_are_differences_of_rates():
    """A margin is a fraction above 0."""
    with pytest.raises(FrancaError, match="1 in 1,000"):
        guarded((1, 10), (1, 10), margin=0)
