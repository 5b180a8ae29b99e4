"""From comparable parts to what they show, by the experiment as it was registered. The statistics are those of `experiments`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from franca.definitions import Metric
from franca_personalization.experiments import (
    Comparison,
    Conclusion,
    Guardrail,
    Plan,
    SegmentResult,
    Stratum,
    Verdict,
    conclude,
    prior,
    standings,
    totals,
)
from franca_personalization.experiments.ratio import ratio
from franca_personalization.report.records import (
    Alike,
    Analysis,
    Answer,
    Compared,
    Guard,
    Odds,
    Part,
    Ratio,
    Registered,
    SegmentAnswer,
)
from franca_personalization.report.strata import Comparable, counts_of, final, strata
from franca_personalization.report.words import DID, Asked, answer, ranged

MARGINS: Mapping[str, tuple[str, float]] = {"unsubscribes": ("unsubscribed", 0.001), "complaints": ("complained", 0.0005)}
"""Guardrail → its count, and how much more of it a variant may have: 1 in 1,000, and half of the 0.1 % complaints that Gmail and Yahoo
ask senders to stay below."""

PRIOR_STRENGTH = 100
"""Recipients that the registered baseline is worth when probabilities are told."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """How results are judged; *alpha* is what all comparisons of one analysis share, once together and once by segment."""

    registered: Registered
    alpha: float
    now: datetime

    @property
    def metric(self) -> Metric:
        """What is decided on."""
        return self.registered.metric

    @property
    def plan(self) -> Plan:
        """The same for the statistics."""
        found = self.registered
        return Plan(baseline=found.baseline, effect=found.effect, alpha=self.alpha, power=found.power, looks=found.looks)


def analyse(found: Comparable, question: Question) -> Analysis:
    """Return what comparable segments show.

    Raises:
        FrancaError: the experiment's numbers are none that a test can be judged by.
    """
    counted, closed = strata(found.segments, DID[question.metric]), final(found.parts, question.now)
    guardrails, over = _guardrails(found.segments)
    conclusion = conclude(counted, question.plan, final=closed, guardrails=guardrails)
    asked = Asked(
        metric=question.metric,
        effect=question.registered.effect,
        final=closed,
        sequential=conclusion.sequential,
        arms=found.arms,
    )
    return Analysis(
        pooled=tuple(found.segments),
        left_out=found.left_out,
        arms=found.arms,
        alpha=question.alpha,
        final=closed,
        sequential=conclusion.sequential,
        ratio=_ratio(list(found.parts), counted),
        answer=answer(conclusion.verdict, asked),
        comparisons=tuple(map(_compared, conclusion.comparisons)),
        odds=_odds(counted, question.registered.baseline) if conclusion.comparisons else (),
        segments=tuple(_segment(each, asked) for each in conclusion.segments),
        alike=tuple(Alike(arm=arm, p=each.p if each else None) for arm, each in conclusion.homogeneity),
        guardrails=tuple(_guards(conclusion, over)),
        untold=tuple(name for name in MARGINS if name not in over),
        reworded=len({part.copy for part in found.parts}) > 1,
    )


def _ratio(parts: Sequence[Part], counted: Sequence[Stratum]) -> Ratio:
    sent = [arm.sent for arm in totals(counted)]
    found = ratio(sent, [1.0] * len(sent))
    derived = list(dict.fromkeys(part.estimated for part in parts if part.estimated))
    return Ratio(checked=not derived, why="; ".join(derived), sent=found.sent, expected=found.expected, p=found.p)


def _compared(found: Comparison) -> Compared:
    return Compared(
        arm=found.arm,
        control=found.control,
        variant=found.variant,
        difference=ranged(found.difference),
        lift=ranged(found.lift) if found.lift else None,
        shrunk=found.shrunk,
        p=found.p,
        adjusted=found.adjusted,
        method=str(found.method),
        finding=str(found.finding),
    )


def _segment(found: SegmentResult, asked: Asked) -> SegmentAnswer:
    told: Verdict = found.verdict
    said: Answer = answer(told, asked)
    return SegmentAnswer(key=found.key, answer=said, comparisons=tuple(map(_compared, found.comparisons)))


# -- probabilities


def _odds(counted: Sequence[Stratum], baseline: float) -> tuple[Odds, ...]:
    """Return each arm's probability of being best; empty when in no segment all arms were delivered."""
    if not any(all(arm.delivered for arm in stratum.arms) for stratum in counted):
        return ()
    found = standings(counted, prior(baseline, PRIOR_STRENGTH))
    return tuple(Odds(arm=each.key, rate=each.rate, best=each.chance.best, loss=each.chance.loss) for each in found)


# -- guardrails


def _guardrails(segments: Mapping[str, tuple[Part, ...]]) -> tuple[list[Guardrail], dict[str, tuple[str, ...]]]:
    """Return the guardrails, each over the segments where every arm's count is told; and metric → those segments."""
    found, over = [], {}
    for metric, (count, margin) in MARGINS.items():
        told = {key: parts for key, parts in segments.items() if all(_usable(part, count) for part in parts)}
        if told:
            found.append(Guardrail(metric=metric, strata=strata(told, count), margin=margin))
            over[metric] = tuple(told)
    return found, over


def _usable(part: Part, count: str) -> bool:
    counts = counts_of(part)
    people = getattr(counts, count)
    return people is not None and people <= counts.delivered


def _guards(conclusion: Conclusion, over: Mapping[str, tuple[str, ...]]) -> Iterator[Guard]:
    for each in conclusion.guardrails:
        yield Guard(
            metric=each.metric,
            arm=each.arm,
            difference=ranged(each.interval) if each.interval else None,
            margin=MARGINS[each.metric][1],
            harm=str(each.harm),
            over=over[each.metric],
        )
