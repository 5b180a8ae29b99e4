"""Templates in Brevo's language, built on pongo2: `and` and `or` have one rank, so that all is in parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import escape

from franca.adapter import Dialect, Say, Unsaid, facts
from franca.adapter.words import worded
from franca.content.nodes import (
    AttributeValue,
    BuiltIn,
    Compare,
    Comparison,
    Condition,
    Context,
    Coupon,
    Defaulted,
    Defined,
    Either,
    Every,
    Feed,
    ItemValue,
    Link,
    Loop,
    Negation,
    Pieces,
    Print,
    Value,
    type_of,
)
from franca.definitions import FieldMapping, Kind, Part
from franca_brevo.assumptions import feed_texts
from franca_brevo.constructs import CONSTRUCTS
from franca_brevo.names import attribute_name

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SAFE = re.compile(r"[^\"'\\{}%#\n\r“”„‘’‚«»]*")
"""What a quoted text in a tag may hold: no quotes, also typographic ones, no line ends, nothing that could end the tag."""

_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
_KEYWORDS = frozenset({"in", "and", "or", "not", "true", "false", "as", "export"})
_BRACE = re.compile(r"\{(?=[{%#]|$)")
_LINKS: Mapping[Link, str] = {
    Link.UNSUBSCRIBE: "unsubscribe",
    Link.PREFERENCES: "update_profile",
    Link.VIEW_IN_BROWSER: "mirror",
}
_AT_ZERO: Mapping[Comparison, Callable[[Any], bool]] = {
    Comparison.EQ: lambda constant: constant == 0,
    Comparison.LT: lambda constant: constant > 0,
    Comparison.LTE: lambda constant: constant >= 0,
    Comparison.GT: lambda constant: constant < 0,
    Comparison.GTE: lambda constant: constant <= 0,
}
"""Whether a comparison holds for 0, as which pongo2 counts a missing value."""


class BrevoDialect(Dialect):
    """See `franca.adapter.Dialect`."""

    name = "brevo"
    title = "Brevo"
    constructs = CONSTRUCTS

    def literal(self, text: str, part: Part) -> str:  # noqa: ARG002 - the same everywhere
        """A brace that could begin a tag is printed as a text of its own."""
        return _BRACE.sub('{{ "{" }}', text)

    # -- values

    def value(self, piece: Print, part: Part) -> Say:
        """Print an attribute; `default` fires on nothing and on an empty text, which are one here."""
        value = piece.value
        if isinstance(value, BuiltIn):
            return self._built_in(value, piece, part)
        if isinstance(value, ItemValue):
            if piece.context is Context.URL:
                raise Unsaid(
                    "item-in-url",
                    "Brevo documents no filter that encodes it: put whole addresses into the feed",
                )
            return Say(_printed(self._variable(value), piece), frozenset({feed_texts(self.site.destination.name)}))
        if isinstance(value, Coupon):
            raise Unsaid("coupon", "Brevo's campaigns have no tag for a coupon")
        of = value.of if isinstance(value, Defaulted) else value
        if not isinstance(of, AttributeValue) or of.type.kind is not Kind.TEXT or piece.context is Context.URL:
            raise Unsaid("print", "Brevo may print it in another way")
        name, leaned = self._variable(of, printing=True), frozenset({facts(self.site.destination.name, of.name)})
        if not isinstance(value, Defaulted):
            return Say(_printed(name, piece), leaned)
        shown = str(value.default) if piece.context is Context.PLAIN else str(escape(str(value.default)))
        if _SAFE.fullmatch(str(value.default)) and str(value.default) == shown:
            return Say(_printed(f'{name}|default:"{shown}"', piece), leaned)
        return Say(f"{{% if {name} %}}{_printed(name, piece)}{{% else %}}{self.literal(shown, part)}{{% endif %}}", leaned)

    def _built_in(self, value: BuiltIn, piece: Print, part: Part) -> Say:
        if value.link in _LINKS:
            return Say(_printed(_LINKS[value.link], piece))
        if value.link is Link.COMPANY_ADDRESS:
            address = self.site.destination.settings.get("company_address")
            if not address:
                name = self.site.destination.name
                raise Unsaid("company-address", f"Brevo has no tag for the sender's address: set company_address under destinations.{name}")
            return Say(self.literal(str(address) if piece.context is Context.PLAIN else str(escape(str(address))), part))
        raise Unsaid(str(value.link).replace("_", "-"), f"Brevo documents no exact tag for {value.link}")

    def _variable(self, value: Value, *, printing: bool = False) -> str:
        if isinstance(value, ItemValue):
            return ".".join((f"item{value.loop}", *map(_word, value.path)))
        if not isinstance(value, AttributeValue):
            raise Unsaid("value", "Brevo holds no such value")
        mapping = self._mapped(value)
        if value.type.kind is Kind.LIST or (printing and mapping.values):
            raise Unsaid("multiple-choice", "multiple-choice attributes cannot be used in Brevo's templates")
        return f"contact.{mapping.field}"

    def _mapped(self, value: Value) -> FieldMapping:
        name = value.name if isinstance(value, AttributeValue) else ""
        mapping = self.site.destination.attributes.get(name)
        if mapping is None or not _NAME.fullmatch(mapping.field):
            where = f"destinations.{self.site.destination.name}"
            raise Unsaid("unmapped-attribute", f"the attribute {name!r} has no Brevo attribute under {where}")
        return mapping

    # -- conditions

    def condition(self, condition: Condition) -> Say:
        """Every operator in parentheses of its own."""
        if isinstance(condition, (Every, Either)):
            word = " and " if isinstance(condition, Every) else " or "
            parts = [self.condition(each) for each in condition.of]
            return Say(f"({word.join(each.text for each in parts)})", frozenset().union(*(each.assumptions for each in parts)))
        if isinstance(condition, Negation):
            said = self.condition(condition.of)
            return Say(f"(not ({said.text}))", said.assumptions)
        test = _TESTS.get(type(condition))
        if test is None:
            raise Unsaid("condition", "Brevo's templates cannot ask this")
        of: Any = condition
        name = self.site.destination.name
        leaned = feed_texts(name) if isinstance(of.of, ItemValue) else facts(name, getattr(of.of, "name", ""))
        return Say(test(self, condition), frozenset({leaned}))

    def _compare(self, leaf: Compare) -> str:
        name, kind = self._variable(leaf.of), type_of(leaf.of).kind
        if kind is Kind.TEXT and leaf.op is Comparison.EQ:
            return f"({name} == {_quoted(self._translated(leaf))})"
        if kind in (*_NUMBERS, Kind.BOOLEAN) and self._mapped(leaf.of).values:
            raise Unsaid("untranslated", "Brevo holds other words for it, which are compared as a whole only")
        if kind in _NUMBERS:
            return self._number(name, leaf)
        if kind is Kind.BOOLEAN and leaf.constant is True:
            return name
        raise Unsaid("order", f"Brevo's templates cannot compare a {type_of(leaf.of)} so")

    def _number(self, name: str, leaf: Compare) -> str:
        constant: Any = leaf.constant
        if _AT_ZERO[leaf.op](constant) or constant < 0:
            raise Unsaid("missing-number", "Brevo's templates take a missing number for 0")
        shown = format(Decimal(str(constant)), "f")
        if leaf.op is Comparison.EQ:  # == between whole and broken numbers is not safe (sheet 3.4)
            return f"({name} >= {shown} and {name} <= {shown})"
        return f"({name} {leaf.op} {shown})"

    def _translated(self, leaf: Compare) -> str:
        constant = str(leaf.constant)
        if not isinstance(leaf.of, AttributeValue):  # of a feed, in the shop's own words
            return constant
        mapping = self._mapped(leaf.of)
        if leaf.of.name == "email":
            raise Unsaid("email-case", "emails are compared in lower case, and Brevo keeps them as they were written")
        if mapping.values and constant not in mapping.values:
            raise Unsaid("untranslated", f"the mapping has no word for {constant!r}")
        return mapping.values[constant] if mapping.values else constant

    def _defined(self, leaf: Defined) -> str:
        if type_of(leaf.of).kind is not Kind.TEXT:
            raise Unsaid("missing-number", "Brevo's templates cannot tell 0 and false from a missing value")
        return self._variable(leaf.of)

    # -- fields of ours, blocks

    def computed(self, key: str, piece: Print, part: Part, *, absent: str = "") -> str:
        """Print our attribute; without a value it prints nothing."""
        del part
        name = f"contact.{attribute_name(key)}"
        printed = _printed(name, Print(value=piece.value, context=Context.PLAIN if piece.context is Context.PLAIN else Context.TEXT))
        return f'{{% if ({name} != "{absent}") %}}{printed}{{% endif %}}' if absent else printed

    def flag(self, key: str, value: str) -> str:
        """Our attribute equals a text."""
        return f"(contact.{attribute_name(key)} == {_quoted(value)})"

    def choose(self, branches: tuple[tuple[str, str], ...], otherwise: str) -> str:
        """`if`, `elif`, `else`."""
        said = "".join(f"{{% {'elif' if number else 'if'} {test} %}}{text}" for number, (test, text) in enumerate(branches))
        return f"{said}{{% else %}}{otherwise}{{% endif %}}" if otherwise else f"{said}{{% endif %}}"

    def loop(self, piece: Loop, body: Callable[[Pieces], str]) -> Say:
        """Repeat over a data feed; lists of a contact cannot be used."""
        if not isinstance(piece.over, Feed):
            raise Unsaid("loop", "Brevo's templates have no loop over a contact's list")
        return Say(f"{{% for item{piece.number} in feed.{_word(piece.over.name)} %}}{body(piece.body)}{{% endfor %}}")

    def person(self, values: Mapping[str, Any], computed: Mapping[str, str]) -> dict[str, Any]:
        """Return a contact's attributes."""
        found: dict[str, Any] = {attribute_name(key): value for key, value in computed.items()}
        for name, mapping in self.site.destination.attributes.items():
            value = values.get(name)
            if value is not None and value != "":
                found[mapping.field] = _held(worded(mapping, value))
        return {**found, "EMAIL": str(values.get("email") or "")}


_TESTS: Mapping[type[Condition], Callable[[Any, Any], str]] = {
    Compare: BrevoDialect._compare,  # noqa: SLF001 - a table of the class's own methods
    Defined: BrevoDialect._defined,  # noqa: SLF001
}


def _printed(name: str, piece: Print) -> str:
    """Print a variable; whether a subject is escaped is not documented, so that plain texts ask for no escaping.

    By the tag that Brevo documents for it (help article 360018252080); its list of filters does not have `safe`.
    """
    printed = f"{{{{ {name} }}}}"
    return f"{{% autoescape off %}}{printed}{{% endautoescape %}}" if piece.context is Context.PLAIN else printed


def _quoted(text: str) -> str:
    if not _SAFE.fullmatch(text):
        raise Unsaid("quote", f"Brevo's tags cannot hold the text {text!r}")
    return f'"{text}"'


def _word(text: str) -> str:
    if not _WORD.fullmatch(text) or text in _KEYWORDS:
        raise Unsaid("feed-name", f"{text!r} is no name that Brevo's templates can hold")
    return text


def _held(value: Any) -> Any:
    """Return a value as Brevo holds it: numbers are floats, days are texts."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value.isoformat() if isinstance(value, date) else value
    return float(value)
