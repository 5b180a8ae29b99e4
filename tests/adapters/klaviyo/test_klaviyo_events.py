"""Events told in parts, windows, picked events, recencies and anniversaries become conditions that Klaviyo has."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapters.klaviyo.kit import site
from adapters.klaviyo.short import (
    ALLTIME,
    BIRTHDAY,
    NEVER,
    SET,
    SOME,
    UNSET,
    VIEWED,
    Json,
    a,
    assert_compiles,
    assert_refused,
    at,
    between,
    d,
    e,
    hours,
    metric,
    numeric,
    on,
    p,
    prop,
    text,
    total,
)
from franca.definitions import (
    Ago,
    All,
    Anniversary,
    AnyOf,
    CalendarPart,
    CalendarTest,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventTest,
    Follow,
    From,
    InstantTest,
    Last,
    Measure,
    NamedDay,
    Next,
    Not,
    OnDay,
    Op,
    Period,
    Pick,
    PickedEvent,
    Predicate,
    Previous,
    Regular,
    Sum,
    This,
    TimeTest,
    To,
    ValueTest,
)
from franca_klaviyo.counting import at_least, below, exactly, not_exactly
from franca_klaviyo.events import HOLDS
from franca_klaviyo.segments import native

MONTH, WEEK = d("30 days"), d("7 days")
LATELY, BEFORE = hours("in-the-last", 720), hours("at-least", 720)
UTC = {"timezone": "UTC"}


def least(number: int) -> Json:
    return numeric("greater-than-or-equal", number)


def fewer(number: int) -> Json:
    return numeric("less-than", number)


def kinds(*window: TimeTest, count: tuple[Op, Any] | None = None) -> EventTest:
    found = e(*window, count=count)
    return EventTest(event=("order", "view"), window=found.window, measures=found.measures)


def viewed(measured: Json, frame: Json = ALLTIME) -> Json:
    return metric(measured, frame, ref=VIEWED)


# -- in parts


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (kinds(), [(metric(SOME), viewed(SOME))]),
        (kinds(Last(duration=MONTH)), [(metric(SOME, LATELY), viewed(SOME, LATELY))]),
        (Not(of=kinds()), [(metric(NEVER),), (viewed(NEVER),)]),
        # Two of both: one of them twice, or each once.
        (kinds(count=(Op.GTE, 2)), [(metric(least(2)), viewed(SOME)), (metric(SOME), viewed(least(2)))]),
        (kinds(count=(Op.LT, 2)), [(metric(fewer(2)),), (metric(NEVER), viewed(NEVER)), (viewed(fewer(2)),)]),
    ],
)
def test_several_kinds(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """Events of several kinds are as many as those of each kind together."""
    assert_compiles(where, *groups)


SKU, OTHER, NONE = on("Sku", text("equals", "X")), (on("Sku", SET), on("Sku", text("not-equals", "X"))), on("Sku", UNSET)
GIFT = on("Gift", {"type": "boolean", "operator": "equals", "value": True})


def test_alternatives_are_counted_apart() -> None:
    """Counts beside "some" and "none" need variants of which an event passes at most one."""
    other = metric(least(2), ALLTIME, *OTHER), metric(SOME, ALLTIME, *OTHER)
    none = metric(least(2), ALLTIME, NONE), metric(SOME, ALLTIME, NONE)
    assert_compiles(e(where=p("sku", Op.IS_NOT, "X"), count=(Op.GTE, 2)), (other[0], none[1]), (other[1], none[0]))
    either = AnyOf(of=(p("sku", Op.IS, "X"), p("gift", Op.IS, True)))
    definition = native(e(where=either, count=(Op.GTE, 2)), site()).definition
    assert definition is not None
    variants = {_names(each) for group in definition["condition_groups"] for each in group["conditions"]}
    assert len(variants) == 3  # one holds; or the other with each way of the first not to hold
    contains = e(where=p("sku", Op.CONTAINS, ("a", "b")), count=(Op.LT, 2))
    first = metric(NEVER, ALLTIME, on("Sku", text("contains", "a")))
    second = metric(NEVER, ALLTIME, on("Sku", text("contains", "b")), on("Sku", text("not-contains", "a")))
    firsts, seconds = ({**each, "measurement_filter": fewer(2)} for each in (first, second))
    assert_compiles(contains, (firsts,), (first, second), (seconds,))


def _names(condition: Json) -> tuple[str, ...]:
    return tuple(f"{each['property']} {each['filter']['operator']}" for each in condition["metric_filters"])


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("parts", range(4))
def test_shared_counts(parts: int, number: int) -> None:
    """Of every choice of small counts the groups hold exactly where the counts come to what is asked."""
    conditions = tuple({"part": part} for part in range(parts))
    tests = {at_least: Op.GTE, below: Op.LT, exactly: Op.IS}
    for counts in _choices(parts, 5):
        for make, op in tests.items():
            assert _hold(make(conditions, number), counts) is HOLDS[op](sum(counts), number), (make, counts)
        assert _hold(not_exactly(conditions, number), counts) is (sum(counts) != number)


def _choices(parts: int, most: int) -> list[tuple[int, ...]]:
    return [()] if parts == 0 else [(first, *rest) for first in range(most) for rest in _choices(parts - 1, most)]


def _hold(groups: Any, counts: tuple[int, ...]) -> bool:
    operators = {"greater-than-or-equal": Op.GTE, "less-than": Op.LT, "equals": Op.IS}

    def holds(condition: Json) -> bool:
        test = condition["measurement_filter"]
        return HOLDS[operators[test["operator"]]](counts[condition["part"]], test["value"])

    return all(any(map(holds, group)) for group in groups)


# -- windows


BETWEEN = {"type": "date", "operator": "between", "unit": "hour", "start": 24, "end": 168}


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (e(Ago(older=WEEK, newer=d("1 days"))), [(metric(SOME, BETWEEN),)]),
        (e(where=Not(of=InstantTest(tests=(Last(duration=MONTH),)))), [(metric(SOME, BEFORE),)]),
        (e(where=Not(of=InstantTest(tests=(To(at=date(2026, 1, 1)),)))), [(metric(SOME, between("2025-12-31T23:00:00Z")),)]),
        (
            e(where=AnyOf(of=(p("sku", Op.IS, "X"), InstantTest(tests=(Last(duration=MONTH),))))),
            [(metric(SOME, ALLTIME, SKU), metric(SOME, LATELY))],
        ),
    ],
)
def test_windows(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """A window between two times ago is one, and the instant of an event is a window wherever it stands."""
    assert_compiles(where, *groups)


def test_named_days() -> None:
    """Days of events are whole days of Klaviyo's where the project's days are too; of dates they are so many hours."""

    def days(ago: int) -> Json:
        return {"type": "date", "operator": "between", "unit": "day", "start": ago, "end": ago}

    assert_compiles(e(OnDay(day=NamedDay.TODAY)), (metric(SOME, days(0)),), **UTC)
    assert_compiles(e(OnDay(day=NamedDay.YESTERDAY)), (metric(SOME, days(1)),), **UTC)
    assert_compiles(e(OnDay(day=NamedDay.TOMORROW)), prop("email", SET), prop("email", UNSET))  # nothing has happened tomorrow
    assert_compiles(at("birthday", OnDay(day=NamedDay.TODAY)), prop(BIRTHDAY, hours("in-the-last", 24)), **UTC)
    assert_compiles(at("birthday", OnDay(day=NamedDay.TOMORROW)), prop(BIRTHDAY, hours("in-the-next", 24)), **UTC)
    assert_refused(e(OnDay(day=NamedDay.TODAY)), "day-windows")
    assert_refused(at("birthday", OnDay(day=NamedDay.TODAY)), "day-windows")
    assert_refused(at("created_at", OnDay(day=NamedDay.YESTERDAY)), "calendar-days", **UTC)


def _daily(least: int, last: int, **changes: Any) -> Regular:
    return Regular(event="order", every=Period.DAY, at_least=least, of_last=last, **changes)


def test_days_with_an_event() -> None:
    """At least so many of the last days: among any that leave fewer out, one has an event; fewer: of any so many, one has none."""

    def on_day(ago: int, measured: Json = SOME) -> Json:
        return metric(measured, {"type": "date", "operator": "between", "unit": "day", "start": ago, "end": ago})

    pairs = ((0, 1), (0, 2), (1, 2))
    assert_compiles(_daily(3, 3), *((on_day(ago),) for ago in range(3)), **UTC)
    assert_compiles(_daily(2, 3), *((on_day(one), on_day(other)) for one, other in pairs), **UTC)
    assert_compiles(Not(of=_daily(2, 3)), *((on_day(one, NEVER), on_day(other, NEVER)) for one, other in pairs), **UTC)
    assert_refused(_daily(3, 3), "day-windows")
    assert_refused(_daily(6, 12), "too-many-conditions", **UTC)
    assert_refused(_daily(3, 3, where=InstantTest(tests=(Last(duration=MONTH),))), "combined-windows", **UTC)
    assert_refused(Regular(event="order", every=Period.WEEK, at_least=3, of_last=3), "regular-events", **UTC)


# -- picked events, recencies


def recency(make: type[Measure], op: Op) -> EventTest:
    return EventTest(event="order", measures=(make(tests=(ValueTest(op=op, operand=30),)),))


def picked(pick: Pick, *tests: TimeTest) -> PickedEvent:
    return PickedEvent(pick=pick, event="order", having=InstantTest(tests=tests))


@pytest.mark.parametrize(
    ("where", "groups"),
    [
        (picked(Pick.LATEST, Last(duration=MONTH)), [(metric(SOME, LATELY),)]),
        (picked(Pick.LATEST, Ago(older=MONTH)), [(metric(SOME),), (metric(NEVER, LATELY),)]),
        (picked(Pick.FIRST, Ago(older=MONTH)), [(metric(SOME, BEFORE),)]),
        (
            PickedEvent(pick=Pick.LATEST, event="order", having=Not(of=InstantTest(tests=(Last(duration=MONTH),)))),
            [(metric(SOME),), (metric(NEVER, LATELY),)],
        ),
        (picked(Pick.FIRST, Last(duration=MONTH)), [(metric(SOME),), (metric(NEVER, BEFORE),)]),
        (
            picked(Pick.LATEST, Ago(older=MONTH, newer=WEEK)),
            [(metric(SOME, LATELY),), (metric(NEVER, hours("in-the-last", 168)),)],
        ),
        (recency(DaysSinceLast, Op.GT), [(metric(SOME),), (metric(NEVER, LATELY),)]),
        (recency(DaysSinceFirst, Op.LTE), [(metric(SOME),), (metric(NEVER, BEFORE),)]),
    ],
)
def test_picked_events_and_recencies(where: Predicate, groups: list[tuple[Json, ...]]) -> None:
    """When the latest or the first event was, is told by whether there are events on both sides of the instant."""
    assert_compiles(where, *groups)


def _distinct(of: str, op: Op, number: int) -> EventTest:
    measure: Measure = Distinct(of=of, tests=(ValueTest(op=op, operand=number),))
    return EventTest(event="order", measures=(measure,))


def test_some_different_values() -> None:
    """One different value is an event that has one; more, and elements of a list, are refused."""
    assert_compiles(_distinct("sku", Op.GTE, 1), (metric(SOME, ALLTIME, on("Sku", SET)),))
    assert_compiles(_distinct("sku", Op.IS, 0), (metric(NEVER, ALLTIME, on("Sku", SET)),))
    assert_refused(_distinct("sku", Op.GTE, 2), "no-such-measure")
    assert_refused(_distinct("categories", Op.GTE, 1), "no-such-measure")


@pytest.mark.parametrize(
    ("where", "identity"),
    [
        (EventTest(event=("order", "cancellation"), measures=(Sum(of="total", tests=(ValueTest(op=Op.GTE, operand=5),)),)), "event-kinds"),
        (total(Op.GTE, 5, where=p("sku", Op.IS_NOT, "X")), "where-alternatives"),
        (kinds(count=(Op.GTE, 200)), "where-alternatives"),
        (e(where=CalendarTest(part=CalendarPart.HOUR, tests=(ValueTest(op=Op.GTE, operand=9),))), "event-instants"),
        (e(where=Not(of=InstantTest(tests=(OnDay(day=NamedDay.TODAY),)))), "event-instants"),
        (PickedEvent(pick=Pick.LATEST, event="order", having=p("sku", Op.IS, "X")), "picked-events"),
        (PickedEvent(pick=Pick.LATEST, event="order", followed_by=Follow(event="view")), "picked-events"),
        (picked(Pick.LATEST, OnDay(day=NamedDay.TODAY)), "picked-events"),
    ],
)
def test_refusals(where: Predicate, identity: str) -> None:
    """What would need the order of events, their hours, or sums of several metrics is refused by name."""
    assert_refused(where, identity)


# -- anniversaries


def birthday(*tests: TimeTest) -> Predicate:
    return at("birthday", Anniversary(tests=tests))


def month(number: int) -> Json:
    return {"type": "date", "operator": "calendar-month", "value": number}


@pytest.mark.parametrize(
    ("where", "group"),
    [
        (birthday(Next(duration=WEEK)), prop(BIRTHDAY, hours("anniversary-next", 168))),
        (birthday(Last(duration=WEEK)), prop(BIRTHDAY, hours("anniversary-last", 168))),
        (birthday(Last(duration=d("400 days"))), prop(BIRTHDAY, SET)),
        (birthday(OnDay(day=NamedDay.TODAY)), prop(BIRTHDAY, {"type": "date", "operator": "anniversary"})),
        (birthday(OnDay(day=NamedDay.TOMORROW)), prop(BIRTHDAY, hours("anniversary-next", 24))),
        (birthday(This(period=Period.MONTH)), prop(BIRTHDAY, {"type": "date", "operator": "anniversary-month"})),
    ],
)
def test_anniversaries_by_day(where: Predicate, group: tuple[Json, ...]) -> None:
    """From now on anniversaries are Klaviyo's own where the project's days begin at midnight UTC; elsewhere they are refused."""
    assert_compiles(where, group, **UTC)
    if group != prop(BIRTHDAY, SET):
        assert_refused(where, "day-windows")
        assert_refused(Not(of=where), "future-dates", **UTC)


def test_anniversaries_by_month() -> None:
    """Whole months are calendar months, whatever the year and the zone; their negation is the other months, or no date."""
    spring = birthday(From(at=date(2026, 3, 1)), To(at=date(2026, 6, 1)))
    assert_compiles(spring, prop(BIRTHDAY, month(3), month(4), month(5)))
    assert_compiles(Not(of=spring), prop(BIRTHDAY, *map(month, (1, 2, 6, 7, 8, 9, 10, 11, 12)), UNSET))
    assert_compiles(birthday(From(at=date(2026, 12, 1)), To(at=date(2027, 2, 1))), prop(BIRTHDAY, month(12), month(1)))
    assert_compiles(birthday(From(at=date(2026, 1, 1)), To(at=date(2027, 1, 1))), prop(BIRTHDAY, SET))


@pytest.mark.parametrize(
    "where",
    [
        birthday(From(at=date(2026, 3, 2)), To(at=date(2026, 6, 1))),
        birthday(Previous(period=Period.WEEK)),
        birthday(OnDay(day=NamedDay.YESTERDAY)),
        birthday(This(period=Period.YEAR), Last(duration=WEEK)),
        at("created_at", Anniversary(tests=(Next(duration=WEEK),))),
    ],
)
def test_other_anniversaries_are_refused(where: Predicate) -> None:
    """Days of a fixed window, other periods, and anniversaries of instants have no form."""
    assert_refused(where, "calendar-windows", **UTC)


def test_a_mapping_is_needed_for_every_kind() -> None:
    """Of several kinds of events each needs its metric."""
    found = native(All(of=(EventTest(event=("order", "cart")), a("points", Op.IS, 5))), site())
    assert [finding.id for finding in found.findings] == ["unmapped-event"]
