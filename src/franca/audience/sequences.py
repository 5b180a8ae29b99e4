"""Sequences of events: in one pass over a profile's events in order of time, which of them can be the n-th step.

An event can be step n when it passes the step's filter and some event that can be step n - 1 lies strictly before it, not too far away.
Of those before it, only the one whose time limit ends last matters, so that one running maximum per step decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
from ibis import ir

from franca.audience import frame as frames
from franca.audience.functions import every
from franca.audience.tallies import chosen, counts
from franca.definitions import Duration, Step, Without
from franca.definitions import Sequence as SequenceOfEvents

RowsOf = Callable[[Step | Without], "frames.Frame"]


@dataclass(frozen=True)
class _Place:
    """A step, the column that tells its events, and the gaps that must follow it, each with its column."""

    step: Step
    column: str
    gaps: tuple[tuple[Without, str], ...]


def sequence(node: SequenceOfEvents, rows_of: RowsOf) -> ir.Table:
    """Return profile and `holds`, for the profiles that have any of the events."""
    events = _events(node, rows_of)
    plain = rows_of(node.steps[0])
    reached: str | None = None
    for number, place in enumerate(_places(node)):
        before = None if reached is None else (reached, place.step.within)
        events = events.mutate(**{f"r{number}": every(_conditions(events, place, before, plain))})
        reached = f"r{number}"
        if number + 1 < len(_places(node)):
            events = events.mutate(**{f"u{number}": _limit(events, reached, _places(node)[number + 1].step.within, plain)})
    return events.group_by("profile").aggregate(holds=events[reached].any())


def _places(node: SequenceOfEvents) -> tuple[_Place, ...]:
    found: list[_Place] = []
    for number, step in enumerate(node.steps):
        if isinstance(step, Step):
            found.append(_Place(step, f"w{number}", ()))
        else:
            last = found.pop()
            found.append(_Place(last.step, last.column, (*last.gaps, (step, f"w{number}"))))
    return tuple(found)


def _events(node: SequenceOfEvents, rows_of: RowsOf) -> ir.Table:
    """Return profile, at, micros and a column per step that tells whether the event is of its kind."""
    tables = []
    for number, step in enumerate(node.steps):
        rows = rows_of(step)
        flag = counts(rows, chosen(rows, step.where, node.starting if number == 0 else ()))
        table = rows.table if flag is None else rows.table.filter(flag)
        flags = {f"w{other}": ibis.literal(other == number) for other in range(len(node.steps))}
        tables.append(table.select(profile=rows.functions.key(table["profile"]), at=table["at"], **flags))
    events = ibis.union(*tables) if len(tables) > 1 else tables[0]
    return events.mutate(micros=rows_of(node.steps[0]).functions.micros(events["at"]))


def _before() -> ir.WindowBuilder:
    return ibis.range_window(preceding=(None, 1), group_by="profile", order_by="micros")


def _after() -> ir.WindowBuilder:
    return ibis.range_window(following=(1, None), group_by="profile", order_by="micros")


def _conditions(
    events: ir.Table, place: _Place, before: tuple[str, Duration | None] | None, plain: frames.Frame
) -> Sequence[ir.BooleanValue]:
    found = [events[place.column], *(_gap(events, gap, column, plain) for gap, column in place.gaps)]
    if before is not None:
        number = int(before[0][1:])
        limit = events[f"u{number}"].max().over(_before())
        found.append((limit >= events["micros"]).fill_null(False))
    return found


def _limit(events: ir.Table, reached: str, within: Duration | None, plain: frames.Frame) -> ir.IntegerValue:
    """Return until when the next step may happen after an event that can be this one; null for the others."""
    last = ibis.literal(2**62) if within is None else plain.functions.micros(plain.moved(events["at"], within))
    return events[reached].ifelse(last, ibis.null("int64"))


def _gap(events: ir.Table, gap: Without, column: str, plain: frames.Frame) -> ir.BooleanValue:
    """Return whether no such event lies in the time after this one, and that time is over."""
    end = plain.functions.micros(plain.moved(events["at"], gap.within))
    following = events[column].ifelse(events["micros"], ibis.null("int64")).min().over(_after())
    clear = following.isnull() | (following > end).fill_null(True)
    over = plain.functions.micros(ibis.literal(plain.as_of.utc, type="timestamp")) >= end
    return clear if gap.still_open else clear & over
