"""Tests on a value as Klaviyo's filters (section 1.4 of the contract), for profile properties and for event properties alike."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from franca.adapter import Finding
from franca.adapter.words import theirs
from franca.definitions import Constant, FieldMapping, Kind, LengthTest, Op, ReferenceTest, ValueTest
from franca_klaviyo.parts import Context, Filter, RefusedError, refuse

IS_SET: Filter = {"type": "existence", "operator": "is-set"}
NOT_SET: Filter = {"type": "existence", "operator": "not-set"}
FLAGS = frozenset({Op.IS_SET, Op.IS_EMPTY})


def is_flag(test: ValueTest | LengthTest) -> bool:
    """Return whether a test is one of `FLAGS`, about whether there is a value."""
    return isinstance(test, ValueTest) and test.op in FLAGS


NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NUMBER})

NUMERIC: Mapping[Op, tuple[str, str]] = {
    Op.IS: ("equals", "not-equals"),
    Op.IN: ("equals", "not-equals"),
    Op.GT: ("greater-than", "less-than-or-equal"),
    Op.GTE: ("greater-than-or-equal", "less-than"),
    Op.LT: ("less-than", "greater-than-or-equal"),
    Op.LTE: ("less-than-or-equal", "greater-than"),
}
"""Operator and its complement on values that are there."""

EMPTY: Mapping[Kind, tuple[Filter, Filter]] = {
    Kind.TEXT: ({"type": "string", "operator": "equals", "value": ""}, {"type": "string", "operator": "not-equals", "value": ""}),
    Kind.LIST: ({"type": "list", "operator": "length-equals", "value": 0}, {"type": "list", "operator": "length-greater-than", "value": 0}),
}
"""An empty value that is there, and one that is not empty: without blank texts, and as Klaviyo counts a list."""

Make = Callable[[ValueTest, bool], tuple[Filter, ...]]


def constant_test(test: ValueTest | ReferenceTest | LengthTest) -> ValueTest | LengthTest:
    """Return a test against constants.

    Raises:
        RefusedError: it is about another value.
    """
    if isinstance(test, ReferenceTest):
        raise refuse("references", "Klaviyo compares with constants, not with another attribute or property")
    return test


def is_short(test: ValueTest | LengthTest) -> bool:
    """Return whether a list without elements passes: whether Klaviyo takes a missing one for such a list is not documented."""
    return isinstance(test, LengthTest) and (test.tests[0].op is Op.LT or test.tests[0].operand == 0)


def length_findings(test: ValueTest | LengthTest, context: Context) -> frozenset[Finding]:
    """Return the finding of a test on the length of a list, where the user accepted it.

    Raises:
        RefusedError: not accepted.
    """
    return context.approximate(emptiness(Kind.LIST)) if isinstance(test, LengthTest) else frozenset()


def emptiness(kind: Kind) -> Finding:
    """Return the finding of what counts as empty there, of a text or of a list."""
    identity, what = _REASONS[kind, Op.IS_EMPTY]
    return Finding(id=identity, what=what)


def value_filters(kind: Kind, test: ValueTest | LengthTest, *, positive: bool, of_event: bool = False) -> tuple[Filter, ...]:
    """Return the filters of a test on a value that is there.

    Of a *positive* test one must hold; of a negated one all must hold, and it holds for a missing value too, which no filter says:
    negative filters leave out profiles without the property (KHC 14837232353691).
    Tests of `FLAGS` are one filter that says all.

    Raises:
        RefusedError: there is no exact filter.
    """
    if isinstance(test, LengthTest):
        return (_length(test.tests[0], positive),)
    if test.op is Op.IS_SET or (test.op is Op.IS_EMPTY and kind not in (Kind.TEXT, Kind.LIST)):
        return (IS_SET if (test.op is Op.IS_SET) is positive else NOT_SET,)
    if test.ignore_case:
        raise refuse("ignore-case", "Klaviyo compares texts as they are written")
    make = (_OF_EVENTS if of_event else _OF_PROFILES).get((kind, test.op))
    if make is None:
        raise refuse(*_REASONS.get((kind, test.op), ("no-such-test", f"Klaviyo has no {test.op.value!r} on a {kind}")))
    return make(test, positive)


def numeric(op: Op, value: Any, *, positive: bool = True) -> Filter:
    """Return a numeric filter.

    Raises:
        RefusedError: the number has more digits than JSON numbers keep.
    """
    return {"type": "numeric", "operator": NUMERIC[op][0 if positive else 1], "value": number(value)}


def number(value: Any) -> int | float:
    """Return a constant as a JSON number; whole ones as integers, so that 5 and 5.0 are one body.

    Raises:
        RefusedError: a double does not hold it.
    """
    held = float(value)
    if not math.isfinite(held) or (isinstance(value, (int, Decimal)) and Decimal(repr(held)) != value):
        raise refuse("number-precision", f"Klaviyo's numbers hold about 15 digits, {value} has more")
    return int(held) if held.is_integer() else held


def _numbers(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
    return tuple(numeric(test.op, value, positive=positive) for value in test.operands)


def _booleans(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
    # There is no not-equals for booleans: not true is false, on a value that is there.
    return tuple({"type": "boolean", "operator": "equals", "value": value is positive} for value in test.operands)


def _texts(operator: str) -> Make:
    def make(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
        return tuple(_text(operator if positive else f"not-{operator}", text) for text in test.operands)

    return make


def _text(operator: str, text: Constant) -> Filter:
    if text == "" and not operator.endswith("equals"):  # every text contains, begins and ends with nothing
        return NOT_SET if operator.startswith("not-") else IS_SET
    return {"type": "string", "operator": operator, "value": text}


_LITERAL = re.compile(r"(\^?)((?:[^\\.^$*+?{}\[\]|()]|\\[^\w\s\x80-\U0010ffff])*)(\$?)", re.DOTALL)
"""A pattern that is a text, from the beginning or to the end; an escaped punctuation mark is itself."""
_ANCHORED = {("", ""): "contains", ("^", ""): "starts-with", ("", "$"): "ends-with", ("^", "$"): "equals"}


def _matches(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
    """Return a pattern that any dialect would read as one text, as that text."""
    found = _LITERAL.fullmatch(str(test.operand))
    if found is None or not unicodedata.is_normalized("NFC", found[2]):
        raise refuse("regex-dialect", "Klaviyo does not say in which dialect it reads regular expressions")
    text = re.sub(r"\\(.)", r"\1", found[2])
    return _texts(_ANCHORED[found[1], found[3]])(replace(test, operand=text), positive)


_LENGTHS: Mapping[tuple[Op, bool], str] = {
    (Op.IS, True): "length-equals",
    (Op.GTE, True): "length-greater-than-or-equal",
    (Op.LT, True): "length-less-than",
    (Op.GTE, False): "length-less-than",
    (Op.LT, False): "length-greater-than-or-equal",
}


def _length(test: ValueTest, positive: bool) -> Filter:
    if test.op is Op.IS and not positive:
        raise refuse("list-length", "Klaviyo has no list that is not of a length: write that it is shorter or longer")
    return {"type": "list", "operator": _LENGTHS[test.op, positive], "value": test.operand}


def _one_of(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
    return ({"type": "string", "operator": "in" if positive else "not-in", "value": sorted(set(map(str, test.operands)))},)


def _contains_each(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
    operator = "contains" if positive else "not-contains"
    return tuple({"type": "list", "operator": operator, "value": text} for text in test.operands)


def _contains_any(test: ValueTest, positive: bool) -> tuple[Filter, ...]:
    operator = "contains-any" if positive else "not-contains-any"
    return ({"type": "list", "operator": operator, "value": sorted(set(map(str, test.operands)))},)


_ON_VALUES: Mapping[tuple[Kind, Op], Make] = {
    **{(kind, op): _numbers for kind in NUMBERS for op in NUMERIC},
    (Kind.BOOLEAN, Op.IS): _booleans,
    (Kind.BOOLEAN, Op.IN): _booleans,
    (Kind.TEXT, Op.IS): _texts("equals"),
    (Kind.TEXT, Op.IN): _one_of,
    (Kind.TEXT, Op.CONTAINS): _texts("contains"),
    (Kind.TEXT, Op.STARTS_WITH): _texts("starts-with"),
    (Kind.TEXT, Op.ENDS_WITH): _texts("ends-with"),
    (Kind.TEXT, Op.MATCHES): _matches,
}
# The two places have different list operators (section 1.4): one scalar against a list of texts.
_OF_PROFILES = {**_ON_VALUES, (Kind.LIST, Op.HAS_ANY): _contains_each}
_OF_EVENTS = {**_ON_VALUES, (Kind.LIST, Op.HAS_ANY): _contains_any}

_REASONS = {
    **{(Kind.TEXT, op): ("text-order", "Klaviyo does not compare texts by order") for op in (Op.GT, Op.GTE, Op.LT, Op.LTE)},
    (Kind.TEXT, Op.IS_EMPTY): ("blank-text", "Klaviyo cannot tell a blank text from another one"),
    (Kind.LIST, Op.IS_EMPTY): ("null-in-list", "no document says whether Klaviyo counts nulls as elements of a list"),
}


# -- translated constants


def translated(mapping: FieldMapping, kind: Kind, test: ValueTest | LengthTest) -> tuple[Kind, ValueTest | LengthTest]:
    """Return the test in the ESP's own words, and the type that the field has there.

    Raises:
        RefusedError: a constant has no translation, or its translation means more than it does.
    """
    if not mapping.values or isinstance(test, LengthTest) or test.op in FLAGS:
        return kind, test
    if test.op not in (Op.IS, Op.IN, Op.HAS_ANY):
        raise refuse("translated-values", f"{test.op.value!r} cannot be asked of the translated values of {mapping.field}")
    words = theirs(mapping, test.operands)
    if isinstance(words, Finding):
        raise RefusedError(words)
    operand = words if isinstance(test.operand, tuple) else words[0]
    return (Kind.LIST if kind is Kind.LIST else Kind.TEXT), replace(test, operand=operand)
