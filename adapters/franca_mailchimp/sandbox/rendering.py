"""What Mailchimp makes of merge tags for one contact (sheet section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from franca_mailchimp.sandbox.compare import Assumptions, compare
from franca_mailchimp.sandbox.merge_fields import TAG
from franca_mailchimp.sandbox.merge_tags import Block, Node, RenderError, Tag, Test, parse
from franca_mailchimp.sandbox.surroundings import BUILT_IN, Surroundings, php_date
from franca_mailchimp.sandbox.values import number

__all__ = ["ASSUMPTIONS", "RenderError", "Surroundings", "render"]

# What nobody documents and a translation could lean on; the values are what this sandbox believes (sheet sections 3.1 and 3.3).
ASSUMPTIONS: Assumptions = {
    "mailchimp.values-raw": True,  # values are put in as they are; flipped: escaped, in HTML
    "mailchimp.values-printed-once": True,  # a tag within a value is not looked at; flipped: the result is read once more
    "mailchimp.if-zero-true": True,  # IF:TAG holds for "0"; flipped: it is blank there
    "mailchimp.if-not-equal-blank": True,  # `!=` holds for a blank field
    "mailchimp.nested-if": True,  # an IF within an IF is one (reported; promised for Transactional only)
    "mailchimp.subject-conditionals": False,  # subjects and preview texts take conditions; sources contradict each other
}
_PERSONAL = ("EMAIL", "MC_LANGUAGE", "MC_LANGUAGE_LABEL")
_OPERATOR = re.compile(r" ?(!=|>=|<=|=|>|<) ?")  # documented with one space and without; that more count is "extra spaces" (documented)
_NEGATED = {">=": "less", "<=": "greater"}
_STRICT = {">": "greater", "<": "less"}


def render(
    source: str,
    person: Mapping[str, str],
    *,
    markup: bool = True,
    subject: bool = False,
    types: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    surroundings: Surroundings | None = None,
    assumptions: Assumptions = ASSUMPTIONS,
) -> str:
    """Return *source* for one contact.

    Args:
        source: HTML, plain text, a subject or a preview text.
        person: merge tag → text; blank when absent.
        markup: whether it is HTML, which matters only where values are believed to be escaped.
        subject: whether it is a subject or preview text, whose conditions stay as they are while `mailchimp.subject-conditionals` is off.
        types: merge tag → type of the merge field; text by default.
        defaults: merge tag → what is printed when it is blank (documented: `default_value`); conditions do not see it (guess).
        surroundings: what else can be named.
        assumptions: see `ASSUMPTIONS`.

    Raises:
        RenderError: a block of interest groups.
    """
    run = _Run(person, types or {}, defaults or {}, surroundings or Surroundings(), assumptions, markup=markup)
    conditions = not subject or assumptions["mailchimp.subject-conditionals"]

    def once(text: str) -> str:
        return run.text(parse(text, conditions=conditions, nested=assumptions["mailchimp.nested-if"]))

    made = once(source)
    return made if assumptions["mailchimp.values-printed-once"] else once(made)


@dataclass(frozen=True)
class _Run:
    """One rendering."""

    person: Mapping[str, str]
    types: Mapping[str, str]
    defaults: Mapping[str, str]
    around: Surroundings
    holds: Assumptions
    markup: bool

    def text(self, nodes: tuple[Node, ...]) -> str:
        return "".join(map(self._node, nodes))

    def _node(self, node: Node) -> str:
        if isinstance(node, Block):
            return next((self.text(branch.body) for branch in node.branches if self._holds(branch.test)), "")
        return node if isinstance(node, str) else self._tag(node)

    # -- values

    def _tag(self, tag: Tag) -> str:
        if tag.name in BUILT_IN:
            return BUILT_IN[tag.name](self.around)
        word, colon, rest = tag.name.partition(":")
        if colon and word == "DATE":
            return php_date(self.around.now, rest)
        if colon and word in _FILTERS:
            value = self._value(rest)
            return tag.whole if value is None else self._shown(_FILTERS[word](value), word)
        value = self._value(tag.name)
        return tag.whole if value is None else self._shown(value)  # guess: a tag that is unknown stays as it is

    def _value(self, name: str) -> str | None:
        """Return the text behind a tag; None when no field can have that name."""
        if name in BUILT_IN:
            return BUILT_IN[name](self.around)
        known = name in self.person or name in _PERSONAL or TAG.fullmatch(name)
        return (self.person.get(name) or self.defaults.get(name) or "") if known else None

    def _shown(self, value: str, filtered: str = "") -> str:
        plain = self.holds["mailchimp.values-raw"] or not self.markup or filtered in ("URL", "HTML")
        return value if plain else escape(value)

    # -- conditions (documented: mailchimp.com/help/use-conditional-merge-tag-blocks)

    def _holds(self, test: Test) -> bool:
        if test.text is None:
            return True
        return self._test(test.text) is not test.negated  # that IFNOT takes operators, and negates them, is a guess

    def _test(self, text: str) -> bool:
        tag, *rest = _OPERATOR.split(text, maxsplit=1)
        value = self.person.get(tag) or ""
        if not rest:
            return value not in ("", "0") or (value == "0" and self.holds["mailchimp.if-zero-true"])
        op, wanted = rest
        if value == "":  # documented for "=" (Transactional: mandrill.zendesk.com 360039278713); for the other operators a guess
            return op == "!=" and self.holds["mailchimp.if-not-equal-blank"]
        if op in ("=", "!="):  # documented: case and spaces count; so a number is compared as it is written (guess)
            return (value == wanted) is (op == "=")
        return self._ordered(tag, op, value, wanted)

    def _ordered(self, tag: str, op: str, value: str, wanted: str) -> bool:
        """Order numbers when the field is of type number; texts compare "inconsistently" (reported), here by their characters."""
        left, right = (number(value), number(wanted)) if self.types.get(tag) == "number" else (value, wanted)
        if left is None or right is None:
            return False
        return compare(_STRICT[op], left, right) if op in _STRICT else not compare(_NEGATED[op], left, right)


def _title(value: str) -> str:
    return re.sub(r"(?:^|(?<=\s))\S", lambda found: found[0].upper(), value.lower())


_FILTERS: Mapping[str, Callable[[str], str]] = {
    "UPPER": str.upper,  # reported: florian-koerner/chimpdrill
    "LOWER": str.lower,  # guess
    "TITLE": _title,  # reported; that words begin after white space, and the rest is lowered, is a guess
    "URL": lambda value: quote(value, safe=""),  # reported; a space as %20 is a guess
    "HTML": escape,  # reported for LIST_ADDRESS_HTML; what it makes of a merge field is a guess
}
