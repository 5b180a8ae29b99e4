"""Single rules of franca.logic, by hand-worked examples."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from franca import all_of, any_of, attribute, consent, event, everyone, mailable, none_of, prop, sample
from franca.definitions import (
    All,
    AnyOf,
    AttributeTest,
    ConsentTest,
    Count,
    EventTest,
    Not,
    Op,
    Position,
    Predicate,
    Status,
    ValueTest,
)
from franca.logic import (
    FALSE,
    TRUE,
    TooLarge,
    conjunctive,
    disjunctive,
    fingerprint,
    implies,
    is_leaf,
    is_literal,
    leaves,
    literals,
    negated,
    nnf,
    normal_form,
    simplify,
    strict,
)

A, B, C, D = (attribute(name) == "x" for name in "abcd")
ORDERS = event("order")


def same(*predicates: Predicate) -> bool:
    return len({fingerprint(predicate) for predicate in predicates}) == 1


# ── truth tables ─────────────────────────────────────────────────────────────


def truth(node: Predicate, facts: dict[str, bool]) -> bool:
    """The meaning of a tree over the four atoms alone."""
    if isinstance(node, AttributeTest):
        return facts[node.attribute]
    if isinstance(node, Not):
        return not truth(node.of, facts)
    if isinstance(node, (All, AnyOf)):
        return (all if isinstance(node, All) else any)(truth(part, facts) for part in node.of)
    assert node == TRUE
    return True


def table(node: Predicate) -> list[bool]:
    return [truth(node, dict(zip("abcd", row, strict=True))) for row in itertools.product((False, True), repeat=4)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (all_of(A, any_of(A, B)), A),  # absorption
        (any_of(A, all_of(A, B)), A),
        (all_of(A, any_of(~A, B)), all_of(A, B)),  # unit resolution
        (any_of(A, all_of(~A, B)), any_of(A, B)),
        (all_of(A, ~A), FALSE),  # complements
        (any_of(A, ~A), TRUE),
        (all_of(A, everyone()), A),  # constants
        (any_of(A, everyone()), TRUE),
        (any_of(A, ~everyone()), A),
        (all_of(any_of(A, B), any_of(A, B, C)), any_of(A, B)),  # a clause inside another
        (all_of(A, any_of(B, all_of(C, any_of(~A, D)))), all_of(A, any_of(B, all_of(C, D)))),  # however deep
        (none_of(A, none_of(B)), all_of(~A, B)),
        (all_of(A, A, all_of(A, A)), A),
    ],
)
def test_simplification_finds_the_shorter_form(written, expected):
    """Folding, absorption, complements and unit resolution give the form that one would write by hand."""
    found = simplify(written)
    assert found == simplify(expected)
    assert len(list(leaves(found))) == len(list(leaves(expected)))
    assert table(found) == table(nnf(written)) == table(expected)


def test_everybody_and_nobody_are_recognised():
    """A definition that no profile or every profile meets has a constant normal form."""
    assert normal_form(all_of(ORDERS.count() >= 3, ORDERS.count() < 2)) == FALSE
    assert normal_form(any_of(ORDERS.exists(), ORDERS.never())) == TRUE
    assert normal_form(all_of(attribute("n") >= 5, attribute("n") < 5)) == FALSE
    assert normal_form(any_of(attribute("n") >= 5, attribute("n") < 5)) not in {TRUE, FALSE}  # the value may be missing
    assert normal_form(ORDERS.count() >= 0) == TRUE
    assert normal_form(ORDERS.where(all_of(prop("p") == "x", prop("p") == "y")).exists()) == FALSE
    assert normal_form(ORDERS.where(all_of(prop("p") == "x", prop("p") == "y")).sum("total") < 5) == TRUE  # the sum of nothing is 0
    assert normal_form(attribute("t").since(event("view").where(all_of(prop("p") == "x", prop("p") == "y")))) == FALSE
    assert normal_form(sample(100, salt="a")) == TRUE
    assert normal_form(sample(0, salt="a")) == FALSE


# ── leaves ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (attribute("a") != "x", ~(attribute("a") == "x")),
        (attribute("a").not_in(["x", "y"]), none_of(attribute("a") == "y", attribute("a") == "x")),
        (attribute("a").in_(["y", "x", "x"]), any_of(attribute("a") == "x", attribute("a") == "y")),
        (attribute("a").in_(["x"]), attribute("a") == "x"),
        (attribute("n") > 4, attribute("n") >= 5),
        (attribute("n") <= 4, attribute("n") < 5),
        (attribute("n").between(4, 5), attribute("n") == 4),
        (attribute("n").between(1, 5), all_of(attribute("n") >= 1, attribute("n") < 5)),
        (attribute("a").is_set(False), ~attribute("a").is_set()),
        (attribute("a").contains("x", "y"), any_of(attribute("a").contains("y"), attribute("a").contains("x"))),
        (ORDERS.exists(), ORDERS.count() >= 1),
        (ORDERS.count() > 0, ~(ORDERS.count() == 0)),
        (ORDERS.never(), ORDERS.count() < 1),
        (~(ORDERS.count() >= 3), ORDERS.count() <= 2),
        (~(ORDERS.sum("total") >= 3), ORDERS.sum("total") < 3),
        (ORDERS.count() == 2, all_of(ORDERS.count() >= 2, ORDERS.count() <= 2)),
        (ORDERS.count() != 2, any_of(ORDERS.count() < 2, ORDERS.count() > 2)),
        (ORDERS.last("2 weeks").exists(), ORDERS.last("14 days").exists()),
        (ORDERS.last("336 hours").exists(), ORDERS.last("14 days").exists()),
        (ORDERS.last("1 quarter").exists(), ORDERS.last("3 months").exists()),
        (ORDERS.last("1 year").exists(), ORDERS.last("12 months").exists()),
        (ORDERS.ago("7 days", "0 days").exists(), ORDERS.last("7 days").exists()),
        (~consent("email").status("subscribed"), consent("email").status("never", "pending", "unsubscribed")),
        (all_of(mailable("email"), consent("email").status("subscribed", "pending")), mailable("email")),
    ],
)
def test_one_meaning_has_one_fingerprint(one, other):
    """Different spellings of one condition have one normal form."""
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (attribute("n") < 5, ~(attribute("n") >= 5)),  # a missing n is only in the second
        (attribute("n") == 5, attribute("n") == "5"),
        (attribute("b") == True, attribute("b") == 1),  # noqa: E712 - builds a node
        (ORDERS.last("30 days").exists(), ORDERS.last("1 month").exists()),
        (
            ORDERS.where(any_of(prop("p") == "x", prop("q") == "y")).count() >= 2,
            any_of(ORDERS.where(prop("p") == "x").count() >= 2, ORDERS.where(prop("q") == "y").count() >= 2),
        ),
        (attribute("d") > Decimal(4), attribute("d") >= Decimal(5)),
        (sample(10, salt="a"), sample(10, salt="b")),
    ],
)
def test_different_meanings_keep_different_fingerprints(one, other):
    """What is not the same is not called the same."""
    assert not same(one, other)


def test_days_are_discrete_and_instants_are_not():
    """After a day means from the next day on; the last day of the calendar has none."""
    after, last = (AttributeTest(attribute="d", tests=(ValueTest(op=Op.GT, operand=day),)) for day in (date(2024, 2, 28), date.max))
    assert nnf(after) == AttributeTest(attribute="d", tests=(ValueTest(op=Op.GTE, operand=date(2024, 2, 29)),))
    assert nnf(last) == last


def test_some_over_a_disjunction_splits_and_counts_do_not():
    """Some A-or-B is some A or some B, none is no A and no B; two A-or-B are not two of either."""
    either = any_of(prop("p") == "x", prop("q") == "y")
    split = [ORDERS.where(prop("p") == "x"), ORDERS.where(prop("q") == "y")]
    assert same(ORDERS.where(either).exists(), any_of(*(one.exists() for one in split)))
    assert same(ORDERS.where(either).never(), all_of(*(one.never() for one in split)))
    assert isinstance(normal_form(ORDERS.where(either).count() >= 2), EventTest)


def test_narrower_events_imply_wider_ones():
    """Orders of x in 30 days are orders in 60 days; none in 60 days is none in 30; the other way round nothing follows."""
    narrow, wide = ORDERS.where(prop("p") == "x").last("30 days"), ORDERS.last("60 days")
    assert same(any_of(narrow.exists(), wide.exists()), wide.exists())
    assert same(all_of(narrow.never(), wide.never()), wide.never())
    assert not implies(nnf(wide.exists()), nnf(narrow.exists()))
    assert not implies(nnf(narrow.sum("total") >= 5), nnf(wide.sum("total") >= 5))  # a refund may make the larger sum smaller


def test_white_space_is_left_to_the_engine():
    """Whether a text of odd white space is empty is not decided here; the empty text is."""
    assert implies(nnf(attribute("a") == ""), nnf(attribute("a").is_empty()))
    assert implies(nnf(attribute("a") == "x"), nnf(attribute("a").is_empty(False)))
    assert not implies(nnf(attribute("a") == "\u00a0"), nnf(attribute("a").is_empty()))
    assert not implies(nnf(attribute("a") == "\u00a0"), nnf(attribute("a").is_empty(False)))


def test_comparisons_without_an_equal_sign():
    """For an ESP without ≥: integers and days become strict, dense values stay."""
    assert strict(ValueTest(op=Op.GTE, operand=1)) == ValueTest(op=Op.GT, operand=0)
    assert strict(ValueTest(op=Op.LTE, operand=-1)) == ValueTest(op=Op.LT, operand=0)
    assert strict(ValueTest(op=Op.GTE, operand=date(2024, 3, 1))) == ValueTest(op=Op.GT, operand=date(2024, 2, 29))
    dense = ValueTest(op=Op.GTE, operand=Decimal("1.5"))
    assert strict(dense) == dense
    assert strict(ValueTest(op=Op.GTE, operand=date.min)) == ValueTest(op=Op.GTE, operand=date.min)


def test_negation_of_consent_and_counts_is_a_leaf():
    """Statuses and counts are never missing, so that their negation needs no Not."""
    assert negated(nnf(consent("email").status("subscribed"))) == ConsentTest(
        channel="email", statuses=(Status.UNSUBSCRIBED, Status.PENDING, Status.NEVER)
    )
    assert negated(nnf(ORDERS.exists())) == EventTest(event="order", measures=(Count(tests=(ValueTest(op=Op.IS, operand=0),)),))


# ── helpers, clauses ─────────────────────────────────────────────────────────


def test_leaves_and_literals():
    """Leaves come from left to right with repetitions; literals of a clause come with their sign."""
    node = all_of(A, ~any_of(B, A))
    assert list(leaves(node)) == [A, B, A]
    assert list(literals((A, ~B))) == [(A, True), (B, False)]
    assert is_leaf(A)
    assert not is_leaf(~A)
    assert is_literal(~A)
    assert not is_literal(~all_of(A, B))


def test_clauses_of_constants():
    """No clause to fulfil is everyone in a conjunctive form and nobody in a disjunctive one."""
    assert (conjunctive(TRUE), conjunctive(FALSE)) == ((), ((),))
    assert (disjunctive(TRUE), disjunctive(FALSE)) == (((),), ())


def test_clauses_by_hand():
    """(a ∧ b) ∨ c is (a ∨ c) ∧ (b ∨ c); impossible clauses vanish."""
    assert conjunctive(any_of(all_of(A, B), C)) == ((A, C), (B, C))
    assert disjunctive(all_of(any_of(A, B), any_of(~A, C))) == tuple(disjunctive(any_of(all_of(A, C), all_of(B, ~A), all_of(B, C))))


def test_a_blow_up_is_an_answer_and_comes_at_once():
    """8^12 clauses are refused by the budget, not computed: without it this test would never end."""
    tall = all_of(*(any_of(*(attribute(f"a{i}_{j}") == "x" for j in range(8))) for i in range(12)))
    answer = disjunctive(tall)
    assert isinstance(answer, TooLarge)
    assert str(answer) == "its disjunctive normal form has more than 256 clauses"
    assert isinstance(disjunctive(tall, budget=1000), TooLarge)
    assert len(conjunctive(tall)) == 12


def test_the_budget_is_exact_for_a_plain_product():
    """A form of exactly the budget is given, one more clause is not."""
    product = all_of(any_of(A, B), any_of(C, D))
    assert len(disjunctive(product, budget=4)) == 4
    assert isinstance(disjunctive(product, budget=3), TooLarge)


# ── fingerprints, positions ──────────────────────────────────────────────────


def test_positions_survive_and_do_not_count():
    """A finding can say where a literal was written; the fingerprint does not depend on it."""
    written = AttributeTest(attribute="a", tests=(ValueTest(op=Op.IS_NOT, operand="x"),), position=Position("a.yaml", 3, 5))
    literal = normal_form(written)
    assert isinstance(literal, Not)
    assert literal.of.position == Position("a.yaml", 3, 5)
    assert fingerprint(written) == fingerprint(attribute("a") != "x")


PINNED = {
    "cf6aae12deaaae1f": (attribute("country") == "DE") & ~(attribute("credit") >= Decimal("10.50")),
    "a1937fa4ca886a6f": ORDERS.where(prop("sku").in_(["X", "Y"])).last("30 days").count() >= 5,
    "6c768f22174845bd": any_of(mailable("email"), consent("email").status("pending"), sample(10, salt="holdout")),
    "2505d134d1b0033c": ORDERS.where(any_of(prop("p") == "x", prop("q") > 4)).last("2 weeks").exists(),
    "95c9dee5dea1800f": none_of(
        ORDERS.sum("total") >= Decimal(100), attribute("tags").has_any(["vip", "new"]), attribute("name").is_empty()
    ),
    "75c45c187a4d3a5c": attribute("seen").since(event("view").where(prop("page") == "x")) & attribute("born").ago("2 years", "1 quarter"),
}


def test_fingerprints_are_pinned():
    """State files keep fingerprints: other digits make every plan non-empty once, which the changelog must say."""
    assert {fingerprint(predicate)[:16]: predicate for predicate in PINNED.values()} == PINNED


def test_fingerprints_agree_between_processes():
    """Hash randomisation has no say in the normal form."""
    program = (
        "from franca import *; from franca.logic import fingerprint\n"
        "orders = event('order').last('3 days').sum('t') > 2.5\n"
        "p = any_of(attribute('a').in_(['x', 'y', 'z']), attribute('b') == 1, orders, ~mailable('email'))\n"
        "print(fingerprint(p))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
