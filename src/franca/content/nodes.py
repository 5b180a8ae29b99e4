"""What is left of a template for the recipient's time: values, conditions and pieces, typed, each with its position. Records only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from franca.definitions import Constant, DataType, Kind, Node

# -- values


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Node):
    """Something of the recipient's: it has a type, and may be missing. An empty text or list is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeValue(Value):
    """`profile.NAME`."""

    name: str
    type: DataType
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryValue(Value):
    """`primary("GROUP")`: the key of the first segment of the group that the person is in; missing when in none."""

    group: str


class Link(StrEnum):
    """Built-ins that every ESP knows, by their name in templates."""

    UNSUBSCRIBE = "unsubscribe_url"
    PREFERENCES = "preferences_url"
    VIEW_IN_BROWSER = "view_in_browser_url"
    COMPANY_ADDRESS = "company_address"
    CURRENT_YEAR = "current_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn(Value):
    """What the ESP fills in by itself; never missing."""

    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon(Value):
    """`coupon("NAME")`: a code for this recipient; never missing."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Value):
    """`feed("NAME")`: a list of items that the ESP fetches."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemValue(Value):
    """An item of a feed (*path* is empty), or a field of it: `item.title`. It is the shop's own, not a person's."""

    loop: int
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem(Value):
    """An item of a person's list, within a loop over it."""

    loop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered(Value):
    """`of | filter(arguments)`, any filter but `default`."""

    of: Value
    filter: str
    arguments: tuple[Constant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaulted(Value):
    """`of | default("…")`: the constant when *of* is missing."""

    of: Value
    default: Constant


# -- conditions: two-valued (language.md section 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Node):
    """True or false of every recipient."""


class Comparison(StrEnum):
    """How a value stands to a constant. There is no "!=": it is not "=="."""

    EQ = "=="
    LT = "<"
    LTE = "<="
    GT = ">"
    GTE = ">="


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Condition):
    """A value against a constant of its type; false when the value is missing."""

    of: Value
    op: Comparison
    constant: Constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(Condition):
    """Whether a list holds a text, or a text contains one; false when the value is missing."""

    of: Value
    constant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined(Condition):
    """Whether a value is there."""

    of: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Condition):
    """`in_segment("KEY")`, as of the last sync."""

    segment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Condition):
    """All of them."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Condition):
    """At least one of them."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Condition):
    """Not."""

    of: Condition


# -- pieces of a text


class Context(StrEnum):
    """Where a value is printed, which decides how it is escaped."""

    TEXT = "text"
    ATTRIBUTE = "attribute"
    URL = "url"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Node):
    """A part of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Piece):
    """Text as it stands: HTML in an HTML part. It may hold what looks like a tag of some ESP; dialects neutralise it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Print(Piece):
    """A value, escaped for its *context*."""

    value: Value
    context: Context = Context.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Node):
    """One condition and what it shows; *number* counts the branches of a document, for coverage."""

    condition: Condition
    body: Pieces
    number: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Piece):
    """The first branch whose condition holds, else *otherwise*."""

    branches: tuple[Branch, ...]
    otherwise: Pieces = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop(Piece):
    """The body once for each item of a list; *number* is what `ItemValue.loop` names."""

    number: int
    over: Value
    body: Pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Native(Piece):
    """Verbatim for one kind of ESP, absent elsewhere."""

    adapter: str
    text: str


Pieces = tuple[Piece, ...]

TEXT = DataType(Kind.TEXT)
LIST = DataType(Kind.LIST)


def type_of(value: Value) -> DataType:
    """Return the type of what is printed or compared."""
    if isinstance(value, AttributeValue):
        return value.type
    if isinstance(value, Defaulted):
        return type_of(value.of)
    if isinstance(value, Feed):
        return LIST
    if isinstance(value, Filtered) and value.filter == "length":
        return DataType(Kind.INTEGER)
    return TEXT


def root(value: Value) -> Value:
    """Return what a chain of filters and defaults begins with."""
    while isinstance(value, (Filtered, Defaulted)):
        value = value.of
    return value


def always(value: Value) -> bool:
    """Whether a value is never missing."""
    if isinstance(value, AttributeValue):
        return value.required
    if isinstance(value, Filtered):
        return always(value.of)
    return isinstance(value, (Defaulted, BuiltIn, Coupon))
