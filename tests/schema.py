"""One fixed shop for random tests: its schema, the values in its cells, the windows in use and the instants around their edges.

Constants of tests and cells of tables come from the same small pools, so that they meet often. Instants keep one second from
every edge of the windows in use (language.md section 6), unless `on_edges` asks for the edges themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from evaluator import naive
from franca.definitions import (
    TEXT,
    Ago,
    Attribute,
    ConsentSource,
    Data,
    DataType,
    Destination,
    Duration,
    EventSource,
    From,
    Kind,
    Last,
    NamedDay,
    Next,
    Not,
    OnDay,
    Op,
    Predicate,
    ProfileSource,
    Project,
    Property,
    PropertyTest,
    Segment,
    Status,
    TimeTest,
    To,
    Unit,
    ValueTest,
)

ZONE = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
"""The day after the clocks went forward in Berlin; "one month ago" is clamped to February 28, before the change."""

# The schema


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A typed column: what its cells and the constants of tests on it are drawn from."""

    type: DataType
    cells: tuple[Any, ...]
    constants: tuple[Any, ...]


TEXTS = (
    "Zoë", "Zoe\u0308", "été", "e\u0301te\u0301", "e", "\u212b", "A\u030a", "straße", "STRASSE", "İlker", "ilker", "🎉 party", "～", "שלום",
    "50%_off", "50 percent off", 'a,"b"\nc', "it's", "null", "NULL", "true", "5", "-0", "Anna", "ANNA", " Anna ", "", " ", "\t", "\u00a0",
)  # fmt: skip
"""Composed and decomposed, sharp s, dotted I, beyond the BMP, right to left, wildcards, quotes, words that readers misread, blanks."""
NAMES = Pool(
    type=TEXT,
    cells=(*TEXTS, None, None, None),
    constants=("Zoë", "été", "Å", "straße", "Anna", "5", "", "～", "%", "_off", "e", " ", "N"),
)
COUNTRIES = Pool(type=TEXT, cells=("DE", "DE", "DE", "FR", "FR", "AT", "de", "", None), constants=("DE", "FR", "AT", "D", "E"))
EMAILS = Pool(
    type=TEXT,
    cells=(
        "anna@example.com",
        " Anna@Example.COM ",
        "\tbob@example.org\n",
        "ZOE\u0308@example.com",
        "zoë@example.com",
        "",
        " ",
        None,
        None,
    ),
    constants=("anna@example.com", "bob@example.org", "zoë@example.com", "z", "@example.com", "c"),
)
GENDERS = Pool(type=TEXT, cells=("f", "f", "m", "d", None), constants=("f", "m", "d"))
INTEGERS = Pool(type=DataType(Kind.INTEGER), cells=(-3, 0, 0, 1, 2, 5, 5, 10, 100, 2**40, None), constants=(-3, 0, 1, 5, 10, 100))
MONEY = Pool(
    type=DataType(Kind.DECIMAL),
    cells=(*map(Decimal, ("0.00", "10.00", "19.99", "25.00", "30.01", "49.99", "50.00", "99999999.99", "-5.00")), None),
    constants=tuple(map(Decimal, ("0.00", "10.00", "25.00", "49.99", "50.00", "100.00", "-5.00"))),
)
NUMBERS = Pool(  # multiples of a quarter: their sums are exact in any order
    type=DataType(Kind.NUMBER), cells=(-2.5, -0.0, 0.0, 0.25, 0.5, 1.25, 3.0, 1048576.75, None), constants=(-2.5, 0.0, 0.25, 0.5, 1.25, 3.0)
)
BOOLEANS = Pool(type=DataType(Kind.BOOLEAN), cells=(True, False, None), constants=(True, False))
LISTS = Pool(
    type=DataType(Kind.LIST),
    cells=(None, [], [None], ["vip"], ["vip", None], ["new", "sale"], ["Zoe\u0308", "new"], ["VIP", ""], [" "], ["a,b", 'quo"te']),
    constants=("vip", "new", "sale", "Zoë", "", "a,b", 'quo"te'),
)
DATE = DataType(Kind.DATE)
DATETIME = DataType(Kind.DATETIME)

POOLS: Mapping[str, Pool] = {
    "email": EMAILS, "first_name": NAMES, "country": COUNTRIES, "gender": GENDERS, "points": INTEGERS, "credit": MONEY, "score": NUMBERS,
    "vip": BOOLEANS, "tags": LISTS,
    "total": MONEY, "sku": COUNTRIES, "quantity": INTEGERS, "weight": NUMBERS, "gift": BOOLEANS, "categories": LISTS, "page": NAMES,
}  # fmt: skip
"""By attribute or property; dates and datetimes depend on the as-of instant, see `pool`."""

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
UNDECLARED = {"orders": {"status": TEXT}, "views": {"internal": INTEGERS.type}}
"""Columns of the event tables that no property declares; as text they are `cancelled`, `1`."""


def make_project(
    segments: Mapping[str, Predicate], *, root: Path = Path(), connect: str = "data", destinations: Mapping[str, Destination] | None = None
) -> Project:
    """Return a checked project over the fixed schema, with these predicates as its segments."""
    profile = ProfileSource(table="customers", key="customer_id", attributes=ATTRIBUTES, consent={"email": CONSENT})
    return Project(
        name="random",
        timezone="Europe/Berlin",
        data=Data(connect=connect, profile=profile, events=EVENTS),
        segments={key: Segment(key=key, name=f"Segment {key}", where=where) for key, where in segments.items()},
        destinations=destinations or {},
        root=root,
    )


def columns() -> dict[str, dict[str, DataType]]:
    """Return the schema of each table: column → type."""
    attributes = {attribute.column: attribute.type for attribute in ATTRIBUTES.values()}
    consent = {"email_status": TEXT, "email_status_at": DATETIME, "email_suppressed": BOOLEANS.type}
    views = {"visitor": TEXT, "viewed_at": DATETIME, "page": TEXT, "items": INTEGERS.type}
    orders = {"order_id": TEXT, "customer_id": TEXT, "ordered_at": DATETIME, **{prop.column: prop.type for prop in _ORDER.values()}}
    return {
        "customers": {"customer_id": TEXT, **attributes, **consent},
        "orders": {**orders, **UNDECLARED["orders"]},
        "views": {**views, **UNDECLARED["views"]},
    }


ORDERED = (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN)
_PRESENCE = (Op.IS_SET, Op.IS_EMPTY)
TAKES: Mapping[Kind, tuple[Op, ...]] = {
    **dict.fromkeys((Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER, Kind.DATE, Kind.DATETIME), (*ORDERED, *_PRESENCE)),
    Kind.TEXT: (*ORDERED, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, *_PRESENCE),
    Kind.BOOLEAN: (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, *_PRESENCE),
    Kind.LIST: (Op.HAS_ANY, *_PRESENCE),
}
"""The operators that a type takes."""

# Time: the windows in use and the instants around their edges


def length(text: str) -> Duration:
    """Return the duration written as in a definition."""
    amount, unit = text.split()
    return Duration(int(amount), Unit(unit))


DAY_TESTS: tuple[TimeTest, ...] = (
    *(Last(duration=length(text)) for text in ("1 days", "30 days", "2 weeks", "1 months", "1 quarters", "2 years")),
    *(Next(duration=length(text)) for text in ("7 days", "1 months")),
    Ago(older=length("30 days"), newer=length("7 days")),
    Ago(older=length("13 months"), newer=length("1 months")),
    Ago(older=length("30 days")),
    Ago(older=length("2 years")),
    From(at=date(2026, 3, 1)),
    From(at=date(2025, 1, 1)),
    To(at=date(2026, 3, 29)),
    To(at=date(2024, 2, 29)),
    *(OnDay(day=day) for day in NamedDay),
    *(OnDay(day=day) for day in (date(2024, 2, 29), date(2026, 2, 28))),
)
"""Time tests that have a meaning on dates (and, all of them, on instants)."""
INSTANT_TESTS: tuple[TimeTest, ...] = (
    *DAY_TESTS,
    *(Last(duration=length(text)) for text in ("90 minutes", "36 hours", "60 days", "60 days", "180 days")),
    Next(duration=length("90 minutes")),
    Ago(older=length("48 hours"), newer=length("90 minutes")),
    Ago(older=length("1 quarters"), newer=length("1 weeks")),
    Ago(older=length("6 hours")),
    From(at=datetime(2026, 3, 29, 2, 30)),  # noqa: DTZ001 - naive on purpose: a local time that the clocks skipped
    From(at=datetime(2026, 1, 15, 8, 0, tzinfo=UTC)),
    To(at=datetime(2025, 10, 26, 2, 30)),  # noqa: DTZ001 - a local time that came twice
    To(at=datetime(2026, 3, 1, 12, 0)),  # noqa: DTZ001 - naive means the project's zone
    OnDay(day=date(2026, 3, 29)),  # 23 hours
    OnDay(day=date(2025, 10, 26)),  # 25 hours
)
WIDE: tuple[TimeTest, ...] = (
    *(Last(duration=length(text)) for text in ("60 days", "180 days", "2 years")),
    Ago(older=length("30 days")),
    From(at=date(2025, 1, 1)),
    To(at=date(2026, 3, 29)),
)
"""Those that tell many instants in use from many others."""


def edges(test: TimeTest, as_of: datetime = AS_OF) -> tuple[datetime, ...]:
    """Return the instants at which a test that does not depend on data changes its answer."""
    match test:
        case Last():
            return naive.step(as_of, test.duration, -1, ZONE), as_of
        case Next():
            return as_of, naive.step(as_of, test.duration, 1, ZONE)
        case Ago():
            return tuple(naive.step(as_of, duration, -1, ZONE) for duration in (test.older, test.newer) if duration)
        case From() | To():
            return (naive.instant(test.at, ZONE),)
        case OnDay():
            day = naive.named_day(test.day, as_of.astimezone(ZONE).date())
            return naive.instant(day, ZONE), naive.instant(day + timedelta(days=1), ZONE)
    raise TypeError(f"the edges of {test} depend on the data")


AGES = (0, 1, 2, 4, 6, 9, 12, 17, 21, 26, 40, 50, 70, 100, 250, 400, 800, -3, -45)
"""Days; negative ones are in the future."""


@cache
def instants(as_of: datetime = AS_OF, *, on_edges: bool = False) -> tuple[datetime, ...]:
    """Return the instants in use: around every edge, on days when the clocks change, at common ages, in the future."""
    second, least = timedelta(seconds=1), timedelta(microseconds=1)
    around = (-second, -least, timedelta(), least, second) if on_edges else (-second, second)
    found = {edge + distance for test in INSTANT_TESTS for edge in edges(test, as_of) for distance in around}
    return tuple(sorted(found | {as_of - timedelta(days=age, hours=3, minutes=7, seconds=29) for age in AGES}))


LOCAL_TIMES = tuple(
    datetime.fromisoformat(text) for text in ("2026-03-29T02:10:41", "2025-10-26T02:20:41", "2025-10-26T02:50:41", "2026-03-29T03:10:41")
)
"""Naive cells in Berlin's gap and fold; read in UTC they are ordinary times."""


WITH_OFFSETS = frozenset({"last_seen", "email_status_at"})
"""Attributes whose cells carry an offset, half of them."""


def stored(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a cell for *at*: naive in the column's zone, or with its offset where a naive one would be another instant (in a fold)."""
    local = at.astimezone(zone).replace(tzinfo=None, fold=0)
    return local if naive.instant(local, zone) == at else at


@cache
def pool(name: str, as_of: datetime = AS_OF, zone: str = "UTC", *, on_edges: bool = False) -> Pool:
    """Return the pool of an attribute or property (of any name that is not in `POOLS`: instants)."""
    if name in POOLS:
        return POOLS[name]
    if name in {"birthday", "due"}:
        return _days(as_of)
    moments = instants(as_of, on_edges=on_edges)
    cells: list[datetime | None] = [stored(moment, ZoneInfo(zone)) for moment in moments]
    if name in WITH_OFFSETS:
        cells[::2] = [moment.astimezone(ZONE) for moment in moments[::2]]
    cells += [*LOCAL_TIMES, *[None] * (len(moments) // 10)]
    return Pool(type=DATETIME, cells=tuple(cells), constants=_some(moments) if on_edges else _apart(moments))


def _days(as_of: datetime) -> Pool:
    around = {edge.astimezone(ZONE).date() + timedelta(days=off) for test in DAY_TESTS for edge in edges(test, as_of) for off in (-1, 0, 1)}
    return Pool(
        type=DATE,
        cells=(*sorted(around), date(1984, 2, 29), None, None),
        constants=(date(1984, 2, 29), date(2024, 2, 29), date(2026, 3, 1), date(2026, 3, 29)),
    )


def _some(moments: Sequence[datetime]) -> tuple[datetime, ...]:
    return tuple(moments[3 :: len(moments) // 7])


def _apart(moments: Sequence[datetime]) -> tuple[datetime, ...]:
    """Constants half a minute from data: a vendor that keeps whole seconds tells them apart."""
    return tuple(moment + timedelta(seconds=30) for moment in _some(moments))
