"""A template's document → one ESP's own language. A dialect is a few short functions; what it cannot say becomes a field of ours.

A *computed* field holds a text, or a condition's truth, that Franca works out for each person and sync writes (content.md section 3).
"""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from franca.adapter.capabilities import Support
from franca.adapter.constructs import Construct
from franca.adapter.findings import Assumption, Finding
from franca.adapter.protocol import ABSENT, Site
from franca.content import Document
from franca.content.assemble import walk
from franca.content.conditions import computable, ours
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
    Feed,
    Filtered,
    Literal,
    Loop,
    Member,
    Native,
    Piece,
    Pieces,
    PrimaryValue,
    Print,
    Value,
    always,
    root,
)
from franca.definitions import Part, Position

COMPUTED = "content_"
"""What the keys of computed fields begin with. They hold nothing that could not be computed again, so that they go without asking."""

YES = "1"
"""What a computed condition's field holds when it is true; `franca.adapter.ABSENT` when it is not."""


EMPTY = "franca-empty"
"""What a computed text's field holds when the text is empty. Not `ABSENT`, which somebody's own text may be."""


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A field that sync fills: its text for each person is that of *pieces*; a condition's that does not hold is written as `ABSENT`."""

    key: str
    title: str
    pieces: Pieces = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A template in one ESP's language.

    Attributes:
        parts: what is pushed.
        computed: fields that it reads besides those that the destination maps.
        groups: markers of groups that it reads (the destination keeps them under `markers`).
        findings: what the ESP cannot say; with any, nothing is pushed.
    """

    parts: Mapping[Part, str]
    computed: tuple[Computed, ...] = ()
    groups: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


class Unsaid(Exception):  # noqa: N818 - a jump to the fallback
    """The ESP's language has no exact form; *why* is a finding when there is no fallback either."""

    def __init__(self, id_: str, why: str) -> None:
        self.id, self.why = id_, why
        super().__init__(why)


@dataclass(frozen=True)
class Say:
    """What an ESP says for something, and what that leans on."""

    text: str
    assumptions: frozenset[Assumption] = frozenset()


class Dialect(ABC):
    """One ESP's template language at one destination. Methods raise `Unsaid` where there is no exact form.

    Attributes:
        name: the adapter's, as in `{% native "NAME" %}`.
        title: the ESP's name.
        constructs: what templates may hold, declared one by one: in the language, by a field, or not at all.
        raw: what computed texts lean on, which are escaped already because the ESP prints fields as they are; empty where it escapes.
        field_bytes: how much a field of the ESP holds, None where nothing is said of it.
    """

    name: str
    title: str
    constructs: Mapping[Construct, Support]
    raw: tuple[Assumption, ...] = ()
    field_bytes: int | None = None

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    def literal(self, text: str, part: Part) -> str:
        """Return text so that nothing in it is taken for a tag."""

    @abstractmethod
    def value(self, piece: Print, part: Part) -> Say:
        """Print a value, missing or not, exactly as the reference does."""

    @abstractmethod
    def condition(self, condition: Condition) -> Say:
        """Return a whole condition as it stands in a tag."""

    @abstractmethod
    def computed(self, key: str, piece: Print, part: Part, *, absent: str = "") -> str:
        """Print a computed field, but nothing where it holds *absent*."""

    @abstractmethod
    def flag(self, key: str, value: str) -> str:
        """Return the condition that a computed field holds *value*."""

    @abstractmethod
    def choose(self, branches: tuple[tuple[str, str], ...], otherwise: str) -> str:
        """Return the first branch (condition, text) that holds, else *otherwise*."""

    def loop(self, piece: Loop, body: Callable[[Pieces], str]) -> Say:
        """Repeat a body."""
        del body
        raise Unsaid("loop", f"{self.title} has no loop over {'a feed' if isinstance(piece.over, Feed) else 'a list'}")

    def whole(self, part: Part) -> bool:
        """Whether a part with conditions must be computed as a whole."""
        del part
        return False

    def shape(self, pieces: Pieces) -> Pieces:
        """Return pieces in a form that the language can say (nesting)."""
        return pieces

    def leans(self, pieces: Pieces) -> frozenset[Assumption]:
        """Return what the shape of pieces leans on, beside what each of them does."""
        del pieces
        return frozenset()

    @abstractmethod
    def person(self, values: Mapping[str, Any], computed: Mapping[str, str]) -> dict[str, Any]:
        """Return how the ESP would hold somebody with our *values* by attribute, and computed fields by key; for previews."""

    def translate(self, document: Document) -> Translation:
        """Return a document in this language."""
        return _Writing(self).translate(document)


@dataclass
class _Writing:
    """One translation under way."""

    dialect: Dialect
    part: Part = Part.TEXT
    fields: dict[str, Computed] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    findings: dict[Finding, None] = field(default_factory=dict)
    assumptions: set[Assumption] = field(default_factory=set)

    def translate(self, document: Document) -> Translation:
        parts = {part: self._part(part, pieces) for part, pieces in document.parts.items()}
        return Translation(
            parts=parts,
            computed=tuple(self.fields[key] for key in sorted(self.fields)),
            groups=tuple(sorted(self.groups)),
            findings=tuple(self.findings),
            assumptions=tuple(sorted(self.assumptions)),
        )

    def _part(self, part: Part, pieces: Pieces) -> str:
        self.part = part
        if self.dialect.whole(part) and any(isinstance(piece, (Choose, Loop)) for piece in walk(pieces)):
            return self._whole(part, pieces)
        shaped = self.dialect.shape(pieces)
        self.assumptions |= self.dialect.leans(shaped)
        return self._text(shaped)

    def _whole(self, part: Part, pieces: Pieces) -> str:
        if computable(pieces) and _never_empty(pieces):
            self.assumptions.update(self.dialect.raw)
            return self.dialect.computed(self._field(pieces), Print(value=Feed(name="")), part)
        what = f"{self.dialect.title} has no conditions in the {part.replace('_', ' ')}"
        self._find("conditional-part", what, next((p.position for p in pieces if p.position), None))
        return ""

    def _text(self, pieces: Pieces) -> str:
        return "".join(_PIECES[type(piece)](self, piece) for piece in pieces)

    def literal(self, piece: Literal) -> str:
        try:
            return self.dialect.literal(piece.text, self.part)
        except Unsaid as unsaid:
            self._find(unsaid.id, unsaid.why, piece.position)
            return ""

    def native(self, piece: Native) -> str:
        return piece.text if piece.adapter == self.dialect.name else ""

    def print(self, piece: Print) -> str:
        try:
            return self._said(self.dialect.value(piece, self.part))
        except Unsaid as unsaid:
            if not ours(piece.value):
                self._find(unsaid.id, unsaid.why, piece.position)
                return ""
        group = self._marker(piece.value)
        if group and piece.context is Context.PLAIN:
            return self.dialect.computed(group, piece, self.part, absent=ABSENT)
        return self._said_of_field(replace(piece, context=self._held(piece.context)), piece)

    def _held(self, context: Context) -> Context:
        """Return how the text in a field is escaped; in an attribute it is as in a text, so that one field does for both."""
        if context is Context.URL:
            return context
        return Context.TEXT if self.dialect.raw and context is Context.ATTRIBUTE else context if self.dialect.raw else Context.PLAIN

    def _said_of_field(self, held: Print, piece: Print) -> str:
        self.assumptions.update(self.dialect.raw)
        empty = _may_be_empty(piece.value)
        try:
            return self.dialect.computed(self._field(_full(held) if empty else (held,)), piece, self.part, absent=EMPTY if empty else "")
        except Unsaid as unsaid:
            self._find(unsaid.id, unsaid.why, piece.position)
            return ""

    def choose(self, piece: Choose) -> str:
        branches = tuple((self.condition(each.condition), self._text(each.body)) for each in piece.branches)
        return self.dialect.choose(branches, self._text(piece.otherwise))

    def condition(self, condition: Condition) -> str:
        """Return a condition as the language has it, or the test of a field that Franca computes."""
        try:
            return self._said(self.dialect.condition(condition))
        except Unsaid as unsaid:
            if not computable(condition):
                self._find(unsaid.id, unsaid.why, condition.position)
                return ""
        if isinstance(condition, Compare) and condition.op is Comparison.EQ and (group := self._marker(condition.of)):
            return self.dialect.flag(group, str(condition.constant))
        return self.dialect.flag(self._field(_flag(condition)), YES)

    def loop(self, piece: Loop) -> str:
        try:
            return self._said(self.dialect.loop(piece, self._text))
        except Unsaid as unsaid:
            self._find(unsaid.id, unsaid.why, piece.position)
            return ""

    def _said(self, say: Say) -> str:
        self.assumptions |= say.assumptions
        return say.text

    def _marker(self, value: Value) -> str | None:
        """Return the group whose marker holds a value already."""
        if isinstance(value, PrimaryValue) and value.group in self.dialect.site.destination.markers:
            self.groups.add(value.group)
            return value.group
        return None

    def _field(self, pieces: Pieces) -> str:
        if self.dialect.field_bytes is not None and _least(pieces) > self.dialect.field_bytes:
            what = f"a text that is computed fits into no field of {self.dialect.title}'s, which hold {self.dialect.field_bytes} bytes"
            self._find("field-size", what, next((each.position for each in pieces if each.position), None))
        found = Computed(key=_key(pieces), title=_title(pieces), pieces=pieces)
        return self.fields.setdefault(found.key, found).key

    def _find(self, id_: str, what: str, at: Position | None) -> None:
        fallback = f'write it for this ESP by hand, in {{% native "{self.dialect.name}" %}}, or leave the template out there'
        self.findings[Finding(id=id_, what=what, fallback=fallback, position=at)] = None


_PIECES: Mapping[type[Piece], Callable[[_Writing, Any], str]] = {
    Literal: _Writing.literal,
    Native: _Writing.native,
    Print: _Writing.print,
    Choose: _Writing.choose,
    Loop: _Writing.loop,
}


def _full(piece: Print) -> Pieces:
    """Return the text, and `EMPTY` where there is none."""
    there = Branch(condition=Defined(of=piece.value), body=(piece,))
    return (Choose(branches=(there,), otherwise=(Literal(text=EMPTY),)),)


def _flag(condition: Condition) -> Pieces:
    """Return the text that says whether a condition holds."""
    return (Choose(branches=(Branch(condition=condition, body=(Literal(text=YES),)),)),)


def _key(pieces: Pieces) -> str:
    """Return a key that depends on what is computed alone; that of a segment's membership tells which."""
    condition = pieces[0].branches[0].condition if isinstance(pieces[0], Choose) else None
    if isinstance(condition, Member) and pieces == _flag(condition) and condition.segment == condition.segment.lower():
        return f"{COMPUTED}in_{condition.segment}"
    digest = hashlib.sha256(repr(pieces).encode()).digest()
    return COMPUTED + base64.b32encode(digest).decode()[:8].lower()


def _least(pieces: Pieces) -> int:
    """Return how many bytes a text has for everybody."""
    found = 0
    for piece in pieces:
        if isinstance(piece, Literal):
            found += len(piece.text.encode())
        elif isinstance(piece, Choose):
            found += min(map(_least, (*(each.body for each in piece.branches), piece.otherwise)))
    return found


def _title(pieces: Pieces) -> str:
    printed = (root(piece.value) for piece in walk(pieces) if isinstance(piece, Print))
    names = sorted({value.name for value in printed if isinstance(value, AttributeValue)})
    return f"{' and '.join(names)}, as templates print it" if names else "a condition of templates"


_EMPTYING = frozenset({"trim", "replace", "join"})


def _may_be_empty(value: Value) -> bool:
    while isinstance(value, Filtered):
        if value.filter in _EMPTYING:
            return True
        value = value.of
    return not always(value)


def _never_empty(pieces: Pieces) -> bool:
    """Whether a text has something for everybody."""
    for piece in pieces:
        if isinstance(piece, Literal) and piece.text.strip():
            return True
        if isinstance(piece, Print) and not _may_be_empty(piece.value):
            return True
        if isinstance(piece, Choose) and all(map(_never_empty, (*(each.body for each in piece.branches), piece.otherwise))):
            return True
    return False


def plain_link(value: Value, links: Mapping[Any, str | None]) -> str | None:
    """Return the tag of a built-in by the dialect's table; None for any other value.

    Raises:
        Unsaid: the ESP has no such tag.
    """
    if isinstance(value, (Defaulted, Coupon)) or not isinstance(value, BuiltIn):
        return None
    tag = links.get(value.link)
    if tag is None:
        raise Unsaid(str(value.link), f"this ESP has no tag for {value.link}")
    return tag
