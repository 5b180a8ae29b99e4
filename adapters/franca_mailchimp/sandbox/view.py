"""What conditions can see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from franca_mailchimp.sandbox.compare import Assumptions
from franca_mailchimp.sandbox.records import MergeField

Condition = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spending:
    """What one email ordered so far."""

    orders: int = 0
    total: Decimal = Decimal(0)
    largest: Decimal | None = None
    smallest: Decimal | None = None
    products: int = 0
    last: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class View:
    """What conditions can see of an audience.

    Attributes:
        interests: group → its category.
        interested: the row ids of each group's members.
        did: the hashes of those who opened, clicked or were sent a campaign (its web id, None for any).
        spending: by lower-cased email, and computed only when asked for.
    """

    fields: Mapping[str, MergeField]
    static: frozenset[int]
    holds: Assumptions
    zone: ZoneInfo
    tagged: Callable[[int], frozenset[int]]
    interests: Mapping[str, str]
    interested: Callable[[Iterable[str]], list[frozenset[int]]]
    did: Callable[[str, int | None], frozenset[str]]
    spending: Callable[[], Mapping[str, Spending]]


def numeric(view: View, condition: Condition) -> bool:
    """Return whether the condition is about a number field."""
    field = view.fields.get(str(condition.get("field")))
    return field is not None and field.type == "number"
