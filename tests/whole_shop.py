"""Random tables of the whole schema, from a seed: events that coincide, ids at one instant, days when clocks change, ends of months.

The events of a shop share some thirty instants and those that lie a time of `WITHIN` later, so that windows, sequences and what follows
another event are met at their edges.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from evaluator import naive
from franca.definitions import Attribute, Period, Property
from pools import BOOLEANS, LISTS_OF, PLACES
from schema import STATUSES, WHOLE_ATTRIBUTES, WHOLE_EVENTS
from windows import AS_OF, LOCAL_TIMES, WITHIN, ZONE, instants, midnights, pool, stored

Row = dict[str, Any]
Tables = dict[str, list[Row]]

KEYS = ("1", "01", "007", "7", "c4", "C4", "k:6", "ключ", "🎉", "a b", "x,y", *(f"c{number}" for number in range(11, 41)))
"""Keys of profiles: compared as text."""
GHOST = "nobody"
MONTH_ENDS = ("2024-02-29T11:00:00", "2025-10-31T12:00:00", "2025-11-30T12:00:00", "2025-12-31T22:59:00", "2025-12-31T23:01:00",
              "2026-01-31T10:00:00", "2026-02-28T10:00:00", "2026-03-29T00:59:30", "2026-03-29T01:00:30")  # fmt: skip
"""Instants at which steps of months are clamped, years end in Berlin, and the clock jumps."""


@dataclass(frozen=True)
class Shop:
    """What random tables are made with."""

    chance: random.Random
    as_of: datetime
    on_edges: bool

    def cell(self, name: str, zone: str = "UTC") -> Any:
        return self.chance.choice(pool(name, self.as_of, zone, on_edges=self.on_edges).cells)

    def cells(self, items: Mapping[str, Attribute] | Mapping[str, Property]) -> Row:
        return {item.column: self.cell(name, item.zone) for name, item in items.items()}

    @cached_property
    def moments(self) -> tuple[datetime, ...]:
        """The instants of events, more of them late than early."""
        known = [*instants(self.as_of, on_edges=self.on_edges), *self._others()]
        some = self.chance.sample([moment for moment in known if moment > self.as_of - timedelta(days=400)], 20) + self.chance.sample(
            known, 8
        )
        later = [naive.step(moment, self.chance.choice(WITHIN), self.chance.choice((1, 1, -1)), ZONE) for moment in some[:14]]
        return (*some, *some, *later, *(moment + self._off() for moment in later[:6]))

    def _others(self) -> Iterator[datetime]:
        edges = [edge for period in Period for edge in midnights(self.as_of, period)]
        yield from (edge + self._off() for edge in edges)
        yield from (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in MONTH_ENDS)

    def _off(self) -> timedelta:
        """A second from an edge; or on it, or next to it."""
        far = (-1_000_000, 1_000_000)
        return timedelta(microseconds=self.chance.choice((*far, -1, 0, 1) if self.on_edges else far))

    def at(self, zone: str) -> datetime | None:
        """The cell of an event's instant: seldom a wall time of Berlin's gap or fold, seldom missing."""
        if not self.chance.randrange(40):
            return self.chance.choice((*LOCAL_TIMES, None))
        return stored(self.chance.choice(self.moments), ZoneInfo(zone))


def make_tables(start: int, as_of: datetime = AS_OF, *, on_edges: bool = False, profiles: int = 22) -> Tables:
    """Return the tables of `columns(whole=True)`, the same for one *start* at every run."""
    shop = Shop(random.Random(start), as_of, on_edges)
    keys = shop.chance.sample(KEYS, profiles)
    busy = (*keys[: profiles * 2 // 3] * 5, *keys, GHOST, None)  # some profiles did nothing
    customers = [{"customer_id": key, **_profile(shop, number)} for number, key in enumerate(keys)]
    customers.append({"customer_id": None, **_profile(shop, profiles)})
    return {
        "customers": customers,
        "orders": list(without_conflicts([_order(shop, busy) for _ in range(profiles * 4)], "order_id", "ordered_at", "UTC")),
        "views": [_view(shop, busy) for _ in range(profiles * 2)],
        "carts": list(without_conflicts([_cart(shop, busy) for _ in range(profiles * 3)], "cart_no", "made_at", "America/New_York")),
        "list_members": [_membership(shop, busy) for _ in range(profiles)],
    }


_OWNERS = {"customers": "customer_id", "orders": "customer_id", "views": "visitor", "carts": "who", "list_members": "customer_id"}


def merged(shops: Sequence[Tables]) -> Tables:
    """Return the tables of several shops in one: no two share a profile or an event, so that each is as it was alone, but for ranks."""
    return {
        table: [_apart(row, number, owner) for number, shop in enumerate(shops) for row in shop[table]] for table, owner in _OWNERS.items()
    }


def _apart(row: Row, number: int, owner: str) -> Row:
    """Ids that are digits stay so: those of orders and carts still meet."""
    key, order, cart = row[owner], row.get("order_id"), row.get("cart_no")
    apart: Row = {owner: None if key is None else f"{number}:{key}"}
    if order is not None:
        apart["order_id"] = str(number * 1000 + int(order)) if order.isdigit() else f"{order}/{number}"
    if cart is not None:
        apart["cart_no"] = number * 1000 + cart
    return {**row, **apart}


def _profile(shop: Shop, number: int) -> Row:
    latitude, longitude = shop.chance.choice(PLACES)
    own = {} if shop.chance.random() < 0.3 else {"email": f"{number}@example.com"}
    return {
        **shop.cells(WHOLE_ATTRIBUTES),
        **own,
        "email_status": shop.chance.choice(STATUSES),
        "email_status_at": shop.cell("email_status_at"),
        "email_suppressed": shop.chance.choice((*BOOLEANS.cells, False)),
        "lat": latitude,
        "lon": longitude,
    }


def _order(shop: Shop, owners: tuple[str | None, ...]) -> Row:
    """Ids are texts; some are those of carts."""
    return {
        "order_id": shop.chance.choice(
            (None, f"o{shop.chance.randrange(70)}", f"o{shop.chance.randrange(70)}", str(shop.chance.randrange(20)))
        ),
        "customer_id": shop.chance.choice(owners),
        "ordered_at": shop.at("UTC"),
        "status": shop.chance.choice(("paid", "paid", "paid", "cancelled", "Cancelled", "", None)),
        **shop.cells(WHOLE_EVENTS["order"].properties),
    }


def _view(shop: Shop, owners: tuple[str | None, ...]) -> Row:
    """No two have an id: at one instant they are told apart by nothing."""
    return {
        "visitor": shop.chance.choice(owners),
        "viewed_at": shop.at("Europe/Berlin"),
        "internal": shop.chance.choice((0, 0, 0, 1, 11, None)),
        **shop.cells(WHOLE_EVENTS["view"].properties),
    }


def _cart(shop: Shop, owners: tuple[str | None, ...]) -> Row:
    """Ids are integers: as text 10 comes before 9."""
    return {
        "cart_no": shop.chance.choice((None, *[shop.chance.randrange(80)] * 5)),
        "who": shop.chance.choice(owners),
        "made_at": shop.at("America/New_York"),
        **shop.cells(WHOLE_EVENTS["cart"].properties),
    }


def _membership(shop: Shop, owners: tuple[str | None, ...]) -> Row:
    return {"customer_id": shop.chance.choice(owners), "list_name": shop.chance.choice(LISTS_OF)}


def without_conflicts(rows: list[Row], identity: str, at: str, zone: str) -> Iterator[Row]:
    """Rows with one id at one instant become equal rows: which of them is the event is not defined."""
    first: dict[tuple[Any, datetime], Row] = {}
    for row in rows:
        known = row[identity] is not None and row[at] is not None
        yield dict(first.setdefault((row[identity], naive.instant(row[at], ZoneInfo(zone))), row)) if known else row
