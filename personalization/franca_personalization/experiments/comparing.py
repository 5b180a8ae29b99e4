"""Variants against the control: p-values first, then what Holm's procedure makes of all of them together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from franca_personalization.experiments.conclusion import Comparison, Finding, Plan
from franca_personalization.experiments.counts import EVENTS, Pair, Sample, Stratum, pairs, total
from franca_personalization.experiments.design import size
from franca_personalization.experiments.distributions import critical
from franca_personalization.experiments.intervals import Interval, difference, lift_log, newcombe
from franca_personalization.experiments.multiple import Decision, holm
from franca_personalization.experiments.sequential import always_valid, tuning, widening
from franca_personalization.experiments.shrinkage import lift_of, toward_pooled, toward_zero
from franca_personalization.experiments.significance import Method, PValue, fixed_horizon
from franca_personalization.experiments.stratified import common_log_odds, log_odds, standardised


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one variant shows before the others are looked at.

    Attributes:
        segment: its key; empty for several together.
        rates: of control and variant, over the same mix of segments.
        seen: how much of the plan is in, for `widening`; None at a fixed horizon.
        shrunk: the log odds ratio to expect.
    """

    segment: str
    arm: str
    rates: tuple[Sample, Sample]
    test: PValue
    seen: float | None
    shrunk: float

    def judged(self, decision: Decision, effect: float) -> Comparison:
        """Return the comparison with intervals at the level of the decision; *effect* is the lift that would be worth finding."""
        level = decision.level
        width = critical(level) if self.seen is None else widening(self.seen, level)
        found = newcombe(*self.rates, level) if self.seen is None else difference(*self.rates, width, 1 - level)
        lift = lift_log(*self.rates, width, 1 - level)
        return Comparison(
            arm=self.arm,
            control=self.rates[0].rate,
            variant=self.rates[1].rate,
            difference=found,
            lift=lift,
            shrunk=lift_of(self.shrunk, self.rates[0].rate),
            p=self.test.p,
            adjusted=decision.adjusted,
            method=self.test.method,
            finding=_finding(decision, found, lift, effect),
        )


def _finding(decision: Decision, found: Interval, lift: Interval | None, effect: float) -> Finding:
    if decision.rejected:
        return Finding.BETTER if found.estimate > 0 else Finding.WORSE
    return Finding.SAME if lift and lift.within(effect) else Finding.OPEN


def judge(evidence: Sequence[Evidence], plan: Plan) -> tuple[Comparison, ...]:
    """Return a comparison for each, all of them decided on together."""
    decisions = holm([each.test.p for each in evidence], plan.alpha)
    return tuple(each.judged(decision, plan.effect) for each, decision in zip(evidence, decisions, strict=True))


def gather_together(strata: Sequence[Stratum], plan: Plan, *, sequential: bool) -> tuple[Evidence, ...]:
    """Return every variant over all strata; one that shares no stratum with the control is left out."""
    found = []
    for index, key in variants(strata):
        if compared := pairs(strata, index):
            seen = _seen(compared, strata, plan) if sequential else None
            common = common_log_odds(compared) or log_odds(*map(total, zip(*compared, strict=True)))
            found.append(_evidence("", key, compared, seen, toward_zero(common, plan.prior)))
    return tuple(found)


def gather_segments(strata: Sequence[Stratum], plan: Plan, *, sequential: bool) -> tuple[Evidence, ...]:
    """Return every variant in every stratum where it and the control were delivered, by variant."""
    found = []
    for index, key in variants(strata):
        own = [(stratum, compared) for stratum in strata if (compared := pairs([stratum], index))]
        shrunk = toward_pooled([log_odds(*compared[0]) for _, compared in own], plan.prior) if own else ()
        for (stratum, compared), expected in zip(own, shrunk, strict=True):
            seen = _seen(compared, strata, plan, len(strata)) if sequential else None
            found.append(_evidence(stratum.key, key, compared, seen, expected))
    return tuple(found)


def variants(strata: Sequence[Stratum]) -> list[tuple[int, str]]:
    """Return place and key of every arm but the control."""
    return list(enumerate(arm.key for arm in strata[0].arms))[1:]


def _evidence(segment: str, arm: str, compared: Sequence[Pair], seen: float | None, shrunk: float) -> Evidence:
    rates = standardised(compared)
    test = fixed_horizon(compared) if seen is None else PValue(p=_always_valid(rates, seen), method=Method.ALWAYS_VALID)
    return Evidence(segment=segment, arm=arm, rates=rates, test=test, seen=seen, shrunk=shrunk)


# -- looked at early


def _always_valid(rates: tuple[Sample, Sample], seen: float) -> float:
    control, variant = rates
    variance = control.variance + variant.variance
    return always_valid((variant.rate - control.rate) / math.sqrt(variance), seen) if seen else 1.0


def _seen(compared: Sequence[Pair], strata: Sequence[Stratum], plan: Plan, segments: int = 1) -> float:
    """Return how much of the plan is in, in units of n ρ²: by events, not emails; 0 below `EVENTS` in an arm.

    Of a single send every email is out at the first look, and only clicks are to come: events are the information that both such
    a send and an always-on one gather over time. What these arms and segments are of the plan, they are of what was delivered.
    """
    control, variant = (total(arms) for arms in zip(*compared, strict=True))
    if min(control.events, variant.events) < EVENTS:
        return 0.0
    arms = len(strata[0].arms)
    part = (control.delivered + variant.delivered) / sum(stratum.delivered for stratum in strata)
    expected = min(plan.baseline, 1 - plan.baseline) * part * planned(plan, arms)
    return tuning(plan.alpha / (segments * (arms - 1))) * (control.events + variant.events) / expected


def planned(plan: Plan, arms: int) -> int:
    """Return the delivered emails that the plan is for, over all arms and segments."""
    if plan.planned is not None:
        return plan.planned
    return size(plan.design(arms)).total
