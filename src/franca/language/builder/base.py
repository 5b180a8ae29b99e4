"""What is half built, and what can be tested."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Generic, NoReturn, TypeVar, cast

from franca.definitions import AttributeRef, Constant, Op, Predicate, PropertyRef, ReferenceTest, ValueTest

T = TypeVar("T")
Reference = AttributeRef | PropertyRef
Test = ValueTest | ReferenceTest


def shown(thing: object) -> str:
    """Return how a thing is called in messages, with what it lacks."""
    return f"{thing}; {thing.hint}" if isinstance(thing, Unfinished) else f"a {type(thing).__name__}"


def predicates(what: str, given: Iterable[object]) -> tuple[Predicate, ...]:
    """Return predicates; half-built ones are told what they lack."""
    found: list[Predicate] = []
    for one in given:
        if not isinstance(one, Predicate):
            raise TypeError(f"{what} takes predicates, not {shown(one)}")
        found.append(one)
    if not found:
        raise TypeError(f"{what} takes at least one predicate")
    return tuple(found)


class Unfinished:
    """Something that is not a predicate yet: every use as one says what is missing."""

    hint = ""

    def __bool__(self) -> bool:
        raise TypeError(f"{self} has no truth value; {self.hint}")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self} is not a predicate yet; {self.hint}")

    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __truediv__ = __rtruediv__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class Comparable(Unfinished, ABC):
    """A value that may stand on the right side of a comparison."""

    @abstractmethod
    def reference(self) -> Reference:
        """Return what the comparison names."""


class Tested(Unfinished, ABC, Generic[T]):
    """A value that can be tested; a test makes the predicate. *compares_with* are the other values that may stand on the right side."""

    compares_with: tuple[type[Reference], ...] = ()

    @abstractmethod
    def _test(self, test: Test) -> T:
        """Return what it becomes with this test."""

    def _one(self, op: Op, operand: object) -> T:
        return self._test(ValueTest(op=op, operand=constant(op, operand)))

    def _several(self, op: Op, operands: Iterable[object]) -> T:
        if isinstance(operands, str) or not isinstance(operands, Iterable):
            raise TypeError(f"{op} takes a list")
        constants = tuple(constant(op, operand) for operand in operands)
        if not constants:
            raise TypeError(f"{op} takes at least one value")
        return self._test(ValueTest(op=op, operand=constants))

    def _compare(self, op: Op, other: object) -> T:
        """Return the test with a constant or another value; Python turns the comparison round when only *other* can name this one."""
        if isinstance(other, Comparable) and isinstance(other.reference(), self.compares_with):
            return self._test(ReferenceTest(op=op, reference=other.reference()))
        if isinstance(other, Tested) and isinstance(self, Comparable) and isinstance(self.reference(), other.compares_with):
            return cast("T", NotImplemented)
        return self._one(op, other)

    def __eq__(self, other: object) -> T:  # type: ignore[override]
        return self._compare(Op.IS, other)

    def __ne__(self, other: object) -> T:  # type: ignore[override]
        return self._compare(Op.IS_NOT, other)

    def __lt__(self, other: object) -> T:  # type: ignore[override]
        return self._compare(Op.LT, other)

    def __le__(self, other: object) -> T:  # type: ignore[override]
        return self._compare(Op.LTE, other)

    def __gt__(self, other: object) -> T:  # type: ignore[override]
        return self._compare(Op.GT, other)

    def __ge__(self, other: object) -> T:  # type: ignore[override]
        return self._compare(Op.GTE, other)

    __hash__ = None  # type: ignore[assignment]

    def in_(self, values: Iterable[object]) -> T:
        """Is one of *values*."""
        return self._several(Op.IN, values)

    def not_in(self, values: Iterable[object]) -> T:
        """Is none of *values*, or missing."""
        return self._several(Op.NOT_IN, values)

    def between(self, low: object, high: object) -> T:
        """At least *low* and below *high*."""
        return self._several(Op.BETWEEN, (low, high))


def constant(op: Op, value: object) -> Constant:
    """Return *value* as a file would give it: numbers with a point are Decimal, days and instants are texts."""
    if isinstance(value, float):
        return number(op, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (str, bool, int, Decimal)):
        return value
    meant = "use .is_set(False) to ask for a missing value" if value is None else "a constant is a text, a number, a boolean or a date"
    raise TypeError(f"{op} cannot compare with {shown(value)}; {meant}")


def number(what: str, value: object) -> Decimal:
    """Return a number with the digits that were written."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TypeError(f"{what} is a number, not {shown(value)}")
    found = Decimal(str(value))
    if not found.is_finite():
        raise TypeError(f"{what}: {value} is no number to calculate with")
    return found
