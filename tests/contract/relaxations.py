"""Where the vendors' documents are wrong, entry by entry: the one table of what validation forgives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """One defect of one vendor's document.

    Attributes:
        defect: what is wrong.
        source: where that is known from.
        change: rewrites a schema node that has the defect, and returns any other as it is.
    """

    id: str
    defect: str
    source: str
    change: Callable[[Node], Node]


def relaxed(esp: str) -> tuple[Callable[[Node], Node], ...]:
    """Return the changes of one vendor's document."""
    return tuple(each.change for each in TABLE if each.id.startswith(f"{esp}."))


def _integer_or_number(node: Node) -> Node:
    types = [each.get("type") for each in node.get("oneOf", ()) if isinstance(each, dict)]
    if sorted(map(str, types)) != ["integer", "number"]:
        return node
    return {**{key: value for key, value in node.items() if key != "oneOf"}, "anyOf": node["oneOf"]}


TABLE = (
    Relaxation(
        id="klaviyo.one-of-integer-number",
        defect="numeric values are oneOf integer and number, and every integer is both",
        source="vendors/klaviyo.md section 0, defects of the contract files (measured)",
        change=_integer_or_number,
    ),
)

UNDECLARED: dict[tuple[str, int], str] = {}
"""Statuses that a vendor answers with and its document does not declare → the component that describes them."""
