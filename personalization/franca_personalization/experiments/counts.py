"""What was counted: arms and strata. A stratum is a segment, or a batch of an always-on send; the control is its first arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from franca.errors import FrancaError

EVENTS = 10
"""Events that every arm must have before a normal approximation is trusted."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A rate and the number of people that it is as good as: those of an arm, or fewer when it is weighted over strata."""

    rate: float
    size: float

    @property
    def variance(self) -> float:
        """Of the rate, as estimated from it."""
        return self.rate * (1 - self.rate) / self.size


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One variant's counts.

    Attributes:
        key: of the variant.
        sent: recipients that it was assigned to: what the sample-ratio check looks at.
        delivered: of them, those that no bounce came back from: the denominator of every rate.
        successes: of them, those who did the thing once or more: unique clicks, buyers, unsubscribes.

    Raises:
        FrancaError: a count is negative or not whole, or more than it can be.
    """

    key: str
    sent: int
    delivered: int
    successes: int

    def __post_init__(self) -> None:
        counts = {"sent": self.sent, "delivered": self.delivered, "successes": self.successes}
        for name, count in counts.items():
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise FrancaError(f"the arm {self.key!r}: {name} is {count!r}, not a whole number of people", remedy=_UNIQUE)
        if not self.successes <= self.delivered <= self.sent:
            shown = ", ".join(f"{name} {count:,}" for name, count in counts.items())
            raise FrancaError(f"the arm {self.key!r}: {shown}: none may be larger than the one before", remedy=_UNIQUE)

    @property
    def events(self) -> int:
        """The rarer of successes and failures: what a normal approximation stands on."""
        return min(self.successes, self.delivered - self.successes)

    @property
    def sample(self) -> Sample:
        """The rate with its size.

        Raises:
            FrancaError: nothing was delivered.
        """
        if not self.delivered:
            raise FrancaError(f"the arm {self.key!r} has no rate: nothing was delivered")
        return Sample(rate=self.successes / self.delivered, size=self.delivered)


_UNIQUE = "count people, not events: unique clicks, each of them once"


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """The arms within one segment or batch, the control first.

    Raises:
        FrancaError: fewer than two arms, or two of one name.
    """

    key: str
    arms: tuple[Arm, ...]

    def __post_init__(self) -> None:
        keys = [arm.key for arm in self.arms]
        if len(keys) < 2:
            raise FrancaError(f"{self.key!r} has {len(keys)} arms", remedy="compare at least two: the control and a variant")
        if len(set(keys)) < len(keys):
            raise FrancaError(f"{self.key!r} has two arms of one name: {', '.join(keys)}")

    @property
    def keys(self) -> tuple[str, ...]:
        """The arms' names, the control first."""
        return tuple(arm.key for arm in self.arms)

    @property
    def delivered(self) -> int:
        """Over all arms."""
        return sum(arm.delivered for arm in self.arms)


Pair = tuple[Arm, Arm]
"""Control and variant of one stratum."""


def pairs(strata: Sequence[Stratum], index: int) -> tuple[Pair, ...]:
    """Return the control and the arm at *index* of every stratum where both were delivered: the others say nothing about the two."""
    found = ((stratum.arms[0], stratum.arms[index]) for stratum in strata)
    return tuple((control, variant) for control, variant in found if control.delivered and variant.delivered)


def total(arms: Sequence[Arm]) -> Arm:
    """Return the sum of one variant's counts over strata."""
    return Arm(
        key=arms[0].key,
        sent=sum(arm.sent for arm in arms),
        delivered=sum(arm.delivered for arm in arms),
        successes=sum(arm.successes for arm in arms),
    )


def totals(strata: Sequence[Stratum]) -> tuple[Arm, ...]:
    """Return every arm summed over strata, the control first.

    Raises:
        FrancaError: there is no stratum, two have one name, or their arms differ.
    """
    if not strata:
        raise FrancaError("there is nothing to compare", remedy="give at least one segment with its arms")
    if double := [key for key, times in Counter(stratum.key for stratum in strata).items() if times > 1]:
        raise FrancaError(f"two segments or batches have one name: {', '.join(double)}")
    for stratum in strata:
        if stratum.keys != strata[0].keys:
            shown = f"{strata[0].key!r} has {', '.join(strata[0].keys)}; {stratum.key!r} has {', '.join(stratum.keys)}"
            raise FrancaError(f"the arms differ: {shown}", remedy="give every segment the same arms in the same order")
    return tuple(map(total, zip(*(stratum.arms for stratum in strata), strict=True)))
