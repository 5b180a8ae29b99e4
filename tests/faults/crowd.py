"""A shop with a crowd, as it is first and later; what its integration put into each account; and what others made there."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from faults.shop import AS_OF, COUNTRY, ESPS, LEDGER_KEY, MARKER, MEMBERS, PROJECT, Customer, Shop, variable
from franca.audience import evaluate
from franca.language import check, load
from franca.sandbox import example_key

COUNTRIES = ["DE"] * 5 + ["AT"] * 3 + ["FR", "NL", "BE"]
SHOES = {"klaviyo": "properties['Shoe Size']", "mailchimp": "SHOE_SIZE", "brevo": "SHOE_SIZE", "mailerlite": "shoe_size"}
"""What somebody else's field is called."""
ROUND = """
  buyers{n}: {{name: Buyers{n}, {members}, where: {{attribute: points, gte: {points}}}}}
  germany{n}: {{name: {germany}{n}, where: {{attribute: country, is: DE}}}}
  austria{n}: {{name: Austria{n}, {members}, where: {{all: [{{attribute: country, is: AT}}, {{attribute: points, gte: {points}}}]}}}}
  west{n}: {{name: West{n}, where: {{attribute: country, in: [{west}]}}}}
"""
FIRST_ROUND = """
  buyers: {{name: Buyers, group: tier, priority: 10, {members}, where: {{attribute: points, gte: 100}}}}
  germany: {{name: {germany}, group: tier, priority: 20, where: {{attribute: country, is: DE}}}}
  vip: {{name: VIP, {marker}, where: {{attribute: points, gte: 500}}}}
  austria: {{name: Austria, {members}, where: {{all: [{{attribute: country, is: AT}}, {{attribute: points, gte: 300}}]}}}}
  west: {{name: West, where: {{attribute: country, in: [{west}]}}}}
"""
OLD = "  old: {{name: Old, {members}, where: {{attribute: country, is: FR}}}}\n"
NEW = "  new: {{name: New, {members}, where: {{attribute: points, lt: 50}}}}\n"
HELD = 0.9
"""The share of the shop's people whom an account holds."""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """How large a shop is.

    Attributes:
        people: customers; one in fifty has no email, and one in fifty the email of another.
        rounds: of four segments each, after the first six.
        patience: seconds of real time after which an answer is given up.
        shares: of requests that meet trouble, four times over: a kind strikes at a quarter of it; a schedule draws one.
        stops: of requests at which the process ends; likewise.
    """

    people: int = 300
    rounds: int = 0
    patience: float = 2.0
    shares: tuple[float, ...] = (0.01, 0.03, 0.08, 0.15)
    stops: tuple[float, ...] = (0.0, 0.005, 0.02)

    @property
    def segments(self) -> int:
        """How many there are."""
        return 6 + 4 * self.rounds

    @property
    def repeated(self) -> frozenset[str]:
        """The keys of the rounds' segments: reading millions of members back takes longer than all else; their rows are compared."""
        return frozenset(f"{name}{n}" for n in range(1, self.rounds + 1) for name in ("buyers", "germany", "austria", "west"))

    def customers(self, *, later: bool = False) -> dict[str, Customer]:
        """Return everybody by key; *later* one in ten has other points or has left."""
        chance = random.Random(self.people)
        everybody = {str(number): _customer(chance, number) for number in range(self.people)}
        return {key: customer for key, old in everybody.items() if (customer := _moved(chance, old))} if later else everybody

    def seed(self, esp: str) -> dict[str, Any]:
        """Return the contacts of an account: most of the shop's people, and strangers; some are not subscribed."""
        chance = random.Random(f"{esp} {self.people}")
        emails = {c.email: c.country for c in self.customers().values() if c.email and chance.random() < HELD}
        strangers = {f"stranger{number}@elsewhere.test": "DE" for number in range(self.people // 20)}
        consents = ["subscribed"] * 8 + ["unsubscribed", "never"]
        return {
            "contacts": [
                {
                    "email": email,
                    "fields": {COUNTRY[esp]: country, SHOES[esp]: "42"},
                    "consent": {"status": chance.choice(consents), "suppressed": False},
                }
                for email, country in {**emails, **strangers}.items()
            ]
        }

    def read(self, folder: Path, url: str, *, later: bool = False) -> Shop:
        """Write the shop, load it and evaluate it."""
        self.write(folder, url, later=later)
        with evaluate(project := check(load(folder)), as_of=AS_OF) as evaluation:
            return Shop.of(project, evaluation)

    def write(self, folder: Path, url: str, *, later: bool = False) -> None:
        """Write the project and its data; *later* a segment is renamed, one gone, one new, some changed, and people have moved."""
        for part in ("data", "segments"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        keys = {esp: variable(esp) for esp in ESPS}
        (folder / "franca.yaml").write_text(PROJECT.format(url=url, ledger_key=LEDGER_KEY, **keys), encoding="utf-8")
        (folder / "segments" / "all.yaml").write_text("segments:\n" + self._segments(later=later), encoding="utf-8")
        rows = (f"{key},{c.email},{c.country},{c.points}\n" for key, c in self.customers(later=later).items())
        (folder / "data" / "customers.csv").write_text("customer_id,email,country,points\n" + "".join(rows), encoding="utf-8")

    def _segments(self, *, later: bool) -> str:
        words = {
            "members": MEMBERS,
            "marker": MARKER,
            "germany": "Germans" if later else "Germany",
            "west": "FR, NL, BE" if later else "FR, NL",
        }
        rounds = (ROUND.format(n=number, points=800 - number * 20, **words) for number in range(1, self.rounds + 1))
        return (FIRST_ROUND + (NEW if later else OLD)).format(**words) + "".join(rounds)


LARGE = Crowd(people=100_000, rounds=14, patience=60.0, shares=(0.01,), stops=(0.0002,))
"""62 segments. Trouble is rarer by the call: if one page in three of thousands failed, no reading would ever end."""


def _customer(chance: random.Random, number: int) -> Customer:
    email = f"person{number - 1 if number % 50 == 49 else number}@shop.test"
    return Customer("" if number % 50 == 25 else email, chance.choice(COUNTRIES), chance.randrange(0, 800))


def _moved(chance: random.Random, old: Customer) -> Customer | None:
    moves = chance.random()
    return None if moves < 0.02 else old._replace(points=chance.randrange(0, 800)) if moves < 0.1 else old


# -- what somebody else made in the account


def plant(esp: str, url: str) -> None:
    """Make things by hand that are none of ours: a list or a tag, with a member where that is one call."""
    for path, headers, body in _BY_HAND[esp](url):
        requests.post(url + path, json=body, headers=headers, timeout=60).raise_for_status()


Post = tuple[str, Mapping[str, str], Any]


def _klaviyo(_url: str) -> Iterator[Post]:
    headers = {"Authorization": f"Klaviyo-API-Key {example_key('klaviyo')}", "revision": "2026-10-15"}
    for name in ("By hand", "Also by hand"):
        yield "/api/lists", headers, {"data": {"type": "list", "attributes": {"name": name}}}


def _mailchimp(url: str) -> Iterator[Post]:
    headers = {"Authorization": f"Bearer {example_key('mailchimp')}"}
    audience = requests.get(f"{url}/3.0/lists", headers=headers, timeout=60).json()["lists"][0]["id"]
    emails = ["stranger0@elsewhere.test", "stranger1@elsewhere.test"]
    yield f"/3.0/lists/{audience}/segments", headers, {"name": "By hand", "static_segment": emails}


def _brevo(_url: str) -> Iterator[Post]:
    headers = {"api-key": example_key("brevo")}
    yield "/v3/contacts/folders", headers, {"name": "By hand"}
    yield "/v3/contacts/lists", headers, {"name": "By hand", "folderId": 1}
    yield "/v3/contacts/lists/1/contacts/add", headers, {"emails": ["stranger0@elsewhere.test"]}


def _mailerlite(url: str) -> Iterator[Post]:
    headers = {"Authorization": f"Bearer {example_key('mailerlite')}"}

    def identity(path: str) -> str:
        found = requests.get(f"{url}/api{path}", headers=headers, timeout=60).json()["data"]
        return str((found[0] if isinstance(found, list) else found)["id"])

    yield "/api/groups", headers, {"name": "By hand"}
    yield "/api/fields", headers, {"name": "By hand", "type": "text"}
    yield f"/api/subscribers/{identity('/subscribers/stranger0@elsewhere.test')}/groups/{identity('/groups')}", headers, None


_BY_HAND = {"klaviyo": _klaviyo, "mailchimp": _mailchimp, "brevo": _brevo, "mailerlite": _mailerlite}
