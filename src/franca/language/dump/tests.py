"""Tests on values and times → the keys of a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from franca.definitions import (
    Ago,
    Anniversary,
    AttributeRef,
    From,
    InstantTest,
    Last,
    LengthTest,
    Next,
    Node,
    OnDay,
    Op,
    Previous,
    PropertyRef,
    ReferenceTest,
    SinceAttribute,
    SinceLatest,
    This,
    TimeTest,
    To,
    ValueTest,
)
from franca.language.dump.core import Data, maybe, names, one_or_list, plain, refuse
from franca.language.values import CASED


def tests(nodes: Sequence[Node]) -> Data:
    """Return the keys of tests that fit into one mapping."""
    found: Data = {}
    for node in nodes:
        found |= _TESTS[type(node)](node)
    return found | ({"ignore_case": True} if any(map(ignores_case, nodes)) else {})


def fits(nodes: Sequence[Node]) -> bool:
    """Tell whether one mapping can hold these tests: a key stands once, and `ignore_case` is for all that it can be for."""
    cased = {node.ignore_case for node in nodes if isinstance(node, ValueTest) and node.op in CASED}
    lengths = (node for node in nodes if isinstance(node, LengthTest))
    return not repeated(map(_key, nodes)) and len(cased) < 2 and all(fits(node.tests) for node in lengths)


def singles(nodes: Iterable[Node]) -> Iterator[Any]:
    """Yield tests that mean the same together, each of which fits into a mapping."""
    for node in nodes:
        if isinstance(node, LengthTest):
            yield from (replace(node, tests=(test,)) for test in node.tests)
        else:
            yield node


def split_window(window: Sequence[TimeTest]) -> tuple[tuple[TimeTest, ...], tuple[InstantTest, ...]]:
    """Return the first test of each kind, and the others as tests on the event's instant, for `where`."""
    kept: dict[str, TimeTest] = {}
    others = tuple(InstantTest(tests=(test,)) for test in window if kept.setdefault(_key(test), test) is not test)
    return tuple(kept.values()), others


def repeated(keys: Iterable[object]) -> bool:
    """Tell whether one of the keys stands twice."""
    seen = list(keys)
    return len(set(seen)) < len(seen)


def ignores_case(node: Node) -> bool:
    """Tell whether a test ignores case."""
    return isinstance(node, ValueTest) and node.ignore_case


def _key(test: Node) -> str:
    return test.op.value if isinstance(test, (ValueTest, ReferenceTest)) else next(iter(_TESTS[type(test)](test)))


# ── values ───────────────────────────────────────────────────────────────────

_SCALAR = frozenset({Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH})
"""Operators that read better without the brackets of a list of one."""


def _value(test: ValueTest) -> Data:
    if test.ignore_case and test.op not in CASED:
        refuse(test, f"{test.op} that ignores case", "ignore_case is for texts")
    if not isinstance(test.operand, tuple):
        return {test.op.value: plain(test.operand)}
    operands = [plain(operand) for operand in test.operand]
    return {test.op.value: one_or_list(operands) if test.op in _SCALAR else operands}


def _reference(test: ReferenceTest) -> Data:
    return {test.op.value: reference(test.reference)}


def reference(value: AttributeRef | PropertyRef) -> Data:
    """Return another value, and how many times."""
    named = {"attribute": value.attribute} if isinstance(value, AttributeRef) else {"property": value.property}
    return named | ({} if value.times == 1 else {"times": plain(value.times)})


# ── times ────────────────────────────────────────────────────────────────────


def _since(test: SinceLatest) -> Data:
    return {"since": {"latest": names(test.event)} | maybe("where", test.where)}


def _anniversary(test: Anniversary) -> Data:
    if not fits(test.tests):
        refuse(test, "an anniversary with two tests of one kind", "keep the narrower")
    return {"anniversary": tests(test.tests)}


_TESTS: Mapping[type[Node], Callable[[Any], Data]] = {
    ValueTest: _value,
    ReferenceTest: _reference,
    LengthTest: lambda test: {"length": tests(test.tests)},
    Last: lambda test: {"last": str(test.duration)},
    Next: lambda test: {"next": str(test.duration)},
    Ago: lambda test: {"ago": {"at_least": str(test.older)} if test.newer is None else [str(test.older), str(test.newer)]},
    From: lambda test: {"from": test.at.isoformat()},
    To: lambda test: {"to": test.at.isoformat()},
    OnDay: lambda test: {"day": test.day.isoformat() if isinstance(test.day, date) else str(test.day)},
    This: lambda test: {"this": str(test.period)},
    Previous: lambda test: {"previous": str(test.period)},
    SinceAttribute: lambda test: {"since": {"attribute": test.attribute}},
    SinceLatest: _since,
    Anniversary: _anniversary,
}
