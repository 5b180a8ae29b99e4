"""Events → numbers per profile for all segments, in one pass over the events.

Every distinct (events that count, measure) is one aggregate: a tally. Tests on tallies are decided before profiles are joined, so that
what is joined is one boolean per test and not the numbers behind it; only what compares with an attribute, and what has a place in a
measure, is joined as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
from ibis import ir

from franca.audience.frame import Frame
from franca.audience.functions import every, some
from franca.audience.moments import Span
from franca.audience.quantities import Quantity
from franca.audience.values import inside, literal
from franca.definitions import (
    Average,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventMeasure,
    Kind,
    Maximum,
    Measure,
    Minimum,
    OfProperty,
    Period,
    Predicate,
    SinceAttribute,
    SinceLatest,
    Sum,
    TimeTest,
)

DAY = 86_400_000_000
"""Microseconds of a day of 24 hours."""


EVERYTIME = Span()


@dataclass(frozen=True)
class Chosen:
    """The events that pass the filter, lie in the span, and pass the tests on their instant that are no constants' span."""

    where: Predicate | None = None
    span: Span = EVERYTIME
    others: tuple[TimeTest, ...] = ()


@dataclass(frozen=True)
class Tally:
    """One aggregate over the chosen events.

    Attributes:
        what: an entry of `_AGGREGATES`.
        of: the property that is aggregated; the calendar period and how many of them, for `periods`.
    """

    chosen: Chosen
    what: str
    of: Any = None


def chosen(rows: Frame, where: Predicate | None, window: Sequence[TimeTest]) -> Chosen:
    """Return which events count; windows that constants bound become one span."""
    span, others = EVERYTIME, []
    for test in window:
        if rows.as_of.is_span(test):
            span &= rows.as_of.instants(test)
        else:
            others.append(test)
    if span.hi is not None and span.hi >= rows.as_of.after:
        span = Span(span.lo)  # there are no later events
    return Chosen(where, span, tuple(others))


def counts(rows: Frame, which: Chosen) -> ir.BooleanValue | None:
    """Return whether an event counts; None when all do."""
    where = which.where
    conditions = [] if where is None else [rows.column(where) if where in rows.names else rows.holds(where)]
    conditions += [inside(rows.column("at"), which.span)] if which.span != EVERYTIME else []
    conditions += [_passes(rows, test) for test in which.others]
    return every(conditions) if conditions else None


def _passes(rows: Frame, test: TimeTest) -> ir.BooleanValue:
    if isinstance(test, (SinceAttribute, SinceLatest)):  # there are no events after the as-of instant
        return (rows.column("at") > rows.since(test)).fill_null(False)
    return rows.passes("at", test)


def filtered(rows: Frame, choices: Sequence[Chosen]) -> ir.Table:
    """Return the events of which any choice may take one, by their time alone."""
    spans = {which.span for which in choices}
    if EVERYTIME in spans:
        return rows.table
    return rows.table.filter(some(inside(rows.column("at"), span) for span in sorted(spans, key=str)))


# ── aggregates ───────────────────────────────────────────────────────────────


def aggregate(rows: Frame, tally: Tally) -> ir.Scalar:
    """Return a tally as an aggregate of the rows of a group."""
    return _AGGREGATES[tally.what](rows, tally.of, counts(rows, tally.chosen))


def _of(method: str) -> Callable[[Frame, Any, Any], ir.Scalar]:
    return lambda rows, of, where: getattr(rows.column(("property", of)), method)(where=where)


def _at(method: str) -> Callable[[Frame, Any, Any], ir.Scalar]:
    return lambda rows, _of, where: getattr(rows.column("at"), method)(where=where)


def _periods(rows: Frame, of: tuple[Period, int], where: ir.BooleanValue | None) -> ir.Scalar:
    period, number = of
    # with the period before them: of a single beginning the place would be a constant
    return rows.functions.place(rows.column("at"), rows.as_of.periods(period, number + 1)).nunique(where=where)


_AGGREGATES: Mapping[str, Callable[[Frame, Any, Any], ir.Scalar]] = {
    "count": lambda rows, _of, where: rows.table.count(where=where),
    "sum": _of("sum"),
    "values": _of("count"),
    "smallest": _of("min"),
    "largest": _of("max"),
    "distinct": _of("nunique"),
    "first": _at("min"),
    "latest": _at("max"),
    "periods": _periods,
}


# ── measures ─────────────────────────────────────────────────────────────────

PARTS: Mapping[type[Measure], tuple[str, ...]] = {
    Count: ("count",),
    Sum: ("sum",),
    Average: ("sum", "values"),
    Minimum: ("smallest",),
    Maximum: ("largest",),
    Distinct: ("distinct",),
    DaysSinceLast: ("latest",),
    DaysSinceFirst: ("first",),
}
"""The tallies that a measure is made of."""


def tallies_of(rows: Frame, measured: EventMeasure) -> tuple[Tally, ...]:
    """Return the tallies of a measure."""
    which, of = chosen(rows, measured.where, measured.window), measured.measure.of if isinstance(measured.measure, OfProperty) else None
    return tuple(Tally(which, what, of) for what in PARTS[type(measured.measure)])


def quantity(rows: Frame, measured: EventMeasure, columns: Mapping[Tally, str], table: ir.Table) -> Quantity:
    """Return a measure from its tallies' columns on *table*; no events: a count or a sum of 0, anything else is missing."""
    parts = [table[columns[tally]] for tally in tallies_of(rows, measured)]
    measure = measured.measure
    kind = rows.kinds[("property", measure.of)] if isinstance(measure, OfProperty) else Kind.INTEGER
    match measure:
        case Count() | Distinct():
            return Quantity(parts[0].fill_null(0), Kind.INTEGER)
        case Sum():
            return Quantity(parts[0].fill_null(0), kind)
        case Average():
            return _average(parts[0], parts[1], kind)
        case DaysSinceLast() | DaysSinceFirst():
            return Quantity(rows.functions.micros(literal(rows.as_of.utc, parts[0])) - rows.functions.micros(parts[0]), Kind.DECIMAL, DAY)
        case _:
            return Quantity(parts[0], kind)


def _average(total: ir.Value, number: ir.Value, kind: Kind) -> Quantity:
    known = (number > 0).ifelse(number, ibis.null(number.type()))
    if kind is Kind.NUMBER:
        return Quantity(total / known.cast("float64"), kind)
    return Quantity(total, Kind.DECIMAL, known)
