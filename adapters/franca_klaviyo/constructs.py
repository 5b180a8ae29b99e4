"""What Klaviyo's template language can say, declared; everything is tried in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import YES, Support
from franca.adapter.constructs import Construct, by_field

_FILTERS = "https://developers.klaviyo.com/en/docs/glossary_of_variable_filters"
_CONDITIONS = "https://help.klaviyo.com/hc/en-us/articles/7655926841499"

_ENCODED = by_field("a default would not be encoded, and `default` swallows 0", _FILTERS)
_PRINTED = by_field("how it is printed depends on how it was stored", _FILTERS)
_FILTER = by_field("there is no filter with the same result", _FILTERS)
_SEGMENT = by_field("conditions ask for the profile's properties alone", _CONDITIONS)
_ORDER = by_field("days are texts there, which have no order that could be relied on", _CONDITIONS)

CONSTRUCTS: Mapping[Construct, Support] = {
    Construct.TEXT: YES,
    Construct.REQUIRED: YES,
    Construct.ATTRIBUTE: YES,
    Construct.ADDRESS: _ENCODED,
    Construct.SUBJECT: YES,
    Construct.PREVIEW_TEXT: YES,
    Construct.WHOLE_NUMBER: YES,
    Construct.DECIMAL: _PRINTED,
    Construct.DAY: _PRINTED,
    Construct.INSTANT: _PRINTED,
    Construct.UPPER: YES,
    Construct.LOWER: YES,
    Construct.TITLE: _FILTER,
    Construct.CAPITALIZE: _FILTER,
    Construct.TRIM: _FILTER,
    Construct.TRUNCATE: _FILTER,
    Construct.REPLACE: _FILTER,
    Construct.NUMBER: _FILTER,
    Construct.MONEY: _FILTER,
    Construct.DATE: _FILTER,
    Construct.URLENCODE: _FILTER,
    Construct.JOIN: _FILTER,
    Construct.LENGTH: _FILTER,
    Construct.EQUALS: YES,
    Construct.EQUALS_NOT: YES,
    Construct.ANY_OF: YES,
    Construct.PART_OF_TEXT: YES,
    Construct.NUMBER_EQUALS: YES,
    Construct.AT_LEAST: YES,
    Construct.BELOW: YES,
    Construct.BEFORE: _ORDER,
    Construct.TRUE: YES,
    Construct.THERE: YES,
    Construct.NUMBER_THERE: YES,
    Construct.LIST_HOLDS: YES,
    Construct.LOGIC: YES,
    Construct.IN_SEGMENT: _SEGMENT,
    Construct.PRIMARY: _SEGMENT,
    Construct.ELIF: YES,
    Construct.NESTED: YES,
    Construct.DEEP: YES,
    Construct.CONDITION_IN_SUBJECT: YES,
    Construct.CONDITION_IN_PREVIEW_TEXT: YES,
    Construct.LOOP: YES,
    Construct.LOOPS: YES,
    Construct.FEED: YES,
    Construct.FEED_CONDITION: YES,
    Construct.FEED_IN_ADDRESS: YES,
    Construct.COUPON: YES,
    Construct.PREFERENCES: YES,
    Construct.VIEW_IN_BROWSER: YES,
    Construct.CURRENT_YEAR: YES,
    Construct.NATIVE: YES,
    Construct.LIKE_A_TAG: YES,
    Construct.LIKE_A_TAG_IN_TEXT: YES,
}
