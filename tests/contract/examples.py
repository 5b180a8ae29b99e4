"""What the contract suite tries at every adapter: a destination that maps what the ESP can hold, and definitions for each capability."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from franca.adapter import Capability, Site
from franca.definitions import (
    Ago,
    All,
    AnyOf,
    AttributeTest,
    Count,
    Destination,
    EventMapping,
    EventTest,
    FieldMapping,
    From,
    Last,
    Mailable,
    Not,
    Op,
    Predicate,
    Segment,
    Sum,
    TimeTest,
    ValueTest,
)
from schema import length, make_project

# -- definitions


def a(name: str, op: Op, operand: Any) -> Predicate:
    """Return a test on an attribute."""
    return AttributeTest(attribute=name, tests=(ValueTest(op=op, operand=operand),))


def at(name: str, *tests: TimeTest) -> Predicate:
    """Return a time test on an attribute."""
    return AttributeTest(attribute=name, tests=tests)


def ordered(*window: TimeTest, count: int | None = None, total: Decimal | None = None, of: str = "total") -> Predicate:
    """Return a test on orders: at least so many, or at least such a sum."""
    counts = () if count is None else (Count(tests=(ValueTest(op=Op.GTE, operand=count),)),)
    sums = () if total is None else (Sum(of=of, tests=(ValueTest(op=Op.GTE, operand=total),)),)
    return EventTest(event="order", window=window, measures=(*counts, *sums))


GERMAN, RICH = a("country", Op.IS, "DE"), a("points", Op.GT, 5)
ANNA, HIGH = a("first_name", Op.IS, "Anna"), a("score", Op.GTE, 0.5)
MANY_PAIRS = AnyOf(of=tuple(All(of=(a("points", Op.GT, number), a("first_name", Op.IS, f"N{number}"))) for number in range(8)))

EXAMPLES: Mapping[Capability, tuple[Predicate, ...]] = {
    Capability.ANY_OF_ALL: (AnyOf(of=(All(of=(GERMAN, RICH)), All(of=(ANNA, HIGH)))), MANY_PAIRS),
    Capability.ATTRIBUTE_TEXT: (
        GERMAN,
        a("country", Op.IN, ("DE", "AT")),
        a("first_name", Op.STARTS_WITH, ("An",)),
        a("first_name", Op.GT, "M"),
        a("first_name", Op.IS_EMPTY, True),
    ),
    Capability.ATTRIBUTE_NUMBER: (
        *(a("points", op, 5) for op in (Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE)),
        a("credit", Op.BETWEEN, (Decimal("10.00"), Decimal("20.00"))),
        a("score", Op.GT, 0.5),
        a("points", Op.IS_SET, True),
    ),
    Capability.ATTRIBUTE_TIME: (
        a("birthday", Op.IS, date(1990, 5, 1)),
        at("birthday", From(at=date(1990, 5, 1))),
        at("last_seen", Last(duration=length("36 hours"))),
        at("last_seen", Last(duration=length("2 months"))),
    ),
    Capability.EVENT_COUNT: (
        ordered(),
        ordered(count=2),
        Not(of=ordered(Last(duration=length("30 days")))),
        ordered(Ago(older=length("30 days"), newer=length("7 days"))),
    ),
    Capability.EVENT_SUM: (ordered(total=Decimal("50.00")), ordered(total=Decimal(5), of="quantity")),
    Capability.MAILABLE: (
        Mailable(channel="email"),
        All(of=(Mailable(channel="email"), RICH)),
        Not(of=Mailable(channel="email")),
        AnyOf(of=(Mailable(channel="email"), RICH)),
    ),
    Capability.NATIVE_SEGMENT: (GERMAN, RICH),
    Capability.NESTED: (All(of=(AnyOf(of=(GERMAN, RICH)), AnyOf(of=(ANNA, HIGH)))),),
    Capability.RELATIVE_WINDOW: (
        ordered(Last(duration=length("30 days"))),
        at("last_seen", Last(duration=length("36 hours"))),
        ordered(Last(duration=length("1 months"))),
    ),
}
"""Definitions for what a native segment may be asked for: declared YES, all are native; NO, none; PARTIAL, some."""

MADE = frozenset([Capability.COUNT_MEMBERS, Capability.MARKER_FIELD, Capability.MARKER_SEGMENT, Capability.MEMBERS])
"""Capabilities of what is made, not of definitions: tried against the sandbox and by compiling."""


# -- destinations


@dataclass(frozen=True, kw_only=True)
class Example:
    """How the suite uses one adapter.

    Attributes:
        settings: beside api_key and url.
        world: what a shop's integration has put into the account (`Emulator.seed`), so that every mapped name exists.
        attributes, events: mappings of the schema of tests/schema.py.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, FieldMapping] = field(default_factory=dict)
    events: Mapping[str, EventMapping] = field(default_factory=dict)
    world: Mapping[str, Any] = field(default_factory=dict)

    def contact(self, email: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the seed of a subscribed contact with *values* of our attributes, as far as they are mapped."""
        fields = {self.attributes[name].field: value for name, value in values.items() if name in self.attributes}
        return {"email": email, "fields": fields, "consent": {"status": "subscribed", "suppressed": False}}


def _same(*names: str, change: Callable[[str], str] = str) -> dict[str, FieldMapping]:
    return {name: FieldMapping(field=change(name)) for name in names}


FLAT = ("country", "points", "credit", "score", "birthday")
_ORDER = EventMapping(metric="Placed Order", value="total", properties={"total": "Total", "quantity": "Quantity"})

ADAPTERS: Mapping[str, Example] = {
    "klaviyo": Example(
        attributes=_same("first_name", "last_seen", *FLAT),
        events={"order": _ORDER},
        world={"metrics": [{"name": "Placed Order", "integration": None}]},
    ),
    "mailchimp": Example(
        settings={"audience": "Customers"},
        attributes={
            **_same("country", "points", "credit", "score", "birthday", change=str.upper),
            "first_name": FieldMapping(field="FNAME"),
        },
        events={"order": _ORDER},
    ),
    "brevo": Example(
        attributes=_same("first_name", *FLAT, change=str.upper),
        events={"order": _ORDER},
    ),
    "mailerlite": Example(attributes=_same("first_name", *FLAT)),
}
"""By adapter; an installed one without an example fails the suite."""

VARIABLE = "FRANCA_CONTRACT_KEY"


def site(name: str, *segments: Segment, url: str = "http://127.0.0.1:9", root: Path = Path(), markers: tuple[str, ...] = ()) -> Site:
    """Return a project with these segments and one destination at the adapter *name*."""
    example = ADAPTERS[name]
    settings = {"api_key": f"env:{VARIABLE}", "url": url, **example.settings}
    facts: dict[str, Any] = {"attributes": example.attributes, "events": example.events}
    target = Destination(name=name, adapter=name, settings=settings, markers=markers, **facts)
    project = make_project({}, destinations={name: target}, root=root)
    return Site(project=replace(project, segments={each.key: each for each in segments}), destination=target)


def segment(where: Predicate, key: str = "example", **more: Any) -> Segment:
    """Return a segment."""
    return Segment(key=key, name=f"The {key}", where=where, **more)
