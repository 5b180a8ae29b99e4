"""What tokens cost: subsets are not added, tiers go by the size of the prompt, and an unknown price is unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from franca.errors import FrancaError
from franca_personalization.model import Prices, Usage

TABLE = Prices.parse(
    {
        "m": {
            "input": 5,
            "output": 30,
            "cached": 0.5,
            "cache_write": "6.25",
            "tiers": [{"above": 272_000, "input": 10, "output": 45}],
        },
        "plain": {"input": 1, "output": 2},
        "local": {"input": 0, "output": 0},
    }
)


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(input=1_000_000, output=0), "10"),  # above the tier: the whole prompt is dearer
        (Usage(input=250_000, output=0), "1.25"),
        (Usage(input=272_000, output=0), "1.36"),  # at the edge, not above it
        (Usage(input=272_001, output=0), "2.72001"),
        (Usage(input=100, output=100), "0.0035"),
        (Usage(input=100, output=100, reasoning=90), "0.0035"),  # inside the output
        (Usage(input=100, cached=60), "0.00023"),  # 40 at 5, 60 at 0.5
        (Usage(input=100, cached=60, cache_write=40), "0.00028"),  # 60 at 0.5, 40 at 6.25
        (Usage(input=10, cached=60), "0.00003"),  # a server that counts them beside the input: nothing is negative
    ],
)
def test_cost(usage: Usage, cost: str) -> None:
    """Per million tokens, by hand."""
    assert TABLE.cost(usage, "m") == Decimal(cost)


def test_cached_tokens_without_a_price_cost_as_input() -> None:
    """Too high rather than too low."""
    assert TABLE.cost(Usage(input=1_000_000, cached=500_000, cache_write=500_000), "plain") == 1


def test_the_model_that_answered_comes_before_the_one_asked_for() -> None:
    """A dated snapshot that has no price of its own costs what the requested name does."""
    used = Usage(input=1_000_000)
    assert TABLE.cost(used, "plain", "m") == 1
    assert TABLE.cost(used, "plain-2026-04-01", "plain") == 1


def test_an_unknown_price_is_unknown_and_a_free_model_is_free() -> None:
    """None is not 0."""
    assert TABLE.cost(Usage(input=1), "other") is None
    assert TABLE.cost(Usage(input=1), "local") == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "it has no prices"),
        ({"input": 5}, "output is missing"),
        ({"input": 5, "output": "much"}, "output is 'much'"),
        ({"input": -1, "output": 1}, "input is -1"),
        ({"input": float("nan"), "output": 1}, "input is nan"),
        ({"input": 1, "output": 1, "outptu": 1}, 'did you mean "output"'),
        ({"input": 1, "output": 1, "tiers": [{"input": 1, "output": 1}]}, "tiers is no list"),
        ({"input": 1, "output": 1, "tiers": [{"above": 5, "input": 1}]}, "output is missing"),
    ],
    ids=str,
)
def test_a_wrong_table_is_refused(given: Any, said: str) -> None:
    """A wrong price is worse than none."""
    with pytest.raises(FrancaError, match=said) as caught:
        Prices.parse({"m": given})
    assert str(caught.value).startswith("price of m: ")


@pytest.mark.parametrize("given", [["m"], "m", 3, None], ids=str)
def test_prices_are_a_mapping_of_models(given: Any) -> None:
    """Anything else is told in one line."""
    with pytest.raises(FrancaError, match="prices are no mapping of models; write MODEL: "):
        Prices.parse(given)
