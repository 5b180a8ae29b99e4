"""What Brevo's template language can say, declared; everything is tried in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from franca.adapter import YES, Support
from franca.adapter.constructs import Construct, by_field, refused

_LANGUAGE = "https://help.brevo.com/hc/en-us/articles/4402386448530"
_FILTERS = "https://help.brevo.com/hc/en-us/articles/4405381108626"
_CHOICES = "https://help.brevo.com/hc/en-us/articles/10617359589906"

_ENCODED = by_field("no filter is documented that encodes as addresses need it", _FILTERS)
_PRINTED = by_field("numbers would be printed with six decimals, and times in a form of their own", _FILTERS)
_FILTER = by_field("there is no filter with the same result, and some letters change otherwise", _FILTERS)
_LIST = by_field("multiple-choice attributes cannot be used", _CHOICES)
_PART = by_field("`in` is not documented", _LANGUAGE)
_ZERO = by_field("a missing number counts as 0", _LANGUAGE)
_ORDER = by_field("texts and days have no order", _LANGUAGE)
_SEGMENT = by_field("conditions ask for the contact's attributes alone", _LANGUAGE)
_NO_LOOP = refused("Brevo's templates have no loop over a contact's list", _CHOICES)

CONSTRUCTS: Mapping[Construct, Support] = {
    Construct.TEXT: YES,
    Construct.REQUIRED: YES,
    Construct.ATTRIBUTE: YES,
    Construct.ADDRESS: _ENCODED,
    Construct.SUBJECT: YES,
    Construct.PREVIEW_TEXT: YES,
    Construct.WHOLE_NUMBER: _PRINTED,
    Construct.DECIMAL: _PRINTED,
    Construct.DAY: _PRINTED,
    Construct.INSTANT: _PRINTED,
    Construct.UPPER: _FILTER,
    Construct.LOWER: _FILTER,
    Construct.TITLE: _FILTER,
    Construct.CAPITALIZE: _FILTER,
    Construct.TRIM: _FILTER,
    Construct.TRUNCATE: _FILTER,
    Construct.REPLACE: _FILTER,
    Construct.NUMBER: _FILTER,
    Construct.MONEY: _FILTER,
    Construct.DATE: _FILTER,
    Construct.URLENCODE: _FILTER,
    Construct.JOIN: _LIST,
    Construct.LENGTH: _LIST,
    Construct.EQUALS: YES,
    Construct.EQUALS_NOT: YES,
    Construct.ANY_OF: YES,
    Construct.PART_OF_TEXT: _PART,
    Construct.NUMBER_EQUALS: YES,
    Construct.AT_LEAST: YES,
    Construct.BELOW: _ZERO,
    Construct.BEFORE: _ORDER,
    Construct.TRUE: YES,
    Construct.THERE: YES,
    Construct.NUMBER_THERE: _ZERO,
    Construct.LIST_HOLDS: _LIST,
    Construct.LOGIC: YES,
    Construct.IN_SEGMENT: _SEGMENT,
    Construct.PRIMARY: _SEGMENT,
    Construct.ELIF: YES,
    Construct.NESTED: YES,
    Construct.DEEP: YES,
    Construct.CONDITION_IN_SUBJECT: YES,
    Construct.CONDITION_IN_PREVIEW_TEXT: YES,
    Construct.LOOP: _NO_LOOP,
    Construct.LOOPS: _NO_LOOP,
    Construct.FEED: YES,
    Construct.FEED_CONDITION: YES,
    Construct.FEED_IN_ADDRESS: refused("Brevo documents no filter that encodes it: put whole addresses into the feed", _LANGUAGE),
    Construct.COUPON: refused("Brevo's campaigns have no tag for a coupon", _LANGUAGE),
    Construct.PREFERENCES: YES,
    Construct.VIEW_IN_BROWSER: YES,
    Construct.CURRENT_YEAR: refused("Brevo documents no exact tag for current_year", _FILTERS),
    Construct.NATIVE: YES,
    Construct.LIKE_A_TAG: YES,
    Construct.LIKE_A_TAG_IN_TEXT: YES,
}
