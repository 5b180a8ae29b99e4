"""Sharing out the next batch of an always-on send: Thompson sampling with a floor, and a part that stays even for inference.

For a single send "20 % test, then the winner" earns as much. Start a batch when the click window of the last one has closed:
late clicks make the newest arm look bad.

Shares that follow results bias what is counted: arm means come out too low, and a test of the counts by batch finds a difference
between equal arms in 6 to 8 of 100 cases at a floor of 0.1 or less, when no part stays even. So `conclude` is for the even part
alone; the rest is for the posterior, which `standings` takes from rates within batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from franca.errors import FrancaError
from franca_personalization.experiments.bayes import Beta, Chance, chances
from franca_personalization.experiments.counts import Stratum, totals
from franca_personalization.experiments.numerics import round_shares
from franca_personalization.experiments.stratified import over_strata


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One arm so far.

    Attributes:
        rate: as if every arm had had the same share of every stratum.
        posterior: what is known of it.
    """

    key: str
    rate: float
    posterior: Beta
    chance: Chance


@dataclass(frozen=True, kw_only=True)
class Share:
    """One arm's part of the next batch.

    Attributes:
        share: of those who are not in the even part, a fraction.
        recipients: of them.
        even: of those who are split evenly, whatever was learnt: the only counts that a plain test may be made of.
        rate, chance: its standing.
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


def standings(strata: Sequence[Stratum], prior: Beta | None = None, decay: float = 1.0) -> tuple[Standing, ...]:
    """Return every arm's rate, probability of being best and expected loss.

    Arms are compared within strata, never by their totals: an arm that was large on good days would look good. A stratum where an
    arm got nothing is left out.

    Args:
        strata: segments, or batches with the oldest first.
        prior: of a rate before anything is known; Beta(1, 1) unless past campaigns say more.
        decay: what a batch weighs to the one after it; below 1 where old emails say little of new ones.

    Raises:
        FrancaError: the strata have different arms, or in none of them all arms got something.
    """
    keys = [arm.key for arm in totals(strata)]
    if not 0 < decay <= 1:
        raise FrancaError(f"a decay of {decay:g}", remedy="1 keeps all batches alike, 0.9 takes a tenth of the weight off with every batch")
    weights = [stratum.delivered * decay ** (len(strata) - 1 - index) for index, stratum in enumerate(strata)]
    whole = [(stratum, weight) for stratum, weight in zip(strata, weights, strict=True) if all(arm.delivered for arm in stratum.arms)]
    if not whole:
        raise FrancaError("no segment or batch was delivered to by every arm", remedy="compare arms that were sent side by side")
    samples = over_strata([stratum for stratum, _ in whole], [weight for _, weight in whole])
    posteriors = [(prior or Beta()).after(sample) for sample in samples]
    rows = zip(keys, samples, posteriors, chances(posteriors), strict=True)
    return tuple(Standing(key=key, rate=sample.rate, posterior=posterior, chance=chance) for key, sample, posterior, chance in rows)


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

    Args:
        batches: those so far, oldest first, each with the same arms and its click window closed.
        recipients: of the next one.
        floor: the share that every arm keeps.
        even: the share of recipients who are split evenly.
        decay: as for `standings`.
        prior: as for `standings`.
        tolerance: the expected loss, relative to the best rate, at which an arm is settled on.

    Raises:
        FrancaError: batches with different arms, an arm that got nothing in a batch, or shares that are none.
    """
    for batch in batches:
        if empty := [arm.key for arm in batch.arms if not arm.delivered]:
            what = f"in {batch.key!r} nothing was delivered of {', '.join(empty)}"
            raise FrancaError(what, remedy="leave the batch out, and give every arm a floor that is someone")
    found = standings(batches, prior, decay)
    shares = thompson([each.chance.best for each in found], floor)
    counts, evens = _counts(shares, recipients, even)
    best = min(found, key=lambda each: each.chance.loss)
    return Allocation(
        shares=tuple(
            Share(key=each.key, share=share, recipients=count, even=part, rate=each.rate, chance=each.chance)
            for each, share, count, part in zip(found, shares, counts, evens, strict=True)
        ),
        settled=best.key if best.chance.loss < tolerance * best.posterior.mean else None,
    )


def _counts(shares: Sequence[float], recipients: int, even: float) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the recipients by shares, and those who are split evenly."""
    if not 0 <= even <= 1 or recipients < 0:
        what = f"{recipients} recipients of which {even:g} are split evenly"
        raise FrancaError(what, remedy="give a whole number, and a share from 0 to 1")
    evenly, rest = round_shares((even, 1 - even), recipients)
    return round_shares(shares, rest), round_shares([1.0] * len(shares), evenly)
