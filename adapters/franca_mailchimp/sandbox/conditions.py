"""Segment conditions: one table from condition_type to what is accepted and whom it matches (sheet section 1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from franca_mailchimp.sandbox.compare import compare, date_test, number_test, text_test
from franca_mailchimp.sandbox.operands import (
    BLANKS,
    NUMBER_OPS,
    TEXT_OPS,
    aim_value,
    birthday_value,
    date_value,
    extra_value,
    interests_value,
    json_type,
    no_value,
    number_value,
    static_value,
    text_value,
)
from franca_mailchimp.sandbox.records import Member
from franca_mailchimp.sandbox.values import iso_date, number, us_date
from franca_mailchimp.sandbox.view import Condition, Spending, View, numeric

INTERESTS = "interests-"
"""Begins the field of a condition on interest groups; the category's id follows."""
MemberTest = Callable[[Member], bool]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One condition_type: its operators, a check of field and value that yields (key, message), and its meaning.

    Attributes:
        fields: the literal names that `field` may have; empty when it names a merge tag of one of the *types*.
        types: merge field types that the condition goes with (guess: another type is refused).
        value: yields what is wrong with the operand.
        test: returns whom a condition matches that passed the checks.
    """

    ops: tuple[str, ...]
    test: Callable[[View, Condition], MemberTest]
    value: Callable[[View, Condition], Iterator[tuple[str, str]]]
    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def errors(view: View, condition: Any) -> Iterator[tuple[str, str]]:
    """Yield (key, message) for each thing that Mailchimp would refuse in *condition*; the messages' words are guesses."""
    if not isinstance(condition, Mapping):
        yield "", f"Schema describes object, {json_type(condition)} found instead"
        return
    name = condition.get("condition_type")
    if name in DOCUMENTED:
        yield "condition_type", f"{name} is documented by Mailchimp, and not interpreted by this sandbox"
        return
    if not isinstance(name, str) or name not in KINDS:  # guess: the API's oneOf resolves only by condition_type
        yield "condition_type", "Data did not match any of the schemas described in oneOf."
        return
    kind = KINDS[name]
    yield from _field_errors(view, kind, condition)
    if condition.get("op") not in kind.ops:
        yield "op", "The value you selected is not a valid choice."
    elif condition["op"] not in BLANKS:
        yield from kind.value(view, condition)


def member_test(view: View, condition: Condition) -> MemberTest:
    """Return whom a stored condition matches; one whose merge field is gone matches nobody (guess)."""
    kind = KINDS[condition["condition_type"]]
    if kind.types and condition["field"] not in view.fields:
        return lambda _member: False
    return kind.test(view, condition)


def _field_errors(view: View, kind: Kind, condition: Condition) -> Iterator[tuple[str, str]]:
    name = condition.get("field")
    if kind.fields == (INTERESTS,):
        if not str(name).startswith(INTERESTS) or str(name).removeprefix(INTERESTS) not in view.interests.values():
            yield "field", "The interest category does not exist on this list."  # guess: refused, in whatever words
    elif kind.fields and name not in kind.fields:
        yield "field", "The value you selected is not a valid choice."
    if kind.types and (not isinstance(name, str) or name not in view.fields):
        yield "field", "The merge field does not exist on this list."
    elif kind.types and view.fields[str(name)].type not in kind.types:
        yield "field", f"The merge field is not of type {' or '.join(kind.types)}."


def _merge(view: View, condition: Condition) -> MemberTest:
    merge_id, op, value = view.fields[condition["field"]].merge_id, condition["op"], condition.get("value", "")
    as_number = numeric(view, condition) and op in NUMBER_OPS and view.holds["mailchimp.number-compares-numerically"]
    test = number_test(op, number(value) or Decimal(0), view.holds) if as_number else text_test(op, value, view.holds)
    return lambda member: test(member.values.get(merge_id))


def _date_merge(view: View, condition: Condition) -> MemberTest:
    merge_id, op, value = view.fields[condition["field"]].merge_id, condition["op"], condition.get("value", "")
    if op in BLANKS:
        return _merge(view, condition)
    wanted = us_date(value) or (iso_date(value) if view.holds["mailchimp.date-merge-iso"] else None)
    test = date_test(op, wanted, view.holds)
    return lambda member: test(member.values.get(merge_id))


def _email(view: View, condition: Condition) -> MemberTest:
    test = text_test(condition["op"], condition["value"], view.holds)
    return lambda member: test(member.email)


def _instant(view: View, condition: Condition) -> MemberTest:
    op, read = condition["op"], _instant_reader(view, condition["field"])
    if op in BLANKS:
        return lambda member: (read(member) is None) == (op == "blank")
    zone = view.zone if view.holds["mailchimp.days-in-account-zone"] else ZoneInfo("UTC")
    day = iso_date(condition["extra"])
    if day is None:
        return lambda _member: False
    if view.holds["mailchimp.date-compares-days"]:
        return lambda member: _instant_test(view, op, (at := read(member)) and at.astimezone(zone).date(), day)
    midnight = datetime.combine(day, time(), zone)
    return lambda member: _instant_test(view, op, read(member), midnight)


def _instant_reader(view: View, field: str) -> Callable[[Member], datetime | None]:
    if field == "timestamp_opt":
        return lambda member: member.opted
    if field == "info_changed":
        return lambda member: member.changed
    spending = view.spending()
    return lambda member: spending[key].last if (key := member.email.lower()) in spending else None


def _instant_test(view: View, op: str, found: Any, wanted: Any) -> bool:
    if found is not None:
        return compare(op, found, wanted)
    if op == "not":
        return view.holds["mailchimp.not-matches-blank"]
    return op == "less" and not view.holds["mailchimp.less-skips-blank"]


def _static(view: View, condition: Condition) -> MemberTest:
    tagged, inside = view.tagged(int(number(condition["value"]) or 0)), condition["op"] == "static_is"
    return lambda member: (member.id in tagged) == inside


_GROUPS: Mapping[str, Callable[[Iterator[bool]], bool]] = {
    "interestcontains": any,
    "interestcontainsall": all,
    "interestnotcontains": lambda inside: not any(inside),
}


def _interests(view: View, condition: Condition) -> MemberTest:
    groups, combine = view.interested(condition["value"]), _GROUPS[condition["op"]]
    return lambda member: combine(member.id in group for group in groups)


def _rating(_view: View, condition: Condition) -> MemberTest:
    wanted = number(condition["value"])
    return lambda member: compare(condition["op"], member.rating, wanted)


def _language(view: View, condition: Condition) -> MemberTest:
    test = text_test(condition["op"], condition["value"], view.holds)
    return lambda member: test(member.language)


def _source(view: View, condition: Condition) -> MemberTest:
    test = text_test("is" if condition["op"] == "source_is" else "not", condition["value"], view.holds)
    return lambda member: test(member.source)


def _country(view: View, condition: Condition) -> MemberTest:
    test = text_test("is" if condition["op"] == "ipgeocountry" else "not", condition["value"], view.holds)
    return lambda member: test(member.country)


def _nowhere(_view: View, _condition: Condition) -> MemberTest:
    return lambda member: not member.country


def _aim(view: View, condition: Condition) -> MemberTest:
    """Opened, clicked, was sent; `no…` is who did not, whether something was sent or not (documented: "or was not sent")."""
    op, value = str(condition["op"]), condition["value"]
    did = view.did(op.removeprefix("no"), None if value == "any" else int(number(value) or 0))
    return lambda member: (member.hash in did) is not op.startswith("no")


def _vip(_view: View, condition: Condition) -> MemberTest:
    return lambda member: member.vip == (condition["op"] == "member")


def _purchased(view: View, condition: Condition) -> MemberTest:
    spending, inside = view.spending(), condition["op"] == "member"
    return lambda member: (member.email.lower() in spending) == inside


def _amount(view: View, condition: Condition) -> MemberTest:
    """EcommSpent and EcommNumber; averages of who never ordered are 0 like the sums (guess, under the same assumption)."""
    op, wanted, measure, spending = condition["op"], number(condition["value"]), _MEASURES[condition["field"]], view.spending()

    def test(member: Member) -> bool:
        found = spending.get(member.email.lower())
        if found is None and not view.holds["mailchimp.no-orders-is-zero"]:
            return False
        return compare(op, measure(found, op) if found else Decimal(0), wanted)

    return test


# `ecomm_spent_one` is "any single order": the largest decides `greater`, the smallest `less`.
_MEASURES: Mapping[str, Callable[[Spending, str], Any]] = {
    "ecomm_spent_one": lambda found, op: found.largest if op == "greater" else found.smallest,
    "ecomm_spent_all": lambda found, _op: found.total,
    "ecomm_spent_avg": lambda found, _op: found.total / found.orders,
    "ecomm_orders": lambda found, _op: found.orders,
    "ecomm_prod_all": lambda found, _op: found.products,
    "ecomm_avg_ord": lambda found, _op: Decimal(found.products) / found.orders,
}

KINDS: Mapping[str, Kind] = {
    # documented for text and number fields; that phone, url and imageurl fields go with it is a guess
    "TextMerge": Kind(ops=(*TEXT_OPS, *BLANKS), types=("text", "number", "phone", "url", "imageurl"), value=text_value, test=_merge),
    "SelectMerge": Kind(ops=("is", "not", *BLANKS, "contains", "notcontain"), types=("dropdown", "radio"), value=text_value, test=_merge),
    "DateMerge": Kind(ops=("is", "not", "less", "greater", *BLANKS), types=("date",), value=date_value, test=_date_merge),
    "BirthdayMerge": Kind(ops=("is", "not", *BLANKS), types=("birthday",), value=birthday_value, test=_merge),
    "EmailAddress": Kind(ops=TEXT_OPS, fields=("EMAIL", "merge0"), value=text_value, test=_email),
    "StaticSegment": Kind(ops=("static_is", "static_not"), fields=("static_segment",), value=static_value, test=_static),
    "Date": Kind(
        ops=("greater", "less", "is", "not", *BLANKS, "within", "notwithin"),
        fields=("timestamp_opt", "info_changed", "ecomm_date"),
        value=extra_value,
        test=_instant,
    ),
    "Interests": Kind(ops=tuple(_GROUPS), fields=(INTERESTS,), value=interests_value, test=_interests),
    "MemberRating": Kind(ops=NUMBER_OPS, fields=("rating",), value=number_value, test=_rating),
    "Language": Kind(ops=("is", "not"), fields=("language",), value=text_value, test=_language),
    "SignupSource": Kind(ops=("source_is", "source_not"), fields=("source",), value=text_value, test=_source),
    # by US states: documented, and not interpreted by this sandbox
    "IPGeoCountryState": Kind(ops=("ipgeocountry", "ipgeonotcountry"), fields=("ipgeo",), value=text_value, test=_country),
    "IPGeoUnknown": Kind(ops=("ipgeounknown",), fields=("ipgeo",), value=no_value, test=_nowhere),
    "Aim": Kind(ops=("open", "click", "sent", "noopen", "noclick", "nosent"), fields=("aim",), value=aim_value, test=_aim),
    "VIP": Kind(ops=("member", "notmember"), fields=("gmonkey",), value=no_value, test=_vip),
    "EcommPurchased": Kind(ops=("member", "notmember"), fields=("ecomm_purchased",), value=no_value, test=_purchased),
    "EcommSpent": Kind(ops=("greater", "less"), fields=("ecomm_spent_one", "ecomm_spent_all"), value=number_value, test=_amount),
    "EcommNumber": Kind(
        ops=NUMBER_OPS, fields=("ecomm_spent_avg", "ecomm_orders", "ecomm_prod_all", "ecomm_avg_ord"), value=number_value, test=_amount
    ),
}

DOCUMENTED = frozenset(
    [
        "AddressMerge",
        "ZipMerge",
        "FuzzySegment",
        "NewSubscribers",
        "Automation",
        "CampaignPoll",
        "Conversation",
        "EmailClient",
        "SurveyMonkey",
        "EcommCategory",
        "EcommStore",
        "GoalActivity",
        "GoalTimestamp",
        "IPGeoIn",
        "IPGeoInZip",
        "IPGeoZip",
        "SocialAge",
        "SocialGender",
        "SocialInfluence",
        "SocialNetworkMember",
        "SocialNetworkFollow",
        "PredictedGender",
        "PredictedAge",
    ]
)
