"""What an experiment shows: records only. `verdict.conclude` makes them, reports print them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from franca.errors import FrancaError
from franca_personalization.experiments.design import Design
from franca_personalization.experiments.guardrails import Guarded
from franca_personalization.experiments.intervals import Interval
from franca_personalization.experiments.shrinkage import PRIOR
from franca_personalization.experiments.significance import Method
from franca_personalization.experiments.stratified import Homogeneity


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How results are judged, fixed before anything is sent.

    Attributes:
        baseline: the rate that was expected of the control, for sizes while its own is not known.
        effect: the relative lift worth finding; no difference is shown when all of the lift's interval is smaller.
        alpha: of all variants together; once for the whole audience, and once more for all segments and variants.
        looks: how often anybody means to look; more than one makes every analysis sequential.
        planned: delivered emails that were planned over all arms and segments; None takes the size for *effect*.
        weights: the arms' shares of those sent to, the control first; None is even.
        prior: the standard deviation of log odds ratios that shrunk lifts assume.
    """

    baseline: float = 0.02
    effect: float = 0.2
    alpha: float = 0.05
    power: float = 0.8
    looks: int = 1
    planned: int | None = None
    weights: tuple[float, ...] | None = None
    prior: float = PRIOR

    def __post_init__(self) -> None:
        self.design(2)  # says what is wrong with its numbers
        if not self.effect > 0 or not self.prior > 0:
            what = f"the plan has an effect of {self.effect:g} and a prior of {self.prior:g}"
            raise FrancaError(what, remedy="give relative lifts above 0: 0.2 is a fifth, and differences to either side are looked for")
        if self.planned is not None and self.planned < 1:
            raise FrancaError(f"the plan is for {self.planned} emails", remedy="give their number over all arms and segments")

    def design(self, arms: int, segments: int = 1, baseline: float | None = None) -> Design:
        """Return what sizes are computed from, with the rate *baseline* once it is known.

        Where the rate with the effect would be 1 or more, the fall that it would make up for is looked for.
        """
        rate = self.baseline if baseline is None else baseline
        effect = self.effect if rate * (1 + self.effect) < 1 else -self.effect / (1 + self.effect)
        return Design(baseline=rate, effect=effect, alpha=self.alpha, power=self.power, arms=arms, segments=segments, looks=self.looks)


class Finding(StrEnum):
    """What is shown of a variant against the control."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no difference"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A variant against the control.

    Attributes:
        control, variant: their rates; over several segments, over the same mix of them.
        difference: variant less control. Its level is the one that Holm's procedure judged it by, never less than 1 - α, so that
            interval and finding agree (but for the approximation: the p-value decides).
        lift: the relative one, at the same level; None when an arm has no successes.
        shrunk: the relative lift to expect when it is used again: what slides, prompts and plans may quote.
        p: of no difference; *adjusted* for all that were compared.
        finding: BETTER and WORSE when *adjusted* ≤ α; SAME when the lift's interval is within the plan's effect to either side.
    """

    arm: str
    control: float
    variant: float
    difference: Interval
    lift: Interval | None
    shrunk: float
    p: float
    adjusted: float
    method: Method
    finding: Finding


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """The arms were not sent to as planned: no result can be trusted before the reason is known.

    Attributes:
        segment: where; empty for all together.
        expected: numbers sent, by the plan's weights.
        p: of a split like this without a fault.
    """

    segment: str
    sent: tuple[int, ...]
    expected: tuple[float, ...]
    p: float


@dataclass(frozen=True, kw_only=True)
class NotEnoughData:
    """Too few were delivered to find the plan's effect, and nothing larger showed.

    Attributes:
        needed: delivered emails per arm that would find it.
        more: that are missing over all arms. Of a final analysis at a fixed horizon, they are for a new test: to extend one until
            it is significant is to peek. 0 when only clicks are still awaited.
    """

    needed: int
    more: int


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """Enough was delivered, and still neither a difference nor its absence is shown: the truth is small, or luck was bad.

    Attributes:
        needed: delivered emails per arm at which a new test would show the absence of a difference, if there is none.
    """

    needed: int


@dataclass(frozen=True, kw_only=True)
class NoDifference:
    """Every variant's lift is within *margin* of 0, relative; all of its interval, not only the estimate."""

    margin: float


@dataclass(frozen=True, kw_only=True)
class Winner:
    """An arm that is better than the control; or the control, when every variant is worse.

    Attributes:
        beaten: the control; or the best variant, when the control wins.
        difference, lift, shrunk: of the winner against the beaten one.
        rivals: other variants that are better than the control too; the winner is only the one with the highest rate of them.
    """

    arm: str
    beaten: str
    difference: Interval
    lift: Interval | None
    shrunk: float
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A winner that harms: *metric* is worse than with the control."""

    winner: Winner
    metric: str


Verdict = Mismatch | NotEnoughData | Undecided | NoDifference | Winner | Withheld


@dataclass(frozen=True, kw_only=True)
class SegmentResult:
    """One segment on its own: exploratory, but its findings survive Holm's procedure over all segments and variants."""

    key: str
    comparisons: tuple[Comparison, ...]
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What is shown, all segments together first.

    Attributes:
        verdict: over all segments.
        comparisons: one for each variant that was delivered; empty at a mismatch.
        segments: when there are several; empty at a mismatch.
        homogeneity: by variant, whether segments answer alike; None where that cannot be tested.
        sequential: whether it holds at every look; otherwise it holds for this one alone, which had to be the last.
    """

    verdict: Verdict
    comparisons: tuple[Comparison, ...] = ()
    segments: tuple[SegmentResult, ...] = ()
    homogeneity: tuple[tuple[str, Homogeneity | None], ...] = ()
    guardrails: tuple[Guarded, ...] = ()
    sequential: bool = False

    @property
    def proven(self) -> Iterator[tuple[str, Comparison]]:
        """Segment (empty for all together) and comparison of what survived correction: all that may teach the next copy."""
        for segment, comparisons in (("", self.comparisons), *((each.key, each.comparisons) for each in self.segments)):
            yield from ((segment, each) for each in comparisons if each.finding in (Finding.BETTER, Finding.WORSE))
