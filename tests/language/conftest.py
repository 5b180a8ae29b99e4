"""A small project on disk, to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from franca.errors import FrancaError, ProblemsError
from franca.language import check, load

PROJECT = """\
project: acme
timezone: Europe/Berlin
data:
  connect: data
  profile:
    table: customers
    key: customer_id
    attributes:
      email: {type: text}
      country: {type: text}
      age: {type: integer}
      spent: {type: decimal(3)}
      score: {type: number}
      member: {type: boolean}
      born: {type: date}
      seen_at: {type: datetime, zone: Europe/Berlin}
      tags: {type: list}
    consent:
      email: {status: s, values: {subscribed: [SUBSCRIBED], unsubscribed: UNSUB}, suppressed: sup}
  events:
    order:
      table: orders
      profile: customer_id
      at: ordered_at
      id: order_id
      where: {property: state, is_not: cancelled}
      properties: {total: {type: decimal}, sku: {type: text}}
destinations:
  klaviyo: {adapter: klaviyo, api_key: env:K, attributes: {country: country}, events: {order: {metric: Placed Order, value: total}}}
"""
SEGMENTS = """\
segments:
  vip:
    name: VIP
    where: {event: order, count: {gte: 5}, last: 365 days}
"""


@pytest.fixture
def messages(tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function from file contents to the lines a user would read; no lines when all is fine."""

    def of(segments: str = SEGMENTS, project: str = PROJECT) -> list[str]:
        (tmp_path / "segments").mkdir(exist_ok=True)
        (tmp_path / "franca.yaml").write_text(project, encoding="utf-8")
        (tmp_path / "segments" / "a.yaml").write_text(segments, encoding="utf-8")
        try:
            check(load(tmp_path))
        except ProblemsError as error:
            return [str(problem) for problem in error.problems]
        except FrancaError as error:
            return [str(error)]
        return []

    return of
