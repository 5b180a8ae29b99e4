"""What would have happened had somebody sent a campaign at the ESP: who got which arm, and what they did. Franca itself sends nothing.

The randomness is that of a seed and the recipient alone, so that the same send ends the same on every machine and in any order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Rates:
    """True rates of one arm: *bounce* of those sent, *order* of those who clicked, all others of those delivered."""

    open: float = 0.3
    click: float = 0.03
    order: float = 0.1
    unsubscribe: float = 0.002
    complaint: float = 0.0002
    bounce: float = 0.01


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One recipient's fate. *arm* is None for those who wait for a winner."""

    recipient: str
    arm: int | None
    bounced: bool = False
    opened: bool = False
    clicked: bool = False
    ordered: bool = False
    revenue: Decimal = Decimal(0)
    unsubscribed: bool = False
    complained: bool = False


def send(recipients: Sequence[str], arms: Sequence[Rates], seed: int, share: float = 1.0) -> tuple[Sent, ...]:
    """Return what each recipient did.

    Args:
        recipients: who they are, each once.
        arms: the rates of each, in the order of the campaign's arms.
        seed: of all chance.
        share: of the recipients who take part, evenly over the arms (the numbers differ by one at most); the others have no arm.
    """
    order = sorted(recipients, key=lambda each: _chances(seed, each, 0)[0])
    part = math.floor(len(order) * share + 0.5)
    return tuple(
        _fate(each, number % len(arms), arms[number % len(arms)], seed) if number < part else Sent(recipient=each, arm=None)
        for number, each in enumerate(order)
    )


def send_rest(sent: Sequence[Sent], winner: int, rates: Rates, seed: int) -> tuple[Sent, ...]:
    """Return what those who waited did with the winner."""
    return tuple(_fate(each.recipient, winner, rates, seed) for each in sent if each.arm is None)


def rates(given: Mapping[str, float]) -> Rates:
    """Return the rates written in a switch's body.

    Raises:
        TypeError: an unknown name.
        ValueError: a rate outside of 0 to 1.
    """
    found = Rates(**given)
    if not all(0 <= rate <= 1 for rate in vars(found).values()):
        raise ValueError("rates are fractions from 0 to 1")
    return found


def _fate(recipient: str, arm: int, true: Rates, seed: int) -> Sent:
    bounce, opens, click, order, unsubscribe, complaint, value, _ = _chances(seed, recipient, 1)
    if bounce < true.bounce:
        return Sent(recipient=recipient, arm=arm, bounced=True)
    clicked = click < true.click
    ordered = clicked and order < true.order
    return Sent(
        recipient=recipient,
        arm=arm,
        opened=clicked or opens < true.open,
        clicked=clicked,
        ordered=ordered,
        revenue=Decimal(2000 + int(value * 10_000)) / 100 if ordered else Decimal(0),
        unsubscribed=unsubscribe < true.unsubscribe,
        complained=complaint < true.complaint,
    )


def _chances(seed: int, recipient: str, use: int) -> tuple[float, ...]:
    """Return eight numbers from 0 to below 1."""
    raw = hashlib.sha256(f"{seed}:{use}:{recipient}".encode()).digest()
    return tuple(int.from_bytes(raw[at : at + 4]) / 2**32 for at in range(0, 32, 4))
