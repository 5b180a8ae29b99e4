"""Tests on what is not there: of numbers and of dates no document says what Klaviyo takes it for (section 1.6 of the contract)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from franca.adapter import Assumption
from franca_klaviyo.assumptions import UNSET_DATES, UNSET_NUMBERS
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
_LENGTH = "length-"
_OF_LONG_AGO = frozenset({"before", "at-least"})
_OF_NONE: Mapping[str, Callable[[Any], bool]] = {
    "equals": lambda value: bool(value == "None"),
    "contains": lambda value: value in "None",
    "starts-with": "None".startswith,
    "ends-with": "None".endswith,
    "in": lambda value: "None" in value,
}


def is_length(test: Filter) -> bool:
    """Return whether a filter is on the length of a list."""
    return str(test.get("operator")).startswith(_LENGTH)


def takes_zero(test: Filter) -> bool:
    """Return whether a filter is numeric and 0 passes."""
    return test.get("type") == "numeric" and _OF_ZERO[test["operator"]](test["value"])


def takes_nothing(test: Filter) -> bool:
    """Return whether a filter that is not negative may pass where there is no value.

    Before April 2023 a profile without one was read as one of False, and of the text None (KHC 14837232353691); of events nothing is said,
    and of lists nothing at all.
    """
    if is_length(test):
        return _OF_ZERO[test["operator"].removeprefix(_LENGTH)](test["value"])
    if test.get("type") == "boolean":
        return test["value"] is False
    if test.get("type") == "string":
        return _OF_NONE.get(test["operator"], lambda _value: False)(test["value"])
    return takes_zero(test)


def of_unset(groups: Groups) -> frozenset[Assumption]:
    """Return what groups lean on about profiles without a value: nothing where another condition decides about them."""
    present = {_field(group[0]) for group in groups if len(set(map(_field, group))) == 1 and not any(map(_may_be_missing, group))}
    alone = (each for group in groups for each in group if {**each, "filter": NOT_SET} not in group and _field(each) not in present)
    return frozenset(found for each in alone for test in _filters(each) if (found := _undocumented(test)))


def _field(condition: Condition) -> str:
    return json.dumps({name: value for name, value in condition.items() if name != "filter"}, sort_keys=True, default=str)


def _filters(condition: Condition) -> Iterator[Filter]:
    """Yield the filters on a profile's values: of a condition on consent, those on its dates."""
    if "filter" in condition:
        yield condition["filter"]
    status = condition.get("consent", {}).get("consent_status", {})
    yield from (each["filter"] for each in status.get("filters") or () if "filter" in each)


def _may_be_missing(condition: Condition) -> bool:
    return "filter" not in condition or condition["filter"] == NOT_SET or _undocumented(condition["filter"]) is not None


def _undocumented(test: Filter) -> Assumption | None:
    """Return what is leaned on where a missing value may pass; negative filters leave it out (KHC 14837232353691)."""
    if test.get("type") == "date":
        return UNSET_DATES if test["operator"] in _OF_LONG_AGO else None
    return UNSET_NUMBERS if takes_zero(test) and test["operator"] != "not-equals" else None
