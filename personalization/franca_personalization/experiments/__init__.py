"""Experiments: how large a test must be, what its counts show, and how the next batch is shared out.

On the standard library alone; the same input gives the same digits. The order of use:

- `size`, `feasibility`, `duration`: before anything is sent;
- `conclude`: from the arms' counts per segment to a typed conclusion;
- `standings`: every arm's probability of being best, and what choosing it may cost;
- `allocate`: shares of the next batch of an always-on send.

What is decided on is unique clicks (or buyers) of delivered emails, never opens. A test over several segments has one `Stratum` for
each, with the same arms in the same order, the control first.
"""

from franca_personalization.experiments.allocation import Allocation, Share, Standing, allocate, standings
from franca_personalization.experiments.bayes import Beta, Chance, chances, prior
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
from franca_personalization.experiments.counts import EVENTS, Arm, Sample, Stratum, totals
from franca_personalization.experiments.design import (
    Advice,
    Design,
    Duration,
    Feasibility,
    Reach,
    Size,
    detectable,
    duration,
    feasibility,
    power_of,
    size,
)
from franca_personalization.experiments.guardrails import Guarded, Guardrail, Harm, non_inferior
from franca_personalization.experiments.intervals import Interval, newcombe, wilson
from franca_personalization.experiments.significance import Method, Moments, welch
from franca_personalization.experiments.verdict import conclude

__all__ = [
    "EVENTS",
    "Advice",
    "Allocation",
    "Arm",
    "Beta",
    "Chance",
    "Comparison",
    "Conclusion",
    "Design",
    "Duration",
    "Feasibility",
    "Finding",
    "Guarded",
    "Guardrail",
    "Harm",
    "Interval",
    "Method",
    "Mismatch",
    "Moments",
    "NoDifference",
    "NotEnoughData",
    "Plan",
    "Reach",
    "Sample",
    "SegmentResult",
    "Share",
    "Size",
    "Standing",
    "Stratum",
    "Undecided",
    "Verdict",
    "Winner",
    "Withheld",
    "allocate",
    "chances",
    "conclude",
    "detectable",
    "duration",
    "feasibility",
    "newcombe",
    "non_inferior",
    "power_of",
    "prior",
    "size",
    "standings",
    "totals",
    "welch",
    "wilson",
]
