"""Every rewriting of franca.logic keeps meaning: compared with the naive interpreter on random trees and people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from franca.definitions import All, AnyOf, AtLeast, CalendarTest, EventTest, Everyone, Not, Op, Predicate
from franca.logic import (
    FALSE,
    TRUE,
    TooLarge,
    conjunctive,
    disjunctive,
    fingerprint,
    flip,
    implies,
    is_literal,
    leaves,
    measure_test,
    negated,
    nnf,
    normal_form,
    simplify,
)
from logic.crowd import crowd, members
from strategies import ANYTHING, CORE, Choice

FAST = settings(max_examples=60, deadline=None, derandomize=True, database=None)
CHOICES = pytest.mark.parametrize("choice", [CORE, ANYTHING], ids=["core", "anything"])
"""The trees that destinations have met, and the whole language."""


@pytest.fixture(scope="module", autouse=True)
def _collected() -> None:
    """People are collected before the first property test: one cannot run inside another."""
    crowd()


def assert_same_people(predicate: Predicate) -> None:
    expected = members(predicate)
    for form in (nnf, simplify, normal_form):
        found = form(predicate)
        assert members(found) == expected, (form.__name__, predicate)
        assert form(found) == found, (form.__name__, predicate)


@CHOICES
@FAST
@given(data=st.data())
def test_every_normal_form_selects_the_same_people(choice: Choice, data: st.DataObject) -> None:
    """nnf, simplify and normal_form mean what the definition means, and each is its own form."""
    assert_same_people(data.draw(strategies.predicates(3, choice)))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(4))
def test_every_normal_form_of_many_trees_selects_the_same_people(start: int) -> None:
    """Two thousand trees over the whole language, high ones and low ones."""
    for predicate in strategies.drawn(strategies.predicates(1 + start % 3, ANYTHING), 500, start + 1):
        assert_same_people(predicate)


@CHOICES
@FAST
@given(data=st.data())
def test_clauses_select_the_same_people(choice: Choice, data: st.DataObject) -> None:
    """Conjunctive and disjunctive forms mean what the definition means, and hold literals only."""
    predicate = data.draw(strategies.predicates(3, choice))
    expected = members(predicate)
    for form, outer, inner in ((conjunctive, All, AnyOf), (disjunctive, AnyOf, All)):
        clauses = form(predicate)
        if isinstance(clauses, TooLarge):
            continue
        assert all(is_literal(literal) for clause in clauses for literal in clause)
        assert members(outer(of=tuple(inner(of=clause) for clause in clauses))) == expected


@CHOICES
@FAST
@given(data=st.data())
def test_negation_selects_everybody_else(choice: Choice, data: st.DataObject) -> None:
    """The negation of a predicate in negation normal form is in that form and holds exactly where it does not."""
    form = nnf(data.draw(strategies.predicates(2, choice)))
    assert members(negated(form)) == tuple(not member for member in members(form))
    assert nnf(negated(form)) == negated(form)


@CHOICES
@FAST
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_order_repetition_and_double_negation_leave_the_fingerprint_alone(choice: Choice, data: st.DataObject, random) -> None:
    """Reordered and duplicated trees have one fingerprint."""
    predicate = data.draw(strategies.predicates(3, choice))
    assert fingerprint(_shuffled(predicate, random)) == fingerprint(predicate)
    assert fingerprint(All(of=(predicate, predicate))) == fingerprint(predicate)
    assert fingerprint(AnyOf(of=(predicate, Not(of=Everyone())))) == fingerprint(predicate)


def _shuffled(node: Predicate, random) -> Predicate:
    if isinstance(node, Not):
        return Not(of=_shuffled(node.of, random))
    if is_literal(node):
        return node
    parts = [_shuffled(part, random) for part in node.of]
    if isinstance(node, AtLeast):  # who stands there twice counts twice
        random.shuffle(parts)
        return AtLeast(count=node.count, of=tuple(parts))
    if parts:
        parts.append(random.choice(parts))
    random.shuffle(parts)
    return type(node)(of=tuple(parts))


@CHOICES
@FAST
@given(data=st.data())
def test_the_normal_form_has_only_canonical_literals(choice: Choice, data: st.DataObject) -> None:
    """Not stands before leaves only, what is never missing is never negated, and only the whole can be a constant."""
    form = normal_form(data.draw(strategies.predicates(3, choice)))
    if form in {TRUE, FALSE}:
        return
    for literal in _literals(form):
        leaf = literal.of if isinstance(literal, Not) else literal
        assert is_literal(literal)
        assert not isinstance(leaf, Everyone)
        if isinstance(leaf, EventTest):
            test = measure_test(leaf)
            assert literal is leaf or test is None or test.op is Op.IS or leaf.measures[0].__class__.__name__ in MISSING
        assert literal is leaf or not isinstance(leaf, CalendarTest)


MISSING = {"Average", "Maximum", "DaysSinceLast", "DaysSinceFirst"}
"""Measures that may be missing, so that a negation must stay."""


def _literals(node: Predicate) -> list[Predicate]:
    return [node] if is_literal(node) else [literal for part in node.of for literal in _literals(part)]


def assert_implications_hold(tests: list[Predicate]) -> int:
    """Compare every answer of `implies` with the people; return how many of different literals were "yes"."""
    forms = {literal for test in tests for literal in leaves(simplify(test))}
    literals = [one for leaf in forms for one in (leaf, flip(leaf))]
    answers = {literal: members(literal) for literal in literals}
    said = 0
    for first in literals:
        for second in literals:
            if first != second and implies(first, second):
                said += 1
                assert all(b for a, b in zip(answers[first], answers[second], strict=True) if a), (first, second)
    return said


@CHOICES
@FAST
@given(data=st.data())
def test_implication_is_sound(choice: Choice, data: st.DataObject) -> None:
    """Where implies(a, b) says so, everybody with a has b."""
    assert_implications_hold(data.draw(st.lists(strategies.predicates(0, choice), min_size=2, max_size=5)))


NARROW = [
    replace(ANYTHING, attributes=attributes, events=events, properties=properties)
    for attributes, events, properties in (
        (("first_name", "points"), ("order",), ("sku",)),
        (("tags", "created_at"), ("view",), ("page",)),
        (("birthday", "credit"), ("order", "view"), ("total",)),
    )
]


@pytest.mark.slow
@pytest.mark.parametrize("choice", NARROW)
def test_implication_is_sound_between_many_literals(choice: Choice) -> None:
    """Hundreds of leaves about few things imply each other often, and never wrongly."""
    assert assert_implications_hold(strategies.drawn(strategies.predicates(0, choice), 400, 20)) > 500
