"""A seeded store that is not tidy: what a real export looks like on the day after a clock change."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2026, 3, 30, 14, 37, 11, tzinfo=ZONE).astimezone(UTC)
"""14:37:11 local on the day after the clocks went forward."""

EDGES = [timedelta(days=n) for n in (14, 30, 90, 180, 365)] + [timedelta(hours=72)]
"""Lengths of the windows that the example segments use: events lie one second inside and one second outside each."""

COUNTRIES = ["DE"] * 9 + ["AT"] * 3 + ["CH"] * 3 + ["FR"] * 3 + ["NL"] * 2 + ["PL"] * 2 + ["", None]
NAMES = "Anna Ben Clara Émile Fatma Gül Hans Ines Jürgen Kübra Léa Mia Nils Oğuz Paul Renée Søren Tomáš Uwe Zoë".split()
SKUS = [f"SKU-{n:03d}" for n in range(60)]
STATUSES = ["SUBSCRIBED"] * 62 + ["UNSUBSCRIBED"] * 12 + ["PENDING"] * 4 + [None] * 22


@dataclass(frozen=True, kw_only=True)
class Person:
    """One row of the shop's customers; None is missing."""

    key: str
    email: str | None
    first_name: str | None
    country: str | None
    points: int | None
    birthday: date | None
    registered_at: datetime
    tags: tuple[str, ...] | None
    gender: str | None
    status: str | None
    status_at: datetime | None
    suppressed: bool | None


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One row of an event table."""

    key: str
    at: datetime
    id: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Store:
    """All tables; *events* by the name of the project's event."""

    people: tuple[Person, ...]
    events: dict[str, tuple[Happening, ...]]


def make_store(people: int = 10_000, seed: int = 7) -> Store:
    """Return the store: the same for the same arguments on every machine."""
    chance = random.Random(seed)  # noqa: S311 - reproducible data
    everybody = tuple(_person(chance, number, people) for number in range(people))
    events: dict[str, list[Happening]] = {name: [] for name in ("order", "cart", "view", "opened", "clicked")}
    for person in everybody:
        _live(chance, person, events)
    _edges(chance, everybody, events)
    events["order"] += _retries(chance, events["order"])
    return Store(people=everybody, events={name: tuple(rows) for name, rows in events.items()})


def _ago(chance: random.Random, days: float) -> datetime:
    """Return an instant in the last *days*, on a whole second and off every edge."""
    return AS_OF - timedelta(seconds=chance.randrange(5, int(days * 86400)) // 7 * 7 + 3)


def _person(chance: random.Random, number: int, people: int) -> Person:
    status = chance.choice(STATUSES)
    missing = chance.random() < 0.02
    twin = number % 250 == 249  # shares the email of the person before: ambiguous everywhere
    return Person(
        key=str(100_000 + number),
        email=None if missing and not twin else _email(chance, number - 1 if twin else number),
        first_name=chance.choice([*NAMES, None, ""]),
        country=chance.choice(COUNTRIES),
        points=chance.choice([None, 0, 499, 500, 501, *range(0, 2000, 90)]),
        birthday=date(chance.randrange(1950, 2006), chance.randrange(1, 13), chance.randrange(1, 29)) if chance.random() < 0.6 else None,
        registered_at=_ago(chance, 730 if number > people // 50 else 40),
        tags=tuple(chance.sample(["newsletter", "app", "store", "b2b"], chance.randrange(0, 3))) if chance.random() < 0.7 else None,
        gender=chance.choice(["f", "m", "d", None]),
        status=status,
        status_at=_ago(chance, 700) if status else None,
        suppressed=chance.choices([None, False, True], [50, 46, 4])[0],
    )


def _email(chance: random.Random, number: int) -> str:
    plain = f"person{number}@shop.test"
    return chance.choice([plain] * 8 + [plain.upper(), f" {plain} "])


def _live(chance: random.Random, person: Person, events: dict[str, list[Happening]]) -> None:
    """Give a person two years."""
    keen = chance.random() ** 3
    for _ in range(int(keen * 14 + chance.random() * 1.4)):
        events["order"].append(_order(chance, person, _ago(chance, 730)))
    for _ in range(int(chance.random() * 3)):
        events["cart"].append(Happening(key=person.key, at=_ago(chance, chance.choice([4, 60, 700])), values=_item(chance)))
    for _ in range(int(keen * 12 + chance.random() * 4)):
        events["view"].append(Happening(key=person.key, at=_ago(chance, chance.choice([16, 90, 700])), values={"sku": chance.choice(SKUS)}))
    for number in range(int(chance.random() * 8)):
        opened = _ago(chance, 700)
        events["opened"].append(Happening(key=person.key, at=opened, id=f"{person.key}-{number}"))
        if chance.random() < 0.2:
            events["clicked"].append(Happening(key=person.key, at=opened + timedelta(seconds=2), values={"url": "https://shop.test/new"}))


def _item(chance: random.Random) -> dict[str, Any]:
    return {"sku": chance.choice(SKUS), "price": Decimal(chance.randrange(300, 20_000)) / 100}


def _order(chance: random.Random, person: Person, at: datetime, **values: Any) -> Happening:
    usual = {
        "total": Decimal(chance.randrange(500, 26_000)) / 100,
        "discount": chance.choice([None, Decimal("0.00"), Decimal("5.00"), Decimal("10.00"), Decimal("12.50")]),
        "status": "cancelled" if chance.random() < 0.06 else chance.choice(["paid", "shipped", None]),
    }
    return Happening(key=person.key, at=at, id=f"O{chance.randrange(10**9):09d}-{person.key}", values={**usual, **values})


def _edges(chance: random.Random, people: Sequence[Person], events: dict[str, list[Happening]]) -> None:
    """Put events one second inside and outside every window, at the as-of instant, and after it."""
    chosen = iter(people[10:])
    for edge in EDGES:
        for second in (-1, 1):
            at = AS_OF - edge + timedelta(seconds=second)
            for _ in range(4):
                events["order"].append(_order(chance, next(chosen), at, status="paid", total=Decimal("250.00"), discount=Decimal("10.00")))
                events["view"] += [Happening(key=next(chosen).key, at=at, values={"sku": SKUS[n]}) for n in range(3)]
                events["cart"].append(Happening(key=next(chosen).key, at=at, values=_item(chance)))
    for person in people[500:508]:  # exactly a thousand, and a cent less
        exact = Decimal("250.00") if int(person.key) % 2 else Decimal("249.75")
        events["order"] += [_order(chance, person, _ago(chance, 700), status="paid", total=exact) for _ in range(4)]
    events["order"] += [_order(chance, person, AS_OF, status="paid") for person in people[600:604]]


def _retries(chance: random.Random, orders: Sequence[Happening]) -> Iterator[Happening]:
    """Write one order in fifty again, some seconds later, as a retried webhook does."""
    for order in orders:
        if chance.random() < 0.02 and order.at < AS_OF - timedelta(minutes=2):
            yield Happening(key=order.key, at=order.at + timedelta(seconds=40), id=order.id, values=order.values)


# -- files


def write_store(store: Store, folder: Path) -> None:
    """Write the tables as CSV, some gzipped, into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "customers.csv", _CUSTOMERS, map(_customer, store.people))
    _write_events(folder / "orders.csv.gz", store.events["order"], "ordered_at", "order_id", ["total", "discount", "status"])
    _write_events(folder / "carts.csv", store.events["cart"], "added_at", "", ["sku", "price"])
    _write_events(folder / "views.csv.gz", store.events["view"], "viewed_at", "", ["sku"], zone=ZONE)
    _write_events(folder / "opens.csv", store.events["opened"], "opened_at", "message_id", [])
    _write_events(folder / "clicks.csv", store.events["clicked"], "clicked_at", "", ["url"])


_CUSTOMERS = (
    "customer_id email first_name country points birthday registered_at tags gender email_status email_status_at email_suppressed".split()
)


def _customer(person: Person) -> list[Any]:
    return [
        person.key,
        person.email,
        person.first_name,
        person.country,
        person.points,
        person.birthday,
        _local(person.registered_at, ZONE),
        json.dumps(person.tags) if person.tags is not None else None,
        person.gender,
        person.status,
        _local(person.status_at, UTC),
        {True: "true", False: "false", None: None}[person.suppressed],
    ]


def _local(at: datetime | None, zone: Any) -> str | None:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else None


def _write_events(path: Path, rows: Iterable[Happening], at: str, id_: str, values: list[str], *, zone: Any = UTC) -> None:
    header = ["customer_id", at, *([id_] if id_ else []), *values]
    _write(path, header, ([e.key, _local(e.at, zone), *([e.id] if id_ else []), *(e.values[v] for v in values)] for e in rows))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write CSV in which None is an empty cell and the empty string a quoted one (Python 3.11's csv cannot tell them apart)."""
    text = "".join(",".join(map(_cell, row)) + "\n" for row in (header, *rows))
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if not text or any(sign in text for sign in ',"\n ') else text
