"""Trees that lean on an assumption each, and differ without it: random ones meet the people who show it too rarely."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from equivalence.shop import CAPITALS, CENTS
from franca.definitions import (
    Ago,
    All,
    Anniversary,
    AnyOf,
    AttributeTest,
    Count,
    EventTest,
    Last,
    Not,
    Op,
    Predicate,
    Sum,
    TimeTest,
    To,
    ValueTest,
)
from schema import length


def a(name: str, op: Op, operand: Any) -> AttributeTest:
    return AttributeTest(attribute=name, tests=(ValueTest(op=op, operand=operand),))


def never(event: str, *window: TimeTest) -> EventTest:
    return EventTest(event=event, window=window, measures=(Count(tests=(ValueTest(op=Op.IS, operand=0),)),))


GERMAN, FEMALE = a("country", Op.IS, "DE"), a("gender", Op.IS, "f")
CENTS_SUMMED = Sum(of="total", tests=(ValueTest(op=Op.IS, operand=sum(CENTS, Decimal(0))),))

BOTH = ("order", "view")

LEANING: Mapping[str, tuple[Predicate, ...]] = {
    "klaviyo": (
        *(EventTest(event=event, window=(Last(duration=length(text)),)) for event in BOTH for text in ("36 hours", "60 days")),
        *(EventTest(event=event, window=(Ago(older=length(text)),)) for event in BOTH for text in ("6 hours", "48 hours", "30 days")),
        EventTest(event="order", window=(Ago(older=length("84 days")),)),  # cuts the day on which `shop._cents` has its orders
        *(EventTest(event=event, window=(Ago(older=length("48 hours"), newer=length("2 hours")),)) for event in BOTH),
        AttributeTest(attribute="birthday", tests=(Anniversary(tests=(Last(duration=length("30 days")),)),)),
        never("order", Last(duration=length("180 days"))),
        EventTest(event="order", measures=(CENTS_SUMMED,)),
        a("points", Op.LT, 5),
        a("credit", Op.IS, Decimal(0)),
        AttributeTest(attribute="birthday", tests=(To(at=date(2000, 1, 1)),)),
        Not(of=GERMAN),
    ),
    "mailchimp": (
        All(of=(Not(of=GERMAN), Not(of=FEMALE))),
        AnyOf(of=(a("points", Op.LT, 5), FEMALE)),
        GERMAN,
        a("first_name", Op.CONTAINS, ("e",)),
        a("first_name", Op.CONTAINS, ("_off",)),
        a("points", Op.GT, 5),
        a("points", Op.IS_SET, True),
    ),
    **dict.fromkeys(("brevo", "mailerlite"), ()),
}
ALONE: Mapping[str, tuple[Predicate, ...]] = dict.fromkeys(("klaviyo", "brevo", "mailerlite"), (a("email", Op.IS, CAPITALS.lower()),))
"""Trees that are an account's only ones: contacts are asked for by email only where reading all of them is more calls."""
