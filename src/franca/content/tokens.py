"""What comes out of a run where a person decides: tokens, between texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from franca.content.nodes import Condition, Value
from franca.content.symbols import CLOSE, OPEN
from franca.definitions import Position


@dataclass(frozen=True, kw_only=True)
class Show:
    """A value is printed here."""

    value: Value


@dataclass(frozen=True, kw_only=True)
class If:
    """What follows, up to `Else`, is for whom the condition holds."""

    condition: Condition


@dataclass(frozen=True, kw_only=True)
class Else:
    """What follows is for the others."""


@dataclass(frozen=True, kw_only=True)
class EndIf:
    """For everybody again."""


@dataclass(frozen=True, kw_only=True)
class Each:
    """What follows is there once for each item."""

    number: int
    over: Value


@dataclass(frozen=True, kw_only=True)
class EndEach:
    """Once again."""


@dataclass(frozen=True, kw_only=True)
class Verbatim:
    """For one kind of ESP."""

    adapter: str
    text: str
    position: Position


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The subject is repeated here."""


Token = Show | If | Else | EndIf | Each | EndEach | Verbatim | Subject
TOKEN = re.compile(f"{OPEN}([0-9]+|s){CLOSE}")
SUBJECT = Markup(f"{OPEN}s{CLOSE}")  # noqa: S704 - a token, as all below
