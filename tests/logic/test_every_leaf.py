"""Every measure with every operator, every pair of windows, every pair of references: small enough to try them all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from franca.definitions import (
    COMPARISONS,
    AttributeRef,
    AttributeTest,
    Average,
    Count,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    EventTest,
    LengthTest,
    Maximum,
    Minimum,
    Op,
    Predicate,
    ReferenceTest,
    Sum,
    ValueTest,
)
from franca.logic import flip, implies, leaves, nnf, normal_form
from logic.crowd import members
from schema import WIDE
from windows import ANNIVERSARIES, CALENDAR, DAY_TESTS, INSTANT_TESTS

NUMBERS = {Count: (0, 1, 2), Distinct: (0, 1, 2), DaysSinceLast: (0, 10, Decimal("1.5"), 100), DaysSinceFirst: (0, 40, 400)}
OF = {
    "total": (Decimal("10.00"), Decimal("49.99"), Decimal("-5.00")),
    "quantity": (0, 5, 10),
    "weight": (0.25, 1.25),
}
ORDERED = (Op.IS, Op.IS_NOT, Op.GT, Op.GTE, Op.LT, Op.LTE)


def each_test_on(constants: tuple) -> list[ValueTest]:
    low, high = constants[0], constants[1]
    found = [ValueTest(op=op, operand=constant) for op, constant in product(ORDERED, constants)]
    found += [ValueTest(op=op, operand=constants) for op in (Op.IN, Op.NOT_IN)]
    found.append(ValueTest(op=Op.BETWEEN, operand=(min(low, high), max(low, high))))
    return [*found, *(ValueTest(op=Op.IS_SET, operand=wanted) for wanted in (True, False))]


def event_leaves() -> list[EventTest]:
    """Each measure with each test that it takes, alone and per value."""
    made = [kind(tests=(test,)) for kind, constants in NUMBERS.items() if kind is not Distinct for test in each_test_on(constants)]
    made += [Distinct(of="sku", tests=(test,)) for test in each_test_on(NUMBERS[Distinct])]
    for name, constants in OF.items():
        made += [kind(of=name, tests=(test,)) for kind in (Sum, Average, Minimum, Maximum) for test in each_test_on(constants)]
    references = [ReferenceTest(op=op, reference=AttributeRef(attribute="credit")) for op in ORDERED]
    made += [kind(of="total", tests=(test,)) for kind in (Sum, Average, Minimum, Maximum) for test in references]
    return [EventTest(event="order", measures=(measure,), per=per) for measure in made for per in (None, "sku")]


def assert_kept(tried: list[EventTest]) -> None:
    for leaf in tried:
        expected = members(leaf)
        assert members(nnf(leaf)) == expected, leaf
        assert members(normal_form(leaf)) == expected, leaf


def test_measures_with_operators_keep_their_meaning() -> None:
    """Every sixth of the tests on measures: counts, sums, means, extremes and recencies, against constants and attributes."""
    assert_kept(event_leaves()[::6])


@pytest.mark.slow
def test_every_measure_with_every_operator_keeps_its_meaning() -> None:
    """All tests on measures, alone and per value."""
    tried = event_leaves()
    assert len(tried) > 500
    assert_kept(tried)


def assert_sound(found: list[Predicate], least: int) -> None:
    """Try every pair of literals: who has the one has the other, where that is said."""
    literals = [one for predicate in found for leaf in leaves(nnf(predicate)) for one in (leaf, flip(leaf))]
    answers = {literal: members(literal) for literal in literals}
    said = 0
    for first, second in product(answers, repeat=2):
        if first != second and implies(first, second):
            said += 1
            assert all(b for a, b in zip(answers[first], answers[second], strict=True) if a), (first, second)
    assert said >= least


def test_tests_on_one_measure_imply_soundly() -> None:
    """Among the tests on one measure many imply or exclude each other, and none wrongly."""
    for measure in (Sum(of="quantity"), Average(of="quantity"), Distinct(of="sku"), Count()):
        tests = each_test_on((0, 5, 10) if isinstance(measure, (Sum, Average)) else (0, 1, 2))
        assert_sound([EventTest(event="order", measures=(replace(measure, tests=(test,)),)) for test in tests], 20)


def test_references_imply_soundly() -> None:
    """Comparisons of two attributes, in both directions."""
    pairs = [("credit", "minimum_spend"), ("minimum_spend", "credit"), ("points", "credit")]
    found = [
        AttributeTest(attribute=one, tests=(ReferenceTest(op=op, reference=AttributeRef(attribute=other)),))
        for (one, other), op in product(pairs, sorted(COMPARISONS))
    ]
    found += [AttributeTest(attribute=name, tests=(ValueTest(op=Op.IS_SET, operand=True),)) for name in ("credit", "points")]
    assert_sound(found, 30)


def test_lengths_imply_soundly() -> None:
    """Lengths of a list, and whether there is one."""
    found: list[Predicate] = [AttributeTest(attribute="tags", tests=(LengthTest(tests=(test,)),)) for test in each_test_on((1, 2))]
    found.append(AttributeTest(attribute="tags", tests=(ValueTest(op=Op.IS_SET, operand=True),)))
    assert_sound(found, 20)


@pytest.mark.parametrize(
    ("attribute", "tests", "least"),
    [("created_at", (*INSTANT_TESTS, *WIDE, *CALENDAR), 40), ("birthday", (*DAY_TESTS, *CALENDAR, *ANNIVERSARIES), 10)],
)
def test_windows_imply_soundly(attribute: str, tests: tuple, least: int) -> None:
    """Every pair of windows in use, on instants and on days."""
    assert_sound([AttributeTest(attribute=attribute, tests=(test,)) for test in tests], least)


def test_windows_of_events_imply_soundly() -> None:
    """Some and none within every pair of windows."""
    found = [EventTest(event="order", window=(test,)) for test in (*INSTANT_TESTS, *WIDE, *CALENDAR)]
    assert_sound(found, 40)
