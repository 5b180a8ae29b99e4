"""The canonical spelling of tests on a value.

- `is_not` is Not(is), `not_in` is Not(in), `has_none` is Not(has_any), `has_all` is has_any of each;
- `is_set: false` is Not(is_set), `is_empty: false` is Not(is_empty), `between` is gte and lt;
- comparisons of integers and days are written gte and lt; operands of list operators are sorted, one `in` operand is `is`;
- what ignores case has folded operands;
- a length is one comparison: `gte n` (n ≥ 1), `is n` or `lt n` (n ≥ 2); any length at all is `is_set`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from franca.definitions import All, AnyOf, Constant, LengthTest, Op, Predicate, ReferenceTest, ValueTest
from franca.logic.canonical import canonical
from franca.logic.literals import FALSE, negated

Make = Callable[[Any], Predicate]
"""Turns one test into a leaf on the subject at hand."""

Spelling = Callable[[Make, Any], Predicate]


def together(parts: list[Predicate]) -> Predicate:
    """Return that all of them hold."""
    return parts[0] if len(parts) == 1 else All(of=tuple(parts))


def spelled(make: Make, test: ValueTest | ReferenceTest | LengthTest, *, dense: bool = False) -> Predicate:
    """Return the canonical predicate for one test; *make* turns a test into a leaf.

    Of a *dense* value (a mean, a ratio, days with fractions) a whole number has no successor.
    """
    if isinstance(test, LengthTest):
        return _length(make, test)
    if isinstance(test, ReferenceTest):
        return negated(make(replace(test, op=Op.IS))) if test.op is Op.IS_NOT else make(test)
    spelling = _VALUES.get(test.op)
    if dense:
        test, spelling = _plain_numbers(test), None if spelling is _discrete else spelling
    if test.ignore_case:
        test = _without_case(test)
    return spelling(make, test) if spelling else make(test)


def _opposite_of(op: Op) -> Spelling:
    return lambda make, test: negated(spelled(make, replace(test, op=op)))


def _flag(make: Make, test: ValueTest) -> Predicate:
    leaf = make(replace(test, operand=True))
    return leaf if test.operand else negated(leaf)


def _several(make: Make, test: ValueTest) -> Predicate:
    operands = sorted_operands(test.operands)
    if not operands:
        return FALSE
    if test.op is Op.IN and len(operands) == 1:
        return make(replace(test, op=Op.IS, operand=operands[0]))
    return make(replace(test, operand=operands))


def _every(make: Make, test: ValueTest) -> Predicate:
    parts = [make(replace(test, op=Op.HAS_ANY, operand=(one,))) for one in sorted_operands(test.operands)]
    return together(parts or [make(ValueTest(op=Op.IS_SET, operand=True, position=test.position))])


def _between(make: Make, test: ValueTest) -> Predicate:
    low, high = test.operands
    return All(of=(make(replace(test, op=Op.GTE, operand=low)), make(replace(test, op=Op.LT, operand=high))))


def _discrete(make: Make, test: ValueTest) -> Predicate:
    """Turn gt and lte into gte and lt of the next value, where there is a next one (integers, days)."""
    following = next_value(test.operand)
    if following is None:
        return make(test)
    return make(replace(test, op=Op.GTE if test.op is Op.GT else Op.LT, operand=following))


_VALUES: dict[Op, Spelling] = {
    Op.IS_NOT: _opposite_of(Op.IS),
    Op.NOT_IN: _opposite_of(Op.IN),
    Op.HAS_NONE: _opposite_of(Op.HAS_ANY),
    Op.IN: _several,
    Op.CONTAINS: _several,
    Op.STARTS_WITH: _several,
    Op.ENDS_WITH: _several,
    Op.HAS_ANY: _several,
    Op.HAS_ALL: _every,
    Op.BETWEEN: _between,
    Op.GT: _discrete,
    Op.LTE: _discrete,
    Op.IS_SET: _flag,
    Op.IS_EMPTY: _flag,
}


# ── operands ─────────────────────────────────────────────────────────────────


def sorted_operands(operands: tuple[Constant, ...]) -> tuple[Constant, ...]:
    """Return the operands of a list operator sorted by canonical text, each once."""
    return tuple({_operand_text(one): one for one in sorted(operands, key=_operand_text)}.values())


def _operand_text(operand: Constant) -> str:
    return canonical(ValueTest(op=Op.IS, operand=operand))


def _plain_numbers(test: ValueTest) -> ValueTest:
    """Write 5.0 as 5: a mean or a ratio has no type of its own that would tell them apart."""
    plain = tuple(int(one) if isinstance(one, Decimal) and one == one.to_integral_value() else one for one in test.operands)
    return replace(test, operand=plain if isinstance(test.operand, tuple) else plain[0])


def case_folded(text: str) -> str:
    """Return the text that is compared where case is ignored (language.md section 4, item 3)."""
    return unicodedata.normalize("NFC", text).casefold()


def _without_case(test: ValueTest) -> ValueTest:
    if test.op is Op.MATCHES:
        return test
    folded = tuple(_folded(one) if isinstance(one, str) else one for one in test.operands)
    return replace(test, operand=folded if isinstance(test.operand, tuple) else folded[0])


def _folded(text: str) -> str:
    """Fold where folding twice is folding once, which composition after it might break."""
    once = case_folded(text)
    return once if case_folded(once) == once else text


def next_value(value: Any) -> int | date | None:
    """Return the successor of an integer or a day; None for values that have none."""
    if isinstance(value, bool) or not isinstance(value, (int, date)) or isinstance(value, datetime):
        return None
    if isinstance(value, int):
        return value + 1
    return value + timedelta(days=1) if value < date.max else None


def strict(test: ValueTest) -> ValueTest:
    """Return a comparison as gt or lt of the value before or after, for ESPs without ≥ and ≤; unchanged where values are dense."""
    shift = {Op.GTE: (Op.GT, _previous), Op.LTE: (Op.LT, next_value)}.get(test.op)
    neighbour = shift[1](test.operand) if shift else None
    return test if shift is None or neighbour is None else replace(test, op=shift[0], operand=neighbour)


def _previous(value: Any) -> int | date | None:
    if next_value(value) is None and value != date.max:
        return None
    if isinstance(value, int):
        return value - 1
    return value - timedelta(days=1) if value > date.min else None


# ── lengths ──────────────────────────────────────────────────────────────────


def _length(make: Make, test: LengthTest) -> Predicate:
    present = make(ValueTest(op=Op.IS_SET, operand=True, position=test.position))

    def of(one: ValueTest) -> Predicate:
        return _long(make, replace(test, tests=(one,)), present)

    return together([_one_length(of, one, present) for one in test.tests] or [present])


def _one_length(of: Make, test: ValueTest, present: Predicate) -> Predicate:
    """A missing list has no length: every test on it is false, the negative ones too."""
    if test.op in {Op.IN, Op.NOT_IN}:
        options: Predicate = AnyOf(of=tuple(of(replace(test, op=Op.IS, operand=one)) for one in sorted_operands(test.operands)))
        return options if test.op is Op.IN else All(of=(present, negated(options)))
    if test.op is Op.IS_NOT:
        return All(of=(present, negated(of(replace(test, op=Op.IS)))))
    if test.op in {Op.IS_SET, Op.IS_EMPTY}:
        return present if (test.op is Op.IS_SET) is test.operand else FALSE
    return spelled(of, test)


def _long(make: Make, leaf: LengthTest, present: Predicate) -> Predicate:
    """Fold what a length always or never is, and write "shorter than 1" as `is 0`."""
    (test,) = leaf.tests
    number = test.operand
    if not isinstance(number, int):
        return make(leaf)
    if number < 0 or (number == 0 and test.op is not Op.IS):
        return present if test.op is Op.GTE else FALSE
    if test.op is Op.LT and number == 1:
        return make(replace(leaf, tests=(replace(test, op=Op.IS, operand=0),)))
    return make(leaf)
