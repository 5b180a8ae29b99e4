"""What Klaviyo can do for a segment, and the numbers that it sets."""

from __future__ import annotations

from decimal import Decimal

from franca.adapter import YES, Capabilities, Capability, Level, Limits, Support, Testing
from franca.definitions import Metric, Part
from franca_klaviyo.rates import AT_ONCE, CALLS, PAGES, RATES
from franca_klaviyo.segments import CONDITIONS

_SEGMENTS = "https://developers.klaviyo.com/en/reference/segments_api_overview"
_PRIVACY = "https://developers.klaviyo.com/en/reference/request_profile_deletion"
_DATES = "https://help.klaviyo.com/hc/en-us/articles/4403222359451"

CAPABILITIES: Capabilities = {
    Capability.ANY_OF_ALL: Support(Level.PARTIAL, f"multiplied out to all of any, within {CONDITIONS} conditions", _SEGMENTS),
    Capability.ATTRIBUTE_TEXT: Support(Level.PARTIAL, "not by order, not blank, not the email (compared in lower case)", _SEGMENTS),
    Capability.ATTRIBUTE_NUMBER: YES,
    Capability.ATTRIBUTE_TIME: Support(Level.PARTIAL, "no months or years; days begin at midnight UTC", _DATES),
    Capability.COUNT_MEMBERS: YES,
    Capability.ERASURE: Support(Level.PARTIAL, "asked for and done later; the API does not tell when", _PRIVACY),
    Capability.EVENT_COUNT: Support(
        Level.PARTIAL, "no windows in months; counts of alternatives are shared out, within the conditions of a segment", _SEGMENTS
    ),
    Capability.EVENT_SUM: Support(Level.PARTIAL, "of the property that is mapped as the event's value", _SEGMENTS),
    Capability.MAILABLE: YES,
    Capability.MARKER_FIELD: YES,
    Capability.MARKER_SEGMENT: YES,
    Capability.MEMBERS: YES,
    Capability.NATIVE_SEGMENT: YES,
    Capability.NESTED: YES,
    Capability.RELATIVE_WINDOW: Support(Level.PARTIAL, "in whole hours, days and weeks; no months or years", _DATES),
}

MEMBERS_BATCH = 1_000
"""Profiles of one call on a list (contract: add_profiles_to_list)."""
FIELDS_BATCH = 10_000
"""Profiles of one bulk import (contract: bulk_import_profiles)."""

LIMITS = Limits(
    conditions=CONDITIONS, members_batch=MEMBERS_BATCH, fields_batch=FIELDS_BATCH, rates=RATES, calls=CALLS, pages=PAGES, at_once=AT_ONCE
)

TESTING = Testing(
    parts=frozenset({Part.SUBJECT, Part.PREVIEW_TEXT, Part.HTML}),
    arms=7,  # an older page of the same article; another says 8, and SDK 25's models name no number
    counts=frozenset({Metric.CLICKS, Metric.ORDERS}),
    metrics=frozenset({Metric.CLICKS, Metric.ORDERS}),  # SDK 25: ABTestSettings.winner_metric
    # SDK 25: `winner_percentage` is a whole number, and its complement takes part; a pool of 99 % is reported (community 2964).
    shares=(Decimal("0.01"), Decimal("0.99")),
    source="https://help.klaviyo.com/hc/en-us/articles/115005228148",
)
