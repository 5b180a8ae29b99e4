"""What a canonical leaf is about (an attribute, a length, a measure of certain events), and its one test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from franca.definitions import AttributeTest, EventTest, LengthTest, Predicate, PropertyTest, Ratio, ReferenceTest, TimeTest, ValueTest
from franca.logic.literals import TOTAL, with_measure_test

Test = ValueTest | ReferenceTest | TimeTest


def subject_of(leaf: Predicate) -> object | None:
    """Return what *leaf* tests one value of: equal for leaves on one value; None for leaves that are about more."""
    find = _SUBJECTS.get(type(leaf))
    return find(leaf) if find else None


def same_subject(first: Predicate, second: Predicate) -> bool:
    """Tell whether two leaves test one value."""
    if type(first) is not type(second):
        return False
    subject = subject_of(first)
    return subject is not None and subject == subject_of(second)


def test_of(leaf: Predicate) -> Test | None:
    """Return the only test of a leaf that tests one value; None for other leaves."""
    if isinstance(leaf, EventTest):
        tests: tuple[Any, ...] = leaf.measures[0].tests if leaf.per is None and len(leaf.measures) == 1 else ()
    else:
        tests = leaf.tests if isinstance(leaf, (AttributeTest, PropertyTest, Ratio)) else ()
    if len(tests) != 1:
        return None
    (test,) = tests
    return _only(test) if isinstance(test, LengthTest) else test


def with_test(leaf: Predicate, test: ValueTest) -> Predicate:
    """Return *leaf*, whose one test is `test_of(leaf)`, with another one in its place."""
    if isinstance(leaf, EventTest):
        return with_measure_test(leaf, test)
    if not isinstance(leaf, (AttributeTest, PropertyTest)):
        raise TypeError(f"{type(leaf).__name__} has no test on one value")  # leaves with a subject come here
    (old,) = leaf.tests
    return replace(leaf, tests=(replace(old, tests=(test,)) if isinstance(old, LengthTest) else test,))


def is_discrete(leaf: Predicate) -> bool:
    """Tell whether whole numbers that *leaf* compares with have a successor: those of means and ratios have none."""
    return isinstance(leaf.measures[0], TOTAL) if isinstance(leaf, EventTest) else isinstance(leaf, (AttributeTest, PropertyTest))


def _only(test: LengthTest) -> ValueTest | None:
    return test.tests[0] if len(test.tests) == 1 else None


def _event(leaf: EventTest) -> object | None:
    if leaf.per is not None or len(leaf.measures) != 1:
        return None
    (measure,) = leaf.measures
    return leaf.event, type(measure), getattr(measure, "of", None), leaf.where, leaf.window


def _is_length(tests: tuple[object, ...]) -> bool:
    return isinstance(tests[0], LengthTest)


_SUBJECTS: dict[type[Predicate], Callable[[Any], object | None]] = {
    AttributeTest: lambda leaf: (leaf.attribute, _is_length(leaf.tests)),
    PropertyTest: lambda leaf: (leaf.property, _is_length(leaf.tests)),
    EventTest: _event,
    Ratio: lambda leaf: (leaf.measure, leaf.divided_by),
}
