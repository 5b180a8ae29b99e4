"""Numeric tests on what is not there: whether Klaviyo takes a missing number for 0 is not documented (section 1.6 of the contract)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from franca.adapter import Assumption
from franca_klaviyo.assumptions import UNSET_NUMBERS
from franca_klaviyo.parts import Condition, Filter, Groups
from franca_klaviyo.values import NOT_SET

_OF_ZERO: Mapping[str, Callable[[float], bool]] = {
    "equals": lambda value: value == 0,
    "not-equals": lambda value: value != 0,
    "greater-than": lambda value: value < 0,
    "greater-than-or-equal": lambda value: value <= 0,
    "less-than": lambda value: value > 0,
    "less-than-or-equal": lambda value: value >= 0,
}


def takes_zero(test: Filter) -> bool:
    """Return whether a filter is numeric and 0 passes."""
    return test.get("type") == "numeric" and _OF_ZERO[test["operator"]](test["value"])


def of_unset(groups: Groups) -> frozenset[Assumption]:
    """Return what groups lean on about profiles without a number: nothing where another condition decides about them."""
    present = {_field(group[0]) for group in groups if len(set(map(_field, group))) == 1 and not any(map(_may_be_missing, group))}
    leaning = (each for group in groups for each in group if _undocumented(each) and {**each, "filter": NOT_SET} not in group)
    return frozenset({UNSET_NUMBERS} if any(_field(each) not in present for each in leaning) else ())


def _field(condition: Condition) -> str:
    return json.dumps({name: value for name, value in condition.items() if name != "filter"}, sort_keys=True, default=str)


def _may_be_missing(condition: Condition) -> bool:
    return "filter" not in condition or condition["filter"] == NOT_SET or _undocumented(condition)


def _undocumented(condition: Condition) -> bool:
    """Return whether a missing value may pass; negative filters leave it out (KHC 14837232353691)."""
    test = condition.get("filter") or {}
    return takes_zero(test) and test["operator"] != "not-equals"
