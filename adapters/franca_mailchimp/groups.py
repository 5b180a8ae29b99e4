"""Interest groups of one category as one condition, the only one of Mailchimp's that is an OR or an AND itself (sheet section 1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from franca_mailchimp.kept import ALL_GROUPS, ANY_GROUP, NO_GROUP
from franca_mailchimp.parts import Part


def either(parts: Iterable[Part]) -> list[Part]:
    """Return the parts of an OR: "one of" conditions on one category are one."""
    return _joined(parts, ANY_GROUP, lambda part: _asks(part, ANY_GROUP))


def every(parts: Iterable[Part]) -> list[Part]:
    """Return the parts of an AND: "none of" conditions on one category are one, and so are those on one group each."""
    rest = _joined(parts, NO_GROUP, lambda part: _asks(part, NO_GROUP))
    return _joined(rest, ALL_GROUPS, lambda part: _asks(part, ANY_GROUP) and len(part.conditions[0]["value"]) == 1)


def of_groups(part: Part) -> bool:
    """Tell whether a part is about interest groups."""
    return any(map(partial(_asks, part), (ANY_GROUP, NO_GROUP)))


def _asks(part: Part, op: str) -> bool:
    return len(part.conditions) == 1 and part.conditions[0]["op"] == op


def _joined(parts: Iterable[Part], op: str, fits: Callable[[Part], bool]) -> list[Part]:
    """Return the parts with those that fit joined by category, each at the place of its first."""
    found: dict[object, list[Part]] = {}
    for number, part in enumerate(parts):
        found.setdefault(part.tag if fits(part) else number, []).append(part)
    return [_one(group, op) for group in found.values()]


def _one(group: Sequence[Part], op: str) -> Part:
    first = group[0]
    if len(group) == 1:
        return first
    groups = sorted({each for part in group for each in part.conditions[0]["value"]})
    return replace(
        first,
        conditions=({**first.conditions[0], "op": op, "value": groups},),
        assumptions=frozenset(each for part in group for each in part.assumptions),
    )
