"""Segments backwards: what people made at an ESP, in our language where that is exact; and what a decompiler builds on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NoReturn, Protocol, runtime_checkable

from franca.adapter.findings import Assumption
from franca.adapter.protocol import Site
from franca.adapter.resources import Remote, Snapshot
from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    Constant,
    DataType,
    FieldMapping,
    Kind,
    Not,
    Op,
    Predicate,
    PropertyTest,
    ValueTest,
)

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

NEGATED = {Op.IS: Op.IS_NOT, Op.IN: Op.NOT_IN}
"""Operators whose negation is an operator too."""


class NotRepresentableError(Exception):
    """Why a segment, or a part of it, has no exact equal in our language; *finding* may be consented to when it is not empty."""

    def __init__(self, what: str, finding: str = "") -> None:
        super().__init__(what)
        self.what, self.finding = what, finding


def unrepresentable(what: str, finding: str = "") -> NoReturn:
    """Refuse.

    Raises:
        NotRepresentableError: always.
    """
    raise NotRepresentableError(what, finding)


@dataclass(frozen=True, kw_only=True)
class Decompiled:
    """A segment in our language.

    Attributes:
        assumptions: what the translation leans on.
        approximated: ids of the findings that were consented to, with what is not exact.
    """

    where: Predicate
    assumptions: frozenset[Assumption] = frozenset()
    approximated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, order=True)
class Unmapped:
    """A field of the account that no attribute is mapped to: how a mapping names it, what people call it, what it may hold."""

    field: str
    title: str
    kind: Kind | None = None


class Decompiler(Protocol):
    """Reads the segments of one snapshot backwards. Pure: no network."""

    def segment(self, remote: Remote) -> Decompiled:
        """Return what a segment says.

        Raises:
            NotRepresentableError: our language has no exact equal for it.
        """
        ...

    def unmapped(self) -> Iterator[Unmapped]:
        """Yield the account's fields that no attribute of the project is mapped to."""
        ...


@runtime_checkable
class Decompiling(Protocol):
    """An adapter that reads segments backwards. One that does not has its segments kept by their names."""

    def decompiler(self, site: Site, snapshot: Snapshot, accepted: Collection[str] = ()) -> Decompiler:
        """Return the decompiler of a snapshot; *accepted* are the ids of findings that the user consents to."""
        ...


@runtime_checkable
class Foreign(Protocol):
    """A connection to an ESP that holds people's segments and fields which no plan reads."""

    def foreign(self) -> Iterator[Remote]:
        """Yield them."""
        ...


# -- predicates


def all_of(parts: Iterable[Predicate]) -> Predicate:
    """Return one predicate for all of *parts*, without brackets around one."""
    return _joined(All, parts)


def any_of(parts: Iterable[Predicate]) -> Predicate:
    """Return one predicate for any of *parts*, without brackets around one."""
    return _joined(AnyOf, parts)


def _joined(kind: type[All | AnyOf], parts: Iterable[Predicate]) -> Predicate:
    found = tuple(dict.fromkeys(part for each in parts for part in (each.of if type(each) is kind else (each,))))
    return found[0] if len(found) == 1 else kind(of=found)


def passing(subject: str, op: Op, operand: Constant | tuple[Constant, ...], *, inside: bool = False) -> AttributeTest | PropertyTest:
    """Return one test on an attribute, or *inside* `where` on a property."""
    test = ValueTest(op=op, operand=operand)
    return PropertyTest(property=subject, tests=(test,)) if inside else AttributeTest(attribute=subject, tests=(test,))


def failing(subject: str, op: Op, operand: Constant | tuple[Constant, ...], *, inside: bool = False) -> Predicate:
    """Return the negation of a test, which holds for a missing value too."""
    if op in NEGATED:
        return passing(subject, NEGATED[op], operand, inside=inside)
    return Not(of=passing(subject, op, operand, inside=inside))


# -- constants


def number(type_: DataType, written: object) -> Constant:
    """Return a number of an attribute's type.

    Raises:
        NotRepresentableError: it is none of that type.
    """
    try:
        found = Decimal(str(written).strip())
    except InvalidOperation:
        unrepresentable(f"{written!r} is no number")
    if not found.is_finite():
        unrepresentable(f"{written!r} is no number")
    if type_.kind is Kind.NUMBER:
        return float(found)
    places = type_.scale if type_.kind is Kind.DECIMAL else 0
    if found != round(found, places):
        unrepresentable(f"{written} has more places than a {type_}")
    return int(found) if type_.kind is Kind.INTEGER else found


def text(written: object) -> str:
    """Return a text that names nobody.

    Raises:
        NotRepresentableError: it is none, or holds an email.
    """
    if not isinstance(written, str):
        unrepresentable("a test on a text compares with none")
    if names_somebody(written):
        unrepresentable("it names somebody by their email, which does not belong into a file")
    return written


def names_somebody(written: str) -> bool:
    """Return whether a text holds an email."""
    return _EMAIL.search(written) is not None


def ours(mapping: FieldMapping, type_: DataType, theirs: str) -> tuple[Constant, ...]:
    """Return our values that a field's translated value stands for.

    Raises:
        NotRepresentableError: none does.
    """
    found = tuple(word for word, other in mapping.values.items() if other == theirs)
    if not found:
        unrepresentable(f"the values of {mapping.field} are translated, and {theirs!r} is not among them")
    return tuple(_READ.get(type_.kind, _no_word)(word) for word in found)


def _no_word(_word: str) -> Constant:
    unrepresentable("translated values of this type are not read backwards")


_READ: dict[Kind, Callable[[str], Constant]] = {
    Kind.TEXT: str,
    Kind.LIST: str,
    Kind.INTEGER: int,
    Kind.BOOLEAN: lambda word: word == "true",
}
