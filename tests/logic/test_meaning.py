"""Every rewriting of franca.logic keeps meaning: compared with the naive interpreter on random trees and people."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import strategies
from evaluator import naive
from franca.definitions import All, AnyOf, EventTest, Everyone, Not, Op, Predicate
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

FAST = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@cache
def crowd() -> tuple[naive.Person, ...]:
    """Around a hundred people of several random stores, always the same ones."""
    found: list[naive.Person] = []

    @settings(max_examples=9, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    @given(strategies.tables())
    def collect(tables: strategies.Tables) -> None:
        found.extend(naive.people(strategies.make_project({}), tables, strategies.AS_OF))

    collect()
    assert len(found) > 60
    return tuple(found)


@pytest.fixture(scope="module", autouse=True)
def _collected() -> None:
    """People are collected before the first property test: one cannot run inside another."""
    crowd()


def members(predicate: Predicate) -> tuple[bool, ...]:
    return tuple(naive.holds(predicate, person) for person in crowd())


@FAST
@given(strategies.predicates())
def test_every_normal_form_selects_the_same_people(predicate):
    """nnf, simplify and normal_form mean what the definition means."""
    expected = members(predicate)
    assert members(nnf(predicate)) == expected
    assert members(simplify(predicate)) == expected
    assert members(normal_form(predicate)) == expected


@FAST
@given(strategies.predicates())
def test_clauses_select_the_same_people(predicate):
    """Conjunctive and disjunctive forms mean what the definition means, and hold literals only."""
    expected = members(predicate)
    for form, outer, inner in ((conjunctive, All, AnyOf), (disjunctive, AnyOf, All)):
        clauses = form(predicate)
        if isinstance(clauses, TooLarge):
            continue
        assert all(is_literal(literal) for clause in clauses for literal in clause)
        assert members(outer(of=tuple(inner(of=clause) for clause in clauses))) == expected


@FAST
@given(strategies.predicates())
def test_normal_forms_are_idempotent(predicate):
    """A normal form is its own normal form; so are the results of nnf and simplify."""
    for form in (nnf, simplify, normal_form):
        once = form(predicate)
        assert form(once) == once


@FAST
@given(strategies.predicates())
def test_negation_selects_everybody_else(predicate):
    """The negation of a predicate in negation normal form is in that form and holds exactly where it does not."""
    form = nnf(predicate)
    assert members(negated(form)) == tuple(not member for member in members(form))
    assert nnf(negated(form)) == negated(form)


@FAST
@given(strategies.predicates(), st.randoms(use_true_random=False))
def test_order_repetition_and_double_negation_leave_the_fingerprint_alone(predicate, random):
    """Reordered and duplicated trees have one fingerprint."""
    assert fingerprint(_shuffled(predicate, random)) == fingerprint(predicate)
    assert fingerprint(All(of=(predicate, predicate))) == fingerprint(predicate)
    assert fingerprint(AnyOf(of=(predicate, Not(of=Everyone())))) == fingerprint(predicate)


def _shuffled(node: Predicate, random) -> Predicate:
    if isinstance(node, Not):
        return Not(of=_shuffled(node.of, random))
    if is_literal(node):
        return node
    parts = [_shuffled(part, random) for part in node.of]
    if parts:
        parts.append(random.choice(parts))
    random.shuffle(parts)
    return type(node)(of=tuple(parts))


@FAST
@given(strategies.predicates())
def test_the_normal_form_has_only_canonical_literals(predicate):
    """Not stands before leaves only, counts are never negated, and only the whole can be a constant."""
    form = normal_form(predicate)
    if form in {TRUE, FALSE}:
        return
    for literal in _literals(form):
        leaf = literal.of if isinstance(literal, Not) else literal
        assert is_literal(literal)
        assert not isinstance(leaf, Everyone)
        if isinstance(leaf, EventTest):
            test = measure_test(leaf)
            assert test is not None
            assert literal is leaf or test.op is Op.IS


def _literals(node: Predicate) -> list[Predicate]:
    return [node] if is_literal(node) else [literal for part in node.of for literal in _literals(part)]


@settings(FAST, max_examples=100)
@given(st.lists(st.one_of(strategies.attribute_tests(), strategies.event_tests(), strategies.consent_tests()), min_size=2, max_size=4))
def test_implication_is_sound(tests):
    """Where implies(a, b) says so, everybody with a has b."""
    forms = {literal for test in tests for literal in leaves(nnf(test))}
    literals = [one for leaf in forms for one in (leaf, flip(leaf))]
    answers = {literal: members(literal) for literal in literals}
    for first in literals:
        for second in literals:
            if implies(first, second):
                assert all(b for a, b in zip(answers[first], answers[second], strict=True) if a), (first, second)
