"""Predicates → a query of react-querybuilder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from franca.definitions import (
    All,
    AnyOf,
    AttributeRef,
    AttributeTest,
    Constant,
    Everyone,
    LengthTest,
    Node,
    NoneOf,
    Not,
    Op,
    Predicate,
    ReferenceTest,
    TimeTest,
    ValueTest,
)
from franca.errors import Problem, ProblemsError

Data = dict[str, Any]

OPERATORS: Mapping[Op, str] = {
    Op.IS: "=",
    Op.IS_NOT: "!=",
    Op.GT: ">",
    Op.GTE: ">=",
    Op.LT: "<",
    Op.LTE: "<=",
    Op.IN: "in",
    Op.NOT_IN: "notIn",
    Op.CONTAINS: "contains",
    Op.STARTS_WITH: "beginsWith",
    Op.ENDS_WITH: "endsWith",
}
"""Operators with one name on each side."""


class _NotHeldError(Exception):
    """The builder has nothing for a node."""

    def __init__(self, node: Node, what: str, remedy: str) -> None:
        self.node, self.what, self.remedy = node, what, remedy
        super().__init__(what)


def write_query(predicate: Predicate) -> Data:
    """Return a checked predicate as a query.

    Raises:
        ProblemsError: what no query builder can hold, each with its position.
    """
    problems: list[Problem] = []
    query = _written(predicate, problems)
    if problems:
        raise ProblemsError(problems)
    return query if "rules" in query else _group("and", [query])


def _group(combinator: str, rules: Iterable[Data], *, negated: bool = False) -> Data:
    return {"combinator": combinator, "not": negated, "rules": list(rules)}


def _written(node: Predicate, problems: list[Problem]) -> Data:
    """Return one rule or group; what cannot be written is noted with its position, or that of what it stands in."""
    combine = _COMBINED.get(type(node))
    if combine:
        return combine(node, [_written(part, problems) for part in _parts(node)])
    try:
        return _leaf(node)
    except _NotHeldError as error:
        position = error.node.position or node.position
        problems.append(Problem(what=f"a query builder {error.what}", remedy=error.remedy, position=position))
        return _group("and", [])


def _parts(node: Any) -> tuple[Predicate, ...]:
    return (node.of,) if isinstance(node, Not) else () if isinstance(node, Everyone) else tuple(node.of)


def _either(_: AnyOf, rules: list[Data]) -> Data:
    return _group("or", rules) if rules else _group("and", [], negated=True)  # the builder takes an empty group for true


_COMBINED: Mapping[type[Predicate], Callable[[Any, list[Data]], Data]] = {
    All: lambda _, rules: _group("and", rules),
    AnyOf: _either,
    NoneOf: lambda _, rules: _group("or", rules, negated=True) if rules else _group("and", []),
    Not: lambda _, rules: _group("and", rules, negated=True),
    Everyone: lambda _, rules: _group("and", rules),
}


def _leaf(node: Predicate) -> Data:
    if not isinstance(node, AttributeTest):
        raise _NotHeldError(node, "holds tests on attributes, and this is none", "keep this segment in its file")
    rules = [_test(node.attribute, test) for test in node.tests]
    return rules[0] if len(rules) == 1 else _group("and", rules)


# -- tests


def _test(field: str, test: ValueTest | ReferenceTest | LengthTest | TimeTest) -> Data:
    if isinstance(test, TimeTest):
        raise _NotHeldError(test, "has no windows of time", "compare with a fixed day: `gte: 2026-01-01`")
    if isinstance(test, LengthTest):
        raise _NotHeldError(test, "does not count the elements of a list", "keep this segment in its file")
    if isinstance(test, ReferenceTest):
        return _reference(field, test)
    if test.ignore_case:
        raise _NotHeldError(test, "has no tests that ignore case", "leave ignore_case out")
    write = _TESTS.get(test.op)
    return write(field, test) if write else _rule(field, OPERATORS[test.op], _value(test.operand))


def _rule(field: str, operator: str, value: Any) -> Data:
    return {"field": field, "operator": operator, "value": value}


def _reference(field: str, test: ReferenceTest) -> Data:
    if not isinstance(test.reference, AttributeRef) or test.reference.times != 1:
        raise _NotHeldError(test, "does not multiply the field that it compares with", "keep this segment in its file")
    return {**_rule(field, OPERATORS[test.op], test.reference.attribute), "valueSource": "field"}


def _several(field: str, test: ValueTest) -> Data:
    return _rule(field, OPERATORS[test.op], [_value(each) for each in test.operands])


def _any_part(field: str, test: ValueTest) -> Data:
    rules = [_rule(field, OPERATORS[test.op], _value(each)) for each in test.operands]
    return rules[0] if len(rules) == 1 else _group("or", rules)


def _between(field: str, test: ValueTest) -> Data:
    """Write both bounds: the builder's own `between` includes the upper one."""
    low, high = map(_value, test.operands)
    return _group("and", [_rule(field, ">=", low), _rule(field, "<", high)])


def _is_set(field: str, test: ValueTest) -> Data:
    return _rule(field, "notNull" if test.operand else "null", None)


def _matched(mode: str) -> Callable[[str, ValueTest], Data]:
    """Write a test on the elements of a list; the elements are a field without a name."""

    def write(field: str, test: ValueTest) -> Data:
        elements = _group("or", [_rule("", "=", each) for each in test.operands])
        return {**_rule(field, "=", elements), "match": {"mode": mode}}

    return write


def _has_all(field: str, test: ValueTest) -> Data:
    some = _matched("some")
    return _group("and", [some(field, ValueTest(op=Op.HAS_ANY, operand=(each,))) for each in test.operands])


def _refused(what: str, remedy: str) -> Callable[[str, ValueTest], Data]:
    def refuse(_: str, test: ValueTest) -> Data:
        raise _NotHeldError(test, what, remedy)

    return refuse


_TESTS: Mapping[Op, Callable[[str, ValueTest], Data]] = {
    Op.IN: _several,
    Op.NOT_IN: _several,
    **dict.fromkeys([Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH], _any_part),
    Op.BETWEEN: _between,
    Op.IS_SET: _is_set,
    Op.HAS_ANY: _matched("some"),
    Op.HAS_NONE: _matched("none"),
    Op.HAS_ALL: _has_all,
    Op.IS_EMPTY: _refused("does not know blank values", "write `is_set: false`, or any of that and `is: ''`"),
    Op.MATCHES: _refused("has no patterns", "write contains, starts_with or ends_with"),
}


def _value(constant: Constant | tuple[Constant, ...]) -> Any:
    """Return a constant as JSON; a number that a double does not hold is a text, which the builder's editors hold anyway."""
    if isinstance(constant, Decimal):
        short = float(constant)
        return str(constant) if Decimal(repr(short)) != constant else int(constant) if constant == constant.to_integral_value() else short
    if isinstance(constant, datetime):
        return constant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return constant.isoformat() if isinstance(constant, date) else constant
