"""Random leaves beside values, windows, counts and sums: what Klaviyo says in forms of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from franca.definitions import (
    Ago,
    All,
    Anniversary,
    AttributeTest,
    ConsentTest,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventNames,
    EventTest,
    From,
    InstantTest,
    Last,
    Mailable,
    NamedDay,
    Next,
    Not,
    OnDay,
    Op,
    Period,
    Pick,
    PickedEvent,
    PropertyTest,
    Regular,
    Status,
    This,
    TimeTest,
    To,
    ValueTest,
)
from schema import length
from strategies import Choice, combined, property_tests, weighted

KINDS: tuple[EventNames, ...] = (
    *("order", "view", "cancellation"),
    *(("order", "view"), ("cancellation", "order"), ("cancellation", "order", "view")),
)
COUNTS = tuple((op, number) for op in (Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE) for number in (0, 1, 2, 3))
TIMES: tuple[TimeTest, ...] = (
    *(Last(duration=length(text)) for text in ("36 hours", "30 days", "180 days")),
    *(Ago(older=length(text)) for text in ("6 hours", "30 days")),
    Ago(older=length("30 days"), newer=length("7 days")),
    Ago(older=length("400 days"), newer=length("6 hours")),
    From(at=date(2026, 3, 1)),
    To(at=date(2026, 3, 29)),
    OnDay(day=date(2026, 3, 29)),
)
DAYS = tuple(OnDay(day=day) for day in NamedDay)
NEAR: tuple[TimeTest, ...] = (
    *(Last(duration=length(text)) for text in ("1 days", "30 days", "364 days", "366 days")),
    *(Next(duration=length(text)) for text in ("1 days", "7 days", "5 weeks")),
    OnDay(day=NamedDay.TODAY),
    OnDay(day=NamedDay.TOMORROW),
    This(period=Period.MONTH),
)
DAYS_AGO = tuple(map(Decimal, ("0.5", "1", "7", "30", "180")))
MONTHS = ((From(at=date(2026, 2, 1)), To(at=date(2026, 3, 1))), (From(at=date(2025, 11, 1)), To(at=date(2026, 4, 1))))
COMPARISONS = (Op.GT, Op.GTE, Op.LT, Op.LTE)


@cache
def klaviyo_leaves(choice: Choice) -> SearchStrategy[Any]:
    """Return tests on events in parts, when the latest or first was, different values, anniversaries, dates of consent, and texts."""
    return weighted(
        (4, counts(choice)),
        (2, picked()),
        (1, recencies()),
        (1, distinct()),
        (2, anniversaries()),
        (1, dated()),
        (1, texts()),
        (1, regulars()),
    )


@cache
@st.composite
def counts(draw: DrawFn, choice: Choice) -> EventTest:
    """Return counts of events of one kind or several, whose `where` may have alternatives and speak of instants."""
    event = draw(st.sampled_from(KINDS))
    leaf = weighted((3, property_tests(event, choice)), (1, instants())) if choice.properties_of(event) else instants()
    where = draw(weighted((1, st.none()), (2, combined(leaf, 1, everyone=False))))
    op, number = draw(st.sampled_from(COUNTS))
    window = draw(st.sampled_from(((), (), *((test,) for test in (*TIMES, *DAYS)))))
    return EventTest(event=event, where=where, window=window, measures=(Count(tests=(ValueTest(op=op, operand=number),)),))


@cache
def instants() -> SearchStrategy[InstantTest]:
    """Return tests on the instant of an event."""
    return st.sampled_from([InstantTest(tests=(test,)) for test in TIMES])


@cache
@st.composite
def picked(draw: DrawFn) -> PickedEvent:
    """Return tests on when the latest or the first event was."""
    window = draw(st.sampled_from(((), (), (Last(duration=length("400 days")),))))
    having = InstantTest(tests=tuple(draw(st.lists(st.sampled_from(TIMES), min_size=1, max_size=2, unique=True))))
    return PickedEvent(pick=draw(st.sampled_from(Pick)), event=draw(st.sampled_from(KINDS)), window=window, having=having)


@cache
@st.composite
def recencies(draw: DrawFn) -> EventTest:
    """Return days since the latest or the first event."""
    make = draw(st.sampled_from((DaysSinceLast, DaysSinceFirst)))
    test = ValueTest(op=draw(st.sampled_from(COMPARISONS)), operand=draw(st.sampled_from(DAYS_AGO)))
    return EventTest(event=draw(st.sampled_from(KINDS)), measures=(make(tests=(test,)),))


@cache
def regulars() -> SearchStrategy[Regular]:
    """Return events on some of the last days."""
    days = ((1, 1), (1, 3), (2, 3), (3, 3), (1, 12), (2, 6))
    where = PropertyTest(property="quantity", tests=(ValueTest(op=Op.IS_NOT, operand=0),))
    filtered = [*((event, None) for event in KINDS), ("order", where), (("order", "view"), where)]
    return st.sampled_from(
        [
            Regular(event=event, every=Period.DAY, at_least=least, of_last=last, where=each)
            for event, each in filtered
            for least, last in days
        ]
    )


@cache
@st.composite
def distinct(draw: DrawFn) -> EventTest:
    """Return whether events have some value."""
    event, name = draw(st.sampled_from((("order", "sku"), ("order", "total"), ("view", "page"), (("order", "view"), "quantity"))))
    op, number = draw(st.sampled_from(((Op.GTE, 1), (Op.IS, 0), (Op.GT, 0), (Op.LT, 1))))
    return EventTest(event=event, measures=(Distinct(of=name, tests=(ValueTest(op=op, operand=number),)),))


@cache
def texts() -> SearchStrategy[Any]:
    """Return patterns that are texts, and tests on every element of a list."""
    tests = {
        "first_name": [
            ValueTest(op=Op.MATCHES, operand=pattern) for pattern in ("^A", "na$", "^$", "^Anna$", "ß", "é", r"\.", "%_", "^ *$")
        ],
        "tags": [ValueTest(op=op, operand=words) for op in (Op.HAS_ALL, Op.HAS_NONE) for words in (("vip",), ("new", "sale"), ("", "vip"))],
    }
    page = [ValueTest(op=Op.MATCHES, operand=pattern) for pattern in ("^Z", "ß$", "^5$")]
    attributes = [AttributeTest(attribute=name, tests=(test,)) for name, several in tests.items() for test in several]
    pages = [PropertyTest(property="page", tests=(test,)) for test in page]
    return st.sampled_from([*attributes, *(EventTest(event="view", where=where) for each in pages for where in (each, Not(of=each)))])


@cache
def dated() -> SearchStrategy[All]:
    """Return who can be reached, or has unsubscribed, since some time."""
    whose = (Mailable(channel="email"), ConsentTest(channel="email", statuses=(Status.UNSUBSCRIBED,)))
    return st.sampled_from([All(of=(each, ConsentTest(channel="email", at=(test,)))) for each in whose for test in TIMES])


@cache
def anniversaries() -> SearchStrategy[AttributeTest]:
    """Return tests on the anniversary of a birthday, and on the day itself in words."""
    tests = (*(Anniversary(tests=(test,)) for test in NEAR), *(Anniversary(tests=test) for test in MONTHS), *DAYS)
    return st.sampled_from([AttributeTest(attribute="birthday", tests=(test,)) for test in tests])
