"""A small shop on disk, as it is first and as it is later, and the accounts that hold its people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from franca.audience import Evaluation, evaluate
from franca.definitions import Project
from franca.language import check, load
from franca.sandbox import example_key

AS_OF = datetime(2026, 3, 30, 12, 37, 11, tzinfo=UTC)
ESPS = ("klaviyo", "mailchimp", "brevo", "mailerlite")
NATIVE = ("klaviyo", "mailchimp")
"""Those whose API makes segments: they count whoever the account holds, strangers too, and have one on each marker."""
COUNTRY = {"klaviyo": "properties['Country']", "mailchimp": "COUNTRY", "brevo": "COUNTRY", "mailerlite": "country"}
"""What the shop's integration calls the country."""
LEDGER_KEY = "FRANCA_FAULTS_LEDGER_KEY"

PROJECT = """
project: faults
timezone: Europe/Berlin
ledger_key: env:{ledger_key}
policies: {{maximum_change: 100%}}
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes: {{email: {{type: text}}, country: {{type: text}}, points: {{type: integer}}}}
destinations:
  klaviyo: {{adapter: klaviyo, api_key: "env:{klaviyo}", url: "{url}", attributes: {{country: "properties['Country']"}}, markers: [tier]}}
  mailchimp:
    {{adapter: mailchimp, api_key: "env:{mailchimp}", url: "{url}", audience: Customers, attributes: {{country: COUNTRY}}, markers: [tier]}}
  brevo: {{adapter: brevo, api_key: "env:{brevo}", url: "{url}", markers: [tier]}}
  mailerlite: {{adapter: mailerlite, api_key: "env:{mailerlite}", url: "{url}", markers: [tier]}}
"""
MEMBERS, MARKER = (f"realise: {{{', '.join(f'{esp}: {kind}' for esp in ESPS)}}}" for kind in ("members", "marker"))
SEGMENTS = """
segments:
  buyers: {{name: Buyers, group: tier, priority: 10, {members}, where: {{attribute: points, gte: 100}}}}
  germany: {{name: {germany}, group: tier, priority: 20, where: {{attribute: country, is: DE}}}}
  vip: {{name: VIP, {marker}, where: {{attribute: points, gte: 500}}}}
"""
OLD = "  old: {{name: Old, {members}, where: {{attribute: country, is: FR}}}}\n"


class Customer(NamedTuple):
    """One row of the shop's table."""

    email: str
    country: str
    points: int


FIRST = {
    "1": Customer("anna@shop.test", "DE", 600),
    "2": Customer("ben@shop.test", "AT", 600),
    "3": Customer("clara@shop.test", "DE", 150),
    "4": Customer("dora@shop.test", "FR", 150),
    "5": Customer("emil@shop.test", "DE", 0),
    "6": Customer("fay@shop.test", "AT", 0),
    "7": Customer(" Gina@Shop.test", "DE", 700),
    "8": Customer("unknown@shop.test", "DE", 800),  # no ESP holds this one
    "9": Customer("", "DE", 900),
    "10": Customer("twins@shop.test", "DE", 500),  # two people, one email
    "11": Customer("twins@shop.test", "FR", 0),
    "12": Customer("jo@shop.test", "FR", 120),
}
LATER = {
    **{key: customer for key, customer in FIRST.items() if key != "12"},  # jo has left the data altogether
    "2": FIRST["2"]._replace(points=0),
    "4": FIRST["4"]._replace(points=900),
    "6": FIRST["6"]._replace(points=200),
}
STRANGER = "stranger@elsewhere.test"
"""A contact that the shop does not know."""

HELD = {customer.email.strip().lower(): customer.country for customer in FIRST.values() if customer.email}
HELD = {**{email: country for email, country in HELD.items() if email != "unknown@shop.test"}, STRANGER: "DE"}


def seed(esp: str) -> dict[str, Any]:
    """Return what the shop's integration put into the account; clara unsubscribed."""
    consent = {email: "unsubscribed" if email.startswith("clara") else "subscribed" for email in HELD}
    return {
        "contacts": [
            {"email": email, "fields": {COUNTRY[esp]: country}, "consent": {"status": consent[email], "suppressed": False}}
            for email, country in HELD.items()
        ]
    }


@dataclass(frozen=True)
class Summary:
    """Who is outside every universe."""

    without_email: int
    ambiguous_emails: int


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A checked project with its evaluation, kept so that hundreds of runs need not evaluate again."""

    project: Project
    emails_of: Mapping[str, frozenset[str]]
    everybody: frozenset[str]
    outside: Summary

    @classmethod
    def of(cls, project: Project, evaluation: Evaluation) -> Shop:
        """Keep the answers of an evaluation."""
        counts = evaluation.summary()
        outside = Summary(counts.without_email, counts.ambiguous_emails)
        return cls(project=project, emails_of=evaluation.emails(), everybody=evaluation.universe(), outside=outside)

    def emails(self) -> Mapping[str, frozenset[str]]:
        """Return each segment's members."""
        return self.emails_of

    def universe(self) -> frozenset[str]:
        """Return everybody who can be matched."""
        return self.everybody

    def summary(self) -> Summary:
        """Return what is outside."""
        return self.outside


def variable(esp: str) -> str:
    """Return the name of the environment variable that holds the key of an account."""
    return f"FRANCA_FAULTS_{esp.upper()}"


def environment() -> dict[str, str]:
    """Return the variables that the shop's project names."""
    return {LEDGER_KEY: "the key of the hashes", **{variable(esp): example_key(esp) for esp in ESPS}}


def write(folder: Path, url: str, *, later: bool = False) -> None:
    """Write the shop's project and data; *later* one segment has another name, one is gone, and people have moved."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "segments").mkdir(exist_ok=True)
    keys = {esp: variable(esp) for esp in ESPS}
    (folder / "franca.yaml").write_text(PROJECT.format(url=url, ledger_key=LEDGER_KEY, **keys), encoding="utf-8")
    segments = SEGMENTS if later else SEGMENTS + OLD
    text = segments.format(members=MEMBERS, marker=MARKER, germany="Germans" if later else "Germany")
    (folder / "segments" / "all.yaml").write_text(text, encoding="utf-8")
    rows = [f"{key},{c.email},{c.country},{c.points}" for key, c in (LATER if later else FIRST).items()]
    (folder / "data" / "customers.csv").write_text("\n".join(["customer_id,email,country,points", *rows, ""]), encoding="utf-8")


def read(folder: Path, url: str, *, later: bool = False) -> Shop:
    """Write the shop, load it and evaluate it."""
    write(folder, url, later=later)
    project = check(load(folder))
    with evaluate(project, as_of=AS_OF) as evaluation:
        return Shop.of(project, evaluation)


@contextmanager
def keys() -> Iterator[None]:
    """Set the variables while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)
        yield
