"""Conditions on what Mailchimp keeps besides merge fields, read backwards: what `kept.py`, `dates.py` and `activity.py` compile."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from franca.adapter import key_of
from franca.adapter.importing import all_of, failing, number, passing, text, unrepresentable
from franca.definitions import Attribute, EventTest, Kind, Not, Op, Predicate
from franca_mailchimp.activity import METRICS, RECENT
from franca_mailchimp.assumptions import ACCENTS_DISTINCT, CASE_SENSITIVE, NOT_MATCHES_BLANK
from franca_mailchimp.backwards import BLANKS, COMPARED, Reading, day_of, on_day, one_of, said
from franca_mailchimp.dates import EDGES
from franca_mailchimp.kept import REGIONAL
from franca_mailchimp.options import CATEGORY, GROUP, STATIC_SEGMENT, Condition

_INSIDE = {
    "static_is": True,
    "static_not": False,
    "member": True,
    "notmember": False,
    "interestcontains": True,
    "interestcontainsall": True,
    "interestnotcontains": False,
    "is": True,
    "not": False,
    "source_is": True,
    "source_not": False,
    "ipgeocountry": True,
    "ipgeonotcountry": False,
}
"""Operators, and whether they ask for those who are in it; any other is one that no document knows."""


def _tag(condition: Condition, reading: Reading) -> Predicate:
    attribute = reading.kept("tags")
    name, _ = reading.named(STATIC_SEGMENT, str(condition["value"]))
    if key_of(name) is not None:
        unrepresentable("it asks for a tag that Franca keeps")
    return said(attribute.name, Op.HAS_ANY, (text(name),), positive=_INSIDE[condition["op"]])


def _interests(condition: Condition, reading: Reading) -> Predicate:
    title, _ = reading.named(CATEGORY, str(condition["field"]))
    attribute = reading.kept(f"interests:{title}")
    groups = reading.words(attribute, [text(reading.named(GROUP, str(each))[0]) for each in condition["value"]])
    listed = attribute.type.kind is Kind.LIST
    if condition["op"] == "interestcontainsall" and not listed:
        unrepresentable("it asks for several groups of which the attribute holds one")
    op = Op.HAS_ALL if condition["op"] == "interestcontainsall" else Op.HAS_ANY if listed else Op.IN
    return said(attribute.name, op, groups, positive=_INSIDE[condition["op"]])


def _flag(mapped: str) -> Callable[[Condition, Reading], Predicate]:
    def read(condition: Condition, reading: Reading) -> Predicate:
        attribute = reading.kept(mapped)
        return said(attribute.name, Op.IS, (True,), positive=_INSIDE[condition["op"]])

    return read


# -- texts


def _word(mapped: str, refused: Collection[str] = ()) -> Callable[[Condition, Reading], Predicate]:
    def read(condition: Condition, reading: Reading) -> Predicate:
        found, positive = text(condition.get("value")), _INSIDE[condition["op"]]
        if found in refused:
            unrepresentable(f"whether a condition on {found!r} holds of its regional form too is not documented")
        if not positive and not _another_asks(condition, reading):
            reading.leaned.add(NOT_MATCHES_BLANK)
        reading.leaned |= {CASE_SENSITIVE, ACCENTS_DISTINCT}
        return _of_text(mapped, found, reading, positive=positive)

    return read


def _of_text(mapped: str, found: str, reading: Reading, *, positive: bool) -> Predicate:
    attribute = reading.kept(mapped)
    if attribute.type.kind is not Kind.TEXT:
        unrepresentable(f"it compares {mapped} with a text, and {attribute.name!r} is a {attribute.type}")
    words = reading.words(attribute, (found,))
    return said(attribute.name, one_of(words), words, positive=positive)


def _another_asks(condition: Condition, reading: Reading) -> bool:
    """Return whether one of *all* conditions asks for some value, so that who has none is out."""
    return reading.match == "all" and reading.beside(condition, {op for op, inside in _INSIDE.items() if inside})


def _country(condition: Condition, reading: Reading) -> Predicate:
    found, positive = text(condition.get("value")), _INSIDE[condition["op"]]
    if not re.fullmatch("[A-Z]{2}", found):
        unrepresentable(f"{found!r} is no country of two capital letters")
    told = _another_asks(condition, reading) or (reading.match == "any" and reading.beside(condition, {"ipgeounknown"}))
    if not (positive or told):
        unrepresentable("whether a country is not that of somebody who is nowhere is not documented")
    return _of_text("ipgeo", found, reading, positive=positive)


def _nowhere(condition: Condition, reading: Reading) -> Predicate | None:
    reading.kept("ipgeo")
    if reading.match == "any" and reading.beside(condition, {"ipgeonotcountry"}):
        return None
    unrepresentable("Mailchimp does not tell a blank text from a missing one")


# -- numbers


def _rating(condition: Condition, reading: Reading) -> Predicate:
    attribute = reading.kept("rating")
    if not attribute.required:
        unrepresentable(f"Mailchimp knows a rating of everybody, and {attribute.name!r} may be missing")
    return _compared(condition, attribute)


def _compared(condition: Condition, attribute: Attribute) -> Predicate:
    op, value = str(condition["op"]), number(attribute.type, condition.get("value"))
    if op not in COMPARED:
        unrepresentable(f"Mailchimp's {op!r} on a number has no exact equal")
    return failing(attribute.name, Op.IS, value) if op == "not" else passing(attribute.name, COMPARED[op], value)


_MEANS = ("ecomm_spent_avg", "ecomm_avg_ord")
"""Means over orders, which who ordered nothing has not; the others are totals, which are 0 then."""
_PURCHASED, _ORDERED = "EcommPurchased", ("EcommNumber", "EcommSpent")


def _orders(condition: Condition, reading: Reading) -> Predicate:
    """Return a mean or a total of orders, where it is sure of somebody without any that they are in or out."""
    mapped = str(condition["field"])
    attribute, mean, leaves_out = reading.kept(mapped), mapped in _MEANS, _leaves_out(condition)
    if attribute.type.kind not in ((Kind.NUMBER,) if mean else (Kind.INTEGER, Kind.DECIMAL)):
        unrepresentable(f"{mapped} is another number than {attribute.name!r}, which is a {attribute.type}")
    if not leaves_out and not _buyers_are_told(condition, reading):
        unrepresentable("what conditions on orders do with who ordered nothing is not documented")
    if not (mean or leaves_out or attribute.required):
        unrepresentable(f"Mailchimp knows {mapped} of everybody, and {attribute.name!r} may be missing")
    found = _compared(condition, attribute)
    return all_of([passing(attribute.name, Op.IS_SET, True), found]) if mean and condition["op"] == "not" else found


def _leaves_out(condition: Condition) -> bool:
    """Return whether who ordered nothing surely does not pass, read as nothing or as 0."""
    return condition["op"] != "not" and not _holds_of_zero(condition)


def _holds_of_zero(condition: Condition) -> bool:
    value = float(str(condition.get("value")))
    return {"is": value == 0, "not": value != 0, "greater": value < 0, "less": value > 0}[condition["op"]]


def _buyers_are_told(condition: Condition, reading: Reading) -> bool:
    """Return whether a condition beside decides about who ordered nothing."""
    others = [each for each in reading.conditions if each is not condition]
    bought = {each["op"] for each in others if each.get("condition_type") == _PURCHASED}
    if reading.match == "any":
        return "notmember" in bought
    return "member" in bought or any(_leaves_out(each) for each in others if each.get("condition_type") in _ORDERED)


def _purchased(condition: Condition, reading: Reading) -> Predicate | None:
    """Return whether somebody ordered; None where a condition on their orders says so too."""
    inside = _INSIDE[condition["op"]]
    orders = [each for each in reading.conditions if each.get("condition_type") in _ORDERED]
    of_nobody = [each["field"] not in _MEANS and _holds_of_zero(each) for each in orders]
    if reading.match == ("all" if inside else "any") and (not inside) in of_nobody:
        return None
    attributes = reading.site.destination.attributes.items()
    means = [name for name, mapping in attributes if mapping.field in _MEANS]
    if means and all(mapping.field != "ecomm_purchased" for _, mapping in attributes):
        return passing(means[0], Op.IS_SET, inside)
    return _flag("ecomm_purchased")(condition, reading)


# -- days, campaigns


def _dated(condition: Condition, reading: Reading) -> Predicate | None:
    attribute = reading.kept(str(condition["field"]))
    if attribute.type.kind not in (Kind.DATE, Kind.DATETIME):
        unrepresentable(f"it compares {attribute.name!r} with a day, and that is a {attribute.type}")
    if condition["op"] in BLANKS:
        return None if reading.guards(condition) else passing(attribute.name, Op.IS_SET, condition["op"] == "blank_not")
    if condition.get("value") != "date":
        unrepresentable("it compares with the day of a campaign, which no file names")
    reading.lean_on_not(condition)
    found = on_day(condition, attribute, day_of(condition.get("extra"), "%Y-%m-%d"), reading)
    reading.approximate(EDGES)
    return found


_DID = {op: (metric, did) for metric, ops in METRICS.items() for op, did in zip(ops, (True, False), strict=True)}


def _campaigns(condition: Condition, reading: Reading) -> Predicate:
    metric, did = _DID[condition["op"]]
    if condition.get("value") != "any":
        unrepresentable("it asks for one campaign, which no event of the project is")
    events = [name for name, mapping in reading.site.destination.events.items() if mapping.metric == metric]
    if len(events) != 1:
        unrepresentable(f"{'several events are' if events else 'no event is'} mapped to the metric {metric!r}")
    reading.approximate(RECENT)
    found = EventTest(event=events[0])
    return found if did else Not(of=found)


KEPT: Mapping[str, Callable[[Condition, Reading], Predicate | None]] = {
    "StaticSegment": _tag,
    "Interests": _interests,
    "VIP": _flag("vip"),
    "MemberRating": _rating,
    "EcommPurchased": _purchased,
    "EcommNumber": _orders,
    "EcommSpent": _orders,
    "Language": _word("language", REGIONAL),
    "SignupSource": _word("source"),
    "IPGeoCountryState": _country,
    "IPGeoUnknown": _nowhere,
    "Date": _dated,
    "Aim": _campaigns,
}
"""Type of condition → what it says."""
