"""One fixed shop for random tests: its schema. What its cells and the constants of tests are drawn from is in `pools` and `windows`.

`ATTRIBUTES` and `EVENTS` are what destinations map, and the tables of `columns()` hold. `WHOLE_ATTRIBUTES` and `WHOLE_EVENTS` are all that
a project declares, for trees over the whole language; the tables of `columns(whole=True)` hold them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from franca.definitions import (
    TEXT,
    Attribute,
    ConsentSource,
    Data,
    DataType,
    Destination,
    EventSource,
    Kind,
    Location,
    Memberships,
    Not,
    Op,
    Predicate,
    ProfileSource,
    Project,
    Property,
    PropertyTest,
    Segment,
    Status,
    ValueTest,
)
from pools import BOOLEANS, COUNTRIES, EMAILS, GENDERS, INTEGERS, LISTS, MONEY, NAMES, NUMBERS, POOLS, Pool
from windows import (
    ANNIVERSARIES,
    AS_OF,
    CALENDAR,
    DATE,
    DATETIME,
    DAY_TESTS,
    INSTANT_TESTS,
    LOCAL_TIMES,
    WIDE,
    WITHIN,
    ZONE,
    edges,
    instants,
    length,
    pool,
    stored,
)

__all__ = [
    "ANNIVERSARIES", "AS_OF", "ATTRIBUTES", "BOOLEANS", "CALENDAR", "COUNTRIES", "DATE", "DATETIME", "DAY_TESTS", "EMAILS", "EVENTS",
    "GENDERS", "INSTANT_TESTS", "INTEGERS", "LISTS", "LOCAL_TIMES", "MONEY", "NAMES", "NUMBERS", "ORDERED", "POOLS", "STATUSES",
    "TAKES", "UNDECLARED", "WHOLE_ATTRIBUTES", "WHOLE_EVENTS", "WHOLE_TAKES", "WIDE", "WITHIN", "ZONE", "Pool", "columns", "edges",
    "instants", "length", "make_project", "pool", "stored", "tables_of",
]  # fmt: skip

ATTRIBUTES = {
    **{
        name: Attribute(name=name, type=POOLS[name].type, column=name)
        for name in ("email", "first_name", "country", "points", "credit", "score", "tags")
    },
    "vip": Attribute(name="vip", type=BOOLEANS.type, column="is_vip"),
    "gender": Attribute(name="gender", type=TEXT, column="gender", protected=True),
    "birthday": Attribute(name="birthday", type=DATE, column="birthday"),
    "created_at": Attribute(name="created_at", type=DATETIME, column="registered_at", zone="Europe/Berlin"),
    "last_seen": Attribute(name="last_seen", type=DATETIME, column="last_seen"),
}
CONSENT = ConsentSource(
    channel="email",
    status="email_status",
    values={Status.SUBSCRIBED: ("SUBSCRIBED", "opted in"), Status.UNSUBSCRIBED: ("UNSUBSCRIBED",), Status.PENDING: ("PENDING",)},
    at="email_status_at",
    suppressed="email_suppressed",
)
STATUSES = ("SUBSCRIBED", "SUBSCRIBED", "SUBSCRIBED", "opted in", "UNSUBSCRIBED", "PENDING", None)
_ORDER = {
    **{name: Property(name=name, type=POOLS[name].type, column=name) for name in ("sku", "quantity", "weight", "gift", "categories")},
    "total": Property(name="total", type=MONEY.type, column="amount"),
    "due": Property(name="due", type=DATE, column="due"),
    "shipped_at": Property(name="shipped_at", type=DATETIME, column="shipped_at"),
}
EVENTS = {
    "order": EventSource(
        name="order",
        table="orders",
        profile="customer_id",
        at="ordered_at",
        id="order_id",
        where=PropertyTest(property="status", tests=(ValueTest(op=Op.IS_NOT, operand="cancelled"),)),
        properties=_ORDER,
    ),
    "cancellation": EventSource(  # a second event over the same table
        name="cancellation",
        table="orders",
        profile="customer_id",
        at="ordered_at",
        id="order_id",
        where=PropertyTest(property="status", tests=(ValueTest(op=Op.IS, operand="cancelled"),)),
        properties={"total": _ORDER["total"], "quantity": _ORDER["quantity"]},
    ),
    "view": EventSource(
        name="view",
        table="views",
        profile="visitor",
        at="viewed_at",
        zone="Europe/Berlin",
        where=Not(of=PropertyTest(property="internal", tests=(ValueTest(op=Op.IS, operand="1"),))),
        properties={
            "page": Property(name="page", type=TEXT, column="page"),
            "quantity": Property(name="quantity", type=INTEGERS.type, column="items"),
        },
    ),
}
WHOLE_ATTRIBUTES = {
    **ATTRIBUTES,
    **{name: Attribute(name=name, type=POOLS[name].type, column=name) for name in ("nickname", "avg_gap_days", "minimum_spend", "opted")},
    "name_day": Attribute(name="name_day", type=DATE, column="name_day"),
}
"""Attributes to compare others with, and a date of which some have no year."""
WHOLE_EVENTS = {
    **EVENTS,
    "order": dataclasses.replace(
        EVENTS["order"],
        properties={**_ORDER, "list_price": Property(name="list_price", type=POOLS["list_price"].type, column="list_price")},
    ),
    "cart": EventSource(  # ids are numbers, some of them those of orders
        name="cart",
        table="carts",
        profile="who",
        at="made_at",
        zone="America/New_York",
        id="cart_no",
        properties={
            **{name: _ORDER[name] for name in ("sku", "quantity", "categories", "due", "weight")},
            "total": Property(name="total", type=MONEY.type, column="worth"),
            "gift_day": Property(name="gift_day", type=DATE, column="gift_day"),
        },
    ),
}
UNDECLARED = {"orders": {"status": TEXT}, "views": {"internal": INTEGERS.type}}
"""Columns of the event tables that no property declares; as text they are `cancelled`, `1`."""


def make_project(
    segments: Mapping[str, Predicate],
    *,
    root: Path = Path(),
    connect: str = "data",
    destinations: Mapping[str, Destination] | None = None,
    timezone: str = "Europe/Berlin",
) -> Project:
    """Return a checked project over the fixed schema, with these predicates as its segments."""
    profile = ProfileSource(
        table="customers",
        key="customer_id",
        attributes=WHOLE_ATTRIBUTES,
        consent={"email": CONSENT},
        location=Location(latitude="lat", longitude="lon"),
    )
    memberships = Memberships(table="list_members", profile="customer_id", name="list_name")
    return Project(
        name="random",
        timezone=timezone,
        data=Data(connect=connect, profile=profile, events=WHOLE_EVENTS, memberships=memberships),
        segments={key: Segment(key=key, name=f"Segment {key}", where=where) for key, where in segments.items()},
        destinations=destinations or {},
        root=root,
    )


def columns(*, whole: bool = False) -> dict[str, dict[str, DataType]]:
    """Return the schema of each table: column → type. A column that holds days without a year is of texts."""
    attributes = {attribute.column: attribute.type for attribute in ATTRIBUTES.values()}
    consent = {"email_status": TEXT, "email_status_at": DATETIME, "email_suppressed": BOOLEANS.type}
    views = {"visitor": TEXT, "viewed_at": DATETIME, "page": TEXT, "items": INTEGERS.type}
    orders = {"order_id": TEXT, "customer_id": TEXT, "ordered_at": DATETIME, **{prop.column: prop.type for prop in _ORDER.values()}}
    tables = {
        "customers": {"customer_id": TEXT, **attributes, **consent},
        "orders": {**orders, **UNDECLARED["orders"]},
        "views": {**views, **UNDECLARED["views"]},
    }
    return _whole(tables) if whole else tables


def _whole(tables: dict[str, dict[str, DataType]]) -> dict[str, dict[str, DataType]]:
    added = {item.column: item.type for name, item in WHOLE_ATTRIBUTES.items() if name not in ATTRIBUTES}
    places = dict.fromkeys(("lat", "lon"), NUMBERS.type)
    carts = {item.column: item.type for item in WHOLE_EVENTS["cart"].properties.values()}
    return {
        **tables,
        "customers": {**tables["customers"], **added, **places, "name_day": TEXT},
        "orders": {**tables["orders"], "list_price": MONEY.type},
        "carts": {"cart_no": INTEGERS.type, "who": TEXT, "made_at": DATETIME, **carts, "gift_day": TEXT},
        "list_members": {"customer_id": TEXT, "list_name": TEXT},
    }


def tables_of(tables: Mapping[str, Any]) -> dict[str, dict[str, DataType]]:
    """Return the schema of these tables: the whole one, or what destinations map."""
    return columns(whole="carts" in tables)


ORDERED = (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN)
_PRESENCE = (Op.IS_SET, Op.IS_EMPTY)
TAKES: Mapping[Kind, tuple[Op, ...]] = {
    **dict.fromkeys((Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER, Kind.DATE, Kind.DATETIME), (*ORDERED, *_PRESENCE)),
    Kind.TEXT: (*ORDERED, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, *_PRESENCE),
    Kind.BOOLEAN: (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, *_PRESENCE),
    Kind.LIST: (Op.HAS_ANY, *_PRESENCE),
}
"""The operators that a type takes, without those that `WHOLE_TAKES` adds."""
WHOLE_TAKES = {**TAKES, Kind.TEXT: (*TAKES[Kind.TEXT], Op.MATCHES), Kind.LIST: (*TAKES[Kind.LIST], Op.HAS_ALL, Op.HAS_NONE)}
