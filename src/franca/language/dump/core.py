"""What every part of dumping shares: the table of nodes, lists that mean all of them, constants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from franca.definitions import All, Constant, EventNames, Node, Predicate, names_of
from franca.errors import FrancaError

Data = dict[str, Any]

DUMPS: dict[type[Predicate], Callable[[Any], Data]] = {}
"""Node → its mapping; the modules beside this one fill it."""


def data(predicate: Predicate) -> Data:
    """Return the mapping of a predicate.

    Raises:
        TypeError: it is none, such as the builder's `event("order")` without a measure.
    """
    if type(predicate) not in DUMPS:
        raise TypeError(f"{predicate!r} is not a predicate; {getattr(predicate, 'hint', 'only predicates can be written')}")
    return DUMPS[type(predicate)](predicate)


def where(predicate: Predicate) -> Data | list[Data]:
    """Return the data of a predicate in a place where a list means all of them."""
    return list(map(data, predicate.of)) if isinstance(predicate, All) and len(predicate.of) > 1 else data(predicate)


def maybe(name: str, predicate: Predicate | None) -> Data:
    """Return `name: predicate`, or nothing."""
    return {} if predicate is None else {name: where(predicate)}


def names(event: EventNames) -> Any:
    """Return the name of a kind of event, or the list of several."""
    return one_or_list(list(names_of(event)))


def one_or_list(values: list[Any]) -> Any:
    """Return the one value, or the list."""
    return values[0] if len(values) == 1 else values


def plain(constant: Constant) -> Any:
    """Return a constant as YAML has it."""
    if isinstance(constant, date):
        return constant.isoformat()
    whole = isinstance(constant, Decimal) and "." not in format(constant, "f")
    return int(constant) if whole else constant


def refuse(node: Node, what: str, remedy: str) -> NoReturn:
    """Refuse a node that YAML has no words for.

    Raises:
        FrancaError: always.
    """
    raise FrancaError(f"{what} cannot be written in YAML", position=node.position, remedy=remedy)
