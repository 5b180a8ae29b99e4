"""Tests on a value, checked: with constants, with another value, on the length of a list."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from franca.definitions import COMPARISONS, DataType, Kind, LengthTest, Node, Op, PropertyRef, ReferenceTest, ValueTest
from franca.errors import Problem
from franca.language.check_scope import Scope
from franca.language.types import NUMERIC, typed_test

_NUMBERS = COMPARISONS | {Op.IN, Op.NOT_IN, Op.BETWEEN}
MEASURED = _NUMBERS | {Op.IS_SET}
"""The operators on what is made of events."""

_LENGTH = DataType(Kind.INTEGER)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is tested: its name in messages, its type, and the operators that it takes (None: all of its type)."""

    what: str
    type: DataType
    takes: frozenset[Op] | None = None


def checked_tests(scope: Scope, tests: Sequence[Any], subject: Subject) -> tuple[Any, ...]:
    """Return the tests with constants in their subject's type; what is wrong is noted."""
    return tuple(_TESTS[type(test)](scope, test, subject) for test in tests)


def _value(scope: Scope, test: ValueTest, subject: Subject) -> ValueTest:
    found = typed_test(test, subject.what, subject.type, scope.zone, takes=subject.takes, patterns=scope.patterns)
    if isinstance(found, Problem):
        scope.problems.append(found)
        return test
    return found


def _length(scope: Scope, test: LengthTest, subject: Subject) -> LengthTest:
    if subject.type.kind is not Kind.LIST:
        scope.note(test, f"{subject.what} is {subject.type}, and only a list has a length")
    length = Subject(what=f"the length of {subject.what}", type=_LENGTH, takes=_NUMBERS)
    return dataclasses.replace(test, tests=checked_tests(scope, test.tests, length))


def _reference(scope: Scope, test: ReferenceTest, subject: Subject) -> ReferenceTest:
    reference = test.reference
    place: Node = reference if reference.position else test
    if isinstance(reference, PropertyRef):
        name, declared = f"property {reference.property!r}", scope.property(place, reference.property)
    else:
        name, declared = f"attribute {reference.attribute!r}", scope.attribute(place, reference.attribute)
    if test.op not in COMPARISONS:
        known = ", ".join(sorted(COMPARISONS))
        scope.note(test, f"{test.op.value} compares with constants only, not with {name}", f"what compares with other values: {known}")
    elif declared:
        _comparable(scope, test, subject, (name, declared))
    return test


def _comparable(scope: Scope, test: ReferenceTest, subject: Subject, other: tuple[str, DataType]) -> None:
    """Note why the two values cannot be compared: nothing is converted silently."""
    name, declared = other
    kinds = {subject.type.kind, declared.kind}
    if Kind.LIST in kinds:
        scope.note(test, f"a list is not compared with another value: {subject.what} is {subject.type}, {name} is {declared}")
    elif not kinds <= NUMERIC and len(kinds) > 1:
        scope.note(test, f"{subject.what} is {subject.type}, and {name} is {declared}", "only values of one type compare")
    elif Kind.BOOLEAN in kinds and test.op not in (Op.IS, Op.IS_NOT):
        scope.note(test, f"{subject.what} is boolean, which takes no {test.op.value!r}", "known: is, is_not")
    if declared.kind not in NUMERIC and test.reference.times != 1:
        scope.note(test, f"{name} is {declared}: only a number has a multiple", "leave times out")


_TESTS: Mapping[type[Any], Callable[[Scope, Any, Subject], Any]] = {ValueTest: _value, LengthTest: _length, ReferenceTest: _reference}
