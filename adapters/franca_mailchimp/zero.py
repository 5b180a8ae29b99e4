"""The value 0 where a condition asks whether a field is blank: no document says that it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from franca.adapter import Assumption
from franca_mailchimp.assumptions import ZERO_IS_NO_BLANK
from franca_mailchimp.options import FREE_TEXT, NUMBER, TEXT, Condition, tag_of

_BLANKS = frozenset({"blank", "blank_not"})
_OF_TEXTS: Mapping[str, Callable[[str], bool]] = {
    "is": lambda value: value == "0",
    "not": lambda value: value != "0",
    "contains": lambda value: value == "0",
    "notcontain": lambda value: value != "0",
    "starts": "0".startswith,
    "ends": "0".endswith,
}
_OF_NUMBERS: Mapping[str, Callable[[str], bool]] = {
    "is": lambda value: float(value) == 0,
    "not": lambda value: float(value) != 0,
    "greater": lambda value: float(value) < 0,
    "less": lambda value: float(value) > 0,
}
_OF: Mapping[str, Mapping[str, Callable[[str], bool]]] = {TEXT: _OF_TEXTS, FREE_TEXT: _OF_TEXTS, NUMBER: _OF_NUMBERS}


def of_zero(match: str, conditions: Iterable[Condition], stands_for: Callable[[Condition], str]) -> frozenset[Assumption]:
    """Return what a segment leans on about members whose field holds 0: nothing where another condition on the field decides about them."""
    fields: dict[str, list[Condition]] = {}
    for each in conditions:
        if stands_for(each) in _OF:
            fields.setdefault(tag_of(each), []).append(each)
    leaning = any(_leans(match, group, _OF[stands_for(group[0])]) for group in fields.values())
    return frozenset({ZERO_IS_NO_BLANK} if leaning else ())


def _leans(match: str, group: list[Condition], of: Mapping[str, Callable[[str], bool]]) -> bool:
    held = [of[each["op"]](str(each.get("value"))) for each in group if each["op"] in of]
    decided = any(held) if match == "any" else not all(held)
    return not decided and any(each["op"] in _BLANKS for each in group)
