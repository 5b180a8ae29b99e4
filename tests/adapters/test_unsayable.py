"""What no adapter compiles yet is refused by name, at every ESP: nothing is silently ignored."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.klaviyo.kit import site as klaviyo_site
from adapters.mailchimp.kit import site as mailchimp_site
from franca import definitions
from franca.definitions import (
    AtLeast,
    AttributeRef,
    AttributeTest,
    Average,
    CalendarPart,
    CalendarTest,
    Count,
    DaysSinceLast,
    Distance,
    Distinct,
    Duration,
    End,
    EventMeasure,
    EventTest,
    Follow,
    InstantTest,
    Last,
    LengthTest,
    MemberOf,
    Near,
    Not,
    Op,
    Period,
    Pick,
    PickedEvent,
    Places,
    Predicate,
    Previous,
    PropertyRef,
    PropertyTest,
    Rank,
    Ratio,
    ReferenceTest,
    Regular,
    Sequence,
    Step,
    This,
    Unit,
    ValueTest,
)
from franca.logic import FALSE, TRUE, is_leaf
from franca_klaviyo import segments as klaviyo
from franca_mailchimp import segments as mailchimp

WEEK, MONTH = Duration(7, Unit.DAYS), Duration(1, Unit.MONTHS)
COUNT = EventMeasure(event="order", measure=Count())
SEVEN = ValueTest(op=Op.GTE, operand=7)


def attribute(name: str, *tests: Any) -> AttributeTest:
    return AttributeTest(attribute=name, tests=tests)


def order(*measures: Any, **changes: Any) -> EventTest:
    return EventTest(event="order", measures=measures, **changes)


def where(predicate: Predicate) -> EventTest:
    return order(where=predicate)


def ignoring(op: Op, *words: str) -> ValueTest:
    return ValueTest(op=op, operand=words if op is not Op.MATCHES else words[0], ignore_case=True)


UNSAYABLE = [
    # attributes
    (attribute("first_name", ignoring(Op.CONTAINS, "ann")), "ignore-case", "ignore-case"),
    (attribute("first_name", ignoring(Op.MATCHES, "^A")), "ignore-case", "ignore-case"),
    (attribute("first_name", ValueTest(op=Op.MATCHES, operand="^[AB]")), "regex-dialect", "no-such-test"),
    (attribute("points", ReferenceTest(op=Op.GT, reference=AttributeRef(attribute="credit"))), "references", "references"),
    (Not(of=attribute("points", ReferenceTest(op=Op.IS, reference=AttributeRef(attribute="credit")))), "references", "references"),
    (attribute("tags", LengthTest(tests=(SEVEN,))), "null-in-list", "unmapped-attribute"),
    (attribute("birthday", This(period=Period.MONTH)), "calendar-windows", "relative-dates"),
    (attribute("birthday", Previous(period=Period.WEEK)), "calendar-windows", "relative-dates"),
    (attribute("birthday", definitions.Anniversary(tests=(Last(duration=WEEK),))), "day-windows", "relative-dates"),
    # events
    (EventTest(event=("order", "cancellation"), measures=(definitions.Sum(of="total", tests=(SEVEN,)),)), "event-kinds", "no-events"),
    (order(Count(tests=(SEVEN,)), per="sku"), "per-value", "no-events"),
    (order(Distinct(of="sku", tests=(SEVEN,))), "no-such-measure", "no-events"),
    (order(Average(of="total", tests=(SEVEN,))), "no-such-measure", "no-events"),
    (order(DaysSinceLast(tests=(ValueTest(op=Op.IS, operand=7),))), "no-such-measure", "no-events"),
    (order(Count(tests=(ReferenceTest(op=Op.GT, reference=AttributeRef(attribute="points")),))), "references", "no-events"),
    (order(window=(This(period=Period.MONTH),)), "calendar-windows", "no-events"),
    (where(CalendarTest(part=CalendarPart.HOUR, tests=(SEVEN,))), "event-instants", "no-events"),
    (where(Not(of=InstantTest(tests=(Last(duration=MONTH),)))), "month-windows", "no-events"),
    (where(PropertyTest(property="categories", tests=(LengthTest(tests=(SEVEN,)),))), "null-in-list", "no-events"),
    (
        where(PropertyTest(property="sku", tests=(ReferenceTest(op=Op.IS, reference=PropertyRef(property="sku", times=Decimal(2))),))),
        "references",
        "no-events",
    ),
    (where(PropertyTest(property="sku", tests=(ignoring(Op.IN, "x", "y"),))), "ignore-case", "no-events"),
    # what events do together, and who they do it against
    (PickedEvent(pick=Pick.LATEST, event="order", followed_by=Follow(event="view")), "picked-events", "no-events"),
    (Sequence(steps=(Step(event="view"), Step(event="order"))), "sequences", "no-events"),
    (Regular(event="order", every=Period.MONTH, at_least=4, of_last=6), "regular-events", "no-events"),
    (Ratio(measure=COUNT, divided_by=EventMeasure(event="view", measure=Count()), tests=(SEVEN,)), "ratios", "no-events"),
    (Rank(of=COUNT, place=Places(end=End.TOP, percent=Decimal(10))), "ranks", "ranks"),
    (MemberOf(name="vips"), "memberships", "memberships"),
    (Near(latitude=Decimal(52), longitude=Decimal(13), within=Distance(Decimal(25))), "places", "places"),
]


@pytest.mark.parametrize(("predicate", "at_klaviyo", "at_mailchimp"), UNSAYABLE)
def test_what_is_not_compiled_is_a_finding(predicate: Predicate, at_klaviyo: str, at_mailchimp: str) -> None:
    """A node that an ESP has no exact form for, or that no table knows yet, is one finding with a reason; alone, negated or in company."""
    company = attribute("country", ValueTest(op=Op.IS, operand="DE"))
    for written in (predicate, Not(of=predicate), predicate & company):
        for found, expected in (
            (klaviyo.native(written, klaviyo_site()), at_klaviyo),
            (mailchimp.native(written, mailchimp_site()), at_mailchimp),
        ):
            assert {finding.id for finding in found.findings} == {expected}
            assert all(finding.what for finding in found.findings)


def test_a_long_threshold_is_a_finding() -> None:
    """Six of twelve has too many alternatives to be written out."""
    long = AtLeast(count=6, of=tuple(attribute("points", ValueTest(op=Op.IS, operand=number)) for number in range(12)))
    assert {finding.id for finding in klaviyo.native(long, klaviyo_site()).findings} == {"too-large"}
    assert {finding.id for finding in mailchimp.native(long, mailchimp_site()).findings} == {"one-level"}


def test_every_leaf_of_the_language_has_an_entry() -> None:
    """A new kind of leaf cannot be forgotten: normal forms hold these, at every adapter that compiles segments."""
    kinds = {
        each for each in vars(definitions).values() if isinstance(each, type) and issubclass(each, Predicate) and each is not Predicate
    }
    inside = {PropertyTest, InstantTest, CalendarTest}
    constants = {type(TRUE), type(FALSE), definitions.InSegment, definitions.Native}  # what people made is never compiled
    expected = {kind for kind in kinds - inside - constants if is_leaf(object.__new__(kind))}
    assert set(klaviyo.LITERALS) == set(mailchimp.LITERALS) == expected


@pytest.mark.parametrize(
    "sayable",
    [
        attribute("points", ValueTest(op=Op.GT, operand=5)),
        order(definitions.Maximum(of="total", tests=(ValueTest(op=Op.GTE, operand=Decimal(5)),))),
        order(DaysSinceLast(tests=(ValueTest(op=Op.LT, operand=30),))),
        where(InstantTest(tests=(definitions.From(at=date(2026, 1, 1)),))),
        AtLeast(count=1, of=(attribute("points", SEVEN), attribute("country", ValueTest(op=Op.IS, operand="DE")))),
    ],
)
def test_what_a_rewriting_makes_plain_is_native(sayable: Predicate) -> None:
    """A largest value, a recency in days, an event's instant and a small threshold reach Klaviyo in forms that it has."""
    found = klaviyo.native(sayable, klaviyo_site())
    assert not found.findings
    assert found.definition is not None
