"""Time in random tests: the windows in use, the instants around their edges, and pools of instants and days.

Instants keep one second from every edge of the windows in use (language.md section 6), unless `on_edges` asks for the edges themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from evaluator import naive
from franca.definitions import (
    Ago,
    Anniversary,
    DataType,
    Duration,
    From,
    Kind,
    Last,
    NamedDay,
    Next,
    OnDay,
    Period,
    Previous,
    This,
    TimeTest,
    To,
    Unit,
)
from pools import POOLS, Pool

ZONE = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
"""The day after the clocks went forward in Berlin; "one month ago" is clamped to February 28, before the change."""
DATE = DataType(Kind.DATE)
DATETIME = DataType(Kind.DATETIME)


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
CALENDAR: tuple[TimeTest, ...] = tuple(word(period=period) for word, period in product((This, Previous), Period))
ANNIVERSARIES: tuple[TimeTest, ...] = tuple(
    Anniversary(tests=tests)
    for tests in (
        (Next(duration=length("7 days")),),
        (Last(duration=length("30 days")),),
        (Next(duration=length("2 months")),),
        (Ago(older=length("5 weeks"), newer=length("3 days")),),
        (Last(duration=length("11 months")),),
        (From(at=date(2026, 12, 20)), To(at=date(2027, 1, 7))),
        (From(at=date(2026, 2, 28)), To(at=date(2026, 3, 1))),
        (From(at=date(2028, 2, 29)), To(at=date(2028, 3, 1))),
        (To(at=date(2026, 3, 1)),),
        (OnDay(day=NamedDay.TODAY),),
        (OnDay(day=date(2026, 2, 28)),),
        (OnDay(day=date(2024, 2, 29)),),
        (This(period=Period.MONTH),),
        (Previous(period=Period.WEEK),),
        (This(period=Period.YEAR), Last(duration=length("2 months"))),
    )
)
"""In the words of days; some wrap around the year, and some hold February 29 of a leap year, or February 28 of a common one."""
WITHIN = tuple(length(text) for text in ("90 minutes", "36 hours", "3 days", "3 days", "2 weeks", "1 months", "1 quarters", "1 years"))
"""Times between one event and the next."""


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


def midnights(as_of: datetime, number: Period) -> tuple[datetime, ...]:
    """Return where the calendar period before the running one begins, where that one does, and where it ends."""
    today = as_of.astimezone(ZONE).date()
    running = naive.period_number(today, number)
    days = [today + timedelta(days=off) for off in range(-800, 400)]
    firsts = [next(day for day in days if naive.period_number(day, number) == running + off) for off in (-1, 0, 1)]
    return tuple(naive.instant(day, ZONE) for day in firsts)


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
    if name in {"name_day", "gift_day"}:
        return _some_without_year(as_of)
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


WITHOUT_YEAR = ("02-29", "02-28", "03-01", "12-31", "01-01", "12-20", "01-07", "03-30", "03-31", "04-06", "02-27", "07-15")


def _some_without_year(as_of: datetime) -> Pool:
    """Some days, and days of an unknown year: the column is one of texts."""
    days = _days(as_of)
    return Pool(type=DATE, cells=(*days.cells[::4], *WITHOUT_YEAR, None), constants=days.constants)


def _some(moments: Sequence[datetime]) -> tuple[datetime, ...]:
    return tuple(moments[3 :: len(moments) // 7])


def _apart(moments: Sequence[datetime]) -> tuple[datetime, ...]:
    """Constants half a minute from data: a vendor that keeps whole seconds tells them apart."""
    return tuple(moment + timedelta(seconds=30) for moment in _some(moments))
