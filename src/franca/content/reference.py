"""What a document means: its text for one person, as content.md defines it. Every ESP's output is measured against this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from markupsafe import escape

from franca.content.filters import FILTERS, Setting, missing, show
from franca.content.nodes import (
    AttributeValue,
    BuiltIn,
    Choose,
    Compare,
    Comparison,
    Condition,
    Contains,
    Context,
    Coupon,
    Defaulted,
    Defined,
    Either,
    Every,
    Feed,
    Filtered,
    ItemValue,
    Link,
    ListItem,
    Literal,
    Loop,
    Member,
    Negation,
    Piece,
    Pieces,
    PrimaryValue,
    Print,
    Value,
)
from franca.definitions import Project

_LINKS: Mapping[Link, str] = {
    Link.UNSUBSCRIBE: "https://esp.example/unsubscribe",
    Link.PREFERENCES: "https://esp.example/preferences",
    Link.VIEW_IN_BROWSER: "https://esp.example/view",
    Link.COMPANY_ADDRESS: "Example Ltd, 1 Example Street, Berlin",
    Link.CURRENT_YEAR: "2026",
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One recipient: attributes (absent or None is missing), segments, and group → primary segment."""

    values: Mapping[str, Any] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    primary: Mapping[str, str] = field(default_factory=dict)


def person(project: Project, values: Mapping[str, Any], segments: AbstractSet[str]) -> Person:
    """Return somebody as templates see them."""
    groups = dict.fromkeys(segment.group for segment in project.segments.values() if segment.group)
    firsts = {group: next((each.key for each in project.group(group) if each.key in segments), None) for group in groups}
    primary = {group: first for group, first in firsts.items() if first is not None}
    return Person(values=values, segments=frozenset(segments), primary=primary)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an ESP would fill in."""

    links: Mapping[Link, str] = field(default_factory=lambda: _LINKS)
    coupons: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass
class _Scene:
    """One person at one rendering."""

    person: Person
    around: Surroundings
    items: dict[int, Any] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)


_Text = Callable[[_Scene], str]
_Get = Callable[[_Scene], Any]
_Ask = Callable[[_Scene], bool]


@dataclass(frozen=True)
class Rendering:
    """A text for one person, and the numbers of the branches that they took (`otherwise_of`, where they took none)."""

    text: str
    taken: frozenset[int]


class Renderer:
    """Pieces made ready to be rendered for many people."""

    def __init__(self, pieces: Pieces, setting: Setting) -> None:
        self._text = _compiled(pieces, setting)

    def __call__(self, person: Person, around: Surroundings | None = None) -> Rendering:
        """Return the text for one person."""
        scene = _Scene(person, around or _USUAL)
        return Rendering(self._text(scene), frozenset(scene.taken))


_USUAL = Surroundings()


def holds(condition: Condition, setting: Setting) -> Callable[[Person], bool]:
    """Return the condition as a function."""
    ask = _ask(condition, setting)
    return lambda person: ask(_Scene(person, _USUAL))


def _compiled(pieces: Pieces, setting: Setting) -> _Text:
    parts = [_PIECES[type(piece)](piece, setting) for piece in pieces if type(piece) in _PIECES]
    if len(parts) == 1:
        return parts[0]
    return lambda scene: "".join([part(scene) for part in parts])


def _literal(piece: Literal, _: Setting) -> _Text:
    return lambda _scene: piece.text


def _print(piece: Print, setting: Setting) -> _Text:
    get, escaped = _value(_once_encoded(piece), setting), escaper(piece)

    def text(scene: _Scene) -> str:
        found = get(scene)
        if type(found) is str:
            return escaped(found) if found else ""
        return "" if missing(found) else escaped(show(found))

    return text


def escaper(piece: Print) -> Callable[[str], str]:
    """Return what a printed text goes through: nothing, HTML's entities, or percent-encoding."""
    if piece.context is Context.PLAIN:
        return str
    if piece.context is Context.URL and not isinstance(piece.value, BuiltIn):
        return _encoded
    return lambda text: str(escape(text))


@lru_cache(maxsize=4096)
def _encoded(text: str) -> str:
    """Return a text percent-encoded; many people share a country or a language."""
    return quote(text, safe="")


def _once_encoded(piece: Print) -> Value:
    """Return the value without a last `urlencode` where the place encodes it anyway."""
    value = piece.value
    inner = value.of if isinstance(value, Defaulted) else value
    if piece.context is not Context.URL or not isinstance(inner, Filtered) or inner.filter != "urlencode":
        return value
    return replace(value, of=inner.of) if isinstance(value, Defaulted) else inner.of


def _choose(piece: Choose, setting: Setting) -> _Text:
    branches = [(_ask(each.condition, setting), each.number, _compiled(each.body, setting)) for each in piece.branches]
    otherwise, other = _compiled(piece.otherwise, setting), otherwise_of(piece)

    def text(scene: _Scene) -> str:
        for ask, number, body in branches:
            if ask(scene):
                scene.taken.add(number)
                return body(scene)
        scene.taken.add(other)
        return otherwise(scene)

    return text


def otherwise_of(piece: Choose) -> int:
    """Return what stands for what is shown when no branch's condition holds."""
    return ~piece.branches[0].number


def _loop(piece: Loop, setting: Setting) -> _Text:
    over, body = _value(piece.over, setting), _compiled(piece.body, setting)

    def text(scene: _Scene) -> str:
        found = []
        for item in over(scene) or ():
            scene.items[piece.number] = item
            found.append(body(scene))
        return "".join(found)

    return text


_PIECES: Mapping[type[Piece], Callable[[Any, Setting], _Text]] = {Literal: _literal, Print: _print, Choose: _choose, Loop: _loop}
"""Native blocks are no part of the meaning."""


# -- values


def _value(value: Value, setting: Setting) -> _Get:
    return _VALUES[type(value)](value, setting)


def _attribute(value: AttributeValue, _: Setting) -> _Get:
    name = value.name
    return lambda scene: scene.person.values.get(name)


def _filtered(value: Filtered, setting: Setting) -> _Get:
    of, apply, arguments = _value(value.of, setting), FILTERS[value.filter].apply, value.arguments

    def get(scene: _Scene) -> Any:
        found = of(scene)
        return None if missing(found) else apply(found, setting, *arguments)

    return get


def _defaulted(value: Defaulted, setting: Setting) -> _Get:
    of, default = _value(value.of, setting), value.default

    def get(scene: _Scene) -> Any:
        found = of(scene)
        return default if missing(found) else found

    return get


def _item(value: ItemValue, _: Setting) -> _Get:
    def get(scene: _Scene) -> Any:
        found = scene.items.get(value.loop)
        for name in value.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    return get


_VALUES: Mapping[type[Value], Callable[[Any, Setting], _Get]] = {
    AttributeValue: _attribute,
    PrimaryValue: lambda value, _: lambda scene: scene.person.primary.get(value.group),
    BuiltIn: lambda value, _: lambda scene: scene.around.links[value.link],
    Coupon: lambda value, _: lambda scene: scene.around.coupons.get(value.name, f"COUPON-{value.name}"),
    Feed: lambda value, _: lambda scene: scene.around.feeds.get(value.name, ()),
    ItemValue: _item,
    ListItem: lambda value, _: lambda scene: scene.items.get(value.loop),
    Filtered: _filtered,
    Defaulted: _defaulted,
}


# -- conditions


def _ask(condition: Condition, setting: Setting) -> _Ask:
    return _CONDITIONS[type(condition)](condition, setting)


_ORDER: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQ: lambda a, b: a == b,
    Comparison.LT: lambda a, b: a < b,
    Comparison.LTE: lambda a, b: a <= b,
    Comparison.GT: lambda a, b: a > b,
    Comparison.GTE: lambda a, b: a >= b,
}


def _compare(condition: Compare, setting: Setting) -> _Ask:
    get, order, constant = _value(condition.of, setting), _ORDER[condition.op], condition.constant

    def times(scene: _Scene) -> bool:
        found = get(scene)
        return not missing(found) and order(_alike(found, constant, setting), constant)

    def others(scene: _Scene) -> bool:
        found = get(scene)
        return not missing(found) and order(found, constant)

    if isinstance(constant, datetime):
        return times
    return (lambda scene: get(scene) == constant) if condition.op is Comparison.EQ else others  # a constant is never missing


def _alike(found: Any, constant: Any, setting: Setting) -> Any:
    """Return a value as the constant's kind of thing: a day's midnight for an instant, naive instants in the project's zone."""
    if isinstance(constant, datetime) and isinstance(found, date):
        whole = found if isinstance(found, datetime) else datetime(found.year, found.month, found.day)  # noqa: DTZ001 - its zone follows
        return whole if whole.tzinfo else whole.replace(tzinfo=setting.zone)
    return found


def _contains(condition: Contains, setting: Setting) -> _Ask:
    get, constant = _value(condition.of, setting), condition.constant

    def ask(scene: _Scene) -> bool:
        found = get(scene)
        return isinstance(found, (str, list, tuple)) and constant in found

    return ask


def _every(condition: Every, setting: Setting) -> _Ask:
    parts = [_ask(each, setting) for each in condition.of]
    return lambda scene: all(part(scene) for part in parts)


def _either(condition: Either, setting: Setting) -> _Ask:
    parts = [_ask(each, setting) for each in condition.of]
    return lambda scene: any(part(scene) for part in parts)


def _negation(condition: Negation, setting: Setting) -> _Ask:
    part = _ask(condition.of, setting)
    return lambda scene: not part(scene)


def _defined(condition: Defined, setting: Setting) -> _Ask:
    get = _value(condition.of, setting)
    return lambda scene: not missing(get(scene))


_CONDITIONS: Mapping[type[Condition], Callable[[Any, Setting], _Ask]] = {
    Compare: _compare,
    Contains: _contains,
    Defined: _defined,
    Member: lambda condition, _: lambda scene: condition.segment in scene.person.segments,
    Every: _every,
    Either: _either,
    Negation: _negation,
}
