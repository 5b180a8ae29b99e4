"""What a template is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Literal:
    """A text, whole number, broken number or truth value written in a tag."""

    value: str | int | float | bool


@dataclass(frozen=True)
class Variable:
    """`contact.FIRSTNAME`; *at* is its place in the source."""

    parts: tuple[str | int, ...]
    at: int


@dataclass(frozen=True)
class Call:
    """One filter, with its argument."""

    filter: str
    argument: Literal | Variable | None
    at: int


@dataclass(frozen=True)
class Filtered:
    """A value through filters, left to right."""

    of: Literal | Variable
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Signed:
    """`-` and `not` before one operand."""

    of: Expression
    minus: bool
    negated: bool
    at: int


@dataclass(frozen=True)
class Binary:
    """Two operands and an operator."""

    operator: str
    left: Expression
    right: Expression
    at: int


Expression: TypeAlias = Literal | Variable | Filtered | Signed | Binary


@dataclass(frozen=True)
class Html:
    """Text outside of tags."""

    text: str


@dataclass(frozen=True)
class Output:
    """`{{ … }}`."""

    of: Expression


@dataclass(frozen=True)
class If:
    """Conditions with their bodies; the last condition is None for `else`."""

    branches: tuple[tuple[Expression | None, Body], ...]


@dataclass(frozen=True)
class For:
    """A loop; *value* names the values of a mapping, whose keys *key* names then."""

    key: str
    value: str
    over: Expression
    backwards: bool
    ordered: bool
    body: Body
    empty: Body


@dataclass(frozen=True)
class Autoescape:
    """A part in which escaping is on or off."""

    on: bool
    body: Body


Node: TypeAlias = Html | Output | If | For | Autoescape
Body: TypeAlias = tuple[Node, ...]
