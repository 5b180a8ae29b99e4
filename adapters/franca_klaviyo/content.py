"""Templates in Klaviyo's language: Django's, with `and` before `or`, and no parentheses (sheet section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import escape

from franca.adapter import Dialect, Say, Unsaid, facts
from franca.adapter.words import worded
from franca.content.conditions import Leaf, dnf
from franca.content.filters import show
from franca.content.nodes import (
    AttributeValue,
    BuiltIn,
    Compare,
    Comparison,
    Condition,
    Contains,
    Context,
    Coupon,
    Defaulted,
    Defined,
    Feed,
    Filtered,
    ItemValue,
    Link,
    ListItem,
    Loop,
    Member,
    Pieces,
    Print,
    Value,
    type_of,
)
from franca.definitions import Kind, Part
from franca_klaviyo.attributes import property_name
from franca_klaviyo.computed import is_computed
from franca_klaviyo.constructs import CONSTRUCTS
from franca_klaviyo.names import field_title
from franca_klaviyo.parts import RefusedError

LITERALS = 24
"""How many tests one condition may have once it is an OR of ANDs; a longer one becomes a field."""

BARE = frozenset({"first_name", "last_name", "email"})
_OF_PERSON = frozenset({"organization", "title", "phone_number"})
LOCATION = {"country": "Country", "city": "City", "region": "Region", "zip": "Zipcode"}
_SPELLED = re.compile(r"(location|properties)\['([^']+)'\]")
_UNSAFE = re.compile(r"[\\\n\r\"]|\{[{%#]|[}%#]\}")
"""What a quoted text in a tag cannot hold: the tag is found by its braces before quotes are looked at."""

_LINKS: Mapping[Link, str] = {
    Link.UNSUBSCRIBE: "{% unsubscribe_link %}",
    Link.PREFERENCES: "{% manage_preferences_link %}",
    Link.VIEW_IN_BROWSER: "{% web_view_link %}",
    Link.CURRENT_YEAR: "{% current_year %}",
}
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})
_BRACE = re.compile(r"\{(?=[{%#]|$)")


class KlaviyoDialect(Dialect):
    """See `franca.adapter.Dialect`."""

    name = "klaviyo"
    title = "Klaviyo"
    constructs = CONSTRUCTS

    def literal(self, text: str, part: Part) -> str:  # noqa: ARG002 - the same everywhere
        """A brace that could begin a tag is written by `templatetag`, which Django and Klaviyo have."""
        return _BRACE.sub("{% templatetag openbrace %}", text)

    # -- values

    def value(self, piece: Print, part: Part) -> Say:
        """Print with `if`, since `default` would swallow 0 and False, and a filter would print None as a word."""
        del part
        return _VALUES.get(type(piece.value), _unsaid)(self, piece.value, piece)

    def _built_in(self, value: BuiltIn, piece: Print) -> Say:
        if value.link is Link.COMPANY_ADDRESS:
            return Say(_printed("organization.full_address", piece))
        return Say(_LINKS[value.link])

    def _coupon(self, value: Coupon, piece: Print) -> Say:
        del piece
        return Say(f"{{% coupon_code {_quoted(value.name, chr(39))} %}}")

    def _item(self, value: ItemValue | ListItem | Filtered, piece: Print) -> Say:
        of, chain = _cased(value)
        if not isinstance(of, (ItemValue, ListItem)):
            raise Unsaid("filter", "Klaviyo has no filter with the same result")
        return Say(_printed(self._printable(of) + chain, piece))

    def _attribute(self, value: AttributeValue, piece: Print) -> Say:
        if not value.required:
            raise Unsaid("no-default", "a missing value would be printed as None")
        return Say(_printed(self._printable(value), piece), frozenset({self._facts(value)}))

    def _defaulted(self, value: Defaulted, piece: Print) -> Say:
        of, chain = _cased(value.of)
        if not isinstance(of, (AttributeValue, ItemValue, ListItem)):
            raise Unsaid("filter", "Klaviyo has no filter with the same result")
        name, shown = self._printable(of), str(value.default)
        there = f"{name} or {name} == 0" if type_of(of).kind in _NUMBERS else self._defined(Defined(of=of))
        otherwise = self.literal(shown if piece.context is Context.PLAIN else str(escape(shown)), Part.HTML)
        text = f"{{% if {there} %}}{_printed(name + chain, piece)}{{% else %}}{otherwise}{{% endif %}}"
        if piece.context is Context.URL:
            raise Unsaid("default-in-url", "a default within an address is computed, so that it is encoded")
        return Say(text, frozenset({self._facts(of)}) if isinstance(of, AttributeValue) else frozenset())

    def _printable(self, value: AttributeValue | ItemValue | ListItem) -> str:
        """Return the variable of what Klaviyo prints as the reference does."""
        if isinstance(value, ItemValue):  # null in a feed would be printed as the word None; without the field, the filter leaves nothing
            return f'{self._variable(value)}|default_if_none:""'
        if isinstance(value, ListItem):
            return self._variable(value)
        mapping = self.site.destination.attributes.get(value.name)
        if value.type.kind not in (Kind.TEXT, Kind.INTEGER) or (mapping and mapping.values):
            raise Unsaid("print", f"Klaviyo may print a {value.type} in another way")
        return self._variable(value)

    def _variable(self, value: Value) -> str:
        if isinstance(value, ListItem):
            return f"item{value.loop}"
        if isinstance(value, ItemValue):
            return ".".join((f"item{value.loop}", *map(_word, value.path)))
        if not isinstance(value, AttributeValue):
            raise Unsaid("value", "Klaviyo holds no such value")
        mapping = self.site.destination.attributes.get(value.name)
        if mapping is None:
            raise Unsaid(
                "unmapped-attribute", f"the attribute {value.name!r} has no mapping under destinations.{self.site.destination.name}"
            )
        try:
            return _variable(property_name(mapping.field))
        except RefusedError as refused:
            raise Unsaid(refused.finding.id, refused.finding.what) from None

    def _facts(self, value: AttributeValue) -> Any:
        return facts(self.site.destination.name, value.name)

    # -- conditions

    def condition(self, condition: Condition) -> Say:
        """An OR of ANDs needs no parentheses; `not` binds weaker than a comparison and stronger than `and`."""
        terms = dnf(condition, LITERALS)
        if terms is None:
            raise Unsaid("condition-size", f"the condition has more than {LITERALS} tests once Klaviyo's language can say it")
        said = [[self._literal(leaf, positive) for leaf, positive in term] for term in terms]
        leaned = frozenset[Any]().union(*(each.assumptions for term in said for each in term))
        return Say(" or ".join(" and ".join(each.text for each in term) for term in said), leaned)

    def _literal(self, leaf: Leaf, positive: bool) -> Say:
        if isinstance(leaf, Member):
            raise Unsaid("segment", "Klaviyo's templates cannot ask for a segment")
        test = _TESTS[type(leaf)](self, leaf)
        leaned = frozenset({self._facts(leaf.of)}) if isinstance(leaf.of, AttributeValue) else frozenset()
        return Say(test if positive else f"not {test}", leaned)

    def _compare(self, leaf: Compare) -> str:
        kind = type_of(leaf.of).kind
        if isinstance(leaf.of, AttributeValue) and leaf.of.name == "email":
            raise Unsaid("email-case", "Klaviyo compares texts as they are written, and emails are compared in lower case")
        if kind is Kind.TEXT and leaf.op is Comparison.EQ:
            return f"{self._variable(leaf.of)} == {_quoted(self._translated(leaf))}"
        if kind in _NUMBERS:
            # Django reads no exponent with a sign
            return f"{self._own_words(leaf.of)} {leaf.op} {show(leaf.constant)}"
        if kind is Kind.BOOLEAN and leaf.op is Comparison.EQ:
            return f"{self._own_words(leaf.of)} == {leaf.constant}"
        raise Unsaid("order", f"Klaviyo's templates do not order a {type_of(leaf.of)}")

    def _translated(self, leaf: Compare) -> str:
        mapping = self.site.destination.attributes.get(leaf.of.name) if isinstance(leaf.of, AttributeValue) else None
        constant = str(leaf.constant)
        if mapping and mapping.values:
            if constant not in mapping.values:
                raise Unsaid("untranslated", f"the mapping has no word for {constant!r}")
            return mapping.values[constant]
        return constant

    def _own_words(self, value: Value) -> str:
        """Return the variable of a value that Klaviyo holds as we do."""
        mapping = self.site.destination.attributes.get(value.name) if isinstance(value, AttributeValue) else None
        if mapping and mapping.values:
            raise Unsaid("untranslated", "Klaviyo holds other words for it, which are compared as a whole only")
        return self._variable(value)

    def _contains(self, leaf: Contains) -> str:
        return f"{_quoted(leaf.constant)} in {self._own_words(leaf.of)}"

    def _defined(self, leaf: Defined) -> str:
        name = self._variable(leaf.of)
        if isinstance(leaf.of, ItemValue):  # 0 in a feed is there
            return f'{name}|default_if_none:"" != ""'
        return name if type_of(leaf.of).kind in (Kind.TEXT, Kind.LIST) else f"{name} != None"

    # -- fields of ours, blocks

    def computed(self, key: str, piece: Print, part: Part, *, absent: str = "") -> str:
        """A profile that sync has not reached yet has no such property: nothing is printed."""
        del part
        name = f"person|lookup:'{field_title(key)}'"
        printed = f"{{{{ {name}{'|safe' if piece.context is Context.PLAIN else ''} }}}}"
        there = f'{name} and {name} != "{absent}"' if absent else name
        return f"{{% if {there} %}}{printed}{{% endif %}}"

    def flag(self, key: str, value: str) -> str:
        """A custom property equals a text."""
        return f"person|lookup:'{field_title(key)}' == {_quoted(value)}"

    def choose(self, branches: tuple[tuple[str, str], ...], otherwise: str) -> str:
        """`if`, `elif`, `else`."""
        said = "".join(f"{{% {'elif' if number else 'if'} {test} %}}{text}" for number, (test, text) in enumerate(branches))
        return f"{said}{{% else %}}{otherwise}{{% endif %}}" if otherwise else f"{said}{{% endif %}}"

    def loop(self, piece: Loop, body: Callable[[Pieces], str]) -> Say:
        """Repeat over a list property or a web feed."""
        over = f"feeds.{_word(piece.over.name)}" if isinstance(piece.over, Feed) else self._own_words(piece.over)
        return Say(f"{{% for item{piece.number} in {over} %}}{body(piece.body)}{{% endfor %}}")

    def person(self, values: Mapping[str, Any], computed: Mapping[str, str]) -> dict[str, Any]:
        """Return a profile's attributes."""
        found: dict[str, Any] = {"location": {}, "properties": {field_title(key): value for key, value in computed.items()}}
        for name, mapping in self.site.destination.attributes.items():
            value = values.get(name)
            if value is None or value == "" or is_computed(mapping.field):
                continue
            spelled = _SPELLED.fullmatch(property_name(mapping.field))
            into, key = (found[spelled[1]], spelled[2]) if spelled else (found, mapping.field)
            into[key] = _json(worded(mapping, value))
        return found


def _unsaid(dialect: Dialect, value: Value, piece: Print) -> Say:
    del dialect, piece
    raise Unsaid("value", f"Klaviyo's language has no {type(value).__name__}")


_VALUES: Mapping[type[Value], Callable[[Any, Any, Print], Say]] = {
    BuiltIn: KlaviyoDialect._built_in,  # noqa: SLF001 - a table of the class's own methods
    Coupon: KlaviyoDialect._coupon,  # noqa: SLF001
    ItemValue: KlaviyoDialect._item,  # noqa: SLF001
    ListItem: KlaviyoDialect._item,  # noqa: SLF001
    Filtered: KlaviyoDialect._item,  # noqa: SLF001
    AttributeValue: KlaviyoDialect._attribute,  # noqa: SLF001
    Defaulted: KlaviyoDialect._defaulted,  # noqa: SLF001
}
_TESTS: Mapping[type[Condition], Callable[[Any, Any], str]] = {
    Compare: KlaviyoDialect._compare,  # noqa: SLF001
    Contains: KlaviyoDialect._contains,  # noqa: SLF001
    Defined: KlaviyoDialect._defined,  # noqa: SLF001
}


def _printed(name: str, piece: Print) -> str:
    """Print a variable: HTML is escaped by Klaviyo everywhere, so that plain texts must ask for none."""
    how = {Context.PLAIN: "|safe", Context.URL: '|urlencode:""'}.get(piece.context, "")
    return f"{{{{ {name}{how} }}}}"


def _cased(value: Value) -> tuple[Value, str]:
    """Return what a chain of `upper` and `lower` begins with, and the chain."""
    if isinstance(value, Filtered) and value.filter in ("upper", "lower"):
        of, chain = _cased(value.of)
        return of, f"{chain}|{value.filter}"
    return value, ""


def _quoted(text: str, quote: str = '"') -> str:
    if _UNSAFE.search(text) or quote in text:
        raise Unsaid("quote", f"Klaviyo's tags cannot hold the text {text!r}")
    return f"{quote}{text}{quote}"


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text):
        raise Unsaid("feed-name", f"{text!r} is no name of a web feed or of its fields: letters, digits and underscores")
    return text


def _variable(name: str) -> str:
    if name in BARE:
        return name
    if name in _OF_PERSON:
        return f"person.{name}"
    spelled = _SPELLED.fullmatch(name)
    if spelled and spelled[1] == "properties" and not _UNSAFE.search(spelled[2]):
        return f"person|lookup:'{spelled[2]}'"
    if spelled and spelled[2] in LOCATION:
        return f"person.{LOCATION[spelled[2]]}"
    raise Unsaid("property", f"Klaviyo's templates cannot name {name}")


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
