"""Segment definitions in one canonical form, so that what was written and what is read back compare equal.

Klaviyo gives omitted members back as null, does not say in which order it keeps groups and conditions (section 1.7 of the contract sheet),
and may spell numbers and instants otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from franca.adapter import Ref
from franca_klaviyo.parts import Condition, Groups
from franca_klaviyo.windows import spelled

Named = Callable[[Any], tuple[str, str]]
"""A metric's id or reference → its name and integration, by which conditions are sorted: ids differ from account to account."""

_INSTANTS = frozenset({"date", "start", "end"})
_BAGS = frozenset({"metric_filters", "filters"})


def name_of_ref(ref: Any) -> tuple[str, str]:
    """Return what a symbolic reference is sorted by."""
    return (ref.name, ref.qualifier) if isinstance(ref, Ref) else ("", str(ref))


def canonical(groups: Iterable[Iterable[Condition]], named: Named = name_of_ref) -> dict[str, Any]:
    """Return the definition of these groups; repetitions, and groups that say less than another one, are left out."""
    keyed = [{_key(each, named): each for each in map(_plain, group)} for group in groups]
    kept = _strongest([dict(sorted(group.items())) for group in keyed])
    return {"condition_groups": [{"conditions": list(group.values())} for group in sorted(kept, key=list)]}


def read(definition: Mapping[str, Any], named: Named) -> dict[str, Any]:
    """Return a definition as Klaviyo gave it in canonical form."""
    return canonical((group.get("conditions") or () for group in definition.get("condition_groups") or ()), named)


def size(definition: Mapping[str, Any]) -> int:
    """Return how many conditions a definition has."""
    return sum(len(group["conditions"]) for group in definition["condition_groups"])


def groups_of(definition: Mapping[str, Any]) -> Groups:
    """Return the groups of a definition."""
    return tuple(tuple(group["conditions"]) for group in definition["condition_groups"])


Key = tuple[str, str, str]


def _key(condition: Condition, named: Named) -> Key:
    rest = {name: value for name, value in condition.items() if name != "metric_id"}
    name, integration = named(condition["metric_id"]) if "metric_id" in condition else ("", "")
    return json.dumps(rest, sort_keys=True, ensure_ascii=False), name, integration


def _strongest(groups: list[dict[Key, Condition]]) -> list[dict[Key, Condition]]:
    kept: list[dict[Key, Condition]] = []
    for group in sorted(groups, key=len):
        if not any(other.keys() <= group.keys() for other in kept):
            kept.append(group)
    return kept


def _plain(value: Any, name: str = "") -> Any:
    """Return JSON without nulls, with whole numbers as integers, instants in one spelling and filters sorted."""
    if isinstance(value, Mapping):
        return {key: _plain(each, key) for key, each in value.items() if each is not None and not (key in _BAGS and not each)}
    if isinstance(value, (list, tuple)):
        items = [_plain(each) for each in value]
        return sorted(items, key=lambda each: json.dumps(each, sort_keys=True)) if name in _BAGS or name == "value" else items
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _instant(value) if name in _INSTANTS and isinstance(value, str) else value


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # somebody else's segment; it is only compared
        return text
    return spelled(moment) if moment.tzinfo else text
