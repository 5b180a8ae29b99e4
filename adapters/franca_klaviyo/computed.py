"""What Klaviyo computes of a profile by itself: where it is, and its predictions (sections 1.3 and 1.6 of the contract sheet).

An attribute reaches them by its mapping: `region['european_union']`, `distance['USA 10001 miles']`, `predicted['churn_probability']`,
`affinity['email rank']`. None has a test of whether there is a value, so that no test on them can be negated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from franca.definitions import Constant, Kind, LengthTest, Op, TimeTest, ValueTest
from franca_klaviyo.parts import Condition, Filter, Groups, Part, RefusedError, refuse
from franca_klaviyo.values import NUMBERS, numeric
from franca_klaviyo.windows import DATES, Time, day_windows, leaned, spans

REGIONS = frozenset({"european_union", "united_states"})
DIMENSIONS = frozenset(
    {
        *("average_days_between_orders", "average_order_value", "churn_probability", "historic_clv", "historic_number_of_orders"),
        *("predicted_clv", "predicted_number_of_orders", "total_clv"),
    }
)
NEXT_PURCHASE, GENDER = "expected_date_of_next_purchase", "predicted_gender"
GENDERS = frozenset({"likely_female", "likely_male", "uncertain"})
RANKS = frozenset({"high", "medium", "low"})

_SPELLED = re.compile(r"(region|distance|predicted|affinity)\['([^']+)'\]")
_PLACE = re.compile(r"([A-Z]{3}) (.+) (kilometers|miles)")
_AFFINITY = re.compile(r"(email|push|sms|whatsapp) (rank|priority)")

Test = ValueTest | TimeTest


def is_computed(field: str) -> bool:
    """Return whether a field of a mapping is one that Klaviyo computes, and that nothing else can read."""
    return _SPELLED.fullmatch(field) is not None


def computed(field: str, test: Test | LengthTest, positive: bool, at: Time) -> Part:
    """Compile a test on a field that Klaviyo computes; *at* has the attribute's type there.

    Raises:
        RefusedError: there is no exact form.
    """
    found = _SPELLED.fullmatch(field)
    if found is None:
        raise ValueError(f"{field} is not computed")
    if not positive or isinstance(test, LengthTest):
        raise refuse("unset-computed", f"Klaviyo has no test of whether there is a {field}, and a negation includes those without")
    findings = day_windows(test, at)
    groups = _FAMILIES[found[1]](found[2], test, at)
    filters = (condition.get("filter") or {} for group in groups for condition in group)
    return Part(groups=groups, assumptions=leaned(each for each in filters if each.get("type") == "date"), findings=findings)


def _no_such(name: str, test: Test) -> RefusedError:
    said = test.op.value if isinstance(test, ValueTest) else type(test).__name__.lower()
    return refuse("no-such-test", f"Klaviyo has no {said!r} on {name}")


def _region(name: str, test: Test, at: Time) -> Groups:
    """Whoever has no place is in no region, and not out of it either (KHC 14837232353691): a boolean that may be missing."""
    if name not in REGIONS or at.kind is not Kind.BOOLEAN or not isinstance(test, ValueTest) or test.op not in (Op.IS, Op.IN):
        raise _no_such(f"the region {name}", test)
    return (tuple({"type": "profile-region", "in_region": value, "region": name} for value in test.operands),)


def _distance(name: str, test: Test, at: Time) -> Groups:
    place = _PLACE.fullmatch(name)
    strict = {Op.LT: "less-than", Op.GT: "greater-than"}
    if place is None or at.kind not in NUMBERS or not isinstance(test, ValueTest) or test.op not in strict:
        raise _no_such(f"the distance from {name}", test)
    base = {"type": "profile-postal-code-distance", "country_code": place[1], "postal_code": place[2], "unit": place[3]}
    return (({**base, "filter": numeric(test.op, test.operand)},),)


def _predicted(name: str, test: Test, at: Time) -> Groups:
    base = {"type": "profile-predictive-analytics", "dimension": name}
    if name == NEXT_PURCHASE and at.kind in DATES and not (isinstance(test, ValueTest) and test.op not in _ORDERED):
        return tuple(_conditions(base, span.inside()) for span in spans(test, at))
    if isinstance(test, ValueTest) and name == GENDER and at.kind is Kind.TEXT:
        return (_conditions(base, _words(name, test, GENDERS)),)
    if isinstance(test, ValueTest) and name in DIMENSIONS and at.kind in NUMBERS and test.op in _NUMERIC:
        return (_conditions(base, (numeric(test.op, value) for value in test.operands)),)
    raise _no_such(f"the prediction {name}", test)


_ORDERED = frozenset({Op.IS, Op.GT, Op.GTE, Op.LT, Op.LTE})
_NUMERIC = _ORDERED | {Op.IN}


def _affinity(name: str, test: Test, at: Time) -> Groups:
    found = _AFFINITY.fullmatch(name)
    if found is None or not isinstance(test, ValueTest) or test.op not in (Op.IS, Op.IN):
        raise _no_such(f"the affinity {name}", test)
    base = {"type": "profile-predictive-analytics", "dimension": "channel_affinity", "measurement": found[2], "predicted_channel": found[1]}
    if found[2] == "rank":
        return (_conditions(base, _words(name, test, RANKS)),)
    if at.kind is not Kind.INTEGER:
        raise _no_such(f"the affinity {name}", test)
    return (_conditions(base, (numeric(Op.IS, value) for value in test.operands)),)


def _conditions(base: Condition, filters: Iterable[Filter]) -> tuple[Condition, ...]:
    return tuple({**base, "filter": each} for each in filters)


def _words(name: str, test: ValueTest, known: frozenset[str]) -> tuple[Filter, ...]:
    """Return one filter for each word: any other one is nobody's, and Klaviyo does not take it."""
    words: tuple[Constant, ...] = test.operands if test.op in (Op.IS, Op.IN) else ()
    if not words or not known.issuperset(map(str, words)):
        raise refuse("no-such-test", f"{name} is one of {', '.join(sorted(known))} at Klaviyo")
    return tuple({"type": "string", "operator": "equals", "value": word} for word in words)


_FAMILIES: Mapping[str, Callable[[str, Test, Time], Groups]] = {
    "region": _region,
    "distance": _distance,
    "predicted": _predicted,
    "affinity": _affinity,
}
