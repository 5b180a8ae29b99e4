"""Tests on what Mailchimp keeps of its members besides merge fields → conditions: tags, interest groups, rating, purchases.

A mapping names such a fact by the word of `WORDS`, in lower case as no merge tag is. Where Mailchimp has no "nothing known" for a fact (a
rating, a number of orders), the attribute must be `required: true`: one that may be missing cannot be the same fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from franca.adapter import Ref
from franca.definitions import Attribute, FieldMapping, Kind, Op, ValueTest
from franca.errors import FrancaError, did_you_mean
from franca_mailchimp.assumptions import ACCENTS_DISTINCT, CASE_SENSITIVE
from franca_mailchimp.dates import DATES
from franca_mailchimp.options import CATEGORY, GROUP, STATIC_SEGMENT, Condition
from franca_mailchimp.parts import Part, Presence, refuse
from franca_mailchimp.values import Comparison, compared, written

INTERESTS = "interests:"
"""Begins the word of an interest category; its title follows."""
ANY_GROUP, ALL_GROUPS, NO_GROUP = "interestcontains", "interestcontainsall", "interestnotcontains"

REGIONAL = frozenset({"es", "fr", "pt"})
"""Languages of which Mailchimp knows a regional form too (es_ES, fr_CA, pt_PT; sheet section 3.2)."""

_TAG = re.compile(r"[A-Z0-9_]+")
_LANGUAGE, _COUNTRY = re.compile(r"[a-z]{2}"), re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One test on an attribute that is mapped to a fact of Mailchimp's own."""

    field: str
    attribute: Attribute
    test: ValueTest
    positive: bool


def is_kept(mapping: FieldMapping) -> bool:
    """Tell whether a mapping names a fact of Mailchimp's own, not a merge field.

    Raises:
        FrancaError: it names neither.
    """
    if _TAG.fullmatch(mapping.field):
        return False
    if mapping.field in {*WORDS, *DATES, *REFUSED} or mapping.field.startswith(INTERESTS):
        return True
    near = did_you_mean(mapping.field, [*WORDS, *DATES, f"{INTERESTS}TITLE"])
    remedy = f"write a merge tag (A-Z, 0-9 and _), or a word for what Mailchimp keeps besides: {near}"
    raise FrancaError(f"Mailchimp has no field {mapping.field!r}", remedy=remedy, position=mapping.position)


def kept(mapping: FieldMapping, attribute: Attribute, test: ValueTest, *, positive: bool) -> Part:
    """Compile a test on a fact of Mailchimp's own.

    Raises:
        RefusedError: there is no exact form.
    """
    if mapping.values and attribute.type.kind is not Kind.TEXT:
        raise refuse("translated-values", f"{mapping.field} holds values of Mailchimp's own, which need no translation")
    make = _interests if mapping.field.startswith(INTERESTS) else WORDS[mapping.field]
    return make(Asked(field=mapping.field, attribute=attribute, test=test, positive=positive))


def _of_kind(asked: Asked, *kinds: Kind) -> None:
    if asked.attribute.type.kind not in kinds:
        what = f"{asked.field} at Mailchimp is {' or '.join(kinds)}, and the attribute {asked.attribute.name!r} is {asked.attribute.type}"
        raise refuse("other-type", what)


def _asking(asked: Asked, *ops: Op) -> None:
    if asked.test.op not in ops:
        raise refuse("no-such-test", f"Mailchimp has no {asked.test.op.value!r} on {asked.field}")


def _never_missing(asked: Asked) -> None:
    if not asked.attribute.required:
        what = f"Mailchimp knows {asked.field} of everybody, and the attribute {asked.attribute.name!r} may be missing (`required: true`)"
        raise refuse("may-be-missing", what)


# -- tags and interest groups


def _tags(asked: Asked) -> Part:
    _of_kind(asked, Kind.LIST)
    _asking(asked, Op.HAS_ANY)
    op = "static_is" if asked.positive else "static_not"
    found = (Ref(STATIC_SEGMENT, str(name)) for name in asked.test.operands)
    conditions = tuple({"field": "static_segment", "condition_type": "StaticSegment", "op": op, "value": each} for each in found)
    return Part(tag=asked.field, conditions=conditions, any=asked.positive)


def _interests(asked: Asked) -> Part:
    """Compile a list, or a text where a category lets members choose one group."""
    _of_kind(asked, Kind.LIST, Kind.TEXT)
    _asking(asked, *((Op.HAS_ANY,) if asked.attribute.type.kind is Kind.LIST else (Op.IS, Op.IN)))
    title = asked.field.removeprefix(INTERESTS)
    groups = [Ref(GROUP, name, title) for name in sorted(set(map(str, asked.test.operands)))]
    condition = {
        "field": Ref(CATEGORY, title),
        "condition_type": "Interests",
        "op": ANY_GROUP if asked.positive else NO_GROUP,
        "value": groups,
    }
    return Part(tag=asked.field, conditions=(condition,))


# -- yes and no


def _flag(condition_type: str, field: str) -> Callable[[Asked], Part]:
    def make(asked: Asked) -> Part:
        _of_kind(asked, Kind.BOOLEAN)
        _asking(asked, Op.IS)
        if asked.test.operand is False:  # somebody of whom ours is missing is no member at Mailchimp
            _never_missing(asked)
        inside = (asked.test.operand is True) is asked.positive
        return Part(tag=asked.field, conditions=(_membership(condition_type, field, inside=inside),))

    return make


def _membership(condition_type: str, field: str, *, inside: bool) -> Condition:
    return {"field": field, "condition_type": condition_type, "op": "member" if inside else "notmember"}


# -- texts


def _text(condition_type: str, positive: str, negative: str, check: Callable[[str], None]) -> Callable[[Asked], Part]:
    """Return what compiles a text that may be unknown, which no condition asks for."""

    def make(asked: Asked) -> Part:
        _of_kind(asked, Kind.TEXT)
        _asking(asked, Op.IS, Op.IN)
        texts = [written(Kind.TEXT, each) for each in asked.test.operands]
        for each in texts:
            check(each)
        op = positive if asked.positive else negative
        return Part(
            tag=asked.field,
            conditions=tuple({"field": asked.field, "condition_type": condition_type, "op": op, "value": each} for each in texts),
            any=asked.positive,
            blank=not asked.positive,  # also of a required attribute: the empty text is a value here
            assumptions=frozenset([CASE_SENSITIVE, ACCENTS_DISTINCT]),
        )

    return make


def _any_text(_text: str) -> None:
    """Take it."""


def _language_code(text: str) -> None:
    if not _LANGUAGE.fullmatch(text):
        raise refuse("language-code", f"a condition takes a language of two small letters, not {text!r}")
    if text in REGIONAL:
        raise refuse("language-region", f"whether a condition on {text!r} holds of its regional form too is not documented")


_UNKNOWN_PLACE = Presence(blank={"field": "ipgeo", "condition_type": "IPGeoUnknown", "op": "ipgeounknown"}, assumable=False)


def _country(asked: Asked) -> Part:
    """Compile a country of two letters; who is nowhere is named by a condition of their own."""
    _of_kind(asked, Kind.TEXT)
    _asking(asked, Op.IS, Op.IN)
    countries = [str(each) for each in asked.test.operands]
    wrong = [each for each in countries if not _COUNTRY.fullmatch(each)]
    if wrong:
        raise refuse("country-code", f"a condition takes a country of two capital letters, not {wrong[0]!r}")
    head = {"field": "ipgeo", "condition_type": "IPGeoCountryState", "op": "ipgeocountry" if asked.positive else "ipgeonotcountry"}
    conditions = tuple({**head, "value": each} for each in countries)
    return Part(tag=asked.field, conditions=conditions, presence=_UNKNOWN_PLACE, any=asked.positive, blank=not asked.positive)


# -- numbers


def _number(condition_type: str, field: str, ops: tuple[str, ...], *kinds: Kind) -> Callable[[Asked], Part]:
    """Return what compiles a number that Mailchimp has of everybody: a rating."""

    def make(asked: Asked) -> Part:
        _of_kind(asked, *kinds)
        _asking(asked, Op.IS, Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE)
        _never_missing(asked)
        comparison = compared(asked.attribute.type, asked.test, positive=asked.positive)
        return Part(tag=asked.field, conditions=_comparisons(condition_type, field, ops, comparison), any=comparison.any)

    return make


def _comparisons(condition_type: str, field: str, ops: tuple[str, ...], comparison: Comparison) -> tuple[Condition, ...]:
    lacking = [op for op, _ in comparison.pairs if op not in ops]
    if lacking:
        raise refuse("no-such-test", f"Mailchimp has no {lacking[0]!r} on {field}")
    return tuple(
        {"field": field, "condition_type": condition_type, "op": op, "value": written(Kind.NUMBER, value)} for op, value in comparison.pairs
    )


_PURCHASES = Presence(
    blank=_membership("EcommPurchased", "ecomm_purchased", inside=False),
    blank_not=_membership("EcommPurchased", "ecomm_purchased", inside=True),
    assumable=False,
)
"""Whoever ordered nothing, and who did. What conditions on numbers of orders do with the former is documented nowhere."""


def _total(condition_type: str, field: str, ops: tuple[str, ...], *kinds: Kind) -> Callable[[Asked], Part]:
    """Return what compiles a count or sum over orders, which is 0 for who ordered nothing."""

    def make(asked: Asked) -> Part:
        _of_kind(asked, *kinds)
        _asking(asked, Op.IS, Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE)
        _never_missing(asked)
        comparison = compared(asked.attribute.type, asked.test, positive=asked.positive)
        return _purchased(asked, _comparisons(condition_type, field, ops, comparison), comparison, blank=_holds(comparison, 0))

    return make


def _mean(condition_type: str, field: str, ops: tuple[str, ...]) -> Callable[[Asked], Part]:
    """Return what compiles a mean over orders, which is missing for who ordered nothing, and has no neighbours."""

    def make(asked: Asked) -> Part:
        _of_kind(asked, Kind.NUMBER)
        if asked.test.op in (Op.IS_SET, Op.IS_EMPTY):
            there = (asked.test.op is Op.IS_SET) is asked.positive
            condition = _membership("EcommPurchased", "ecomm_purchased", inside=there)
            return Part(tag=asked.field, conditions=(condition,), presence=_PURCHASES, blank=not there)
        _asking(asked, Op.IS, Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE)
        comparison = compared(asked.attribute.type, asked.test, positive=asked.positive)
        return _purchased(asked, _comparisons(condition_type, field, ops, comparison), comparison, blank=not asked.positive)

    return make


def _purchased(asked: Asked, conditions: tuple[Condition, ...], comparison: Comparison, *, blank: bool) -> Part:
    """Return the part; a condition that might hold of 0, or of nothing, is soft."""
    soft = any(op == "not" or _holds(Comparison(pairs=((op, value),)), 0) for op, value in comparison.pairs)
    return Part(tag=asked.field, conditions=conditions, presence=_PURCHASES, any=comparison.any, blank=blank, soft=soft)


_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda left, right: left == right,
    "not": lambda left, right: left != right,
    "less": lambda left, right: left < right,
    "greater": lambda left, right: left > right,
}


def _holds(comparison: Comparison, number: int) -> bool:
    found = [_HOLDS[op](number, value) for op, value in comparison.pairs]
    return any(found) if comparison.any else all(found)


_ORDERS = ("is", "not", "greater", "less")
WORDS: Mapping[str, Callable[[Asked], Part]] = {
    "tags": _tags,
    "vip": _flag("VIP", "gmonkey"),  # the API's own word
    "rating": _number("MemberRating", "rating", _ORDERS, Kind.INTEGER),
    "language": _text("Language", "is", "not", _language_code),
    "source": _text("SignupSource", "source_is", "source_not", _any_text),
    "ipgeo": _country,
    "ecomm_purchased": _flag("EcommPurchased", "ecomm_purchased"),
    "ecomm_orders": _total("EcommNumber", "ecomm_orders", _ORDERS, Kind.INTEGER),
    "ecomm_prod_all": _total("EcommNumber", "ecomm_prod_all", _ORDERS, Kind.INTEGER),
    "ecomm_spent_all": _total("EcommSpent", "ecomm_spent_all", ("greater", "less"), Kind.INTEGER, Kind.DECIMAL),
    "ecomm_spent_avg": _mean("EcommNumber", "ecomm_spent_avg", _ORDERS),
    "ecomm_avg_ord": _mean("EcommNumber", "ecomm_avg_ord", _ORDERS),
}
"""Words of a mapping, as the conditions or the members of the API name them (sheet section 1.3)."""

_SEVERAL = ("undocumented-several", "what the condition asks of somebody with several orders is not documented")
_ACTIVITY = (
    "activity-at-mailchimp",
    "it names an object of the account or reaches back so far as is not documented; no table of the shop holds that",
)
_GUESS = ("guess-of-mailchimp", "it is what Mailchimp makes out of clicks and names; no table of the shop can hold the same")

REFUSED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(["ecomm_spent_one", "ecomm_cat", "ecomm_prod", "ecomm_store"], _SEVERAL),
    **dict.fromkeys(
        ["aim", "automation", "poll", "conversation", "survey_monkey", "goal", "goal_last_visited", "fuzzy_segment"], _ACTIVITY
    ),
    **dict.fromkeys(["email_client", "social_age", "social_gender", "social_influence", "social_network"], _GUESS),
    **dict.fromkeys(["predicted_gender", "predicted_age_range"], _GUESS),
}
"""Fields of conditions that exist, and why no mapping of them is exact."""
