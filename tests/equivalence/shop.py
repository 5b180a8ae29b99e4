"""Random tables of a shop, and whom of it an ESP holds: not everybody, some whom the shop does not know, some whom it cannot tell apart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from schema import AS_OF, ATTRIBUTES, EVENTS, INTEGERS, NAMES, STATUSES, pool
from strategies import Row, Tables

PEOPLE, STRANGERS = 56, 8
SHARED = ("anna@example.com", " Anna@Example.COM ", "ZOE\u0308@example.com", "zoë@example.com")
"""Emails that several have, each spelled in two ways."""
CAPITALS = "PERSON1@EXAMPLE.COM"
"""The email of one whom every ESP holds, as it is written there."""
CENTS = (Decimal("0.10"), Decimal("0.20"))
"""Amounts whose sum is not 0.30 where they are added as binary fractions."""
MONEY = (*pool("total").cells, *CENTS)
RETRY = timedelta(seconds=40)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What the shop's database holds, and what an ESP's seed is made of.

    Attributes:
        tables: as `files.write_parquet` takes them.
        held: the rows of `customers` of those whom the ESP holds.
        strangers: rows like them, of people whom only the ESP holds; what they did is in the tables of events too.
    """

    tables: Tables
    held: tuple[Row, ...]
    strangers: tuple[Row, ...]


def make_shop(start: int) -> Shop:
    """Return a shop, the same for one *start* at every run."""
    chance = random.Random(start)
    customers = [_customer(chance, number) for number in range(PEOPLE)]
    customers[1]["email"] = CAPITALS
    strangers = [{**_customer(chance, number), "email": f"stranger{number}@elsewhere.test"} for number in range(900, 900 + STRANGERS)]
    keys = [row["customer_id"] for row in (*customers, *strangers) if row["customer_id"] is not None]
    owners = (*keys, *keys, "nobody", None)
    orders = [order for number in range(3 * PEOPLE) for order in _orders(chance, number, owners)]
    orders += _cents(chance, customers[0]["customer_id"], orders)
    views = [_view(chance, owners) for _ in range(2 * PEOPLE)]
    chance.shuffle(orders)
    held = tuple(row for row in customers if row["email"] and row["email"].strip() and (row["email"] == CAPITALS or chance.random() < 0.9))
    return Shop(tables={"customers": customers, "orders": orders, "views": views}, held=held, strangers=tuple(strangers))


def _cells(chance: random.Random, name: str, zone: str = "UTC") -> Any:
    return chance.choice(pool(name, AS_OF, zone).cells)


def _customer(chance: random.Random, number: int) -> Row:
    attributes = {item.column: _cells(chance, name, item.zone) for name, item in ATTRIBUTES.items() if name != "email"}
    return {
        "customer_id": None if number == 7 else f"c{number}",
        "email": _email(chance, number),
        **attributes,
        "email_status": chance.choice(STATUSES),
        "email_status_at": _cells(chance, "email_status_at"),
        "email_suppressed": chance.choice((True, False, False, False, None, None)),
    }


def _email(chance: random.Random, number: int) -> str | None:
    own = f"person{number}@example.com"
    odd = (None, "", " ", *SHARED)
    return chance.choice((*[own] * 18, own.upper(), own.title(), f" {own}\t")) if chance.random() < 0.9 else chance.choice(odd)


def _orders(chance: random.Random, number: int, owners: tuple[str | None, ...]) -> Iterator[Row]:
    """Yield one order, or the same twice: written again some seconds later, with other values."""
    order = {"order_id": chance.choice((None, *[f"o{number}"] * 9)), "customer_id": chance.choice(owners), **_order(chance)}
    yield order
    if order["ordered_at"] is not None and chance.random() < 0.2:
        yield {**order, **_order(chance), "ordered_at": order["ordered_at"] + RETRY}


def _order(chance: random.Random) -> Row:
    properties = {item.column: _cells(chance, name, item.zone) for name, item in EVENTS["order"].properties.items()}
    status = chance.choice(("paid", "paid", "paid", "cancelled", "Cancelled", "", None))
    return {"ordered_at": _cells(chance, "ordered_at"), "status": status, **properties, "amount": chance.choice(MONEY)}


def _cents(chance: random.Random, key: str, orders: list[Row]) -> list[Row]:
    """Leave the one with this *key* nothing but two orders whose amounts are `CENTS`."""
    orders[:] = [row for row in orders if row["customer_id"] != key]
    past: dict[str, Any] = {"ordered_at": datetime(2026, 1, 5, 9, 30), "status": "paid"}  # noqa: DTZ001 - naive is UTC in this column
    return [{"order_id": f"cents{at}", "customer_id": key, **_order(chance), **past, "amount": each} for at, each in enumerate(CENTS)]


def _view(chance: random.Random, owners: tuple[str | None, ...]) -> Row:
    return {
        "visitor": chance.choice(owners),
        "viewed_at": _cells(chance, "viewed_at", "Europe/Berlin"),
        "page": chance.choice(NAMES.cells),
        "items": chance.choice(INTEGERS.cells),
        "internal": chance.choice((0, 0, 0, 1, 11, None)),
    }
