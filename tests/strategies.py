"""Hypothesis strategies over the fixed shop of `schema`: random tables and random predicates, for the evaluator and for adapters.

Predicates are as `franca.language.check` leaves them: constants have their subject's type, no reference to another segment.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from choices import ANYTHING, CORE, TIMES, Choice, Extra, attribute_of, drawn
from event_strategies import EXTRA_EVENTS, event_tests
from franca.definitions import AttributeTest, ConsentTest, Mailable, MemberOf, Predicate, Sample, Status
from pools import MEMBER_OF, NEAR
from schema import AS_OF, ATTRIBUTES, EMAILS, EVENTS, INTEGERS, NAMES, STATUSES, make_project, pool
from value_strategies import (
    attribute_refs,
    combined,
    property_tests,
    several,
    since_tests,
    tests_on_value,
    time_tests,
    weighted,
    where_predicates,
)
from whole_shop import GHOST, KEYS, Row, Tables, make_tables, without_conflicts

__all__ = [
    "ANYTHING",
    "AS_OF",
    "CORE",
    "Choice",
    "Extra",
    "Row",
    "Tables",
    "attribute_predicates",
    "attribute_tests",
    "combined",
    "consent_tests",
    "drawn",
    "event_predicates",
    "event_tests",
    "make_project",
    "make_tables",
    "predicates",
    "property_tests",
    "samples",
    "since_tests",
    "tables",
    "weighted",
    "where_predicates",
    "whole_tables",
]

# Tables


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
    return {"customers": customers, "orders": list(without_conflicts(orders, "order_id", "ordered_at", "UTC")), "views": views}


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


def whole_tables(as_of: datetime = AS_OF, *, on_edges: bool = False, profiles: int = 22) -> SearchStrategy[Tables]:
    """Return tables of the whole schema (see `whole_shop`), which is what `ANYTHING` speaks of."""
    return st.integers(0, 2**32).map(lambda start: make_tables(start, as_of, on_edges=on_edges, profiles=profiles))


# Predicates


@cache
@st.composite
def attribute_tests(draw: DrawFn, choice: Choice = CORE) -> AttributeTest:
    """Return one or two tests on one attribute."""
    name = draw(st.sampled_from(choice.attributes))
    item = attribute_of(name)
    kind = item.type.kind
    others = attribute_refs(choice.attributes_like(kind, besides=name))
    one = tests_on_value(kind, choice.constants(name, item.zone), choice, others)
    if kind in TIMES:
        one = draw(st.sampled_from((one, time_tests(choice, kind), time_tests(choice, kind))))
    return AttributeTest(attribute=name, tests=several(draw, one, (1, 1, 1, 2)))


@cache
@st.composite
def consent_tests(draw: DrawFn, choice: Choice = CORE) -> ConsentTest:
    """Return tests on the email consent."""
    statuses = draw(st.lists(st.sampled_from(Status), max_size=2, unique=True))
    timed = draw(st.sampled_from((False, False, True))) or not statuses
    return ConsentTest(channel="email", statuses=tuple(statuses), at=(draw(time_tests(choice)),) if timed else ())


@cache
@st.composite
def samples(draw: DrawFn) -> Sample:
    """Return stable shares."""
    percent = draw(st.sampled_from(("10", "25", "33.3", "50", "90", "100")))
    return Sample(percent=Decimal(percent), salt=draw(st.sampled_from(("holdout", "ü", ""))))


def attribute_predicates(depth: int = 2, choice: Choice = CORE) -> SearchStrategy[Predicate]:
    """Return trees over the attributes of *choice* alone."""
    return combined(attribute_tests(choice), depth)


def event_predicates(depth: int = 2, choice: Choice = CORE) -> SearchStrategy[Predicate]:
    """Return trees over the events of *choice* alone."""
    return combined(event_tests(choice), depth)


def predicates(depth: int = 3, choice: Choice = CORE) -> SearchStrategy[Predicate]:
    """Return trees over every node that *choice* has: attributes and events most, the others sometimes.

    `ANYTHING` is the whole language, to be asked of `whole_tables`; `CORE` are the nodes that every destination has met.
    """
    common = (attribute_tests(choice), event_tests(choice), consent_tests(choice), st.just(Mailable(channel="email")), samples())
    events = [make(choice) for extra, make in EXTRA_EVENTS.items() if extra in choice.extras]
    if not choice.extras:
        return combined(st.one_of(*common), depth)
    leaves = weighted(*zip((9, 6, 1, 1, 1), common, strict=True), *((2, each) for each in events), *((1, each) for each in _places(choice)))
    return combined(leaves, depth, at_least=Extra.AT_LEAST in choice.extras)


def _places(choice: Choice) -> list[SearchStrategy[Predicate]]:
    found: dict[Extra, SearchStrategy[Predicate]] = {
        Extra.MEMBER_OF: st.sampled_from([MemberOf(name=name) for name in MEMBER_OF]),
        Extra.NEAR: st.sampled_from(NEAR),
    }
    return [strategy for extra, strategy in found.items() if extra in choice.extras]
