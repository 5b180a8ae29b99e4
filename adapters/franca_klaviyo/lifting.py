"""Klaviyo's tags read backwards: `and` binds tighter than `or`, there are no parentheses (sheet section 3.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from franca.adapter import Unsaid
from franca.adapter.django_like import CONSTANTS, bound, marks, words
from franca.adapter.lifting import Lifter, Mark
from franca_klaviyo.attributes import property_name
from franca_klaviyo.content import _variable as variable_of
from franca_klaviyo.parts import RefusedError

_LINKS = {
    "unsubscribe_link": "unsubscribe_url",
    "manage_preferences_link": "preferences_url",
    "web_view_link": "view_in_browser_url",
    "current_year": "current_year",
}
_PRINT = re.compile(
    r"(?P<name>[\w.]+(?:\|lookup:'[^']*')?)(?P<filters>(?:\|(?:upper|lower))*)(?:\|default:(?P<quote>[\"'])(?P<default>[^\"'\\]+)(?P=quote))?"
)
_OURS = re.compile(r"person\|lookup:'franca_([a-z0-9_]+)'")


class KlaviyoLifter(Lifter):
    """See `franca.adapter.lifting.Lifter`."""

    name = "klaviyo"

    def variable(self, field_name: str) -> str:
        """Return the variable of a mapped field."""
        try:
            return variable_of(property_name(field_name))
        except (RefusedError, Unsaid):
            return ""

    def marks(self, text: str) -> Sequence[Mark]:
        """Links of Klaviyo's are values."""
        return [Mark("", f"%{mark.word}", mark.begin, mark.end) if mark.word in _LINKS else mark for mark in marks(text)]

    def bound(self, text: str) -> frozenset[str]:
        """Return the names of loops and the like."""
        return bound(text)

    def value(self, inside: str, guarded: frozenset[str]) -> str:
        """Lift a text with its default, or a link."""
        if inside.startswith("%"):
            return f"{{{{ {_LINKS[inside[1:]]} }}}}"
        if inside == "organization.full_address":
            return "{{ company_address }}"
        found = _PRINT.fullmatch(inside)
        if found is None:
            raise Unsaid("filter", "a filter without an equal in the portable language")
        if found["filters"] and found["name"] not in guarded:
            raise Unsaid("none", "of a missing value, a filter makes the word None")
        chain = "".join(f" | {name}" for name in found["filters"].split("|") if name)
        return self.printed(found["name"], found["default"], guarded, chain)

    def condition(self, text: str) -> tuple[str, frozenset[str]]:
        """Lift an OR of ANDs."""
        terms = [self._term(term) for term in _split(words(text), "or")]
        if len(terms) == 1:
            return terms[0]
        return " or ".join(f"({term})" for term, _ in terms), frozenset.intersection(*(known for _, known in terms))

    def _term(self, tokens: list[tuple[str, Any]]) -> tuple[str, frozenset[str]]:
        literals = [self._literal(literal) for literal in _split(tokens, "and")]
        return " and ".join(literal for literal, _ in literals), frozenset().union(*(known for _, known in literals))

    def _literal(self, tokens: list[tuple[str, Any]]) -> tuple[str, frozenset[str]]:
        if tokens and tokens[0] == ("name", "not"):
            return f"not ({self._literal(tokens[1:])[0]})", frozenset()
        match tokens:
            case [("name", name)]:
                return self.there(name)
            case [("name", name), ("op", "!="), ("name", "None")]:
                return f"profile.{self.attribute(name).name} is defined", frozenset()
            case [("name", name), ("op", op), ("name", word)] if word in CONSTANTS:
                return self.compared(name, op, CONSTANTS[word]), frozenset()
            case [("name", name), ("op", op), ("text" | "number", constant)]:
                return self.compared(name, op, constant), frozenset()
            case [("text", part), ("name", "in"), ("name", name)]:
                return f'"{part}" in profile.{self.attribute(name).name}', frozenset()
        raise Unsaid("condition", "a condition without an equal in the portable language")

    def marker(self, variable: str) -> str | None:
        """Return the key of our custom property."""
        found = _OURS.fullmatch(variable)
        return found[1] if found else None


def _split(tokens: list[tuple[str, Any]], word: str) -> list[list[tuple[str, Any]]]:
    found: list[list[tuple[str, Any]]] = [[]]
    for token in tokens:
        if token == ("name", word):
            found.append([])
        else:
            found[-1].append(token)
    return found
