"""Every part of the whole language once, over the whole schema: what random trees meet too rarely. `leaves` has the core of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

from choices import ANYTHING, NUMERIC, TIMES
from event_strategies import DAYS, FLOATS, MEANS, RATIOS
from franca.definitions import (
    WEEKDAYS,
    AttributeRef,
    AttributeTest,
    Average,
    CalendarPart,
    CalendarTest,
    ConsentTest,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    End,
    EventMeasure,
    EventTest,
    Follow,
    InstantTest,
    Kind,
    LengthTest,
    Maximum,
    Measure,
    MemberOf,
    Minimum,
    Op,
    Period,
    Pick,
    PickedEvent,
    Places,
    Predicate,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sequence,
    SinceAttribute,
    SinceLatest,
    Step,
    Sum,
    Tile,
    TimeTest,
    ValueTest,
    Without,
)
from leaves import tests_on
from pools import MEMBER_OF, NEAR, PATTERNS
from schema import (
    ANNIVERSARIES,
    AS_OF,
    CALENDAR,
    DAY_TESTS,
    INSTANT_TESTS,
    ORDERED,
    WHOLE_ATTRIBUTES,
    WHOLE_EVENTS,
    WITHIN,
    pool,
)

FOLDED = (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH)
LISTED = (Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE)
COMPARED = (Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE)
ONE = (Count(tests=(ValueTest(op=Op.GTE, operand=2),)),)
LATE = DaysSinceLast(tests=(ValueTest(op=Op.LT, operand=Decimal(40)),))
KINDS = (("order", "cart"), ("order", "cancellation"), ("cart", "view", "order"))
SINCE: tuple[TimeTest, ...] = (
    SinceAttribute(attribute="name_day"),
    SinceLatest(event=("order", "cart")),
    SinceLatest(event="cart", where=CalendarTest(part=CalendarPart.MONTH, tests=(ValueTest(op=Op.LTE, operand=3),))),
)


def whole_leaves(as_of: datetime = AS_OF) -> Iterator[Predicate]:
    """Yield them all."""
    for leaves in (_attributes, _references, _filters, _measures, _windows, _picked, _sequences, _regular, _ratios, _ranks, _others):
        yield from leaves(as_of)


# Values


def _values(name: str, kind: Kind, as_of: datetime) -> Iterator[Any]:
    """Tests that the core does not have, on an attribute or a property."""
    constants = pool(name, as_of, on_edges=True).constants
    if kind is Kind.TEXT:
        yield from (ValueTest(op=Op.MATCHES, operand=pattern, ignore_case=folded) for pattern, folded in product(PATTERNS, (False, True)))
    if kind is Kind.LIST:
        for constant, number in product((Op.IS, Op.LT, Op.GTE), (0, 1, 2)):
            yield LengthTest(tests=(ValueTest(op=constant, operand=number),))
    if kind in {Kind.TEXT, Kind.LIST}:
        for op, folded in product(FOLDED if kind is Kind.TEXT else LISTED, (False, True)):
            one = op in {Op.IS, Op.IS_NOT}
            for at, constant in enumerate(constant for constant in constants if constant):
                several = (constant, *constants[at + 1 : at + 2 if constants[at + 1 : at + 2] != ("",) else at + 1])
                yield ValueTest(op=op, operand=constant if one else several, ignore_case=folded)


def _attributes(as_of: datetime) -> Iterator[Predicate]:
    for name, item in WHOLE_ATTRIBUTES.items():
        kind = item.type.kind
        tests: list[Any] = [*_values(name, kind, as_of), *((*CALENDAR, *ANNIVERSARIES, *SINCE) if kind in TIMES else ())]
        if name in {"nickname", "avg_gap_days", "minimum_spend", "opted", "name_day"}:
            tests += tests_on(kind, pool(name, as_of, item.zone, on_edges=True).constants)
        if name == "name_day":
            tests += DAY_TESTS
        yield from (AttributeTest(attribute=name, tests=(test,)) for test in tests)
    yield from (ConsentTest(channel="email", at=(test,)) for test in (*CALENDAR, *ANNIVERSARIES, *SINCE))


def _references(as_of: datetime) -> Iterator[Predicate]:
    for name, item in WHOLE_ATTRIBUTES.items():
        others = ANYTHING.attributes_like(item.type.kind, besides=name)
        yield from (
            AttributeTest(attribute=name, tests=(test,)) for other in others for test in _refer(item.type.kind, AttributeRef, other)
        )
    for event, source in WHOLE_EVENTS.items():
        for name, item in source.properties.items():
            kind = item.type.kind
            tests = [test for other in ANYTHING.properties_like(kind, event, name) for test in _refer(kind, PropertyRef, other)]
            tests += [test for other in ANYTHING.attributes_like(kind) for test in _refer(kind, AttributeRef, other)]
            yield from (
                EventTest(event=event, where=PropertyTest(property=name, tests=(test,))) for test in tests[:: 2 if len(tests) > 20 else 1]
            )


def _refer(kind: Kind, make: Any, other: str) -> Iterator[ReferenceTest]:
    name = {AttributeRef: "attribute", PropertyRef: "property"}[make]
    for op in COMPARED[:2] if kind is Kind.BOOLEAN else COMPARED:
        yield ReferenceTest(op=op, reference=make(**{name: other}))
        if kind in NUMERIC and op is Op.GTE:
            yield from (ReferenceTest(op=op, reference=make(**{name: other}, times=Decimal(times))) for times in ("0.5", "-2"))


# Events


def _filters(as_of: datetime) -> Iterator[Predicate]:
    for event, source in WHOLE_EVENTS.items():
        for name, item in source.properties.items():
            tests = [*_values(name, item.type.kind, as_of)]
            if name in {"gift_day", "list_price"}:
                tests += tests_on(item.type.kind, pool(name, as_of, on_edges=True).constants)
            yield from (EventTest(event=event, where=PropertyTest(property=name, tests=(test,))) for test in tests)
        yield from (
            EventTest(event=event, where=InstantTest(tests=(test,))) for test in (*INSTANT_TESTS, *CALENDAR, *ANNIVERSARIES, *SINCE)
        )
        yield from (EventTest(event=event, where=where) for where in _calendar())


def _calendar() -> Iterator[CalendarTest]:
    for part, values in {CalendarPart.HOUR: (0, 2, 9, 23), CalendarPart.DAY: (1, 29, 31), CalendarPart.MONTH: (2, 3, 12)}.items():
        yield from (CalendarTest(part=part, tests=(test,)) for test in tests_on(Kind.INTEGER, values) if test.op in ORDERED)
    for day in WEEKDAYS:
        yield CalendarTest(part=CalendarPart.WEEKDAY, tests=(ValueTest(op=Op.IS, operand=day),))
    for op in (Op.IN, Op.NOT_IN):
        yield CalendarTest(part=CalendarPart.WEEKDAY, tests=(ValueTest(op=op, operand=WEEKDAYS[5:]),))


def _windows(_: datetime) -> Iterator[Predicate]:
    for event in (*WHOLE_EVENTS, *KINDS):
        yield EventTest(event=event)
        yield from (EventTest(event=event, window=(test,), measures=ONE) for test in (*CALENDAR, *ANNIVERSARIES, *SINCE))
    yield from (EventTest(event="cart", window=(test,)) for test in INSTANT_TESTS)


def _measures(as_of: datetime) -> Iterator[Predicate]:
    for event in (*WHOLE_EVENTS, *KINDS):
        for make, name, constants in _measurable(event, as_of):
            one = (ValueTest(op=op, operand=constant) for op, constant in product(COMPARED, constants))
            kind = _kind(event, make, name)
            other = [test for name in ANYTHING.attributes_like(kind)[:2] for test in _refer(kind, AttributeRef, name)]
            tests = [*one, *(() if make in {Count, Sum, Distinct} else (ValueTest(op=Op.IS_SET, operand=False),)), *other]
            yield from (EventTest(event=event, measures=(_made(make, name, (test,)),)) for test in tests)
        for name in ANYTHING.properties_of(event):
            yield EventTest(event=event, per=name)
            yield EventTest(event=event, per=name, measures=ONE)
            yield EventTest(event=event, per=name, measures=(Count(tests=(ValueTest(op=Op.IS, operand=1),)), LATE))


def _made(make: Any, name: str | None, tests: tuple[Any, ...] = ()) -> Measure:
    measure: Measure = make(tests=tests) if name is None else make(of=name, tests=tests)
    return measure


def _measurable(event: Any, as_of: datetime) -> Iterator[tuple[type[Measure], str | None, tuple[Any, ...]]]:
    yield Count, None, (0, 1, 3)
    yield from ((make, None, DAYS[::2]) for make in (DaysSinceLast, DaysSinceFirst))
    for name in ANYTHING.properties_of(event):
        item = WHOLE_EVENTS[event if isinstance(event, str) else event[0]].properties[name]
        constants = pool(name, as_of, item.zone, on_edges=True).constants
        yield Distinct, name, (0, 1, 2)
        if item.type.kind in NUMERIC:
            yield Sum, name, constants[::2]
            yield Average, name, FLOATS[::2] if item.type.kind is Kind.NUMBER else MEANS[::2]
        if item.type.kind in NUMERIC | TIMES and name != "gift_day":
            yield Minimum, name, constants[::3]
            yield Maximum, name, constants[::3]


def _kind(event: Any, make: type[Measure], name: str | None) -> Kind:
    if name is None or make is Distinct:
        return Kind.INTEGER
    return WHOLE_EVENTS[event if isinstance(event, str) else event[0]].properties[name].type.kind


# One event, several events


def _picked(_: datetime) -> Iterator[Predicate]:
    total = PropertyTest(property="total", tests=(ValueTest(op=Op.GTE, operand=Decimal("25.00")),))
    page = PropertyTest(property="quantity", tests=(ValueTest(op=Op.IS, operand=5),))
    recent = InstantTest(tests=(INSTANT_TESTS[1],))
    for pick, event in product(Pick, (*WHOLE_EVENTS, *KINDS)):
        having = page if "view" in event else total
        yield PickedEvent(pick=pick, event=event)
        yield PickedEvent(pick=pick, event=event, having=having)
        yield PickedEvent(pick=pick, event=event, where=having, having=page)
        yield PickedEvent(pick=pick, event=event, having=recent, window=(CALENDAR[3],))
        for other, within in product(("order", "cart", ("view", "cart")), (None, *WITHIN[1:6:2])):
            yield PickedEvent(pick=pick, event=event, followed_by=Follow(event=other, within=within))
            yield PickedEvent(pick=pick, event=event, not_followed_by=Follow(event=other, within=within, where=page))


def _sequences(_: datetime) -> Iterator[Predicate]:
    for one, other in product(("order", "view", ("order", "cart")), ("cart", "view")):
        yield Sequence(steps=(Step(event=one), Step(event=other), Step(event=one)))
        for within in WITHIN:
            yield Sequence(steps=(Step(event=one), Step(event=other, within=within)))
            yield from (
                Sequence(steps=(Step(event=one), Without(event=other, within=within, still_open=still), *rest))
                for still, rest in product(
                    (False, True), ((), (Step(event="cart"),), (Without(event="order", within=WITHIN[0]), Step(event=other)))
                )
            )
    yield from (Sequence(steps=(Step(event="view"), Step(event="order")), starting=(test,)) for test in (*INSTANT_TESTS, *CALENDAR, *SINCE))


def _regular(_: datetime) -> Iterator[Predicate]:
    where = CalendarTest(part=CalendarPart.HOUR, tests=(ValueTest(op=Op.LT, operand=14),))
    for event, every, (at_least, of_last) in product(("order", "view", KINDS[0]), Period, ((1, 1), (1, 3), (2, 3), (3, 12), (2, 400))):
        yield Regular(event=event, every=every, at_least=at_least, of_last=of_last)
        yield Regular(event=event, every=every, at_least=at_least, of_last=of_last, where=where)


# Quotients and places


def _of(event: Any, make: Any, name: str | None = None, window: tuple[TimeTest, ...] = ()) -> EventMeasure:
    return EventMeasure(event=event, measure=_made(make, name), window=window)


def _ratios(_: datetime) -> Iterator[Predicate]:
    window = (INSTANT_TESTS[5],)
    exact = [
        _of("order", Count),
        _of("cart", Sum, "total"),
        _of("order", Average, "total"),
        _of("view", Distinct, "page"),
        _of("order", DaysSinceLast),
    ]
    exact += [_of("order", Minimum, "quantity"), _of("order", Count, None, window), _of("cart", DaysSinceFirst, None, window)]
    floating = [_of("order", Sum, "weight"), _of("cart", Average, "weight"), _of("order", Maximum, "weight")]
    for above, below in product((*exact, *floating), repeat=2):
        constants = FLOATS if above in floating or below in floating else RATIOS
        yield from (Ratio(measure=above, divided_by=below, tests=(ValueTest(op=op, operand=constants[3]),)) for op in (Op.GTE, Op.IS_NOT))
        yield Ratio(measure=above, divided_by=below, tests=(ReferenceTest(op=Op.LT, reference=AttributeRef(attribute="points")),))
        yield Ratio(measure=above, divided_by=below, tests=(ValueTest(op=Op.IS_SET, operand=False),))


def _ranks(_: datetime) -> Iterator[Predicate]:
    ordered = NUMERIC | TIMES
    subjects: list[Any] = [
        AttributeRef(attribute=name) for name, item in WHOLE_ATTRIBUTES.items() if item.type.kind in ordered and name != "name_day"
    ]
    subjects += [_of(event, make, name) for event in ("order", KINDS[0]) for make, name, _ in _measurable(event, AS_OF)]
    subjects += [_of("view", Count, None, (DAY_TESTS[5],)), _of("cart", Distinct, "categories")]
    for of in subjects:
        yield from (Rank(of=of, place=Places(end=end, count=count)) for end, count in product(End, (1, 10)))
        yield from (Rank(of=of, place=Places(end=end, percent=Decimal(share))) for end, share in ((End.TOP, "33.3"), (End.BOTTOM, "50")))
        yield from (Rank(of=of, place=Tile(of=tiles, among=among)) for tiles, among in ((3, (2,)), (10, (1, 9)), (1000, (5, 7))))


def _others(_: datetime) -> Iterator[Predicate]:
    yield from NEAR
    yield from (MemberOf(name=name) for name in MEMBER_OF)
    yield EventTest(event="order", window=(SinceLatest(event=KINDS[0], where=None),), measures=ONE)
    yield Regular(event="order", every=Period.WEEK, at_least=1, of_last=400)
