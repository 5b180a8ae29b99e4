"""Calls at the ESPs, counted and timed on a virtual clock against the sandboxes, and the CPU time of planning.

    python benchmarks/calls.py [--people N] [--segments N] [--compiled N]

Wanted: an unchanged project is planned with the fewest requests; a first sync and a delta write in full batches; requests come nearly as
fast as the ESP allows, and nearly none of them is answered 429; planning without the network is quick.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fifty import SCHEMA, five_hundred
from rich.console import Console
from rich.table import Table

from franca.adapter import Site, VirtualWaiter, Window, adapter
from franca.audience import evaluate
from franca.cli.account import Account, opened
from franca.definitions import Destination, Project
from franca.errors import FrancaError
from franca.language import check, load
from franca.plan import apply, desire, make_plan
from franca.sandbox import Clock, Exchange, Host, emulator, example_key, serve
from franca.sync import Ledger, sync

AS_OF = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
ESPS = ("klaviyo", "mailchimp", "brevo", "mailerlite")
LEAST = {"klaviyo": 30, "mailchimp": 1, "brevo": 6, "mailerlite": 6}
"""Pages of 300 segments: 10, 1,000, 50 and 50 a page (MailerLite says of no listing of groups how long a page may be)."""
LISTINGS = {"klaviyo": "get_segments", "mailchimp": "lists.list_segments", "brevo": "getLists", "mailerlite": "listGroups"}
READS = {
    "klaviyo": ["get_profiles"],
    "mailchimp": ["lists.get_list_members_info"],
    "brevo": ["getContacts"],
    "mailerlite": ["listSubscribers", "batch of GET"],
}
BATCHES = {"klaviyo": (1_000, 10_000), "mailchimp": (500, 1_000), "brevo": (150, None), "mailerlite": (50, 50)}
"""Of members, and of a marker's values; Brevo's imports are as large as a request may be."""
WRITES = {
    "klaviyo": ("add_profiles_to_list remove_profiles_from_list".split(), ["bulk_import_profiles"]),
    "mailchimp": (["lists.batch_segment_members"], ["batches.start"]),
    "brevo": ("addContactToList removeContactFromList".split(), ["importContacts"]),
    "mailerlite": (["batch of POST", "batch of DELETE"], ["batch of PUT"]),
}
PROFILE = """
project: calls
timezone: UTC
ledger_key: env:FRANCA_CALLS_KEY
policies: {maximum_change: 100%}
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes: {email: {type: text}, country: {type: text}, points: {type: integer}}
destinations:
"""
MAPPED = {
    "klaviyo": """{country: "properties['Country']", points: "properties['Points']"}""",
    "mailchimp": "{country: COUNTRY, points: POINTS}",
    "brevo": "{country: COUNTRY, points: POINTS}",
    "mailerlite": "{country: country, points: points}",
}
MORE = {"klaviyo": "", "mailchimp": ", audience: Customers", "brevo": "", "mailerlite": ""}
METRICS = {"order": "Placed Order", "view": "Viewed Product", "open": "Opened Email"}
SEEDED = {"klaviyo": ("properties['Country']", "properties['Points']"), "mailerlite": ("country", "points")}
MEMBERS = f"""segments:
  buyers: {{name: Buyers, realise: {{{", ".join(f"{esp}: members" for esp in ESPS)}}}, where: {{attribute: points, gte: 1}}}}
  vip: {{name: VIP, realise: {{{", ".join(f"{esp}: marker" for esp in ESPS)}}}, where: {{attribute: points, gte: 1}}}}
"""


@dataclass
class Stage:
    """One account behind HTTP, with the instant and the answer of every call."""

    esp: str
    host: Host
    url: str
    clock: Clock
    heard: list[tuple[float, Exchange]] = field(default_factory=list)

    def calls(self) -> list[tuple[float, Exchange]]:
        """Return the calls since this was last asked."""
        found, self.heard = self.heard, []
        self.host.exchanges.clear()
        return found


@contextmanager
def stage(esp: str, people: int = 1) -> Iterator[Stage]:
    """Serve an account that holds everybody, with the fields that are mapped."""
    clock = Clock(AS_OF)
    host = Host(emulator(esp, clock), clock)
    fields = dict(zip(SEEDED.get(esp, ("COUNTRY", "POINTS")), ("DE", 1), strict=True))
    host.emulator.seed({"contacts": [{"email": f"person{number}@shop.test", "fields": fields} for number in range(people)]})
    with serve(host) as running:
        found = Stage(esp, host, running.url, clock)
        host.on_exchange = lambda exchange: found.heard.append((clock.ticks(), exchange))
        yield found


@contextmanager
def account(project: Project, on: Stage) -> Iterator[Account]:
    """Open the destination on a virtual clock, an hour after the last command."""
    on.clock.advance(3600.0)
    site = Site(project=project, destination=project.destinations[on.esp])
    with opened(site, VirtualWaiter(on_sleep=on.clock.advance)) as found:
        yield found


def made(project: Project, on: Stage) -> None:
    """Apply; where a day's calls are used up, go on the next day."""
    while True:
        with account(project, on) as found:
            plan = found.plan()
            try:
                apply(plan, found.desired, found.connection, found.store)
            except FrancaError as error:
                if "again" not in str(error):
                    raise
                on.clock.advance(86_400.0)
            else:
                return


# -- projects


def write(root: Path, url: str, segments: str, points: Iterator[int] | None = None) -> Project:
    """Write a project with all destinations at *url*, and its people, and load it."""
    (root / "segments").mkdir(parents=True, exist_ok=True)
    (root / "data").mkdir(exist_ok=True)
    lines = [
        f'  {esp}: {{adapter: {esp}, api_key: "env:FRANCA_CALLS_{esp.upper()}", url: "{url}", attributes: {MAPPED[esp]}{MORE[esp]}}}\n'
        for esp in ESPS
    ]
    (root / "franca.yaml").write_text(PROFILE + "".join(lines), encoding="utf-8")
    (root / "segments" / "all.yaml").write_text(segments, encoding="utf-8")
    rows = [f"{number},person{number}@shop.test,DE,{each}\n" for number, each in enumerate(points or ())]
    (root / "data" / "customers.csv").write_text("customer_id,email,country,points\n" + "".join(rows), encoding="utf-8")
    return check(load(root))


def simple(segments: int) -> str:
    """Return segments that every ESP with segments can say."""
    return "segments:\n" + "".join(f"  s{n}: {{name: S{n}, where: {{attribute: points, gte: {n}}}}}\n" for n in range(segments))


# -- what is measured


def planning(esp: str, segments: int) -> list[str]:
    """Count the requests of a plan that finds nothing to do."""
    with stage(esp) as on, tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        project = write(Path(folder), on.url, simple(segments))
        made(project, on)
        making = on.calls()
        with account(project, on) as found:
            assert not found.plan().changes
        calls = Counter(_operation(exchange) for _, exchange in on.calls())
    listings = calls.pop(LISTINGS[esp])
    others = ", ".join(f"{name} {number}" for name, number in sorted(calls.items()))
    return [esp, f"{listings}", f"{math.ceil(LEAST[esp] * segments / 300)}", others, *speed(esp, making)]


def syncing(esp: str, people: int) -> Iterator[list[str]]:
    """Count the requests of a first sync of everybody, and of one in which one in a hundred changed."""
    moved = people // 100
    with stage(esp, people) as on, tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        first = write(Path(folder), on.url, MEMBERS, (1 for _ in range(people)))
        made(first, on)
        on.calls()
        yield [esp, "first sync", *writes(esp, people, _synced(first, on))]
        later = write(Path(folder), on.url, MEMBERS, (0 if number < moved else 1 for number in range(people)))
        yield [esp, "1 % delta", *writes(esp, moved, _synced(later, on))]


def _synced(project: Project, on: Stage) -> list[tuple[float, Exchange]]:
    with evaluate(project, as_of=AS_OF) as evaluation, account(project, on) as found:
        ledger = Ledger.open(project, found.store)
        words = ["empty:buyers", "empty:vip"]
        sync(found.desired, evaluation, found.connection, found.store, ledger, allow=words)
    return on.calls()


def writes(esp: str, rows: int, calls: list[tuple[float, Exchange]]) -> list[str]:
    """Return the writes of members and of markers beside the fewest possible, the reads for matching, and the speed."""
    counts = Counter(_operation(exchange) for _, exchange in calls)
    cells = []
    for operations, batch in zip(WRITES[esp], BATCHES[esp], strict=True):
        found, least = sum(counts.pop(name, 0) for name in operations), math.ceil(rows / batch) if batch else None
        cells.append(f"{found} of {least}" if least else f"{found}")
    reads = sum(counts.pop(name, 0) for name in READS[esp])
    others = ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
    return [*cells, f"{reads}", others, *speed(esp, calls)]


def speed(esp: str, calls: list[tuple[float, Exchange]]) -> list[str]:
    """Return how fast the busiest operation went, of what its windows allow, and the share of refused calls."""
    refused = sum(exchange.reply is not None and exchange.reply.status == 429 for _, exchange in calls)
    share = f"{refused / max(1, len(calls)):.1%}"
    instants = defaultdict(list)
    for instant, exchange in calls:
        instants[_bucket(esp, exchange)].append(instant)
    rated = {bucket: (_fewest(_windows(esp, bucket), len(found)), found[-1] - found[0]) for bucket, found in instants.items()}
    slowest = max(rated, key=lambda bucket: rated[bucket][0], default=None)
    if slowest is None or rated[slowest][0] == 0:
        return ["no rate is full", share]
    least, taken = rated[slowest]
    return [f"{least / taken:.0%} of {slowest} ({taken:.0f} s)", share]


def _operation(exchange: Exchange) -> str:
    """Return what a call does; MailerLite's batches hold calls of one method each."""
    methods = sorted({part["method"] for part in (exchange.call.body or {}).get("requests", ())})
    return f"{exchange.operation} of {' and '.join(methods)}" if methods else exchange.operation


def _bucket(esp: str, exchange: Exchange) -> str:
    if esp == "brevo":
        return "/contacts" if exchange.call.path.startswith("/v3/contacts") else "all else"
    return exchange.operation if esp == "klaviyo" else "calls"


def _windows(esp: str, bucket: str) -> list[tuple[int, float]]:
    """Return calls and seconds of each window, as the sandbox enforces them."""
    if esp == "klaviyo":
        from franca_klaviyo.sandbox.limits import TIERS, L, S

        tier = S if "tag" in bucket else TIERS.get(bucket, L)
        return [(allowed, float(length)) for length, allowed in tier.windows()]
    if esp == "brevo":
        from franca_brevo.sandbox.limits import Limits

        windows = Limits.CONTACTS if bucket == "/contacts" else Limits.OTHER
        return [(allowed, seconds) for seconds, allowed in windows]
    if esp == "mailerlite":
        from franca_mailerlite.sandbox.limits import Limits as Account

        return [(Account.CALLS, Account.SECONDS)]
    return []


def _fewest(windows: list[tuple[int, float]], calls: int) -> float:
    """Return the seconds between the first and the last of some calls, when each comes as soon as all windows let it."""
    rolling, now = [Window(limit, seconds) for limit, seconds in windows], 0.0
    for _ in range(calls):
        now += max((window.wait(now) for window in rolling), default=0.0)
        for window in rolling:
            window.note(now)
    return now


def thinking(esp: str, whole: Project, half: Project) -> tuple[float, int]:
    """Return the CPU seconds of compiling segments and comparing them with an account that holds half of them, and how many are native.

    Brevo keeps 300 lists (reported), so that it cannot hold all of five hundred.
    """
    with stage(esp) as on, tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        if esp == "klaviyo":
            on.host.emulator.seed({"metrics": [{"name": name} for name in METRICS.values()]})
        mapped = {"destinations": {esp: _mapped(esp, on.url)}, "root": Path(folder)}
        made(held := replace(half, **mapped), on)
        with account(held, on) as found:
            snapshot, state = found.connection.read(), found.store.load()
        project = replace(whole, **mapped)
        site = Site(project=project, destination=project.destinations[esp])
        started = time.process_time()
        desired = desire(site, adapter(esp))
        plan = make_plan(desired, snapshot, state)
        taken = time.process_time() - started
        assert {str(change.action) for change in plan.changes} == {"create"}
        return taken, sum(str(decision.realisation) == "native" for decision in desired.decisions.values())


def _project(root: Path, wheres: list[str]) -> Project:
    (root / "segments").mkdir(exist_ok=True)
    (root / "franca.yaml").write_text(SCHEMA.format(folder="data"), encoding="utf-8")
    lines = "".join(f"  s{number}: {{name: s{number}, where: {where}}}\n" for number, where in enumerate(wheres))
    (root / "segments" / "all.yaml").write_text("segments:\n" + lines, encoding="utf-8")
    return check(load(root))


def _mapped(esp: str, url: str) -> Destination:
    from franca.definitions import EventMapping, FieldMapping

    names = {"klaviyo": "properties['{}']"}.get(esp, "{}")
    attributes = {name: FieldMapping(field=names.format(name.upper())) for name in ("country", "points")}
    kinds = METRICS if esp == "klaviyo" else {}
    events = {name: EventMapping(metric=metric, value="total" if name == "order" else None) for name, metric in kinds.items()}
    settings: Mapping[str, Any] = {"api_key": f"env:FRANCA_CALLS_{esp.upper()}", "url": url}
    if esp == "mailchimp":
        settings = {**settings, "audience": "Customers"}
    return Destination(name=esp, adapter=esp, settings=settings, attributes=attributes, events=events)


# -- showing


def measure(people: int = 100_000, segments: int = 300, compiled: int = 500) -> None:
    """Measure and print everything."""
    os.environ["FRANCA_CALLS_KEY"] = "the key of the hashes"
    os.environ.update({f"FRANCA_CALLS_{esp.upper()}": example_key(esp) for esp in ESPS})
    head = ("ESP", "listing", "fewest", "besides", "making them, of what is allowed", "429")
    show(f"An unchanged project of {segments:,} segments: requests of a plan", head, [planning(esp, segments) for esp in ESPS])
    rows = [row for esp in ESPS for row in syncing(esp, people)]
    head = ("ESP", "", "members written", "markers written", "reads for matching", "besides", "speed, of what is allowed", "429")
    show(f"{people:,} members and as many markers (wanted: ≥ 90 % of what is allowed, ≤ 1 % refused)", head, rows)
    wheres = five_hundred()[:compiled]
    with tempfile.TemporaryDirectory(prefix="franca-bench-") as folder:
        half, whole = (_project(Path(folder), wheres[:number]) for number in (len(wheres) // 2, len(wheres)))
    times = [thinking(esp, whole, half) for esp in ESPS]
    rows = [[esp, f"{seconds:.2f} s", f"{native}"] for esp, (seconds, native) in zip(ESPS, times, strict=True)]
    total = ["all", f"{sum(seconds for seconds, _ in times):.2f} s", "wanted: ≤ 2 s"]
    show(
        f"{len(wheres):,} segments compiled and compared with an account that holds half of them: CPU",
        ("ESP", "CPU", "native"),
        [*rows, total],
    )


def show(title: str, head: tuple[str, ...], rows: list[list[str]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left")
    for column in head:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--segments", type=int, default=300)
    parser.add_argument("--compiled", type=int, default=500)
    options = parser.parse_args()
    measure(options.people, options.segments, options.compiled)
