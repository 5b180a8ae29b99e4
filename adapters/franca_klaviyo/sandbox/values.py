"""Klaviyo's filters on values: of profile properties, and of event properties.

Everywhere: values are case-sensitive, and a value of another type than the filter's never matches (KHC 115005062847).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from franca_klaviyo.sandbox.spans import Filter, Present, dated
from franca_klaviyo.sandbox.times import seconds_of

Test = Callable[[Any], bool]

NEGATIVE = frozenset(
    {
        *("not-equals", "not-contains", "not-starts-with", "not-ends-with", "not-in", "nregex"),
        *("not-contains-any", "not-contains-all", "not-contains-substring"),
    }
)

# Documented (Klaviyo academy): True, 1, "1", "true", "t", "yes", "y" are true, and the opposites false. Guess: in any case of letters.
_TRUE = frozenset({"1", "true", "t", "yes", "y"})
_FALSE = frozenset({"0", "false", "f", "no", "n"})


def _regex(pattern: str) -> Callable[[str], bool]:
    # The dialect is not documented. Guess: a search, as Python's.
    return lambda text: re.search(pattern, text) is not None


STRINGS: Mapping[str, Callable[[Any], Callable[[str], bool]]] = {
    "equals": lambda wanted: lambda text: text == wanted,
    "contains": lambda wanted: lambda text: wanted in text,
    "starts-with": lambda wanted: lambda text: text.startswith(wanted),
    "ends-with": lambda wanted: lambda text: text.endswith(wanted),
    "regex": _regex,
    "in": lambda wanted: lambda text: text in wanted,
}

_POSITIVE = {
    "not-equals": "equals",
    "not-contains": "contains",
    "not-starts-with": "starts-with",
    "not-ends-with": "ends-with",
    "nregex": "regex",
    "not-in": "in",
    "not-contains-any": "contains-any",
    "not-contains-all": "contains-all",
    "not-contains-substring": "contains-substring",
}

NUMBERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda found, wanted: bool(found == wanted),
    "not-equals": lambda found, wanted: bool(found != wanted),
    "greater-than": lambda found, wanted: bool(found > wanted),
    "greater-than-or-equal": lambda found, wanted: bool(found >= wanted),
    "less-than": lambda found, wanted: bool(found < wanted),
    "less-than-or-equal": lambda found, wanted: bool(found <= wanted),
}

LISTS: Mapping[str, Callable[[list[Any], Any], bool]] = {
    "contains": lambda found, wanted: any(_same(item, wanted) for item in found),
    "contains-any": lambda found, wanted: any(item in wanted for item in found),
    "contains-all": lambda found, wanted: all(item in found for item in wanted),
    "contains-substring": lambda found, wanted: any(isinstance(item, str) and wanted in item for item in found),
}


def _same(found: Any, wanted: Any) -> bool:
    return type(found) is type(wanted) and bool(found == wanted)


def _string(test: Filter) -> Test:
    operator, wanted = str(test["operator"]), test["value"]
    if wanted is None:  # the contract allows null; guess: it equals nothing
        return lambda _found: False
    positive = STRINGS[_POSITIVE.get(operator, operator)](wanted)
    expected = operator not in NEGATIVE
    return lambda found: isinstance(found, str) and positive(found) is expected


def _numeric(test: Filter) -> Test:
    compare, wanted = NUMBERS[test["operator"]], test["value"]
    return lambda found: is_number(found) and compare(found, wanted)


def _boolean(test: Filter) -> Test:
    wanted: bool = test["value"]
    return lambda found: truth(found) is wanted


def _list(test: Filter) -> Test:
    operator, wanted = str(test["operator"]), test["value"]
    if operator.startswith("length-"):
        compare = NUMBERS[operator.removeprefix("length-")]
        return lambda found: isinstance(found, list) and compare(len(found), wanted)
    if wanted is None:
        return lambda _found: False
    positive, expected = LISTS[_POSITIVE.get(operator, operator)], operator not in NEGATIVE
    return lambda found: isinstance(found, list) and positive(found, wanted) is expected


TYPES: Mapping[str, Callable[[Filter], Test]] = {"string": _string, "numeric": _numeric, "boolean": _boolean, "list": _list}


def is_number(value: Any) -> bool:
    """Return whether a stored value is a number; True and False are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def truth(value: Any) -> bool | None:
    """Return what Klaviyo reads as a boolean; None when it is not one."""
    if isinstance(value, bool):
        return value
    text = str(value).lower() if isinstance(value, (str, int)) else ""
    return True if text in _TRUE else False if text in _FALSE else None


def tester(test: Filter, present: Present) -> Test:
    """Return the test on a stored value that a filter stands for; None is a value that is not there.

    A value that is not there passes `not-set` only, and no negative filter either (KHC 14837232353691).
    """
    if test["type"] == "existence":
        expected = test["operator"] == "is-set"
        return lambda found: (found is not None) is expected
    if test["type"] == "date":
        return _date(test, present)
    inner = TYPES[test["type"]](test)
    if test["type"] == "numeric" and test["operator"] not in NEGATIVE and not present.assumptions["klaviyo.unset-is-no-number"]:
        return lambda found: inner(0 if found is None else found)
    if test["type"] == "string" and not present.assumptions["klaviyo.empty-text-is-a-value"]:
        # The other reading, that it is not set, changes tests of existence alone: negative filters stand beside not-set.
        return lambda found: bool(found) and inner(found)
    return lambda found: found is not None and inner(found)


def _date(test: Filter, present: Present) -> Test:
    inner = dated(test, present)
    unset = test["operator"] in ("before", "at-least") and not present.assumptions["klaviyo.unset-is-no-date"]

    def holds(found: Any) -> bool:
        if found is None:
            return unset
        try:
            return isinstance(found, str) and inner(seconds_of(found))
        except ValueError:  # text that is not a date is of another type
            return False

    return holds


# Documented of profiles (KHC 14837232353691): before April 2023 a value that was not there was read so.
_ONCE: Mapping[str, Any] = {"boolean": False, "string": "None"}


def event_tester(test: Filter, present: Present) -> Test:
    """Return the test on an event's property; the documents state the rule for missing values only for profiles: an assumption."""
    inner = tester(test, present)
    if present.assumptions["klaviyo.filter-unset-drops"]:
        return inner
    if test["operator"] in NEGATIVE:
        return lambda found: found is None or inner(found)
    stand_in = _ONCE.get(test["type"])
    return lambda found: inner(stand_in if found is None else found)
