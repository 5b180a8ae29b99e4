"""How many recipients a test needs, what a list can tell, and how long it takes. All sizes are of delivered emails.

One formula throughout: the pooled two-proportion formula of R's `power.prop.test`, Stata and G*Power. Others differ: Evan Miller's
calculator asks for some 6 % fewer at 20 % + 5 points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from franca.errors import FrancaError
from franca_personalization.experiments.distributions import critical, normal_quantile, normal_tail
from franca_personalization.experiments.numerics import bisect
from franca_personalization.experiments.sequential import tuning, widening


@dataclass(frozen=True, kw_only=True)
class Design:
    """What a test is to find.

    Attributes:
        baseline: the control's rate, a fraction.
        effect: the relative lift worth finding, 0.2 for a fifth more, -0.2 for a fifth less.
        alpha: the two-sided error rate of all comparisons together.
        power: the chance of finding the effect if it is there.
        arms: with the control.
        segments: that are judged each on their own; 1 judges them together.
        ratio: recipients of one variant to one of the control.
        looks: how often anybody means to look; with more than one a test needs nearly twice as many recipients.

    Raises:
        FrancaError: a rate outside 0 to 1, or less than two arms.
    """

    baseline: float
    effect: float
    alpha: float = 0.05
    power: float = 0.8
    arms: int = 2
    segments: int = 1
    ratio: float = 1.0
    looks: int = 1

    def __post_init__(self) -> None:
        _inside("baseline", self.baseline, "2 % is 0.02")
        _inside("alpha", self.alpha, "5 % is 0.05")
        _inside("power", self.power, "80 % is 0.8")
        if not 0 < self.rate < 1 or not self.effect:
            what = f"a baseline of {self.baseline:g} with an effect of {self.effect:+g} makes a rate of {self.rate:g}"
            raise FrancaError(what, remedy="the effect is relative and not 0: 0.2 is a fifth more; the rate stays between 0 and 1")
        if self.arms < 2 or min(self.segments, self.looks) < 1 or not 0 < self.ratio < math.inf:
            what = f"{self.arms} arms over {self.segments} segments at {self.ratio:g} to 1 with {self.looks} looks are no comparison"
            raise FrancaError(what, remedy="plan at least two arms, one segment, one look and a ratio above 0")

    @property
    def rate(self) -> float:
        """The variant's, if it has the effect."""
        return self.baseline * (1 + self.effect)

    @property
    def comparisons(self) -> int:
        """Of a variant with the control, in all segments that are judged on their own."""
        return (self.arms - 1) * self.segments

    @property
    def level(self) -> float:
        """What is left of *alpha* for one comparison: Bonferroni's share, with which Holm's procedure begins."""
        return self.alpha / self.comparisons

    @property
    def bound(self) -> float:
        """The standard errors that a difference must exceed at the planned size."""
        return critical(self.level) if self.looks == 1 else widening(tuning(self.level), self.level)


def _inside(name: str, value: float, example: str) -> None:
    if not 0 < value < 1:
        raise FrancaError(f"{name} is {value:g}, not a fraction between 0 and 1", remedy=example)


@dataclass(frozen=True, kw_only=True)
class Size:
    """Delivered emails that a design needs: of the control, of each variant, and of all arms and segments together."""

    control: int
    variant: int
    total: int


def size(design: Design) -> Size:
    """Return the size of a test, each arm rounded up."""
    control = required(design)
    control, variant = math.ceil(_whole(control)), math.ceil(_whole(control * design.ratio))
    return Size(control=control, variant=variant, total=design.segments * (control + (design.arms - 1) * variant))


def _whole(number: float) -> float:
    """Return *number* without the last digits, so that 100.00000000000001 people are 100."""
    return float(f"{number:.12g}")


def required(design: Design) -> float:
    """Return the control's size by the pooled formula, not rounded. With several looks, the last one alone has the power."""
    return _required(design, design.rate)


def _required(design: Design, rate: float) -> float:
    null, alternative = _deviations(design, rate)
    reach = design.bound * null + normal_quantile(design.power) * alternative
    return (reach / (design.baseline - rate)) ** 2


def power_of(design: Design, control: float) -> float:
    """Return the chance that a test with *control* of the control finds the design's effect, on either side of 0."""
    null, alternative = _deviations(design, design.rate)
    distance, bound = abs(design.baseline - design.rate) * math.sqrt(control), design.bound * null
    return normal_tail((bound - distance) / alternative) + normal_tail((bound + distance) / alternative)


def _deviations(design: Design, rate: float) -> tuple[float, float]:
    """Return the standard deviations of the difference for one recipient of the control: of no difference, and of this one."""
    baseline, ratio = design.baseline, design.ratio
    pooled = (baseline + ratio * rate) / (1 + ratio)
    null = math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
    return null, math.sqrt(baseline * (1 - baseline) + rate * (1 - rate) / ratio)


def detectable(design: Design, control: float) -> float | None:
    """Return the smallest relative lift that *control* recipients of the control, and their share of variants, can show.

    It has the sign of the design's effect, whose size plays no part. None when no rate between 0 and 1 is far enough.
    """
    rising = design.effect > 0

    def spare(distance: float) -> float:
        return control - _required(design, design.baseline + distance if rising else design.baseline - distance)

    most = 1 - design.baseline if rising else design.baseline
    if control <= 0 or spare(most) < 0:
        return None
    return math.copysign(bisect(spare, 0.0, most) / design.baseline, design.effect)


# -- what a list can tell


class Advice(StrEnum):
    """What to do with a list of this size."""

    SEGMENTS = "judge every segment"
    POOL = "judge all segments together"
    FEWER_ARMS = "judge all segments together, with fewer arms"
    REFUSE = "do not test"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a segment, or all of them together, can show.

    Attributes:
        recipients: delivered emails over all arms.
        needed: of them, to find the design's effect.
        lift: the smallest that can be found; None when none can.
    """

    key: str
    recipients: int
    needed: int
    lift: float | None

    @property
    def enough(self) -> bool:
        """Whether the effect can be found."""
        return self.recipients >= self.needed


@dataclass(frozen=True, kw_only=True)
class Feasibility:
    """What a list can tell at all.

    Attributes:
        segments: each on its own, at its share of α.
        together: all as one, stratified.
        arms: the most arms, with the control, with which all together can find the effect; 0 when not even two can.
    """

    segments: tuple[Reach, ...]
    together: Reach
    arms: int
    advice: Advice


def feasibility(design: Design, recipients: Mapping[str, int]) -> Feasibility:
    """Return what can be found in segments of these sizes; `design.segments` plays no part."""
    each = replace(design, segments=max(1, len(recipients)))
    pooled = replace(design, segments=1)
    whole = sum(recipients.values())
    segments = tuple(_reach(each, key, count) for key, count in recipients.items())
    together = _reach(pooled, "all", whole)
    arms = next((arms for arms in range(design.arms, 1, -1) if _reach(replace(pooled, arms=arms), "all", whole).enough), 0)
    return Feasibility(segments=segments, together=together, arms=arms, advice=_advice(segments, together, arms))


def _reach(design: Design, key: str, recipients: int) -> Reach:
    per_segment = size(design)
    needed = per_segment.control + (design.arms - 1) * per_segment.variant
    control = recipients / (1 + (design.arms - 1) * design.ratio)
    return Reach(key=key, recipients=recipients, needed=needed, lift=detectable(design, control))


def _advice(segments: Sequence[Reach], together: Reach, arms: int) -> Advice:
    if segments and all(reach.enough for reach in segments):
        return Advice.SEGMENTS
    if together.enough:
        return Advice.POOL
    return Advice.FEWER_ARMS if arms else Advice.REFUSE


# -- how long it takes


@dataclass(frozen=True, kw_only=True)
class Duration:
    """Whole weeks of sending, so that every weekday counts alike, and days until the last click window has closed."""

    weeks: int
    days: int


def duration(total: int, weekly: float, window_hours: float = 72) -> Duration:
    """Return how long an always-on send takes to reach *total* delivered emails at *weekly* of them a week.

    Raises:
        FrancaError: nobody receives anything.
    """
    if not weekly > 0:
        raise FrancaError(f"at {weekly:g} recipients a week a test never ends", remedy="give the number that receive it in a usual week")
    weeks = max(1, math.ceil(_whole(total / weekly)))
    return Duration(weeks=weeks, days=7 * weeks + math.ceil(window_hours / 24))
