"""How often something happened that is told in parts: the sum of some counts, as groups of conditions on each."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

from franca.definitions import Op
from franca_klaviyo.parts import EVERYONE, NOBODY, Condition, Groups, RefusedError, either, refuse
from franca_klaviyo.values import numeric

MOST_CONDITIONS = 100
"""More than a segment takes are not written out."""


def at_least(parts: tuple[Condition, ...], number: int) -> Groups:
    """Return that the counts of *parts*, of which no event is in two, come to *number* or more.

    They do not where some choice of limits that come to *number* - 1 holds them all back: of each choice, one part must be beyond.
    """
    if number <= 0:
        return EVERYONE
    if not parts:
        return NOBODY
    _fits(parts, number - 1)
    return tuple(tuple(_more(part, limit) for part, limit in zip(parts, limits, strict=True)) for limits in _shared(number - 1, len(parts)))


def below(parts: tuple[Condition, ...], number: int) -> Groups:
    """Return that the counts of *parts* come to less than *number*: of each choice that comes to it, one part must fall short."""
    if number <= 0:
        return NOBODY
    if not parts:
        return EVERYONE
    _fits(parts, number)
    return tuple(
        tuple(_fewer(part, limit) for part, limit in zip(parts, limits, strict=True) if limit) for limits in _shared(number, len(parts))
    )


def exactly(parts: tuple[Condition, ...], number: int) -> Groups:
    """Return that the counts of *parts* come to *number*."""
    if len(parts) == 1 and number >= 0:
        return ((_counted(parts[0], Op.IS, number),),)
    return at_least(parts, number) + below(parts, number + 1)


def not_exactly(parts: tuple[Condition, ...], number: int) -> Groups:
    """Return that the counts of *parts* come to another number."""
    return either(below(parts, number), at_least(parts, number + 1))


def _more(part: Condition, limit: int) -> Condition:
    return _counted(part, Op.GTE, limit + 1)


def _fewer(part: Condition, limit: int) -> Condition:
    return _counted(part, Op.IS, 0) if limit == 1 else _counted(part, Op.LT, limit)


def _counted(part: Condition, op: Op, number: int) -> Condition:
    return {**part, "measurement": "count", "measurement_filter": numeric(op, number)}


def _shared(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to share *number* among so many parts."""
    if parts == 1:
        yield (number,)
        return
    for first in range(number + 1):
        yield from ((first, *rest) for rest in _shared(number - first, parts - 1))


def _fits(parts: tuple[Condition, ...], number: int) -> None:
    if len(parts) > 1 and comb(number + len(parts) - 1, len(parts) - 1) > MOST_CONDITIONS:
        raise too_many(parts, number)


def too_many(parts: tuple[Condition, ...], number: int) -> RefusedError:
    """Return the refusal of a count that has too many ways to be shared among alternatives."""
    return refuse("where-alternatives", f"Klaviyo counts one metric at a time: {number} shared by {len(parts)} filters has too many cases")
