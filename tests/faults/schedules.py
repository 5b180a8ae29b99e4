"""Random fault schedules: a shop's life in which anything may go wrong anywhere, compared with the undisturbed one."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from faults.crowd import Crowd, plant
from faults.life import Account, Inside, Rows, Seam, StoppedError, world
from faults.shop import Shop
from faults.troubles import HALF, TROUBLES, VENDORS_429, fault
from franca.adapter import ABSENT
from franca.errors import FrancaError
from franca.sandbox import Call, Fault, Host, Reply
from sandbox.brevo.brevo_account import Stage

RARE, TWICE = {"a timeout": 0.02}, 2
"""Weights of troubles that cost real time, and how often one strikes at most; all others weigh 1."""
PACES = (1.0, 1.0, 5.0, 40.0)
"""How many times longer than usual asynchronous work takes."""
RUNS = 25
"""Of one command under trouble; then it is given up."""
CONSENT = {
    "klaviyo": "select email, consent, consent_at, suppressed_at from profiles",
    "mailchimp": "select email, status, opted from member",
    "brevo": "select email, email_blacklisted, sms_blacklisted from contacts",
    "mailerlite": "select email, status from people",
}

Step = Callable[[Account], Any]


def life(first: Shop, later: Shop) -> tuple[Step, ...]:
    """Return the commands: plan, apply and sync, of the shop as it is first and later."""
    return tuple(
        step
        for shop in (first, later)
        for step in (lambda a, shop=shop: a.plan(shop), lambda a, shop=shop: a.apply(shop), lambda a, shop=shop: a.sync(shop))
    )


@dataclass
class Fate:
    """Ends the process before a request, or after its work was done; hears of every call.

    Attributes:
        share: of requests at which it does.
        stops: how often it did.
    """

    account: Account
    chance: random.Random
    share: float
    stops: int = 0
    dying: bool = False

    def __call__(self, _operation: str) -> None:
        if not self.dying and self.chance.random() >= self.share:
            return
        if not self.dying and self.chance.random() < 0.5:
            self.account.host.faults.rules.insert(0, Fault(kind="reset-after"))
            self.dying = True
            return
        self.dying = False
        self.stops += 1
        raise StoppedError


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is there: the ESP's rows with names in place of generated ids, members and markers as it shows them, and consent."""

    rows: Mapping[str, Rows]
    held: Mapping[str, Mapping[str, str]]
    consent: Counter[Any]

    @classmethod
    def of(cls, account: Account, shop: Shop, crowd: Crowd) -> Picture:
        """Look, when asynchronous work is done."""
        account.clock.advance(1e6)
        inside = account.inside
        inside.settle()
        held = {
            key: {e: value for e, value in found.items() if value != ABSENT} for key, found in account.held(shop, crowd.repeated).items()
        }
        return cls(rows=labelled(inside), held=held, consent=Counter(map(tuple, inside.database.execute(CONSENT[account.esp]))))


def labelled(inside: Inside) -> dict[str, Rows]:
    """Return the ESP's rows, with "table name" in place of the ids of named things: work that is done twice uses up ids."""
    tables = world(inside)
    labels: dict[str, str] = {}
    for table in tables:
        columns = [row[1] for row in inside.database.execute(f"pragma table_info({table})")]
        if "name" in columns and "id" in columns:
            found = inside.database.execute(f"select id, name from {table}")
            labels.update({row[0]: f"{table} {row[1]}" for row in found if isinstance(row[0], str)})
    return {table: sorted((tuple(_label(value, labels) for value in row) for row in rows), key=repr) for table, rows in tables.items()}


def _label(value: Any, labels: Mapping[str, str]) -> Any:
    if not isinstance(value, str) or len(value) > 10_000:
        return value
    if value.startswith("{"):  # a definition names lists and metrics
        for identity, label in labels.items():
            value = value.replace(f'"{identity}"', f'"{label}"')
        return value
    return labels.get(value, value)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one schedule ended.

    Attributes:
        troubles: requests that met one.
        stops: of the process.
        runs: of commands; six when nothing goes wrong.
        converged: nothing is left to do, and the ESP's rows are those of the undisturbed life.
        duplicates, lost, foreign, consent: objects too many; members or markers missing or too many; other people's objects that
            changed; people whose consent did.
        seconds: of real time.
    """

    esp: str
    seed: int
    troubles: int
    stops: int
    runs: int
    converged: bool
    duplicates: int
    lost: int
    foreign: int
    consent: int
    seconds: float = field(compare=False)
    why: str = ""

    @property
    def good(self) -> bool:
        """Whether everything is as it should be."""
        return self.converged and not (self.duplicates or self.lost or self.foreign or self.consent)

    def as_json(self) -> dict[str, Any]:
        """Return the fields."""
        return asdict(self)


@dataclass(kw_only=True)
class Lives:
    """One shop's disturbed lives at all ESPs, and the undisturbed ones that they are compared with."""

    stage: Stage
    url: str
    folder: Path
    crowd: Crowd
    first: Shop
    later: Shop
    seeds: dict[str, Any] = field(default_factory=dict)
    undisturbed: dict[str, tuple[Mapping[str, Rows], Picture]] = field(default_factory=dict)

    @classmethod
    def of(cls, stage: Stage, url: str, folder: Path, crowd: Crowd) -> Lives:
        """Write and evaluate the shop."""
        first, later = crowd.read(folder / "first", url), crowd.read(folder / "later", url, later=True)
        return cls(stage=stage, url=url, folder=folder, crowd=crowd, first=first, later=later)

    def account(self, esp: str, folder: Path) -> Account:
        """Put a fresh account on stage, with what others made in it."""
        if esp not in self.seeds:
            self.seeds[esp] = self.crowd.seed(esp)
        account = Account.on(self.stage, esp, folder, self.seeds[esp])
        account.host.on_exchange = lambda _exchange: forget_answer(account.host)
        plant(esp, self.url)
        account.clock.advance(60.0)
        return account

    def peaceful(self, esp: str) -> tuple[Mapping[str, Rows], Picture]:
        """Return what is there before, and after an undisturbed life."""
        if esp not in self.undisturbed:
            account = self.account(esp, self.folder / f"{esp}-undisturbed")
            before = labelled(account.inside)
            for step in life(self.first, self.later):
                step(account)
            self.undisturbed[esp] = (before, Picture.of(account, self.later, self.crowd))
        return self.undisturbed[esp]

    def disturbed(self, esp: str, seed: int, folder: Path) -> Verdict:
        """Live through one schedule."""
        before, wanted = self.peaceful(esp)
        started, chance = time.monotonic(), random.Random(f"{esp} {seed}")
        account = self.account(esp, folder)
        fate = disturb(account, chance, self.crowd)
        runs = sum(persist(account, step, fate, chance) for step in life(self.first, self.later))
        troubles = sum(bool(exchange.fault) for exchange in account.host.exchanges)
        in_peace(account)
        left = self._left(account)
        found = Picture.of(account, self.later, self.crowd)
        same = found.rows == wanted.rows
        return Verdict(
            esp=esp,
            seed=seed,
            troubles=troubles,
            stops=fate.stops,
            runs=runs,
            converged=same and not left,
            duplicates=sum(max(0, len(rows) - len(wanted.rows[table])) for table, rows in found.rows.items()),
            lost=sum(len(set(members.items()) ^ set(found.held.get(key, {}).items())) for key, members in wanted.held.items()),
            foreign=_touched(before, found.rows, wanted.rows),
            consent=sum(((found.consent - wanted.consent) + (wanted.consent - found.consent)).values()),
            seconds=time.monotonic() - started,
            why=left or ("" if same else _difference(found.rows, wanted.rows)),
        )

    def _left(self, account: Account) -> str:
        """Ask for everything once more, in peace; say what was still to do."""
        account.clock.advance(100_000.0)
        before = len(account.writes())
        changes, written = account.plan(self.later).changes, account.sync(self.later).written
        requests = len(account.writes()) - before
        return f"{len(changes)} changes, {written} rows, {requests} writing requests left" if changes or written or requests else ""


def forget_answer(host: Host) -> None:
    """Drop the last call's answer from the record: those of a large shop do not fit into memory, and nobody looks at them."""
    host.exchanges[-1] = replace(host.exchanges[-1], reply=None)


def disturb(account: Account, chance: random.Random, crowd: Crowd) -> Fate:
    """Put trouble in force: how much, of which kinds, how slow, by chance."""
    names = [VENDORS_429, HALF, *TROUBLES]
    share = chance.choice(crowd.shares)
    for name in chance.sample(names, chance.randrange(3, len(names) + 1)):
        rule = fault(name, account.esp, TWICE if name in RARE else None)
        account.host.faults.add(replace(rule, share=share / 4 * RARE.get(name, 1.0), seed=chance.getrandbits(32)))
    account.clock.slow = chance.choice(PACES)
    if account.esp == "mailerlite":
        break_parts(account, random.Random(chance.getrandbits(32)), share / 25)
    return Fate(account, chance, share=chance.choice(crowd.stops))


def break_parts(account: Account, chance: random.Random, share: float) -> None:
    """Let parts of batches fail, half of them after their work was done, while faults are in force; the batches are answered 200."""
    emulator: Any = account.host.emulator
    one = emulator._one

    def answer(call: Call) -> Reply:
        if not account.host.faults.rules or chance.random() >= share:
            return one(call)
        if chance.random() < 0.5:
            one(call)
        return Reply(status=chance.choice((429, 500)), body={"message": "Too Many Attempts."})

    emulator._one = answer


def in_peace(account: Account) -> None:
    """End all trouble."""
    account.host.faults.clear()
    account.clock.slow = 1.0
    account.seam = Seam()


def persist(account: Account, step: Step, fate: Fate, chance: random.Random) -> int:
    """Run a command until it succeeds, as a scheduler would; return how often it was run."""
    account.seam = fate  # type: ignore[assignment]  # both hear of calls
    for run in range(1, RUNS + 1):
        try:
            step(account)
        except (FrancaError, StoppedError):
            fate.dying = False
            account.clock.advance(chance.choice((1.0, 60.0, 3700.0)))
        else:
            return run
    raise AssertionError(f"{account.esp}: not done after {RUNS} runs")


def _touched(before: Mapping[str, Rows], after: Mapping[str, Rows], wanted: Mapping[str, Rows]) -> int:
    """Count rows of others that are not there any more, but for people, who carry our markers, too, as they should."""
    return sum(len(set(rows) & set(wanted[table]) - set(after[table])) for table, rows in before.items())


def _difference(found: Mapping[str, Rows], wanted: Mapping[str, Rows]) -> str:
    parts = {table: (list(set(rows) - set(wanted[table])), list(set(wanted[table]) - set(rows))) for table, rows in found.items()}
    return "; ".join(f"{table}: {more[:2]} instead of {less[:2]}" for table, (more, less) in parts.items() if more or less)[:2000]
