"""Sharing out the next batch of an always-on send: Thompson sampling with a floor, and a part that stays even for inference.

For a single send "20 % test, then the winner" earns as much. Start a batch when the click window of the last one has closed:
late clicks make the newest arm look bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from franca.errors import FrancaError
from franca_personalization.experiments.bayes import Beta, Chance, chances
from franca_personalization.experiments.counts import Sample, Stratum, totals
from franca_personalization.experiments.numerics import round_shares
from franca_personalization.experiments.stratified import over_strata


@dataclass(frozen=True, kw_only=True)
class Share:
    """One arm's part of the next batch.

    Attributes:
        share: of those who are not in the even part, a fraction.
        recipients: of them.
        even: of those who are split evenly, whatever was learnt: the only counts that a plain test may be made of.
        rate: so far, as if every arm had had the same share of every batch.
    """

    key: str
    share: float
    recipients: int
    even: int
    rate: float
    chance: Chance


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """The next batch.

    Attributes:
        settled: the arm whose expected loss is below the tolerance: going on costs more than it can find; None while there is none.
    """

    shares: tuple[Share, ...]
    settled: str | None


def thompson(best: Sequence[float], floor: float) -> tuple[float, ...]:
    """Return shares floor + (1 - k floor) P(best): the floor is added; clipping to it and rescaling would bias the shares.

    Raises:
        FrancaError: the floors alone are more than everybody.
    """
    if not 0 <= floor * len(best) <= 1:
        remedy = f"take at most {1 / len(best):.3g}, an even split"
        raise FrancaError(f"a floor of {floor:g} for each of {len(best)} arms is not a part of the whole", remedy=remedy)
    return tuple(floor + (1 - len(best) * floor) * each for each in best)


def allocate(
    batches: Sequence[Stratum],
    recipients: int,
    *,
    floor: float = 0.1,
    even: float = 0.1,
    decay: float = 1.0,
    tolerance: float = 0.005,
    prior: Beta | None = None,
) -> Allocation:
    """Return the shares of the next batch, whole recipients that sum to *recipients*; the same input gives the same shares.

    Arms are compared within batches, never by their totals: an arm that was large on good days would look good.

    Args:
        batches: those so far, oldest first, each with the same arms and its click window closed.
        recipients: of the next one.
        floor: the share that every arm keeps.
        even: the share of recipients who are split evenly.
        decay: what a batch weighs to the one after it; below 1 where old mails say little of new ones.
        tolerance: the expected loss, relative to the best rate, at which an arm is settled on.
        prior: of a rate before anything is known; Beta(1, 1) unless past campaigns say more.

    Raises:
        FrancaError: batches with different arms, an arm that got nothing in a batch, or shares that are none.
    """
    keys = [arm.key for arm in totals(batches)]
    samples = _samples(batches, decay)
    posteriors = [(prior or Beta()).after(sample) for sample in samples]
    found = chances(posteriors)
    shares = thompson([chance.best for chance in found], floor)
    counts, evens = _counts(shares, recipients, even)
    rows = zip(keys, shares, counts, evens, samples, found, strict=True)
    return Allocation(
        shares=tuple(
            Share(key=key, share=share, recipients=count, even=part, rate=sample.rate, chance=chance)
            for key, share, count, part, sample, chance in rows
        ),
        settled=_settled(keys, posteriors, found, tolerance),
    )


def _counts(shares: Sequence[float], recipients: int, even: float) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the recipients by shares, and those who are split evenly."""
    if not 0 <= even <= 1 or recipients < 0:
        raise FrancaError(
            f"{recipients} recipients of which {even:g} are split evenly", remedy="give a whole number, and a share from 0 to 1"
        )
    evenly, rest = round_shares((even, 1 - even), recipients)
    return round_shares(shares, rest), round_shares([1.0] * len(shares), evenly)


def _samples(batches: Sequence[Stratum], decay: float) -> tuple[Sample, ...]:
    if not 0 < decay <= 1:
        raise FrancaError(f"a decay of {decay:g}", remedy="1 keeps all batches alike, 0.9 takes a tenth of the weight off with every batch")
    for batch in batches:
        if empty := [arm.key for arm in batch.arms if not arm.delivered]:
            what = f"in {batch.key!r} nothing was delivered of {', '.join(empty)}"
            raise FrancaError(what, remedy="leave the batch out, and give every arm a floor that is someone")
    weights = [batch.delivered * decay ** (len(batches) - 1 - index) for index, batch in enumerate(batches)]
    return over_strata(batches, weights)


def _settled(keys: Sequence[str], posteriors: Sequence[Beta], found: Sequence[Chance], tolerance: float) -> str | None:
    index = min(range(len(keys)), key=lambda each: found[each].loss)
    return keys[index] if found[index].loss < tolerance * posteriors[index].mean else None
