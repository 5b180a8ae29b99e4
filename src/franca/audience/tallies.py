"""Events → per profile, the event tests of all segments as boolean columns, in one pass over the events.

Every distinct (filter, window, measure) is one aggregate: a tally. Tests on tallies are decided before profiles are joined, so that
what is joined is one boolean per test and not the numbers behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ibis import ir

from franca.audience.events import Events
from franca.audience.functions import every, some
from franca.audience.moments import Span
from franca.audience.tables import left_join
from franca.audience.values import inside, value_test
from franca.definitions import Count, EventTest, Kind, Measure, Op, SinceAttribute, SinceLatest, Sum, TimeTest, ValueTest

_SOME = (Count(tests=(ValueTest(op=Op.GTE, operand=1),)),)
"""What an event test without a measure asks for."""


@dataclass(frozen=True)
class Tally:
    """One aggregate over the events that pass the flag, lie in the span, and come after every instant of *since*.

    Attributes:
        flag: the column of the filter; None for all events.
        since: the columns of the instants.
        of: the column to sum; None counts.
    """

    flag: str | None
    span: Span
    since: tuple[str, ...]
    of: str | None


@dataclass(frozen=True)
class Tallies:
    """The event tests of one kind of event.

    Attributes:
        since: windows that count from something of the profile → the column of that instant on the profiles.
    """

    events: Events
    since: Mapping[TimeTest, str]

    def tested(self, events: ir.Table, profiles: ir.Table, names: Mapping[EventTest, str]) -> ir.Table:
        """Return profile and one boolean column per test, named by *names*, for the profiles with events."""
        wanted = {test: [self._tally(test, measure) for measure in test.measures or _SOME] for test in self.events.tests}
        tallies = {tally: f"t{number}" for number, tally in enumerate(dict.fromkeys(t for each in wanted.values() for t in each))}
        rows = self._with_instants(events, profiles, tallies)
        grouped = rows.group_by("profile").aggregate(**{name: _aggregate(rows, tally) for tally, name in tallies.items()})
        return grouped.select(
            "profile", **{names[test]: self._passes(grouped, test, [tallies[tally] for tally in each]) for test, each in wanted.items()}
        )

    def latest(self, events: ir.Table, names: Mapping[SinceLatest, str]) -> ir.Table:
        """Return profile and the instant of the latest event of each window's kind, named by *names*."""
        flags = {test: self._flag(test) for test in self.events.latest}
        instants = {names[test]: events["at"].max(where=events[flag] if flag else None) for test, flag in flags.items()}
        return events.group_by("profile").aggregate(**instants)

    def _flag(self, node: EventTest | SinceLatest) -> str | None:
        return None if node.where is None else f"f{self.events.wheres.index(node.where)}"

    def _tally(self, test: EventTest, measure: Measure) -> Tally:
        span, since = Span(), []
        for window in test.window:
            if isinstance(window, (SinceAttribute, SinceLatest)):
                since.append(self.since[window])
            else:
                span &= self.events.as_of.instants(window)
        if span.hi is not None and span.hi >= self.events.as_of.after:
            span = Span(span.lo)  # there are no later events
        of = f"n{self.events.sums.index(measure.of)}" if isinstance(measure, Sum) else None
        return Tally(self._flag(test), span, tuple(sorted(since)), of)

    def _with_instants(self, events: ir.Table, profiles: ir.Table, tallies: Mapping[Tally, str]) -> ir.Table:
        """Return the events that any tally may count, with the instants of their profile that windows count from."""
        spans = {tally.span for tally in tallies}
        if Span() not in spans:
            events = events.filter(some(inside(events["at"], span) for span in sorted(spans, key=str)))
        columns = sorted({column for tally in tallies for column in tally.since})
        return left_join(events, "profile", profiles.select("key", *columns), "key") if columns else events

    def _passes(self, grouped: ir.Table, test: EventTest, names: list[str]) -> ir.BooleanValue:
        measures = test.measures or _SOME
        return every(
            value_test(grouped[name].fill_null(0), condition, self._kind(measure), self.events.functions)
            for name, measure in zip(names, measures, strict=True)
            for condition in measure.tests
        )

    def _kind(self, measure: Measure) -> Kind:
        return self.events.source.properties[measure.of].type.kind if isinstance(measure, Sum) else Kind.INTEGER


def _aggregate(rows: ir.Table, tally: Tally) -> ir.Scalar:
    conditions = [rows[tally.flag]] if tally.flag else []
    conditions += [inside(rows["at"], tally.span)] if tally.span != Span() else []
    conditions += [(rows["at"] > rows[column]).fill_null(False) for column in tally.since]
    where = every(conditions) if conditions else None
    return rows.count(where=where) if tally.of is None else rows[tally.of].sum(where=where)
