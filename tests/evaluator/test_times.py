"""Where windows begin and end: each edge, to the microsecond, for attributes and for events; days; clock changes."""

# ruff: noqa: DTZ001 - the instants of this file are naive, in UTC, as the evaluator computes with them
from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pytest

from evaluator.kit import AS_OF, members, shop
from franca.audience.moments import AsOf
from franca.audience.zones import to_utc
from franca.definitions import Duration, Unit

T = AS_OF.replace(tzinfo=None)
TICK = timedelta(microseconds=1)
MIDNIGHT = datetime(2026, 3, 29, 22)
"""The beginning of March 30 in Berlin, in UTC. March 29 had 23 hours."""
ALWAYS, NEVER = datetime(2000, 1, 1), datetime(2090, 1, 1)
EDGES = {
    # window: (the last instant before it, its first; its last, the first after it)
    "last: 30 minutes": (T - timedelta(minutes=30), T - timedelta(minutes=30) + TICK, T, T + TICK),
    "last: 24 hours": (T - timedelta(hours=24), T - timedelta(hours=24) + TICK, T, T + TICK),
    "last: 2 days": (T - timedelta(hours=48), T - timedelta(hours=48) + TICK, T, T + TICK),
    "last: 1 week": (T - timedelta(days=7), T - timedelta(days=7) + TICK, T, T + TICK),
    # a month back is the wall clock's 14:37:11 on February 28, before the clocks went forward: 13:37:11 in UTC
    "last: 1 month": (datetime(2026, 2, 28, 13, 37, 11), datetime(2026, 2, 28, 13, 37, 11) + TICK, T, T + TICK),
    "last: 2 quarters": (datetime(2025, 9, 30, 12, 37, 11), datetime(2025, 9, 30, 12, 37, 11) + TICK, T, T + TICK),
    "last: 1 year": (datetime(2025, 3, 30, 12, 37, 11), datetime(2025, 3, 30, 12, 37, 11) + TICK, T, T + TICK),
    "next: 2 days": (T, T + TICK, T + timedelta(days=2), T + timedelta(days=2) + TICK),
    "ago: [7 days, 3 days]": (T - timedelta(days=7), T - timedelta(days=7) + TICK, T - timedelta(days=3), T - timedelta(days=3) + TICK),
    "ago: {at_least: 3 days}": (None, ALWAYS, T - timedelta(days=3), T - timedelta(days=3) + TICK),
    "from: 2026-03-01": (datetime(2026, 2, 28, 23) - TICK, datetime(2026, 2, 28, 23), NEVER, None),
    "to: 2026-03-01": (None, ALWAYS, datetime(2026, 2, 28, 23) - TICK, datetime(2026, 2, 28, 23)),
    "from: 2026-03-01T10:00:00, to: 2026-03-01T10:00:00Z": (
        datetime(2026, 3, 1, 9) - TICK, datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10) - TICK, datetime(2026, 3, 1, 10),
    ),
    "day: today": (MIDNIGHT - TICK, MIDNIGHT, MIDNIGHT + timedelta(hours=24) - TICK, MIDNIGHT + timedelta(hours=24)),
    "day: yesterday": (MIDNIGHT - timedelta(hours=23) - TICK, MIDNIGHT - timedelta(hours=23), MIDNIGHT - TICK, MIDNIGHT),
    "day: tomorrow": (
        MIDNIGHT + timedelta(hours=24) - TICK, MIDNIGHT + timedelta(hours=24),
        MIDNIGHT + timedelta(hours=48) - TICK, MIDNIGHT + timedelta(hours=48),
    ),
    "day: 2026-03-29": (MIDNIGHT - timedelta(hours=23) - TICK, MIDNIGHT - timedelta(hours=23), MIDNIGHT - TICK, MIDNIGHT),
}  # fmt: skip
NAMES = ("before", "first", "last", "after")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    customers, views, segments = ["id,seen"], ["customer,seen_at"], {}
    for number, (window, edges) in enumerate(EDGES.items()):
        segments[f"a{number}"] = f"{{attribute: seen, {window}}}"
        segments[f"e{number}"] = f"{{event: view, {window}}}"
        for name, instant in zip(NAMES, edges, strict=True):
            if instant is not None:
                customers.append(f"{number}{name},{instant.isoformat()}")
                views.append(f"{number}{name},{instant.isoformat()}Z")
    customers.append("missing,")
    schema = """\
    profile: {table: customers, key: id, attributes: {seen: {type: datetime}}}
    events: {view: {table: views, profile: customer, at: seen_at}}
"""
    files = {"customers.csv": "\n".join([*customers, ""]), "views.csv": "\n".join([*views, ""])}
    return members(shop(tmp_path_factory.mktemp("times"), files, segments, schema=schema))


@pytest.mark.parametrize(("number", "window"), list(enumerate(EDGES)))
def test_an_attribute_window_has_exactly_these_edges(number, window, found):
    """An instant on the inner side of an edge passes, one microsecond further it does not; a missing one never does."""
    mine = {key for key in found[f"a{number}"].split() if key.rstrip("abcdefghijklmnopqrstuvwxyz") == str(number)}
    assert mine == {f"{number}first", f"{number}last"}
    assert "missing" not in found[f"a{number}"].split()


@pytest.mark.parametrize(("number", "window"), list(enumerate(EDGES)))
def test_an_event_window_has_the_same_edges_and_no_future(number, window, found):
    """An event counts where an attribute would pass, unless it is later than the as-of instant: then it does not exist."""
    instants = dict(zip(NAMES, EDGES[window], strict=True))
    mine = {key for key in found[f"e{number}"].split() if key.rstrip("abcdefghijklmnopqrstuvwxyz") == str(number)}
    assert mine == {f"{number}{name}" for name in ("first", "last") if instants[name] <= T}


DAYS = {
    "last: 3 days": "2026-03-28 2026-03-29 2026-03-30",
    "next: 2 days": "2026-03-31 2026-04-01",
    "last: 1 month": "2026-03-01 2026-03-27 2026-03-28 2026-03-29 2026-03-30",
    "next: 1 month": "2026-03-31 2026-04-01 2026-04-30",
    "ago: [3 days, 1 days]": "2026-03-28 2026-03-29",
    "ago: {at_least: 2 days}": "2026-02-28 2026-03-01 2026-03-27 2026-03-28",
    "from: 2026-03-30": "2026-03-30 2026-03-31 2026-04-01 2026-04-30 2026-05-01",
    "to: 2026-03-01": "2026-02-28",
    "from: 2026-03-01, to: 2026-03-28": "2026-03-01 2026-03-27",
    "day: today": "2026-03-30",
    "day: tomorrow": "2026-03-31",
    "day: 2026-02-28": "2026-02-28",
}


def test_dates_are_days(tmp_path):
    """On a date, N days are days and not lengths: the as-of instant counts as its day in the project's zone."""
    all_days = sorted({day for days in DAYS.values() for day in days.split()})
    files = {"customers.csv": "\n".join(["id,born", *(f"{day},{day}" for day in all_days), "missing,", ""])}
    schema = "    profile: {table: customers, key: id, attributes: {born: {type: date}}}\n"
    segments = {f"s{number}": f"{{attribute: born, {window}}}" for number, window in enumerate(DAYS)}
    assert list(members(shop(tmp_path, files, segments, schema=schema)).values()) == list(DAYS.values())


def test_since_counts_from_instants_of_the_profile(tmp_path):
    """`since` excludes its instant, includes the as-of instant, takes a date as its midnight here, and selects nobody without it."""
    customers = """\
id,seen,born
on,2026-03-10T10:00:00Z,2026-03-10
after,2026-03-10T09:59:59Z,2026-03-09
future,2026-04-10T10:00:00Z,2026-04-01
none,,
"""
    # midnight of March 10 in Berlin is 23:00 the day before in UTC
    rows = [(key, at) for key in ("on", "after", "future", "none") for at in ("2026-03-10T10:00:00Z", "2026-03-09T23:00:00Z")]
    files = {"customers.csv": customers, "views.csv": "\n".join(["customer,seen_at", *map(",".join, rows), ""])}
    schema = """\
    profile: {table: customers, key: id, attributes: {seen: {type: datetime}, born: {type: date}}}
    events: {view: {table: views, profile: customer, at: seen_at}}
"""
    segments = {
        "since_seen": "{event: view, since: {attribute: seen}}",
        "since_born": "{event: view, count: 1, since: {attribute: born}}",
        "not_since": "{event: view, count: 0, since: {attribute: seen}}",
        "seen_since_born": "{attribute: seen, since: {attribute: born}}",
        "born_since_seen": "{attribute: born, since: {attribute: seen}}",
        "seen_since_view": "{attribute: seen, since: {latest: view}}",
        "views_since_view": "{event: view, since: {latest: view}}",
    }
    assert members(shop(tmp_path, files, segments, schema=schema)) == {
        "since_seen": "after",
        "since_born": "on",  # one of the two is at midnight; for `after` both count
        "not_since": "future none on",
        "seen_since_born": "after on",
        "born_since_seen": "",
        "seen_since_view": "",
        "views_since_view": "",
    }


def test_durations_beyond_the_calendar_are_unbounded():
    """A window longer than the calendar begins at its beginning; it neither fails nor selects the wrong side."""
    now = AsOf(AS_OF, ZoneInfo("Europe/Berlin"))
    for unit in Unit:
        assert now.moved(Duration(999_999, unit), -1) < T < now.moved(Duration(999_999, unit), 1)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC"])
def test_wall_clock_time_becomes_the_instant_that_python_finds(zone):
    """Around every clock change, skipped and repeated times included, the expression agrees with zoneinfo's first reading."""
    info, walls = ZoneInfo(zone), []
    for year in (1975, 1999, 2024, 2026, 2040):
        start = datetime(year, 1, 1)
        walls += [start + timedelta(minutes=15 * number) for number in range(4 * 24 * 366)]
    expected = [wall.replace(tzinfo=info).astimezone(ZoneInfo("UTC")).replace(tzinfo=None) for wall in walls]
    table = ibis.memtable({"wall": walls, "expected": expected}, schema={"wall": "timestamp", "expected": "timestamp"})
    wrong = table.filter(to_utc(table.wall, zone) != table.expected).limit(3)
    assert ibis.duckdb.connect().to_pyarrow(wrong).to_pylist() == []
