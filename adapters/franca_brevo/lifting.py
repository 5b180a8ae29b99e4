"""Brevo's tags read backwards: `and` and `or` have one rank and group to the right; `not` takes the first operand alone (sheet 3.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from franca.adapter import Unsaid
from franca.adapter.django_like import CONSTANTS, bound, marks, words
from franca.adapter.lifting import NUMBERS, Lifter, Mark
from franca.definitions import Kind
from franca_brevo.names import attribute_key

_LINKS = {"unsubscribe": "unsubscribe_url", "update_profile": "preferences_url", "mirror": "view_in_browser_url"}
_PRINT = re.compile(r"(?P<name>contact\.[A-Z][A-Z0-9_]*)(?:\s*\|\s*default\s*:\s*(?P<quote>[\"'])(?P<default>[^\"'\\]+)(?P=quote))?")
_AT_ZERO = {
    "==": lambda n: n == 0,
    "!=": lambda n: n != 0,
    "<": lambda n: n > 0,
    "<=": lambda n: n >= 0,
    ">": lambda n: n < 0,
    ">=": lambda n: n <= 0,
}

Tokens = list[tuple[str, Any]]
Said = tuple[str, frozenset[str]]


class BrevoLifter(Lifter):
    """See `franca.adapter.lifting.Lifter`."""

    name = "brevo"

    def variable(self, field_name: str) -> str:
        """Return the variable of a mapped attribute."""
        return f"contact.{field_name}"

    def marks(self, text: str) -> Sequence[Mark]:
        """Return the tags."""
        return list(marks(text))

    def bound(self, text: str) -> frozenset[str]:
        """Return the names of loops and the like."""
        return bound(text)

    def value(self, inside: str, guarded: frozenset[str]) -> str:
        """Lift a text, whose `default` fires on what we call missing, or a link."""
        if inside in _LINKS:
            return f"{{{{ {_LINKS[inside]} }}}}"
        if inside in ('"{"', "'{'"):
            return "{% raw %}{{% endraw %}"
        found = _PRINT.fullmatch(inside)
        if found is None:
            raise Unsaid("filter", "a filter or name without an equal in the portable language")
        return self.printed(found["name"], found["default"], guarded)

    def condition(self, text: str) -> Said:
        """Lift a condition with pongo2's own grouping made visible."""
        said, rest = self._expression(words(text))
        if rest:
            raise Unsaid("condition", "the condition cannot be read to its end")
        return said

    def _expression(self, tokens: Tokens) -> tuple[Said, Tokens]:
        left, rest = self._operand(tokens)
        if rest and rest[0] in (("name", "and"), ("name", "or")):
            right, after = self._expression(rest[1:])
            word = rest[0][1]
            known = left[1] | right[1] if word == "and" else left[1] & right[1]
            return (f"({left[0]} {word} {right[0]})", known), after
        return left, rest

    def _operand(self, tokens: Tokens) -> tuple[Said, Tokens]:
        match tokens:
            case [("name", "not"), *rest]:
                return self._negated(rest)
            case [("op", "("), *rest]:
                said, after = self._expression(rest)
                if not after or after[0] != ("op", ")"):
                    raise Unsaid("condition", "a parenthesis is not closed")
                return said, after[1:]
            case [("name", name), ("op", op), ("text" | "number", constant), *rest] if op not in "()":
                return (self._compared(name, op, constant), frozenset()), rest
            case [("name", name), ("op", op), ("name", word), *rest] if op not in "()" and word in CONSTANTS:
                return (self.compared(name, op, CONSTANTS[word]), frozenset()), rest
            case [("name", name), *rest]:
                return self._there(name), rest
        raise Unsaid("condition", "a condition without an equal in the portable language")

    def _negated(self, tokens: Tokens) -> tuple[Said, Tokens]:
        """`not a == b` means `(not a) == b`: only `not (…)` and a bare `not a` are what they look like."""
        if len(tokens) > 1 and tokens[0][0] == "name" and tokens[1][0] == "op" and tokens[1][1] not in "()":
            raise Unsaid("not", "`not` before a comparison binds to its first operand at Brevo")
        said, rest = self._operand(tokens)
        return (f"not ({said[0]})", frozenset()), rest

    def _compared(self, name: str, op: str, constant: Any) -> str:
        field = self.fields.get(name)
        if field and field.type.kind in NUMBERS and _AT_ZERO[op](constant):
            raise Unsaid("missing-number", "Brevo takes a missing number for 0, and so the comparison would hold")
        if field and field.type.kind in NUMBERS and op in ("==", "!="):
            raise Unsaid("equal-number", "== on numbers is not safe at Brevo")
        return self.compared(name, op, constant)

    def _there(self, name: str) -> Said:
        if self.attribute(name).type.kind is Kind.LIST:
            raise Unsaid("multiple-choice", "multiple-choice attributes cannot be used in Brevo's templates")
        return self.there(name)

    def marker(self, variable: str) -> str | None:
        """Return the key of our attribute."""
        return attribute_key(variable.removeprefix("contact."))
