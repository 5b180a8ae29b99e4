"""Which parts of a campaign can be compared, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from franca.definitions import Metric
from franca_personalization.experiments import Arm, Stratum
from franca_personalization.report.records import Counts, Part, Standing
from franca_personalization.report.words import DID, named

WINDOW = timedelta(hours=72)
"""Of clicks and orders, fixed before anything is sent: later ones are few, and counts are final after it."""

TOGETHER = timedelta(hours=1)
"""Arms that were sent farther apart than this may differ by the hour alone."""


_Arms = tuple[tuple[str, str], ...]
"""Key and angle of each, the control first."""


@dataclass(frozen=True, kw_only=True)
class Comparable:
    """Segment → its parts, the control first, all with the same arms; and the segments that are left out, with the reason."""

    segments: Mapping[str, tuple[Part, ...]]
    left_out: tuple[str, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms' keys, the control first."""
        return next((tuple(part.arm for part in parts) for parts in self.segments.values()), ())

    @property
    def parts(self) -> Iterator[Part]:
        """All that is compared."""
        return (part for parts in self.segments.values() for part in parts)


def comparable(parts: Sequence[Part], metric: Metric) -> Comparable:
    """Return what can be compared of one destination's parts."""
    return same_arms(by_segment(parts), metric)


def same_arms(segments: Mapping[str, tuple[Part, ...]], metric: Metric) -> Comparable:
    """Return those segments that can be compared with one another: of several sets of arms, the one that reached most people.

    Arms are the same when their keys and their angles are.
    """
    reasons = {key: why_not(parts, metric) for key, parts in segments.items()}
    fit = {key: parts for key, parts in segments.items() if not reasons[key]}
    arms = _most(fit)
    for key, parts in fit.items():
        reasons[key] = _differing(_identities(parts), arms)
    return Comparable(
        segments={key: parts for key, parts in fit.items() if not reasons[key]},
        left_out=tuple(f"{key}: {why}" for key, why in reasons.items() if why),
    )


def by_segment(parts: Iterable[Part]) -> dict[str, tuple[Part, ...]]:
    """Return segment → parts, in their order."""
    found: dict[str, tuple[Part, ...]] = {}
    for part in parts:
        found[part.segment] = (*found.get(part.segment, ()), part)
    return found


def why_not(parts: Sequence[Part], metric: Metric) -> str:
    """Return why the arms of one segment cannot be compared; empty when they can."""
    if len(parts) < 2:
        return "it has one email and no variants"
    unfit = [part for part in parts if part.standing is not Standing.TOLD]
    if unfit:
        same = len(unfit) == len(parts) and len({part.standing for part in unfit}) == 1
        return unfit[0].note if same else "; ".join(f"arm {part.arm} is {part.standing} ({part.note})" for part in unfit)
    if blended := next((part.blended for part in parts if part.blended), ""):
        return blended
    if any(counts_of(part).of(metric) is None for part in parts):
        return f"the experiment is decided on who {DID[metric]}, which the ESP does not tell"
    return ""


def counts_of(part: Part) -> Counts:
    """Return the counts of a part that has some."""
    if part.counts is None:
        raise ValueError(f"{part.campaign} has no counts")
    return part.counts


def _identities(parts: Sequence[Part]) -> _Arms:
    return tuple((part.arm, part.angle) for part in parts)


def _differing(arms: _Arms, others: _Arms) -> str:
    """Return in what arms are others; empty when they are the same."""
    if [key for key, _ in arms] != [key for key, _ in others]:
        return f"its arms are {named(key for key, _ in arms)}, and not {named(key for key, _ in others)}"
    return "; ".join(
        f"the angle of its arm {key} is {angle or 'not told'}, and that of the others {other or 'not told'}"
        for (key, angle), (_, other) in zip(arms, others, strict=True)
        if angle != other
    )


def _most(segments: Mapping[str, tuple[Part, ...]]) -> _Arms:
    reached: dict[_Arms, int] = {}
    for parts in segments.values():
        arms = _identities(parts)
        reached[arms] = reached.get(arms, 0) + sum(counts_of(part).delivered for part in parts)
    return max(reached, key=lambda arms: reached[arms], default=())


# -- for the statistics


def strata(segments: Mapping[str, tuple[Part, ...]], count: str) -> tuple[Stratum, ...]:
    """Return a stratum for each segment; successes are the people of the count of that name.

    Raises:
        FrancaError: more did it than it was delivered to.
    """
    return tuple(Stratum(key=key, arms=tuple(_arm(part, count) for part in parts)) for key, parts in segments.items())


def _arm(part: Part, count: str) -> Arm:
    counts = counts_of(part)
    return Arm(key=part.arm, sent=counts.sent, delivered=counts.delivered, successes=getattr(counts, count))


# -- time


def instant(text: str) -> datetime | None:
    """Return an ESP's instant; None when it does not tell one."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def final(parts: Iterable[Part], now: datetime) -> bool:
    """Tell whether the click window has closed for everybody; not where an ESP does not tell when it sent."""
    moments = [instant(part.sent_at) for part in parts]
    return all(moment is not None and now - moment >= WINDOW for moment in moments)


def apart(parts: Sequence[Part]) -> timedelta | None:
    """Return by how much the arms of one segment were sent apart, when that matters."""
    moments = [moment for part in parts if (moment := instant(part.sent_at))]
    between = max(moments) - min(moments) if moments else timedelta()
    return between if between > TOGETHER else None
