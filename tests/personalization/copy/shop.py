"""A small shop whose every cell is a word that stands nowhere else, so that one of them in a prompt is found."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from franca.definitions import Project
from franca.language import load

AS_OF = datetime(2026, 3, 30, 12, tzinfo=UTC)

PROJECT = """\
project: shop
timezone: Europe/Berlin
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes:
      email: {type: text}
      first_name: {type: text}
      country: {type: text}
      points: {type: integer}
      gender: {type: text, protected: true}
  events:
    order: {table: orders, profile: customer_id, at: ordered_at, id: order_id, properties: {total: {type: decimal}}}
"""
SEGMENTS = """\
segments:
  vip: {name: Very secret label, where: {attribute: points, gte: 100}}
  nearly: {name: Nearly, where: {attribute: points, gte: 99}}
  german: {name: German, where: {attribute: country, is: DE}}
  women: {name: Women, where: {attribute: gender, is: f}}
"""
BRIEF = """\
name: Spring
goal: Tell of the new linen.
tone: warm
facts:
  discount: {text: up to 20 %, about: the discount on linen}
  deadline: {ends: 2026-04-05T23:59, about: the last day}
profile: {first_name: {default: {en: there, de: du}}}
allow: [linen you will keep]
names: [Northwool]
segments: [vip, german]
describe:
  lives in Germany: {attribute: country, is: DE}
  ordered lately: {event: order, last: 90 days}
control: {en: {subject: "Our [[discount]] on linen", preview_text: "Until [[deadline]], for all that you see in our shop"}}
"""


def person(number: int, **cells: object) -> dict[str, object]:
    """Return a row; what is not given is a word of its own."""
    row = {
        "customer_id": f"key{number}zq",
        "email": f"mail{number}zq@shop.test",
        "first_name": f"name{number}zq",
        "country": f"land{number}zq",
        "points": "",
        "gender": f"g{number}zq",
        "orders": 0,
    }
    return {**row, **cells}


def make_shop(folder: Path, people: Iterable[dict[str, object]], brief: str = BRIEF) -> Project:
    """Write a project with these people and return it as loaded."""
    for name in ("data", "segments", "briefs"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "franca.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "segments" / "all.yaml").write_text(SEGMENTS, encoding="utf-8")
    (folder / "briefs" / "spring.yaml").write_text(brief, encoding="utf-8")
    rows = list(people)
    _write(folder / "data" / "customers.csv", "customer_id email first_name country points gender".split(), rows)
    orders = [
        {"customer_id": row["customer_id"], "order_id": f"o{row['customer_id']}{n}", "ordered_at": "2026-03-01T10:00:00Z", "total": "77.31"}
        for row in rows
        for n in range(int(str(row["orders"])))
    ]
    _write(folder / "data" / "orders.csv", "customer_id order_id ordered_at total".split(), orders)
    return load(folder)


def _write(path: Path, columns: list[str], rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
