"""The command line in this process, on a small shop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from franca.adapter import VirtualWaiter
from franca.cli.main import main
from franca.sandbox import Clock, Host, Running, emulator, serve

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
KEYS = {"klaviyo": "pk_canary_key", "mailchimp": "canarykey-us1", "brevo": "xkeysib-canary"}
VARIABLES = {"klaviyo": "KLAVIYO_API_KEY", "mailchimp": "MAILCHIMP_API_KEY", "brevo": "BREVO_API_KEY"}
DESTINATIONS = """
destinations:
  klaviyo:
    adapter: klaviyo
    api_key: env:KLAVIYO_API_KEY
    url: {klaviyo}
    attributes: {{country: "properties['Country']"}}
    events: {{order: {{metric: Placed Order, value: total}}}}
  mailchimp:
    adapter: mailchimp
    api_key: env:MAILCHIMP_API_KEY
    url: {mailchimp}
    audience: {audience}
    attributes: {{country: COUNTRY}}
  brevo: {{adapter: brevo, api_key: env:BREVO_API_KEY, url: {brevo}, sender: shop@shop.test, company_address: Street 1}}
"""


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def franca(monkeypatch, capsys) -> Callable[..., Outcome]:
    """Return a function that runs `franca ARGUMENTS` as a shell would."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["franca", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        shown = capsys.readouterr()
        return Outcome(int(str(code)), shown.out, shown.err)

    return run


@pytest.fixture
def shop(tmp_path: Path, franca) -> Path:
    """Return the folder of a fresh starter project."""
    folder = tmp_path / "shop"
    assert franca("init", folder).code == 0
    return folder


@pytest.fixture
def esps(monkeypatch) -> Iterator[dict[str, Running]]:
    """Run the three sandboxes, holding the starter's contacts and orders."""
    clock = Clock(AS_OF)
    with ExitStack() as stack:
        running = {}
        for name, key in KEYS.items():
            host = Host(emulator(name, clock, key), clock)
            host.emulator.seed(_seed(name))
            running[name] = stack.enter_context(serve(host))
            monkeypatch.setenv(VARIABLES[name], key)
        monkeypatch.setenv("FRANCA_LEDGER_KEY", "canary-ledger-key")
        monkeypatch.setattr("franca.cli.account.RealWaiter", lambda: VirtualWaiter(on_sleep=clock.advance, elapsed=clock.ticks))
        yield running


def _seed(name: str) -> dict[str, object]:
    field = "properties['Country']" if name == "klaviyo" else "COUNTRY"
    people = {"anna": "DE", "ben": "AT", "clara": None, "emile": "FR"}
    contacts = [
        {
            "email": f"{person}@shop.test",
            "fields": {field: country} if country else {},
            "consent": {"status": "unsubscribed" if person == "clara" else "subscribed", "suppressed": False},
        }
        for person, country in people.items()
    ]
    return {"contacts": contacts, "events": _ORDERS if name == "klaviyo" else []}


_ORDERS = [
    {"email": f"{person}@shop.test", "metric": "Placed Order", "id": id_, "at": at, "value": value, "properties": {}}
    for person, id_, at, value in [
        ("anna", "1001", "2025-04-02T10:00:00Z", 120.0),
        ("anna", "1002", "2025-06-14T11:20:00Z", 80.5),
        ("anna", "1003", "2025-09-30T19:05:00Z", 240.0),
        ("anna", "1004", "2025-12-12T08:00:00Z", 99.9),
        ("anna", "1005", "2026-02-20T21:40:00Z", 60.0),
        ("ben", "1006", "2025-05-03T13:30:00Z", 45.0),
        ("clara", "1008", "2025-08-08T16:00:00Z", 1200.0),
    ]
]


@pytest.fixture
def connected(shop: Path, esps: dict[str, Running]) -> Path:
    """Return the starter project with all three destinations at their sandboxes."""
    from franca_mailchimp.sandbox.records import Account

    audience = Account().audiences[0].name
    urls = {name: running.url for name, running in esps.items()}
    with (shop / "franca.yaml").open("a", encoding="utf-8") as file:
        file.write(DESTINATIONS.format(audience=audience, **urls))
        file.write("ledger_key: env:FRANCA_LEDGER_KEY\n")
    return shop
