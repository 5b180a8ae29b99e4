"""Hypothesis strategies over the fixed shop of `schema`: random tables and random predicates, for the evaluator and for adapters.

Predicates are as `franca.language.check` leaves them: constants have their subject's type, no reference to another segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from evaluator import naive
from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Constant,
    Count,
    EventTest,
    Everyone,
    Kind,
    Mailable,
    Measure,
    NoneOf,
    Not,
    Op,
    Predicate,
    PropertyTest,
    Sample,
    SinceAttribute,
    SinceLatest,
    Status,
    Sum,
    TimeTest,
    ValueTest,
)
from schema import (
    AS_OF,
    ATTRIBUTES,
    DAY_TESTS,
    EMAILS,
    EVENTS,
    INSTANT_TESTS,
    INTEGERS,
    NAMES,
    ORDERED,
    POOLS,
    STATUSES,
    TAKES,
    WIDE,
    make_project,
    pool,
)

__all__ = [
    "ANYTHING",
    "AS_OF",
    "Choice",
    "attribute_predicates",
    "attribute_tests",
    "combined",
    "consent_tests",
    "drawn",
    "event_predicates",
    "event_tests",
    "make_project",
    "predicates",
    "property_tests",
    "samples",
    "since_tests",
    "tables",
    "where_predicates",
]

T = TypeVar("T")
Row = dict[str, Any]
Tables = dict[str, list[Row]]

# Tables

KEYS = ("1", "01", "007", "7", "c4", "C4", "k:6", "ключ", "🎉", "a b", "x,y", *(f"c{number}" for number in range(11, 41)))
"""Keys of profiles: compared as text."""
GHOST = "nobody"


def tables(
    as_of: datetime = AS_OF, *, profiles: int = 16, orders: int = 70, views: int = 40, on_edges: bool = False
) -> SearchStrategy[Tables]:
    """Return up to that many rows of each table, with duplicated ids, cancelled orders, strangers, and a profile without a key."""
    keys = st.lists(st.sampled_from(KEYS), min_size=profiles - 4, max_size=profiles, unique=True)
    cells = _profile_cells(as_of, on_edges=on_edges)
    return st.builds(
        _assemble,
        keys,
        st.lists(cells, min_size=profiles + 1, max_size=profiles + 1),
        st.lists(_order_cells(as_of, on_edges=on_edges), min_size=orders // 2, max_size=orders),
        st.lists(_view_cells(as_of, on_edges=on_edges), min_size=views // 2, max_size=views),
        st.booleans(),
    )


def _assemble(keys: list[str], people: list[Row], orders: list[Row], views: list[Row], keyless: bool) -> Tables:
    customers = [{"customer_id": key, **row} for key, row in zip(keys, people, strict=False)]
    owners = (*keys, *keys, *keys, *keys, GHOST, None)
    customers += [{"customer_id": None, **people[-1]}] if keyless else []
    for number, row in enumerate(customers):
        row["email"] = f"{number}@example.com" if row["email"] == "own" else row["email"]
    orders = [{**row, "customer_id": owners[row["customer_id"] % len(owners)]} for row in orders]
    views = [{**row, "visitor": owners[row["visitor"] % len(owners)]} for row in views]
    return {"customers": customers, "orders": list(_without_conflicts(orders)), "views": views}


def _without_conflicts(orders: list[Row]) -> Iterator[Row]:
    """Rows with one id at one instant become equal rows: which of them is the event is not defined."""
    first: dict[tuple[str, datetime], Row] = {}
    for row in orders:
        known = row["order_id"] is not None and row["ordered_at"] is not None
        yield dict(first.setdefault((row["order_id"], naive.instant(row["ordered_at"], ZoneInfo("UTC"))), row)) if known else row


def _cells(name: str, as_of: datetime, zone: str = "UTC", *, on_edges: bool) -> SearchStrategy[Any]:
    return st.sampled_from(pool(name, as_of, zone, on_edges=on_edges).cells)


def _profile_cells(as_of: datetime, *, on_edges: bool) -> SearchStrategy[Row]:
    attributes = {item.column: _cells(name, as_of, item.zone, on_edges=on_edges) for name, item in ATTRIBUTES.items()}
    attributes["email"] = st.sampled_from((*EMAILS.cells, *["own"] * 12))
    consent = {
        "email_status": st.sampled_from(STATUSES),
        "email_status_at": _cells("email_status_at", as_of, on_edges=on_edges),
        "email_suppressed": st.sampled_from((True, False, False, None, None)),
    }
    return st.fixed_dictionaries({**attributes, **consent})


def _order_cells(as_of: datetime, *, on_edges: bool) -> SearchStrategy[Row]:
    properties = {item.column: _cells(name, as_of, item.zone, on_edges=on_edges) for name, item in EVENTS["order"].properties.items()}
    return st.fixed_dictionaries(
        {
            "order_id": st.sampled_from((*(f"o{number}" for number in range(50)), *[None] * 6)),
            "customer_id": st.integers(0, 500),
            "ordered_at": _cells("ordered_at", as_of, on_edges=on_edges),
            "status": st.sampled_from(("paid", "paid", "paid", "cancelled", "Cancelled", "", None)),
            **properties,
        }
    )


def _view_cells(as_of: datetime, *, on_edges: bool) -> SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            "visitor": st.integers(0, 500),
            "viewed_at": _cells("viewed_at", as_of, "Europe/Berlin", on_edges=on_edges),
            "page": st.sampled_from(NAMES.cells),
            "items": st.sampled_from(INTEGERS.cells),
            "internal": st.sampled_from((0, 0, 0, 1, 11, None)),
        }
    )


# Predicates

_FLAGS = {Op.IS_SET, Op.IS_EMPTY}
_SEVERAL = {Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.HAS_ANY}
COUNTS = (0, 1, 1, 2, 2, 3, 5)
SUMMABLE = {Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER}


def value_tests(kind: Kind, constants: tuple[Constant, ...], operators: tuple[Op, ...] | None = None) -> SearchStrategy[ValueTest]:
    """Return tests on a value of *kind* with operands from *constants*."""
    return _value_tests(constants, operators or TAKES[kind])


@st.composite
def _value_tests(draw: DrawFn, constants: tuple[Any, ...], operators: tuple[Op, ...]) -> ValueTest:
    op = draw(st.sampled_from(operators))
    if op in _FLAGS:
        return ValueTest(op=op, operand=draw(st.booleans()))
    if op is Op.BETWEEN:
        low, high = sorted(draw(st.lists(st.sampled_from(sorted(set(constants))), min_size=2, max_size=2, unique=True)))
        return ValueTest(op=op, operand=(low, high))
    if op in _SEVERAL:
        texts = constants if op in {Op.IN, Op.NOT_IN, Op.HAS_ANY} else tuple(constant for constant in constants if constant)
        return ValueTest(op=op, operand=tuple(draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3, unique=True))))
    return ValueTest(op=op, operand=draw(st.sampled_from(constants)))


def drawn(strategy: SearchStrategy[T], number: int, start: int = 0) -> list[T]:
    """Return that many examples of *strategy*, the same for one *start* at every run: for tests that work on many at once."""
    found: list[T] = []

    @seed(start)
    @settings(max_examples=number, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What random predicates may speak of; adapters restrict it to mapped facts.

    Attributes:
        properties: of events; None is every one.
        since: whether windows may depend on data (`since:`).
        sums: whether `sum` may be asked for, beside `count`.
        on_edges: whether constants may be the very instants in the data (use it with the tables' `on_edges`).
    """

    attributes: tuple[str, ...] = tuple(ATTRIBUTES)
    events: tuple[str, ...] = tuple(EVENTS)
    properties: tuple[str, ...] | None = None
    since: bool = True
    sums: bool = True
    on_edges: bool = False
    as_of: datetime = AS_OF

    def properties_of(self, event: str) -> tuple[str, ...]:
        """The properties of an event that may be used."""
        return tuple(name for name in EVENTS[event].properties if self.properties is None or name in self.properties)

    def constants(self, name: str, zone: str) -> tuple[Any, ...]:
        """The constants of tests on an attribute or property."""
        return pool(name, self.as_of, zone, on_edges=self.on_edges).constants


ANYTHING = Choice()


@cache
@st.composite
def attribute_tests(draw: DrawFn, choice: Choice = ANYTHING) -> AttributeTest:
    """Return one or two tests on one attribute."""
    name = draw(st.sampled_from(choice.attributes))
    kind = ATTRIBUTES[name].type.kind
    one: SearchStrategy[Any] = value_tests(kind, choice.constants(name, ATTRIBUTES[name].zone))
    if kind in {Kind.DATE, Kind.DATETIME}:
        one = draw(st.sampled_from((one, _time_tests(choice, kind), _time_tests(choice, kind))))
    return AttributeTest(attribute=name, tests=tuple(draw(one) for _ in range(draw(st.sampled_from((1, 1, 1, 2))))))


@cache
@st.composite
def _time_tests(draw: DrawFn, choice: Choice, kind: Kind = Kind.DATETIME) -> TimeTest:
    if kind is Kind.DATE:
        return draw(st.sampled_from(DAY_TESTS))
    if choice.since and not draw(st.integers(0, 7)):
        return draw(since_tests(choice))
    return draw(st.sampled_from((*INSTANT_TESTS, *WIDE * 5)))


@cache
@st.composite
def since_tests(draw: DrawFn, choice: Choice = ANYTHING) -> SinceAttribute | SinceLatest:
    """Return windows whose beginning is in the data."""
    timed = [name for name in choice.attributes if ATTRIBUTES[name].type.kind in {Kind.DATE, Kind.DATETIME}]
    subject = draw(st.sampled_from((*timed, *choice.events)))
    if subject in timed:
        return SinceAttribute(attribute=subject)
    return SinceLatest(event=subject, where=draw(_maybe_where(subject, choice)))


@cache
@st.composite
def event_tests(draw: DrawFn, choice: Choice = ANYTHING) -> EventTest:
    """Return tests on what a profile did: properties, windows, counts and sums."""
    event = draw(st.sampled_from(choice.events))
    return EventTest(
        event=event,
        where=draw(_maybe_where(event, choice)),
        window=tuple(draw(_time_tests(choice)) for _ in range(draw(st.sampled_from((0, 0, 1, 1, 1, 2))))),
        measures=tuple(draw(_measures(event, choice)) for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2))))),
    )


@cache
@st.composite
def _measures(draw: DrawFn, event: str, choice: Choice) -> Measure:
    summable = [name for name in choice.properties_of(event) if EVENTS[event].properties[name].type.kind in SUMMABLE]
    if not choice.sums or not summable or draw(st.booleans()):
        return Count(tests=(draw(value_tests(Kind.INTEGER, COUNTS, ORDERED)),))
    name = draw(st.sampled_from(summable))
    return Sum(of=name, tests=(draw(value_tests(POOLS[name].type.kind, POOLS[name].constants, ORDERED)),))


@cache
@st.composite
def _maybe_where(draw: DrawFn, event: str, choice: Choice) -> Predicate | None:
    wanted = choice.properties_of(event) and draw(st.sampled_from((False, False, True)))
    return draw(where_predicates(event, choice, 1)) if wanted else None


@cache
def where_predicates(event: str, choice: Choice = ANYTHING, depth: int = 1) -> SearchStrategy[Predicate]:
    """Return predicates over an event's properties."""
    return combined(property_tests(event, choice), depth, everyone=False)


@cache
@st.composite
def property_tests(draw: DrawFn, event: str, choice: Choice = ANYTHING) -> PropertyTest:
    """Return one or two tests on one property."""
    name = draw(st.sampled_from(choice.properties_of(event)))
    item = EVENTS[event].properties[name]
    one = value_tests(item.type.kind, choice.constants(name, item.zone))
    return PropertyTest(property=name, tests=tuple(draw(one) for _ in range(draw(st.sampled_from((1, 1, 1, 2))))))


@cache
@st.composite
def consent_tests(draw: DrawFn, choice: Choice = ANYTHING) -> ConsentTest:
    """Return tests on the email consent."""
    statuses = draw(st.lists(st.sampled_from(Status), max_size=2, unique=True))
    timed = draw(st.sampled_from((False, False, True))) or not statuses
    return ConsentTest(channel="email", statuses=tuple(statuses), at=(draw(_time_tests(choice)),) if timed else ())


@cache
@st.composite
def samples(draw: DrawFn) -> Sample:
    """Return stable shares."""
    percent = draw(st.sampled_from(("10", "25", "33.3", "50", "90", "100")))
    return Sample(percent=Decimal(percent), salt=draw(st.sampled_from(("holdout", "ü", ""))))


def combined(leaves: SearchStrategy[Any], depth: int, *, everyone: bool = True) -> SearchStrategy[Predicate]:
    """Return trees over *leaves*, at most *depth* combinators high; `everyone` has no place in `where`."""
    return leaves if depth == 0 else _combined(leaves, depth, everyone)


_SHAPES = (*[None] * 4, All, All, All, AnyOf, AnyOf, AnyOf, NoneOf, NoneOf, Not, Not, Not)


@cache
@st.composite
def _combined(draw: DrawFn, leaves: SearchStrategy[Any], depth: int, everyone: bool) -> Predicate:
    shape: Any = draw(st.sampled_from((*_SHAPES, Everyone) if everyone else _SHAPES))
    inner = combined(leaves, depth - 1, everyone=everyone)
    if shape is None:
        leaf: Predicate = draw(leaves)
        return leaf
    if shape is Everyone:
        return Everyone()
    return Not(of=draw(inner)) if shape is Not else shape(of=tuple(draw(st.lists(inner, min_size=1, max_size=3))))


def attribute_predicates(depth: int = 2, choice: Choice = ANYTHING) -> SearchStrategy[Predicate]:
    """Return trees over the attributes of *choice* alone."""
    return combined(attribute_tests(choice), depth)


def event_predicates(depth: int = 2, choice: Choice = ANYTHING) -> SearchStrategy[Predicate]:
    """Return trees over the events of *choice* alone."""
    return combined(event_tests(choice), depth)


def predicates(depth: int = 3, choice: Choice = ANYTHING) -> SearchStrategy[Predicate]:
    """Return trees over every node of the language: attributes and events most, consent, `mailable` and samples sometimes."""
    common = (attribute_tests(choice), event_tests(choice)) * 3
    return combined(st.one_of(*common, consent_tests(choice), st.just(Mailable(channel="email")), samples()), depth)
