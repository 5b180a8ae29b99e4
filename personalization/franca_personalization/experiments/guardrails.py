"""Guardrail metrics: unsubscribes and complaints, of which a variant must not have many more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from franca.errors import FrancaError
from franca_personalization.experiments.counts import Stratum, pairs, totals
from franca_personalization.experiments.intervals import Interval, newcombe
from franca_personalization.experiments.stratified import standardised


class Harm(StrEnum):
    """What is shown of a variant."""

    NONE = "no worse"
    OPEN = "not shown"
    WORSE = "worse"


@dataclass(frozen=True, kw_only=True)
class Guardrail:
    """A rate that must not rise.

    Attributes:
        metric: its name, for people.
        strata: whose successes are the unwanted thing.
        margin: how much more of it, as a difference of rates, would still be borne.
    """

    metric: str
    strata: tuple[Stratum, ...]
    margin: float

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise FrancaError(f"the margin of {self.metric!r} is {self.margin:g}", remedy="give a difference of rates: 0.001 is 1 in 1,000")


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """One variant against a guardrail; *interval* is of the difference to the control."""

    metric: str
    arm: str
    interval: Interval | None
    harm: Harm


def non_inferior(guardrail: Guardrail, alpha: float = 0.05) -> tuple[Guarded, ...]:
    """Return of every variant whether it does no harm.

    NONE is shown when the whole interval is below the margin, which happens to a variant at the margin with probability α/2. WORSE
    is when the whole interval is above 0. Few events show neither. The intervals are for a fixed horizon.
    """
    keys = [arm.key for arm in totals(guardrail.strata)]
    return tuple(_guarded(guardrail, key, index, alpha) for index, key in enumerate(keys) if index)


def _guarded(guardrail: Guardrail, key: str, index: int, alpha: float) -> Guarded:
    compared = pairs(guardrail.strata, index)
    if not compared:
        return Guarded(metric=guardrail.metric, arm=key, interval=None, harm=Harm.OPEN)
    interval = newcombe(*standardised(compared), alpha)
    harm = Harm.NONE if interval.high < guardrail.margin else Harm.WORSE if interval.low > 0 else Harm.OPEN
    return Guarded(metric=guardrail.metric, arm=key, interval=interval, harm=harm)
