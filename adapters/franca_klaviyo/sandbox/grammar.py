"""What a segment definition may be (the contract's 15 schemas), and the form in which Klaviyo gives it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from franca_klaviyo.sandbox import checks
from franca_klaviyo.sandbox.checks import Check, shape
from franca_klaviyo.sandbox.errors import invalid, not_interpreted

MOST_CONDITIONS = 100  # documented: segments_api_overview
MOST_METRIC_FILTERS = 10  # documented: same

NATIVE = frozenset({"email", "phone_number", "external_id", "first_name", "last_name", "organization", "title", "locale", "image"})
DATES = frozenset({"created", "updated", "last_event_date"})
_PLACES = "address1|address2|city|country|latitude|longitude|region|zip|timezone|ip"
_LOCATION = re.compile(rf"location\['({_PLACES})'\]")
# Guess: a quote inside the key cannot be written; its escape is not documented.
_CUSTOM = re.compile(r"properties\['([^']+)'\]")


def custom_name(name: str) -> str | None:
    """Return X of `properties['X']`; None for any other property."""
    found = _CUSTOM.fullmatch(name)
    return found[1] if found else None


def is_property(name: str) -> bool:
    """Return whether a condition may name this profile property (guess: other bare names are refused)."""
    return name in NATIVE | DATES or bool(_LOCATION.fullmatch(name)) or custom_name(name) is not None


# -- filters: (type, operator) → the other members

Members = Mapping[str, Check]


def _each(kind: str, operators: str, **members: Check) -> dict[tuple[str, str], Members]:
    return {(kind, operator): members for operator in operators.split()}


_UNIT = checks.one_of("day", "hour", "week")
_COMPARISONS = "equals not-equals greater-than greater-than-or-equal less-than less-than-or-equal"
_TEXT = "equals not-equals contains not-contains starts-with not-starts-with ends-with not-ends-with regex nregex"
_LENGTHS = "length-equals length-greater-than length-greater-than-or-equal length-less-than length-less-than-or-equal"

TEXT = {**_each("string", _TEXT, value=checks.text_or_null), **_each("string", "in not-in", value=checks.texts)}
PHONE = _each("string", "phone-country-code-in phone-country-code-not-in", value=checks.texts)
NUMERIC = _each("numeric", _COMPARISONS, value=checks.number)
BOOLEAN = _each("boolean", "equals", value=checks.boolean)
EXISTENCE = _each("existence", "is-set not-set")
IS_SET = _each("existence", "is-set")
LENGTH = _each("list", _LENGTHS, value=checks.whole)
HOLDS_ONE = _each("list", "contains not-contains", value=checks.scalar)
HOLDS_SOME = {
    **_each("list", "contains-any contains-all not-contains-any not-contains-all", value=checks.texts),
    **_each("list", "contains-substring not-contains-substring", value=checks.text_or_null),
}
WINDOWS = {
    **_each("date", "after before", date=checks.date),
    **_each("date", "between-static", start=checks.date, end=checks.date),
    **_each("date", "in-the-last at-least in-the-next", unit=_UNIT, quantity=checks.positive),
    **_each("date", "between", start=checks.natural, end=checks.natural, unit=_UNIT),
}
NEAR_ANNIVERSARY = _each("date", "anniversary-last anniversary-next", unit=_UNIT, quantity=checks.positive)
ANNIVERSARY = {**_each("date", "anniversary anniversary-month"), **_each("date", "calendar-month", value=checks.month)}
ALLTIME = _each("date", "alltime")

DATE = {**WINDOWS, **NEAR_ANNIVERSARY, **ANNIVERSARY}
ON_PROFILES = {**TEXT, **PHONE, **NUMERIC, **BOOLEAN, **EXISTENCE, **HOLDS_ONE, **LENGTH, **DATE}
ON_EVENTS = {**TEXT, **NUMERIC, **BOOLEAN, **EXISTENCE, **HOLDS_SOME, **LENGTH}
TIMEFRAME = {**WINDOWS, **NEAR_ANNIVERSARY, **ALLTIME}


def filter_of(allowed: Mapping[tuple[str, str], Members]) -> Check:
    """Return the check of a filter that may be one of *allowed*."""

    def check(value: Any, pointer: str) -> None:
        kind, operator = checks.mapping(value, pointer).get("type"), value.get("operator")
        members = allowed.get((str(kind), str(operator)))
        if members is None:
            raise invalid(f"A filter of type {kind!r} with operator {operator!r} is not allowed here.", pointer)
        shape(value, pointer, {"type": checks.text, "operator": checks.text, **members})
        if (str(kind), str(operator)) in PHONE:
            raise not_interpreted(f"the operator {operator}", pointer)
        _compiles(value, pointer)

    return check


def _compiles(value: Mapping[str, Any], pointer: str) -> None:
    if value["operator"] in ("regex", "nregex") and value["value"] is not None:
        try:
            re.compile(value["value"])
        except re.error as error:
            raise invalid(f"{value['value']!r} is not a valid regular expression: {error}.", pointer) from None


# -- conditions


@dataclass(frozen=True, kw_only=True)
class Known:
    """The ids that conditions may name."""

    metrics: Iterable[str]
    lists: Iterable[str]


def _property(condition: Any, pointer: str, _known: Known) -> None:
    shape(condition, pointer, {"type": checks.text, "property": checks.text, "filter": filter_of(ON_PROFILES)})
    if not is_property(condition["property"]):
        raise invalid(f"{condition['property']!r} is not a profile property; custom ones are properties['...'].", f"{pointer}/property")


def _metric(condition: Any, pointer: str, known: Known) -> None:
    required = {
        "type": checks.text,
        "metric_id": checks.text,
        "measurement": checks.one_of("count", "sum"),
        "measurement_filter": filter_of(NUMERIC),
        "timeframe_filter": filter_of(TIMEFRAME),
    }
    shape(condition, pointer, required, {"metric_filters": _metric_filters})
    if condition["metric_id"] not in known.metrics:  # guess: refused when the segment is written
        raise invalid(f"Metric {condition['metric_id']} does not exist.", f"{pointer}/metric_id")


def _metric_filters(value: Any, pointer: str) -> None:
    for place, each in enumerate(checks.items(value, pointer, most=MOST_METRIC_FILTERS)):
        shape(each, f"{pointer}/{place}", {"property": checks.filled, "filter": filter_of(ON_EVENTS)})


def _group(condition: Any, pointer: str, known: Known) -> None:
    member = checks.mapping(condition, pointer).get("is_member")
    # Documented: the schema of is_member false has no timeframe.
    optional = {"timeframe_filter": filter_of(WINDOWS)} if member is True else {}
    shape(condition, pointer, {"type": checks.text, "is_member": checks.boolean, "group_ids": checks.texts}, optional)
    ids = checks.items(condition["group_ids"], f"{pointer}/group_ids", least=1, most=1)  # documented: exactly one
    if ids[0] not in known.lists:  # documented: lists only, never segments
        raise invalid(f"List {ids[0]} does not exist.", f"{pointer}/group_ids")


_SUPPRESSIONS = ("bounce_date", "manual_suppression_date", "invalid_email_date")
# (channel, can receive, subscription) → fields that filters may name, and whether filters are required (the contract's branches)
_CONSENT: Mapping[tuple[str, bool, str], tuple[tuple[str, ...], bool]] = {
    ("email", True, "any"): ((), False),
    ("email", True, "subscribed"): (("status_date", "is_double_opt_in", "custom_source", "method"), False),
    ("email", True, "never_subscribed"): ((), False),
    ("email", False, "any"): (_SUPPRESSIONS, False),
    ("email", False, "unsubscribed"): (("status_date", "method", *_SUPPRESSIONS), False),
    ("email", False, "never_subscribed"): (_SUPPRESSIONS, True),
    ("email", False, "subscribed"): (_SUPPRESSIONS, True),
    ("sms", True, "subscribed"): (("status_date", "method", "is_rcs_capable"), False),
    ("sms", False, "any"): ((), False),
    ("sms", False, "unsubscribed"): (("status_date", "method"), False),
    ("sms", False, "never_subscribed"): ((), False),
    ("push", True, "any"): (("status_date",), False),
    ("push", False, "any"): ((), False),
}


def _consent(condition: Any, pointer: str, _known: Known) -> None:
    shape(condition, pointer, {"type": checks.text, "consent": checks.object_})
    at, consent = f"{pointer}/consent", condition["consent"]
    required: dict[str, Check] = {
        "channel": checks.one_of("email", "sms", "push"),
        "can_receive_marketing": checks.boolean,
        "consent_status": checks.object_,
    }
    shape(consent, at, required)
    _status(consent, f"{at}/consent_status")


def _status(consent: Any, pointer: str) -> None:
    status = consent["consent_status"]
    shape(status, pointer, {"subscription": checks.text}, {"filters": checks.array})
    allowed = _CONSENT.get((consent["channel"], consent["can_receive_marketing"], status["subscription"]))
    if allowed is None:
        raise invalid(f"subscription {status['subscription']!r} is not allowed here.", f"{pointer}/subscription")
    fields, needed = allowed
    if needed and not status.get("filters"):
        raise invalid("filters is a required field.", f"{pointer}/filters")
    for place, each in enumerate(status.get("filters") or ()):
        _consent_filter(each, f"{pointer}/filters/{place}", fields)


def _consent_filter(each: Any, pointer: str, fields: tuple[str, ...]) -> None:
    field = checks.mapping(each, pointer).get("field")
    if field not in fields:
        raise invalid(f"A filter on {field!r} is not allowed here.", f"{pointer}/field")
    if field in ("is_double_opt_in", "custom_source", "method", "is_rcs_capable"):
        raise not_interpreted(f"the consent filter {field}", pointer)
    allowed = DATE if field == "status_date" else {**DATE, **IS_SET}
    shape(each, pointer, {"field": checks.text, "filter": filter_of(allowed)})


def _region(condition: Any, pointer: str, _known: Known) -> None:
    regions = checks.one_of("european_union", "united_states")
    shape(condition, pointer, {"type": checks.text, "in_region": checks.boolean, "region": regions})


def _distance(condition: Any, pointer: str, _known: Known) -> None:
    units = checks.one_of("kilometers", "miles")
    filters = filter_of(_each("numeric", "greater-than less-than", value=checks.number))
    required = {"type": checks.text, "country_code": checks.filled, "postal_code": checks.filled, "unit": units, "filter": filters}
    shape(condition, pointer, required)


_PREDICTED_NUMBERS = (
    *("average_days_between_orders", "average_order_value", "churn_probability", "historic_clv", "historic_number_of_orders"),
    *("predicted_clv", "predicted_number_of_orders", "total_clv"),
)
# dimension (of affinities with the measurement) → the filters that it takes
_PREDICTIONS: Mapping[str, Mapping[tuple[str, str], Members]] = {
    **dict.fromkeys(_PREDICTED_NUMBERS, NUMERIC),
    "expected_date_of_next_purchase": DATE,
    "predicted_gender": _each("string", "equals not-equals", value=checks.one_of("likely_female", "likely_male", "uncertain")),
    "channel_affinity rank": _each("string", "equals not-equals", value=checks.one_of("high", "medium", "low")),
    "channel_affinity priority": _each("numeric", "equals", value=checks.whole),
}


def _predicted(condition: Any, pointer: str, _known: Known) -> None:
    dimension = str(checks.mapping(condition, pointer).get("dimension"))
    required: dict[str, Check] = {"type": checks.text, "dimension": checks.text}
    if dimension == "channel_affinity":
        channels = checks.one_of("email", "push", "sms", "whatsapp")
        required |= {"measurement": checks.one_of("rank", "priority"), "predicted_channel": channels}
        dimension = f"{dimension} {condition.get('measurement')}"
    if dimension not in _PREDICTIONS:
        raise invalid(f"{dimension!r} is not a predicted dimension.", f"{pointer}/dimension")
    shape(condition, pointer, {**required, "filter": filter_of(_PREDICTIONS[dimension])})


CONDITIONS: Mapping[str, Callable[[Any, str, Known], None]] = {
    "profile-property": _property,
    "profile-metric": _metric,
    "profile-group-membership": _group,
    "profile-marketing-consent": _consent,
    "profile-region": _region,
    "profile-postal-code-distance": _distance,
    "profile-predictive-analytics": _predicted,
}
# In the contract, without a meaning here.
FOREIGN = frozenset({"profile-metric-funnel", "profile-has-custom-object", "profile-permissions"})


def check_definition(definition: Any, known: Known, pointer: str = "/data/attributes/definition") -> None:
    """Refuse a definition that Klaviyo would refuse, or that this sandbox gives no meaning."""
    shape(definition, pointer, {"condition_groups": checks.array})
    groups = checks.items(definition["condition_groups"], f"{pointer}/condition_groups", least=1)  # guess: an empty one is refused
    count = 0
    for place, group in enumerate(groups):
        at = f"{pointer}/condition_groups/{place}"
        shape(group, at, {"conditions": checks.array})
        for number, condition in enumerate(checks.items(group["conditions"], f"{at}/conditions", least=1)):
            _condition(condition, f"{at}/conditions/{number}", known)
            count += 1
    if count > MOST_CONDITIONS:
        raise invalid(f"A segment may have at most {MOST_CONDITIONS} conditions, got {count}.", pointer)


def _condition(condition: Any, pointer: str, known: Known) -> None:
    kind = str(checks.mapping(condition, pointer).get("type"))
    if kind in FOREIGN:
        raise not_interpreted(f"conditions of type {kind}", pointer)
    if kind not in CONDITIONS:
        raise invalid(f"{kind!r} is not a valid condition type.", f"{pointer}/type")
    CONDITIONS[kind](condition, pointer, known)


def normal_form(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition as it is read back: omitted optional members are null (documented by a real response, klaviyo-api-node#102)."""
    return {"condition_groups": [{"conditions": [_filled(c) for c in g["conditions"]]} for g in definition["condition_groups"]]}


def _filled(condition: Mapping[str, Any]) -> dict[str, Any]:
    if condition["type"] == "profile-metric":
        return {**condition, "metric_filters": condition.get("metric_filters")}
    if condition["type"] == "profile-group-membership" and condition["is_member"]:
        return {**condition, "timeframe_filter": condition.get("timeframe_filter")}
    if condition["type"] == "profile-marketing-consent":
        return {**condition, "consent": _filled_consent(condition["consent"])}
    return dict(condition)


def _filled_consent(consent: Mapping[str, Any]) -> dict[str, Any]:
    status = consent["consent_status"]
    fields, _ = _CONSENT[consent["channel"], consent["can_receive_marketing"], status["subscription"]]
    optional = fields or consent["channel"] == "email"  # of emails every branch of the contract has filters, some of them null alone
    return {**consent, "consent_status": {**status, **({"filters": status.get("filters")} if optional else {})}}
