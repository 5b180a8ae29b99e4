"""A shop whose attributes are mapped to what Mailchimp keeps besides merge fields, and people in it; for two test files."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.mailchimp.kit import KEY_VARIABLE, Account, a, at, settings
from adapters.mailchimp.kit import site as plain_site
from evaluator import naive
from franca.adapter import Site, VirtualWaiter
from franca.definitions import (
    TEXT,
    All,
    Anniversary,
    AnyOf,
    Attribute,
    DataType,
    FieldMapping,
    From,
    Kind,
    Mailable,
    Not,
    OnDay,
    Op,
    Predicate,
    To,
)
from franca.sandbox import Clock, Host, serve
from franca_mailchimp.adapter import ADAPTER
from franca_mailchimp.sandbox import API_KEY, Sandbox
from sandbox.mailchimp_kit import LIST, sdk
from schema import AS_OF

TYPES: Mapping[str, tuple[DataType, bool]] = {
    "email": (TEXT, False),
    "tags": (DataType(Kind.LIST), False),
    "topics": (DataType(Kind.LIST), False),
    "plan": (TEXT, False),
    "vip": (DataType(Kind.BOOLEAN), False),
    "star": (DataType(Kind.BOOLEAN), True),
    "buyer": (DataType(Kind.BOOLEAN), True),
    "stars": (DataType(Kind.INTEGER), True),
    "language": (TEXT, False),
    "source": (TEXT, True),
    "place": (TEXT, False),
    "orders": (DataType(Kind.INTEGER), True),
    "products": (DataType(Kind.INTEGER), True),
    "spent": (DataType(Kind.DECIMAL, 2), True),
    "mean": (DataType(Kind.NUMBER), False),
    "birthday": (DataType(Kind.DATE), False),
    "points": (DataType(Kind.INTEGER), False),
    "level": (DataType(Kind.INTEGER), True),
    "tier": (TEXT, True),
    "signed": (DataType(Kind.DATETIME), False),
}
"""Type, and whether it is `required`."""
ATTRIBUTES = {name: Attribute(name=name, type=type_, column=name, required=required) for name, (type_, required) in TYPES.items()}
FIELDS = {
    "tags": "tags",
    "topics": "interests:Topics",
    "plan": "interests:Plan",
    "vip": "vip",
    "star": "vip",
    "buyer": "ecomm_purchased",
    "stars": "rating",
    "language": "language",
    "source": "source",
    "place": "ipgeo",
    "orders": "ecomm_orders",
    "products": "ecomm_prod_all",
    "spent": "ecomm_spent_all",
    "mean": "ecomm_spent_avg",
    "birthday": "BDAY",
    "points": "POINTS",
    "level": "LEVEL",
    "tier": "TIER",
    "signed": "timestamp_opt",
}
MAPPED = {name: FieldMapping(field=field) for name, field in FIELDS.items()}
TAGS, TOPICS, PLANS = ("vip club", "wholesale", "blog"), ("Sale", "News", "Events"), ("Basic", "Pro")
NOTHING: Mapping[str, Predicate] = {}


def site(segments: Mapping[str, Predicate] = NOTHING, **changes: Any) -> Site:
    """Return the shop's site; *changes* are of the destination."""
    place = plain_site(segments, **{"attributes": MAPPED, **changes})
    profile = replace(place.project.data.profile, attributes=ATTRIBUTES)
    return replace(place, project=replace(place.project, data=replace(place.project.data, profile=profile)))


# -- people


def people(number: int, seed: int) -> list[naive.Row]:
    """Return rows of the shop's table, with the orders of each (`_orders`) beside."""
    draw = random.Random(seed)
    return [_person(draw, place) for place in range(number)]


def _person(draw: random.Random, place: int) -> naive.Row:
    orders = [(Decimal(draw.randint(2, 60)) / 2, draw.randint(1, 3)) for _ in range(draw.choice((0, 0, 1, 2, 4)))]
    totals = [total for total, _ in orders]
    vip = draw.choice((True, False, None))
    status = draw.choice(("SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED", None))
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(draw.randrange(6))  # no zone has another day then, and no edge is near
    return {
        "customer_id": str(place),
        "email": f"p{place:03}@shop.test",
        "email_status": status,
        "signed": noon if status else None,
        "email_suppressed": False,
        "tags": draw.choice((None, [], *(draw.sample(TAGS, draw.randint(1, 3)) for _ in range(4)))),
        "topics": draw.choice((None, [], *(draw.sample(TOPICS, draw.randint(1, 3)) for _ in range(4)))),
        "plan": draw.choice((*PLANS, None)),
        "vip": vip,
        "star": bool(vip),
        "buyer": bool(orders),
        "stars": draw.randint(1, 5),
        "language": draw.choice(("de", "en", "it", None)),
        "source": draw.choice(("API", "List Import", "")),
        "place": draw.choice(("DE", "US", None)),
        "orders": len(orders),
        "products": sum(count for _, count in orders),
        "spent": sum(totals, Decimal(0)),
        "mean": float(sum(totals) / len(totals)) if totals else None,
        "birthday": draw.choice((None, date(1990, 2, 28), date(1992, 2, 29), date(1991, 3, 1), date(2001, 12, 24))),
        "points": draw.choice((None, -1, 0, 3, 7)),
        "level": draw.randint(1, 4),
        "tier": draw.choice(("gold", "silver", "")),
        "_orders": orders,
    }


def seed(rows: list[naive.Row]) -> dict[str, Any]:
    """Return what the shop's integration has put into Mailchimp."""
    return {"contacts": [_contact(row) for row in rows], "events": [event for row in rows for event in _events(row)]}


def _contact(row: naive.Row) -> dict[str, Any]:
    held = ("tags", "plan", "topics", "points", "level", "tier")
    fields = {FIELDS[name]: row[name] for name in held if row[name] is not None}
    born = {"BDAY": f"{row['birthday']:%m/%d}"} if row["birthday"] else {}
    status = {"SUBSCRIBED": "subscribed", "UNSUBSCRIBED": "unsubscribed", None: "never"}[row["email_status"]]
    kept = {"ipgeo": row["place"], "language": row["language"] or "", "source": row["source"], "vip": row["star"], "rating": row["stars"]}
    at = {"at": row["signed"].isoformat()} if row["signed"] else {}
    return {"email": row["email"], "fields": {**fields, **born, **kept}, "consent": {"status": status, "suppressed": False, **at}}


def _events(row: naive.Row) -> Iterator[dict[str, Any]]:
    for number, (total, products) in enumerate(row["_orders"]):
        yield {
            "email": row["email"],
            "metric": "order",
            "id": f"{row['customer_id']}-{number}",
            "at": "2025-01-01T10:00:00+00:00",
            "value": total,
            "properties": {"lines": [{"quantity": products}]},
        }


# -- trees


def leaves() -> list[Predicate]:
    """Return every test that has a form, on every attribute."""
    found: list[Predicate] = [a("tags", op, operand) for op in _LISTED for operand in (TAGS[:1], TAGS[1:], TAGS)]
    found += [a("topics", op, operand) for op in _LISTED for operand in (TOPICS[:1], TOPICS[1:])]
    found += [a("plan", op, operand) for op, operand in ((Op.IS, "Pro"), (Op.IS_NOT, "Pro"), (Op.IN, PLANS), (Op.NOT_IN, PLANS))]
    found += [
        a("vip", Op.IS, True),
        a("star", Op.IS, False),
        a("star", Op.IS_NOT, False),
        a("buyer", Op.IS, True),
        a("buyer", Op.IS, False),
    ]
    found += [a(name, op, 2) for name in ("stars", "orders", "products") for op in _NUMBERS]
    found += [a("orders", op, 0) for op in _NUMBERS] + [a("orders", Op.IN, (0, 4)), a("stars", Op.BETWEEN, (2, 4))]
    found += [a("spent", op, operand) for op in _ORDERED for operand in (Decimal("20.00"), Decimal("0.00"))]
    found += [a("mean", op, 11.5) for op in _NUMBERS] + [a("mean", Op.IS_SET, True), a("mean", Op.IS_SET, False)]
    found += [a("language", op, "de") for op in (Op.IS, Op.IS_NOT)] + [a("language", Op.NOT_IN, ("de", "en"))]
    found += [a("place", Op.IS, "DE"), a("place", Op.IS_NOT, "DE"), a("place", Op.IN, ("DE", "US"))]
    found += [a("source", op, "List Import") for op in (Op.IS, Op.IS_NOT)]
    found += [a("tier", Op.IS, "gold"), a("tier", Op.IS_NOT, "gold"), a("tier", Op.NOT_IN, ("gold", "silver"))]
    found += [a("level", op, 2) for op in _NUMBERS] + [a("level", Op.NOT_IN, (2, 3))]
    found += [a("points", op, 3) for op in _ORDERED] + [a("birthday", Op.IS_SET, True)]
    found += [at("signed", test) for test in (From(at=date(2026, 1, 3)), To(at=date(2026, 1, 3)), OnDay(day=date(2026, 1, 3)))]
    found += [a("signed", Op.IS_SET, True)]
    found += [at("birthday", Anniversary(tests=(OnDay(day=date(year, 2, 28)),))) for year in (2026, 2028)]
    found += [at("birthday", Anniversary(tests=(From(at=date(2026, 2, 28)), To(at=date(2026, 3, 3)))))]
    return [*found, *(Not(of=leaf) for leaf in found)]


_LISTED = (Op.HAS_ANY, Op.HAS_ALL, Op.HAS_NONE)
_ORDERED = (Op.GT, Op.GTE, Op.LT, Op.LTE)
_NUMBERS = (Op.IS, Op.IS_NOT, *_ORDERED)


def trees(number: int, seed: int) -> list[Predicate]:
    """Return random trees over the leaves, of one level and of two."""
    draw, pool = random.Random(seed), [*leaves(), Mailable(channel="email")]
    return [_tree(draw, pool, draw.choice((1, 1, 2))) for _ in range(number)]


def _tree(draw: random.Random, pool: list[Predicate], depth: int) -> Predicate:
    if depth == 0:
        return draw.choice(pool)
    parts = tuple(_tree(draw, pool, draw.randrange(depth)) for _ in range(draw.choice((2, 2, 3))))
    whole: Predicate = draw.choice((All, AnyOf))(of=parts)
    return Not(of=whole) if draw.random() < 0.2 else whole


# -- accounts


@contextmanager
def account(segments: Mapping[str, Predicate], rows: list[naive.Row]) -> Iterator[Account]:
    """Serve an account that holds the same facts, and connect to it; every group and tag exists, whoever has it."""
    clock = Clock(AS_OF)
    sandbox = Sandbox(clock)
    everything = {"tags": TAGS, "interests:Topics": TOPICS, "interests:Plan": PLANS}
    nobody = {"email": "nobody@other.test", "fields": everything, "consent": {"status": "pending", "suppressed": False}}
    with serve(Host(sandbox, clock)) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, API_KEY)
        for tag, kind in (("BDAY", "birthday"), ("POINTS", "number"), ("LEVEL", "number"), ("TIER", "text")):
            sdk(running.url).lists.add_list_merge_field(LIST, {"name": tag, "tag": tag, "type": kind})
        sandbox.seed({**seed(rows), "contacts": [nobody, *seed(rows)["contacts"]]})
        place, waiter = site(segments, settings=settings(running.url)), VirtualWaiter(on_sleep=clock.advance)
        connection = ADAPTER.connect(place, waiter)
        try:
            yield Account(running, sandbox, clock, place, connection, waiter)
        finally:
            connection.close()
