"""A small shop, and definitions for each thing that a native segment may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from franca.adapter.capabilities import Capability
from franca.adapter.protocol import Choice, Marker
from franca.definitions import (
    TEXT,
    Ago,
    All,
    AnyOf,
    Attribute,
    AttributeTest,
    ConsentSource,
    Count,
    Data,
    DataType,
    Duration,
    EventSource,
    EventTest,
    Format,
    From,
    Kind,
    Last,
    Mailable,
    Not,
    Op,
    Predicate,
    ProfileSource,
    Project,
    Property,
    Segment,
    Source,
    Status,
    Sum,
    Template,
    TimeTest,
    Unit,
    ValueTest,
)

# -- the shop

_TYPES = {
    "email": TEXT,
    "first_name": TEXT,
    "country": TEXT,
    "points": DataType(Kind.INTEGER),
    "credit": DataType(Kind.DECIMAL),
    "score": DataType(Kind.NUMBER),
    "birthday": DataType(Kind.DATE),
    "last_seen": DataType(Kind.DATETIME),
}
_CONSENT = ConsentSource(channel="email", status="status", values={Status.SUBSCRIBED: ("yes",), Status.UNSUBSCRIBED: ("no",)})
_ORDER = EventSource(
    name="order",
    table="orders",
    profile="customer_id",
    at="ordered_at",
    id="order_id",
    properties={
        "total": Property(name="total", type=DataType(Kind.DECIMAL), column="total"),
        "quantity": Property(name="quantity", type=DataType(Kind.INTEGER), column="quantity"),
    },
)
PROJECT = Project(
    name="contract",
    timezone="Europe/Berlin",
    segments={},
    data=Data(
        connect="data",
        profile=ProfileSource(
            table="customers",
            key="customer_id",
            attributes={name: Attribute(name=name, type=type_, column=name) for name, type_ in _TYPES.items()},
            consent={"email": _CONSENT},
        ),
        events={"order": _ORDER},
    ),
)
"""What a `Subject` maps: the attributes first_name, country, points, credit, score, birthday, last_seen, and the event order."""

# -- definitions


def segment(where: Predicate, key: str = "example", **more: Any) -> Segment:
    """Return a segment."""
    return Segment(key=key, name=f"The {key}", where=where, **more)


def _a(name: str, op: Op, operand: Any) -> Predicate:
    return AttributeTest(attribute=name, tests=(ValueTest(op=op, operand=operand),))


def _at(name: str, *tests: TimeTest) -> Predicate:
    return AttributeTest(attribute=name, tests=tests)


def _ordered(*window: TimeTest, count: int | None = None, total: Decimal | None = None, of: str = "total") -> Predicate:
    counts = () if count is None else (Count(tests=(ValueTest(op=Op.GTE, operand=count),)),)
    sums = () if total is None else (Sum(of=of, tests=(ValueTest(op=Op.GTE, operand=total),)),)
    return EventTest(event="order", window=window, measures=(*counts, *sums))


def _days(number: int) -> Duration:
    return Duration(number, Unit.DAYS)


GERMAN, RICH = _a("country", Op.IS, "DE"), _a("points", Op.GT, 5)
ANNA, HIGH = _a("first_name", Op.IS, "Anna"), _a("score", Op.GTE, 0.5)
_RECENTLY = _at("last_seen", Last(duration=Duration(36, Unit.HOURS)))
_MANY_PAIRS = AnyOf(of=tuple(All(of=(_a("points", Op.GT, number), _a("first_name", Op.IS, f"N{number}"))) for number in range(8)))

EXAMPLES: Mapping[Capability, tuple[Predicate, ...]] = {
    Capability.ANY_OF_ALL: (AnyOf(of=(All(of=(GERMAN, RICH)), All(of=(ANNA, HIGH)))), _MANY_PAIRS),
    Capability.ATTRIBUTE_TEXT: (
        GERMAN,
        _a("country", Op.IN, ("DE", "AT")),
        _a("first_name", Op.STARTS_WITH, ("An",)),
        _a("first_name", Op.GT, "M"),
        _a("first_name", Op.IS_EMPTY, True),
    ),
    Capability.ATTRIBUTE_NUMBER: (
        *(_a("points", op, 5) for op in (Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE)),
        _a("credit", Op.BETWEEN, (Decimal("10.00"), Decimal("20.00"))),
        _a("score", Op.GT, 0.5),
        _a("points", Op.IS_SET, True),
    ),
    Capability.ATTRIBUTE_TIME: (
        _a("birthday", Op.IS, date(1990, 5, 1)),
        _at("birthday", From(at=date(1990, 5, 1))),
        _RECENTLY,
        _at("last_seen", Last(duration=Duration(2, Unit.MONTHS))),
    ),
    Capability.EVENT_COUNT: (
        _ordered(),
        _ordered(count=2),
        Not(of=_ordered(Last(duration=_days(30)))),
        _ordered(Ago(older=_days(30), newer=_days(7))),
        _ordered(Last(duration=Duration(1, Unit.MONTHS)), count=2),
    ),
    Capability.EVENT_SUM: (_ordered(total=Decimal("50.00")), _ordered(total=Decimal(5), of="quantity")),
    Capability.MAILABLE: (
        Mailable(channel="email"),
        All(of=(Mailable(channel="email"), RICH)),
        Not(of=Mailable(channel="email")),
        AnyOf(of=(Mailable(channel="email"), RICH)),
    ),
    Capability.NATIVE_SEGMENT: (GERMAN, RICH),
    Capability.NESTED: (All(of=(AnyOf(of=(GERMAN, RICH)), AnyOf(of=(ANNA, HIGH)))),),
    Capability.RELATIVE_WINDOW: (
        _ordered(Last(duration=_days(30))),
        _RECENTLY,
        _ordered(Last(duration=Duration(1, Unit.MONTHS))),
    ),
}
"""Definitions for what a native segment may be asked for: declared YES, all are native; NO, none; PARTIAL, some."""

MADE = frozenset([Capability.COUNT_MEMBERS, Capability.ERASURE, Capability.MARKER_FIELD, Capability.MARKER_SEGMENT, Capability.MEMBERS])
"""Capabilities of what is made, not of definitions: tried by compiling, and at the emulator."""

MARKER = Marker(key="tier", title="Tier", choices=(Choice(segment="gold", key="tier.gold", title="Gold"),))

GREETING = Template(
    key="greeting",
    name="Greeting",
    format=Format.HTML,
    subject=Source(text='Hi {{ profile.first_name | default("you") }}'),
    body=Source(
        text="<p>{% if profile.first_name is defined %}"
        '{{ profile.first_name | upper | default("you") }}{{ profile.first_name | default("x") }}'
        '{% if profile.country == "DE" %}x{% endif %}{% endif %}</p>{{ unsubscribe_url }} {{ company_address }}'
    ),
)


@dataclass(frozen=True, kw_only=True)
class Unheard(Predicate):
    """A node of a language newer than any adapter."""
