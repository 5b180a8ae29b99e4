"""Normal forms and rewriting, shared by the evaluator and the adapters; every rewriting preserves meaning (language.md section 5)."""

from franca.logic.canonical import canonical
from franca.logic.clauses import BUDGET, Clause, TooLarge, conjunctive, disjunctive
from franca.logic.implication import implies
from franca.logic.inside import nodes, parts_of
from franca.logic.literals import FALSE, TRUE, flip, is_leaf, is_literal, leaves, literals, measure_test, negated
from franca.logic.nnf import nnf
from franca.logic.normal import fingerprint, normal_form, split
from franca.logic.simplify import simplify
from franca.logic.values import strict

__all__ = [
    "BUDGET",
    "FALSE",
    "TRUE",
    "Clause",
    "TooLarge",
    "canonical",
    "conjunctive",
    "disjunctive",
    "fingerprint",
    "flip",
    "implies",
    "is_leaf",
    "is_literal",
    "leaves",
    "literals",
    "measure_test",
    "negated",
    "nnf",
    "nodes",
    "normal_form",
    "parts_of",
    "simplify",
    "split",
    "strict",
]
