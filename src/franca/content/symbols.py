"""What stands for a person's values while a template is run without a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NoReturn

from markupsafe import Markup

from franca.content.filters import FILTERS, argument_problem
from franca.content.nodes import (
    AttributeValue,
    Compare,
    Comparison,
    Condition,
    Contains,
    Defaulted,
    Defined,
    Either,
    Every,
    Filtered,
    Negation,
    Value,
    always,
    root,
    type_of,
)
from franca.definitions import Constant, Kind, Op, Position, Project, ValueTest
from franca.errors import Problem
from franca.language.types import NUMERIC, typed_test

OPEN, CLOSE = "\ue000", "\ue001"
"""They enclose the number of a token in a text that Jinja made; no template may hold them."""


class Refusal(Exception):  # noqa: N818 - a jump out of the run, told as a problem
    """Something that cannot be done with a person's value."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.what)


def refuse(what: str, remedy: str = "", position: Position | None = None) -> NoReturn:
    """Leave the run.

    Raises:
        Refusal: always.
    """
    raise Refusal(Problem(what=what, remedy=remedy, position=position))


@dataclass(frozen=True, eq=False, repr=False)
class Symbol:
    """A value or a condition that only a person decides; *printed* makes a token of it.

    It refuses what Python would answer with something, comparing and hashing above all: `{"DE": 1}.get(…)` would miss it for everybody.
    """

    meaning: Value | Condition
    printed: Callable[[Value], Markup]

    def __html__(self) -> str:
        return self.printed(self._value())

    def __str__(self) -> str:
        return str(self.printed(self._value()))

    def _value(self) -> Value:
        if isinstance(self.meaning, Condition):
            refuse("a condition cannot be printed", "write {% if … %}", self.meaning.position)
        return self.meaning

    def _no(self, *_: object) -> NoReturn:
        what = "a person's value can be printed, filtered, compared with a constant and tested, and nothing else"
        refuse(what, "compute it in a segment, or let the data hold it", self.meaning.position)

    __bool__ = __iter__ = __len__ = __int__ = __float__ = __contains__ = __call__ = _no
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = _no
    __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __neg__ = __pos__ = __lt__ = __le__ = __gt__ = __ge__ = _no
    __index__ = __getitem__ = __repr__ = __eq__ = __ne__ = __hash__ = _no


@dataclass(frozen=True)
class Decided:
    """What a person's value and a constant are together for everybody; it can be asked, and not printed: that would be the word True."""

    truth: bool

    def __bool__(self) -> bool:
        return self.truth


def solid(value: Any, position: Position | None = None) -> Any:
    """Return a value of compile time, making sure that no person's value is hidden in a text."""
    if isinstance(value, str) and (OPEN in value or CLOSE in value):
        what = "this text was put together from a person's values; it can only be printed"
        refuse(what, "apply filters and comparisons to the values themselves", position)
    return value


def condition(value: Any, position: Position | None) -> Condition | bool:
    """Return what `if value` asks."""
    if not isinstance(value, Symbol):
        return bool(solid(value, position))
    meaning = value.meaning
    if isinstance(meaning, Condition):
        return meaning
    kind = type_of(meaning).kind
    if kind is Kind.BOOLEAN:
        return Compare(of=meaning, op=Comparison.EQ, constant=True, position=position)
    if kind in NUMERIC:
        zero = Compare(of=meaning, op=Comparison.EQ, constant=_typed(meaning, 0), position=position)
        return Every(of=(Defined(of=meaning, position=position), Negation(of=zero, position=position)), position=position)
    return True if always(meaning) else Defined(of=meaning, position=position)


def _typed(of: Value, number: int) -> Constant:
    return {Kind.INTEGER: number, Kind.NUMBER: float(number)}.get(type_of(of).kind, Decimal(number))


# -- comparisons

_OPS: Mapping[str, Comparison] = {
    "eq": Comparison.EQ, "lt": Comparison.LT, "lteq": Comparison.LTE, "gt": Comparison.GT, "gteq": Comparison.GTE,
}  # fmt: skip
_MIRRORED = {"lt": "gt", "gt": "lt", "lteq": "gteq", "gteq": "lteq"}


def compare(op: str, left: Any, right: Any, position: Position, project: Project) -> Condition | bool:
    """Return the condition of a comparison with a person's value on one side; nothing is in an empty list.

    Raises:
        Refusal: it cannot be compared so.
    """
    if op in ("ne", "notin"):
        found = compare({"ne": "eq", "notin": "in"}[op], left, right, position, project)
        return not found if isinstance(found, bool) else Negation(of=found, position=position)
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        refuse("two of a person's values cannot be compared with each other", "make a segment of it, and ask in_segment(…)", position)
    if op == "in":
        return _in(left, right, position, project)
    if isinstance(right, Symbol):
        return compare(_MIRRORED.get(op, op), right, left, position, project)
    return _one(_OPS[op], left, right, position, project)


def _in(left: Any, right: Any, position: Position, project: Project) -> Condition | bool:
    if isinstance(right, Symbol):
        if not isinstance(left, str) or not isinstance(right.meaning, Value) or type_of(right.meaning).kind not in (Kind.LIST, Kind.TEXT):
            refuse("`in` asks whether a text is in a list or in a text", "", position)
        return Contains(of=right.meaning, constant=str(solid(left, position)), position=position)
    if isinstance(right, (str, bytes)):
        refuse("`in` with a text on the right asks for a part of it", 'write a list: in ["DE", "AT"]', position)
    found = tuple(_one(Comparison.EQ, left, each, position, project) for each in right)
    return Either(of=found, position=position) if found else False


def _one(op: Comparison, left: Symbol, right: Any, position: Position, project: Project) -> Compare:
    value = left.meaning
    if isinstance(value, Condition):
        refuse("a condition is not compared", "write it alone, or with not", position)
    declared = type_of(value)
    if declared.kind is Kind.LIST:
        refuse("a list is not compared", 'ask "x" in profile.tags', position)
    _check_default(value, position)
    test = ValueTest(op=_TESTS[op], operand=_constant(right, position), position=position)
    typed = typed_test(test, _named(value), declared, project.zone)
    if isinstance(typed, Problem):
        raise Refusal(typed)
    if typed.operand == "":
        refuse("an empty text counts as missing in content", "ask `is defined`", position)
    return Compare(of=value, op=op, constant=typed.operands[0], position=position)


def _check_default(value: Value, position: Position) -> None:
    """Refuse to compare a value whose default is of another type: nobody knows whether "none" is more than 3."""
    while isinstance(value, (Filtered, Defaulted)):
        declared = type_of(value)
        if isinstance(value, Defaulted) and not isinstance(value.default, _COMPARABLE.get(declared.kind, ())):
            what = f"{_named(value)} is {declared}, and is compared, but its default {value.default!r} is not"
            refuse(what, f"give it a default that is {declared} too, or none: what is missing makes a comparison false", position)
        value = value.of


_COMPARABLE: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.INTEGER: (int,),
    Kind.DECIMAL: (int, Decimal),
    Kind.NUMBER: (int, Decimal),
}
_TESTS = {
    Comparison.EQ: Op.IS, Comparison.LT: Op.LT, Comparison.LTE: Op.LTE, Comparison.GT: Op.GT, Comparison.GTE: Op.GTE,
}  # fmt: skip


def _constant(value: Any, position: Position) -> Constant:
    solid(value, position)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, (str, bool, int, Decimal)):
        return str(value) if isinstance(value, str) else value
    refuse(f"a person's value is compared with a text, a number or true and false, not with {type(value).__name__}", "", position)


def _named(value: Value) -> str:
    found = root(value)
    return f"attribute {found.name!r}" if isinstance(found, AttributeValue) else "this value"


# -- filters


def apply_filter(name: str, symbol: Symbol, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Value:
    """Return the value of `symbol | name(arguments)`.

    Raises:
        Refusal: no such filter for a person's values, or not on this type, or other arguments.
    """
    of, at = symbol.meaning, symbol.meaning.position
    if isinstance(of, Condition):
        refuse(f"the filter {name} cannot be applied to a condition", "", at)
    for argument in arguments:
        solid(argument, at)
        if isinstance(argument, Symbol):
            refuse(f"an argument of the filter {name} cannot be a person's value", "", at)
    if named.keys() - ({"boolean"} if name in ("default", "d") else set()):
        refuse(f"the filter {name} takes its arguments by their order", f"leave out {', '.join(f'{each}=' for each in named)}", at)
    if name in ("default", "d"):
        return _default(of, arguments, at)
    if name not in FILTERS:
        known = ", ".join(["default", *FILTERS])
        refuse(f"the filter {name} cannot be applied to a person's value", f"these can: {known}", at)
    _check_filter(name, of, arguments, at)
    return Filtered(of=of, filter=name, arguments=arguments, position=at)


def _default(of: Value, arguments: tuple[Any, ...], at: Position | None) -> Value:
    if len(arguments) not in (1, 2) or not isinstance(arguments[0], (str, int, float, Decimal)):
        refuse("default takes one constant", 'write default("there")', at)
    if arguments[0] == "" or isinstance(arguments[0], bool):
        what = "an empty default would leave a hole in the text" if arguments[0] == "" else "a default is a text or a number"
        refuse(what, "write {% if … is defined %} around what belongs to the value", at)
    return of if always(of) else Defaulted(of=of, default=_plain(arguments[0]), position=at)


def _plain(constant: Any) -> Constant:
    return Decimal(repr(constant)) if isinstance(constant, float) else str(constant) if isinstance(constant, str) else constant


def _check_filter(name: str, of: Value, arguments: tuple[Any, ...], at: Position | None) -> None:
    declared = type_of(of)
    if declared.kind not in FILTERS[name].on:
        kinds = ", ".join(sorted(FILTERS[name].on))
        refuse(f"the filter {name} takes {kinds}, and {_named(of)} is {declared}", "", at)
    if isinstance(of, Defaulted) and declared.kind is not Kind.TEXT:
        refuse(f"the filter {name} would be applied to the default too", f"write the default last: … | {name} | default(…)", at)
    if wrong := argument_problem(name, arguments):
        refuse(wrong, "docs/content.md has a table of the filters", at)


def placed(symbol: Symbol, position: Position) -> Symbol:
    """Return the symbol with its position."""
    return replace(symbol, meaning=replace(symbol.meaning, position=position))
