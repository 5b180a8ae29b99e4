"""Which events a test is about, as Klaviyo's metric conditions can say it: variants, of which an event must pass one.

Of a variant all filters hold for one event (KHC 115005062847), and its time lies in one timeframe.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from franca.adapter import Finding
from franca.definitions import (
    All,
    AnyOf,
    AtLeast,
    EventMapping,
    EventTest,
    InstantTest,
    Kind,
    Op,
    Predicate,
    PropertyTest,
    TimeTest,
    ValueTest,
)
from franca.logic import FALSE, TRUE, Clause, TooLarge, disjunctive, flip, leaves, literals, simplify
from franca_klaviyo.missing import takes_nothing
from franca_klaviyo.parts import Context, Filter, refuse
from franca_klaviyo.sides import outside
from franca_klaviyo.values import IS_SET, NOT_SET, constant_test, is_flag, length_findings, value_filters
from franca_klaviyo.windows import DATES

MOST_FILTERS = 10
"""Property filters of one event condition (segments_api_overview)."""
MOST_VARIANTS = 32
"""More are refused: the groups that count them would not fit into a segment."""

PropertyFilter = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Filters that one event must all pass, and tests on its time that must all hold."""

    filters: tuple[PropertyFilter, ...] = ()
    window: tuple[TimeTest, ...] = ()
    findings: frozenset[Finding] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Source:
    """What one kind of our events is at Klaviyo."""

    event: str
    mapping: EventMapping
    context: Context

    def property_name(self, ours: str) -> str:
        """Return the name of a property at Klaviyo."""
        if ours not in self.mapping.properties:
            raise refuse("unmapped-property", f"the property {ours!r} of {self.event!r} has no mapping")
        return self.mapping.properties[ours]

    def kind(self, ours: str) -> Kind:
        """Return the type of a property."""
        return self.context.site.project.data.events[self.event].properties[ours].type.kind


def variants(leaf: EventTest, source: Source, *, apart: bool) -> tuple[Variant, ...]:
    """Return the variants of the events of one kind that *leaf* is about; of those that are *apart* an event passes at most one.

    Raises:
        RefusedError: there is no exact form.
    """
    clauses: Iterable[Clause] = ((),) if leaf.where is None else _apart(leaf.where) if apart else _alternatives(leaf.where)
    every = (variant for clause in clauses for variant in _of_clause(clause, source, apart))
    found = tuple(itertools.islice(every, MOST_VARIANTS + 1))
    if len(found) > MOST_VARIANTS:
        raise refuse("too-large", f"the filter on {source.event!r} has more than {MOST_VARIANTS} alternatives")
    if any(len(variant.filters) > MOST_FILTERS for variant in found):
        raise refuse("too-many-filters", f"Klaviyo takes {MOST_FILTERS} filters on the properties of one event")
    return tuple(replace(each, window=leaf.window + each.window) for each in found)


def _alternatives(where: Predicate) -> tuple[Clause, ...]:
    clauses = disjunctive(where)
    if isinstance(clauses, TooLarge):
        raise refuse("too-large", f"Klaviyo takes no alternatives in a filter on events: {clauses}")
    return clauses


def _apart(where: Predicate, held: Clause = ()) -> Iterator[Clause]:
    """Yield clauses of which exactly one holds where *where* does: each leaf in turn is taken to hold, and not to."""
    form = simplify(where)
    if form == FALSE or simplify(All(of=held)) == FALSE:
        return
    if form == TRUE:
        yield held
        return
    leaf = next(leaves(form))
    yield from _apart(_given(form, leaf, TRUE, FALSE), (*held, leaf))
    yield from _apart(_given(form, leaf, FALSE, TRUE), (*held, flip(leaf)))


def _given(form: Predicate, leaf: Predicate, positive: Predicate, negative: Predicate) -> Predicate:
    """Return *form* with constants in place of a leaf and of its negation."""
    if isinstance(form, (All, AnyOf, AtLeast)):
        return replace(form, of=tuple(_given(part, leaf, positive, negative) for part in form.of))
    return positive if form == leaf else negative if form == flip(leaf) else form


# -- literals


def _of_clause(clause: Clause, source: Source, apart: bool) -> Iterator[Variant]:
    asserted = {leaf.property for leaf, positive in literals(clause) if positive and isinstance(leaf, PropertyTest) and _implies_set(leaf)}
    options = [_options(leaf, positive, source, asserted, apart) for leaf, positive in literals(clause)]
    for choice in itertools.product(*options):
        filters = tuple(each for option in choice for each in option.filters)
        findings = frozenset(each for option in choice for each in option.findings)
        yield Variant(filters=filters, window=tuple(each for option in choice for each in option.window), findings=findings)


def _implies_set(leaf: PropertyTest) -> bool:
    return all(not isinstance(test, ValueTest) or test.op is not Op.IS_EMPTY for test in leaf.tests)


def _options(leaf: Predicate, positive: bool, source: Source, asserted: set[str], apart: bool) -> tuple[Variant, ...]:
    """Return the ways in which an event passes one literal."""
    if isinstance(leaf, InstantTest):
        return _of_instant(leaf.tests[0], positive)
    if not isinstance(leaf, PropertyTest):
        raise refuse("event-instants", "Klaviyo has no filter on the hour, the weekday or the day of an event")
    findings = length_findings(constant_test(leaf.tests[0]), source.context)
    return tuple(Variant(filters=filters, findings=findings) for filters in _of_property(leaf, positive, source, asserted, apart))


def _of_instant(test: TimeTest, positive: bool) -> tuple[Variant, ...]:
    others = outside(test)
    if not positive and not others:
        raise refuse("event-instants", "Klaviyo has no filter on the instant of an event beside the window")
    return tuple(Variant(window=(each,)) for each in ((test,) if positive else others))


def _of_property(
    leaf: PropertyTest, positive: bool, source: Source, asserted: set[str], apart: bool
) -> Iterator[tuple[PropertyFilter, ...]]:
    """Yield the filters of each way in which a property passes.

    Whether a negative filter, or one that 0, False or the text None passes, keeps events without the property is not documented: none
    stands without a test of its presence.
    """
    test, kind, name = constant_test(leaf.tests[0]), source.kind(leaf.property), source.property_name(leaf.property)
    if kind in DATES and not is_flag(test):
        raise refuse("event-dates", "Klaviyo has no tests on dates among an event's properties")

    def on(found: tuple[Filter, ...]) -> tuple[PropertyFilter, ...]:
        return tuple({"property": name, "filter": each} for each in found)

    filters = value_filters(kind, test, positive=positive, of_event=True)
    if is_flag(test):
        yield from (on((each,)) for each in filters)
    elif positive:
        present = (IS_SET,) if any(map(takes_nothing, filters)) else ()
        others = value_filters(kind, test, positive=False, of_event=True) if apart and len(filters) > 1 else ()
        yield from (on((*present, *others[:place], each)) for place, each in enumerate(filters))
    elif leaf.property in asserted:
        yield on(filters)
    else:
        yield from (on((IS_SET, *filters)), on((NOT_SET,)))
