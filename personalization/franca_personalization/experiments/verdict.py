"""From counts to a conclusion: the order of the questions, and what each answer leads to.

1. Was the split as planned? If not, nothing else is asked.
2. All segments together: every variant against the control, Holm's procedure over variants.
3. Every segment: Holm's procedure over segments and variants.
4. A winner is withheld if a guardrail is worse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from franca_personalization.experiments.comparing import gather_segments, gather_together, judge, planned, variants
from franca_personalization.experiments.conclusion import (
    Comparison,
    Conclusion,
    Finding,
    Mismatch,
    NoDifference,
    NotEnoughData,
    Plan,
    SegmentResult,
    Undecided,
    Verdict,
    Winner,
    Withheld,
)
from franca_personalization.experiments.counts import EVENTS, Arm, Stratum, pairs, totals
from franca_personalization.experiments.design import Design, required
from franca_personalization.experiments.distributions import normal_quantile, normal_tail
from franca_personalization.experiments.guardrails import Guarded, Guardrail, Harm, non_inferior
from franca_personalization.experiments.intervals import Interval
from franca_personalization.experiments.numerics import bisect
from franca_personalization.experiments.ratio import mismatch
from franca_personalization.experiments.stratified import homogeneity


def conclude(strata: Sequence[Stratum], plan: Plan, *, final: bool, guardrails: Sequence[Guardrail] = ()) -> Conclusion:
    """Return what the counts show.

    Args:
        strata: one for each segment, all with the same arms, the control first; successes are unique clicks or buyers, of those
            whose email was delivered. Opens decide nothing: mail clients open by themselves.
        plan: as it was before anything was sent.
        final: whether the click window has closed for everybody. If not, or if the plan has several looks, the analysis is
            sequential: its errors stay below α however often anybody looks. Early looks at a plan for one look, whose winners are
            believed too, add some two false winners to a thousand tests.
        guardrails: what must not get worse.

    Raises:
        FrancaError: strata with different arms, or weights that do not fit them.
    """
    arms = totals(strata)
    broken = mismatch(strata, plan.weights or (1.0,) * len(arms))
    if broken:
        return Conclusion(verdict=Mismatch(segment=broken.segment, sent=broken.sent, expected=broken.expected, p=broken.p))
    sequential = plan.looks > 1 or not final
    together = judge(gather_together(strata, plan, sequential=sequential), plan)
    guarded = tuple(each for guardrail in guardrails for each in non_inferior(guardrail, plan.alpha))
    several = len(strata) > 1
    return Conclusion(
        verdict=_guarded(_verdict(arms, together, plan, final=final), guarded),
        comparisons=together,
        segments=_segments(strata, plan, final=final, sequential=sequential) if several else (),
        homogeneity=tuple((key, homogeneity(pairs(strata, index))) for index, key in variants(strata)) if several else (),
        guardrails=guarded,
        sequential=sequential,
    )


def _segments(strata: Sequence[Stratum], plan: Plan, *, final: bool, sequential: bool) -> tuple[SegmentResult, ...]:
    evidence = gather_segments(strata, plan, sequential=sequential)
    judged = judge(evidence, plan)
    found = []
    for stratum in strata:
        own = tuple(comparison for each, comparison in zip(evidence, judged, strict=True) if each.segment == stratum.key)
        verdict = _verdict(stratum.arms, own, plan, final=final, segments=len(strata))
        found.append(SegmentResult(key=stratum.key, comparisons=own, verdict=verdict))
    return tuple(found)


def _guarded(verdict: Verdict, guarded: Sequence[Guarded]) -> Verdict:
    if isinstance(verdict, Winner):
        for each in guarded:
            if each.arm == verdict.arm and each.harm is Harm.WORSE:
                return Withheld(winner=verdict, metric=each.metric)
    return verdict


def _verdict(arms: Sequence[Arm], comparisons: Sequence[Comparison], plan: Plan, *, final: bool, segments: int = 1) -> Verdict:
    """Return the answer for one audience, which shares its α with as many *segments*."""
    whole = len(comparisons) == len(arms) - 1
    better = sorted((each for each in comparisons if each.finding is Finding.BETTER), key=lambda each: -each.difference.estimate)
    if better:
        return _winner(arms[0].key, better)
    if whole and all(each.finding is Finding.WORSE for each in comparisons):
        return _control_wins(arms[0].key, max(comparisons, key=lambda each: each.difference.estimate))
    if whole and all(each.finding is Finding.SAME for each in comparisons):
        return NoDifference(margin=plan.effect)
    return _open(arms, plan, final=final, segments=segments)


def _winner(control: str, better: Sequence[Comparison]) -> Winner:
    first, *rest = better
    return Winner(
        arm=first.arm,
        beaten=control,
        difference=first.difference,
        lift=first.lift,
        shrunk=first.shrunk,
        rivals=tuple(each.arm for each in rest),
    )


def _control_wins(control: str, best: Comparison) -> Winner:
    found, lift = best.difference, best.lift
    return Winner(
        arm=control,
        beaten=best.arm,
        difference=Interval(estimate=-found.estimate, low=-found.high, high=-found.low, level=found.level),
        lift=lift and Interval(estimate=_inverse(lift.estimate), low=_inverse(lift.high), high=_inverse(lift.low), level=lift.level),
        shrunk=_inverse(best.shrunk),
    )


def _inverse(lift: float) -> float:
    """Return the lift of the control over a variant from that of the variant over the control."""
    return 1 / (1 + lift) - 1 if lift > -1 else math.inf


# -- how much is missing


def _open(arms: Sequence[Arm], plan: Plan, *, final: bool, segments: int) -> NotEnoughData | Undecided:
    design = plan.design(len(arms), segments, _baseline(arms[0], plan))
    needed = math.ceil(max(required(design), EVENTS / min(design.baseline, 1 - design.baseline)))
    if min(arm.delivered for arm in arms) < needed:
        return NotEnoughData(needed=needed, more=sum(max(0, needed - arm.delivered) for arm in arms))
    if not final:
        return NotEnoughData(needed=needed, more=max(0, planned(plan, len(arms)) - sum(arm.delivered for arm in arms)))
    return Undecided(needed=_for_absence(design))


def _baseline(control: Arm, plan: Plan) -> float:
    """Return the control's rate, or the plan's while too few have clicked."""
    return control.sample.rate if control.events >= EVENTS else plan.baseline


def _for_absence(design: Design) -> int:
    """Return the size per arm at which the lift's interval is within the effect, if there is no difference, with the design's power.

    The logarithm of the ratio has the variance 2 (1 - p)/(p n). The interval must end below ln(1 + effect), and begin above
    ln(1 - effect), which is farther away, or no bound at all.
    """
    effect = abs(design.effect)
    above, below = math.log1p(effect), -math.log1p(-effect) if effect < 1 else math.inf

    def power(root: float) -> float:
        """Return the chance for a standard error of 1/*root*."""
        return 1 - normal_tail(above * root - design.bound) - normal_tail(below * root - design.bound)

    most = 2 * (design.bound + normal_quantile((1 + design.power) / 2)) / above
    root = bisect(lambda each: power(each) - design.power, 0.0, most)
    return math.ceil(2 * (1 - design.baseline) / design.baseline * root**2)
