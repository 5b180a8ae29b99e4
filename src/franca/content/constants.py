"""What templates may do with values of compile time: all that Jinja can, as long as it is the same at every run and for everybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from jinja2 import Undefined

from franca.content.filters import FILTERS, argument_problem
from franca.content.symbols import Decided, Symbol, refuse, solid

BY_CHANCE = ("random", "lipsum")
"""Jinja's names whose result is another one at each run: a second plan would never be empty."""

_PRINTABLE = (str, int, float, Decimal, date, list, tuple, dict, type(None), Undefined)
"""Anything else would be printed with its address in memory."""

_KEEPING = frozenset({"default", "d", "e", "escape", "forceescape", "safe", "string"})
"""Filters that keep a text as it is, so that it may hold a person's value."""

_TAKING = frozenset({"default", "d", "format", "join"})
"""Filters that print their arguments, so that these may be a person's values."""


@dataclass(frozen=True)
class Named:
    """`profile` or `copy`: nothing by itself."""

    name: str

    def alone(self) -> NoReturn:
        """Refuse it.

        Raises:
            Refusal: always.
        """
        refuse(f"{self.name} alone is no value", f"write {self.name}.NAME")

    __bool__ = __iter__ = __len__ = __str__ = alone


PROFILE, COPY = Named("profile"), Named("copy")


def printable(value: Any) -> Any:
    """Return a value of compile time that can be printed."""
    if isinstance(value, Named):
        value.alone()
    if isinstance(value, Decided):
        refuse("`and` and `or` ask here, and choose no text", 'write … | default("…"), or {% if … %}')
    if not isinstance(value, _PRINTABLE) and not hasattr(value, "__html__"):
        refuse(f"{type(value).__name__} is no text and no number", "print a value, or what a function returns")
    return value


def check_filtered(name: str, value: Any, arguments: Sequence[Any]) -> None:
    """Refuse a filter that would look into a text where a person's value stands, or take one for a constant."""
    if name not in _KEEPING:
        solid(value)
    for argument in arguments if name not in _TAKING else ():
        if isinstance(argument, Symbol):
            refuse(f"an argument of the filter {name} cannot be a person's value", "", argument.meaning.position)
        solid(argument)


def only_ours(name: str) -> Callable[..., Any]:
    """Return what a filter that Jinja lacks does with what is not for it."""

    def refused(_value: Any, *arguments: Any, **_named: Any) -> Any:
        kinds = ", ".join(sorted(FILTERS[name].on))
        refuse(argument_problem(name, arguments) or f"the filter {name} takes {kinds}")

    return refused
