"""Event tests of one stream → columns per profile: plain tests, tests per value of a property, different elements of lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from ibis import ir

from franca.audience.frame import Frame, measures_of
from franca.audience.functions import every
from franca.audience.quantities import Referred, quantity_test
from franca.audience.streams import Stream
from franca.audience.tables import left_join
from franca.audience.tallies import Chosen, Tally, aggregate, chosen, counts, filtered, quantity, tallies_of
from franca.audience.walk import attributes
from franca.definitions import (
    AttributeRef,
    Count,
    Distinct,
    EventMeasure,
    EventTest,
    Kind,
    Op,
    PropertyRef,
    ReferenceTest,
    Regular,
    SinceLatest,
    ValueTest,
)
from franca.definitions.values import Node
from franca.logic import nodes

SOME = (Count(tests=(ValueTest(op=Op.GTE, operand=1),)),)
"""What an event test without a measure asks for."""


@dataclass(frozen=True)
class Grouped:
    """What a stream's rows say of profiles."""

    stream: Stream
    rows: Frame

    # -- who is decided where

    @cached_property
    def early(self) -> tuple[EventTest, ...]:
        """The tests that are decided before profiles are joined."""
        return tuple(test for test in self.stream.of(EventTest) if test.per is None and not self._is_late(test))

    @cached_property
    def late(self) -> tuple[EventMeasure, ...]:
        """The measures that are joined as numbers: those in measure position, and of tests that need more than their own events."""
        tests = [test for test in self.stream.of(EventTest) if test.per is None and self._is_late(test)]
        of_tests = [measured for test in tests for measured, _ in measures_of(test)]
        return tuple(dict.fromkeys([*self.stream.of(EventMeasure), *of_tests]))

    def _is_late(self, test: EventTest) -> bool:
        compares = any(isinstance(each, ReferenceTest) for measure in test.measures for each in measure.tests)
        return compares or any(self._counts_elements(measured) for measured, _ in measures_of(test))

    def _counts_elements(self, measured: EventMeasure) -> bool:
        measure = measured.measure
        return isinstance(measure, Distinct) and self.rows.kinds["property", measure.of] is Kind.LIST

    # -- one pass for all

    def tallied(self, names: Mapping[Any, str]) -> ir.Table | None:
        """Return profile, a boolean per early test and regular, and the numbers of late measures; None when nobody asks."""
        wanted = {test: self._of_test(test) for test in self.early}
        numbers = {measured: self._of_late(measured) for measured in self.late}
        regular = {node: self._of_regular(node) for node in self.stream.of(Regular)}
        asked = [tally for each in (*wanted.values(), *numbers.values()) for tally in each] + list(regular.values())
        if not asked:
            return None
        columns = {tally: f"t{number}" for number, tally in enumerate(dict.fromkeys(asked))}
        rows = replace(self.rows, table=filtered(self.rows, [tally.chosen for tally in columns]))
        grouped = rows.table.group_by("profile").aggregate(**{name: aggregate(rows, tally) for tally, name in columns.items()})
        decided = {names[test]: self._passes(grouped, test, columns) for test in wanted}
        decided |= {names[node]: (grouped[columns[tally]] >= node.at_least).fill_null(False) for node, tally in regular.items()}
        kept = {names[tally]: grouped[columns[tally]] for each in numbers.values() for tally in each}
        return grouped.select("profile", **decided, **kept)

    def _of_test(self, test: EventTest) -> list[Tally]:
        plain = replace(test, measures=test.measures or SOME)
        return [tally for measured, _ in measures_of(plain) for tally in tallies_of(self.rows, measured)]

    def _of_late(self, measured: EventMeasure) -> list[Tally]:
        own = () if self._counts_elements(measured) else tallies_of(self.rows, measured)
        return [*own, self.counted(measured)]

    def counted(self, measured: EventMeasure) -> Tally:
        """Return the tally of the events that a measure is made of."""
        return Tally(chosen(self.rows, measured.where, measured.window), "count")

    def _of_regular(self, node: Regular) -> Tally:
        periods = (node.every, node.of_last)
        which = replace(chosen(self.rows, node.where, ()), span=replace(Chosen().span, lo=self.rows.as_of.periods(*periods)[0]))
        return Tally(which, "periods", periods)

    def _passes(
        self, grouped: ir.Table, test: EventTest, columns: Mapping[Tally, str], referred: Referred | None = None
    ) -> ir.BooleanValue:
        plain = replace(test, measures=test.measures or SOME)
        return every(
            quantity_test(quantity(self.rows, measured, columns, grouped), each, referred or _nothing, self.rows.functions)
            for measured, measure in measures_of(plain)
            for each in measure.tests
        )

    # -- instants that windows begin with

    def latest(self, names: Mapping[SinceLatest, str]) -> ir.Table:
        """Return profile and the instant of the latest event of each window's kind."""
        tallies = {names[test]: Tally(chosen(self.rows, test.where, ()), "latest") for test in self.stream.of(SinceLatest)}
        return self.rows.table.group_by("profile").aggregate(**{name: aggregate(self.rows, tally) for name, tally in tallies.items()})

    # -- different elements of lists

    def elements(self, names: Mapping[Any, str]) -> Iterator[ir.Table]:
        """Yield, for each property that is a list, profile and how many different elements its events have."""
        asked = [measured for measured in self.late if self._counts_elements(measured)]
        tallies = dict.fromkeys(tally for measured in asked for tally in tallies_of(self.rows, measured))
        for of, group in groupby(sorted(tallies, key=_of), key=_of):
            exploded = _exploded(self.rows, of)
            yield exploded.table.group_by("profile").aggregate(**{names[tally]: aggregate(exploded, tally) for tally in group})

    # -- per value of a property

    def per(self, profiles: Frame, names: Mapping[Any, str]) -> Iterator[ir.Table]:
        """Yield, for tests of the same events per value of one property, profile and a boolean per test."""
        tests = [test for test in self.stream.of(EventTest) if test.per is not None]
        key = {test: (test.per, chosen(self.rows, test.where, test.window)) for test in tests}
        for (of, which), group in groupby(sorted(tests, key=lambda test: str(key[test])), key=key.__getitem__):
            yield self._per(of, which, list(group), profiles, names)

    def _per(self, of: str, which: Chosen, tests: Sequence[EventTest], profiles: Frame, names: Mapping[Any, str]) -> ir.Table:
        value = self.rows.names["property", of]
        flag = counts(self.rows, which)
        # filters come first: they may speak of the list that is taken apart
        rows = self.rows if flag is None else replace(self.rows, table=self.rows.table.filter(flag))
        rows = _exploded(rows, of) if rows.kinds["property", of] is Kind.LIST else rows
        table = rows.table.mutate(value_=rows.table[value])
        rows = replace(rows, table=table.filter(table["value_"].notnull()))
        plain = [replace(test, where=None, window=()) for test in tests]
        tallies = list(dict.fromkeys(tally for test in plain for tally in self._of_test(test)))
        columns = {tally: f"t{number}" for number, tally in enumerate(tallies)}
        grouped = rows.table.group_by(["profile", "value_"]).aggregate(**{columns[tally]: aggregate(rows, tally) for tally in tallies})
        grouped, referred = self._with_attributes(grouped, tests, profiles)
        passes = {names[test]: self._passes(grouped, bare, columns, referred) for test, bare in zip(tests, plain, strict=True)}
        decided = grouped.select("profile", **passes)
        return decided.group_by("profile").aggregate(**{name: decided[name].any() for name in passes})

    def _with_attributes(self, grouped: ir.Table, tests: Sequence[EventTest], profiles: Frame) -> tuple[ir.Table, Referred]:
        """Return the groups with the attributes that their tests compare with, and how to find those."""
        compared = [measure.tests for test in tests for measure in test.measures]
        columns = {name: f"a{number}" for number, name in enumerate(attributes(node for each in compared for node in nodes(each)))}
        values = {column: profiles.known(("attribute", name)) for name, column in columns.items()}
        joined = left_join(grouped, "profile", profiles.table.select("key", **values), "key") if columns else grouped

        def referred(reference: AttributeRef | PropertyRef) -> tuple[ir.Value, Kind]:
            if not isinstance(reference, AttributeRef):
                raise TypeError("a measure compares with attributes alone")  # checked before
            return joined[columns[reference.attribute]], profiles.kinds["attribute", reference.attribute]

        return joined, referred


def _of(tally: Tally) -> str:
    return str(tally.of)


def _exploded(rows: Frame, of: str) -> Frame:
    """Return the events once for each different element of a list, which takes the list's place."""
    name, elements = rows.names["property", of], rows.functions.normal_list(rows.column(("property", of)))
    table = rows.table.mutate(**{name: elements.filter(lambda element: element.notnull()).unique().unnest()})
    return replace(rows, table=table, kinds={**rows.kinds, ("property", of): Kind.TEXT})


def _nothing(reference: Node) -> tuple[ir.Value, Kind]:
    raise TypeError(f"{reference} is not known here")  # tests that compare are decided later
