"""Templates in Mailchimp's merge tags: one test in each IF, no AND, no OR, values unquoted and printed as they are (sheet section 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import escape

from franca.adapter import Assumption, Dialect, Say, Unsaid, facts
from franca.adapter.words import spelled, worded
from franca.content.assemble import joined
from franca.content.conditions import nnf
from franca.content.nodes import (
    AttributeValue,
    Branch,
    BuiltIn,
    Choose,
    Compare,
    Comparison,
    Condition,
    Context,
    Coupon,
    Defaulted,
    Defined,
    Either,
    Every,
    Link,
    Literal,
    Negation,
    Piece,
    Pieces,
    Print,
    Value,
    type_of,
)
from franca.definitions import FieldMapping, Kind, Part
from franca_mailchimp.assumptions import NESTED_IF, PRINTED_ONCE, VALUES_RAW, ZERO_IS_TRUE
from franca_mailchimp.constructs import CONSTRUCTS
from franca_mailchimp.names import marker_tag

DEPTH = 2
"""How deep IFs may nest: two to three levels are reported, none are promised (sheet 3.1). Deeper ones are written one after the other."""

COPIES = 2_000
"""How many characters may be repeated to write an OR as branches; a longer one becomes a field."""

FIELD_BYTES = 255
"""What a text field holds (sheet section 2, unverified); longer values are refused by the API, and sync counts them as rejected."""

_LINKS: Mapping[Link, str] = {
    Link.UNSUBSCRIBE: "*|UNSUB|*",
    Link.PREFERENCES: "*|UPDATE_PROFILE|*",
    Link.VIEW_IN_BROWSER: "*|ARCHIVE|*",
    Link.COMPANY_ADDRESS: "*|LIST:ADDRESSLINE|*",
    Link.CURRENT_YEAR: "*|CURRENT_YEAR|*",
}
_VALUE = re.compile(r"[^\s=<>!|*:&\"'](?:[^\n\r=<>!|*:&\"']*[^\s=<>!|*:&\"'])?")
"""Values stand unquoted up to |*, where spaces and signs of comparison count."""

_TAG = re.compile(r"[A-Z0-9_]{1,10}")
_NO_CONDITIONS = frozenset({Part.SUBJECT, Part.PREVIEW_TEXT})


class MailchimpDialect(Dialect):
    """See `franca.adapter.Dialect`."""

    name = "mailchimp"
    title = "Mailchimp"
    constructs = CONSTRUCTS
    raw = (VALUES_RAW, PRINTED_ONCE)
    field_bytes = FIELD_BYTES

    def literal(self, text: str, part: Part) -> str:
        """A tag is broken by an entity (sheet 3.1); a plain text has none."""
        if "*|" in text and part is not Part.HTML:
            raise Unsaid("literal-tag", "Mailchimp has no way to write *| in a plain text")
        return text.replace("*|", "*&#124;")

    def whole(self, part: Part) -> bool:
        """Whether IF does not work in subjects is disputed, and no primary source says that it does (sheet 3.3)."""
        return part in _NO_CONDITIONS

    # -- values

    def value(self, piece: Print, part: Part) -> Say:
        """Print a merge field as it is; where the text may hold markup, that needs a promise."""
        value = piece.value
        if isinstance(value, BuiltIn):
            return Say(_LINKS[value.link])
        if isinstance(value, Coupon):
            raise Unsaid("coupon", "Mailchimp's promo codes go by the ids of a store, not by a name")
        of = value.of if isinstance(value, Defaulted) else value
        if not isinstance(of, AttributeValue):
            raise Unsaid("value", "Mailchimp has no tag for it")
        tag, leaned = self._printable(of, piece), frozenset({self._facts(of), PRINTED_ONCE})
        if not isinstance(value, Defaulted):
            return Say(f"*|{tag}|*", leaned)
        if part in _NO_CONDITIONS:
            raise Unsaid("conditional-part", "Mailchimp has no conditions in the subject")
        shown = str(value.default) if piece.context is Context.PLAIN else str(escape(str(value.default)))
        return Say(f"*|IF:{tag}|**|{tag}|**|ELSE:|*{self.literal(shown, part)}*|END:IF|*", leaned | {ZERO_IS_TRUE})

    def _printable(self, of: AttributeValue, piece: Print) -> str:
        mapping = self._mapping(of)
        if of.type.kind is not Kind.TEXT or mapping.values or piece.context is Context.URL:
            raise Unsaid("print", f"Mailchimp may print a {of.type} in another way")
        if piece.context is not Context.PLAIN and not mapping.plain:
            raise Unsaid("markup", "Mailchimp prints values as they are, and nothing promises that this one holds no markup")
        return mapping.field

    def _mapping(self, value: Value) -> FieldMapping:
        if not isinstance(value, AttributeValue):
            raise Unsaid("value", "Mailchimp has no field for it")
        mapping = self.site.destination.attributes.get(value.name)
        if mapping is None or not _TAG.fullmatch(mapping.field):
            raise Unsaid(
                "unmapped-attribute", f"the attribute {value.name!r} has no merge field under destinations.{self.site.destination.name}"
            )
        return mapping

    def _facts(self, value: Value) -> Assumption:
        return facts(self.site.destination.name, value.name if isinstance(value, AttributeValue) else "")

    # -- conditions

    def condition(self, condition: Condition) -> Say:
        """Return one test."""
        if isinstance(condition, Defined) and type_of(condition.of).kind is Kind.TEXT:
            return Say(self._mapping(condition.of).field, frozenset({self._facts(condition.of), ZERO_IS_TRUE}))
        if not isinstance(condition, Compare) or condition.op is not Comparison.EQ or type_of(condition.of).kind is not Kind.TEXT:
            raise Unsaid("condition", "Mailchimp's IF asks one merge field for one text")
        mapping = self._mapping(condition.of)
        if isinstance(condition.of, AttributeValue) and condition.of.name == "email":
            raise Unsaid("email-case", "emails are compared in lower case, and Mailchimp keeps them as they were written")
        constant = str(condition.constant)
        wanted = mapping.values.get(constant) if mapping.values else constant
        if wanted is None or not _VALUE.fullmatch(wanted):
            raise Unsaid("condition-value", f"Mailchimp's IF cannot hold the value {constant!r}")
        return Say(f"{mapping.field}={wanted}", frozenset({self._facts(condition.of)}))

    def _says(self, condition: Condition) -> bool:
        try:
            self.condition(condition)
        except Unsaid:
            return False
        return True

    # -- shape: OR as branches, NOT by the other branch, nesting flattened

    def shape(self, pieces: Pieces) -> Pieces:
        """Return pieces whose conditions are single tests as far as that stays small, nested no deeper than `DEPTH`."""
        simple = map(self._simple, pieces)
        return joined([flat for piece in simple for flat in (_flat((piece,), ()) if _depth((piece,)) > DEPTH else [piece])])

    def leans(self, pieces: Pieces) -> frozenset[Assumption]:
        """A branch within a branch needs IFs that nest."""
        return frozenset({NESTED_IF} if _depth(pieces) > 1 else ())

    def _simple(self, piece: Piece) -> Piece:
        if not isinstance(piece, Choose):
            return piece
        branches = tuple(replace(each, condition=nnf(each.condition), body=tuple(map(self._simple, each.body))) for each in piece.branches)
        return self._swapped(replace(piece, branches=self._split(branches), otherwise=tuple(map(self._simple, piece.otherwise))))

    def _split(self, branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
        """Write `a or b` as two branches with one body."""
        found: list[Branch] = []
        for branch in branches:
            parts = branch.condition.of if isinstance(branch.condition, Either) else ()
            fits = len(parts) * _size(branch.body) <= COPIES
            found += [replace(branch, condition=each) for each in parts] if fits and parts and all(map(self._says, parts)) else [branch]
        return tuple(found)

    def _swapped(self, piece: Choose) -> Choose:
        """Write `if not a` as the else of `if a`, when it is the only branch."""
        first = piece.branches[0]
        if len(piece.branches) == 1 and isinstance(first.condition, Negation) and self._says(first.condition.of):
            return replace(piece, branches=(replace(first, condition=first.condition.of, body=piece.otherwise),), otherwise=first.body)
        return piece

    # -- fields of ours, blocks

    def computed(self, key: str, piece: Print, part: Part, *, absent: str = "") -> str:
        """Print our merge field; it holds HTML already."""
        del piece
        tag = marker_tag(key)
        if not absent:
            return f"*|{tag}|*"
        if part in _NO_CONDITIONS:
            raise Unsaid("conditional-part", "this text may be empty, and Mailchimp has no conditions in the subject to leave it out")
        return f"*|IF:{tag}={absent}|**|ELSE:|**|{tag}|**|END:IF|*"

    def flag(self, key: str, value: str) -> str:
        """Our merge field equals a text."""
        return f"{marker_tag(key)}={value}"

    def choose(self, branches: tuple[tuple[str, str], ...], otherwise: str) -> str:
        """IF, ELSEIF, ELSE."""
        said = "".join(f"*|{'ELSEIF' if number else 'IF'}:{test}|*{text}" for number, (test, text) in enumerate(branches))
        return f"{said}*|ELSE:|*{otherwise}*|END:IF|*" if otherwise else f"{said}*|END:IF|*"

    def person(self, values: Mapping[str, Any], computed: Mapping[str, str]) -> dict[str, Any]:
        """Return merge fields; what is too long for one is not held."""
        found: dict[str, Any] = {marker_tag(key): value for key, value in computed.items()}
        for name, mapping in self.site.destination.attributes.items():
            value = values.get(name)
            if value is not None and value != "" and _TAG.fullmatch(mapping.field):
                found[mapping.field] = spelled(worded(mapping, value))
        fitting = {tag: text for tag, text in found.items() if len(str(text).encode()) <= FIELD_BYTES}
        return {**fitting, "EMAIL": str(values.get("email") or "")}


def _size(pieces: Pieces) -> int:
    return sum(len(piece.text) if isinstance(piece, Literal) else 40 for piece in pieces) + sum(
        _size(body) for piece in pieces if isinstance(piece, Choose) for body in (*(each.body for each in piece.branches), piece.otherwise)
    )


def _depth(pieces: Pieces) -> int:
    inner = [body for piece in pieces if isinstance(piece, Choose) for body in (*(each.body for each in piece.branches), piece.otherwise)]
    defaults = any(isinstance(piece, Print) and isinstance(piece.value, Defaulted) for piece in pieces)
    return max((1 + _depth(body) for body in inner), default=int(defaults))


def _flat(pieces: Pieces, path: tuple[Condition, ...]) -> list[Piece]:
    """Return pieces one after the other, each run under the conditions that lead to it: no body is repeated."""
    found: list[Piece] = []
    run: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, Choose):
            run.append(piece)
            continue
        found += _under(run, path)
        run, before = [], path
        for branch in piece.branches:
            found += _flat(branch.body, (*before, branch.condition))
            before = (*before, nnf(branch.condition, positive=False))
        found += _flat(piece.otherwise, before)
    return found + _under(run, path)


def _under(run: list[Piece], path: tuple[Condition, ...]) -> list[Piece]:
    if not run or not path:
        return list(run)
    condition = path[0] if len(path) == 1 else Every(of=path)
    return [Choose(branches=(Branch(condition=condition, body=tuple(run)),), position=path[-1].position)]
